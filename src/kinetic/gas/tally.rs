//! What passes of the molecules add up to, in cells and at walls.

use super::faces::Moments;
use super::law::Vessel;

/// What a pass adds up.
#[derive(Debug, Clone)]
pub struct Tally {
    /// Of the new distribution.
    pub moments: Moments,
    /// Per wall: number of molecules that hit it, sum of w |c_n| h, K.
    pub hits: Vec<f64>,
    /// Per wall: the same over what comes back.
    pub returns: Vec<f64>,
    /// Per wall: heat that hits it, K.
    pub heat_hits: Vec<f64>,
    /// Per wall: the same over what comes back.
    pub heat_returns: Vec<f64>,
    /// Largest change in the last lap of what enters at walls that remember, K.
    pub unsettled: f64,
    /// Passes of one family over the grid.
    pub laps: usize,
    /// Only in a full pass.
    pub full: Option<Full>,
}

/// What is asked for once, at the end.
#[derive(Debug, Clone)]
pub struct Full {
    /// Per axis and cell: heat over the high face, K.
    pub flux: [Vec<f64>; 3],
    /// Per cell: mean square of h less what collisions tend to, K2.
    pub unrest: Vec<f64>,
    /// Per wall: sum of w |c_n| (h - emission)^2 over what hits it, K2.
    pub mismatch: Vec<f64>,
    /// Per wall: temperature of the gas there, K.
    pub surface: Vec<f64>,
    /// Per cell that is listened to and velocity: what it adds to the temperature over its weight, K.
    pub rays: Vec<f64>,
}

impl Tally {
    pub(crate) fn new(vessel: &Vessel, full: bool) -> Tally {
        let (n, walls) = (vessel.domain.grid.len(), vessel.domain.walls.len());
        let per_wall = || vec![0.0; walls];
        Tally {
            moments: Moments::zero(vessel),
            hits: per_wall(),
            returns: per_wall(),
            heat_hits: per_wall(),
            heat_returns: per_wall(),
            unsettled: 0.0,
            laps: 0,
            full: full.then(|| Full {
                flux: [0, 1, 2].map(|a| if vessel.domain.active[a] { vec![0.0; n] } else { Vec::new() }),
                unrest: vec![0.0; n],
                mismatch: per_wall(),
                surface: per_wall(),
                rays: Vec::new(),
            }),
        }
    }

    fn arrays(&mut self) -> Vec<&mut Vec<f64>> {
        let mut all: Vec<&mut Vec<f64>> = self.moments.kind.iter_mut().collect();
        all.extend([&mut self.hits, &mut self.returns, &mut self.heat_hits, &mut self.heat_returns]);
        if let Some(full) = &mut self.full {
            all.extend(full.flux.iter_mut());
            all.extend([&mut full.unrest, &mut full.mismatch, &mut full.surface, &mut full.rays]);
        }
        all
    }

    pub(super) fn clear(&mut self) {
        self.arrays().into_iter().for_each(|a| a.fill(0.0));
    }

    pub(super) fn add(&mut self, other: &mut Tally) {
        self.unsettled = self.unsettled.max(other.unsettled);
        self.laps += other.laps;
        for (a, b) in self.arrays().into_iter().zip(other.arrays()) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += *b);
        }
    }
}
