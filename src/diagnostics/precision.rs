//! How far a temperature can be trusted: what rounding and the time step contribute, estimated from the run itself.

use super::balance::Snapshot;
use crate::backend::Resolution;
use crate::backend::cpu::solid_range;
use crate::conduction::{Conduction, WallState};
use crate::grid::Grid;
use crate::legendre::{Order, SuperStep};
use crate::problem::{Condition, Problem};
use crate::steady;
use crate::sum::Sum;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Largest error by rounding, K, of temperatures that are deviations of up to `size` (K) from the reference.
///
/// Heats are rounded with their temperatures and add up to a few units in the last place of those, whatever the number of steps: what is
/// wrong in one place diffuses away. What the storage loses at each step adds up for as long as the body remembers: `steps` is the number
/// of steps in that time, and losses of one sign, as in increments that are too small, are the worst case.
pub fn rounding(size: f64, arithmetic: f64, storage: Resolution, steps: f64) -> f64 {
    4.0 * arithmetic * size + 0.5 * storage.relative * (size + storage.offset) * steps
}

/// Rounding beyond this part of what temperatures rise by calls for f64.
pub const TOO_COARSE: f64 = 1e-5;

/// Rounding of a run of so many sweeps in f32 (sums in two parts), per kelvin that temperatures are from the reference.
pub fn single(sweeps: f64) -> f64 {
    rounding(1.0, f64::from(f32::EPSILON), Resolution::COMPENSATED, sweeps)
}

/// Largest error by explicit Euler steps, K, at a state.
///
/// The error e of such steps obeys the same equation as the temperature, driven by h T'' / 2 (the modified equation; Hairer, Norsett and Wanner, Solving
/// Ordinary Differential Equations I, section II.3). A mode that has died off as exp(-t/tau) has gathered e = h t T''/2; one that is driven
/// gathers as long as the body remembers. So e is about half the change of dT/dt over one step times the time `gathers` (s): since the
/// start, or, where the body is driven, no more than it remembers.
///
/// It is told from the step that led to the state, since what jumps at its time, such as a source that ends, is met by a step exactly and
/// makes no error. `net`: what each cell gains (W), where nothing can jump; `noise`: what temperatures are rounded by (K), whose changes are none.
pub fn time_step(snapshot: &Snapshot, net: Option<&[f64]>, [step, gathers, noise]: [f64; 3]) -> f64 {
    let conduction = snapshot.conduction;
    let problem = &conduction.problem;
    let before_jump = || Cow::Owned(Flows::new(snapshot, snapshot.enthalpy, snapshot.time - 1e-6 * step).net());
    let last = net.map_or_else(before_jump, Cow::Borrowed);
    let before = snapshot.after(-step, last.to_vec());
    let flows = Flows::new(snapshot, &before, snapshot.time - step);
    let n = problem.grid.cells()[0];
    let rounded = (noise > 0.0).then(|| of_gains(snapshot, noise));
    let steepest = |rows: Range<usize>| {
        let (mut first, mut steepest) = (vec![0.0; n], 0.0_f64);
        for row in rows {
            flows.row(row, &mut first);
            let cells = row * n..(row + 1) * n;
            let rounded = rounded.as_ref().map(|rounded| &rounded[cells.clone()]);
            let pairs = first.iter().zip(&last[cells.clone()]).zip(&conduction.capacity[cells]);
            for (x, ((first, last), capacity)) in pairs.enumerate().filter(|(_, (_, capacity))| **capacity > 0.0) {
                let change = (last - first).abs() - rounded.map_or(0.0, |rounded| rounded[x]);
                steepest = steepest.max(change / capacity);
            }
        }
        steepest
    };
    let change = conduction.fold_rows(steepest, 0.0, f64::max);
    0.5 * gathers * change
}

/// What rounding of temperatures (K) makes of what each cell gains, W.
fn of_gains(snapshot: &Snapshot, noise: f64) -> Vec<f64> {
    let mut gains = snapshot.conduction.links.total(&snapshot.conduction.problem);
    gains.iter_mut().zip(steady::excess(snapshot)).for_each(|(own, walls)| *own = 2.0 * noise * (*own + walls));
    gains
}

