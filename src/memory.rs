//! How much memory a run takes, told before anything is allocated.

use crate::kinetic::domain::Domain;
use crate::kinetic::gas::flyer::Flyer;
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::quadrature::Ordinates;
use crate::scenario::{End, GridSize, Model, Scenario};

/// Bytes per cell of a transient run on the CPU: problem, links, state, diagnostics.
pub const TRANSIENT: f64 = 220.0;

/// Bytes per cell of a steady solve: the same, and the matrix with its coarser levels.
pub const STEADY: f64 = 650.0;

/// Bytes that a steady solve takes on a GPU: matrices with their coarser levels and vectors in f32, for so many families of
/// links.
pub fn steady_on_gpu(cells: usize, families: usize) -> f64 {
    // twelve vectors and rows of indices, two entries of two words per link; half as much again in all coarser levels
    1.5 * 4.0 * (12.5 + 4.0 * families as f64) * cells as f64
}

/// Bytes per cell of heat with charge or matter: faces, derivatives, two matrices, and the basis of GMRES.
pub const COUPLED: f64 = 3000.0;

/// Bytes per cell of what heats with inertia add in 3D: per family the heat, its copies, its inertia, and what a half step leaves.
pub const INERTIA: f64 = 120.0;

/// Bytes that a scenario takes on this machine, whatever its model.
pub fn needed(scenario: &Scenario) -> f64 {
    let problem = &scenario.problem;
    let steady = matches!(scenario.run.end, End::Steady(_));
    let per_cell = if let Some(phonon) = &scenario.phonon {
        let ordinates = Ordinates::count(problem.grid.dimensions(), phonon.ordinates[0], phonon.ordinates[1]);
        return carriers(&phonon.domain, ordinates, steady);
    } else if let Some(gas) = &scenario.gas {
        let [speeds, polar, azimuthal] = gas.ordinates;
        let velocities = Velocities::new(problem.grid.dimensions(), speeds, polar, azimuthal);
        return molecules(&gas.vessel, &velocities, steady);
    } else if scenario.model.is_coupled() {
        COUPLED
    } else {
        let inertia = problem.materials.iter().any(|m| m.relaxation_time.is_some());
        let own = if steady { STEADY } else { TRANSIENT };
        own + if inertia { INERTIA } else { 0.0 }
    };
    per_cell * problem.grid.len() as f64
}

/// Bytes that a run takes at the least, as far as the size of its grid tells.
pub fn at_least(size: &GridSize) -> f64 {
    let per_cell = match size.model {
        Model::Heat if size.steady => STEADY,
        Model::Heat => TRANSIENT,
        Model::Thermoelectric | Model::Mixture => COUPLED,
        Model::Phonon => per_cell_of_carriers(1, size.directions, size.steady),
        Model::Gas if !size.steady => 200.0 + 8.0 * size.directions as f64,
        Model::Gas => per_cell_of_molecules(size.cells.iter().filter(|n| **n > 1).count(), false),
    };
    per_cell * size.total() as f64
}

/// Bytes of a run of carriers in flight, with what mirrors and joined ends keep.
pub fn carriers(domain: &Domain, ordinates: usize, steady: bool) -> f64 {
    let remembered = domain.walls.iter().filter(|w| w.law.remembers()).count();
    let kept = 8.0 * (remembered * ordinates * domain.bands()) as f64;
    domain.grid.len() as f64 * per_cell_of_carriers(domain.bands(), ordinates, steady) + kept
}

/// A steady run holds no directions, only their sums in a few groups; a transient one holds all.
fn per_cell_of_carriers(bands: usize, ordinates: usize, steady: bool) -> f64 {
    let directions = if steady { 0.0 } else { 8.0 * (ordinates * bands) as f64 };
    // problem and domain, matrix and its levels, extrapolation, sums of eight groups
    STEADY + 200.0 + 8.0 * 60.0 + 48.0 * bands as f64 + directions
}

