//! Linear systems and steady states on a device, against the CPU.

use super::super::Linear;
use super::options;
use super::problems::{REFERENCE, block, graded, side};
use crate::backend::Selection;
use crate::grid::{Axis, Grid};
use crate::multigrid::matrix::Matrix;
use crate::multigrid::{Hierarchy, cg};
use crate::problem::{Conductivity, Problem, VOID};
use crate::steady::{self, CpuSolver, LinearSolver, Step, Tolerance};
use glam::IVec3;

fn random(seed: usize) -> f64 {
    let mut s = (seed as u64).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    s ^= s >> 29;
    s = s.wrapping_mul(0x94d0_49bb_1331_11eb);
    s ^= s >> 32;
    (s >> 11) as f64 / (1_u64 << 53) as f64
}

/// Cells of the given size whose conductivities are random over four decades in blocks of `size`; both ends of x are held.
fn system(cells: [usize; 3], widths: [f64; 3], size: usize) -> Matrix {
    let [x, y, z] = [0, 1, 2].map(|a| Axis::uniform(0.0, widths[a] * cells[a] as f64, cells[a]));
    let grid = Grid::three_dimensional(x, y, z);
    let k = |cell: [usize; 3]| {
        let [x, y, z] = cell.map(|c| c / size);
        10_f64.powf(4.0 * random((z * 1000 + y) * 1000 + x))
    };
    let volume: f64 = widths.iter().product();
    let mut diagonal = vec![0.0; grid.len()];
    let families = [IVec3::X, IVec3::Y, IVec3::Z].map(|offset| {
        let axis = (0..3).find(|&a| offset[a] == 1).unwrap();
        let unit = volume / widths[axis].powi(2);
        let conductance = |i: usize| {
            let cell = grid.cell(i);
            grid.neighbour(cell, offset).map_or(0.0, |other| 2.0 * unit / (1.0 / k(cell) + 1.0 / k(other)))
        };
        (offset, (0..grid.len()).map(conductance).collect::<Vec<f64>>())
    });
    for (i, held) in diagonal.iter_mut().enumerate() {
        let x = grid.cell(i)[0];
        if x == 0 || x + 1 == cells[0] {
            *held = 2.0 * volume / widths[0].powi(2) * k(grid.cell(i));
        }
    }
    let families: Vec<(IVec3, &[f64])> = families.iter().map(|(offset, g)| (*offset, g.as_slice())).collect();
    Matrix::from_families(&grid, &families, &diagonal)
}

/// Iterations to 1e-8 on the device and on the CPU, and how far apart the solutions are over their range.
fn compare(linear: &mut Linear, matrix: &Matrix) -> (usize, usize, f64) {
    let hierarchy = Hierarchy::new(matrix);
    let rhs: Vec<f64> =
        (0..matrix.len()).map(|i| if matrix.inverse_diagonal()[i] > 0.0 { 0.5 + random(i) } else { 0.0 }).collect();
    let [mut ours, mut theirs] = [(); 2].map(|()| vec![0.0; rhs.len()]);
    linear.renewed();
    let device = linear.refine(matrix, &hierarchy, &rhs, &mut ours, 1e-8).unwrap();
    let cpu = cg::solve(matrix, &hierarchy, &rhs, &mut theirs, 1e-8, 200);
    assert!(device.converged && cpu.converged, "{device:?} {cpu:?}");
    let largest = theirs.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
    let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    (device.iterations, cpu.iterations, apart / largest)
}

#[test]
fn iterations_are_bounded_like_those_of_the_cpu_at_contrast_1e4_and_aspect_100() {
    let Some(selection) = options() else { return };
    let mut linear = Linear::new(&selection).unwrap();
    let large = std::env::var_os("CLAUSIUS_LARGE_SYSTEMS").is_some();
    let (squares, cubes): (&[usize], &[usize]) =
        if large { (&[32, 64, 128, 256, 512, 1024], &[16, 32, 64, 96]) } else { (&[32, 64, 128], &[16, 32]) };
    let square = squares.iter().flat_map(|&n| [8, 16].map(|size| ([n, n, 1], size)));
    let cube = cubes.iter().map(|&n| ([n; 3], 8));
    for (cells, size) in square.chain(cube) {
        for widths in [[1.0; 3], [100.0, 1.0, 1.0]] {
            let (device, cpu, apart) = compare(&mut linear, &system(cells, widths, size));
            println!("{cells:?} {widths:?}: {device} iterations, on the CPU {cpu}, apart {apart:.1e}");
            assert!(device <= 45 && device <= cpu + cpu / 2 + 4, "{cells:?} {widths:?}: {device}, CPU {cpu}");
            assert!(apart < 1e-6, "{cells:?} {widths:?}: {apart}");
        }
    }
}

#[test]
fn the_memory_on_the_device_is_foretold_within_a_third() {
    for (cells, families) in [([200, 150, 1], 2), ([30, 30, 30], 3)] {
        let matrix = system(cells, [1.0; 3], 8);
        let exact = Linear::memory(&matrix, &Hierarchy::new(&matrix)) as f64;
        let told = crate::memory::steady_on_gpu(matrix.len(), families);
        println!("{cells:?}: {exact} bytes, foretold {told}");
        assert!((0.75..1.34).contains(&(told / exact)), "{told} {exact}");
    }
}