/// What cells gain (W) without the noise that rounding of temperatures (K) makes of it: those that gain no more than noise share what they gain by their heat
/// capacities.
pub fn without_noise(snapshot: &Snapshot, mut net: Vec<f64>, noise: f64) -> Vec<f64> {
    let capacity = &snapshot.conduction.capacity;
    let noise = of_gains(snapshot, noise);
    let cells: Vec<usize> = (0..net.len()).filter(|&cell| net[cell].abs() <= noise[cell]).collect();
    let sum = |of: &[f64]| cells.iter().map(|&cell| of[cell]).collect::<Sum>().value();
    let [gain, held] = [&net, capacity].map(|of| sum(of));
    if held > 0.0 {
        cells.iter().for_each(|&cell| net[cell] = gain * capacity[cell] / held);
    }
    net
}

/// The same by super steps of length `made` (s), given that of explicit ones of length `step` (s).
///
/// A step of order p and length h errs by `c h^(p+1)` of the next derivative of T ([`SuperStep::error`]), which gathers as `c h^p t` of it. Explicit steps tell the
/// second derivative; the third is to it as it is to the first, which is so where one mode changes.
pub fn of_super_steps(explicit: f64, [step, made, gathers]: [f64; 3], order: Order, fastest: f64) -> f64 {
    let second = 2.0 * explicit / (step * gathers);
    if second == 0.0 || fastest == 0.0 {
        return explicit;
    }
    let error = SuperStep::new(order, order.stages(made / step)).error.abs() * made * gathers * second;
    match order {
        Order::First => error,
        Order::Second => error * made * second / fastest,
    }
}

/// What flows at a time in a state of enthalpies near those of a snapshot.
struct Flows<'a> {
    conduction: &'a Conduction,
    temperature: Cow<'a, [f64]>,
    walls: Vec<WallState>,
    sources: Option<Arc<[f64]>>,
}

impl<'a> Flows<'a> {
    fn new(near: &Snapshot<'a>, enthalpy: &'a [f64], time: f64) -> Flows<'a> {
        let conduction = near.conduction;
        let temperature = conduction.temperatures(enthalpy);
        let mut walls = near.walls.clone();
        conduction.walls(&temperature, time, &mut walls);
        Flows { conduction, temperature, walls, sources: conduction.sources(time) }
    }

    /// What the cells of a row gain, W.
    fn row(&self, row: usize, gain: &mut [f64]) {
        self.conduction.row_gain(row, &self.temperature, &self.walls, gain);
        if let Some(sources) = &self.sources {
            let first = row * gain.len();
            gain.iter_mut().zip(&sources[first..]).for_each(|(gain, source)| *gain += source);
        }
    }

    /// What every cell gains, W.
    fn net(&self) -> Vec<f64> {
        let mut net = vec![0.0; self.temperature.len()];
        self.conduction.net(&self.temperature, &self.walls, self.sources.as_deref(), &mut net);
        net
    }
}

/// Differences of two fields on one grid, K.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The largest.
    pub largest: f64,
    /// Root of the mean square, by volume.
    pub rms: f64,
}

impl Spread {
    /// Between two fields; cells where one of them has no number are left out.
    pub fn between(grid: &Grid, a: &[f64], b: &[f64]) -> Spread {
        let (mut largest, mut square, mut total) = (0.0_f64, 0.0, 0.0);
        let differences = a.iter().zip(b).map(|(a, b)| a - b).zip(grid.volumes());
        for (difference, volume) in differences.filter(|(d, _)| !d.is_nan()) {
            largest = largest.max(difference.abs());
            square += volume * difference * difference;
            total += volume;
        }
        Spread { largest, rms: if total > 0.0 { (square / total).sqrt() } else { 0.0 } }
    }
}

/// What coarser grids tell of the error of a grid.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByGrids {
    /// Largest error, K; none without a coarser grid.
    pub error: Option<f64>,
    /// Order of the error; none with less than three grids.
    pub order: Option<f64>,
    /// What is to be said of it.
    pub note: Option<String>,
}

