//! The spectra of all materials of a scenario, fit to meet each other and to hold at the temperatures in it.

use super::boundaries::FacePlan;
use super::compile::Temperatures;
use super::materials::MaterialPlan;
use super::phonon::PhononPlan;
use super::plan::Plan;
use crate::problem::{Problem, VOID};
use crate::spectrum::{Spectral, by_frequency};
use std::sync::Arc;

/// What collisions drive phonons to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Equilibrium {
    /// The tangent of Bose's and Einstein's curve, for small temperature differences.
    Linear,
    /// The curve itself, with scattering that follows the temperature.
    BoseEinstein,
}

/// What flies in each material.
pub(super) struct Spectra {
    pub spectra: Vec<(String, Spectral)>,
    /// Per band: the group within which interfaces hand on.
    pub group: Vec<u16>,
}

/// Finds them, if they fit.
pub(super) fn spectra(
    plan: &Plan<'_>,
    settings: &PhononPlan<'_>,
    problem: &Problem,
    range: Temperatures,
) -> Option<Spectra> {
    let named = || plan.materials.iter().filter_map(|m| Some((m, m.spectral.as_ref()?)));
    let full = settings.equilibrium == Equilibrium::BoseEinstein;
    let mut list: Vec<Spectral> = Vec::new();
    for (material, spectral) in named() {
        list.push(if full {
            at_reference(plan, settings, material, spectral, problem.reference, range)?
        } else {
            spectral.clone()
        });
    }
    if !full {
        warn(plan, named().map(|(m, s)| (m.name.as_str(), s)), problem.reference, range);
    }
    let bands = list.first()?.medium.bands.len();
    let mut group = None;
    let alike = list.iter().all(|s| s.medium.bands.len() == bands);
    if !alike || bands > 1 && meets(problem) {
        let count = list.iter().map(|s| s.medium.bands.len()).max().unwrap_or(1).div_ceil(2).max(INTERVALS);
        match by_frequency(&list, count) {
            Some((shared, groups)) => (list, group) = (shared, Some(groups)),
            None => {
                // bands as they are given: band n of one goes over into band n of the other
                let known = |s: &Spectral| s.frequencies.is_some();
                let odd = |(_, s): &(&MaterialPlan<'_>, &Spectral)| {
                    s.medium.bands.len() != bands || known(s) != known(&list[0])
                };
                if let Some((odd, other)) = named().find(odd) {
                    let first = &plan.materials[0].name;
                    let told = |s: &Spectral| match (s.medium.bands.len(), known(s)) {
                        (n, true) => format!("{n} bands of known frequencies"),
                        (n, false) => format!("{n} band{} without frequencies", if n == 1 { "" } else { "s" }),
                    };
                    odd.item.error(
                        format!("has {}, \"{first}\" has {}", told(other), told(&list[0])),
                        "phonons keep their frequency where materials meet: give both a `spectrum` (or `modes` with a column `omega`), or both the same number of `bands`, of which band n goes over into band n",
                    );
                    return None;
                }
            }
        }
    }
    let group = group.unwrap_or_else(|| (0..list[0].medium.bands.len() as u16).collect());
    if full {
        for spectral in &mut list {
            spectral.medium.occupation = spectral.occupation(problem.reference).map(Arc::new);
        }
    }
    Some(Spectra { spectra: named().map(|(m, _)| m.name.clone()).zip(list).collect(), group })
}

/// Part of the temperature of a spectrum from which a difference is large.
const WIDE: f64 = 0.1;

/// Tells of spectra that are taken far from where they are linearised, and of other phonons whose entropy is.
fn warn<'p>(
    plan: &Plan<'_>,
    spectra: impl Iterator<Item = (&'p str, &'p Spectral)>,
    reference: f64,
    Temperatures { low, high, .. }: Temperatures,
) {
    let range = (format!("the scenario goes from {low:.4} to {high:.4} K"), [low, high]);
    let told = spectra.filter_map(|(name, spectral)| far(name, spectral, reference, &range));
    told.for_each(|warning| plan.grid.item.document.warn(warning));
}

