//! A gas on the device against the same on the CPU, in f64.

use super::{Molecules, constants, plan};
use crate::backend::gpu::carriers::program::{Swept, sweeps};
use crate::backend::gpu::tests::options;
use crate::backend::{BackendError, BackendInfo, Precision, Selection};
use crate::grid::{Axis, Grid, Side};
use crate::kinetic::domain::{Domain, Law, Outer, VOID};
use crate::kinetic::gas::law::{Gas, Vessel};
use crate::kinetic::gas::pass::{Laps, Passes, WallState};
use crate::kinetic::gas::steady::{Elsewhere, Moments, Steady, solve, solve_from};
use crate::kinetic::gas::survey::Survey;
use crate::kinetic::gas::tally::Tally;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::medium::{Band, Medium};
use crate::kinetic::steady::Tolerance;

const SHAKHOV: f64 = 2.0 / 3.0;

const TOLERANCE: Tolerance = Tolerance { residual: 1e-8, imbalance: 1e-8, iterations: 100 };

fn fill(grid: Grid, void: impl Fn(usize) -> bool, outer: impl Fn([usize; 3], Side) -> Outer, body: f64) -> Domain {
    let medium = Medium::new(vec![Band { heat_capacity: 1.0, velocity: 1.0, mean_free_path: 1.0 }]);
    let n = grid.len();
    let medium_of = (0..n).map(|c| if void(c) { VOID } else { 0 }).collect();
    Domain::new(grid, medium_of, vec![medium], vec![0.0; n], outer, |_, _, _| Law::Thermal(body), |_, _| None)
}

/// Two plates, one hot.
pub(in crate::backend::gpu::carriers) fn plates(gas: Gas, accommodation: f64) -> Vessel {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 24), Axis::uniform(0.0, 1.0, 1), 1.0);
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { -0.5 } else { 0.5 }),
            _ => Law::Adiabatic { specularity: 1.0 },
        })
    };
    Vessel::new(fill(grid, |_| false, outer, 0.0), gas, |_| accommodation)
}

/// A graded cavity with a warm body in it, a mirror below, and walls that differ in how molecules come back.
pub(in crate::backend::gpu::carriers) fn cavity(gas: Gas, [hot, body, cold]: [f64; 3]) -> Vessel {
    let y: Vec<f64> = (0..=12).map(|j| (f64::from(j) / 12.0).powf(1.2)).collect();
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 14), Axis::from_edges(y), 1.0);
    let void = |c: usize| (5..9).contains(&(c % 14)) && (4..7).contains(&(c / 14));
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { cold } else { hot }),
            (_, true) => Law::Thermal(cold),
            (_, false) => Law::Adiabatic { specularity: 1.0 },
        })
    };
    let domain = fill(grid, void, outer, body);
    let sides: Vec<Side> = domain.walls.iter().map(|w| w.side).collect();
    Vessel::new(domain, gas, |w| if sides[w] == (Side { axis: 0, high: false }) { 0.6 } else { 1.0 })
}

/// Ends joined with a jump over so many cells, between walls that hold back what flows along.
pub(in crate::backend::gpu::carriers) fn joined(gas: Gas, cells: usize) -> Vessel {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 0.4, cells), Axis::uniform(0.0, 1.0, 10), 1.0);
    let outer = |_, side: Side| match side.axis {
        0 => Outer::Joined(if side.high { 1.0 } else { -1.0 }),
        _ => Outer::Law(Law::Thermal(if side.high { 0.5 } else { 0.0 })),
    };
    Vessel::new(fill(grid, |_| false, outer, 0.0), gas, |_| 0.8)
}

/// A box with a mirror, joined along y.
pub(in crate::backend::gpu::carriers) fn block(gas: Gas) -> Vessel {
    let grid =
        Grid::three_dimensional(Axis::uniform(0.0, 1.0, 7), Axis::uniform(0.0, 1.0, 3), Axis::uniform(0.0, 0.8, 5));
    let outer = |cell: [usize; 3], side: Side| match (side.axis, side.high) {
        (0, high) => Outer::Law(Law::Thermal(if high { 0.0 } else { 1.0 })),
        (1, _) => Outer::Joined(0.0),
        (_, true) => Outer::Law(Law::Thermal(if cell[0] > 3 { 0.4 } else { 0.1 })),
        (_, false) => Outer::Law(Law::Adiabatic { specularity: 1.0 }),
    };
    Vessel::new(fill(grid, |_| false, outer, 0.0), gas, |_| 0.9)
}

pub(in crate::backend::gpu::carriers) fn shakhov(rate: f64) -> Gas {
    Gas { rate, prandtl: SHAKHOV, internal: 0.0 }
}

