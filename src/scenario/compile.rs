//! Lays a plan on its grid: from what the user wrote to the compiled problem.

use super::boundaries::{ConditionPlan, FacePlan};
use super::document::Document;
use super::error::ScenarioErrors;
use super::heating::place_sources;
use super::initial::{place_initial, settle_phases};
use super::paint::paint;
use super::palette::{check_materials, fill_palette, note_of_tensors};
use super::plan::Plan;
use super::regions::SourcePlan;
use super::run::End;
use super::stairs::Stairs;
use super::walls::{WallPlan, build_walls};
use super::written::Written;
use super::{Scenario, contacts, gas, mixture, phonon, probes, thermoelectric};
use crate::expression::{Expression, Place, Variable};
use crate::problem::{Bodies, Problem, VOID, Values};
use crate::region::Shape;
use glam::DVec3;
use std::path::Path;

/// Compiles a plan.
pub(super) fn compile(plan: Plan<'_>, document: &Document, path: &Path) -> Result<Scenario, ScenarioErrors> {
    let mut grid = plan.grid.build();
    grid.periodic = plan.faces.periodic();
    let mut values = Values::default();
    let zero = values.push(Expression::constant(0.0));
    let steady = matches!(plan.run.end, End::Steady(_));
    let end = match plan.run.end {
        End::Time(until) => until,
        End::Steady(_) => 0.0,
    };
    let materials = fill_palette(&plan.materials, steady, &mut values);
    let painted = paint(&plan, &grid, &materials);
    document.outcome()?;

    let contacts = contacts::place_contacts(&plan.contacts, &grid, &materials, &painted);
    let bodies = Bodies { material: &painted.material, region: &painted.region, contacts: &contacts };
    let mut walls = build_walls(&plan, &grid, bodies, &materials);
    for beam in &plan.beams {
        beam.check(&grid, &painted.material, (!steady).then_some(end));
    }
    let known = Temperatures::of_walls(&walls, end);
    if steady {
        check_steady(&plan, &walls);
    }
    document.outcome()?;

    let (initial, range) = place_initial(&plan, &grid, &painted, known, steady);
    document.outcome()?;
    let reference = if plan.model.is_kinetic() { of_carriers(range) } else { reference(range) };
    let conditions = walls.conditions(&grid, end, reference, zero, &mut values);
    let patches = walls.patches();
    let matter = mixture::conditions(&plan, &walls, steady, end, &mut values);
    let mut notes = std::mem::take(&mut walls.notes);
    let stairs =
        Stairs { grid: &grid, palette: &materials, material: &painted.material, region: &painted.region, plan: &plan };
    let (slants, unknown) = stairs.contacts(&contacts);
    notes.extend(unknown.into_iter().map(|c| contacts::note_of_stairs(&contacts[c], &materials, &painted)));

    let mut problem = Problem {
        grid,
        reference,
        values,
        materials,
        material: painted.material,
        regions: painted.regions,
        region: painted.region,
        contacts,
        slants,
        conditions,
        surfaces: walls.surfaces,
        walls: walls.walls,
        sources: vec![zero],
        source: Vec::new(),
        initial,
    };
    check_materials(&plan.materials, &problem, range, end);
    place_sources(&plan.regions, &mut problem, end);
    let probes = probes::place_probes(&plan.probes, &problem);
    let phonon = phonon::place(&plan, &problem, range);
    let gas = gas::place(&plan, &problem, range);
    let thermoelectric = thermoelectric::place(&plan, &mut problem, steady);
    let mixture = mixture::place(&plan, &mut problem, matter, range);
    notes.extend(note_of_tensors(&problem));
    if !steady {
        notes.extend(settle_phases(&mut problem, range));
    }
    let output = plan.output.plan(&plan.run.end, &problem.grid);
    for (t, &m) in problem.initial.iter_mut().zip(&problem.material) {
        *t = if m == VOID { 0.0 } else { *t - reference };
    }
    document.outcome()?;
    let shapes: Vec<Shape> = plan.regions.into_iter().map(|r| r.shape).collect();
    let mut warnings = document.warnings();
    if !plan.model.is_kinetic() {
        warnings.extend(notes);
    }
    Ok(Scenario {
        title: plan.title.unwrap_or_else(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned()),
        path: path.to_owned(),
        model: plan.model,
        problem,
        run: plan.run,
        probes,
        output: output.expect("an output that is not planned has noted an error"),
        shapes,
        patches,
        phonon,
        gas,
        thermoelectric,
        mixture,
        warnings,
        written: Written::of(document),
    })
}

/// The temperatures of a problem that are known before it is solved, K.
#[derive(Debug, Clone, Copy)]
pub(super) struct Temperatures {
    pub low: f64,
    pub high: f64,
    /// Sum and number of the boundaries' values, for their mean.
    sum: f64,
    count: usize,
}

impl Temperatures {
    /// Temperatures and ambients of the conditions in use, checked on the way.
    fn of_walls(walls: &WallPlan<'_>, end: f64) -> Temperatures {
        let mut known = Temperatures { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: 0.0, count: 0 };
        for (index, used) in walls.used.iter().enumerate() {
            let Some(condition) = used.plan else { continue };
            let places = walls.positions_of(index);
            for value in condition.values() {
                let places = sample(&value.expression, &places, end);
                if !value.check(&places) {
                    continue;
                }
                if condition.temperatures().any(|t| std::ptr::eq(t, value)) {
                    for place in &places {
                        known.include(value.expression.eval(place));
                    }
                }
            }
        }
        known
    }

