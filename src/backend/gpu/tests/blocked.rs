//! Blocked sweeps: the same bits however they are blocked, and right against the CPU.

use super::agreement::agree_within;
use super::problems::*;
use super::*;
use crate::backend::gpu::blocked::{self, Blocking, Cells, Kinds};
use crate::backend::gpu::device::Device;
use crate::backend::gpu::kernel;
use crate::backend::{Ledger, Precision, Stepping};
use crate::grid::{Axis, Grid};
use crate::problem::{Condition, Conductivity, Contact, Party, VOID};

/// Cubes of three materials with a contact between two of them, a void with a liner, walls of every kind that answers linearly, some
/// changing in time, and sources by region.
fn quilt(cells: [usize; 3]) -> Problem {
    let axis = |a: usize| Axis::uniform(0.0, 1e-3 * cells[a] as f64, cells[a]);
    let [nx, ny, nz] = cells;
    let three = nz > 1;
    let grid = if three {
        Grid::three_dimensional(axis(0), axis(1), axis(2))
    } else {
        Grid::two_dimensional(axis(0), axis(1), 1e-3)
    };
    let mut problem = block(grid);
    let (k, c) = (problem.value("40"), problem.value("3.4e6"));
    problem.paint(solid("metal", Conductivity::Isotropic(k), c), |[x, y, _]| x > nx / 2 && y > ny / 3);
    let (along, across) = (problem.value("9"), problem.value("3"));
    problem.paint(solid("wood", Conductivity::Diagonal([along, across, across]), c), |[x, y, z]| (x + y + z) % 5 == 0);
    problem.contacts.push(Contact { between: [Party::Material(0), Party::Material(1)], resistance: 2e-3 });
    problem.fill(VOID, |[x, y, z]| (nx / 5..nx / 3).contains(&x) && (ny / 4..ny / 2).contains(&y) && 3 * z < 2 * nz);
    let temperature = problem.value("10*sin(t/0.4)");
    problem.cover(side(0, false), Condition::Temperature(temperature));
    let convection = problem.environment(["0", "900", "-15 + 20*t", "0"]);
    problem.cover(side(0, true), convection);
    let both = problem.environment(["3000*cos(t/0.3)", "200", "5", "0"]);
    problem.cover(side(1, false), both);
    let flux = problem.environment(["30000", "0", "0", "0"]);
    problem.cover(side(1, true), flux);
    if three {
        let fixed = problem.value("7");
        problem.cover(side(2, true), Condition::Temperature(fixed));
    }
    let pipe = problem.environment(["0", "4000", "40", "0"]);
    problem.line_voids(pipe);
    problem.heat("2e7", |[x, y, _]| x > 2 * nx / 3 && y < ny / 4);
    problem.heat("4e7*if(t < 0.02, 1, 0.5)", |[x, y, _]| x < nx / 6 && y < ny / 5);
    problem.start("20*sin(400*x)*cos(300*y) + 1000*z");
    problem
}

fn blocking(sweeps: usize, columns: usize, threads: [usize; 2], rows: usize) -> Blocking {
    Blocking { sweeps, columns, lines: 1, threads, rows, subgroups: false, pairs: false, kept: true }
}

/// A thread alone in each tile.
fn strip(sweeps: usize, columns: usize, lines: usize, rows: usize) -> Blocking {
    Blocking { lines, ..blocking(sweeps, columns, [1, 1], rows) }
}

/// Threads of a subgroup with all columns of a tile.
fn strips(sweeps: usize, columns: usize, lines: usize, rows: usize) -> Blocking {
    Blocking { subgroups: true, ..strip(sweeps, columns, lines, rows) }
}

/// Cells moved by twos.
fn paired(way: Blocking) -> Blocking {
    Blocking { pairs: true, ..way }
}

