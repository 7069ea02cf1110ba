//! Work that is lost: what a device could have done with its heat, and where that goes (Gouy-Stodola: the exergy
//! destroyed is the temperature of the surroundings times the entropy produced; Bejan 2006, Advanced Engineering
//! Thermodynamics, section 3.1).

use super::balance::Snapshot;
use super::budget::Budget;
use crate::backend::cpu::solid_range;
use crate::conduction::Conduction;
use crate::problem::{Condition, NO_REGION, Problem, VOID};
use crate::sum::Sum;
use rayon::prelude::*;

/// The temperature at which heat is worth nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// K.
    pub temperature: f64,
    /// Where it is from, in words.
    pub origin: String,
}

impl Reference {
    /// As the scenario gives it, K.
    pub fn given(temperature: f64) -> Reference {
        Reference { temperature, origin: "as given by output.reference_temperature".into() }
    }

    /// As given, or the coldest that the boundary meets at a time (s); where it meets nothing the lowest temperature of the body, K.
    pub fn new(conduction: &Conduction, time: f64, lowest: impl FnOnce() -> f64, given: Option<f64>) -> Reference {
        if let Some(temperature) = given {
            return Reference::given(temperature);
        }
        let problem = &conduction.problem;
        let row = conduction.row(time);
        let zero = |id| problem.values.get(id).as_constant() == Some(0.0);
        let outside = problem.walls.iter().filter_map(|wall| {
            let id = match problem.conditions[usize::from(wall.condition)] {
                Condition::Temperature(id) => id,
                Condition::Environment { convection, emissivity, .. } if zero(convection) && zero(emissivity) => {
                    return None;
                }
                Condition::Environment { ambient, .. } => ambient,
            };
            Some((conduction.wall_value(id, wall, time, &row), wall.surface))
        });
        match outside.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((temperature, surface)) => {
                Reference::outside(temperature + problem.reference, problem, usize::from(surface))
            }
            None => Reference::of_body(lowest()),
        }
    }

    /// The same for a state.
    pub fn of(snapshot: &Snapshot, given: Option<f64>) -> Reference {
        let problem = &snapshot.conduction.problem;
        let lowest = || solid_range(&snapshot.temperature, &problem.material)[0] + problem.reference;
        Reference::new(snapshot.conduction, snapshot.time, lowest, given)
    }

    /// What a surface meets, K.
    pub fn outside(temperature: f64, problem: &Problem, surface: usize) -> Reference {
        let surface = problem.surface_name(&problem.surfaces[surface]);
        Reference { temperature, origin: format!("the coldest that the boundary meets, on {surface}") }
    }

    /// The lowest temperature of a body without surroundings, K.
    pub fn of_body(temperature: f64) -> Reference {
        Reference { temperature, origin: "the lowest temperature of the body, which has no surroundings".into() }
    }
}

/// What loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loser {
    /// A material, by its cells.
    Material(u8),
    /// A region, by its cells; [`NO_REGION`] for what no region painted.
    Region(u16),
    /// A contact.
    Contact(usize),
    /// The half cells behind a surface; they are part of their material and region.
    Wall(u16),
}

/// Cells that are summed in one go.
const CHUNK: usize = 1 << 14;

/// Entropy production of each part, W/K, the largest first. Materials and contacts add up to the whole, and so do regions
/// and contacts.
pub fn ranking(problem: &Problem, budget: &Budget) -> Vec<(Loser, f64)> {
    let rest = problem.regions.len();
    let cells = budget.cells.par_chunks(CHUNK).zip(problem.material.par_chunks(CHUNK));
    let parts: Vec<[Vec<Sum>; 2]> = cells
        .zip(problem.region.par_chunks(CHUNK))
        .map(|((production, material), region)| {
            let mut sums = [problem.materials.len(), rest + 1].map(|n| vec![Sum::default(); n]);
            let place = |r: u16| if r == NO_REGION { rest } else { usize::from(r) };
            if material.iter().all(|m| *m == material[0]) && region.iter().all(|r| *r == region[0]) {
                if material[0] != VOID {
                    let sum = production.iter().copied().collect::<Sum>();
                    (sums[0][usize::from(material[0])], sums[1][place(region[0])]) = (sum, sum);
                }
                return sums;
            }
            for ((&production, &m), &r) in production.iter().zip(material).zip(region).filter(|((_, m), _)| **m != VOID)
            {
                sums[0][usize::from(m)].add(production);
                sums[1][place(r)].add(production);
            }
            sums
        })
        .collect();
    let whole = |which: usize, n: usize| parts.iter().map(|sums| sums[which][n].value()).collect::<Sum>().value();
    let mut walls = vec![0.0; problem.surfaces.len()];
    for ([surface, _], passage) in &budget.walls {
        walls[usize::from(*surface)] += passage.production;
    }
    let materials = (0..problem.materials.len()).map(|m| (Loser::Material(m as u8), whole(0, m)));
    let regions = (0..=rest).map(|r| (Loser::Region(if r == rest { NO_REGION } else { r as u16 }), whole(1, r)));
    let contacts = budget.contacts.iter().enumerate().map(|(c, p)| (Loser::Contact(c), p.production));
    let walls = walls.iter().enumerate().map(|(s, p)| (Loser::Wall(s as u16), *p));
    let mut all: Vec<(Loser, f64)> =
        materials.chain(regions).chain(contacts).chain(walls).filter(|(_, p)| *p != 0.0).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}
