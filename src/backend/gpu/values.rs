//! Values that vary: what the host evaluates per step, and what becomes WGSL.

use super::error::GpuError;
use super::pack::Packed;
use crate::backend::Clock;
use crate::backend::Precision;
use crate::expression::{DeviceCode, Expression, Place, Variable};
use crate::problem::{Problem, ValueId};
use std::sync::Arc;

/// Functions that f64 shaders compute rightly; naga's text of any other is wrong without a word.
const F64_FUNCTIONS: [&str; 9] = ["Real", "signal", "select", "abs", "min", "max", "sqrt", "floor", "ceil"];

/// How a value gets to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Does not change in time or with temperature: evaluated once, in f64, where it is needed.
    Fixed,
    /// Depends on time alone.
    Timed,
    /// On time and place, or on temperature: evaluated on the device.
    Mixed,
}

/// How an expression gets to the device.
pub(super) fn kind(value: &Expression) -> Kind {
    match (value.depends_on(Variable::Temperature), value.depends_on(Variable::Time), value.is_spatial()) {
        (false, false, _) => Kind::Fixed,
        (false, true, false) => Kind::Timed,
        _ => Kind::Mixed,
    }
}

/// The values that kernels read, collected while their text is generated.
pub(super) struct Values {
    problem: Arc<Problem>,
    precision: Precision,
    code: DeviceCode,
    /// Bodies of the functions `value_0`, `value_1`, ...
    functions: Vec<(ValueId, String)>,
}

impl Values {
    pub(super) fn new(problem: Arc<Problem>, precision: Precision) -> Values {
        Values { problem, precision, code: DeviceCode::default(), functions: Vec::new() }
    }

    /// A value as WGSL of type `Real`, where a `place: Place` is at hand.
    pub(super) fn text(&mut self, id: ValueId) -> Result<String, GpuError> {
        let problem = Arc::clone(&self.problem);
        self.text_of(id, problem.values.get(id))
    }

    /// The same of what of a source does change ([`Expression::split`]).
    pub(super) fn changing(&mut self, id: ValueId) -> Result<String, GpuError> {
        let (_, rest) = self.problem.values.get(id).split();
        self.text_of(id, &rest)
    }

    fn text_of(&mut self, id: ValueId, value: &Expression) -> Result<String, GpuError> {
        if let Some(constant) = value.as_constant() {
            return Ok(format!("Real({constant:e})"));
        }
        if value.reads_raster() {
            return Err(GpuError::Unsupported(
                "an array (.npy) that is multiplied by what varies in time, or varies with temperature, is not computed on a GPU; use `--backend cpu`"
                    .into(),
            ));
        }
        if let Some(number) = value.beyond_f32() {
            return Err(GpuError::Unsupported(format!(
                "a value that varies in place and time, or with temperature, has {number:e} in it, and shaders hold numbers from 1e-38 to 3e38; write it by \
                 numbers nearer to 1, or use `--backend cpu`"
            )));
        }
        if let Some(n) = self.functions.iter().position(|(known, _)| *known == id) {
            return Ok(format!("value_{n}(place)"));
        }
        let text = value.wgsl(&mut self.code);
        if kind(value) == Kind::Timed {
            return Ok(text);
        }
        if let (Precision::F64, Some(name)) = (self.precision, calls(&text).find(|name| !runs_in_f64(name))) {
            return Err(GpuError::Unsupported(format!(
                "a value that varies in place and time, or with temperature, calls `{name}`, which shaders cannot compute in f64; use `--precision f32` or `--backend cpu`"
            )));
        }
        self.functions.push((id, text));
        Ok(format!("value_{}(place)", self.functions.len() - 1))
    }

    /// Text of all functions that [`Values::text`] refers to.
    pub(super) fn functions(&self) -> String {
        let mut text =
            format!("fn signal(index: u32) -> Real {{\n    return row[{}u + index];\n}}\n", self.first_signal());
        text.push_str(&self.code.functions.text());
        for (n, (_, body)) in self.functions.iter().enumerate() {
            text.push_str(&format!(
                "fn value_{n}(place: Place) -> Real {{\n    let x = place.x;\n    let y = place.y;\n    let z = place.z;\n    let temperature = place.temperature;\n    return {body};\n}}\n"
            ));
        }
        text
    }

    /// Behind the time step and one value per source.
    fn first_signal(&self) -> usize {
        1 + self.problem.sources.len()
    }

    /// Numbers of a row.
    pub(super) fn row_length(&self) -> usize {
        self.first_signal() + self.code.signals.len()
    }

    /// Whether rows differ from step to step.
    pub(super) fn rows_vary(&self) -> bool {
        let timed = |id: &ValueId| kind(self.problem.values.get(*id)) == Kind::Timed;
        !self.code.signals.is_empty() || self.problem.sources.iter().any(timed)
    }

    /// The row of step `n`; also hands back the densities of the sources (W/m3), 0 for those that vary in space.
    pub(super) fn row(&self, clock: Clock, n: u64, row: &mut Packed) -> Vec<f64> {
        let t = clock.time(n);
        row.real(clock.step);
        let densities: Vec<f64> = self
            .problem
            .sources
            .iter()
            .map(|&id| {
                let value = self.problem.values.get(id);
                if value.is_spatial() { 0.0 } else { value.eval(&Place { t, ..Place::default() }) }
            })
            .collect();
        row.reals(densities.iter().copied());
        row.reals(self.code.signals.values(t));
        densities
    }
}

/// Names that are called in a text.
fn calls(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('(').filter_map(|(at, _)| {
        let name = text[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        (!name.is_empty()).then_some(name)
    })
}

fn runs_in_f64(name: &str) -> bool {
    F64_FUNCTIONS.contains(&name) || name.starts_with("table_") || name.starts_with("power_")
}
