//! `[initial]`: the temperature that a run starts from.

use super::Model;
use super::compile::Temperatures;
use super::item::{Bound, Item};
use super::mixture::read_list;
use super::paint::Painted;
use super::plan::Plan;
use super::section::Section;
use super::varying::{SPACE, Varying};
use crate::expression::Place;
use crate::grid::Grid;
use crate::output::npy;
use crate::problem::VOID;
use crate::quantity;
use std::path::Path;

/// The initial temperature as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) enum InitialPlan<'d> {
    /// A value or a formula.
    Value(Varying<'d>),
    /// A field file of kelvin, a value for each cell.
    File(Item<'d>),
}

/// Reads the section: the temperature, and with model = "mixture" the mass fractions.
pub(super) fn read_initial<'d>(
    root: &Section<'d>,
    model: Model,
) -> (Option<InitialPlan<'d>>, Option<Vec<Varying<'d>>>) {
    let Some(section) = root.get("initial").and_then(|item| item.section()) else { return (None, None) };
    let (temperature, fractions) = if model == Model::Mixture {
        // a steady state needs no temperature to start from
        (section.get("temperature"), section.require("mass_fraction", "add mass_fraction = 0.1"))
    } else {
        section.later(
            &["mass_fraction"],
            "belongs to model = \"mixture\"",
            "remove the key, or set model = \"mixture\"",
        );
        (section.require("temperature", "add temperature = \"20 degC\""), None)
    };
    section.finish();
    let fractions = fractions.and_then(|item| read_list(&item, quantity::DIMENSIONLESS, Bound::Fraction, SPACE));
    (temperature.and_then(read_temperature), fractions)
}

fn read_temperature(item: Item<'_>) -> Option<InitialPlan<'_>> {
    if item.as_text().is_some_and(|text| text.trim().to_lowercase().ends_with(".npy")) {
        return Some(InitialPlan::File(item));
    }
    item.varying(quantity::TEMPERATURE, Bound::Temperature, SPACE).map(InitialPlan::Value)
}

/// The initial temperature of every cell, absolute, K (0 in void), and the range of temperatures known
/// with it.
pub(super) fn place_initial(
    plan: &Plan<'_>,
    grid: &Grid,
    painted: &Painted,
    known: Temperatures,
    steady: bool,
    folder: &Path,
) -> (Vec<f64>, Temperatures) {
    let mut range = known;
    let solid = |cell: usize| painted.material[cell] != VOID;
    let mut initial = vec![0.0; grid.len()];
    let fill = |value: &Varying<'_>, cells: &mut dyn Iterator<Item = usize>, initial: &mut [f64]| {
        for cell in cells {
            let c = grid.centre(grid.cell(cell));
            let place = Place { x: c.x, y: c.y, z: c.z, ..Place::default() };
            if !value.check(&[place]) {
                return;
            }
            initial[cell] = value.expression.eval(&place);
        }
    };
    match &plan.initial {
        Some(InitialPlan::Value(value)) => fill(value, &mut (0..grid.len()).filter(|&c| solid(c)), &mut initial),
        Some(InitialPlan::File(item)) => {
            read_field(item, grid, folder, &mut initial, &solid);
        }
        // joined ends with a jump fix no level
        None if steady && plan.model.is_kinetic() => initial.fill(known.mean().unwrap_or(300.0)),
        None if steady => initial.fill(known.mean().unwrap_or_default()),
        None => {}
    }
    for (number, region) in plan.regions.iter().enumerate() {
        let Some(value) = &region.initial else { continue };
        let own = painted.regions[number].material.is_some();
        let cells = region.shape.cells(grid);
        let mut cells = cells.into_iter().filter(|&c| solid(c) && (!own || usize::from(painted.region[c]) == number));
        fill(value, &mut cells, &mut initial);
    }
    if plan.initial.is_none() && !steady && !plan.grid.item.document.is_broken() {
        let bare = (0..grid.len()).find(|&c| solid(c) && initial[c] == 0.0);
        if bare.is_some() {
            plan.grid.item.document.error(
                &super::document::Origin::Text(0..0),
                "initial.temperature",
                "is missing".to_owned(),
                "add a table: [initial] with temperature = \"20 degC\"".to_owned(),
            );
        }
    }
    for (cell, t) in initial.iter().enumerate() {
        if solid(cell) {
            range.widen(*t);
        }
    }
    (initial, range)
}

/// Reads a `.npy` array of shape [nz, ny, nx], in 2D [ny, nx]; a relative path counts from the scenario's folder.
fn read_field(item: &Item<'_>, grid: &Grid, folder: &Path, initial: &mut [f64], solid: &dyn Fn(usize) -> bool) {
    let Some(name) = item.text() else { return };
    let array = match npy::read(&folder.join(name.trim())) {
        Ok(array) => array,
        Err(error) => {
            item.error(error.to_string(), "name a .npy file; a relative path counts from the scenario's folder");
            return;
        }
    };
    let mut shape = grid.cells()[..grid.dimensions()].to_vec();
    shape.reverse();
    if array.shape != shape {
        item.error(
            format!("the array has shape {:?}, the grid has {shape:?}", array.shape),
            "the axes of the array are z, y, x (in 2D y, x), with as many entries as the grid has cells",
        );
        return;
    }
    for (cell, (to, from)) in initial.iter_mut().zip(array.values).enumerate() {
        if !solid(cell) {
            continue;
        }
        if !Bound::Temperature.holds(from) {
            let at = grid.cell(cell);
            item.error(
                format!("{} (cell {at:?} along x, y, z)", Bound::Temperature.message(from)),
                "field files hold absolute temperatures in kelvin",
            );
            return;
        }
        *to = from;
    }
}