/// A way whose threads ask each other, by so many threads of a subgroup.
fn by_lanes(way: Blocking, lanes: usize) -> Blocking {
    let [x, y] = way.threads;
    Blocking { threads: if x == 1 { [1, lanes] } else { [lanes, y] }, ..way }
}

/// Threads of a subgroup that know each other's numbers, where the device has such; whether cells can be moved by twos.
fn able(options: &Selection) -> (Option<usize>, bool) {
    let device = Device::open(options, Precision::F32).unwrap();
    (device.lanes, device.int64)
}

/// State and ledger after two calls of odd lengths.
fn run(conduction: &Conduction, options: &Selection, blocking: Blocking) -> (Vec<f64>, Ledger, String, usize) {
    let clock = Clock { start: 0.3, step: stable(conduction, [-100.0, 200.0], 1e4) };
    let mut gpu = Gpu::with(conduction, options, Some(blocking)).unwrap();
    gpu.advance(clock, 0, 13).unwrap();
    gpu.advance(clock, 13, 10).unwrap();
    (gpu.enthalpy().unwrap(), gpu.ledger().unwrap(), gpu.stepper.kernel.clone(), gpu.slabs())
}

fn same_however_blocked(cells: [usize; 3], many: &[Blocking], one: Blocking, binding: u64) {
    let Some(options) = options() else { return };
    let conduction = conduction(quilt(cells));
    let (expected, ledger, kernel, _) = run(&conduction, &options, one);
    assert!(kernel.starts_with("blocked, 1 sweeps"), "{kernel}");
    assert!(expected.iter().all(|e| e.is_finite()));
    let largest = ledger.surfaces.iter().fold(0.0_f64, |m, j| m.max(j.abs()));
    let slabs = Selection { max_binding: Some(binding), ..options.clone() };
    let (lanes, int64) = able(&options);
    for &blocking in many.iter().filter(|way| int64 || !way.pairs) {
        let blocking = match (blocking.subgroups, lanes) {
            (false, _) => blocking,
            (true, Some(lanes)) => by_lanes(blocking, lanes),
            (true, None) => continue,
        };
        for (options, cut) in [(&options, false), (&slabs, true)] {
            let (state, booked, kernel, slabs) = run(&conduction, options, blocking);
            assert!(kernel.starts_with(&format!("blocked, {} sweeps", blocking.sweeps)), "{kernel}");
            assert_eq!(slabs > 1, cut, "{slabs}");
            let differ: Vec<usize> = (0..state.len()).filter(|&i| state[i] != expected[i]).collect();
            let first = differ.first().map(|&i| (conduction.problem.grid.cell(i), state[i] - expected[i]));
            assert!(differ.is_empty(), "{blocking:?}, {slabs} slabs: {} cells, first {first:?}", differ.len());
            for (a, b) in booked.surfaces.iter().zip(&ledger.surfaces) {
                assert!((a - b).abs() < 1e-6 * largest, "{blocking:?}: {a} against {b}");
            }
        }
    }
}

#[test]
fn sweeps_give_the_same_bits_however_they_are_blocked_in_2d() {
    let many = [
        blocking(4, 4, [16, 1], 24),
        blocking(5, 1, [64, 1], 200),
        blocking(2, 2, [8, 1], 7),
        blocking(6, 8, [8, 1], 16),
        Blocking { subgroups: true, ..blocking(8, 4, [0, 1], 40) },
        Blocking { subgroups: true, ..blocking(3, 1, [0, 1], 64) },
        strip(4, 24, 1, 24),
        paired(strip(4, 24, 1, 24)),
        strip(8, 48, 1, 97),
        strip(3, 13, 1, 40),
        paired(strip(5, 18, 1, 9)),
    ];
    same_however_blocked([136, 97, 1], &many, blocking(1, 1, [64, 1], 31), 32 << 10);
}

