//! The gas as a continuum: heat conduction and slow viscous flow on the same grid, with jump and slip at walls. It takes away
//! what a pass leaves of density, velocity and temperature, in the limit of many collisions all of it (synthetic acceleration,
//! as Su, Zhu, Wang and Wu did for gases in 2020).
//!
//! Fluxes of number, momentum and heat that belong to corrections of pressure p, velocity u and temperature t, in kelvin:
//!
//! ```text
//! u - grad p / 2 rate,   p / 2 - (grad u + grad u^T - 2/3 div u) / 2 rate,   -conductivity grad t
//! ```
//!
//! Where collisions are rarer than the size of the domain, the size takes the place of the free path.

use super::faces::{DENSITY, Moments, TEMPERATURE};
use super::law::Vessel;
use crate::coupled::krylov;
use crate::kinetic::domain::{Domain, Law, OPEN};
use crate::multigrid::{Hierarchy, cg, matrix::Matrix};

/// Two cells that share a face.
#[derive(Debug, Clone, Copy)]
struct Link {
    low: usize,
    high: usize,
    axis: usize,
    area: f64,
    distance: f64,
}

/// A matrix and what solves with it.
#[derive(Debug)]
struct Operator {
    matrix: Matrix,
    hierarchy: Hierarchy,
}

impl Operator {
    fn new(links: &[Link], conductivity: &dyn Fn(&Link) -> f64, mut excess: Vec<f64>) -> Operator {
        let links: Vec<(u32, u32, f64)> =
            links.iter().map(|l| (l.low as u32, l.high as u32, conductivity(l) * l.area / l.distance)).collect();
        // what nothing else fixes stays near zero
        let least = links.iter().map(|l| l.2).fold(0.0, f64::max) * 1e-9;
        excess.iter_mut().for_each(|e| *e += least);
        let matrix = Matrix::from_links(&links, &excess);
        let hierarchy = Hierarchy::new(&matrix);
        Operator { matrix, hierarchy }
    }

    fn solve(&self, rhs: &[f64], tolerance: f64, most: usize) -> Vec<f64> {
        let mut x = vec![0.0; rhs.len()];
        cg::solve(&self.matrix, &self.hierarchy, rhs, &mut x, tolerance, most);
        x
    }
}

/// The equations of a vessel.
#[derive(Debug)]
pub struct Continuum<'a> {
    vessel: &'a Vessel,
    axes: Vec<usize>,
    volume: Vec<f64>,
    links: Vec<Link>,
    /// Half the inverse of the confined rate, m.
    viscosity: f64,
    /// Confined over free conductivity.
    confined: f64,
    heat: Operator,
    /// Per component of the velocity.
    momentum: Vec<Operator>,
    pressure: Operator,
    /// Heat into each cell at zero temperature from walls and jumps.
    driven: Vec<f64>,
}

/// A correction of the moments.
#[derive(Debug, Clone)]
pub struct Correction {
    /// Per cell, K.
    pub temperature: Vec<f64>,
    /// Per cell, K.
    pub pressure: Vec<f64>,
    /// Per active axis and cell, K.
    pub velocity: Vec<Vec<f64>>,
    /// Per active axis and cell: derivative of the temperature, times the confined over the free path, K/m.
    pub gradient: Vec<Vec<f64>>,
}

fn links(domain: &Domain) -> Vec<Link> {
    let mut links = Vec::new();
    let width = |c: usize, axis: usize| domain.grid.axis(axis).widths()[domain.grid.cell(c)[axis]];
    for axis in domain.axes() {
        let stride = domain.strides()[axis];
        for low in (0..domain.grid.len()).filter(|&c| domain.is_solid(c)) {
            let area = domain.grid.area(domain.grid.cell(low), axis);
            let wall = domain.wall[axis][1][low];
            let high = if wall == OPEN {
                low + stride
            } else if let Law::Periodic { partner, .. } = domain.walls[wall as usize].law {
                domain.walls[partner as usize].cell as usize
            } else {
                continue;
            };
            if low != high {
                links.push(Link { low, high, axis, area, distance: 0.5 * (width(low, axis) + width(high, axis)) });
            }
        }
    }
    links
}

