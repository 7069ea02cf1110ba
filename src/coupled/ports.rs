//! Between which surfaces a device is measured.

use super::device::Device;
use super::onsager::OnsagerError;
use crate::problem::{Condition, Surface};

/// The two surfaces between which heat passes, in the direction of the current from the first terminal to the second.
pub(super) struct Ports {
    /// In the middle, K.
    pub temperature: f64,
    /// Of the surfaces in the scenario, colder first, K.
    pub range: [f64; 2],
    /// What they are called, in that order.
    pub surfaces: [Vec<String>; 2],
    /// Per end: at the first (true) or the second surface; none for other ends.
    pub side: Vec<Option<bool>>,
    /// Length over area where they are two opposite faces that the terminals cover, 1/m.
    pub shape: Option<f64>,
}

impl Ports {
    /// Finds them.
    pub fn new(device: &Device) -> Result<Ports, OnsagerError> {
        let problem = device.problem();
        let row = device.conduction.row(0.0);
        let mut found: Vec<((u16, u16), f64)> = Vec::new();
        let mut of_end: Vec<Option<usize>> = Vec::with_capacity(device.ends.len());
        for end in &device.ends {
            let port = end.wall.map(|w| {
                let wall = &problem.walls[w as usize];
                let value = |id| device.conduction.wall_value(id, wall, 0.0, &row);
                let kelvin = problem.reference
                    + match problem.conditions[usize::from(wall.condition)] {
                        Condition::Temperature(id) => value(id),
                        Condition::Environment { convection, ambient, emissivity, .. } => {
                            // under a given flux the experiment sets the temperature itself
                            let free = value(convection) == 0.0 && value(emissivity) == 0.0;
                            if free { f64::NAN } else { value(ambient) }
                        }
                    };
                let key = (wall.surface, wall.condition);
                found.iter().position(|f| f.0 == key).unwrap_or_else(|| {
                    found.push((key, kelvin));
                    found.len() - 1
                })
            });
            of_end.push(port);
        }
        // A flux that is given beside two surfaces that hold a temperature is no drop.
        let holds: Vec<bool> = found.iter().map(|(_, kelvin)| kelvin.is_finite()).collect();
        if holds.iter().filter(|holds| **holds).count() >= 2 {
            of_end.iter_mut().for_each(|port| *port = port.filter(|&n| holds[n]));
            let place: Vec<usize> = (0..found.len()).map(|n| holds[..n].iter().filter(|h| **h).count()).collect();
            of_end.iter_mut().flatten().for_each(|port| *port = place[*port]);
            found.retain(|(_, kelvin)| kelvin.is_finite());
        }
        if found.len() < 2 {
            return Err(OnsagerError::Surfaces(found.len()));
        }
        let (low, high) = found.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), f| (l.min(f.1), h.max(f.1)));
        let (low, high) = if low.is_finite() { (low, high) } else { (problem.reference, problem.reference) };
        // the warmer ones, or where all are equal the first
        let is_warm: Vec<bool> =
            found.iter().enumerate().map(|(n, f)| if high > low { f.1 > 0.5 * (low + high) } else { n == 0 }).collect();
        let surfaces = [false, true].map(|warm| {
            let ports = found.iter().zip(&is_warm).filter(|(_, is_warm)| **is_warm == warm);
            let mut names: Vec<String> =
                ports.map(|(f, _)| problem.surface_name(&problem.surfaces[usize::from(f.0.0)])).collect();
            names.dedup();
            names
        });
        // where the first terminal lies on one of the surfaces, heat is counted from that one
        let surface = |n: usize| usize::from(found[n].0.0);
        let first = device.ends.iter().zip(&of_end).find(|(e, p)| e.terminal == Some(0) && p.is_some());
        let second = device.ends.iter().zip(&of_end).find(|(e, p)| e.terminal == Some(1) && p.is_some());
        let flip = match (first, second) {
            (Some((_, Some(a))), Some((_, Some(b)))) if surface(*a) != surface(*b) => !is_warm[*a],
            _ => false,
        };
        let side: Vec<Option<bool>> = of_end.iter().map(|p| p.map(|n| is_warm[n] != flip)).collect();
        let shape = match (first, second) {
            (Some((_, Some(a))), Some((_, Some(b)))) if found.len() == 2 => {
                let surfaces = [*a, *b].map(|n| problem.surfaces[surface(n)].clone());
                let whole =
                    device.ends.iter().zip(&of_end).filter(|(_, p)| p.is_some()).all(|(e, _)| e.terminal.is_some());
                match surfaces {
                    [Surface::Outer(p), Surface::Outer(q)] if p.axis == q.axis && p.high != q.high && whole => {
                        let grid = &problem.grid;
                        let area: f64 = (0..3).filter(|&i| i != p.axis).map(|i| grid.axis(i).length()).product();
                        Some(grid.axis(p.axis).length() / area)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        Ok(Ports { temperature: 0.5 * (low + high), range: [low, high], surfaces, side, shape })
    }
}
