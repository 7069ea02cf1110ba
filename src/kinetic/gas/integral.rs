//! The second method for the plates: integral equations of the gas of Bhatnagar, Gross and Krook.
//!
//! Along a characteristic the distribution is known in closed form, with density and temperature constant in each of
//! many slices; integrals over the one velocity that matters are taken by a fine rule of their own, and the linear system for
//! the slices and for what the walls emit is solved at once.

use crate::kinetic::quadrature::gauss_legendre;

/// Between plates at 1/2 and -1/2, one apart.
pub struct Plates {
    /// In units of p0 v0 / T0.
    pub flux: f64,
    /// Per slice.
    pub temperature: Vec<f64>,
}

pub fn bgk_plates(rate: f64, accommodation: f64, slices: usize) -> Plates {
    let n = slices;
    // unknowns: density and temperature of every slice, what both walls emit; last the constant
    let size = 2 * n + 2;
    let (nodes, node_weights) = gauss_legendre(160, 0.0, 2.3);
    let mut moments = vec![vec![0.0; size + 1]; size];
    let mut heat = vec![0.0; size + 1];
    let mirrored = 1.0 - accommodation;
    for (node, weight) in nodes.iter().zip(&node_weights) {
        // slow molecules are many between plates far apart
        let c = node * node;
        let w = 2.0 * node * weight * (-c * c).exp() / std::f64::consts::PI.sqrt();
        let decay = (-rate / (n as f64 * c)).exp();
        let half = decay.sqrt();
        let through = (-rate / c).exp();
        // number, and energy across the way: as functions of the unknowns
        let source = |slice: usize, part: usize| -> Vec<(usize, f64)> {
            if part == 0 { vec![(slice, 1.0), (n + slice, c * c - 0.5)] } else { vec![(n + slice, 1.0)] }
        };
        let emitted = |wall: usize, part: usize| -> Vec<(usize, f64)> {
            let t = if wall == 0 { 0.5 } else { -0.5 };
            if part == 0 { vec![(2 * n + wall, 1.0), (size, t * (c * c - 1.0))] } else { vec![(size, t)] }
        };
        let add = |to: &mut [f64], terms: &[(usize, f64)], by: f64| terms.iter().for_each(|(k, x)| to[*k] += by * x);
        for part in 0..2 {
            // what collisions on the way send to either wall
            let arriving = |wall: usize| {
                let mut sum = vec![0.0; size + 1];
                for slice in 0..n {
                    let way = if wall == 0 { slice } else { n - 1 - slice };
                    add(&mut sum, &source(slice, part), (1.0 - decay) * decay.powi(way as i32));
                }
                sum
            };
            let collided = [arriving(0), arriving(1)];
            for wall in 0..2 {
                // what leaves this wall, after any number of mirrorings
                let mut h = vec![0.0; size + 1];
                let round = 1.0 - mirrored * mirrored * through * through;
                add(&mut h, &emitted(wall, part), accommodation / round);
                add(&mut h, &emitted(1 - wall, part), accommodation * mirrored * through / round);
                for k in 0..=size {
                    h[k] += mirrored * (collided[wall][k] + mirrored * through * collided[1 - wall][k]) / round;
                }
                let of_heat = if part == 0 { c * c - 1.5 } else { 1.0 };
                let outward = if wall == 0 { 1.0 } else { 0.0 };
                h.iter().zip(&mut heat).for_each(|(h, q)| *q += outward * w * c * of_heat * h);
                for step in 0..n {
                    let slice = if wall == 0 { step } else { n - 1 - step };
                    let mut middle: Vec<f64> = h.iter().map(|h| h * half).collect();
                    add(&mut middle, &source(slice, part), 1.0 - half);
                    for k in 0..=size {
                        if part == 0 {
                            moments[slice][k] += w * middle[k];
                        }
                        moments[n + slice][k] += 2.0 / 3.0 * w * middle[k] * if part == 0 { c * c - 0.5 } else { 1.0 };
                    }
                    h.iter_mut().for_each(|h| *h *= decay);
                    add(&mut h, &source(slice, part), 1.0 - decay);
                }
                let far = 1 - wall;
                if part == 0 {
                    h.iter().zip(&mut moments[2 * n + far]).for_each(|(h, m)| {
                        *m += 2.0 * std::f64::consts::PI.sqrt() * w * c * h;
                    });
                }
                if far == 0 {
                    h.iter().zip(&mut heat).for_each(|(h, q)| *q -= w * c * of_heat * h);
                }
            }
        }
    }
    // what the moments are is what they were taken to be; by symmetry both walls emit opposite numbers
    for (k, row) in moments.iter_mut().enumerate() {
        row.iter_mut().for_each(|x| *x = -*x);
        row[k] += 1.0;
        row[size] = -row[size];
    }
    moments[size - 1].fill(0.0);
    moments[size - 1][size - 2] = 1.0;
    moments[size - 1][size - 1] = 1.0;
    let x = eliminate(moments);
    let flux = x.iter().zip(&heat).map(|(x, q)| x * q).sum::<f64>() + heat[size];
    Plates { flux, temperature: x[n..2 * n].to_vec() }
}

/// Gauss's elimination with row pivots; the last column is the right side.
fn eliminate(mut a: Vec<Vec<f64>>) -> Vec<f64> {
    let n = a.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|i, j| a[*i][k].abs().total_cmp(&a[*j][k].abs())).expect("a row");
        a.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let (above, below) = a.split_at_mut(i);
            below[0][k..].iter_mut().zip(&above[k][k..]).for_each(|(x, y)| *x -= factor * y);
        }
    }
    let mut x = vec![0.0; n];
    for k in (0..n).rev() {
        x[k] = (a[k][n] - (k + 1..n).map(|j| a[k][j] * x[j]).sum::<f64>()) / a[k][k];
    }
    x
}
