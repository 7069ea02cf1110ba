//! `[[probe]]`: points whose temperature is reported.

use super::item::{Bound, Item, metres};
use super::regions::read_name;
use super::section::Section;
use crate::problem::Problem;
use crate::quantity;
use crate::region::domain;
use glam::DVec3;

/// A named point.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// As the report calls it.
    pub name: String,
    /// m; in 2D, z is the middle of the depth.
    pub at: DVec3,
}

/// A probe and where it was written.
#[derive(Debug, Clone)]
pub(super) struct ProbePlan<'d> {
    probe: Probe,
    item: Item<'d>,
}

/// Reads all probes; those with errors are left out.
pub(super) fn read_probes<'d>(root: &Section<'d>, dimensions: usize) -> Vec<ProbePlan<'d>> {
    let Some(list) = root.get("probe").and_then(|item| item.list()) else { return Vec::new() };
    let mut probes: Vec<ProbePlan<'d>> = Vec::new();
    for item in list {
        let Some(section) = item.section() else { continue };
        let name = section.require("name", "add name = \"A\": the report lists probes by name");
        let at = section.require("at", "add at = [x, y] (three coordinates in 3D)");
        section.finish();
        let name = name.and_then(|item| read_name(&item).map(|name| (item, name)));
        let at = at.and_then(|item| {
            item.quantities(dimensions, "coordinates", quantity::LENGTH, Bound::Any).map(|at| (item, at))
        });
        let (Some((name_item, name)), Some((at_item, at))) = (name, at) else { continue };
        if probes.iter().any(|p| p.probe.name == name) {
            name_item.error(format!("there are two probes named \"{name}\""), "give each probe its own name");
        }
        let at = DVec3::new(at[0], at[1], at.get(2).copied().unwrap_or(0.0));
        probes.push(ProbePlan { probe: Probe { name, at }, item: at_item });
    }
    probes
}

/// Checks that every probe lies in solid.
pub(super) fn place_probes(plans: &[ProbePlan<'_>], problem: &Problem) -> Vec<Probe> {
    let grid = &problem.grid;
    let (low, high) = domain(grid);
    plans
        .iter()
        .map(|plan| {
            let mut probe = plan.probe.clone();
            if grid.dimensions() == 2 {
                probe.at.z = 0.5 * (low.z + high.z);
            }
            // A probe on the face itself is meant to be on it, whatever rounding did to its coordinate.
            let reach = 1e-9 * (high - low);
            for a in 0..3 {
                let p = probe.at[a];
                if p < low[a] - reach[a] || p > high[a] + reach[a] {
                    plan.item.error(
                        format!("lies outside the grid: {} = {}", ["x", "y", "z"][a], metres(p)),
                        format!("choose {} from {} to {}", ["x", "y", "z"][a], metres(low[a]), metres(high[a])),
                    );
                    return probe;
                }
            }
            probe.at = probe.at.clamp(low, high);
            if problem.solid_cell_at(probe.at).is_none() {
                plan.item.error("lies in void, which has no temperature", "move the probe into solid");
            }
            probe
        })
        .collect()
}