#[test]
fn small_insulated_and_weakly_held_systems_are_solved_too() {
    let Some(selection) = options() else { return };
    let mut linear = Linear::new(&selection).unwrap();
    compare(&mut linear, &system([9, 5, 3], [1.0, 2.0, 3.0], 2));
    let grid = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 60), Axis::uniform(0.0, 1.0, 50), 1.0);
    // Two bodies with void between, one of them held or not.
    let solid = |i: usize| !(20..24).contains(&grid.cell(i)[0]);
    let link = |offset: IVec3| -> Vec<f64> {
        let to = |i| grid.neighbour(grid.cell(i), offset).map(|c| grid.index(c));
        (0..grid.len())
            .map(|i| if to(i).is_some_and(|j| solid(i) && solid(j)) { 1.0 + random(i) } else { 0.0 })
            .collect()
    };
    let (x, y) = (link(IVec3::X), link(IVec3::Y));
    for held in [0.0, 1e-4, 1.0] {
        let mut diagonal = vec![0.0; grid.len()];
        diagonal[59] = held;
        let matrix = Matrix::from_families(&grid, &[(IVec3::X, &x), (IVec3::Y, &y)], &diagonal);
        let (device, cpu, apart) = compare(&mut linear, &matrix);
        println!("held by {held}: {device} iterations, on the CPU {cpu}, apart {apart:.1e}");
        assert!(device <= 2 * cpu + 4 && apart < 1e-6, "{held}: {device} {cpu} {apart}");
    }
}

fn solved(problem: &Problem, linear: &mut dyn LinearSolver) -> (Vec<f64>, Vec<Step>) {
    let mut conduction = super::conduction(problem.clone());
    let tolerance = Tolerance { imbalance: 1e-9, rate: 1e-9, iterations: 60 };
    let steady = steady::solve(&mut conduction, &problem.initial, tolerance, linear, &mut |_, _| true)
        .unwrap_or_else(|error| panic!("{error}"));
    (steady.temperature, steady.steps)
}

/// The largest difference of the steady states from device and CPU, over the range of temperatures.
fn apart(problem: &Problem, linear: &mut Linear) -> f64 {
    let ((ours, steps), (theirs, reference)) = (solved(problem, linear), solved(problem, &mut CpuSolver));
    assert!(steps.len() <= reference.len() + 1, "{} and {} Newton steps", steps.len(), reference.len());
    let solid = |i: &usize| problem.material[*i] != VOID;
    let range = (0..ours.len())
        .filter(solid)
        .fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], i| [l.min(theirs[i]), h.max(theirs[i])]);
    let largest = (0..ours.len()).filter(solid).map(|i| (ours[i] - theirs[i]).abs()).fold(0.0, f64::max);
    largest / (range[1] - range[0])
}

/// A plate whose conductivity falls with temperature, heated inside, which radiates and is cooled by air.
fn glowing() -> Problem {
    let (x, y) = (graded(0.3, 60, 1.02), graded(0.2, 50, 0.98));
    let mut problem = block(Grid::two_dimensional(x, y, 1.0));
    let k = problem.value("60/(1 + 0.002*(T - 300))");
    problem.materials[0].conductivity = Conductivity::Isotropic(k);
    problem.heat("4e6", |[x, y, _]| x > 15 && x < 30 && y < 20);
    let hot = problem.environment(["0", "0", "0", "0.9"]);
    problem.cover(side(0, true), hot);
    let air = problem.environment(["0", "25", "10", "0.5"]);
    problem.cover(side(1, true), air);
    problem
}

#[test]
fn steady_states_with_radiation_and_conductivities_of_temperature_are_those_of_the_cpu() {
    let Some(selection) = options() else { return };
    let mut linear = Linear::new(&selection).unwrap();
    let problem = glowing();
    let difference = apart(&problem, &mut linear);
    println!("radiation and k(T): apart {difference:.1e}");
    assert!(difference < 1e-6, "{difference}");
    assert_eq!((linear.info().kind, linear.fallback()), ("gpu", None));
    let hottest = solved(&problem, &mut CpuSolver).0.iter().fold(0.0_f64, |a, t| a.max(*t));
    assert!(hottest > 200.0, "radiation should matter: {hottest} K above {REFERENCE}");
}

#[test]
fn a_system_too_large_for_a_binding_and_a_lost_device_leave_the_answer_to_the_cpu() {
    let Some(selection) = options() else { return };
    let problem = glowing();
    let narrow = Selection { max_binding: Some(32 << 10), ..selection.clone() };
    for (mut linear, lost) in [(Linear::new(&narrow).unwrap(), false), (Linear::new(&selection).unwrap(), true)] {
        if lost {
            linear.lose();
        }
        let difference = apart(&problem, &mut linear);
        assert!(difference < 1e-12, "{difference}");
        assert_eq!(linear.info().kind, "cpu");
        let reason = linear.fallback().unwrap();
        println!("{reason}");
        assert!(lost || reason.contains("bytes"), "{reason}");
    }
}
