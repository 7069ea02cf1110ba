//! `[initial]`: the temperature that a run starts from.

use super::Model;
use super::compile::Temperatures;
use super::item::Bound;
use super::mixture::read_list;
use super::paint::Painted;
use super::plan::Plan;
use super::section::Section;
use super::varying::{SPACE, Varying};
use crate::expression::Place;
use crate::grid::Grid;
use crate::problem::{Condition, Problem, VOID};
use crate::quantity;

/// Reads the section: the temperature, and with model = "mixture" the mass fractions.
pub(super) fn read_initial<'d>(root: &Section<'d>, model: Model) -> (Option<Varying<'d>>, Option<Vec<Varying<'d>>>) {
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
    (temperature.and_then(|item| item.varying(quantity::TEMPERATURE, Bound::Temperature, SPACE)), fractions)
}

/// The initial temperature of every cell, absolute, K (0 in void), and the range of temperatures known
/// with it.
pub(super) fn place_initial(
    plan: &Plan<'_>,
    grid: &Grid,
    painted: &Painted,
    known: Temperatures,
    steady: bool,
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
        Some(value) => fill(value, &mut (0..grid.len()).filter(|&c| solid(c)), &mut initial),
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
    // A steady gas forgets what it starts with; only where no wall fixes a level does that count.
    if plan.model != Model::Gas || !steady || known.mean().is_none() {
        for (cell, t) in initial.iter().enumerate() {
            if solid(cell) {
                range.widen(*t);
            }
        }
    }
    (initial, range)
}

/// What melts at one temperature and starts exactly at it is liquid where all that is told of its surroundings cools it, and solid elsewhere; says which
/// where it matters. A liquid starts at the next larger number (K).
pub(super) fn settle_phases(problem: &mut Problem, range: Temperatures) -> Vec<String> {
    let fluxes = problem.conditions.iter().filter_map(|condition| match condition {
        Condition::Environment { flux, .. } => Some(problem.values.get(*flux).as_constant()),
        Condition::Temperature(_) => None,
    });
    // A formula may do both.
    let [mut heated, mut cooled] = [problem.sources.len() > 1, false];
    for flux in fluxes {
        heated |= flux.is_none_or(|flux| flux > 0.0);
        cooled |= flux.is_none_or(|flux| flux < 0.0);
    }
    let mut notes = Vec::new();
    for (m, material) in problem.materials.iter().enumerate() {
        let Some(point) = material.melting.as_ref().filter(|m| m.solidus == m.liquidus).map(|m| m.solidus) else {
            continue;
        };
        let (heated, cooled) = (heated || range.high > point, cooled || range.low < point);
        let cells = problem.initial.iter_mut().zip(&problem.material);
        let mut at_it = cells.filter(|(t, of)| usize::from(**of) == m && **t == point).map(|(t, _)| t).peekable();
        if !cooled || at_it.peek().is_none() {
            continue;
        }
        let name = &material.name;
        notes.push(if heated {
            format!(
                "\"{name}\" starts exactly at its melting temperature: solid; start it 0.001 K warmer if it is to be liquid"
            )
        } else {
            at_it.for_each(|t| *t = t.next_up());
            format!(
                "\"{name}\" starts exactly at its melting temperature, and all around only cools it: liquid; start it 0.001 K colder if it is to be solid"
            )
        });
    }
    notes
}
