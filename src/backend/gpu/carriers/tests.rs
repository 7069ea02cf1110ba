//! Carriers on the device against those on the CPU, in f64.

use super::layout::Layout;
use super::program::{Swept, drafts};
use super::{Carriers, Flights};
use crate::backend::gpu::tests::options;
use crate::backend::{Clock, Selection};
use crate::expression::{Expression, Variable};
use crate::grid::{Axis, Grid, Side};
use crate::kinetic::domain::{Domain, Law, Outer, VOID};
use crate::kinetic::driving::Driving;
use crate::kinetic::march::{March, OnCpu};
use crate::kinetic::medium::{Band, Medium};
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::{Tolerance, solve, solve_with};
use crate::kinetic::survey::Survey;
use crate::kinetic::transient::{Transient, longest_step};
use glam::DVec3;

fn gray(path: f64) -> Medium {
    Medium::new(vec![Band { heat_capacity: 1.0, velocity: 1.0, mean_free_path: path }])
}

fn two_bands(path: f64) -> Medium {
    let slow = Band { heat_capacity: 0.4, velocity: 0.3, mean_free_path: 0.1 * path };
    Medium::new(vec![gray(path).bands[0], slow])
}

/// A graded plane with a pore, heated in a spot: a hot wall, a cold one, mirrors that are half rough, rough walls of the pore.
fn plane(medium: Medium) -> Domain {
    let y: Vec<f64> = (0..=14).map(|j| (f64::from(j) / 14.0).powf(1.2)).collect();
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 16), Axis::from_edges(y), 1.0);
    let n = grid.len();
    let void = |c: usize| (5..9).contains(&(c % 16)) && (4..8).contains(&(c / 16));
    let medium_of: Vec<u8> = (0..n).map(|c| if void(c) { VOID } else { 0 }).collect();
    let source = (0..n).map(|c| if c % 16 > 12 && !void(c) { 0.3 } else { 0.0 }).collect();
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { -0.5 } else { 0.5 }),
            (_, high) => Law::Adiabatic { specularity: if high { 1.0 } else { 0.5 } },
        })
    };
    Domain::new(
        grid,
        medium_of,
        vec![medium],
        source,
        outer,
        |_, _, _| Law::Adiabatic { specularity: 0.0 },
        |_, _| None,
    )
}

/// Two media behind an interface, joined ends with a jump.
fn joined() -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 12), Axis::uniform(0.0, 0.7, 8), 1.0);
    let n = grid.len();
    let medium = (0..n).map(|c| u8::from(c / 12 >= 5)).collect();
    let outer = |_, side: Side| match side.axis {
        0 => Outer::Joined(if side.high { 1.0 } else { -1.0 }),
        _ => Outer::Law(Law::Adiabatic { specularity: 0.0 }),
    };
    let mut second = gray(0.05);
    second.bands[0].heat_capacity = 1.5;
    let pass = |a: usize, b: usize| {
        let other = |c: usize| c / 12 >= 5;
        (other(a) != other(b)).then_some(vec![if other(a) { 0.4 } else { 0.6 }])
    };
    Domain::new(grid, medium, vec![gray(0.4), second], vec![0.0; n], outer, |_, _, _| unreachable!(), pass)
}

/// Two media whose bands share frequencies: the second lacks one, and what meets the interface is spread over the bands of its group.
fn shared() -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 10), Axis::uniform(0.0, 0.6, 6), 1.0);
    let n = grid.len();
    let band = |c: f64, v: f64, l: f64| Band { heat_capacity: c, velocity: v, mean_free_path: l };
    let first = vec![band(1.0, 1.0, 0.5), band(0.5, 0.6, 0.2), band(0.8, 0.4, 0.05)];
    let second = vec![band(0.7, 0.8, 0.3), band(0.0, 1.0, 0.1), band(1.2, 0.5, 0.1)];
    let group = [0, 0, 1];
    let media = [first, second];
    let flight = |m: usize, g: u16| -> f64 {
        let bands = media[m].iter().zip(&group).filter(|(_, of)| **of == g);
        bands.map(|(b, _)| b.heat_capacity * b.velocity).sum()
    };
    let side = |c: usize| usize::from(c % 10 >= 4);
    let pass = |a: usize, b: usize| {
        let part = |g: &u16| flight(side(b), *g) / (flight(side(a), *g) + flight(side(b), *g));
        (side(a) != side(b)).then(|| group.iter().map(part).collect())
    };
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { -0.5 } else { 0.5 }),
            (_, high) => Law::Adiabatic { specularity: if high { 1.0 } else { 0.0 } },
        })
    };
    let medium = (0..n).map(|c| side(c) as u8).collect();
    let both = media.iter().cloned().map(Medium::new).collect();
    let mut domain = Domain::new(grid, medium, both, vec![0.0; n], outer, |_, _, _| unreachable!(), pass);
    domain.group = group.to_vec();
    domain
}

