//! Probes followed through windows: what a few cells tell is what the whole field tells.

use super::problems::{conducting, melting};
use super::{conduction, stable};
use crate::backend::cpu::Cpu;
use crate::backend::{Backend, Clock};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::probe;
use crate::diagnostics::window::Window;
use glam::DVec3;

#[test]
fn a_window_tells_what_the_whole_field_tells() {
    let mut in_void = 0;
    for problem in [conducting(false), conducting(true), melting(true)] {
        let mut conduction = conduction(problem);
        let problem = conduction.problem.clone();
        let clock = Clock { start: 0.0, step: stable(&conduction, [-100.0, 200.0], 1e4) };
        let mut cpu = Cpu::new(conduction.clone());
        cpu.advance(clock, 0, 60).unwrap();
        let enthalpy = cpu.enthalpy().unwrap();
        let time = clock.time(60);
        let snapshot = Snapshot::new(&mut conduction, &enthalpy, time);
        let [high_x, high_y, high_z] = [0, 1, 2].map(|a| problem.grid.axis(a).high());
        for n in 0..400 {
            // a lattice that touches the boundaries, and points between
            let part = |k: f64| (f64::from(n) * k).fract();
            let corner = f64::from(n % 2);
            let at = match n {
                0..40 => DVec3::new(corner, part(0.37), part(0.11)),
                40..80 => DVec3::new(part(0.37), corner, part(0.61)),
                80..100 => DVec3::new(part(0.61), part(0.37), corner),
                _ => DVec3::new(part(0.618), part(0.414), part(0.732)),
            } * DVec3::new(high_x, high_y, high_z);
            let mut window = Window::new(&problem, at).unwrap();
            let few: Vec<f64> = window.cells.iter().map(|&c| enthalpy[c as usize]).collect();
            assert!(few.len() <= 27);
            match (window.temperature(&few, time), probe::temperature(&snapshot, at)) {
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{at}: {a} against {b}"),
                (a, b) => {
                    assert_eq!(a, b, "{at}");
                    in_void += 1;
                }
            }
        }
    }
    assert!(in_void > 5, "{in_void}");
}