/// A grid, or a way through time, that is no more than this much finer than another tells nothing of its error.
pub const FINER: f64 = 1.3;

/// Orders of accuracy that a grid may show.
const ORDERS: [f64; 2] = [0.3, 2.0];

/// Orders among which that of three grids is looked for.
const LIKELY: [f64; 2] = [-4.1, 8.0];

/// The order p at which errors of `h^p` differ so many times more between the third and the second grid than between the second and the first, cells being
/// `near` and then `far` times wider (Roache 1998, section 5.10.3): `near^p (far^p - 1) / (near^p - 1)`, which rises with p.
fn order(times: f64, near: f64, far: f64) -> f64 {
    let [mut low, mut high] = LIKELY;
    let (near, far) = (near.ln(), far.ln());
    for _ in 0..60 {
        let p = 0.5 * (low + high);
        let expected = (p * near).exp() * (p * far).exp_m1() / (p * near).exp_m1();
        if expected < times { low = p } else { high = p }
    }
    0.5 * (low + high)
}

/// The error of a grid by Richardson's extrapolation: how far the solution on the next coarser grid is from it, and that on the one after from the next,
/// each with how much wider its cells are. With one coarser grid second order is taken for granted (Roache, Verification and Validation in Computational
/// Science and Engineering (1998), section 5.6).
pub fn by_grids(found: &[(Spread, f64)]) -> ByGrids {
    let [least, most] = ORDERS;
    let Some(&(near, ratio)) = found.first() else { return ByGrids::default() };
    let of_order = |order: f64| Some(near.largest / (ratio.powf(order.min(most)) - 1.0));
    let Some(&(far, wider)) = found.get(1) else { return ByGrids { error: of_order(most), ..ByGrids::default() } };
    if near.rms == 0.0 {
        return ByGrids { error: Some(0.0), ..ByGrids::default() };
    }
    let times = far.rms / near.rms;
    let order = order(times, ratio, wider);
    if times.is_finite() && order >= least {
        return ByGrids { error: of_order(order), order: Some(order), note: None };
    }
    let note = format!("grid: the three grids do not converge yet (order {order:.2}); the whole difference counts");
    ByGrids { error: Some(near.largest), order: Some(order), note: Some(note) }
}