#[test]
fn sweeps_give_the_same_bits_however_they_are_blocked_in_3d() {
    let many = [
        blocking(2, 4, [4, 16], 9),
        Blocking { lines: 2, ..blocking(3, 2, [8, 6], 5) },
        Blocking { lines: 3, ..blocking(2, 1, [16, 4], 12) },
        Blocking { lines: 2, subgroups: true, ..blocking(3, 2, [0, 8], 20) },
        Blocking { lines: 4, subgroups: true, ..blocking(2, 1, [0, 4], 8) },
        strip(2, 16, 8, 9),
        strip(1, 12, 6, 16),
        strip(3, 11, 7, 12),
        paired(strip(2, 14, 5, 37)),
        paired(strips(2, 24, 2, 37)),
        strips(3, 12, 2, 10),
    ];
    same_however_blocked([28, 23, 37], &many, blocking(1, 1, [16, 8], 6), 128 << 10);
}

/// Wide blocks of two materials and one side with a wall, so that tiles far from it run by themselves and those at it in another shape.
#[test]
fn tiles_of_one_kind_and_edges_give_the_same_bits() {
    let Some(options) = options() else { return };
    let (lanes, int64) = able(&options);
    let lanes = lanes.filter(|lanes| *lanes >= 8);
    let axis = |cells: usize| Axis::uniform(0.0, 1e-3 * cells as f64, cells);
    let plane = Grid::two_dimensional(axis(260), axis(240), 1e-3);
    let solid_block = Grid::three_dimensional(axis(60), axis(36), axis(34));
    let by_lanes = |way: Blocking| lanes.map(|n| by_lanes(Blocking { subgroups: true, ..way }, n));
    let in_plane = [
        Some(blocking(4, 4, [8, 1], 8)),
        Some(blocking(2, 1, [16, 1], 10)),
        by_lanes(blocking(4, 4, [0, 1], 30)),
        Some(paired(strip(4, 24, 1, 30))),
    ];
    let in_block = [
        Some(Blocking { lines: 2, ..blocking(2, 2, [16, 6], 10) }),
        by_lanes(Blocking { lines: 4, ..blocking(1, 4, [0, 4], 20) }),
        Some(strip(2, 16, 8, 10)),
        by_lanes(strips(2, 24, 2, 34)),
        by_lanes(paired(strips(2, 24, 2, 34))),
    ];
    let cases =
        [(plane, blocking(1, 1, [64, 1], 31), &in_plane[..]), (solid_block, blocking(1, 1, [16, 8], 6), &in_block)];
    for (grid, one, many) in cases {
        let half = grid.cells()[0] / 2;
        let mut problem = block(grid);
        let (k, c) = (problem.value("40"), problem.value("3.4e6"));
        problem.paint(solid("metal", Conductivity::Isotropic(k), c), |[x, ..]| x > half);
        let wall = problem.environment(["500", "300", "20", "0"]);
        problem.cover(side(0, true), wall);
        problem.start("20*sin(40*x)*cos(30*y)");
        let conduction = conduction(problem);
        assert!(Kinds::new(&conduction).unwrap().is_mostly_plain());
        let (expected, ledger, kernel, _) = run(&conduction, &options, one);
        assert!(kernel.starts_with("blocked"), "{kernel}");
        for &blocking in many.iter().flatten().filter(|way| int64 || !way.pairs) {
            let (state, booked, ..) = run(&conduction, &options, blocking);
            let differ: Vec<usize> = (0..state.len()).filter(|&i| state[i] != expected[i]).collect();
            let first = differ.first().map(|&i| (conduction.problem.grid.cell(i), state[i] - expected[i]));
            assert!(differ.is_empty(), "{blocking:?}: {} cells, first {first:?}", differ.len());
            let heat = |ledger: &Ledger| ledger.surfaces.iter().sum::<f64>();
            assert!((heat(&booked) - heat(&ledger)).abs() < 1e-6 * heat(&ledger).abs(), "{blocking:?}");
        }
    }
}

