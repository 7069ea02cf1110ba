//! Sources of the regions, laid on their cells.

use super::compile::sample;
use super::regions::{RegionPlan, SourcePlan};
use crate::expression::{Expression, Place, Variable};
use crate::grid::Grid;
use crate::problem::{Problem, VOID, ValueId, Values};
use crate::region::Share;
use glam::DVec3;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Fills [`Problem::sources`], [`Problem::source`] and the powers of the regions.
pub(super) fn place_sources(plans: &[RegionPlan<'_>], problem: &mut Problem, end: f64) {
    let mut source = vec![0u16; problem.grid.len()];
    for (number, plan) in plans.iter().enumerate() {
        let Some(given) = &plan.source else { continue };
        let (shares, painted_over) = heated(plan, number, problem);
        let grid = &problem.grid;
        let volume: f64 = shares.iter().map(|&(c, part)| part * grid.volume(grid.cell(c))).sum();
        if shares.is_empty() {
            plan.item.error(
                format!("region \"{}\" has a source but no solid cell is left of it", plan.name),
                "move it down in the order of painting, or change its shape",
            );
            continue;
        }
        if shares.len() < painted_over {
            let lost = painted_over - shares.len();
            let where_to = match given {
                SourcePlan::Power(_) => "its power goes into the rest",
                SourcePlan::Density(_) => "its source acts in the rest only",
            };
            plan.item.document.warn(format!(
                "region \"{}\": {lost} of {painted_over} cells are void or belong to later regions; {where_to}",
                plan.name
            ));
        }
        let (density, power) = match given {
            SourcePlan::Power(power) => {
                power.check(&sample(&power.expression, &[DVec3::ZERO], end));
                let total = power.expression.clone();
                (total.clone().mul(Expression::constant(1.0 / volume)), Some(total))
            }
            SourcePlan::Density(density) => {
                let centres: Vec<DVec3> = shares.iter().map(|&(c, _)| grid.centre(grid.cell(c))).collect();
                if !density.check(&sample(&density.expression, &centres, end)) {
                    continue;
                }
                if let Some(off) = unresolved(&density.expression, &shares, grid, end) {
                    plan.item.document.warn(format!(
                        "region \"{}\": its power_density changes within single cells, and the heat taken at their centres is {:+.0} % off; use finer \
                         cells, or a shape with a power",
                        plan.name,
                        100.0 * off
                    ));
                }
                (density.expression.clone(), total_power(&density.expression, &shares, volume, problem))
            }
        };
        let integrated = power.is_some();
        problem.regions[number].power = power.map(|p| problem.values.push(p));
        let density = problem.values.push(density);
        problem.regions[number].density = (!integrated).then_some(density);
        if !overlay(&mut source, &shares, density, problem) {
            plan.item.error("there are too many different sources", "join regions that are heated alike");
            return;
        }
    }
    problem.source = source;
}

/// The cells that the source of a region acts in, with the part of each, and how many there would be if no void and no later
/// region covered any.
pub(super) fn heated(plan: &RegionPlan<'_>, number: usize, problem: &Problem) -> (Vec<Share>, usize) {
    let painted = problem.regions[number].material.is_some();
    let mut shares = match plan.shares_cells() {
        true => plan.shape.shares(&problem.grid),
        false => plan.shape.cells(&problem.grid).into_iter().map(|cell| (cell, 1.0)).collect(),
    };
    let all = shares.len();
    shares.retain(|&(c, _)| problem.material[c] != VOID && (!painted || usize::from(problem.region[c]) == number));
    (shares, all)
}

/// By what part of its heat a density is off at the centres of cells, where that is worth a warning: against 2 or 4 places along each axis of each,
/// at some times of the run.
fn unresolved(density: &Expression, shares: &[Share], grid: &Grid, end: f64) -> Option<f64> {
    const WORTH: f64 = 0.05;
    const TIMES: usize = 9;
    /// Places and times that are looked at, at most.
    const MOST: usize = 2_000_000;
    if !density.is_spatial() {
        return None;
    }
    let times = if density.depends_on(Variable::Time) { TIMES } else { 1 };
    let dimensions = grid.dimensions() as u32;
    let parts: usize = [4_usize, 2].into_iter().find(|n| shares.len() * n.pow(dimensions) * times <= MOST)?;
    let (mut off, mut whole, mut size) = (0.0, 0.0, 0.0);
    for t in (0..times).map(|n| end * (n as f64 + 0.5) / times as f64) {
        let at = |p: DVec3| density.eval(&Place { x: p.x, y: p.y, z: p.z, t, ..Place::default() });
        let (mut taken, mut heat) = (0.0, 0.0);
        for &(cell, part) in shares {
            let cell = grid.cell(cell);
            let (centre, widths, volume) = (grid.centre(cell), grid.widths(cell), part * grid.volume(cell));
            let within = |n: usize| {
                let along = |axis: u32| {
                    let place = n / parts.pow(axis) % parts;
                    if axis < dimensions { (place as f64 + 0.5) / parts as f64 - 0.5 } else { 0.0 }
                };
                at(centre + widths * DVec3::new(along(0), along(1), along(2)))
            };
            let places = parts.pow(dimensions);
            let mean = (0..places).map(within).sum::<f64>() / places as f64;
            taken += volume * at(centre);
            heat += volume * mean;
            size += volume * mean.abs();
        }
        whole += taken - heat;
        off += (taken - heat).abs();
    }
    (off > WORTH * size).then(|| off.copysign(whole) / size)
}

/// Power of a density over the cells as a value of time, W; `None` where it varies in space and time at
/// once and has no closed form.
fn total_power(density: &Expression, shares: &[Share], volume: f64, problem: &Problem) -> Option<Expression> {
    if !density.is_spatial() {
        return Some(density.clone().mul(Expression::constant(volume)));
    }
    if density.depends_on(Variable::Time) {
        return None;
    }
    let grid = &problem.grid;
    let power = shares.iter().map(|&(c, part)| {
        let p = grid.centre(grid.cell(c));
        density.eval(&Place { x: p.x, y: p.y, z: p.z, ..Place::default() }) * part * grid.volume(grid.cell(c))
    });
    Some(Expression::constant(power.sum()))
}

/// Adds a source to cells, which may have one already, by the share of each; `false` if the palette is full.
fn overlay(source: &mut [u16], shares: &[Share], density: ValueId, problem: &mut Problem) -> bool {
    let mut joined: HashMap<(u16, u64), u16> = HashMap::new();
    for &(cell, part) in shares {
        let before = source[cell];
        source[cell] = match joined.entry((before, part.to_bits())) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let Ok(next) = u16::try_from(problem.sources.len()) else { return false };
                let own = |values: &Values| values.get(density).clone().mul(Expression::constant(part));
                let value = match (before, part) {
                    (0, 1.0) => density,
                    (0, _) => problem.values.push(own(&problem.values)),
                    _ => {
                        let first = problem.values.get(problem.sources[usize::from(before)]).clone();
                        problem.values.push(first.add(own(&problem.values)))
                    }
                };
                problem.sources.push(value);
                *new.insert(next)
            }
        };
    }
    true
}
