//! Maps of flux and entropy production: the device against f64 on the host.

use super::problems::*;
use super::*;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::budget::Budget;
use crate::diagnostics::maps::{self, Maps, Wanted};
use crate::grid::{Axis, Grid};
use crate::problem::{Conductivity, Contact, Party, VOID};
use crate::sum::Sum;

/// Of the largest value.
const AGREE: f64 = 1e-4;

const ALL: Wanted = Wanted { flux: true, production: true };

/// Steps of a problem that is left in motion, and the maps then.
fn mapped(conduction: &Conduction, options: &Selection, steps: u64) -> (Gpu, f64, Maps) {
    let clock = Clock { start: 0.0, step: stable(conduction, [-100.0, 200.0], 1e4).min(0.04) };
    let mut gpu = gpu(conduction, options);
    gpu.advance(clock, 0, steps).unwrap();
    let now = clock.time(steps);
    let maps = gpu.maps(now, ALL).unwrap();
    (gpu, now, maps)
}

fn agree(name: &str, problem: Problem) {
    let Some(options) = options() else { return };
    let mut conduction = conduction(problem);
    let (mut gpu, now, found) = mapped(&conduction, &options, 60);
    let (flux, production) = (found.flux.expect("a map of the flux"), found.production.expect("of the production"));
    let survey = gpu.survey(now, 0.0).unwrap().unwrap();
    let (enthalpy, heats) = (gpu.enthalpy().unwrap(), gpu.heats().unwrap());
    let snapshot = Snapshot::with_heats(&mut conduction, &enthalpy, heats, now);
    let problem = &snapshot.conduction.problem;
    let solid: Vec<usize> = (0..problem.grid.len()).filter(|&i| problem.material[i] != VOID).collect();
    assert!((0..problem.grid.len()).all(|i| (problem.material[i] == VOID) == production[i].is_nan()), "{name}");

    let exact = maps::flux(&snapshot);
    let largest = solid.iter().map(|&i| exact[i].length()).fold(0.0, f64::max);
    let apart = solid.iter().map(|&i| (flux[i] - exact[i]).length()).fold(0.0, f64::max);
    let density = maps::entropy_production_density(&snapshot);
    let most = solid.iter().map(|&i| density[i].abs()).fold(0.0, f64::max);
    let off = solid.iter().map(|&i| (production[i] - density[i]).abs()).fold(0.0, f64::max);
    println!("{name}: flux {:.1e}, production {:.1e} of the largest", apart / largest, off / most);
    assert!(largest > 0.0 && apart < AGREE * largest, "{name}: flux {apart:e} of {largest:e}");
    assert!(most > 0.0 && off < AGREE * most, "{name}: production {off:e} of {most:e}");

    // what the map shows, and what contacts make, is what the device itself sums up
    let contacts: f64 = Budget::new(&snapshot).contacts.iter().map(|c| c.production).sum();
    let shown = solid.iter().map(|&i| production[i] * problem.grid.volume(problem.grid.cell(i))).collect::<Sum>();
    let whole = shown.value() + contacts;
    assert!((whole / survey.production - 1.0).abs() < 1e-5, "{name}: {whole} and {}", survey.production);
}

#[test]
fn maps_agree_with_the_reference() {
    let mut uniform = block(Grid::two_dimensional(Axis::uniform(0.0, 0.1, 40), Axis::uniform(0.0, 0.1, 30), 0.01));
    uniform.start("20*sin(40*x)*cos(30*y)");
    agree("uniform", uniform);
    for three in [false, true] {
        agree("walls, voids, graded", medley(three, 1));
        agree("in time", changing(three));
        agree("k(T), contact, tensor", conducting(three));
        agree("melting", melting(three));
    }
    agree("finite speed", ringing(false));
    let mut contact = medley(false, 1);
    contact.contacts.push(Contact { between: [Party::Material(0), Party::Material(1)], resistance: 2e-3 });
    agree("contact", contact);
}

/// Oblique links, joined ends.
fn tensor() -> Problem {
    let mut grid = Grid::two_dimensional(Axis::uniform(0.0, 0.1, 70), Axis::uniform(0.0, 0.1, 60), 0.01);
    grid.periodic[1] = true;
    let mut problem = block(grid);
    let c = problem.value("2e6");
    problem.paint(solid("grain", Conductivity::Tensor([10.0, 2.0, 1.0, 3.9, 0.0, 0.0]), c), |[x, ..]| x > 20);
    problem.start("20*sin(40*x)*cos(2*pi*y/0.1)");
    problem
}

#[test]
fn maps_of_tensors_agree_and_slabs_give_the_bits_of_one_block() {
    agree("tensor", tensor());
    let Some(options) = options() else { return };
    for (name, problem, binding) in [
        ("tensor", tensor(), 32 << 10),
        ("walls", medley(false, 8), 32 << 10),
        ("finite speed", ringing(true), 60 << 10),
    ] {
        let conduction = conduction(problem);
        let (_, _, whole) = mapped(&conduction, &options, 9);
        let (gpu, _, cut) = mapped(&conduction, &Selection { max_binding: Some(binding), ..options.clone() }, 9);
        assert!(gpu.slabs() > 1, "{name}");
        let bits = |maps: &Maps| {
            let flux = maps.flux.iter().flatten().flat_map(|q| q.to_array());
            flux.chain(maps.production.iter().flatten().copied()).map(f64::to_bits).collect::<Vec<_>>()
        };
        assert!(bits(&whole) == bits(&cut), "{name}");
    }
}

/// A map is made in the buffer of the next state: the steps that follow are those of a run without it.
#[test]
fn maps_leave_no_trace() {
    let Some(options) = options() else { return };
    let conduction = conduction(conducting(false));
    let clock = Clock { start: 0.0, step: stable(&conduction, [-100.0, 200.0], 1e4) };
    let [mut watched, mut alone] = [(), ()].map(|()| gpu(&conduction, &options));
    watched.advance(clock, 0, 20).unwrap();
    watched.maps(clock.time(20), ALL).unwrap();
    watched.advance(clock, 20, 21).unwrap();
    alone.advance(clock, 0, 20).unwrap();
    alone.advance(clock, 20, 21).unwrap();
    assert!(watched.enthalpy().unwrap() == alone.enthalpy().unwrap());
    assert_eq!(watched.ledger().unwrap(), alone.ledger().unwrap());
}
