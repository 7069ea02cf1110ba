//! The law of a face: half cells in series, with one matrix of coefficients.
//!
//! Between two points with the differences `dT` and `dc` along the fluxes, `(q, J) = K (dT, dc)` with
//!
//! - `K_cc`: Fick's law, for N > 2 from the pairs' diffusivities by Maxwell and Stefan,
//! - `K_cq = K_cc s` with `s_i = S_T,i c_i (1 - c_i)`: Soret,
//! - `K_qc = T T' (K_cq)^T G`: Dufour, with the curvature `G` of the entropy,
//! - `K_qq`: the conductivity of the uniform mixture.
//!
//! In the forces `D(1/T) = dT / (T T')` and `D(s) = G dc` these are `L = K A^-1` with `A = diag(1 / (T T'), G)`: symmetric. Half cells
//! of one face share `T T'`, `G` and the mean composition, so their inverses add to a symmetric matrix again.

use super::mixing::{GAS_CONSTANT, Mixing, mean_moles};
use super::{Block, Composition, MOST_SPECIES, block, product};

/// A half cell, from its centre to a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Half {
    /// Thermal conductance at uniform composition, W/K.
    pub thermal: f64,
    /// What matter finds in it; none where no matter enters.
    pub matter: Option<Paths>,
}

/// How matter passes a half cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Paths {
    /// Density times area over distance, kg/m2.
    pub length: f64,
    /// Diffusivities of the pairs (1,2), (1,3), .. (2,3), .., m2/s.
    pub pairs: [f64; MOST_SPECIES * (MOST_SPECIES - 1) / 2],
    /// Soret coefficients, 1/K.
    pub soret: Composition,
}

/// A side of a face: a cell with its half.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Side {
    /// K, absolute.
    pub temperature: f64,
    /// Mass fractions of the independent species.
    pub fraction: Composition,
    /// Towards the face.
    pub half: Half,
}

/// What passes a face, from the first side to the second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Passage {
    /// W.
    pub heat: f64,
    /// kg/s of every independent species.
    pub matter: Composition,
    /// Temperature of the face on either side, K.
    pub temperature: [f64; 2],
    /// Composition of the face; where no matter passes, that of the cell.
    pub fraction: Composition,
    /// What the rounding of temperatures and fractions alone may seem to produce or destroy, W/K.
    pub noise: f64,
}

/// What the half cells of a face share.
struct Common {
    product: f64,
    curvature: [Composition; MOST_SPECIES - 1],
    /// By Maxwell and Stefan: moles per kilogram, and the mass fractions that belong to them.
    moles: Option<([f64; MOST_SPECIES], f64, [f64; MOST_SPECIES])>,
}

impl Common {
    fn new(mixing: &Mixing, independent: usize, [t, u]: [f64; 2], [a, b]: [&Composition; 2]) -> Common {
        let moles = match mixing {
            Mixing::Ideal(molar) if independent > 1 => {
                let (mean, all) = mean_moles(molar, a, b);
                let mut mass = [0.0; MOST_SPECIES];
                (0..molar.len()).for_each(|k| mass[k] = mean[k] * molar[k]);
                Some((mean, all, mass))
            }
            _ => None,
        };
        Common { product: t * u, curvature: mixing.curvature(a, b), moles }
    }

    /// `x L x` of forces `x` that are nothing but the rounding of a few digits, for a matrix between fluxes and differences.
    fn noise(&self, k: &Block, independent: usize) -> f64 {
        let matter: f64 = (0..independent).map(|i| k[i + 1][i + 1] * self.curvature[i][i]).sum();
        (64.0 * f64::EPSILON).powi(2) * (k[0][0] + matter)
    }

