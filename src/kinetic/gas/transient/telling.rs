//! What the faces tell in the middle of a step.

use crate::kinetic::gas::faces::{Moments, TEMPERATURE};
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::tally::Tally;

/// Moments on faces, per active axis, side, kind and cell, as the cell sees them.
pub(crate) type OnFaces = Vec<[Vec<Vec<f64>>; 2]>;

/// Books what the faces told in the middle of a step, which began and ended with these moments.
pub(crate) fn told(vessel: &Vessel, faces: &OnFaces, [before, now]: [&Moments; 2], tally: &mut Tally) {
    let full = tally.full.as_mut().expect("made in full");
    let internal = 0.5 * vessel.gas.internal;
    for (n, &axis) in before.axes.iter().enumerate() {
        let high = &faces[n][1];
        full.flux[axis].clone_from(&high[before.flux(n)]);
        if internal > 0.0 {
            let carried = &high[before.internal_flux(n)];
            full.flux[axis].iter_mut().zip(carried).for_each(|(q, i)| *q += internal * i);
        }
    }
    for (w, wall) in vessel.domain.walls.iter().enumerate() {
        let (c, side) = (wall.cell as usize, usize::from(wall.side.high));
        let n = before.axes.iter().position(|&a| a == wall.side.axis).expect("an active axis");
        // brought to the end of the step
        full.surface[w] =
            faces[n][side][TEMPERATURE][c] + 0.5 * (now.kind[TEMPERATURE][c] - before.kind[TEMPERATURE][c]);
        // the net heat, all of it booked as what comes back
        tally.heat_returns[w] = heat_in(vessel, faces, before, w);
    }
}

/// Heat into the cell of a wall per area, from the moments on the faces, K.
pub(super) fn heat_in(vessel: &Vessel, faces: &OnFaces, layout: &Moments, wall: usize) -> f64 {
    let wall = &vessel.domain.walls[wall];
    let (c, side) = (wall.cell as usize, usize::from(wall.side.high));
    let n = layout.axes.iter().position(|&a| a == wall.side.axis).expect("an active axis");
    let mut flux = faces[n][side][layout.flux(n)][c];
    if vessel.gas.internal > 0.0 {
        flux += 0.5 * vessel.gas.internal * faces[n][side][layout.internal_flux(n)][c];
    }
    if wall.side.high { -flux } else { flux }
}
