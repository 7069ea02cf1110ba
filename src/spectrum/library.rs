//! Spectra as tables: those that are shipped, and those that a scenario or a file gives in the same form.

use super::Spectrum;
use super::branch::{Branch, Term};
use crate::nearest::nearest;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The shipped spectra.
const SHIPPED: &str = include_str!("../../assets/spectra.toml");

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    #[serde(default)]
    source: String,
    cutoff: f64,
    default: Option<String>,
    branch: Vec<BranchSheet>,
    rates: BTreeMap<String, RatesSheet>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct BranchSheet {
    name: String,
    frequency: Vec<f64>,
    #[serde(default = "one")]
    degeneracy: u32,
}

fn one() -> u32 {
    1
}

#[derive(Debug, Clone, Deserialize)]
struct RatesSheet {
    #[serde(default)]
    source: String,
    #[serde(default)]
    every: Vec<Term>,
    #[serde(flatten)]
    branches: BTreeMap<String, Vec<Term>>,
}

/// A spectrum of the library, with a set of rates by name or its default.
///
/// # Errors
/// A name that is not known, with the nearest that is.
pub fn named(name: &str, rates: Option<&str>) -> Result<Spectrum, String> {
    let all: BTreeMap<String, Sheet> = toml::from_str(SHIPPED).expect("the shipped spectra are read in tests");
    match all.get(name) {
        Some(sheet) => build(name, sheet.clone(), rates),
        None => Err(unknown("spectrum", name, all.keys().map(String::as_str))),
    }
}

/// A spectrum from a table of the form of `assets/spectra.toml`.
///
/// # Errors
/// What the table lacks or has too much, or what does not make sense.
pub fn from_table(name: &str, table: toml::Table, rates: Option<&str>) -> Result<Spectrum, String> {
    let sheet = table.try_into::<Sheet>().map_err(|e| e.to_string().trim().replace('\n', "; "))?;
    build(name, sheet, rates)
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = nearest(name, known.clone()).map_or(String::new(), |n| format!("did you mean \"{n}\"? "));
    let list: Vec<String> = known.map(|n| format!("\"{n}\"")).collect();
    format!("no {what} \"{name}\" is known: {near}there are {}", list.join(", "))
}

fn build(name: &str, sheet: Sheet, rates: Option<&str>) -> Result<Spectrum, String> {
    let only = || (sheet.rates.len() == 1).then(|| sheet.rates.keys().next().cloned()).flatten();
    let chosen = rates.map(str::to_owned).or_else(|| sheet.default.clone()).or_else(only);
    let keys = || sheet.rates.keys().map(String::as_str);
    let chosen = chosen.ok_or_else(|| format!("`rates` must name one of {}", keys().collect::<Vec<_>>().join(", ")))?;
    let set = sheet.rates.get(&chosen).ok_or_else(|| unknown("set of rates", &chosen, keys()))?;
    if let Some(odd) = set.branches.keys().find(|b| sheet.branch.iter().all(|s| s.name != **b)) {
        return Err(unknown("branch", odd, sheet.branch.iter().map(|b| b.name.as_str())));
    }
    if !(sheet.cutoff > 0.0 && sheet.cutoff.is_finite()) {
        return Err(format!("`cutoff` is a wave number in 1/m greater than 0, not {}", sheet.cutoff));
    }
    let mut branches = Vec::new();
    for branch in &sheet.branch {
        // branches without rates of their own do not take part
        let Some(own) = set.branches.get(&branch.name) else { continue };
        let terms: Vec<Term> = set.every.iter().chain(own).copied().collect();
        if let Some(term) = terms.iter().find(|t| !(t.rate >= 0.0 && t.rate.is_finite())) {
            return Err(format!("{}: a rate of {} is none", branch.name, term.rate));
        }
        let branch = Branch {
            name: branch.name.clone(),
            frequency: branch.frequency.clone(),
            degeneracy: f64::from(branch.degeneracy),
            terms,
        };
        for k in (1..=100).map(|n| n as f64 / 100.0 * sheet.cutoff) {
            let omega = branch.omega(k);
            if !(omega > 0.0 && omega.is_finite()) {
                return Err(format!("{}: the frequency at k = {k:.3e} 1/m is {omega:.3e} rad/s", branch.name));
            }
            let rate = branch.scattering(omega, 300.0);
            if rate.is_nan() || rate <= 0.0 {
                return Err(format!("{}: nothing scatters the modes at {omega:.3e} rad/s", branch.name));
            }
        }
        branches.push(branch);
    }
    if branches.is_empty() {
        return Err(format!("the set of rates \"{chosen}\" has no branch"));
    }
    let source = [sheet.source.as_str(), set.source.as_str()].into_iter().filter(|s| !s.is_empty());
    Ok(Spectrum {
        name: name.to_owned(),
        rates: chosen,
        source: source.collect::<Vec<_>>().join("; rates "),
        cutoff: sheet.cutoff,
        branches,
    })
}