    /// Between (W, kg/s) and (K, 1).
    fn conductance(&self, half: &Half, fraction: &Composition, independent: usize) -> Block {
        let mut k = [[0.0; MOST_SPECIES]; MOST_SPECIES];
        k[0][0] = half.thermal;
        let Some(paths) = &half.matter else { return k };
        match &self.moles {
            None => k[1][1] = paths.length * paths.pairs[0],
            Some((moles, all, mass)) => {
                let mobility = mobility(paths, moles, *all, mass, independent);
                for i in 0..independent {
                    for j in 0..independent {
                        k[i + 1][j + 1] = (0..independent).map(|m| mobility[i][m] * self.curvature[m][j]).sum();
                    }
                }
            }
        }
        for i in 0..independent {
            let soret = |j: usize| paths.soret[j] * fraction[j] * (1.0 - fraction[j]);
            k[i + 1][0] = (0..independent).map(|j| k[i + 1][j + 1] * soret(j)).sum();
        }
        for j in 0..independent {
            k[0][j + 1] = self.product * (0..independent).map(|i| k[i + 1][0] * self.curvature[i][j]).sum::<f64>();
        }
        k
    }
}

/// Onsager's coefficients of matter, between kg/s and J/(kg K): the inverse of the friction matrix, in which species k and j
/// that move past each other with the speeds J/(rho c) produce `R rho n_k n_j / (N D_kj)` of entropy (Maxwell and Stefan).
fn mobility(
    paths: &Paths,
    moles: &[f64; MOST_SPECIES],
    all: f64,
    mass: &[f64; MOST_SPECIES],
    independent: usize,
) -> Block {
    let mut friction = Block::default();
    // flux of species k over its mass, as a row of the independent fluxes
    let speed = |k: usize, i: usize| {
        if k == independent {
            -1.0 / mass[k]
        } else if k == i {
            1.0 / mass[k]
        } else {
            0.0
        }
    };
    let mut pair = 0;
    for k in 0..=independent {
        for l in k + 1..=independent {
            let weight = GAS_CONSTANT * moles[k] * moles[l] / (all * paths.length * paths.pairs[pair]);
            pair += 1;
            let apart = |i: usize| speed(k, i) - speed(l, i);
            friction = block(independent, |i, j| friction[i][j] + weight * apart(i) * apart(j));
        }
    }
    inverse(&friction, independent)
}

/// Inverse of the leading part; no pivots are needed where it is positive definite but for the scale of its rows and columns.
pub fn inverse(matrix: &Block, size: usize) -> Block {
    if size == 2 {
        let [[a, b], [c, d]] = [[matrix[0][0], matrix[0][1]], [matrix[1][0], matrix[1][1]]];
        let over = 1.0 / (a * d - b * c);
        let mut out = [[0.0; MOST_SPECIES]; MOST_SPECIES];
        (out[0][0], out[0][1], out[1][0], out[1][1]) = (d * over, -b * over, -c * over, a * over);
        return out;
    }
    let mut a = *matrix;
    let mut b = [[0.0; MOST_SPECIES]; MOST_SPECIES];
    (0..size).for_each(|i| b[i][i] = 1.0);
    for i in 0..size {
        let pivot = 1.0 / a[i][i];
        for j in 0..size {
            a[i][j] *= pivot;
            b[i][j] *= pivot;
        }
        for row in (0..size).filter(|&r| r != i) {
            let factor = a[row][i];
            for j in 0..size {
                a[row][j] -= factor * a[i][j];
                b[row][j] -= factor * b[i][j];
            }
        }
    }
    b
}