/// A block with a mirror at a wall of its bottom, joined along y.
fn block() -> Domain {
    let grid =
        Grid::three_dimensional(Axis::uniform(0.0, 1.0, 7), Axis::uniform(0.0, 1.0, 5), Axis::uniform(0.0, 0.8, 6));
    let n = grid.len();
    let outer = |cell: [usize; 3], side: Side| match (side.axis, side.high) {
        (0, high) => Outer::Law(Law::Thermal(if high { 0.0 } else { 1.0 })),
        (1, _) => Outer::Joined(0.0),
        (_, true) => Outer::Law(Law::Thermal(if cell[0] > 3 { 0.4 } else { 0.1 })),
        (_, false) => Outer::Law(Law::Adiabatic { specularity: 0.3 }),
    };
    Domain::new(grid, vec![0; n], vec![gray(0.3)], vec![0.1; n], outer, |_, _, _| unreachable!(), |_, _| None)
}

pub(super) fn idle() -> Driving {
    Driving::default()
}

fn wave(domain: &Domain) -> Vec<f64> {
    let of = |c: usize| {
        let p = domain.grid.centre(domain.grid.cell(c));
        if domain.is_solid(c) { 0.2 * (5.0 * p.x + 3.0 * p.y * p.y).sin() } else { 0.0 }
    };
    (0..domain.grid.len()).map(of).collect()
}

pub(super) fn advance(march: &mut dyn March, clock: Clock, steps: u64) {
    let mut made = 0;
    while made + 1 < steps {
        made += march.advance(clock, made, steps - 1 - made).unwrap();
    }
    march.look(clock, made).unwrap();
}

/// Largest difference of temperatures, of heats through walls and of what had entered; each over the largest such number.
pub(super) fn apart(a: &mut dyn March, b: &mut dyn March) -> [f64; 5] {
    let (first, second) = (a.survey().unwrap(), b.survey().unwrap());
    let over = |x: &[f64], y: &[f64]| {
        let scale = y.iter().fold(1e-30_f64, |m, v| m.max(v.abs()));
        x.iter().zip(y).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max) / scale
    };
    let flat = |flux: &[DVec3]| flux.iter().flat_map(|f| f.to_array()).collect::<Vec<f64>>();
    let looks = [
        over(&first.unrest, &second.unrest),
        over(&first.wall, &second.wall),
        over(&first.bulk, &second.bulk),
        over(&first.squares, &second.squares),
        10.0 * over(&first.surface, &second.surface),
    ];
    assert!(looks.iter().all(|d| *d < 1e-4), "{looks:?}");
    let (rays, others) = (a.distribution(&[1, 3]).unwrap(), b.distribution(&[1, 3]).unwrap());
    assert!(rays.carried.iter().zip(&others.carried).all(|(x, y)| over(x, y) < 1e-5));
    let ((entered, heated), (expected, heat)) = (a.ledger().unwrap(), b.ledger().unwrap());
    [
        over(&first.temperature, &second.temperature),
        over(&first.heat, &second.heat),
        over(&flat(&first.flux), &flat(&second.flux)),
        over(&entered, &expected),
        if heat == 0.0 { heated.abs() } else { (heated / heat - 1.0).abs() },
    ]
}

pub(super) fn both(
    domain: &Domain,
    driving: &Driving,
    ordinates: &Ordinates,
    initial: &[f64],
    selection: &Selection,
) -> (Carriers, OnCpu) {
    let gpu = Carriers::new(domain, driving, ordinates, initial, selection).unwrap_or_else(|e| panic!("{e}"));
    (gpu, OnCpu::new(Transient::new(domain.clone(), ordinates.clone(), initial), driving))
}

/// Heat for single bands, in stripes.
fn uneven() -> Domain {
    let mut domain = plane(two_bands(0.5));
    for c in (0..domain.grid.len()).filter(|&c| domain.is_solid(c)).collect::<Vec<_>>() {
        match c % 3 {
            0 => domain.share_source(c, &[0.0, 1.0]),
            1 => domain.share_source(c, &[0.9, 0.1]),
            _ => {}
        }
    }
    domain
}