pub(in crate::backend::gpu::carriers) fn polyatomic(rate: f64) -> Gas {
    Gas { rate, prandtl: 0.71, internal: 2.0 }
}

pub(in crate::backend::gpu::carriers) fn cases() -> Vec<(&'static str, Vessel)> {
    vec![
        ("plates, free molecules", plates(shakhov(1e-3), 1.0)),
        ("plates in between", plates(Gas { prandtl: 1.0, ..shakhov(2.0) }, 0.7)),
        ("plates, dense", plates(polyatomic(300.0), 1.0)),
        ("cavity", cavity(shakhov(3.0), [1.0, 0.5, 0.0])),
        ("cavity of a polyatomic gas", cavity(polyatomic(0.5), [1.0, 0.5, 0.0])),
        ("thick cavity", cavity(shakhov(200.0), [1.0, 0.5, 0.0])),
        ("joined", joined(polyatomic(4.0), 5)),
        ("ring", joined(polyatomic(4.0), 1)),
        ("block", block(shakhov(2.0))),
        ("block of a polyatomic gas", block(polyatomic(20.0))),
    ]
}

pub(in crate::backend::gpu::carriers) fn velocities(vessel: &Vessel) -> Velocities {
    Velocities::new(vessel.domain.grid.dimensions(), 5, 4, 12)
}