/// Between two cells with a thermal contact resistance (K/W).
pub fn between(a: &Side, b: &Side, contact: f64, mixing: &Mixing, independent: usize) -> Passage {
    let drop = a.temperature - b.temperature;
    if a.half.matter.is_none() || b.half.matter.is_none() {
        // heat alone: on the side of a mixture Soret's effect builds up until nothing moves
        let resistance = |side: &Side| {
            let common = Common::new(mixing, independent, [side.temperature; 2], [&side.fraction, &side.fraction]);
            let k = common.conductance(&side.half, &side.fraction, independent);
            let size = if side.half.matter.is_some() { independent + 1 } else { 1 };
            inverse(&k, size)[0][0]
        };
        let [ra, rb] = [resistance(a), resistance(b)];
        let heat = drop / (ra + contact + rb);
        let temperature = [a.temperature - heat * ra, b.temperature + heat * rb];
        let noise = (64.0 * f64::EPSILON).powi(2) / (ra + contact + rb);
        return Passage { heat, matter: Composition::default(), temperature, fraction: a.fraction, noise };
    }
    let size = independent + 1;
    let common = Common::new(mixing, independent, [a.temperature, b.temperature], [&a.fraction, &b.fraction]);
    let [ra, rb] = [a, b].map(|side| inverse(&common.conductance(&side.half, &side.fraction, independent), size));
    let mut sum = block(size, |i, j| ra[i][j] + rb[i][j]);
    sum[0][0] += contact;
    let k = inverse(&sum, size);
    let difference = |j: usize| if j == 0 { drop } else { a.fraction[j - 1] - b.fraction[j - 1] };
    let mut flux = [0.0; MOST_SPECIES];
    for (i, flux) in flux.iter_mut().enumerate().take(size) {
        *flux = (0..size).map(|j| k[i][j] * difference(j)).sum();
    }
    let fall = |r: &Block, i: usize| (0..size).map(|j| r[i][j] * flux[j]).sum::<f64>();
    let mut out = Passage {
        heat: flux[0],
        temperature: [a.temperature - fall(&ra, 0), b.temperature + fall(&rb, 0)],
        noise: common.noise(&k, independent),
        ..Passage::default()
    };
    for i in 0..independent {
        out.matter[i] = flux[i + 1];
        out.fraction[i] = a.fraction[i] - fall(&ra, i + 1);
    }
    out
}

/// The matrix of a face between the fluxes and the differences, or from a cell to its surface, where no difference is large: what is
/// uniform shares one temperature and composition.
pub fn linear(a: &Side, b: Option<&Side>, contact: f64, mixing: &Mixing, independent: usize) -> Block {
    let other = b.unwrap_or(a);
    let holds = |side: &Side| side.half.matter.is_some();
    let size = if holds(a) && holds(other) { independent + 1 } else { 1 };
    let fractions = [
        if holds(a) { &a.fraction } else { &other.fraction },
        if holds(other) { &other.fraction } else { &a.fraction },
    ];
    let common = Common::new(mixing, independent, [a.temperature, other.temperature], fractions);
    let resistance = |side: &Side| {
        let own = if holds(side) { independent + 1 } else { 1 };
        inverse(&common.conductance(&side.half, &side.fraction, independent), own)
    };
    let mut sum = resistance(a);
    if let Some(b) = b {
        let rb = resistance(b);
        sum = block(size, |i, j| sum[i][j] + rb[i][j]);
    }
    sum[0][0] += contact;
    inverse(&sum, size)
}

/// The matrix of a face between two mixtures between the fluxes and the forces D(1/T) and D(s), for those who want to see that it
/// is symmetric.
pub fn entropic(a: &Side, b: &Side, mixing: &Mixing, independent: usize) -> Block {
    let size = independent + 1;
    let common = Common::new(mixing, independent, [a.temperature, b.temperature], [&a.fraction, &b.fraction]);
    let per_force = inverse(&forces(common.product, &common.curvature, size), size);
    product(size, &linear(a, Some(b), 0.0, mixing, independent), &per_force)
}

/// Forces per difference, where `squared` is the product of the two temperatures (K2).
pub fn forces(squared: f64, curvature: &[Composition; MOST_SPECIES - 1], size: usize) -> Block {
    block(size, |i, j| match (i, j) {
        (0, 0) => 1.0 / squared,
        (0, _) | (_, 0) => 0.0,
        _ => curvature[i - 1][j - 1],
    })
}

