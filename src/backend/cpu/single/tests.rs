use super::*;
use crate::backend::cpu::medley::conduction;
use crate::scenario::Scenario;
use std::path::Path;
use std::sync::Arc;

fn cases() -> Vec<(&'static str, Conduction)> {
    let thick = "[0.04, 0.04, 0.03]";
    let floor = "z_min = { temperature = 305 }\nx_max = { convection = 900, ambient = 310 }\n";
    vec![
        ("2d", conduction("[75, 45]", "[0.04, 0.04]", "")),
        ("3d", conduction("[50, 21, 26]", thick, floor)),
        ("thin", conduction("[33, 1, 40]", thick, floor)),
        ("flat", conduction("[40, 30, 1]", thick, floor)),
        ("ends", ends()),
    ]
}

/// Steady walls at both ends of rows that are alike, that differ, and where nothing conducts to the cell beside.
fn ends() -> Conduction {
    let text = "model = \"heat\"\n[grid]\nsize = [0.04, 0.04, 0.04]\ncells = [40, 20, 40]\nmaterial = \"a\"\n\
        [materials.a]\nconductivity = 3.0\nvolumetric_heat_capacity = 2e6\n[materials.b]\nconductivity = 40.0\nvolumetric_heat_capacity = 3e6\n\
        [[region]]\nname = \"b\"\nmaterial = \"b\"\nbox = [[0.01, 0.01, 0.0], [0.04, 0.02, 0.02]]\n\
        [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.001, 0.03, 0.03], [0.01, 0.036, 0.04]]\nboundary = { temperature = 290 }\n\
        [initial]\ntemperature = \"300 + 20*sin(300*x)*cos(200*y)\"\n\
        [boundary]\nx_min = { temperature = 315 }\nx_max = { flux = 1e4, convection = 500, ambient = 290 }\ny_max = { convection = 30, ambient = \"320 + 100*x\" }\n\
        [run]\nuntil = 1.0\n";
    let scenario = Scenario::parse(text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    Conduction::new(Arc::new(scenario.problem)).expect("no tensors")
}

fn single(conduction: &Conduction, keeps: bool) -> Single {
    let single = Single::new(conduction.clone()).expect("f32 covers it");
    if keeps { single } else { single.forgetting() }
}

fn run(backend: &mut dyn Backend, conduction: &Conduction) -> (Vec<f64>, Ledger) {
    let step = 0.9 / conduction.fastest_rate([-100.0, 100.0], [0.0, 100.0]);
    for (first, count) in [(0, 3), (3, 26), (29, 1)] {
        backend.advance(Clock { start: 0.0, step }, first, count).expect("steps");
    }
    (backend.enthalpy().expect("a state"), backend.ledger().expect("a ledger"))
}

#[test]
fn tiles_columns_and_bands_change_no_bit() {
    for (name, conduction) in cases() {
        let with = |keeps: bool, plan: Option<(usize, usize, usize, usize)>| {
            let mut single = single(&conduction, keeps);
            if let Some((columns, height, bands, parts)) = plan {
                single.passes.plan = tiles::Plan { columns, height, bands, parts, ..single.passes.plan };
            }
            run(&mut single, &conduction)
        };
        for keeps in [true, false] {
            let whole = with(keeps, Some((4096, 4096, 1, 1)));
            for plan in [None, Some((16, 5, 3, 1)), Some((32, 1, 2, 7)), Some((48, 7, 26, 3)), Some((4096, 6, 1, 2))] {
                assert!(whole == with(keeps, plan), "{name}: {plan:?}");
            }
        }
    }
}

#[test]
fn many_sweeps_in_a_pass_give_the_bits_of_one_sweep_after_the_other() {
    for (name, conduction) in cases() {
        for (sweeps, keeps) in [(None, true), (Some(12), true), (None, false)] {
            let mut single = single(&conduction, keeps);
            let sweeps = sweeps.unwrap_or(single.passes.plan.sweeps);
            single.passes.plan.sweeps = sweeps;
            let blocked = run(&mut single, &conduction);
            let mut plain = Plain::new(&conduction, sweeps as u64, keeps);
            let step = 0.9 / conduction.fastest_rate([-100.0, 100.0], [0.0, 100.0]);
            for (first, count) in [(0, 3), (3, 26), (29, 1)] {
                plain.advance(Clock { start: 0.0, step }, first, count);
            }
            let sum = |(a, b): (&f32, &f32)| f64::from(*a) + f64::from(*b);
            let plain: Vec<f64> = plain.high.iter().zip(&plain.low).map(sum).collect();
            let differ = plain.iter().zip(&blocked.0).filter(|(a, b)| a != b).count();
            assert_eq!(differ, 0, "{name}, {sweeps} sweeps, kept: {keeps}");
        }
    }
}

#[test]
fn single_precision_follows_double_and_loses_no_energy() {
    for (name, conduction) in cases() {
        let mut single = Single::new(conduction.clone()).expect("f32 covers it");
        let mut double = super::super::Cpu::new(conduction.clone());
        let (a, b) = (run(&mut single, &conduction), run(&mut double, &conduction));
        let worst = a.0.iter().zip(&b.0).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 3e-5, "{name}: {worst:e}");
        let start = conduction.enthalpy(&conduction.problem.initial);
        let stored: f64 = a.0.iter().zip(&start).zip(&conduction.capacity).map(|((a, b), c)| c * (a - b)).sum();
        let entered = a.1.surfaces.iter().sum::<f64>() + a.1.sources;
        let scale = a.1.surfaces.iter().fold(stored.abs(), |m, s| m.max(s.abs()));
        assert!((stored - entered).abs() < 3e-7 * scale, "{name}: {stored} {entered}");
    }
}

