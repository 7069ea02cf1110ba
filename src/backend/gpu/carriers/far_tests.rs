//! Large temperature differences on the device against those on the CPU, in f64.

use super::layout::Layout;
use super::program::drafts;
use super::tests::{advance, apart, both, idle, keep_energy};
use super::{Carriers, mirrors};
use crate::backend::gpu::tests::options;
use crate::backend::{Clock, Selection};
use crate::expression::{Expression, Variable};
use crate::grid::{Axis, Grid, Side};
use crate::kinetic::domain::{Domain, Law, Outer, VOID};
use crate::kinetic::driving::Driving;
use crate::kinetic::march::March;
use crate::kinetic::medium::Medium;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::transient::longest_step;
use crate::spectrum::{Spectral, by_frequency, library::named};
use std::sync::Arc;

const REFERENCE: f64 = 300.0;

/// Silicon, or silicon and germanium by shared frequencies, with the groups of their bands.
fn media(names: &[&str], bands: usize) -> (Vec<Medium>, Vec<u16>) {
    let of = |name: &&str| Spectral::of_spectrum(named(name, None).unwrap(), REFERENCE, bands);
    let spectra: Vec<Spectral> = names.iter().map(of).collect();
    let (spectra, group) = if spectra.len() > 1 { by_frequency(&spectra, 6).unwrap() } else { (spectra, Vec::new()) };
    let medium =
        |s: &Spectral| Medium { occupation: Some(Arc::new(s.occupation(REFERENCE).unwrap())), ..s.medium.clone() };
    (spectra.iter().map(medium).collect(), group)
}

/// A plane with a pore, heated in a spot: walls at 150 and -120 K, mirrors that are half rough, rough walls of the pore.
fn plane(length: f64) -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, length, 12), Axis::uniform(0.0, length, 8), 1.0);
    let n = grid.len();
    let void = |c: usize| (4..7).contains(&(c % 12)) && (3..5).contains(&(c / 12));
    let medium_of: Vec<u8> = (0..n).map(|c| if void(c) { VOID } else { 0 }).collect();
    let (media, _) = media(&["silicon"], 3);
    let power = 20.0 / (length * (length / media[0].conductivity() + 4.0 / media[0].flight()));
    let source = (0..n).map(|c| if c % 12 > 9 && !void(c) { power } else { 0.0 }).collect();
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { -120.0 } else { 150.0 }),
            (_, high) => Law::Adiabatic { specularity: if high { 1.0 } else { 0.5 } },
        })
    };
    let rough = |_, _, _| Law::Adiabatic { specularity: 0.0 };
    Domain::new(grid, medium_of, media, source, outer, rough, |_, _| None)
}

/// Silicon and germanium behind an interface, by frequencies.
fn meeting() -> Domain {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 2e-7, 10), Axis::uniform(0.0, 1e-7, 5), 1.0);
    let n = grid.len();
    let (media, group) = media(&["silicon", "germanium"], 3);
    let side = |c: usize| usize::from(c % 10 >= 4);
    let flight = |m: usize, g: u16| -> f64 {
        let bands = media[m].bands.iter().zip(&group).filter(|(_, of)| **of == g);
        bands.map(|(b, _)| b.heat_capacity * b.velocity).sum()
    };
    let pass = |a: usize, b: usize| {
        let part = |g: &u16| {
            let [own, other] = [flight(side(a), *g), flight(side(b), *g)];
            if own > 0.0 && other > 0.0 { other / (own + other) } else { 0.0 }
        };
        (side(a) != side(b)).then(|| group.iter().map(part).collect())
    };
    let outer = |_, side: Side| {
        Outer::Law(match (side.axis, side.high) {
            (0, high) => Law::Thermal(if high { -100.0 } else { 100.0 }),
            (_, high) => Law::Adiabatic { specularity: if high { 1.0 } else { 0.0 } },
        })
    };
    let medium = (0..n).map(|c| side(c) as u8).collect();
    let mut domain = Domain::new(grid, medium, media.clone(), vec![0.0; n], outer, |_, _, _| unreachable!(), pass);
    domain.group = group.clone();
    domain
}

fn cases() -> Vec<(&'static str, Domain)> {
    vec![("plane", plane(1e-7)), ("thick", plane(1e-4)), ("thin", plane(1e-10)), ("meeting", meeting())]
}

fn ordinates() -> Ordinates {
    Ordinates::new(2, 4, 8)
}

