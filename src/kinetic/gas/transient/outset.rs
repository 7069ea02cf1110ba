//! A gas as it sets out.

use super::telling::told;
use crate::kinetic::domain::Law;
use crate::kinetic::gas::faces::{DENSITY, Moments, TEMPERATURE};
use crate::kinetic::gas::flyer::Flyer;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::tally::Tally;

/// Moments of a gas at rest under the pressure that is given, at a temperature per cell (deviation, K): as much denser as it is colder.
pub(crate) fn at_rest(vessel: &Vessel, initial: &[f64], moments: &mut Moments) {
    for c in (0..initial.len()).filter(|&c| vessel.domain.is_solid(c)) {
        moments.kind[DENSITY][c] = -initial[c];
        moments.kind[TEMPERATURE][c] = initial[c];
    }
}

/// What is known of a gas at rest, before the first step.
pub(crate) fn resting(vessel: &Vessel, flyers: &[Flyer], moments: &Moments) -> Tally {
    let faces = moments.axes.iter().map(|_| [0, 1].map(|_| moments.kind.clone())).collect();
    let mut tally = Tally::new(vessel, true);
    told(vessel, &faces, [moments, moments], &mut tally);
    let full = tally.full.as_mut().expect("made in full");
    for (wall, mismatch) in vessel.domain.walls.iter().zip(&mut full.mismatch) {
        let Law::Thermal(t) = wall.law else { continue };
        let here: Vec<f64> = moments.kind.iter().map(|m| m[wall.cell as usize]).collect();
        let emission = here[DENSITY] + 0.5 * here[TEMPERATURE];
        for flyer in flyers.iter().filter(|f| (f.velocity[wall.side.axis] > 0.0) == wall.side.high) {
            let off = flyer.squared(&flyer.tends_to(&here), &flyer.emitted(emission, t));
            *mismatch += flyer.weight * flyer.velocity[wall.side.axis].abs() * off;
        }
    }
    tally
}