/// What the surroundings do to the heat of a surface.
pub enum Outside<'a> {
    /// Its temperature is given, K.
    Given(f64),
    /// Heat into the solid (W) and its slope (W/K) at a temperature of the surface, to be looked for from a start (K).
    Exchange(&'a dyn Fn(f64) -> (f64, f64), f64),
}

/// What holds for matter at a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Open {
    /// Its composition is given.
    Fraction(Composition),
    /// What enters is given, kg/s; nothing through a wall.
    Inflow(Composition),
}

/// Rounds of the surface's balance; its coefficients depend weakly on what is looked for.
const ROUNDS: usize = 40;

/// Out of a cell through its surface.
pub fn outwards(side: &Side, outside: &Outside, open: Open, mixing: &Mixing, independent: usize) -> Passage {
    let mut surface = match outside {
        Outside::Given(t) => *t,
        Outside::Exchange(_, start) => *start,
    };
    let mut fraction = match open {
        Open::Fraction(c) if side.half.matter.is_some() => c,
        _ => side.fraction,
    };
    let mut out = Passage::default();
    for _ in 0..ROUNDS {
        let common = Common::new(mixing, independent, [side.temperature, surface], [&side.fraction, &fraction]);
        let k = common.conductance(&side.half, &side.fraction, independent);
        // q = slope (T - surface) + rest
        let (slope, rest, matter) = match (side.half.matter, open) {
            (None, _) => (k[0][0], 0.0, None),
            (Some(_), Open::Fraction(c)) => {
                let rest = (0..independent).map(|j| k[0][j + 1] * (side.fraction[j] - c[j])).sum();
                (k[0][0], rest, None)
            }
            (Some(_), Open::Inflow(inflow)) => {
                let r = inverse(&block(independent, |i, j| k[i + 1][j + 1]), independent);
                // dc = r (J - K_cq dT)
                let fall = |of: &dyn Fn(usize) -> f64, i: usize| (0..independent).map(|j| r[i][j] * of(j)).sum::<f64>();
                let rest = (0..independent).map(|i| k[0][i + 1] * fall(&|j| -inflow[j], i)).sum();
                let less: f64 = (0..independent).map(|i| k[0][i + 1] * fall(&|j| k[j + 1][0], i)).sum();
                (k[0][0] - less, rest, Some((r, inflow)))
            }
        };
        out.noise = common.noise(&k, independent);
        let before = (surface, fraction);
        if let Outside::Exchange(sent, _) = outside {
            for _ in 0..ROUNDS {
                let (heat, steepness) = sent(surface);
                let excess = slope * (side.temperature - surface) + rest + heat;
                let change = excess / (slope - steepness);
                surface += change;
                if change.abs() <= 4.0 * f64::EPSILON * surface.abs() {
                    break;
                }
            }
        }
        let drop = side.temperature - surface;
        out.heat = slope * drop + rest;
        if let Some((r, inflow)) = matter {
            out.matter = inflow.map(|j| -j);
            for i in 0..independent {
                let fall: f64 = (0..independent).map(|j| r[i][j] * (out.matter[j] - k[j + 1][0] * drop)).sum();
                fraction[i] = side.fraction[i] - fall;
            }
        } else if let (Some(_), Open::Fraction(c)) = (side.half.matter, open) {
            for i in 0..independent {
                let by_fraction: f64 = (0..independent).map(|j| k[i + 1][j + 1] * (side.fraction[j] - c[j])).sum();
                out.matter[i] = k[i + 1][0] * drop + by_fraction;
            }
        }
        let still = (surface - before.0).abs() <= 1e-15 * surface
            && (0..independent).all(|i| (fraction[i] - before.1[i]).abs() <= 1e-15);
        if still {
            break;
        }
    }
    out.temperature = [surface; 2];
    out.fraction = fraction;
    out
}
