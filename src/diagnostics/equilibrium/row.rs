//! The numbers of the cells, row by row.

use super::gradient::Slopes;
use super::{Numbers, TRUSTED};
use crate::backend::cpu::solid_range;
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::lanes::Lanes;
use crate::expression::Place;
use crate::problem::{Conductivity, Material, VOID, ValueId};
use pulp::Simd;
use rayon::prelude::*;
use std::ops::Range;

/// A range of temperatures below this part of them is rounding, and nothing varies.
const NOISE: f64 = 1e-9;

/// What a material tells of its carriers of heat.
#[derive(Clone, Copy)]
struct Carriers {
    /// Mean free path, m.
    path: f64,
    time: Time,
}

/// The time between their collisions: k = C v Lambda / 3 and Lambda = v tau (kinetic theory) where none is given.
#[derive(Clone, Copy)]
enum Time {
    /// s.
    Given(f64),
    /// Over the heat capacity (J/(m3 K)): Lambda^2/(3 k).
    OverCapacity(f64),
    /// That changes from cell to cell.
    Varies,
}

/// A state whose rows are looked at.
pub struct Rows<'a> {
    snapshot: &'a Snapshot<'a>,
    /// Inverse of the shortest length that counts, 1/m.
    per_length: &'a [f64],
    changes: bool,
    /// By material; none where nothing is known.
    carriers: Vec<Option<Carriers>>,
    /// Over how many kelvin the temperature varies, surfaces included; none where that is rounding.
    range: Option<f64>,
    /// dT/dt over dH/dt of every cell, where any heat capacity varies with temperature.
    follows: Option<Vec<f64>>,
}

/// Numbers of a row of cells.
struct Room {
    slopes: Slopes,
    /// What each cell gains, W, then |dT/dt|, K/s.
    rate: Vec<f64>,
    /// |grad T|, K/m.
    slope: Vec<f64>,
    /// m3; 0 in void.
    volume: Vec<f64>,
    /// Mean free path, m; not a number where none is known.
    path: Vec<f64>,
    /// Time between collisions, s: `given`, and `over_capacity` times the heat capacity of the volume.
    given: Vec<f64>,
    over_capacity: Vec<f64>,
    /// The material that these were filled for, all along the row.
    filled: Option<u8>,
    /// In the order of [`Numbers`].
    numbers: [Vec<f64>; 4],
}

impl Room {
    fn new(cells: usize) -> Room {
        let zeros = || vec![0.0; cells];
        Room {
            slopes: Slopes::new(cells),
            rate: zeros(),
            slope: zeros(),
            volume: zeros(),
            path: zeros(),
            given: zeros(),
            over_capacity: zeros(),
            filled: None,
            numbers: std::array::from_fn(|_| zeros()),
        }
    }
}

/// What some cells have.
#[derive(Default)]
pub struct Found {
    pub largest: Numbers,
    /// The largest Knudsen number, and where.
    pub worst: Option<(f64, usize)>,
    /// Volumes (m3) where Fourier's law holds, where that can be told, and of all that is solid.
    pub valid: f64,
    pub known: f64,
    pub solid: f64,
}

impl Found {
    fn join(self, later: Found) -> Found {
        Found {
            largest: self.largest.worse(later.largest),
            worst: match (self.worst, later.worst) {
                (Some(a), Some(b)) => Some(if b.0 > a.0 { b } else { a }),
                (a, b) => a.or(b),
            },
            valid: self.valid + later.valid,
            known: self.known + later.known,
            solid: self.solid + later.solid,
        }
    }
}

