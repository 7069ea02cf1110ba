//! How much memory a run takes, told before anything is allocated.

use crate::kinetic::domain::Domain;

/// Bytes per cell of a transient run on the CPU: problem, links, state, diagnostics.
pub const TRANSIENT: f64 = 220.0;

/// Bytes per cell of a steady solve: the same, and the matrix with its coarser levels.
pub const STEADY: f64 = 650.0;

/// Bytes of a run of carriers in flight. A steady run holds no directions, only their sums in a few groups and what mirrors
/// and joined ends keep; a transient one holds all.
pub fn carriers(domain: &Domain, ordinates: usize, steady: bool) -> f64 {
    let (cells, bands) = (domain.grid.len() as f64, domain.bands() as f64);
    let remembered = domain.walls.iter().filter(|w| w.law.remembers()).count() as f64;
    let kept = 8.0 * remembered * ordinates as f64 * bands;
    // problem and domain, matrix and its levels, extrapolation, sums of eight groups
    let common = cells * (STEADY + 200.0 + 8.0 * 60.0 + 48.0 * bands);
    let directions = if steady { 0.0 } else { 8.0 * ordinates as f64 * bands * cells };
    common + kept + directions
}
/// Bytes per cell of what heats with inertia add in 3D: per family the heat, its copies, its inertia, and what a half step leaves.
pub const INERTIA: f64 = 120.0;

/// Memory that this machine can still give, bytes; none where it does not say.
pub fn available() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(1024.0 * kib)
}

/// A run that does not fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "{cells} cells need about {needed:.1} GiB of memory and {available:.1} GiB are free; take fewer cells ({fitting} would fit)"
)]
pub struct TooLarge {
    cells: usize,
    needed: f64,
    available: f64,
    fitting: usize,
}

/// Refuses a grid that this machine cannot hold.
///
/// # Errors
/// If it does not fit, with what would.
pub fn check(cells: usize, steady: bool, inertia: bool) -> Result<f64, TooLarge> {
    let per_cell = if steady { STEADY } else { TRANSIENT } + if inertia { INERTIA } else { 0.0 };
    let needed = per_cell * cells as f64;
    match available() {
        Some(available) if needed > available => {
            const GIB: f64 = 1_073_741_824.0;
            Err(TooLarge {
                cells,
                needed: needed / GIB,
                available: available / GIB,
                fitting: (available / per_cell) as usize,
            })
        }
        _ => Ok(needed),
    }
}