/// Bytes of a run of molecules in flight, with what mirrors and joined ends keep of every velocity.
pub fn molecules(vessel: &Vessel, velocities: &Velocities, steady: bool) -> f64 {
    let remembered = (0..vessel.domain.walls.len()).filter(|w| vessel.remembers(*w)).count();
    let kept = 8.0 * (remembered * vessel.parts().count() * velocities.len()) as f64;
    let axes = vessel.domain.axes().len();
    let per_cell = if steady {
        per_cell_of_molecules(axes, vessel.gas.internal > 0.0)
    } else {
        let (_, copies) = Flyer::idle(vessel, velocities.ordinates.images);
        let followed = velocities.len() as f64 / copies;
        per_cell_on_the_way(axes, vessel.gas.internal > 0.0, followed * vessel.parts().count() as f64)
    };
    vessel.domain.grid.len() as f64 * per_cell + kept * if steady { 1.0 } else { 2.0 }
}

/// What is stored of every velocity; moments on faces of eight groups, moments, and what each group has at hand.
fn per_cell_on_the_way(axes: usize, internal: bool, stored: f64) -> f64 {
    let axes = axes as f64;
    let kinds = 2.0 + axes * if internal { 3.0 } else { 2.0 };
    let group = 2.0 * axes * kinds + kinds + 2.0 + 4.0 * axes;
    200.0 + 8.0 * (stored + 8.0 * group + 4.0 * axes * kinds + 3.0 * kinds)
}

/// Moments of eight groups, what the upwinding needs of them, their extrapolation, matrices for heat, pressure and each
/// component of the velocity.
fn per_cell_of_molecules(axes: usize, internal: bool) -> f64 {
    let axes = axes as f64;
    let kinds = 2.0 + axes * if internal { 3.0 } else { 2.0 };
    let own = 8.0 * kinds * (2.0 * 8.0 + 8.0 * axes + 4.0 * 15.0) + 8.0 * 8.0 * 3.0;
    own + 200.0 + (2.0 + axes) * 450.0 + 8.0 * 50.0 * (1.0 + axes)
}

/// Memory that this machine can still give, bytes; none where it does not say.
pub fn available() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(1024.0 * kib)
}

/// A run that does not fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{cells} cells need about {needed:.1} GiB of memory and {available:.1} GiB are free")]
pub struct TooLarge {
    cells: usize,
    needed: f64,
    available: f64,
    /// Cells that would fit.
    pub fitting: usize,
}

/// Refuses a number of cells that take more bytes than this machine can give.
///
/// # Errors
/// If they do not fit, with how many would.
pub fn check(cells: usize, needed: f64) -> Result<(), TooLarge> {
    match available() {
        Some(available) if needed > available => {
            const GIB: f64 = 1_073_741_824.0;
            Err(TooLarge {
                cells,
                needed: needed / GIB,
                available: available / GIB,
                fitting: (available / needed * cells as f64) as usize,
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Every model is told with what it really holds: one that counted as plain heat would be killed half way.
    #[test]
    fn each_model_has_its_own_demand() {
        let of = |name: &str| {
            let shipped = crate::shipped::SCENARIOS.iter().find(|s| s.name == name).expect("a shipped scenario");
            let scenario = Scenario::parse(shipped.text, Path::new(name), &[]).unwrap_or_else(|e| panic!("{e}"));
            needed(&scenario) / scenario.problem.grid.len() as f64
        };
        assert_eq!(of("copper_spreader"), TRANSIENT);
        assert_eq!(of("chip_package"), STEADY);
        assert_eq!(of("second_sound"), TRANSIENT + INERTIA);
        assert_eq!(of("peltier_module"), COUPLED);
        assert!(of("micro_gap") > STEADY && of("silicon_film") > STEADY && of("transient_grating") > STEADY);
    }

    #[test]
    fn what_cannot_fit_is_refused_with_what_would() {
        let Some(available) = available() else { return };
        assert!(check(1000, 0.5 * available).is_ok());
        let error = check(1000, 4.0 * available).expect_err("four times too large");
        assert!((150..=350).contains(&error.fitting), "{error:?}");
    }
}