impl<'a> Rows<'a> {
    pub fn new(snapshot: &'a Snapshot<'a>, per_length: &'a [f64], changes: bool) -> Rows<'a> {
        let problem = &snapshot.conduction.problem;
        let surfaces = snapshot.walls.iter().map(|wall| wall.surface);
        let solid = solid_range(&snapshot.temperature, &problem.material);
        let [low, high] = surfaces.fold(solid, |[low, high], t| [low.min(t), high.max(t)]);
        let constant = |id| problem.values.get(id).as_constant();
        let carriers = |m: &Material| {
            let path = m.mean_free_path?;
            let time = match (m.relaxation_time.or(m.collision_time), mean(&m.conductivity, constant)) {
                (Some(time), _) => Time::Given(time),
                (None, Some(k)) => Time::OverCapacity(path * path / (3.0 * k)),
                (None, None) => Time::Varies,
            };
            Some(Carriers { path, time })
        };
        Rows {
            snapshot,
            per_length,
            changes,
            carriers: problem.materials.iter().map(carriers).collect(),
            range: Some(high - low).filter(|range| *range > NOISE * (high + problem.reference)),
            follows: (changes && snapshot.conduction.curves.iter().any(Option::is_some)).then(|| follows(snapshot)),
        }
    }

    /// The numbers of every cell.
    pub fn numbers(&self) -> Vec<Numbers> {
        let grid = &self.snapshot.conduction.problem.grid;
        let n = grid.cells()[0];
        let mut out = vec![Numbers::default(); grid.len()];
        out.par_chunks_mut(n).enumerate().with_min_len(4096_usize.div_ceil(n)).for_each_init(
            || Room::new(n),
            |room, (row, out)| {
                self.look(row, room);
                let [gradient, size, rate, time] = &room.numbers;
                for (x, out) in out.iter_mut().enumerate() {
                    *out = Numbers { gradient: gradient[x], size: size[x], rate: rate[x], time: time[x] };
                }
            },
        );
        out
    }

    /// The worst of them, and how much of the volume is well.
    pub fn judge(&self) -> Found {
        let simd = pulp::Arch::new();
        let look = |rows| simd.dispatch(Judge { state: self, rows });
        self.snapshot.conduction.fold_rows(look, Found::default(), Found::join)
    }

    /// Goes over a row.
    #[inline(always)]
    fn look(&self, row: usize, room: &mut Room) {
        let conduction = self.snapshot.conduction;
        let problem = &conduction.problem;
        let grid = &problem.grid;
        let n = grid.cells()[0];
        let own = row * n..(row + 1) * n;
        let [_, y, z] = grid.cell(own.start);
        let area = grid.axis(1).widths()[y] * grid.axis(2).widths()[z];
        let (material, capacity) = (&problem.material[own.clone()], &conduction.capacity[own.clone()]);
        for ((volume, width), &m) in room.volume.iter_mut().zip(grid.axis(0).widths()).zip(material) {
            *volume = if m == VOID { 0.0 } else { width * area };
        }
        self.fill(own.start, material, room);
        room.slopes.take(self.snapshot, row);
        room.slopes.lengths(&mut room.slope);
        if self.changes {
            self.snapshot.row_net(row, &mut room.rate);
            for (rate, c) in room.rate.iter_mut().zip(capacity) {
                *rate = if *c > 0.0 { (*rate / c).abs() } else { 0.0 };
            }
            if let Some(follows) = &self.follows {
                room.rate.iter_mut().zip(&follows[own.clone()]).for_each(|(rate, follows)| *rate *= follows);
            }
        }
        // Where nothing varies there are no slopes and no rates.
        let varies = f64::from(self.range.is_some());
        let per_range = self.range.map_or(0.0, |range| 1.0 / range);
        let t = &self.snapshot.temperature[own.clone()];
        let per_length = &self.per_length[own][..n];
        let [gradient, size, rate, time] = room.numbers.each_mut().map(|numbers| &mut numbers[..n]);
        let (path, given, over_capacity) = (&room.path[..n], &room.given[..n], &room.over_capacity[..n]);
        let (slopes, rates, volume, capacity) = (&room.slope[..n], &room.rate[..n], &room.volume[..n], &capacity[..n]);
        for x in 0..n {
            let per_kelvin = 1.0 / (t[x] + problem.reference);
            let slope = varies * slopes[x];
            let per_volume = over_capacity[x] * capacity[x] / volume[x];
            let between = if over_capacity[x] > 0.0 { per_volume } else { given[x] };
            let per_rate = between * (varies * rates[x]);
            gradient[x] = path[x] * slope * per_kelvin;
            size[x] = path[x] * per_length[x].max(slope * per_range);
            rate[x] = per_rate * per_kelvin;
            time[x] = per_rate * per_range;
        }
    }

    /// Writes what the materials of a row tell.
    #[inline(always)]
    fn fill(&self, first: usize, material: &[u8], room: &mut Room) {
        let alike = material.iter().all(|m| *m == material[0]);
        if alike && room.filled == Some(material[0]) {
            return;
        }
        room.filled = alike.then_some(material[0]);
        for (x, &m) in material.iter().enumerate() {
            let carriers = self.carriers.get(usize::from(m)).copied().flatten();
            let path = carriers.map_or(f64::NAN, |of| of.path);
            let [given, over_capacity] = match carriers.map(|of| of.time) {
                None => [f64::NAN, 0.0],
                Some(Time::Given(time)) => [time, 0.0],
                Some(Time::OverCapacity(factor)) => [0.0, factor],
                Some(Time::Varies) => {
                    room.filled = None;
                    [0.0, path * path / (3.0 * self.conductivity(first + x))]
                }
            };
            (room.path[x], room.given[x], room.over_capacity[x]) = (path, given, over_capacity);
        }
    }

    /// The mean conductivity of a solid cell over the axes, W/(m K).
    fn conductivity(&self, cell: usize) -> f64 {
        let problem = &self.snapshot.conduction.problem;
        let at = problem.grid.centre(problem.grid.cell(cell));
        let temperature = self.snapshot.kelvin(cell);
        let place = Place { x: at.x, y: at.y, z: at.z, t: self.snapshot.time, temperature };
        let value = |id| Some(problem.values.get(id).as_constant().unwrap_or_else(|| problem.values.at(id, &place)));
        let of = &problem.materials[usize::from(problem.material[cell])].conductivity;
        mean(of, value).expect("every value is told")
    }
}

/// The mean of a conductivity over the axes, W/(m K), as far as its values are told.
fn mean(of: &Conductivity, value: impl Fn(ValueId) -> Option<f64>) -> Option<f64> {
    match of {
        Conductivity::Isotropic(id) => value(*id),
        Conductivity::Diagonal(ids) => ids.iter().map(|id| value(*id)).sum::<Option<f64>>().map(|sum| sum / 3.0),
        Conductivity::Tensor(k) => Some((k[0] + k[1] + k[2]) / 3.0),
    }
}

/// Some rows to judge.
struct Judge<'a> {
    state: &'a Rows<'a>,
    rows: Range<usize>,
}