impl<'a> Continuum<'a> {
    /// Sets up the equations.
    pub fn new(vessel: &'a Vessel) -> Continuum<'a> {
        let (domain, gas) = (&vessel.domain, &vessel.gas);
        let grid = &domain.grid;
        let n = grid.len();
        let axes = domain.axes();
        let length = axes.iter().map(|&a| grid.axis(a).length()).fold(0.0, f64::max);
        let confined = 1.0 / (1.0 + 1.5 / (gas.rate * length));
        let (viscosity, conductivity) = (0.5 * confined / gas.rate, confined * gas.conductivity());
        let volume: Vec<f64> =
            (0..n).map(|c| if domain.is_solid(c) { grid.volume(grid.cell(c)) } else { 0.0 }).collect();
        let links = links(domain);
        let mut driven = vec![0.0; n];
        let mut excess = vec![0.0; n];
        let mut held = vec![vec![0.0; n]; axes.len()];
        for (w, wall) in domain.walls.iter().enumerate() {
            let (cell, half) = (wall.cell as usize, domain.half_width(wall));
            let accommodation = vessel.accommodation[w];
            if let Law::Thermal(t) = wall.law {
                let g = conductivity * wall.area / (half + confined * gas.jump_distance(accommodation));
                excess[cell] += g;
                driven[cell] += g * t;
            }
            if let Law::Periodic { jump, partner } = wall.law {
                let other = &domain.walls[partner as usize];
                // what leaves here enters there so much warmer
                let distance = half + domain.half_width(other);
                driven[other.cell as usize] += conductivity * wall.area / distance * jump;
                continue;
            }
            for (held, &axis) in held.iter_mut().zip(&axes) {
                held[cell] += viscosity
                    * wall.area
                    * match wall.law {
                        _ if axis == wall.side.axis => 4.0 / 3.0 / half,
                        Law::Thermal(_) => 1.0 / (half + confined * gas.slip_distance(accommodation)),
                        _ => 0.0,
                    };
            }
        }
        let heat = Operator::new(&links, &|_| conductivity, excess);
        let momentum = held
            .into_iter()
            .zip(&axes)
            .map(|(held, &axis)| Operator::new(&links, &|l| viscosity * stiffness(l.axis == axis), held))
            .collect();
        let inertia = volume.iter().map(|v| 0.5 * v / viscosity).collect();
        let pressure = Operator::new(&links, &|_| viscosity, inertia);
        Continuum { vessel, axes, volume, links, viscosity, confined, heat, momentum, pressure, driven }
    }

    /// Conduction between the walls alone, K.
    pub fn conduction(&self) -> Vec<f64> {
        self.heat.solve(&self.driven, 1e-10, 200)
    }

    /// What is left to do after a pass that turned `old` moments into `new`.
    pub fn correct(&self, old: &Moments, new: &Moments) -> Correction {
        let (gas, n) = (&self.vessel.gas, self.volume.len());
        let gap = |kind: usize, c: usize| gas.rate * self.volume[c] * (new.kind[kind][c] - old.kind[kind][c]);
        // energy less the enthalpy of the number that flows
        let freedom = 0.5 * (3.0 + gas.internal);
        let heat: Vec<f64> = (0..n).map(|c| freedom * gap(TEMPERATURE, c) - gap(DENSITY, c)).collect();
        let temperature = self.heat.solve(&heat, 1e-4, 50);
        let components = self.axes.len();
        let mut rhs = vec![0.0; n * (1 + components)];
        for c in 0..n {
            rhs[c] = gap(DENSITY, c);
            for a in 0..components {
                rhs[(1 + a) * n + c] = gap(new.velocity(a), c);
            }
        }
        self.level(&mut rhs[..n]);
        let mut multiply = |x: &[f64], y: &mut [f64]| self.flow(x, y);
        let mut precondition = |r: &[f64], z: &mut [f64]| self.precondition(r, z);
        let (x, _) = krylov::solve(&rhs, 0.02, 25, &mut multiply, &mut precondition);
        let velocity = (0..components).map(|a| x[(1 + a) * n..(2 + a) * n].to_vec()).collect();
        let gradient = self.gradient(&temperature);
        Correction { temperature, pressure: x[..n].to_vec(), velocity, gradient }
    }

    /// Takes the mean of what goes into all cells from each: numbers are kept.
    fn level(&self, into: &mut [f64]) {
        let volume: f64 = self.volume.iter().sum();
        let mean = into.iter().sum::<f64>() / volume;
        into.iter_mut().zip(&self.volume).for_each(|(x, v)| *x -= mean * v);
    }

    fn gradient(&self, temperature: &[f64]) -> Vec<Vec<f64>> {
        let domain = &self.vessel.domain;
        let mut gradient = vec![vec![0.0; temperature.len()]; self.axes.len()];
        let place = |axis: usize| self.axes.iter().position(|&a| a == axis).expect("an active axis");
        // mean of the slopes on both faces
        for l in &self.links {
            let slope = 0.5 * self.confined * (temperature[l.high] - temperature[l.low]) / l.distance;
            gradient[place(l.axis)][l.low] += slope;
            gradient[place(l.axis)][l.high] += slope;
        }
        for (w, wall) in domain.walls.iter().enumerate() {
            if let Law::Thermal(_) = wall.law {
                let jump = self.confined * self.vessel.gas.jump_distance(self.vessel.accommodation[w]);
                let cell = wall.cell as usize;
                let outward = if wall.side.high { 1.0 } else { -1.0 };
                let slope = -outward * temperature[cell] / (domain.half_width(wall) + jump);
                gradient[place(wall.side.axis)][cell] += 0.5 * self.confined * slope;
            }
        }
        gradient
    }

    /// What flows out of the cells at this pressure and velocity: number, then momentum.
    fn flow(&self, x: &[f64], y: &mut [f64]) {
        let n = self.volume.len();
        let (p, u) = x.split_at(n);
        for (a, operator) in self.momentum.iter().enumerate() {
            operator.matrix.multiply(&u[a * n..(a + 1) * n], &mut y[(1 + a) * n..(2 + a) * n]);
        }
        y[..n].iter_mut().zip(p).zip(&self.volume).for_each(|((y, p), v)| *y = 1e-9 * p * v / self.viscosity);
        for l in &self.links {
            let a = self.axes.iter().position(|&a| a == l.axis).expect("an active axis");
            let across =
                0.5 * (u[a * n + l.low] + u[a * n + l.high]) - self.viscosity * (p[l.high] - p[l.low]) / l.distance;
            y[l.low] += l.area * across;
            y[l.high] -= l.area * across;
            let push = 0.25 * l.area * (p[l.low] + p[l.high]);
            y[(1 + a) * n + l.low] += push;
            y[(1 + a) * n + l.high] -= push;
        }
        for wall in &self.vessel.domain.walls {
            if let Law::Periodic { .. } = wall.law {
                continue;
            }
            let a = self.axes.iter().position(|&a| a == wall.side.axis).expect("an active axis");
            let outward = if wall.side.high { 1.0 } else { -1.0 };
            y[(1 + a) * n + wall.cell as usize] += outward * 0.5 * wall.area * p[wall.cell as usize];
        }
    }

    /// Velocity for the given momentum, the pressure that makes it free of divergence, and what that does to the velocity.
    fn precondition(&self, r: &[f64], z: &mut [f64]) {
        let n = self.volume.len();
        let velocity = |z: &mut [f64], r: &[f64]| {
            for (a, operator) in self.momentum.iter().enumerate() {
                let own = (1 + a) * n..(2 + a) * n;
                z[own.clone()].copy_from_slice(&operator.solve(&r[own], 0.1, 8));
            }
        };
        let mut work = vec![0.0; r.len()];
        z.fill(0.0);
        velocity(z, r);
        self.flow(z, &mut work);
        let number: Vec<f64> = r[..n].iter().zip(&work[..n]).map(|(r, w)| r - w).collect();
        let pressure = self.pressure.solve(&number, 0.1, 8);
        z[n..].fill(0.0);
        z[..n].copy_from_slice(&pressure);
        self.flow(z, &mut work);
        let left: Vec<f64> = r.iter().zip(&work).map(|(r, w)| r - w).collect();
        velocity(z, &left);
    }
}

/// Of a velocity along the way it changes, beside that of one across it.
fn stiffness(along: bool) -> f64 {
    if along { 4.0 / 3.0 } else { 1.0 }
}