/// How far temperatures can be from the reference, K: those at the start, and those that walls are told. None where heat is given, or
/// something else that tells no temperature beforehand.
pub fn size(problem: &Problem) -> Option<f64> {
    if problem.sources.len() > 1 {
        return None;
    }
    let [low, high] = solid_range(&problem.initial, &problem.material);
    let constant = |id| problem.values.get(id).as_constant();
    let told = problem.conditions.iter().map(|condition| match *condition {
        Condition::Temperature(id) => constant(id),
        Condition::Environment { flux, .. } if constant(flux) != Some(0.0) => None,
        Condition::Environment { ambient, .. } => constant(ambient),
    });
    told.map(|t| t.map(f64::abs)).try_fold(low.abs().max(high.abs()), |size, t| Some(size.max(t?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{Kind, Precision, Selection};
    use crate::execution::{self, Options, Outcome, Quiet};
    use crate::scenario::Scenario;
    use std::f64::consts::PI;

    const TAU: f64 = 0.04 / (PI * PI) / 2e-5;

    fn outcome(initial: &str, until: f64, rest: &str, precision: Precision) -> Outcome {
        let text = format!(
            "model = \"heat\"\n[grid]\nsize = [0.2, 0.05]\ncells = [40, 10]\nmaterial = \"m\"\n[materials.m]\nconductivity = 50\n\
             volumetric_heat_capacity = 2.5e6\n[initial]\ntemperature = \"{initial}\"\n[boundary]\nx_min = {{ temperature = 300 }}\n\
             x_max = {{ temperature = 300 }}\n[run]\nuntil = {until}\nmethod = \"explicit\"\n{rest}"
        );
        let scenario = Scenario::parse(&text, "slab.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
        let selection = Selection { kind: Kind::Cpu, precision: Some(precision), ..Selection::default() };
        execution::run(&scenario, &Options { selection, ..Options::default() }, &mut Quiet)
            .unwrap_or_else(|e| panic!("{e}"))
    }

    /// A mode that the grid keeps exactly, so that what is wrong is the time step's alone.
    #[test]
    fn the_error_of_the_time_step_is_foretold() {
        let eigenvalue = 4.0 * 2e-5 / (0.005 * 0.005) * (PI * 0.005 / 0.4).sin().powi(2);
        for (until, rest) in [(0.3 * TAU, ""), (TAU, ""), (3.0 * TAU, ""), (TAU, "safety = 0.3\n")] {
            let outcome = outcome("300 + 10*sin(pi*x/0.2)", until, rest, Precision::F64);
            let exact =
                |i: usize| 300.0 + 10.0 * (PI * ((i % 40) as f64 + 0.5) / 40.0).sin() * (-eigenvalue * until).exp();
            let error = outcome.temperature.iter().enumerate().map(|(i, t)| (t - exact(i)).abs()).fold(0.0, f64::max);
            let told = outcome.report.precision.time_step.unwrap();
            assert!(error > 0.5 * told && error < 1.5 * told, "{until} s: {error:e} K, foretold {told:e} K");
        }
    }

    #[test]
    fn the_error_of_rounding_is_foretold() {
        for until in [0.1 * TAU, TAU] {
            let run = |precision| outcome("300 + 100*sin(9*x)*cos(60*y)", until, "", precision);
            let (single, double) = (run(Precision::F32), run(Precision::F64));
            assert_eq!(single.report.precision.storage, "f32");
            let error =
                single.temperature.iter().zip(&double.temperature).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let told = single.report.precision.rounding.unwrap();
            assert!(error < told && error > 1e-3 * told, "{until} s: {error:e} K, foretold {told:e} K");
        }
    }

    /// Errors of 0.01 K and of a known order, on grids of cells several times wider.
    #[test]
    fn grids_tell_the_error_and_its_order_however_much_wider_they_are() {
        for (order, [near, far]) in [(2.0, [2.0, 2.0]), (2.0, [4.0, 2.0]), (1.0, [8.0, 2.0]), (1.5, [2.0, 3.0])] {
            let error = |wider: f64| 0.01 * wider.powf(order);
            let between = |finer: f64, coarser: f64| {
                let apart = error(coarser) - error(finer);
                Spread { largest: apart, rms: 0.3 * apart }
            };
            let found = by_grids(&[(between(1.0, near), near), (between(near, near * far), far)]);
            assert!((found.order.unwrap() - order).abs() < 1e-9, "{order}: {found:?}");
            assert!((found.error.unwrap() / 0.01 - 1.0).abs() < 1e-9, "{order}: {found:?}");
        }
        // What a coarser grid makes nothing of is no order.
        let [near, far] = [0.02, f64::INFINITY].map(|apart| Spread { largest: apart, rms: apart });
        let found = by_grids(&[(near, 2.0), (far, 2.0)]);
        assert!(found.error == Some(0.02) && found.note.is_some(), "{found:?}");
    }

    #[test]
    fn runs_of_some_thousand_million_sweeps_call_for_f64() {
        assert!(single(1e7) < TOO_COARSE && single(1e8) < TOO_COARSE && single(1e10) > TOO_COARSE);
    }

    /// In plain f32 kelvins a bar with a drop of 1 K stalls, wrong by a large part of it; the estimate says so beforehand.
    #[test]
    fn storage_that_would_stall_is_foretold() {
        let steps = 256.0 * 256.0 * 2.0 / (PI * PI);
        let absolute = Resolution { offset: 300.0, ..Resolution::SINGLE };
        let f32 = f64::from(f32::EPSILON);
        assert!(rounding(1.0, f32, absolute, steps) > 0.1);
        assert!(rounding(1.0, f32, Resolution::COMPENSATED, steps) < 1e-6);
    }
}