impl pulp::WithSimd for Judge<'_> {
    type Output = Found;

    /// The same code, compiled for each of several instruction sets.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Found {
        let n = self.state.snapshot.conduction.problem.grid.cells()[0];
        let mut room = Room::new(n);
        let all = |value| Lanes::all(simd, value);
        let nothing = all(0.0);
        let (mut largest, mut worst) = ([nothing; 4], None::<(f64, usize)>);
        let [mut valid, mut known, mut solid] = [nothing; 3];
        for row in self.rows {
            self.state.look(row, &mut room);
            let mut knudsen = all(f64::NEG_INFINITY);
            for k in 0..Lanes::<S>::count(&room.path) {
                let at = |row: &[f64]| Lanes::of_row(simd, row, k);
                // Positive where it is known: neither in void nor beyond the end.
                let (path, volume) = (at(&room.path), at(&room.volume));
                // By itself, not by a closure over an array, in which a compiler leaves vectors in memory.
                let known_at = |row: &[f64]| at(row).where_positive(path, nothing);
                let [gradients, sizes, rates, times] = &room.numbers;
                let (gradient, size) = (known_at(gradients), known_at(sizes));
                let (rate, time) = (known_at(rates), known_at(times));
                largest[0] = largest[0].max(gradient);
                largest[1] = largest[1].max(size);
                largest[2] = largest[2].max(rate);
                largest[3] = largest[3].max(time);
                let of_space = gradient.max(size);
                knudsen = knudsen.max(of_space.where_positive(path, all(f64::NEG_INFINITY)));
                let margin = all(TRUSTED) - of_space.max(rate).max(time);
                let volume_known = volume.where_positive(path, nothing);
                valid = valid + volume_known.where_positive(margin, nothing);
                (known, solid) = (known + volume_known, solid + volume);
            }
            let knudsen = knudsen.largest();
            if knudsen >= 0.0 && worst.is_none_or(|(before, _)| knudsen > before) {
                let [gradient, size, ..] = &room.numbers;
                let x = (0..n).find(|&x| room.path[x] > 0.0 && gradient[x].max(size[x]) == knudsen);
                worst = x.map(|x| (knudsen, row * n + x)).or(worst);
            }
        }
        let [gradient, size, rate, time] = largest.map(Lanes::largest);
        let largest = Numbers { gradient, size, rate, time };
        Found { largest, worst, valid: valid.sum(), known: known.sum(), solid: solid.sum() }
    }
}

/// dT/dt over dH/dt of every cell: the temperature follows the enthalpy by the slope of its curve.
fn follows(snapshot: &Snapshot) -> Vec<f64> {
    const STEP: f64 = 1e-6;
    let net = snapshot.net();
    let moved: Vec<f64> = snapshot.enthalpy.iter().zip(&net).map(|(e, net)| e + STEP.copysign(*net)).collect();
    let mut temperature = vec![0.0; moved.len()];
    snapshot.conduction.temperature(&moved, &mut temperature);
    let of = |i: usize| (temperature[i] - snapshot.temperature[i]) / (moved[i] - snapshot.enthalpy[i]);
    (0..moved.len()).map(|i| of(i).abs()).collect()
}