#[test]
fn every_shader_is_valid() {
    for (_, domain) in cases() {
        let layout = Layout::new(&domain, &idle(), &ordinates(), 1 << 30, |w| mirrors(&domain, w)).unwrap();
        for draft in drafts(&domain, &layout).all() {
            draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

/// Waves of 60 K.
fn wave(domain: &Domain) -> Vec<f64> {
    let lengths = [0, 1].map(|a| domain.grid.axis(a).length());
    let of = |c: usize| {
        let p = domain.grid.centre(domain.grid.cell(c));
        if domain.is_solid(c) { 60.0 * (5.0 * p.x / lengths[0] + 3.0 * (p.y / lengths[1]).powi(2)).sin() } else { 0.0 }
    };
    (0..domain.grid.len()).map(of).collect()
}

/// With two lengths of steps.
#[test]
fn the_way_through_time_is_that_of_the_cpu() {
    let Some(selection) = options() else { return };
    for (name, domain) in cases() {
        let (mut gpu, mut cpu) = both(&domain, &idle(), &ordinates(), &wave(&domain), &selection);
        let step = 0.9 * longest_step(&domain);
        advance(&mut gpu, Clock { start: 0.0, step }, 30);
        advance(&mut cpu, Clock { start: 0.0, step }, 30);
        let clock = Clock { start: 30.0 * step, step: 0.7 * step };
        advance(&mut gpu, clock, 15);
        advance(&mut cpu, clock, 15);
        let apart = apart(&mut gpu, &mut cpu);
        assert!(apart.iter().all(|d| *d < 3e-6), "{name}: {apart:?}");
    }
}

/// In several slabs, and taken up again on the way.
#[test]
fn slabs_and_pauses_change_no_bit() {
    let Some(selection) = options() else { return };
    let ordinates = Ordinates::new(2, 8, 32);
    for (name, domain) in cases() {
        let step = 0.9 * longest_step(&domain);
        let run = |max_binding: Option<u64>, pauses: bool| {
            let selection = Selection { max_binding, ..selection.clone() };
            let new = || Carriers::new(&domain, &idle(), &ordinates, &wave(&domain), &selection).unwrap();
            let mut gpu = new();
            advance(&mut gpu, Clock { start: 0.0, step }, 5);
            if pauses {
                let kept = gpu.kept().unwrap();
                gpu = new();
                assert!(gpu.restore(&kept).unwrap());
            }
            advance(&mut gpu, Clock { start: 5.0 * step, step }, 4);
            (gpu.slabs(), gpu.survey().unwrap(), gpu.ledger().unwrap())
        };
        let (one, whole, entered) = run(None, false);
        let (many, cut, entered_cut) = run(Some(256 << 10), false);
        assert!(one == 1 && many > 1, "{name}: {many} slabs");
        assert!(whole == cut && entered == entered_cut, "{name} in {many} slabs");
        let (_, resumed, entered_resumed) = run(None, true);
        assert!(whole == resumed && entered == entered_resumed, "{name}");
    }
}

#[test]
fn energy_is_kept() {
    let Some(selection) = options() else { return };
    for (name, domain) in cases() {
        let mut gpu = Carriers::new(&domain, &idle(), &ordinates(), &wave(&domain), &selection).unwrap();
        keep_energy(name, &mut gpu, 200);
    }
}

/// Far from the reference, too, walls and cells of one temperature exchange nothing beyond rounding.
#[test]
fn equilibrium_is_kept() {
    let Some(selection) = options() else { return };
    for (name, mut domain) in cases() {
        domain.source.fill(0.0);
        for wall in &mut domain.walls {
            if let Law::Thermal(t) = &mut wall.law {
                *t = -133.7;
            }
        }
        let initial = vec![-133.7; domain.grid.len()];
        let mut gpu = Carriers::new(&domain, &idle(), &ordinates(), &initial, &selection).unwrap();
        advance(&mut gpu, Clock { start: 0.0, step: 0.9 * longest_step(&domain) }, 100);
        let survey = gpu.survey().unwrap();
        let flight = domain.media[0].flight();
        for (wall, (heat, entropy)) in domain.walls.iter().zip(survey.heat.iter().zip(&survey.wall)) {
            assert!(heat.abs() < 1e-6 * flight * wall.area, "{name}: {heat:e}");
            assert!(entropy.abs() < 1e-9 * flight * wall.area, "{name}, {:?}: {entropy:e}", wall.law);
        }
        let bulk = survey.bulk.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
        assert!(bulk < 1e-9 * flight * domain.walls[0].area, "{name}: {bulk:e}");
        let solid = (0..initial.len()).filter(|&c| domain.is_solid(c));
        assert!(solid.map(|c| survey.temperature[c] + 133.7).all(|t| t.abs() < 3e-6), "{name}");
    }
}

/// A wall that swings by 80 K, a source that wanders.
#[test]
fn driven_walls_and_sources() {
    let Some(selection) = options() else { return };
    let mut domain = plane(1e-7);
    let step = 0.8 * longest_step(&domain);
    let parse = |text: &str| Expression::parse(text, &Variable::ALL).unwrap();
    let swing = parse(&format!("80*sin({}*t)*(1 + {}*y)", 0.2 / step, 1e6));
    let walls = domain
        .walls
        .iter()
        .enumerate()
        .filter(|(_, w)| matches!(w.law, Law::Thermal(_)))
        .map(|(w, wall)| (w as u32, swing.clone(), domain.grid.centre(domain.grid.cell(wall.cell as usize))))
        .collect();
    let power = domain.media[0].conductivity() * 20.0 / 1e-14;
    let sources = vec![Expression::constant(0.0), parse(&format!("{power}*cos({}*t)", 0.1 / step))];
    let source = (0..domain.grid.len()).map(|c| (c % 2) as u16).collect();
    let driving = Driving { walls, sources, source };
    driving.set(&mut domain, 0.0);
    let (mut gpu, mut cpu) = both(&domain, &driving, &ordinates(), &wave(&domain), &selection);
    let clock = Clock { start: 0.0, step };
    advance(&mut gpu, clock, 40);
    advance(&mut cpu, clock, 40);
    let apart = apart(&mut gpu, &mut cpu);
    assert!(apart.iter().all(|d| *d < 5e-6), "{apart:?}");
}