fn cases() -> Vec<(&'static str, Domain, Ordinates)> {
    vec![
        ("plane", plane(gray(0.2)), Ordinates::new(2, 4, 8)),
        ("plane in two bands", plane(two_bands(0.5)), Ordinates::new(2, 4, 8)),
        ("joined", joined(), Ordinates::new(2, 4, 8)),
        ("shared", shared(), Ordinates::new(2, 4, 8)),
        ("block", block(), Ordinates::new(3, 4, 8)),
        ("thick", plane(gray(1e-3)), Ordinates::new(2, 4, 8)),
        ("thin", plane(gray(1e3)), Ordinates::new(2, 4, 8)),
    ]
}

/// These, and one whose sources heat single bands.
fn all_cases() -> Vec<(&'static str, Domain, Ordinates)> {
    [cases(), vec![("heated band by band", uneven(), Ordinates::new(2, 4, 8))]].concat()
}

#[test]
fn every_shader_is_valid() {
    for (_, domain, ordinates) in all_cases() {
        let layout = Layout::new(&domain, &idle(), &ordinates, 1 << 30, |w| super::mirrors(&domain, w)).unwrap();
        let more = super::program::sweeps(&domain, &layout, 1000, &Swept::PHONONS);
        for draft in drafts(&domain, &layout).all().chain(more) {
            draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn the_way_through_time_is_that_of_the_cpu() {
    let Some(selection) = options() else { return };
    for (name, domain, ordinates) in all_cases() {
        let (mut gpu, mut cpu) = both(&domain, &idle(), &ordinates, &wave(&domain), &selection);
        let step = 0.9 * longest_step(&domain);
        advance(&mut gpu, Clock { start: 0.0, step }, 40);
        advance(&mut cpu, Clock { start: 0.0, step }, 40);
        // another step from here on
        let clock = Clock { start: 40.0 * step, step: 0.7 * step };
        advance(&mut gpu, clock, 20);
        advance(&mut cpu, clock, 20);
        let apart = apart(&mut gpu, &mut cpu);
        assert!(apart.iter().all(|d| *d < 3e-6), "{name}: {apart:?}");
    }
}

#[test]
fn slabs_change_no_bit() {
    let Some(selection) = options() else { return };
    const LIMIT: u64 = 128 << 10;
    for (name, domain, _) in cases() {
        let dimensions = domain.grid.dimensions();
        let ordinates = Ordinates::new(dimensions, if dimensions == 2 { 16 } else { 8 }, 24);
        let step = 0.9 * longest_step(&domain);
        let run = |max_binding: Option<u64>| {
            let selection = Selection { max_binding, ..selection.clone() };
            let mut gpu = Carriers::new(&domain, &idle(), &ordinates, &wave(&domain), &selection).unwrap();
            advance(&mut gpu, Clock { start: 0.0, step }, 8);
            (gpu.slabs(), gpu.survey().unwrap(), gpu.ledger().unwrap())
        };
        let (one, whole, entered) = run(None);
        let (many, cut, entered_cut) = run(Some(LIMIT));
        let bytes = 4 * (domain.grid.len() * ordinates.len() * domain.bands()) as u64;
        assert!(one == 1 && (many > 1 || bytes <= LIMIT), "{name}: {bytes} bytes in {many} slabs");
        assert!(whole == cut, "{name} in {many} slabs");
        assert_eq!(entered, entered_cut, "{name} in {many} slabs");
    }
}

/// Makes steps; then what energy the carriers have gained is what entered, and nothing entered through mirrors and rough walls.
pub(super) fn keep_energy(name: &str, gpu: &mut Carriers, steps: u64) {
    let domain = gpu.domain().clone();
    let energy = |gpu: &mut Carriers| -> f64 {
        let of = |(c, e): (usize, &f64)| e * domain.grid.volume(domain.grid.cell(c));
        gpu.survey().unwrap().energy.iter().enumerate().map(of).sum()
    };
    let before = energy(gpu);
    advance(gpu, Clock { start: 0.0, step: 0.9 * longest_step(&domain) }, steps);
    let gained = energy(gpu) - before;
    let (entered, heated) = gpu.ledger().unwrap();
    let gross: f64 = entered.iter().map(|e| e.abs()).sum::<f64>() + heated;
    let net = entered.iter().sum::<f64>() + heated;
    assert!((gained - net).abs() < 1e-6 * gross, "{name}: {gained:e} for {net:e} of {gross:e}");
    for (wall, heat) in domain.walls.iter().zip(&entered) {
        if let Law::Adiabatic { .. } = wall.law {
            assert!(heat.abs() < 1e-6 * gross, "{name}: {heat:e}");
        }
    }
}

#[test]
fn energy_is_kept() {
    let Some(selection) = options() else { return };
    for (name, domain, ordinates) in cases() {
        let mut gpu = Carriers::new(&domain, &idle(), &ordinates, &wave(&domain), &selection).unwrap();
        keep_energy(name, &mut gpu, 60);
    }
}

#[test]
fn equilibrium_is_kept_exactly() {
    let Some(selection) = options() else { return };
    let mut domain = block();
    domain.source.fill(0.0);
    for wall in &mut domain.walls {
        if let Law::Thermal(t) = &mut wall.law {
            *t = 1.37;
        }
    }
    let ordinates = Ordinates::new(3, 4, 8);
    let initial = vec![1.37; domain.grid.len()];
    let mut gpu = Carriers::new(&domain, &idle(), &ordinates, &initial, &selection).unwrap();
    advance(&mut gpu, Clock { start: 0.0, step: 0.9 * longest_step(&domain) }, 50);
    let survey = gpu.survey().unwrap();
    assert!(survey.heat.iter().all(|q| q.abs() < 1e-15));
    assert!(survey.flux.iter().all(|q| q.length() == 0.0));
    assert!(survey.temperature.iter().all(|t| (t - 1.37).abs() < 1e-14));
}

/// A wall that swings, a source that wanders.
#[test]
fn driven_walls_and_sources() {
    let Some(selection) = options() else { return };
    let domain = plane(two_bands(0.3));
    let parse = |text: &str| Expression::parse(text, &Variable::ALL).unwrap();
    let swing = parse("0.5*sin(9*t)*(1 + y)");
    let walls = domain
        .walls
        .iter()
        .enumerate()
        .filter(|(_, w)| matches!(w.law, Law::Thermal(_)))
        .map(|(w, wall)| (w as u32, swing.clone(), domain.grid.centre(domain.grid.cell(wall.cell as usize))))
        .collect();
    let sources = vec![Expression::constant(0.0), parse("exp(-20*(x - t)^2)"), parse("cos(7*t)"), parse("x")];
    let source = (0..domain.grid.len()).map(|c| (c % 4) as u16).collect();
    let driving = Driving { walls, sources, source };
    let mut domain = domain;
    driving.set(&mut domain, 0.0);
    let ordinates = Ordinates::new(2, 4, 8);
    let (mut gpu, mut cpu) = both(&domain, &driving, &ordinates, &wave(&domain), &selection);
    let clock = Clock { start: 0.1, step: 0.8 * longest_step(&domain) };
    advance(&mut gpu, clock, 50);
    advance(&mut cpu, clock, 50);
    let apart = apart(&mut gpu, &mut cpu);
    assert!(apart.iter().all(|d| *d < 5e-6), "{apart:?}");
}

/// Two walls of given temperature, one after the other, by passes on the device and on the CPU.
#[test]
fn steady_states_are_those_of_the_cpu() {
    let Some(selection) = options() else { return };
    let tolerance = Tolerance { residual: 1e-8, imbalance: 1e-8, iterations: 100 };
    for (name, domain, ordinates) in all_cases() {
        let mut sweeps = Flights::new(&domain, &ordinates, &selection).unwrap_or_else(|e| panic!("{name}: {e}"));
        let on_device = solve_with(&domain, &ordinates, tolerance, Some(&mut sweeps), &mut |_| true).unwrap();
        let on_host = solve(&domain, &ordinates, tolerance, &mut |_| true).unwrap();
        let last = on_device.steps.last().unwrap();
        assert!(last.imbalance < 1e-6, "{name}: {last:?}");
        let [a, b] = [&on_device, &on_host].map(|s| Survey::new(&domain, &s.bands, &s.walls, &s.pseudo_temperature));
        let range = 1.0;
        let apart = a.temperature.iter().zip(&b.temperature).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 2e-6 * range, "{name}: {apart:e}");
        let gross: f64 = b.heat.iter().map(|q| q.abs()).sum();
        let net: f64 = a.heat.iter().sum::<f64>() + domain.source_heat();
        assert!(net.abs() < 1e-6 * gross, "{name}: {net:e} of {gross}");
        eprintln!(
            "{name}: {} passes on the device, {} in all, {} on the CPU alone; {apart:.1e}, {last:?}",
            on_device.made_elsewhere,
            on_device.steps.len(),
            on_host.steps.len()
        );
        // in thick cells f32 leaves a few passes to f64
        let few = if name == "thick" { 12 } else { 3 };
        assert!(on_device.made_elsewhere + few > on_device.steps.len(), "{name}");
        assert!(on_device.steps.len() <= on_host.steps.len() + 8, "{name}");
    }
}