    fn include(&mut self, temperature: f64) {
        self.low = self.low.min(temperature);
        self.high = self.high.max(temperature);
        self.sum += temperature;
        self.count += 1;
    }

    /// Widens the range.
    pub fn widen(&mut self, temperature: f64) {
        self.low = self.low.min(temperature);
        self.high = self.high.max(temperature);
    }

    /// Mean of the boundaries' values, if there are any.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

/// Places and times at which a value is looked at: all positions up to a few thousand, and times from 0
/// to `end` with the value's own breakpoints.
pub(super) fn sample(value: &Expression, positions: &[DVec3], end: f64) -> Vec<Place> {
    const MOST_POSITIONS: usize = 4000;
    const MOST_SAMPLES: usize = 20_000;
    let positions: Vec<DVec3> = if value.is_spatial() {
        let stride = positions.len().div_ceil(MOST_POSITIONS).max(1);
        positions.iter().step_by(stride).copied().collect()
    } else {
        positions.first().copied().into_iter().collect()
    };
    let mut times = vec![0.0];
    if value.depends_on(Variable::Time) {
        let steps = (MOST_SAMPLES / positions.len().max(1)).clamp(16, 256);
        times.extend((1..=steps).map(|i| end * i as f64 / steps as f64));
        times.extend(value.breakpoints(Variable::Time).into_iter().filter(|t| (0.0..=end).contains(t)).take(1000));
    }
    positions
        .iter()
        .flat_map(|p| times.iter().map(|&t| Place { x: p.x, y: p.y, z: p.z, t, temperature: 0.0 }))
        .collect()
}

/// The harmonic middle of the range, so that rounding takes the same part of the coldest and of the hottest temperature: what is at 4 K keeps its digits though
/// its surroundings are at 300 K. With no more digits than that calls for.
fn reference(range: Temperatures) -> f64 {
    let (low, high) = (range.low, range.high);
    if !(low.is_finite() && high.is_finite()) {
        return 300.0;
    }
    if high <= low {
        return low;
    }
    let middle = if low > 0.0 { 2.0 * low * (high / (low + high)) } else { 0.5 * high };
    let unit = 10f64.powf((high - low).min(middle).log10().floor() - 1.0);
    // Units below 1 are divided by rather than multiplied with: 2931.5 * 0.1 is not 293.15.
    if unit >= 1.0 {
        (middle / unit).round() * unit
    } else {
        (middle * (1.0 / unit).round()).round() / (1.0 / unit).round()
    }
}

/// The geometric middle: the entropy of heat Q that flies from hot to cold is Q (hot - cold) / T0^2 to second order, and Q (1/cold - 1/hot) is what it should
/// be.
fn of_carriers(range: Temperatures) -> f64 {
    const DIGITS: f64 = 1e4;
    let (low, high) = (range.low, range.high);
    if !(high > low && low > 0.0 && high.is_finite()) {
        return reference(range);
    }
    let middle = (low * high).sqrt();
    let parts = DIGITS / 10f64.powf(middle.log10().floor());
    (middle * parts).round() / parts
}

/// A steady state exists only if something outside fixes its temperature and nothing varies in time.
fn check_steady(plan: &Plan<'_>, walls: &WallPlan<'_>) {
    let fixed = walls.used.iter().any(|used| match used.plan {
        Some(ConditionPlan::Temperature(_)) => true,
        Some(ConditionPlan::Environment(e)) => e.convection.is_some() || e.emissivity.is_some(),
        Some(ConditionPlan::Adiabatic(_) | ConditionPlan::Maxwell(..) | ConditionPlan::Open(..)) | None => false,
    });
    let driven = plan.regions.iter().any(|r| r.source.is_some())
        || walls.used.iter().any(|used| matches!(used.plan, Some(ConditionPlan::Environment(e)) if e.flux.is_some()));
    if plan.model.is_kinetic()
        && plan.faces.list.iter().any(|(_, f)| matches!(f, FacePlan::Periodic(j) if *j != 0.0))
        && !driven
    {
        return;
    }
    // A body keeps the energy it starts with where it exchanges nothing, or all that enters leaves, which heat alone sees when it is run.
    let keeps = plan.initial.is_some() && (!driven || plan.model == super::Model::Heat);
    if !fixed && !keeps {
        let remedy = match plan.model {
            super::Model::Heat => {
                "give a face a temperature, convection or radiation, or [initial] where all that enters leaves, or run until a time"
            }
            model if model.is_kinetic() => "give a face a temperature, or run until a time",
            _ => "give a face a temperature, convection or radiation, or run until a time",
        };
        plan.until.error("no boundary fixes the temperature, so no steady state is the one", remedy);
    }
    let conditions = walls.used.iter().filter_map(|used| used.plan).flat_map(ConditionPlan::values);
    let sources = plan.regions.iter().filter_map(|r| match &r.source {
        Some(SourcePlan::Power(value) | SourcePlan::Density(value)) => Some(value),
        None => None,
    });
    let materials = plan.materials.iter().flat_map(|m| m.values());
    for value in conditions.chain(sources).chain(materials) {
        if value.expression.depends_on(Variable::Time) {
            value.item.error("varies in time, so there is no steady state", "remove t from it, or run until a time");
        }
    }
    for beam in &plan.beams {
        beam.item.error("moves, so there is no steady state", "remove the beam, or run until a time");
    }
}
