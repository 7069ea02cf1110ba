//! What passes of the carriers add up to, in cells and at walls.

use super::domain::Domain;

/// What a pass adds up.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Per cell: mean over directions, K.
    pub mean: Vec<f64>,
    /// Per wall: sum of w |s_n| g over what hits it, K.
    pub hits: Vec<f64>,
    /// Per wall: the same over what comes back, K.
    pub returns: Vec<f64>,
    /// Per cell: sum over directions and axes of w |s_n| (g in - g out) over the width of the cell, K/m; only of passes in f64.
    pub inward: Vec<f64>,
    /// Largest change in the last lap of what enters at walls that remember, K.
    pub unsettled: f64,
    /// Only in a full pass.
    pub full: Option<Full>,
}

/// What is asked for once, at the end.
#[derive(Debug, Clone)]
pub struct Full {
    /// Per axis and cell: sum of w s_n g over its high face, K.
    pub flux: [Vec<f64>; 3],
    /// Per cell: mean square of g - T, K2 (see [`super::medium::Medium::unrest`]).
    pub unrest: Vec<f64>,
    /// Per cell: mean of Q, K2 (see [`super::occupation`]); nothing where it follows from the mean and the unrest.
    pub squares: Vec<f64>,
    /// Per cell: mean of u, K; nothing where it is the mean of g.
    pub urges: Vec<f64>,
    /// Per wall: mean of g over all directions at the wall, K.
    pub surface: Vec<f64>,
    /// Per wall: sum of w |s_n| (g - emission)^2 over what hits it, K2 (see [`Domain::mismatch`]).
    pub mismatch: Vec<f64>,
    /// Per cell that is listened to and ordinate: g, K; images along idle axes stay 0.
    pub rays: Vec<f64>,
}

impl Tally {
    /// Of nothing.
    pub fn new(domain: &Domain, full: bool) -> Tally {
        let (n, walls) = (domain.grid.len(), domain.walls.len());
        Tally {
            mean: vec![0.0; n],
            hits: vec![0.0; walls],
            returns: vec![0.0; walls],
            inward: Vec::new(),
            unsettled: 0.0,
            full: full.then(|| Full {
                flux: [0, 1, 2].map(|a| if domain.active[a] { vec![0.0; n] } else { Vec::new() }),
                unrest: vec![0.0; n],
                squares: vec![0.0; if domain.is_linear() { 0 } else { n }],
                urges: vec![0.0; if domain.is_linear() { 0 } else { n }],
                surface: vec![0.0; walls],
                mismatch: vec![0.0; walls],
                rays: Vec::new(),
            }),
        }
    }

    fn arrays(&mut self) -> Vec<&mut Vec<f64>> {
        let mut all = vec![&mut self.mean, &mut self.hits, &mut self.returns, &mut self.inward];
        if let Some(full) = &mut self.full {
            all.extend(full.flux.iter_mut());
            all.extend([
                &mut full.unrest,
                &mut full.squares,
                &mut full.urges,
                &mut full.surface,
                &mut full.mismatch,
                &mut full.rays,
            ]);
        }
        all
    }

    pub(super) fn clear(&mut self) {
        self.arrays().into_iter().for_each(|a| a.fill(0.0));
    }

    pub(super) fn add(&mut self, mut other: Tally) {
        self.unsettled = self.unsettled.max(other.unsettled);
        for (a, b) in self.arrays().into_iter().zip(other.arrays()) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += *b);
        }
    }
}
