//! What passes through surfaces, patches, regions, pairs and contacts, as the report tells it.

use crate::diagnostics::balance::{Rates, Snapshot};
use crate::diagnostics::budget::{Budget, Passage};
use crate::diagnostics::exergy::{Loser, ranking};
use crate::problem::{NO_REGION, Party, Problem, Surface, VOID};
use crate::report;
use crate::scenario::Scenario;
use crate::sum::Sum;
use std::collections::BTreeMap;

/// Outer faces with their patches.
pub(super) fn boundaries(
    scenario: &Scenario,
    snapshot: &Snapshot,
    rates: &Rates,
    budget: &Budget,
) -> report::Named<report::Boundary> {
    let problem = &snapshot.conduction.problem;
    let spreads = Spreads::new(snapshot);
    let outer = |(s, surface): (usize, &Surface)| match surface {
        Surface::Outer(side) => Some((side.name().to_string(), boundary(scenario, &spreads, rates, budget, s))),
        Surface::Void(_) => None,
    };
    report::Named(problem.surfaces.iter().enumerate().filter_map(outer).collect())
}

fn boundary(
    scenario: &Scenario,
    spreads: &Spreads,
    rates: &Rates,
    budget: &Budget,
    surface: usize,
) -> report::Boundary {
    let passages = budget.walls.iter().filter(|([s, _], _)| usize::from(*s) == surface);
    let mut patches: Vec<report::Patch> = passages
        .map(|([_, condition], passage)| report::Patch {
            index: scenario.patches[usize::from(*condition)],
            area_m2: passage.area,
            heat_in: passage.heat,
            entropy_in: passage.entropy_in,
            entropy_production: passage.production,
            surface: spreads.of_patch(surface, *condition),
        })
        .collect();
    patches.sort_by_key(|p| p.index.unwrap_or(usize::MAX));
    report::Boundary { heat_in: rates.surface_heat[surface], surface: spreads.of_surface(surface), patches }
}

/// Temperatures on surfaces, and on the parts of them that a condition holds on.
struct Spreads {
    surfaces: Vec<Gather>,
    patches: BTreeMap<[u16; 2], Gather>,
}

impl Spreads {
    fn new(snapshot: &Snapshot) -> Spreads {
        let problem = &snapshot.conduction.problem;
        let mut surfaces: Vec<Gather> = problem.surfaces.iter().map(|_| Gather::default()).collect();
        let mut patches: BTreeMap<[u16; 2], Gather> = BTreeMap::new();
        for (wall, state) in problem.walls.iter().zip(&snapshot.walls) {
            let kelvin = state.surface + problem.reference;
            surfaces[usize::from(wall.surface)].add(kelvin, wall.area);
            patches.entry([wall.surface, wall.condition]).or_default().add(kelvin, wall.area);
        }
        for (surface, spread) in problem.surfaces.iter().zip(&mut surfaces) {
            if let Surface::Outer(side) = surface {
                insulated_faces(problem, *side, |cell, area| spread.add(snapshot.kelvin(cell), area));
            }
        }
        Spreads { surfaces, patches }
    }

    fn of_surface(&self, surface: usize) -> Option<report::Temperature> {
        self.surfaces[surface].spread()
    }

    fn of_patch(&self, surface: usize, condition: u16) -> Option<report::Temperature> {
        self.patches.get(&[surface as u16, condition]).and_then(Gather::spread)
    }
}

/// Solid cells at an outer face that no condition holds on: insulated, at the temperature of their cell.
fn insulated_faces(problem: &Problem, side: crate::grid::Side, mut each: impl FnMut(usize, f64)) {
    let grid = &problem.grid;
    // Walls come in the order of their cells.
    let held: Vec<u32> =
        problem.walls.iter().filter(|w| w.side == side && is_outer(problem, w)).map(|w| w.cell).collect();
    let mut last = [0; 3];
    last[side.axis] = if side.high { grid.axis(side.axis).cells() - 1 } else { 0 };
    let along = grid.index(last);
    for i in grid.starts(side.axis).map(|start| start + along) {
        if problem.material[i] != VOID && held.binary_search(&(i as u32)).is_err() {
            each(i, grid.area(grid.cell(i), side.axis));
        }
    }
}

fn is_outer(problem: &Problem, wall: &crate::problem::Wall) -> bool {
    matches!(problem.surfaces[wall.surface as usize], Surface::Outer(_))
}

/// All regions; `net`: what each cell gains, W.
pub(super) fn regions(
    scenario: &Scenario,
    (snapshot, net): (&Snapshot, &[f64]),
    rates: &Rates,
    budget: &Budget,
) -> report::Named<report::Region> {
    let problem = &snapshot.conduction.problem;
    let named = |r: usize| (problem.regions[r].name.clone(), region(scenario, (snapshot, net), rates, budget, r));
    report::Named((0..problem.regions.len()).map(named).collect())
}

