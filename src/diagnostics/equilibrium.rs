//! Where Fourier's law may be trusted: mean free path against the lengths over which things change.

use super::balance::Snapshot;
use super::maps;
use crate::problem::VOID;

/// Above this Knudsen number size effects exceed a few per cent (Chen 2005, Nanoscale Energy Transport
/// and Conversion, section 1.4).
pub const TRUSTED_KNUDSEN: f64 = 0.01;

/// Largest Knudsen number and the part of the known volume below [`TRUSTED_KNUDSEN`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalEquilibrium {
    /// Mean free path over the shorter of T / |grad T| and the thickness of the material.
    pub max_knudsen: f64,
    /// By volume of the cells whose material gives a mean free path.
    pub valid_fraction: f64,
}

/// Judges a state; `None` where no material gives a mean free path.
pub fn judge(snapshot: &Snapshot) -> Option<LocalEquilibrium> {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let path = |i: usize| match problem.material[i] {
        VOID => None,
        m => problem.materials[m as usize].mean_free_path,
    };
    problem.materials.iter().find_map(|m| m.mean_free_path)?;
    let gradient = maps::temperature_gradient(snapshot);
    let (mut worst, mut valid, mut known) = (0.0_f64, 0.0, 0.0);
    let thickness = thickness(snapshot);
    for i in 0..grid.len() {
        let Some(path) = path(i) else { continue };
        let length = (snapshot.kelvin(i) / gradient[i].length()).min(thickness[i]);
        let knudsen = path / length;
        let volume = grid.volume(grid.cell(i));
        worst = worst.max(knudsen);
        known += volume;
        if knudsen < TRUSTED_KNUDSEN {
            valid += volume;
        }
    }
    (known > 0.0).then(|| LocalEquilibrium { max_knudsen: worst, valid_fraction: valid / known })
}

/// Shortest run of the cell's own material along an axis of the grid, m.
fn thickness(snapshot: &Snapshot) -> Vec<f64> {
    let problem = &snapshot.conduction.problem;
    let grid = &problem.grid;
    let mut shortest = vec![f64::INFINITY; grid.len()];
    for axis in (0..3).filter(|&a| grid.axis(a).cells() > 1 && !grid.periodic[a]) {
        let n = grid.axis(axis).cells();
        let stride = grid.index([0, 1, 2].map(|a| usize::from(a == axis)));
        for start in (0..grid.len()).filter(|&i| grid.cell(i)[axis] == 0) {
            let mut first = 0;
            for x in 1..=n {
                let same = x < n && problem.material[start + x * stride] == problem.material[start + first * stride];
                if !same {
                    let run = grid.axis(axis).edges()[x] - grid.axis(axis).edges()[first];
                    for k in first..x {
                        let i = start + k * stride;
                        shortest[i] = shortest[i].min(run);
                    }
                    first = x;
                }
            }
        }
    }
    shortest
}
