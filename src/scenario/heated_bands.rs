//! `power_into`: which phonons the source of a region heats, such as the optical ones that hot electrons emit.

use super::heating::heated;
use super::item::{Bound, Item, metres};
use super::regions::RegionPlan;
use crate::kinetic::domain::Domain;
use crate::problem::Problem;
use crate::quantity::{self, Dimension};
use crate::spectrum::Spectral;
use std::f64::consts::TAU;

const FORM: &str = "write power_into = \"TO\", power_into = [\"LO\", \"TO\"], { frequency = [\"10 THz\", \"16 THz\"] } or { mean_free_path = [\"0 nm\", \"20 nm\"] }";

/// The phonons that take the heat, by heat capacity.
#[derive(Debug, Clone)]
pub(super) struct HeatedBands<'d> {
    item: Item<'d>,
    by: Mark<'d>,
}

/// What they are known by.
#[derive(Debug, Clone)]
enum Mark<'d> {
    Branches(Vec<Item<'d>>),
    /// Hz.
    Frequency([f64; 2]),
    /// m.
    MeanFreePath([f64; 2]),
}

impl<'d> HeatedBands<'d> {
    /// Reads the names of branches, or a range.
    pub fn read(item: &Item<'d>) -> Option<HeatedBands<'d>> {
        let by = if item.is_list() {
            let names = item.list()?;
            if names.is_empty() {
                item.error("names no branch", FORM);
                return None;
            }
            Mark::Branches(names)
        } else if item.is_table() {
            let section = item.section()?;
            let given = section.one_of(&["frequency", "mean_free_path"]);
            section.finish();
            match given {
                Some(("frequency", range)) => Mark::Frequency(ends(&range, quantity::FREQUENCY)?),
                Some((_, range)) => Mark::MeanFreePath(ends(&range, quantity::LENGTH)?),
                None => {
                    item.error("tells no phonons", FORM);
                    return None;
                }
            }
        } else {
            Mark::Branches(vec![item.clone()])
        };
        Some(HeatedBands { item: item.clone(), by })
    }

    /// Which part of the heat each band of a material takes.
    fn parts(&self, material: &str, spectral: &Spectral) -> Option<Vec<f64>> {
        if spectral.medium.bands.len() == 1 {
            let remedy = "remove it, or give the material a `spectrum`, `bands` or `modes`";
            self.item.error(format!("\"{material}\" has one band, which takes all heat"), remedy);
            return None;
        }
        let within = |[low, high]: [f64; 2], value: f64| (low..=high).contains(&value);
        let chosen: Vec<bool> = match &self.by {
            Mark::Branches(names) => {
                let known: Vec<(&str, usize)> = spectral
                    .branches
                    .iter()
                    .enumerate()
                    .map(|(n, b)| (b.as_str(), n))
                    .filter(|b| !b.0.is_empty())
                    .collect();
                if known.is_empty() {
                    let remedy = "choose by { mean_free_path = [...] }, or name the `branch` of each of its `bands`";
                    self.item.error(format!("the phonons of \"{material}\" have no branches with names"), remedy);
                    return None;
                }
                let branches = names.iter().map(|name| name.choice(&known, &[])).collect::<Option<Vec<usize>>>()?;
                spectral.modes.iter().map(|mode| branches.contains(&mode.0)).collect()
            }
            Mark::Frequency(range) => {
                let Some(frequencies) = &spectral.frequencies else {
                    let remedy = "choose by { mean_free_path = [...] }; a table of modes tells frequencies in a column `omega` (rad/s)";
                    self.item.error(format!("the frequencies of the phonons of \"{material}\" are not known"), remedy);
                    return None;
                };
                frequencies.iter().map(|omega| within(*range, omega / TAU)).collect()
            }
            Mark::MeanFreePath(range) => {
                spectral.modes.iter().map(|mode| within(*range, mode.1.mean_free_path)).collect()
            }
        };
        let parts = spectral.parts(|mode| chosen[mode]);
        if parts.is_none() {
            self.item.error(
                format!("no phonons of \"{material}\" lie there"),
                format!("it has {}", reach(&self.by, spectral)),
            );
        }
        parts
    }
}

/// What there is to choose from.
fn reach(by: &Mark<'_>, spectral: &Spectral) -> String {
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        values.fold([f64::INFINITY, 0.0_f64], |[low, high], v| [low.min(v), high.max(v)])
    };
    match by {
        Mark::Branches(_) => "branches that hold no heat at this temperature".to_owned(),
        Mark::Frequency(_) => {
            let [low, high] = ends(&mut spectral.frequencies.iter().flatten().map(|omega| omega / TAU * 1e-12));
            format!("frequencies from {low:.3} to {high:.3} THz")
        }
        Mark::MeanFreePath(_) => {
            let [low, high] = ends(&mut spectral.modes.iter().map(|m| m.1.mean_free_path));
            format!("mean free paths from {} to {}", metres(low), metres(high))
        }
    }
}

fn ends(item: &Item<'_>, dimension: Dimension) -> Option<[f64; 2]> {
    let ends = item.quantities(2, "ends of a range", dimension, Bound::NonNegative)?;
    if ends[0] >= ends[1] {
        item.error("is no range: its ends do not rise", "write the lower end first");
        return None;
    }
    Some([ends[0], ends[1]])
}

/// Shares the sources of a domain among bands as its regions ask; `false` after an error.
pub(super) fn share_sources(
    plans: &[RegionPlan<'_>],
    problem: &Problem,
    spectra: &[(String, Spectral)],
    domain: &mut Domain,
) -> bool {
    if plans.iter().all(|plan| plan.bands.is_none()) {
        return true;
    }
    // per cell: the region that heats it
    let mut heats: Vec<Option<usize>> = vec![None; problem.grid.len()];
    for (number, plan) in plans.iter().enumerate().filter(|(_, plan)| plan.source.is_some()) {
        let mut known: Vec<Option<Vec<f64>>> = vec![None; spectra.len()];
        for (cell, _) in heated(plan, number, problem).0 {
            let other = heats[cell].replace(number).map(|other| &plans[other]);
            if let Some(other) = other.filter(|other| other.bands.is_some() || plan.bands.is_some()) {
                let item = [plan, other].into_iter().find_map(|p| p.bands.as_ref()).map_or(&plan.item, |b| &b.item);
                item.error(
                    format!("\"{}\" and \"{}\" heat the same cells", other.name, plan.name),
                    "let regions with `power_into` share no cells with other heated ones",
                );
                return false;
            }
            let Some(bands) = &plan.bands else { continue };
            let medium = usize::from(problem.material[cell]);
            if known[medium].is_none() {
                let (name, spectral) = &spectra[medium];
                known[medium] = bands.parts(name, spectral);
            }
            let Some(parts) = &known[medium] else { return false };
            if domain.splits.len() > 250 {
                plan.item.error("sources are shared among bands in too many ways", "let more regions share alike");
                return false;
            }
            domain.share_source(cell, parts);
        }
    }
    true
}