fn region(
    scenario: &Scenario,
    (snapshot, net): (&Snapshot, &[f64]),
    rates: &Rates,
    budget: &Budget,
    region: usize,
) -> report::Region {
    let problem = &snapshot.conduction.problem;
    let r = &problem.regions[region];
    if r.material == Some(VOID) {
        let surface = problem.surfaces.iter().position(|s| matches!(s, Surface::Void(v) if usize::from(*v) == region));
        return report::Region::Void {
            heat_in: surface.map_or(0.0, |s| rates.surface_heat[s]),
            surface: surface.and_then(|s| Spreads::new(snapshot).of_surface(s)),
            volume_fraction: r.volume_fraction(),
        };
    }
    let mut spread = Gather::default();
    let mut sums = [Sum::default(); 4];
    for (i, part) in scenario.region_shares(region) {
        let v = part * problem.grid.volume(problem.grid.cell(i));
        spread.add(snapshot.kelvin(i), v);
        // What passes between two cells of the region cancels.
        let power = snapshot.sources.as_ref().map_or(0.0, |s| s[i]);
        let heat_in = net[i] - power;
        for (sum, value) in sums.iter_mut().zip([v, part * power, part * heat_in, part * budget.cells[i]]) {
            sum.add(value);
        }
    }
    let [volume_m3, power, heat_in, entropy_production] = sums.map(|s| s.value());
    report::Region::Solid {
        material: r.material.map(|m| problem.materials[m as usize].name.clone()),
        volume_m3,
        volume_fraction: r.volume_fraction(),
        temperature: spread.spread(),
        heat_in,
        power: scenario.own_power(region, snapshot.time).unwrap_or(power),
        entropy_production,
    }
}

/// Where materials touch, then where regions do.
pub(super) fn interfaces(problem: &Problem, budget: &Budget) -> Vec<report::Interface> {
    let interface = |of, between, p: &Passage| report::Interface {
        of,
        between,
        area_m2: p.area,
        heat: p.heat,
        entropy_production: p.production,
    };
    let material = |m: u8| Some(problem.materials[usize::from(m)].name.clone());
    let materials = budget.materials.iter().map(|(pair, p)| interface("materials", pair.map(material), p));
    let regions = budget.regions.iter().map(|(pair, p)| interface("regions", pair.map(|r| region_name(problem, r)), p));
    materials.chain(regions).collect()
}

fn region_name(problem: &Problem, region: u16) -> Option<String> {
    (region != NO_REGION).then(|| problem.regions[usize::from(region)].name.clone())
}

/// Contacts in the order of the scenario.
pub(super) fn contacts(problem: &Problem, budget: &Budget) -> Vec<report::Contact> {
    let contact = |(c, p): (usize, &Passage)| report::Contact {
        between: parties(problem, c),
        resistance: problem.contacts[c].resistance,
        area_m2: p.area,
        heat: p.heat,
        temperature_step: p.temperature_step(),
        entropy_production: p.production,
    };
    budget.contacts.iter().enumerate().map(contact).collect()
}

fn parties(problem: &Problem, contact: usize) -> [String; 2] {
    problem.contacts[contact].between.map(|party| match party {
        Party::Material(m) => problem.materials[usize::from(m)].name.clone(),
        Party::Region(r) => problem.regions[usize::from(r)].name.clone(),
    })
}

/// Who produces how much of the entropy (`production`, W/K, in all), with what it is worth at a temperature (K).
pub(super) fn losses(problem: &Problem, production: f64, budget: &Budget, reference: f64) -> Vec<report::Loss> {
    let whole = production;
    let loss = |(loser, production): (Loser, f64)| {
        let (kind, name) = match loser {
            Loser::Material(m) => ("material", Some(problem.materials[usize::from(m)].name.clone())),
            Loser::Region(r) => ("region", region_name(problem, r)),
            Loser::Contact(c) => ("contact", Some(parties(problem, c).join(" | "))),
            Loser::Wall(s) => ("wall", Some(problem.surface_name(&problem.surfaces[usize::from(s)]))),
        };
        report::Loss {
            kind,
            name,
            entropy_production: production,
            exergy_destruction: reference * production,
            percent: 100.0 * production / whole,
        }
    };
    ranking(problem, budget).into_iter().map(loss).collect()
}

/// Extremes and weighted mean.
struct Gather {
    low: f64,
    high: f64,
    sum: Sum,
    weight: Sum,
}

impl Default for Gather {
    fn default() -> Gather {
        Gather { low: f64::INFINITY, high: f64::NEG_INFINITY, sum: Sum::default(), weight: Sum::default() }
    }
}

impl Gather {
    fn add(&mut self, value: f64, weight: f64) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.sum.add(value * weight);
        self.weight.add(weight);
    }

    fn spread(&self) -> Option<report::Temperature> {
        (self.weight.value() > 0.0).then(|| report::Temperature {
            min: self.low,
            max: self.high,
            mean: self.sum.value() / self.weight.value(),
        })
    }
}
