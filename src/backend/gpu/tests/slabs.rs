//! A grid in slabs gives the same bits as in one piece.

use super::problems::*;
use super::*;
use crate::grid::{Axis, Grid};
use crate::problem::Conductivity;

fn same_in_slabs(name: &str, problem: Problem, binding: u64, slabs: usize) {
    let Some(options) = options() else { return };
    let conduction = conduction(problem);
    let clock = Clock { start: 0.0, step: stable(&conduction, [-100.0, 200.0], 1e4) };
    let run = |options: &Selection| {
        let mut gpu = gpu(&conduction, options);
        gpu.advance(clock, 0, 20).unwrap();
        gpu.advance(clock, 20, 41).unwrap();
        (gpu.slabs(), gpu.enthalpy().unwrap(), gpu.audit().unwrap(), gpu.ledger().unwrap())
    };
    let (one, whole, audit, ledger) = run(&options);
    let (many, cut, cut_audit, cut_ledger) = run(&Selection { max_binding: Some(binding), ..options });
    assert_eq!(one, 1, "{name}");
    assert!(many >= slabs, "{name}: {many} slabs");
    assert!(whole == cut, "{name}");
    assert_eq!(audit.low..audit.high, cut_audit.low..cut_audit.high, "{name}");
    assert_eq!(ledger, cut_ledger, "{name}");
}

#[test]
fn slabs_are_bit_identical_to_one_block() {
    same_in_slabs("2d", medley(false, 8), 32 << 10, 9);
    same_in_slabs("3d", medley(true, 2), 128 << 10, 5);
    same_in_slabs("melting", melting(true), 60 << 10, 2);
}

#[test]
fn joined_ends_in_slabs() {
    for cells in [4, 9] {
        let mut grid = Grid::three_dimensional(
            Axis::uniform(0.0, 0.1, 32),
            graded(0.1, 16, 1.05),
            Axis::uniform(0.0, 0.05, cells),
        );
        grid.periodic = [true, false, true];
        let mut problem = block(grid);
        problem.start("20*sin(2*pi*(x/0.1 + y/0.1 + z/0.05))");
        same_in_slabs("periodic", problem, 512 * 16 * 4, 2);
    }
}

/// Oblique links that reach over several planes.
#[test]
fn tensors_in_slabs() {
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 0.1, 70), Axis::uniform(0.0, 0.1, 60), 0.01);
    let mut problem = block(grid);
    let c = problem.value("2e6");
    problem.paint(solid("grain", Conductivity::Tensor([10.0, 2.0, 1.0, 3.9, 0.0, 0.0]), c), |[x, ..]| x > 20);
    problem.start("20*sin(40*x)*cos(30*y)");
    same_in_slabs("tensor", problem, 32 << 10, 3);
}

#[test]
fn what_fits_no_slab_is_refused() {
    let Some(options) = options() else { return };
    let error =
        Gpu::new(&conduction(medley(true, 2)), &Selection { max_binding: Some(40_000), ..options }).err().unwrap();
    assert!(matches!(error, GpuError::TooLarge { available: 40_000, .. }), "{error}");
}
