//! The linear solver: iterations stay bounded as the grid is refined, whatever the contrast, the shape of the
//! cells and the direction of strong links; answers are right, and the same on any number of threads.

use clausius::grid::{Axis, Grid, Side};
use clausius::multigrid::{Hierarchy, cg, matrix::Matrix};
use glam::IVec3;

/// A reproducible number in 0..1.
fn random(seed: usize) -> f64 {
    let mut s = (seed as u64).wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    s ^= s >> 29;
    s = s.wrapping_mul(0x94d0_49bb_1331_11eb);
    s ^= s >> 32;
    (s >> 11) as f64 / (1_u64 << 53) as f64
}

/// Four decades, at random, constant in blocks of so many cells.
fn blocks(cell: [usize; 3], size: usize) -> f64 {
    let [x, y, z] = cell.map(|c| c / size);
    10_f64.powf(4.0 * random((z * 1000 + y) * 1000 + x))
}

type Conductivity<'a> = &'a dyn Fn([usize; 3]) -> [f64; 3];

/// Surface coefficients of the six sides, W/(m2 K): 0 insulated, infinite a given temperature.
type Walls = [f64; 6];

/// A given temperature at both ends of x.
const ENDS: Walls = [f64::INFINITY, f64::INFINITY, 0.0, 0.0, 0.0, 0.0];

/// Finite volumes: conductances from half cells in series. A conductivity of 0 is void.
fn system(grid: &Grid, conductivity: Conductivity, walls: Walls, oblique: Option<(IVec3, f64)>) -> Matrix {
    let n = grid.len();
    let mut conductance = vec![vec![0.0; n]; 3];
    let mut diagonal = vec![0.0; n];
    for i in 0..n {
        let cell = grid.cell(i);
        let resistance = |cell, axis| 0.5 * grid.widths(cell)[axis] / conductivity(cell)[axis];
        for side in Side::ALL {
            let (own, area) = (resistance(cell, side.axis), grid.area(cell, side.axis));
            match grid.neighbour(cell, side.outward()) {
                Some(other) if side.high => conductance[side.axis][i] = area / (own + resistance(other, side.axis)),
                Some(_) => {}
                None => diagonal[i] += area / (own + 1.0 / walls[2 * side.axis + usize::from(side.high)]),
            }
        }
    }
    let slanted = oblique.map(|(offset, g)| (offset, vec![g; n]));
    let mut families = vec![(IVec3::X, &conductance[0][..]), (IVec3::Y, &conductance[1]), (IVec3::Z, &conductance[2])];
    families.extend(slanted.iter().map(|(offset, g)| (*offset, &g[..])));
    Matrix::from_families(grid, &families, &diagonal)
}

fn square(n: usize, size: [f64; 2]) -> Grid {
    Grid::two_dimensional(Axis::uniform(0.0, size[0], n), Axis::uniform(0.0, size[1], n), 1.0)
}

fn cube(n: usize, size: [f64; 3]) -> Grid {
    let [x, y, z] = size.map(|s| Axis::uniform(0.0, s, n));
    Grid::three_dimensional(x, y, z)
}

/// Bands of eight cells whose widths differ by 100.
fn banded(n: usize) -> Axis {
    let mut edges = vec![0.0];
    for i in 0..n {
        edges.push(edges[i] + if i / 8 % 2 == 0 { 1.0 } else { 100.0 });
    }
    Axis::from_edges(edges)
}

/// Solves for uneven sources to 1e-8 and returns the iterations.
fn iterations(matrix: &Matrix) -> usize {
    let b: Vec<f64> =
        (0..matrix.len()).map(|i| if matrix.inverse_diagonal()[i] > 0.0 { 0.5 + random(i) } else { 0.0 }).collect();
    let mut x = vec![0.0; matrix.len()];
    let outcome = cg::solve(matrix, &Hierarchy::new(matrix), &b, &mut x, 1e-8, 100);
    assert!(outcome.converged, "{outcome:?}");
    outcome.iterations
}

/// Iterations on each grid: none above the bound, and few more on the last than on the first.
fn bounded(name: &str, bound: usize, counts: &[usize]) {
    println!("{name:32} {counts:?}");
    assert!(counts.iter().all(|&c| c <= bound), "{name}: {counts:?}, bound {bound}");
}