#[test]
fn increments_far_below_the_digits_of_the_field_are_not_lost() {
    // 1000 K above the reference, warmed by 1e-7 K per step; f32 alone shows no less than 6e-5 K there
    let text = "model = \"heat\"\n[grid]\nsize = [0.064, 0.02]\ncells = [64, 20]\nmaterial = \"m\"\n\
        [materials.m]\nconductivity = 40.0\nvolumetric_heat_capacity = 3e6\n\
        [[region]]\nname = \"all\"\nmaterial = \"m\"\nbox = [[0, 0], [0.064, 0.02]]\npower_density = 1.0\n\
        [initial]\ntemperature = 300\n[boundary]\n[run]\nuntil = 1.0\n";
    let scenario = Scenario::parse(text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let conduction = Conduction::new(Arc::new(scenario.problem)).expect("no tensors");
    let after = |keeps: bool| {
        let mut single = single(&conduction, keeps);
        let ledger = Ledger { surfaces: vec![0.0; single.surfaces.len()], sources: 0.0 };
        single.load(&[1000.0; 64 * 20], &ledger).expect("loaded");
        single.advance(Clock { start: 0.0, step: 0.01 }, 0, 10_000).expect("steps");
        (single.enthalpy().expect("a state"), single.info())
    };
    let expected = 100.0 / 3e6;
    let (kept, _) = after(true);
    for (cell, t) in kept.iter().enumerate() {
        assert!((t - 1000.0 - expected).abs() < 1e-5 * expected, "{cell}: {:e}", t - 1000.0);
    }
    // Forgotten they are all lost, and it is told.
    let (forgotten, info) = after(false);
    assert!(forgotten.iter().all(|t| *t == 1000.0));
    assert!(info.resolution == Resolution::SINGLE && info.kernel == "plain sums", "{info:?}");
}

#[test]
fn what_needs_double_precision_is_refused_with_a_remedy() {
    let text = "model = \"heat\"\n[grid]\nsize = [0.064, 0.02]\ncells = [64, 20]\nmaterial = \"m\"\n\
        [materials.m]\nconductivity = \"40 + T\"\nvolumetric_heat_capacity = 3e6\n[initial]\ntemperature = 300\n[boundary]\n[run]\nuntil = 1.0\n";
    let scenario = Scenario::parse(text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    let refused = Single::new(Conduction::new(Arc::new(scenario.problem)).expect("no tensors"));
    let text = refused.err().expect("refused").to_string();
    assert!(text.contains("conductivities that change") && text.contains("--precision f64"), "{text}");
}

/// The same arithmetic without tiles: whole fields, one sweep after the other.
struct Plain<'a> {
    conduction: &'a Conduction,
    sweeps: u64,
    keeps: bool,
    high: Vec<f32>,
    low: Vec<f32>,
    /// Conductances to the neighbours below and above along each axis, in parts of the largest.
    along: Vec<[Vec<f32>; 2]>,
    strides: Vec<usize>,
    per_capacity: Vec<f32>,
    /// Walls that a later sweep finds in the change beyond the end of a row, and that change, by cell, in parts of the cell's own.
    is_beyond: Vec<bool>,
    beyond: Vec<f32>,
}

impl<'a> Plain<'a> {
    fn new(conduction: &'a Conduction, sweeps: u64, keeps: bool) -> Plain<'a> {
        let grid = &conduction.problem.grid;
        let [nx, ny, _] = grid.cells();
        let families = &conduction.links.families;
        let unit = families.iter().flat_map(|f| &f.conductance).fold(0.0, |m: f64, &g| m.max(g));
        let mut strides = Vec::new();
        let along = families
            .iter()
            .map(|f| {
                let stride = (f.offset.x + nx as i32 * (f.offset.y + ny as i32 * f.offset.z)) as usize;
                strides.push(stride);
                let above: Vec<f32> = f.conductance.iter().map(|g| (g / unit) as f32).collect();
                let mut below = vec![0.0; stride];
                below.extend_from_slice(&above[..above.len() - stride]);
                [below, above]
            })
            .collect();
        let start = conduction.enthalpy(&conduction.problem.initial);
        let high: Vec<f32> = start.iter().map(|&e| e as f32).collect();
        let low = start.iter().zip(&high).map(|(e, h)| if keeps { (e - f64::from(*h)) as f32 } else { 0.0 }).collect();
        let per_capacity =
            conduction.capacity.iter().map(|&c| if c > 0.0 { (1.0 / c / (1.0 / unit)) as f32 } else { 0.0 }).collect();
        let (is_beyond, beyond) = Plain::ends(conduction);
        Plain { conduction, sweeps, keeps, high, low, along, strides, per_capacity, is_beyond, beyond }
    }

    /// Steady walls of cells at the ends of rows, where the row conducts at all, and what they make of the change beyond.
    fn ends(conduction: &Conduction) -> (Vec<bool>, Vec<f32>) {
        let nx = conduction.problem.grid.cells()[0];
        let along = &conduction.links.families[0].conductance;
        let mut beyond = vec![1.0; along.len()];
        let walls = conduction.problem.walls.iter().zip(&conduction.wall_lines);
        let is_beyond = walls
            .map(|(wall, line)| {
                let i = wall.cell as usize;
                let beside = match i % nx {
                    0 => along[i],
                    x if x + 1 == nx => along[i - 1],
                    _ => 0.0,
                };
                let told = line.filter(|line| line.slope < 1e6 * beside);
                beyond[i] -= told.map_or(0.0, |line| line.slope / beside);
                told.is_some()
            })
            .collect();
        (is_beyond, beyond.iter().map(|&b| b as f32).collect())
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) {
        let mut done = 0;
        while done < count {
            let together = self.sweeps.min(count - done);
            self.pass(clock, first + done, together);
            done += together;
        }
    }

    /// What links give, each row in the order of the kernel, and what is beyond the ends of rows, in parts of the end.
    fn links(&self, field: &[f32], beyond: f32, i: usize, step: f32, uniform: bool) -> f32 {
        let (h, nx) = (field[i], self.conduction.problem.grid.cells()[0]);
        let from = |family: usize, side: usize| -> (f32, f32) {
            if family == 0 && i % nx == side * (nx - 1) {
                return (self.along[0][1 - side][i], beyond * h - h);
            }
            let g = self.along[family][side][i];
            let stride = self.strides[family];
            let j = if g == 0.0 {
                i
            } else if side == 1 {
                i + stride
            } else {
                i - stride
            };
            (g, field[j] - h)
        };
        let c = self.per_capacity[i];
        let [(west, dw), (east, de)] = [from(0, 0), from(0, 1)];
        if uniform {
            let row = i - i % nx;
            let mut sum = step * c * self.along[0][1][row] * (dw + de);
            for family in 1..self.along.len() {
                for side in [1, 0] {
                    let (g, d) = from(family, side);
                    sum = (step * c * g).mul_add(d, sum);
                }
            }
            return sum;
        }
        let mut sum = east.mul_add(de, west * dw);
        for family in 1..self.along.len() {
            for side in [1, 0] {
                let (g, d) = from(family, side);
                sum = g.mul_add(d, sum);
            }
        }
        sum * (step * c)
    }

    /// A later sweep of a cell whose links to both sides are equal along all axes but that of its row.
    fn amid(&self, field: &[f32], first: f32, i: usize, step: f32) -> Option<f32> {
        let nx = self.conduction.problem.grid.cells()[0];
        let (row, h, gain) = (i - i % nx, field[i], step * self.per_capacity[i]);
        let beside = |family: usize| {
            let [below, above] = [0, 1].map(|side| self.along[family][side][i] != 0.0);
            let stride = self.strides[family];
            let none = if family == 0 { self.beyond[i] * h } else { h };
            let above = if above { field[i + stride] } else { none };
            above + if below { field[i - stride] } else { none }
        };
        let mut sum = (gain * self.along[0][1][row]).mul_add(h.mul_add(-2.0, beside(0)), first);
        for family in 1..self.along.len() {
            let [below, above] = [0, 1].map(|side| self.along[family][side][row]);
            if below != above {
                return None;
            }
            sum = (gain * above).mul_add(h.mul_add(-2.0, beside(family)), sum);
        }
        Some(h + sum)
    }

    fn pass(&mut self, clock: Clock, first: u64, count: u64) {
        let conduction = self.conduction;
        let problem = &conduction.problem;
        let nx = problem.grid.cells()[0];
        let step = clock.step as f32;
        let per_capacity: Vec<f64> = conduction.capacity.iter().map(|&c| if c > 0.0 { 1.0 / c } else { 0.0 }).collect();
        let rows = Rows::new(conduction, &per_capacity).expect("plain links");
        let sources: Option<Vec<f32>> = conduction
            .sources(clock.time(first))
            .map(|s| s.iter().zip(&per_capacity).map(|(s, c)| (s * c) as f32).collect());
        let faces = Walls::new(conduction, &per_capacity, &rows).faces;
        let heat = |n: u64, w: usize, cell: f64| {
            if faces[w].is_linear() {
                return faces[w].heat(cell);
            }
            conduction.wall_heat(w, cell, clock.time(first + n), &conduction.row(clock.time(first + n)))
        };
        let begun: Vec<f64> = problem
            .walls
            .iter()
            .enumerate()
            .map(|(w, wall)| heat(0, w, f64::from(self.high[wall.cell as usize])))
            .collect();
        let mut change: Vec<f32> = (0..self.high.len())
            .map(|i| {
                let links = self.links(&self.high, 1.0, i, step, rows.uniform(i / nx));
                sources.as_ref().map_or(links, |s| step.mul_add(s[i], links))
            })
            .collect();
        for (w, wall) in problem.walls.iter().enumerate() {
            let i = wall.cell as usize;
            change[i] += (per_capacity[i] * clock.step * begun[w]) as f32;
        }
        let start = change.clone();
        for n in 1..count {
            let old = change.clone();
            for i in 0..old.len() {
                let amid = if rows.uniform(i / nx) { self.amid(&old, start[i], i, step) } else { None };
                let links = || self.links(&old, self.beyond[i], i, step, rows.uniform(i / nx));
                change[i] = amid.unwrap_or_else(|| old[i] + (start[i] + links()));
            }
            for (w, wall) in problem.walls.iter().enumerate().filter(|(w, _)| !self.is_beyond[*w]) {
                let i = wall.cell as usize;
                let more = if faces[w].is_linear() {
                    -faces[w].slope * f64::from(old[i])
                } else {
                    heat(n, w, f64::from(self.high[i]) + f64::from(old[i])) - begun[w]
                };
                change[i] += (per_capacity[i] * clock.step * more) as f32;
            }
        }
        for ((high, low), change) in self.high.iter_mut().zip(&mut self.low).zip(&change) {
            let (a, b) = (*high, change + *low);
            let sum = a + b;
            let shown = sum - a;
            *low = if self.keeps { (a - (sum - shown)) + (b - shown) } else { 0.0 };
            *high = sum;
        }
    }
}
