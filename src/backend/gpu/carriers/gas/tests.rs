//! A gas on its way on the device against the same on the CPU, in f64.

use super::{Gas, kernels, plan, tables};
use crate::backend::gpu::carriers::molecules::tests::{apart, cases, polyatomic, velocities};
use crate::backend::gpu::tests::options;
use crate::backend::{Clock, Selection};
use crate::kinetic::domain::Law;
use crate::kinetic::driving::Driving;
use crate::kinetic::gas::faces::Moments;
use crate::kinetic::gas::flyer::Flyer;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::march::OnCpu;
use crate::kinetic::gas::survey::Units;
use crate::kinetic::gas::transient::{Transient, surface::surfaces};
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::march::March;

/// So that a second is the way of a metre, and a kelvin the unit of heat.
const UNITS: Units = Units { pressure: 1.0, velocity: 1.0, temperature: 1.0, density: 1.0 };

fn clock(vessel: &Vessel) -> Clock {
    Clock { start: 0.0, step: 0.9 * Transient::longest_step(vessel, &velocities(vessel)) }
}

fn initial(vessel: &Vessel) -> Vec<f64> {
    let grid = &vessel.domain.grid;
    let of = |c: usize| {
        let p = grid.centre(grid.cell(c));
        0.5 + 0.4 * (3.0 * p.x + 2.0 * p.y + p.z).sin()
    };
    (0..grid.len()).map(|c| if vessel.domain.is_solid(c) { of(c) } else { 0.0 }).collect()
}

fn on_both(vessel: &Vessel, initial: &[f64], selection: &Selection) -> [Box<dyn March>; 2] {
    let driving = Driving::default();
    let velocities = velocities(vessel);
    let device =
        Gas::new((vessel, &UNITS, &driving), &velocities, initial, selection).unwrap_or_else(|e| panic!("{e}"));
    let host = OnCpu::new(Transient::new(vessel.clone(), velocities, initial), UNITS, &driving);
    [Box::new(device), Box::new(host)]
}

fn run(march: &mut dyn March, clock: Clock, first: u64, steps: u64) {
    let mut done = 0;
    while done < steps {
        done += march.advance(clock, first + done, steps - done).unwrap();
    }
}

