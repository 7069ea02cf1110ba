//! What passes through the walls of some rows.

use super::{Partial, Term};
use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::lanes::{Lanes, Number};
use pulp::Simd;
use std::ops::Range;

/// Walls that are looked at together.
const TOGETHER: usize = 32;

/// Adds the heat that comes through walls by surface, its magnitude, the entropy that it brings at the temperatures of the surfaces, and what is
/// produced in the half cells behind them ([`Snapshot::wall_production`]).
#[inline(always)]
pub fn add<S: Simd>(simd: S, snapshot: &Snapshot, walls: Range<usize>, sum: &mut Partial) {
    let problem = &snapshot.conduction.problem;
    let [mut gross, mut boundary, mut production] = [Lanes::all(simd, 0.0); 3];
    let [mut heat, mut surface, mut cell] = [[0.0; TOGETHER], [1.0; TOGETHER], [1.0; TOGETHER]];
    let (walls, states) = (&snapshot.conduction.wall_places[walls.clone()], &snapshot.walls[walls]);
    for (walls, states) in walls.chunks(TOGETHER).zip(states.chunks(TOGETHER)) {
        for (k, (wall, state)) in walls.iter().zip(states).enumerate() {
            sum.surfaces[wall.surface as usize].add(state.heat);
            heat[k] = state.heat;
            surface[k] = state.surface + problem.reference;
            cell[k] = snapshot.kelvin(wall.cell as usize);
        }
        heat[walls.len()..].fill(0.0);
        for k in 0..Lanes::<S>::count(&heat[..walls.len()]) {
            let at = |row: &[f64]| Lanes::of_row(simd, row, k);
            let (heat, surface, cell) = (at(&heat), at(&surface), at(&cell));
            let brought = heat / surface;
            gross = gross + heat.abs();
            boundary = boundary + brought;
            production = (brought / cell).times_plus(surface - cell, production);
        }
    }
    let terms = [(Term::GrossWalls, gross), (Term::BoundaryEntropy, boundary), (Term::WallProduction, production)];
    terms.into_iter().for_each(|(term, lanes)| sum.add(term, lanes.sum()));
}
