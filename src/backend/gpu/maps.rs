//! Maps of heat flux and entropy production, gathered cell by cell on the device from the heats of links and walls: one
//! component at a time into the buffer that the next step will fill, so that a map takes no memory of its own.

use super::error::GpuError;
use super::generate::{axis_families, offset_text};
use super::pack::{Packed, unpack};
use super::program::Draft;
use super::stepper::{Pass, Stepper};
use crate::backend::Clock;
use crate::diagnostics::maps::{Maps, Wanted};
use crate::grid::Grid;
use crate::links::Family;
use crate::problem::VOID;
use glam::DVec3;
use std::fmt::Write;
use wgpu::Buffer;

/// The shaders of one component: of cells, and of walls where there are any.
pub(super) struct MapDraft {
    pub(super) cells: Draft,
    pub(super) walls: Option<Draft>,
}

/// Flux along x, y, z, then entropy production.
pub(super) const COMPONENTS: usize = 4;

/// The kernels of the components.
pub(super) struct Mapper([(Pass, Option<Pass>); COMPONENTS]);

/// `gathered` of a component of the flux, W/m2: the heat of a link crosses half its length in each of its cells.
pub(super) fn flux(families: &[Family], counts: [usize; 3], cut: usize, axis: usize) -> String {
    let mut text = String::from("fn gathered(at: vec3<u32>, i: u32) -> Real {\n    var sum = Real(0.0);\n");
    for (n, family) in families.iter().enumerate().filter(|(_, f)| f.offset[axis] != 0) {
        let offset = offset_text(family, counts, cut);
        let _ = writeln!(text, "    sum += Real({}.0) * pair_flow({n}u, at, i, {offset});", family.offset[axis]);
    }
    let _ = writeln!(text, "    return 0.5 * sum / area(at, {axis}u);\n}}");
    text
}

/// `entered` of a component of the flux, W m: what enters through a wall comes from there.
pub(super) fn flux_in(grid: &Grid, axis: usize) -> String {
    let around = if grid.periodic[axis] {
        let length = grid.axis(axis).length();
        format!("    along -= Real({length:e}) * round(along / Real({length:e}));\n")
    } else {
        String::new()
    };
    format!(
        "fn entered(w: u32, at: vec3<u32>) -> Real {{\n    let face = faces[w];\n    var along = face.{} - centre(at, {axis}u);\n{around}    \
         if face.axis == {axis}u {{\n        along = 0.5 * select(-width(at, {axis}u), width(at, {axis}u), along > 0.0);\n    }}\n    \
         return -walls_now[w].heat * along;\n}}\n",
        ["x", "y", "z"][axis]
    )
}

/// `gathered` of the entropy production, W/(m3 K).
pub(super) fn production(families: &[Family], counts: [usize; 3], cut: usize) -> String {
    let mut text = String::from("fn gathered(at: vec3<u32>, i: u32) -> Real {\n    var sum = Real(0.0);\n");
    let axes: Vec<(usize, usize)> = axis_families(families).collect();
    for (n, family) in families.iter().enumerate() {
        let offset = offset_text(family, counts, cut);
        let _ = match axes.iter().find(|(family, _)| *family == n) {
            Some((_, axis)) => writeln!(text, "    sum += pair_made({n}u, {axis}u, at, i, {offset});"),
            None => writeln!(text, "    sum += pair_made_askew({n}u, at, i, {offset});"),
        };
    }
    text.push_str("    return sum / volume(at);\n}\n");
    text
}

/// `entered` of the entropy production, W/K: the half cell behind a wall.
pub(super) const PRODUCTION_IN: &str = "fn entered(w: u32, at: vec3<u32>) -> Real {\n    let now = walls_now[w];\n    \
     return now.heat * (now.surface - now.cell) / ((now.surface + REFERENCE) * (now.cell + REFERENCE));\n}\n";

impl Stepper {
    /// Maps of the state at a time, s; those that this device does not compute are absent.
    pub(super) fn maps(&mut self, time: f64, wanted: Wanted) -> Result<Maps, GpuError> {
        if self.map_drafts.is_none() || !(wanted.flux || wanted.production) {
            return Ok(Maps::default());
        }
        if self.mapper.is_none() {
            match self.prepare_maps() {
                Err(GpuError::Unsupported(_)) => {
                    self.map_drafts = None;
                    return Ok(Maps::default());
                }
                other => other?,
            }
        }
        // What rounding took from the ghosts, too.
        let mut encoder = self.device.encoder();
        let carries: Vec<&Buffer> = self.slabs.iter().filter_map(|slab| slab.carry.as_ref()).collect();
        self.exchange.encode(&mut encoder, &carries);
        self.device.submit(encoder);
        let mut row = Packed::new(self.precision);
        self.values.row(Clock { start: time, step: 0.0 }, 0, &mut row);
        self.inspect(Some(row), &self.survey[1..].iter().collect::<Vec<_>>());

        let mut maps = Maps::default();
        if wanted.flux {
            let [x, y, z] = [self.component(0)?, self.component(1)?, self.component(2)?];
            maps.flux = Some((0..x.len()).map(|i| DVec3::new(x[i], y[i], z[i])).collect());
        }
        if wanted.production {
            maps.production = Some(self.component(3)?);
        }
        Ok(maps)
    }

    fn prepare_maps(&mut self) -> Result<(), GpuError> {
        let Some(drafts) = &self.map_drafts else { return Ok(()) };
        let both = |draft: &MapDraft| {
            let walls = draft.walls.as_ref().map(|walls| self.pass(walls)).transpose()?;
            Ok::<_, GpuError>((self.pass(&draft.cells)?, walls))
        };
        let [x, y, z, production] = drafts.as_ref();
        self.mapper = Some(Mapper([both(x)?, both(y)?, both(z)?, both(production)?]));
        Ok(())
    }

    /// One component; NaN in void.
    fn component(&self, number: usize) -> Result<Vec<f64>, GpuError> {
        let Some(Mapper(components)) = &self.mapper else { return Ok(Vec::new()) };
        let (cells, walls) = &components[number];
        let mut encoder = self.device.encoder();
        let mut pass =
            encoder.begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some("map"), timestamp_writes: None });
        cells.encode(&mut pass, self.now, 0);
        if let Some(walls) = walls {
            walls.encode(&mut pass, self.now, 0);
        }
        drop(pass);
        self.device.submit(encoder);
        let number = self.precision.bytes();
        let mut map = Vec::with_capacity(self.problem.grid.len());
        for (s, slab) in self.slabs.iter().enumerate() {
            let own = self.cut.own(s);
            let next = &slab.enthalpy[1 - self.now];
            let bytes = self.device.read(next, own.start as u64 * number, own.len() as u64 * number)?;
            map.extend(unpack(self.precision, &bytes));
        }
        let void = self.problem.material.iter().map(|&m| m == VOID);
        map.iter_mut().zip(void).filter(|(_, void)| *void).for_each(|(value, _)| *value = f64::NAN);
        Ok(map)
    }
}
