//! Fourier's law on the grid of a [`Domain`]: the diffusive limit of the transport, with the temperature jumps at walls
//! that go with it (Marshak's condition), or without them as Fourier's law has it.

use super::domain::{Domain, Law};
use super::medium::{Band, Medium};
use crate::multigrid::{Hierarchy, cg, matrix::Matrix};
use glam::IVec3;
use rayon::prelude::*;

/// How far carriers reach in the diffusive picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reach {
    /// As far as their mean free path: the bulk conductivity, and walls at their temperature.
    Fourier,
    /// At most about the size of the domain, and with jumps at walls: what accelerates the transport.
    Confined,
}

/// The discrete diffusion operator.
#[derive(Debug)]
pub struct Diffusion {
    matrix: Matrix,
    hierarchy: Hierarchy,
    /// Heat into each cell at zero temperature from walls and jumps, W.
    driven: Vec<f64>,
    /// Per wall: from its cell to the wall's own temperature, W/K.
    conductance: Vec<f64>,
}

impl Diffusion {
    /// Links the cells of a domain whose properties are those at `temperature` (per cell, deviation, K).
    pub fn new(domain: &Domain, reach: Reach, temperature: &[f64]) -> Diffusion {
        let grid = &domain.grid;
        let n = grid.len();
        let length = domain.axes().iter().map(|&a| grid.axis(a).length()).fold(0.0, f64::max);
        let confined = |l: f64| match reach {
            Reach::Fourier => l,
            Reach::Confined => l / (1.0 + 4.0 / 3.0 * l / length),
        };
        let conductivity = |m: &Medium, t: f64| -> f64 {
            let of = |(b, band): (usize, &Band)| {
                band.heat_capacity * m.capacity_ratio(b, t) * band.velocity * confined(m.path(b, t)) / 3.0
            };
            m.bands.iter().enumerate().map(of).sum()
        };
        let at_reference: Vec<f64> = domain.media.iter().map(|m| conductivity(m, 0.0)).collect();
        let k = |cell: usize| {
            let medium = domain.medium_of(cell);
            match medium.occupation {
                None => at_reference[usize::from(domain.medium[cell])],
                Some(_) => conductivity(medium, temperature[cell]),
            }
        };
        let conductivity: Vec<f64> =
            (0..n).into_par_iter().map(|c| if domain.is_solid(c) { k(c) } else { 0.0 }).collect();
        let k = |cell: usize| conductivity[cell];
        // C v of all bands, W/(m2 K)
        let flight = |cell: usize, part: &dyn Fn(usize) -> f64| -> f64 {
            let m = domain.medium_of(cell);
            let of = |(b, band): (usize, &Band)| {
                part(b) * band.heat_capacity * m.capacity_ratio(b, temperature[cell]) * band.velocity
            };
            m.bands.iter().enumerate().map(of).sum()
        };
        let strides = domain.strides();
        let mut links: Vec<(IVec3, Vec<f64>)> = Vec::new();
        for axis in domain.axes() {
            let mut g = vec![0.0; n];
            for cell in (0..n).filter(|&c| domain.is_solid(c)) {
                let at = grid.cell(cell);
                let width = grid.axis(axis).widths();
                if domain.wall[axis][1][cell] == super::domain::OPEN {
                    let other = cell + strides[axis];
                    let distance = 0.5 * (width[at[axis]] + width[at[axis] + 1]);
                    // walls stand between different media, so the two are alike, or as alike as their temperatures
                    g[cell] = 0.5 * (k(cell) + k(other)) * grid.area(at, axis) / distance;
                }
            }
            let mut offset = IVec3::ZERO;
            offset[axis] = 1;
            links.push((offset, g));
        }
        let mut excess = vec![0.0; n];
        let mut driven = vec![0.0; n];
        let mut conductance = vec![0.0; domain.walls.len()];
        for (w, wall) in domain.walls.iter().enumerate() {
            let cell = wall.cell as usize;
            let half = k(cell) * wall.area / domain.half_width(wall);
            let across = |partner: u32, between: f64| {
                let other = &domain.walls[partner as usize];
                let theirs = k(other.cell as usize) * wall.area / domain.half_width(other);
                1.0 / (1.0 / half + 1.0 / between + 1.0 / theirs)
            };
            conductance[w] = match wall.law {
                Law::Thermal(temperature) => {
                    let g = match reach {
                        Reach::Fourier => half,
                        Reach::Confined => {
                            let jump = 0.5 * flight(cell, &|_| 1.0) * wall.area;
                            half * jump / (half + jump)
                        }
                    };
                    excess[cell] += g;
                    driven[cell] += g * temperature;
                    g
                }
                Law::Adiabatic { .. } => 0.0,
                Law::Periodic { partner, jump } => {
                    let g = across(partner, f64::INFINITY);
                    // what comes in here left the partner, and is that wall's jump warmer than there
                    let theirs = match domain.walls[partner as usize].law {
                        Law::Periodic { jump, .. } => jump,
                        _ => -jump,
                    };
                    driven[cell] += g * theirs;
                    g
                }
                Law::Interface { partner, crossing } => {
                    let there = domain.walls[partner as usize].cell as usize;
                    // heat per kelvin between two gases of carriers in equilibrium, less the part that the flow itself makes
                    let parts = &domain.crossings[usize::from(crossing)];
                    let crosses = flight(cell, &|band| parts[band]);
                    let [forth, back] = [cell, there].map(|c| crosses / flight(c, &|_| 1.0));
                    let between = 0.25 * crosses * wall.area / (1.0 - 0.5 * (forth + back)).max(1e-3);
                    across(partner, between)
                }
            };
        }
        // Walls that lead on are links, too: each pair once, from its high side.
        for axis in domain.axes() {
            let mut inner = vec![0.0; n];
            let mut outer = vec![0.0; n];
            for (w, wall) in domain.walls.iter().enumerate().filter(|(_, w)| w.side.axis == axis && w.side.high) {
                if let Law::Periodic { .. } | Law::Interface { .. } = wall.law {
                    let cell = wall.cell as usize;
                    let last = grid.cell(cell)[axis] + 1 == grid.cells()[axis];
                    if last { outer[cell] = conductance[w] } else { inner[cell] = conductance[w] }
                }
            }
            let family = links.iter_mut().find(|(o, _)| o[axis] == 1).expect("every active axis has its links");
            for (g, i) in family.1.iter_mut().zip(inner) {
                *g += i;
            }
            if grid.cells()[axis] > 1 && outer.iter().any(|g| *g > 0.0) {
                // stored with the low end of the offset that spans the grid
                let span = grid.cells()[axis] - 1;
                let mut g = vec![0.0; n];
                for cell in (0..n).filter(|&c| outer[c] > 0.0) {
                    g[cell - span * strides[axis]] = outer[cell];
                }
                let mut offset = IVec3::ZERO;
                offset[axis] = span as i32;
                if span == 1 {
                    for (a, b) in family.1.iter_mut().zip(g) {
                        *a += b;
                    }
                } else {
                    links.push((offset, g));
                }
            }
        }
        let mut plain = grid.clone();
        plain.periodic = [false; 3];
        let families: Vec<(IVec3, &[f64])> = links.iter().map(|(o, g)| (*o, g.as_slice())).collect();
        let matrix = Matrix::from_families(&plain, &families, &excess);
        let hierarchy = Hierarchy::new(&matrix);
        Diffusion { matrix, hierarchy, driven, conductance }
    }