pub(in crate::backend::gpu::carriers) fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn every_shader_is_valid() {
    for (name, vessel) in cases() {
        let velocities = velocities(&vessel);
        let (layout, sizes) = plan(&vessel, &velocities.all(), 1 << 30).unwrap();
        let swept = Swept::molecules(constants(&vessel, &velocities, &layout, 1000));
        for draft in sweeps(&vessel.domain, &layout, sizes.lines, &swept) {
            draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

/// Whatever the moments are (here of the order of 1): all that a pass counts is what the CPU counts, to the rounding of f32 and not
/// beyond.
#[test]
fn a_pass_is_that_of_the_cpu() {
    let Some(selection) = options() else { return };
    for (name, vessel) in cases() {
        let velocities = velocities(&vessel);
        let mut device = Molecules::new(&vessel, &velocities, &selection).unwrap_or_else(|e| panic!("{name}: {e}"));
        let domain = &vessel.domain;
        let mut moments = Moments::zero(&vessel);
        for (kind, values) in moments.kind.iter_mut().enumerate() {
            for (c, value) in values.iter_mut().enumerate().filter(|(c, _)| domain.is_solid(*c)) {
                let p = domain.grid.centre(domain.grid.cell(c));
                *value = (3.0 * p.x + (1.0 + kind as f64) * p.y + 2.0 * p.z + kind as f64).sin();
            }
        }
        let passes = Passes::new(&vessel, &velocities);
        let mut walls = passes.walls_at(&moments.kind[1]);
        walls.emission.iter_mut().enumerate().for_each(|(w, e)| *e += 0.1 * (w as f64).cos());
        let laps = Laps { most: 200, change: 1e-9 };
        let expected = passes.pass(&moments, &mut walls.clone(), laps, false);
        let got = device.pass(&moments, &mut walls, laps).unwrap();
        let mut most = 0.0_f64;
        for (kind, (a, b)) in got.moments.kind.iter().zip(&expected.moments.kind).enumerate() {
            let apart = apart(a, b);
            assert!(apart < 3e-6, "{name}, moment {kind}: {apart:e}");
            most = most.max(apart);
        }
        for (what, a, b) in [
            ("hits", &got.hits, &expected.hits),
            ("returns", &got.returns, &expected.returns),
            ("heat hits", &got.heat_hits, &expected.heat_hits),
            ("heat returns", &got.heat_returns, &expected.heat_returns),
        ] {
            let apart = apart(a, b);
            assert!(apart < 3e-6, "{name}, {what}: {apart:e}");
            most = most.max(apart);
        }
        assert!(most > 1e-13, "{name}: {most:e}, as if it had been made in f64");
        eprintln!("{name}: {most:.1e} in {} laps", got.laps / velocities.families());
    }
}

/// Counts what it hands on to the device.
struct Counted {
    device: Molecules,
    passes: usize,
}

impl Elsewhere for Counted {
    fn pass(&mut self, moments: &Moments, walls: &mut WallState, laps: Laps) -> Result<Tally, BackendError> {
        self.passes += 1;
        self.device.pass(moments, walls, laps)
    }

    fn info(&self) -> BackendInfo {
        self.device.info()
    }
}

fn on_device(name: &str, vessel: &Vessel, velocities: &Velocities, selection: &Selection) -> Steady {
    let device = Molecules::new(vessel, velocities, selection).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut counted = Counted { device, passes: 0 };
    assert_eq!((counted.info().kind, counted.info().precision), ("gpu", "f32"));
    let steady = solve_from(vessel, velocities, TOLERANCE, Some(&mut counted), &mut None, &mut |_| true).unwrap();
    assert_eq!(steady.made_elsewhere, counted.passes, "{name}");
    steady
}

#[test]
fn steady_states_are_those_of_the_cpu() {
    let Some(selection) = options() else { return };
    for (name, vessel) in cases() {
        let velocities = velocities(&vessel);
        let on_device = on_device(name, &vessel, &velocities, &selection);
        let on_host = solve(&vessel, &velocities, TOLERANCE, &mut |_| true).unwrap();
        let [a, b] = [&on_device, &on_host].map(|s| Survey::new(&vessel, &s.tally, &s.moments));
        // all ranges are 1
        let apart = [
            apart(&a.temperature, &b.temperature),
            apart(&a.density, &b.density),
            a.velocity.iter().zip(&b.velocity).map(|(a, b)| (*a - *b).length()).fold(0.0, f64::max),
            apart(&a.heat, &b.heat) / b.heat.iter().fold(0.0, |m: f64, q| m.max(q.abs())),
        ];
        eprintln!(
            "{name}: {} passes on the device, {} in all, {} on the CPU alone; {apart:?}, {:?}",
            on_device.made_elsewhere,
            on_device.steps.len(),
            on_host.steps.len(),
            on_device.steps.last().unwrap()
        );
        assert!(apart.iter().all(|d| *d < 1e-6), "{name}: {apart:?}");
        // in thick cells f32 leaves a few passes to f64
        let few = if name == "plates, dense" { 8 } else { 2 };
        assert!(on_device.made_elsewhere + few > on_device.steps.len(), "{name}");
        assert!(on_device.steps.len() <= on_host.steps.len() + 8, "{name}");
    }
}

/// Walls all alike: nothing flows and nothing moves, to the rounding of f64.
#[test]
fn equilibrium_is_kept() {
    let Some(selection) = options() else { return };
    for rate in [0.1, 100.0] {
        let vessel = cavity(polyatomic(rate), [1.5, 1.5, 1.5]);
        let steady = on_device("at rest", &vessel, &velocities(&vessel), &selection);
        let survey = Survey::new(&vessel, &steady.tally, &steady.moments);
        assert!(survey.heat.iter().all(|q| q.abs() < 1e-12), "{rate}");
        assert!(survey.flux.iter().chain(&survey.velocity).all(|v| v.length() < 1e-11), "{rate}");
        for (c, t) in survey.temperature.iter().enumerate().filter(|(c, _)| vessel.domain.is_solid(*c)) {
            assert!((t - 1.5).abs() < 1e-11, "{rate}: {t} in {c}");
        }
    }
}

#[test]
fn what_does_not_fit_is_told() {
    let Some(selection) = options() else { return };
    let vessel = plates(shakhov(1.0), 1.0);
    let velocities = velocities(&vessel);
    let double = Selection { precision: Some(Precision::F64), ..selection.clone() };
    let refused = Molecules::new(&vessel, &velocities, &double).err().expect("f32 only").to_string();
    assert!(refused.contains("--precision f32") && refused.contains("--backend cpu"), "{refused}");
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 40), Axis::uniform(0.0, 1.0, 40), 1.0);
    let outer = |_, side: Side| Outer::Law(Law::Thermal(if side.high { 1.0 } else { 0.0 }));
    let wide = Vessel::new(fill(grid, |_| false, outer, 0.0), shakhov(1.0), |_| 1.0);
    let small = Selection { max_binding: Some(64 << 10), ..selection };
    let refused = Molecules::new(&wide, &velocities, &small).err().expect("too large").to_string();
    assert!(refused.contains("coefficients") && refused.contains("fewer cells"), "{refused}");
}

/// Velocities that do not fit one binding together go one after the other, to the same sums.
#[test]
fn chunks_change_little() {
    let Some(selection) = options() else { return };
    let vessel = cavity(polyatomic(3.0), [1.0, 0.5, 0.0]);
    let velocities = velocities(&vessel);
    let [whole, cut] = [None, Some(96 << 10)].map(|max_binding| {
        let selection = Selection { max_binding, ..selection.clone() };
        let mut device = Molecules::new(&vessel, &velocities, &selection).unwrap();
        let moments = Moments::zero(&vessel);
        let mut walls = Passes::new(&vessel, &velocities).walls_at(&moments.kind[1]);
        device.pass(&moments, &mut walls, Laps { most: 3, change: 0.0 }).unwrap()
    });
    assert_eq!(whole.moments, cut.moments);
    assert_eq!(whole.heat_hits, cut.heat_hits);
}