/// That temperatures which range so far, as is said, are far from those that the phonons of a material are linearised at.
pub(crate) fn far(
    name: &str,
    spectral: &Spectral,
    reference: f64,
    (said, [low, high]): &(String, [f64; 2]),
) -> Option<String> {
    let share = |from: f64| (from - low).max(high - from) / from;
    match spectral.temperature.filter(|_| spectral.spectrum.is_some()) {
        None => (share(reference) > WIDE).then(|| {
            // of heat Q from hot to cold it is Q (1/cold - 1/hot), and Q (hot - cold) / T0^2 of small differences
            let off = |[a, b]: [f64; 2]| 100.0 * (reference * reference / (a * b) - 1.0).abs();
            let whole = match off([*low, *high]) {
                off if off < 1.0 => "as a whole it is right".to_owned(),
                off => format!("as a whole it may be off by {off:.0} %"),
            };
            format!(
                "entropy of the phonons of \"{name}\" is taken about {reference:.4} K, for small differences; {said}: {whole}, from place to place it may be off by {:.0} %; heat and temperatures are not",
                off([*low; 2]).max(off([*high; 2]))
            )
        }),
        Some(at) => (share(at) > WIDE).then(|| {
            format!(
                "phonons of \"{name}\" are linearised at {at} K, {said}: set `temperature` of the spectrum, or [phonon] equilibrium = \"bose-einstein\" for large differences"
            )
        }),
    }
}

/// Intervals of frequency that materials share, at least.
const INTERVALS: usize = 12;

/// A spectrum at the reference temperature, above and below which its curves are known.
fn at_reference(
    plan: &Plan<'_>,
    settings: &PhononPlan<'_>,
    material: &MaterialPlan<'_>,
    spectral: &Spectral,
    reference: f64,
    Temperatures { low, high, .. }: Temperatures,
) -> Option<Spectral> {
    let Some(spectrum) = &spectral.spectrum else {
        material.item.error(
            "does not say how its phonons change with temperature, as equilibrium = \"bose-einstein\" needs",
            "give it phonon = { spectrum = \"silicon\" }, or set equilibrium = \"linear\" for small temperature differences",
        );
        return None;
    };
    if plan.faces.list.iter().any(|(_, f)| matches!(f, FacePlan::Periodic(jump) if *jump != 0.0)) {
        let item = settings.item.as_ref().unwrap_or(&plan.grid.item);
        item.document.error(
            &item.node.origin,
            "phonon.equilibrium",
            "\"bose-einstein\" is for large temperature differences, a temperature_jump of joined ends is a small one"
                .to_owned(),
            "set equilibrium = \"linear\", or give the faces temperatures".to_owned(),
        );
        return None;
    }
    let told = material.item.section().and_then(|s| s.get("phonon")).and_then(|item| item.section());
    if let Some(temperature) = told.and_then(|section| section.get("temperature")) {
        temperature.error(
            "says nothing with equilibrium = \"bose-einstein\": phonons are taken at the temperature of every place",
            "remove it",
        );
        return None;
    }
    let branches = spectral.branches.len().max(1);
    let bands = spectral.medium.bands.len().div_ceil(branches);
    Some(Spectral::of_range(spectrum.clone(), reference, [low, high], bands))
}

/// Whether different materials touch anywhere.
fn meets(problem: &Problem) -> bool {
    let grid = &problem.grid;
    let cells = grid.cells();
    (0..grid.len()).filter(|&c| problem.material[c] != VOID).any(|c| {
        let at = grid.cell(c);
        (0..grid.dimensions()).any(|axis| {
            let mut there = at;
            there[axis] = (at[axis] + 1) % cells[axis];
            if there[axis] == 0 && !grid.periodic[axis] {
                return false;
            }
            let other = problem.material[grid.index(there)];
            other != VOID && other != problem.material[c]
        })
    })
}