#[test]
fn iterations_are_bounded_in_two_dimensions() {
    let on = |name: &str, bound, f: &dyn Fn(usize) -> Matrix| {
        bounded(name, bound, &[32, 64, 128, 256, 512].map(|n| iterations(&f(n))))
    };
    let unit = |n| square(n, [1.0; 2]);
    let same: Conductivity = &|_| [1.0; 3];
    let random_blocks: Conductivity = &|c| [blocks(c, 16); 3];
    on("uniform", 18, &|n| system(&unit(n), same, ENDS, None));
    on("weakly held", 20, &|n| system(&unit(n), same, [1e-3, 0.0, 0.0, 0.0, 0.0, 0.0], None));
    on("blocks of 16", 24, &|n| system(&unit(n), random_blocks, ENDS, None));
    on("every cell at random", 26, &|n| system(&unit(n), &|c| [blocks(c, 1); 3], ENDS, None));
    on("layers", 24, &|n| system(&unit(n), &|c| [if c[0] / 4 % 2 == 0 { 1.0 } else { 1e4 }; 3], ENDS, None));
    on("checkerboard", 24, &|n| {
        system(&unit(n), &|c| [if (c[0] / 8 + c[1] / 8) % 2 == 0 { 1.0 } else { 1e4 }; 3], ENDS, None)
    });
    on("aspect 100", 25, &|n| system(&square(n, [100.0, 1.0]), same, ENDS, None));
    on("aspect 100, blocks", 36, &|n| system(&square(n, [100.0, 1.0]), random_blocks, ENDS, None));
    on("bands of aspect 100", 28, &|n| system(&Grid::two_dimensional(banded(n), banded(n), 1.0), same, ENDS, None));
    on("turning anisotropy", 30, &|n| {
        system(&unit(n), &|c| if c[1] / 8 % 2 == 0 { [1.0, 1e4, 1.0] } else { [1e4, 1.0, 1.0] }, ENDS, None)
    });
    for (x, y) in [(1, 1), (2, 1), (3, 1)] {
        let oblique = Some((IVec3::new(x, y, 0), 1.0));
        on(&format!("oblique links ({x}, {y})"), 30, &|n| system(&unit(n), &|_| [0.01; 3], ENDS, oblique));
    }
    on("holes", 20, &|n| {
        system(
            &unit(n),
            &|c| if c[0] * 16 / n % 4 == 1 && c[1] * 16 / n % 4 == 1 { [0.0; 3] } else { [1.0; 3] },
            ENDS,
            None,
        )
    });
}

#[test]
fn iterations_are_bounded_in_three_dimensions() {
    let on = |name: &str, bound, f: &dyn Fn(usize) -> Matrix| {
        bounded(name, bound, &[16, 32, 64, 128].map(|n| iterations(&f(n))))
    };
    let unit = |n| cube(n, [1.0; 3]);
    let random_blocks: Conductivity = &|c| [blocks(c, 16); 3];
    on("uniform", 16, &|n| system(&unit(n), &|_| [1.0; 3], ENDS, None));
    on("blocks of 16", 18, &|n| system(&unit(n), random_blocks, ENDS, None));
    on("every cell at random", 22, &|n| system(&unit(n), &|c| [blocks(c, 1); 3], ENDS, None));
    on("flat cells, blocks", 32, &|n| system(&cube(n, [100.0, 10.0, 1.0]), random_blocks, ENDS, None));
    on("bands of aspect 100", 26, &|n| {
        system(&Grid::three_dimensional(banded(n), banded(n), banded(n)), &|_| [1.0; 3], ENDS, None)
    });
    on("turning anisotropy", 28, &|n| {
        let turn = [[1.0, 1.0, 1e4], [1e4, 1.0, 1.0], [1.0, 1e4, 1.0]];
        system(&unit(n), &|c| turn[c[2] / 4 % 3], ENDS, None)
    });
}

/// A chip package: board, balls, substrate, die between 20 um layers, spreader, sink; air to the sides of the die.
fn package(across: usize) -> Matrix {
    // thickness m, cells, conductivity below and beside the die, W/(m K)
    let layers = [
        (1.6e-3, 8, 0.3, 0.3),
        (60e-6, 3, 30.0, 0.4),
        (0.3e-3, 4, 0.8, 0.4),
        (20e-6, 1, 2.0, 0.4),
        (0.5e-3, 6, 148.0, 0.4),
        (20e-6, 1, 1.5, 0.4),
        (2e-3, 10, 390.0, 390.0),
        (20e-6, 1, 3.0, 3.0),
        (3.48e-3, 27, 200.0, 200.0),
    ];
    let (mut edges, mut inside, mut outside) = (vec![0.0], Vec::new(), Vec::new());
    for (thickness, cells, below, beside) in layers {
        for _ in 0..cells {
            edges.push(edges[edges.len() - 1] + thickness / f64::from(cells));
            inside.push(below);
            outside.push(beside);
        }
    }
    let side = Axis::uniform(0.0, 0.06, across);
    let grid = Grid::three_dimensional(side.clone(), side, Axis::from_edges(edges));
    let die = move |c: usize| (3 * across..=7 * across).contains(&(10 * c));
    let walls = [0.0, 0.0, 0.0, 0.0, 10.0, 1000.0];
    system(&grid, &|c| [if die(c[0]) && die(c[1]) { inside[c[2]] } else { outside[c[2]] }; 3], walls, None)
}

