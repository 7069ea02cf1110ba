//! Super steps: against the CPU reference, in slabs, after a step that was not kept, and from a state read back.

use super::problems::*;
use super::*;
use crate::backend::{Landing, Leap};
use crate::legendre::{Order, SuperStep};
use crate::sum::Sum;

/// Relative to the range of temperatures and the largest heat: s stages round some s times in f32.
const AGREE: f64 = 5e-6;

/// Makes equal super steps of s stages; every second one is tried twice as long before and not kept.
fn leap(backend: &mut dyn Backend, step: f64, stages: usize, count: u64) -> Landing {
    let scheme = SuperStep::new(Order::Second, stages);
    assert!(backend.leaps());
    let clock = Clock { start: 0.0, step };
    let mut last = None;
    for n in 0..count {
        if n % 2 == 1 {
            backend.leap(&Leap { scheme: &scheme, start: clock.time(n), end: clock.time(n + 2) }).unwrap();
        }
        last = Some(backend.leap(&Leap { scheme: &scheme, start: clock.time(n), end: clock.time(n + 1) }).unwrap());
        backend.keep().unwrap();
    }
    last.unwrap()
}

fn super_step(conduction: &Conduction, stages: usize) -> f64 {
    0.3 * Order::Second.span(stages) * stable(conduction, [-100.0, 200.0], 1e4)
}

fn agree(name: &str, problem: Problem) {
    let Some(options) = options() else { return };
    let conduction = conduction(problem);
    let (mut gpu, mut cpu) = (gpu(&conduction, &options), Cpu::new(conduction.clone()));
    let start = gpu.enthalpy().unwrap();
    let step = super_step(&conduction, 9);
    let [a, b] = [&mut gpu as &mut dyn Backend, &mut cpu].map(|backend| leap(backend, step, 9, 30));
    let (ours, reference) = (gpu.enthalpy().unwrap(), cpu.enthalpy().unwrap());
    let [low, high] = reference.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], &e| [l.min(e), h.max(e)]);
    let range = high - low;
    let difference = ours.iter().zip(&reference).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("{name}: {:.1e} of the range; errors {:.3e} and {:.3e}", difference / range, a.error, b.error);
    assert!(range > 1.0 && difference < AGREE * range, "{name}: {difference:e} of {range:e}");
    assert!((a.error - b.error).abs() < 0.01 * b.error + AGREE * range, "{name}: {a:?} {b:?}");
    for (a, b) in a.range.iter().zip(b.range) {
        assert!((a - b).abs() < AGREE * range, "{name}: {a} {b}");
    }
    let (entered, expected) = (gpu.ledger().unwrap(), cpu.ledger().unwrap());
    let largest = expected.surfaces.iter().chain([&expected.sources]).fold(0.0_f64, |m, j| m.max(j.abs()));
    for (a, b) in entered.surfaces.iter().zip(&expected.surfaces).chain([(&entered.sources, &expected.sources)]) {
        assert!((a - b).abs() < 2.0 * AGREE * largest, "{name}: heat {a} against {b}");
    }
    let gained =
        ours.iter().zip(&start).zip(&conduction.capacity).map(|((a, b), c)| c * (a - b)).collect::<Sum>().value();
    let total: f64 = entered.surfaces.iter().sum::<f64>() + entered.sources;
    println!("{name}: energy closes to {:.1e}", (gained - total).abs() / largest.max(gained.abs()));
    assert!((gained - total).abs() < AGREE * largest.max(gained.abs()), "{name}: gained {gained}, entered {total}");
}

#[test]
fn super_steps_agree_with_the_reference() {
    agree("medley 2d", medley(false, 1));
    agree("medley 3d", medley(true, 1));
    agree("changing", changing(false));
    agree("conducting", conducting(true));
}

#[test]
fn super_steps_in_slabs_and_from_a_state_read_back_give_the_same_bits() {
    let Some(options) = options() else { return };
    for (name, problem, binding) in [
        ("2d", medley(false, 8), 32 << 10),
        ("3d", medley(true, 2), 128 << 10),
        ("conducting", conducting(true), 60 << 10),
    ] {
        let conduction = conduction(problem);
        let step = super_step(&conduction, 7);
        let run = |options: &Selection| {
            let mut gpu = gpu(&conduction, options);
            leap(&mut gpu, step, 7, 5);
            (gpu.slabs(), gpu.enthalpy().unwrap(), gpu.ledger().unwrap())
        };
        let (one, whole, entered) = run(&options);
        let (many, cut, cut_entered) = run(&Selection { max_binding: Some(binding), ..options.clone() });
        assert!(one == 1 && many > 1, "{name}: {many} slabs");
        assert!(whole == cut, "{name}");
        assert_eq!(entered, cut_entered, "{name}");

        let scheme = SuperStep::new(Order::Second, 7);
        let [mut through, mut resumed] = [(), ()].map(|()| gpu(&conduction, &options));
        let on = |gpu: &mut Gpu, n: u64| {
            gpu.leap(&Leap { scheme: &scheme, start: n as f64 * step, end: (n + 1) as f64 * step }).unwrap();
            gpu.keep().unwrap();
        };
        on(&mut through, 0);
        resumed.load(&through.enthalpy().unwrap(), &through.ledger().unwrap()).unwrap();
        on(&mut through, 1);
        on(&mut resumed, 1);
        assert!(through.enthalpy().unwrap() == resumed.enthalpy().unwrap(), "{name}");
        // what the host's sums hold beyond f64 does not go into a checkpoint
        let (a, b) = (through.ledger().unwrap(), resumed.ledger().unwrap());
        for (a, b) in a.surfaces.iter().zip(&b.surfaces).chain([(&a.sources, &b.sources)]) {
            assert!((a - b).abs() <= 1e-15 * a.abs(), "{name}: {a} {b}");
        }
    }
}
