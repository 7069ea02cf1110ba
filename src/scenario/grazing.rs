//! Thin films along which heat runs, and thin layers that are heated: what single directions make of them, told before a run.

use crate::kinetic::domain::{Domain, Law, Wall};
use crate::kinetic::film::{fuchs_sondheimer, fuchs_sondheimer_by};
use crate::kinetic::medium::{Band, Medium};
use crate::kinetic::quadrature::Ordinates;
use crate::quantity::{LENGTH, format_quantity};

/// Part of the conductivity along a film that may be missing without a word.
const MISSING: f64 = 0.03;
/// Directions from pole to pole or around that are not asked beyond.
const MOST: usize = 1024;

/// Says that too few directions graze the walls of a film along which heat runs, or run along a layer that is heated, and how many it takes.
pub(super) fn warning(domain: &Domain, ordinates: [usize; 2]) -> Option<String> {
    let film = domain.axes().into_iter().find_map(|normal| across(domain, ordinates, normal));
    film.or_else(|| heated(domain, ordinates))
}

/// A layer is so many times as wide along its other axes as it is thick, or ends with the body.
const LAYER: f64 = 3.0;

fn heated(domain: &Domain, ordinates: [usize; 2]) -> Option<String> {
    let axes = domain.axes();
    let extents = [0, 1, 2].map(|axis| heated_length(domain, axis));
    let normal = axes.iter().copied().min_by(|&a, &b| extents[a].total_cmp(&extents[b]))?;
    let thickness = extents[normal];
    let wide = |&axis: &usize| {
        axis == normal || extents[axis] >= LAYER * thickness || extents[axis] >= 0.999 * domain.grid.axis(axis).length()
    };
    if thickness == 0.0 || !axes.iter().all(wide) {
        return None;
    }
    let cell = (0..domain.grid.len()).find(|&c| domain.is_solid(c) && domain.source[c] != 0.0)?;
    // Along itself a layer ends with its cells, or with walls that take what arrives; mirrors and joined ends carry it on.
    let carried_on = |axis: usize| {
        let mut walls = domain.walls.iter().filter(|w| w.side.axis == axis);
        extents[axis] >= 0.999 * domain.grid.axis(axis).length()
            && walls.all(|w| matches!(w.law, Law::Adiabatic { specularity: 1.0 } | Law::Periodic { .. }))
    };
    let reach = [0, 1, 2].map(|axis| match domain.active[axis] && !(axis != normal && carried_on(axis)) {
        true => 0.5 * extents[axis],
        false => f64::INFINITY,
    });
    let warmth = |[polar, azimuthal]: [usize; 2]| {
        warmth(domain, &Ordinates::new(domain.grid.dimensions(), polar, azimuthal), reach, cell)
    };
    let conducted = {
        let conductivity = domain.medium_of(cell).conductivity();
        thickness * domain.grid.axis(normal).length() / (8.0 * conductivity)
    };
    let exact = warmth(FINE) + conducted;
    let missing = |ordinates| 1.0 - (warmth(ordinates) + conducted) / exact;
    let part = Some(missing(ordinates)).filter(|part| *part > MISSING)?;
    let mut enough = ordinates;
    while enough[0].max(enough[1]) < MOST && missing(enough) > MISSING {
        enough = enough.map(|count| 2 * count);
    }
    Some(format!(
        "too few directions run along the heated layer: of the warmth in the middle of one so thin ({}) some {:.0} % are missing; set [phonon] ordinates = {{ polar = {}, azimuthal = {} }}, they are {} and {}",
        format_quantity(thickness, LENGTH),
        100.0 * part,
        enough[0],
        enough[1],
        ordinates[0],
        ordinates[1]
    ))
}

/// The longest stretch of heated cells along an axis, m.
fn heated_length(domain: &Domain, axis: usize) -> f64 {
    let (grid, stride) = (&domain.grid, domain.strides()[axis]);
    let widths = grid.axis(axis).widths();
    let mut longest = 0.0_f64;
    for start in grid.starts(axis) {
        let mut run = 0.0;
        for (n, width) in widths.iter().enumerate() {
            let cell = start + n * stride;
            run = if domain.is_solid(cell) && domain.source[cell] != 0.0 { run + width } else { 0.0 };
            longest = longest.max(run);
        }
    }
    longest
}

/// The temperature that comes in these directions straight from the sources of a heated layer to its middle, for a source of 1 W/m3: of a band of heat S, C
/// and v it is S L/v <1 - exp(-r/L)> / C, r the way to the end of the layer, whose half extents are told (m). What was scattered on the way comes on top.
fn warmth(domain: &Domain, directions: &Ordinates, reach: [f64; 3], cell: usize) -> f64 {
    let medium = domain.medium_of(cell);
    let capacity = medium.heat_capacity();
    let ways: Vec<(f64, f64)> = directions
        .direction
        .iter()
        .zip(&directions.weight)
        .map(|(s, w)| ((0..3).map(|a| reach[a] / s[a].abs()).fold(f64::INFINITY, f64::min), *w))
        .collect();
    let of_band = |(b, band): (usize, &Band)| {
        let path = band.mean_free_path;
        let share = domain.rise(cell, b) * band.heat_capacity / capacity * path / band.velocity / capacity;
        share * ways.iter().map(|(way, w)| w * -(-way / path).exp_m1()).sum::<f64>()
    };
    medium.bands.iter().enumerate().filter(|(_, band)| band.heat_capacity > 0.0).map(of_band).sum()
}

/// Directions from pole to pole and around that miss nothing of a layer.
const FINE: [usize; 2] = [128, 1024];

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
        "too few directions graze the walls along {}: of heat that runs along so thin a film ({}) some {:.0} % are missing; set [phonon] ordinates {key} = {count}, it is {}",
        ["x", "y", "z"][normal],
        format_quantity(thickness, LENGTH),
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
