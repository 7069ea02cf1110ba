//! Thin films along which heat runs: what single directions make of them, told before a run.

use crate::kinetic::domain::{Domain, Law, Wall};
use crate::kinetic::film::{fuchs_sondheimer, fuchs_sondheimer_by};
use crate::kinetic::medium::Medium;
use crate::kinetic::quadrature::Ordinates;

/// Part of the conductivity along a film that may be missing without a word.
const MISSING: f64 = 0.03;
/// Directions from pole to pole or around that are not asked beyond.
const MOST: usize = 1024;

/// Says that too few directions graze the walls of a film along which heat runs, and how many it takes.
pub(super) fn warning(domain: &Domain, ordinates: [usize; 2]) -> Option<String> {
    domain.axes().into_iter().find_map(|normal| across(domain, ordinates, normal))
}

fn across(domain: &Domain, ordinates: [usize; 2], normal: usize) -> Option<String> {
    let specularity = mirrored(domain, normal)?;
    let along = domain.axes().into_iter().find(|&axis| axis != normal && drives(domain, axis))?;
    let thickness = domain.grid.axis(normal).length();
    // polar angles are counted from z, azimuths around it
    let (slot, key) = if normal == 2 { (0, "polar") } else { (1, "azimuthal") };
    // the other number says little
    let few = |count: usize| if slot == 0 { [count, ordinates[1].min(16)] } else { [ordinates[0].min(16), count] };
    let missing = |count: usize| {
        let [polar, azimuthal] = few(count);
        let directions = Ordinates::new(domain.grid.dimensions(), polar, azimuthal);
        let of = |m: &Medium| 1.0 - kept(&directions, [normal, along], m, thickness, specularity);
        domain.media.iter().map(of).fold(0.0, f64::max)
    };
    let mut count = ordinates[slot];
    let part = (count < MOST).then(|| missing(count)).filter(|part| *part > MISSING)?;
    while count < MOST && missing(count) > MISSING {
        count *= 2;
    }
    Some(format!(
        "too few directions graze the walls along {}: of heat that runs along so thin a film ({thickness:.3e} m) some {:.0} % are missing; set [phonon] ordinates {key} = {count}, it is {}",
        ["x", "y", "z"][normal],
        100.0 * part,
        ordinates[slot]
    ))
}

/// Conductivity of a film in these directions, over what it is in all.
fn kept(directions: &Ordinates, axes: [usize; 2], medium: &Medium, thickness: f64, specularity: f64) -> f64 {
    let (mut told, mut exact) = (0.0, 0.0);
    for band in medium.bands.iter().filter(|b| b.heat_capacity > 0.0) {
        let paths = thickness / band.mean_free_path;
        // of thick films no direction is missing, and the formulas leave rounding
        if paths < 100.0 {
            told += band.conductivity() * fuchs_sondheimer_by(directions, axes, paths, specularity);
            exact += band.conductivity() * fuchs_sondheimer(paths, specularity);
        } else {
            told += band.conductivity();
            exact += band.conductivity();
        }
    }
    told / exact
}

/// The part that the ends of an axis mirror, where heat does not run along it: walls all along that let none pass, or are all equally
/// warm.
fn mirrored(domain: &Domain, axis: usize) -> Option<f64> {
    let grid = &domain.grid;
    let mut mirrored = 1.0f64;
    let mut given: Option<f64> = None;
    let ends = |w: &&Wall| {
        let at = grid.cell(w.cell as usize)[axis];
        w.side.axis == axis && at == if w.side.high { grid.cells()[axis] - 1 } else { 0 }
    };
    for wall in domain.walls.iter().filter(ends) {
        match wall.law {
            Law::Adiabatic { specularity } if specularity < 1.0 => mirrored = mirrored.min(specularity),
            Law::Thermal(t) if given.is_none_or(|other| other == t) => (given, mirrored) = (Some(t), 0.0),
            _ => return None,
        }
    }
    (mirrored < 1.0).then_some(mirrored)
}

/// Whether a temperature or a jump drives heat along an axis.
fn drives(domain: &Domain, axis: usize) -> bool {
    let mut walls = domain.walls.iter().filter(|w| w.side.axis == axis);
    walls.any(|w| matches!(w.law, Law::Thermal(_)) || matches!(w.law, Law::Periodic { jump, .. } if jump != 0.0))
}
