//! The audit: heat runs from hot to cold over every link and at every wall.

use super::balance::Snapshot;

/// What the audit found.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SecondLaw {
    /// Links and walls whose heat runs the wrong way by more than rounding.
    pub violations: u64,
    /// Most negative entropy production of one of them, W/K; 0 where none is negative.
    pub worst: f64,
    /// Links and walls looked at.
    pub checked: u64,
}

impl SecondLaw {
    fn look(&mut self, production: f64, scale: f64) {
        self.checked += 1;
        if production.is_nan() || production < 0.0 {
            self.worst = self.worst.min(production);
            // 1e-12 of the largest flow over the lowest temperature is rounding
            if production.is_nan() || production < -1e-12 * scale {
                self.violations += 1;
            }
        }
    }

    fn join(self, other: SecondLaw) -> SecondLaw {
        SecondLaw {
            violations: self.violations + other.violations,
            worst: self.worst.min(other.worst),
            checked: self.checked + other.checked,
        }
    }
}

/// Audits a state. The production of a link is computed from the heat it carries and the two temperatures,
/// `q (1/T_b - 1/T_a)`, so that a heat of the wrong sign shows. Where
/// heat has inertia it may run from cold to hot for a while; there the extended entropy must grow.
pub fn audit(snapshot: &Snapshot) -> SecondLaw {
    let conduction = snapshot.conduction;
    let grid = &conduction.problem.grid;
    let scale = snapshot.rates().gross_heat / conduction.problem.reference;
    let mut law = conduction.links.fold(
        grid,
        SecondLaw::default,
        |law, i, j, g, offset| {
            if snapshot.link_inertia(i, offset) > 0.0 {
                return law.look(snapshot.extended_link_production(i, j, g, offset), scale);
            }
            let heat = g * (snapshot.temperature[i] - snapshot.temperature[j]);
            let (a, b) = (snapshot.kelvin(i), snapshot.kelvin(j));
            law.look(heat * (a - b) / (a * b), scale);
        },
        SecondLaw::join,
    );
    for w in 0..snapshot.walls.len() {
        let inertia = conduction.inertia.as_ref().map_or(0.0, |inertia| inertia.walls[w]);
        let extended = snapshot.heats.is_some() && inertia > 0.0;
        law.look(if extended { snapshot.extended_wall_production(w) } else { snapshot.wall_production(w) }, scale);
    }
    law
}