    /// The diffusive picture at the temperatures (deviations, K) that it has itself with these heats (W per cell), and they.
    pub fn settled(
        domain: &Domain,
        reach: Reach,
        heat: &[f64],
        start: Vec<f64>,
        tolerance: f64,
    ) -> (Diffusion, Vec<f64>) {
        let mut temperature = start;
        let mut diffusion = Diffusion::new(domain, reach, &temperature);
        let mut before = temperature.clone();
        diffusion.solve(heat, true, &mut temperature, tolerance);
        // conductivities follow the temperatures, each time from further behind
        for _ in 0..if domain.is_linear() { 0 } else { 60 } {
            let range = temperature.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
            let change = temperature.iter().zip(&before).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            if change <= tolerance * range {
                break;
            }
            before.copy_from_slice(&temperature);
            diffusion = Diffusion::new(domain, reach, &temperature);
            diffusion.solve(heat, true, &mut temperature, tolerance);
        }
        (diffusion, temperature)
    }

    /// The temperature that carries these heats (W per cell) away; adds what walls and jumps drive if `driven`.
    pub fn solve(&self, heat: &[f64], driven: bool, start: &mut [f64], tolerance: f64) -> usize {
        let rhs: Vec<f64> = heat.iter().zip(&self.driven).map(|(h, d)| h + if driven { *d } else { 0.0 }).collect();
        cg::solve(&self.matrix, &self.hierarchy, &rhs, start, tolerance, 200).iterations
    }

    /// The parts of the domain in which nothing fixes the level of the temperature, as lists of their cells.
    pub fn floating(&self, domain: &Domain) -> Vec<Vec<usize>> {
        let insulated = crate::multigrid::components::Insulated::of(&self.matrix);
        let mut parts = vec![Vec::new(); insulated.len()];
        for (cell, &body) in insulated.body().iter().enumerate().filter(|(c, _)| domain.is_solid(*c)) {
            if let Some(part) = parts.get_mut(body as usize) {
                part.push(cell);
            }
        }
        // void cells are bodies of their own to the matrix
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// From a wall to its cell, W/K.
    pub fn conductance(&self, wall: usize) -> f64 {
        self.conductance[wall]
    }

    /// Heat through a wall into its cell at this temperature field, W.
    pub fn wall_heat(&self, domain: &Domain, wall: usize, temperature: &[f64]) -> f64 {
        let w = &domain.walls[wall];
        let own = temperature[w.cell as usize];
        let beyond = match w.law {
            Law::Thermal(t) => t,
            Law::Adiabatic { .. } => return 0.0,
            Law::Periodic { partner, .. } => {
                let other = &domain.walls[partner as usize];
                let jump = if let Law::Periodic { jump, .. } = other.law { jump } else { 0.0 };
                temperature[other.cell as usize] + jump
            }
            Law::Interface { partner, .. } => temperature[domain.walls[partner as usize].cell as usize],
        };
        self.conductance[wall] * (beyond - own)
    }
}