/// Without what rounding takes: the same bits however they are blocked too, and as far from the sums that keep it as rounding goes.
#[test]
fn plain_sweeps_give_the_same_bits_and_lose_little() {
    let Some(options) = options() else { return };
    for (cells, many) in [([136, 97, 1], blocking(4, 4, [16, 1], 24)), ([28, 23, 37], blocking(2, 2, [16, 12], 9))] {
        let conduction = conduction(quilt(cells));
        let plain = |blocking: Blocking| run(&conduction, &options, Blocking { kept: false, ..blocking }).0;
        let one = plain(Blocking { sweeps: 1, columns: 1, ..many });
        assert!(one == plain(many));
        let kept = run(&conduction, &options, many).0;
        let apart = one.iter().zip(&kept).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!((1e-8..2e-5).contains(&apart), "{apart:e}");
    }
}

/// Several steps in a pass, also where the device is software.
fn several() -> Option<Selection> {
    options().map(|options| Selection { stepping: Stepping::Several, ..options })
}

#[test]
fn blocked_sweeps_agree_with_the_cpu() {
    let Some(options) = several() else { return };
    for cells in [[70, 61, 1], [31, 22, 17]] {
        agree_within("blocked", quilt(cells), &[1, 100, 59], &options, 2e-6);
        let chosen = gpu(&conduction(quilt(cells)), &options).stepper.kernel.clone();
        assert!(chosen.starts_with("blocked"), "{chosen}");
    }
}

#[test]
fn what_cannot_be_blocked_says_why() {
    let Some(options) = several() else { return };
    let usual = gpu(&conduction(quilt([40, 30, 1])), &Selection { stepping: Stepping::Usual, ..options.clone() });
    if usual.stepper.device.info.device_type == wgpu::DeviceType::Cpu {
        assert!(usual.stepper.kernel.contains("large grids alone"), "{}", usual.stepper.kernel);
    }
    let cases = [
        (medley(false, 1), "sources vary in space"),
        (conducting(false), "conductivities change"),
        (melting(true), "change"),
        (ringing(false), "inertia"),
    ];
    for (problem, reason) in cases {
        let kernel = gpu(&conduction(problem), &options).stepper.kernel.clone();
        assert!(kernel.starts_with("one sweep a pass: ") && kernel.contains(reason), "{kernel}");
    }
}

#[test]
fn every_blocked_kernel_is_sound_wgsl() {
    for cells in [[40, 30, 1], [16, 11, 10]] {
        let kinds = Kinds::new(&conduction(quilt(cells))).unwrap();
        let three = cells[2] > 1;
        for sweeps in [1, 2, 4, 8] {
            for (columns, subgroups, kept) in [(1, false, true), (2, true, false), (4, false, false), (8, true, true)] {
                let [threads, lines] = if three { [16, 2] } else { [1, 1] };
                let shared = Blocking { lines, subgroups, kept, ..blocking(sweeps, columns, [32, threads], 30) };
                // of cells that are read one by one, by twos and by fours
                let odd = match columns {
                    1 => 1,
                    2 => 2,
                    _ => 0,
                };
                let few = if three { sweeps.min(3) } else { sweeps };
                let alone = strip(few, 4 * few.next_multiple_of(4) + odd, if three { 2 * few + 1 } else { 1 }, 30);
                let asking =
                    by_lanes(strips(few, alone.columns, if three { 2 } else { 1 }, 30), if three { 8 } else { 1 });
                let strips = [alone, asking].map(|way| Blocking { kept, pairs: way.pack() > 1 && kept, ..way });
                for blocking in [shared].into_iter().chain(strips) {
                    for cells in [Cells::Alike, Cells::Inner, Cells::Any { walls: false }, Cells::Any { walls: true }] {
                        let draft = blocked::draft(blocking, &kinds, if three { 2 } else { 1 }, 256, cells);
                        draft.source.check(&kernel::SWEEPS).unwrap_or_else(|e| panic!("{blocking:?} {cells:?}: {e}"));
                    }
                }
            }
        }
    }
}