#[test]
fn every_shader_is_valid() {
    for (name, vessel) in cases() {
        let velocities = velocities(&vessel);
        let (layout, _) = plan(&vessel, &Driving::default(), &velocities, 1 << 30).unwrap();
        let moments = Moments::zero(&vessel);
        let flyers: Vec<Flyer> =
            layout.followed.iter().map(|&d| Flyer::numbered(&vessel, &velocities, d, &moments)).collect();
        let (surfaces, _) = surfaces(&vessel, &flyers, &moments);
        let constants = tables::constants(&vessel, &velocities, &layout, surfaces.len());
        for draft in kernels::drafts(&layout, &constants).all() {
            draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

/// Steps of two lengths, and a look: all that is told is what the CPU tells, to the rounding of f32.
#[test]
fn the_way_is_that_of_the_cpu() {
    let Some(selection) = options() else { return };
    for (name, vessel) in cases() {
        let long = clock(&vessel);
        let mut both = on_both(&vessel, &initial(&vessel), &selection);
        for march in &mut both {
            run(march.as_mut(), long, 0, 30);
            let short = Clock { step: 0.6 * long.step, ..long };
            run(march.as_mut(), short, 0, 9);
            march.look(short, 9).unwrap();
        }
        let [device, host] = &mut both;
        let [a, b] = [device.survey().unwrap(), host.survey().unwrap()];
        let close = |what: &str, a: &[f64], b: &[f64]| {
            let range = b.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
            assert!(apart(a, b) < 2e-6 * range, "{name}: {what} {:e} of {range:e}", apart(a, b));
        };
        close("temperature", &a.temperature, &b.temperature);
        close("temperature at walls", &a.surface, &b.surface);
        close("heat", &a.heat, &b.heat);
        close("unrest", &a.unrest, &b.unrest);
        close("squares", &a.squares, &b.squares);
        close("entropy of walls", &a.wall, &b.wall);
        close("entropy of cells", &a.bulk, &b.bulk);
        let [p, q] = [a.motion.unwrap(), b.motion.unwrap()];
        close("density", &p.density, &q.density);
        for axis in 0..3 {
            let of = |v: &[glam::DVec3]| v.iter().map(|u| u[axis]).collect::<Vec<f64>>();
            close("velocity", &of(&p.velocity), &of(&q.velocity));
            close("flux", &of(&a.flux), &of(&b.flux));
        }
        close("entered", &device.ledger().unwrap().0, &host.ledger().unwrap().0);
        let cells = [vessel.domain.walls[0].cell as usize];
        let [d, h] = [device, host].map(|m| m.distribution(&cells).unwrap());
        close("directions", &d.carried[0], &h.carried[0]);
    }
}

/// Where nothing happens nothing is made up, and what flows is lost nowhere.
#[test]
fn equilibrium_and_energy_are_kept() {
    let Some(selection) = options() else { return };
    for (name, mut vessel) in cases() {
        if name == "joined" || name == "ring" {
            continue;
        }
        let clock = clock(&vessel);
        let [mut device, _] = on_both(&vessel, &initial(&vessel), &selection);
        let freedom = 0.5 * (3.0 + vessel.gas.internal);
        let stored = |march: &mut dyn March| -> f64 {
            let t = march.energy_temperature().unwrap();
            let grid = &vessel.domain.grid;
            let solid = (0..t.len()).filter(|&c| vessel.domain.is_solid(c));
            solid.map(|c| freedom * t[c] * grid.volume(grid.cell(c))).sum()
        };
        let before = stored(device.as_mut());
        run(device.as_mut(), clock, 0, 200);
        let risen = stored(device.as_mut()) - before;
        let entered: f64 = device.ledger().unwrap().0.iter().sum();
        assert!((risen - entered).abs() < 2e-6, "{name}: {risen} {entered}");
        for wall in &mut vessel.domain.walls {
            if let Law::Thermal(t) = &mut wall.law {
                *t = 1.5;
            }
        }
        let n = vessel.domain.grid.len();
        let [mut device, _] = on_both(&vessel, &vec![1.5; n], &selection);
        run(device.as_mut(), clock, 0, 50);
        device.look(clock, 50).unwrap();
        let survey = device.survey().unwrap();
        assert!(survey.heat.iter().all(|q| *q == 0.0), "{name}: {:?}", survey.heat);
        let solid = (0..n).filter(|&c| vessel.domain.is_solid(c));
        assert!(solid.clone().all(|c| survey.temperature[c] == 1.5 && survey.unrest[c] == 0.0), "{name}");
    }
}

/// Slabs change no bit.
#[test]
fn slabs_are_as_one() {
    let Some(selection) = options() else { return };
    let (_, vessel) = cases().into_iter().find(|(name, _)| *name == "cavity of a polyatomic gas").expect("a case");
    let clock = clock(&vessel);
    let velocities = Velocities::new(2, 20, 0, 48);
    let found = [None, Some(1 << 20)].map(|max_binding| {
        let selection = Selection { max_binding, ..selection.clone() };
        let flying = (&vessel, &UNITS, &Driving::default());
        let mut device = Gas::new(flying, &velocities, &initial(&vessel), &selection).unwrap();
        run(&mut device, clock, 0, 10);
        (device.info().notes.len(), device.energy_temperature().unwrap())
    });
    assert_eq!((found[0].0, found[1].0), (1, 2));
    assert_eq!(found[0].1, found[1].1);
}

/// Thick cells, in which every molecule collides many times a step: what conducts is a small part of all that flies.
#[test]
fn thick_cells_keep_what_conducts() {
    let Some(selection) = options() else { return };
    let vessel = crate::backend::gpu::carriers::molecules::tests::plates(polyatomic(3e3), 1.0);
    let clock = clock(&vessel);
    let mut both = on_both(&vessel, &[0.0; 24], &selection);
    both.iter_mut().for_each(|march| run(march.as_mut(), clock, 0, 3000));
    let [a, b] = both.map(|mut march| march.energy_temperature().unwrap());
    assert!(apart(&a, &b) < 2e-6, "{:e}", apart(&a, &b));
}