#[test]
fn a_layered_package_takes_few_iterations() {
    bounded("package", 30, &[16, 32, 64].map(|n| iterations(&package(n))));
}

#[test]
fn an_exact_solution_is_found_to_twelve_digits_and_a_small_remainder_is_solved_as_well() {
    let matrix = system(&square(96, [1.0; 2]), &|c| [1.0 + blocks(c, 12).sqrt() / 100.0; 3], ENDS, None);
    let exact: Vec<f64> = (0..matrix.len()).map(|i| (i as f64 * 0.01).sin()).collect();
    let mut b = vec![0.0; matrix.len()];
    matrix.multiply(&exact, &mut b);
    let hierarchy = Hierarchy::new(&matrix);
    let mut x = vec![0.0; matrix.len()];
    let outcome = cg::solve(&matrix, &hierarchy, &b, &mut x, 1e-12, 100);
    assert!(outcome.converged && outcome.residual <= 1e-12, "{outcome:?}");
    assert!(x.iter().zip(&exact).all(|(x, e)| (x - e).abs() < 1e-10));
    let mut remainder = vec![0.0; matrix.len()];
    matrix.residual(&b, &x, &mut remainder);
    let mut correction = vec![0.0; matrix.len()];
    let second = cg::solve(&matrix, &hierarchy, &remainder, &mut correction, 1e-8, 100);
    assert!(second.converged && second.residual <= 1e-8 && second.iterations > 3, "{second:?}");
}

#[test]
fn insulated_bodies_are_solved_up_to_the_mean_they_came_with() {
    let mut grid = square(64, [1.0; 2]);
    grid.periodic = [true, false, false];
    // Two bodies, with void between.
    let matrix = system(&grid, &|c| [if c[1] / 16 == 1 { 0.0 } else { blocks(c, 8) }; 3], [0.0; 6], None);
    let solid = |i: &usize| matrix.inverse_diagonal()[*i] > 0.0;
    let b: Vec<f64> = (0..matrix.len()).map(|i| if solid(&i) { random(i) } else { 5.0 }).collect();
    let mut x = vec![7.0; matrix.len()];
    let outcome = cg::solve(&matrix, &Hierarchy::new(&matrix), &b, &mut x, 1e-10, 100);
    assert!(outcome.converged && outcome.iterations < 35, "{outcome:?}");
    for rows in [0..16 * 64, 32 * 64..64 * 64] {
        let count = rows.len() as f64;
        let mean = x[rows.clone()].iter().sum::<f64>() / count;
        assert!((mean - 7.0).abs() < 1e-9, "{mean}");
        let surplus = b[rows.clone()].iter().sum::<f64>() / count;
        let mut y = vec![0.0; matrix.len()];
        matrix.multiply(&x, &mut y);
        assert!(rows.clone().all(|i| (y[i] - (b[i] - surplus)).abs() < 1e-7));
    }
    assert!((0..matrix.len()).filter(|i| !solid(i)).all(|i| x[i] == 7.0));
}

#[test]
fn the_answer_has_the_same_bits_on_one_and_on_three_threads() {
    let matrix = system(&cube(32, [1.0, 1.0, 0.1]), &|c| [blocks(c, 8); 3], ENDS, None);
    let b: Vec<f64> = (0..matrix.len()).map(random).collect();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let mut x = vec![0.0; matrix.len()];
        pool.install(|| cg::solve(&matrix, &Hierarchy::new(&matrix), &b, &mut x, 1e-8, 100));
        x
    };
    assert!(on(1).iter().zip(on(3)).all(|(a, b)| a.to_bits() == b.to_bits()));
}

#[test]
fn nothing_to_do_takes_no_iterations() {
    let matrix = system(&square(40, [1.0; 2]), &|_| [1.0; 3], ENDS, None);
    let hierarchy = Hierarchy::new(&matrix);
    let mut x = vec![3.0; matrix.len()];
    let outcome = cg::solve(&matrix, &hierarchy, &vec![0.0; matrix.len()], &mut x, 1e-8, 100);
    assert!(outcome.converged && outcome.iterations == 0 && x.iter().all(|&x| x == 0.0));
    let b: Vec<f64> = (0..matrix.len()).map(random).collect();
    assert!(cg::solve(&matrix, &hierarchy, &b, &mut x, 1e-10, 100).converged);
    assert_eq!(cg::solve(&matrix, &hierarchy, &b, &mut x, 1e-9, 100).iterations, 0);
}
