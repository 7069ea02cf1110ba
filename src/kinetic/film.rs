//! Films along which heat flows: closed forms to compare with.

use super::domain::{Domain, Law};

/// Conductivity of a film along its plane over that of the bulk (Fuchs 1938, Sondheimer 1952), for a thickness in mean free
/// paths and walls that mirror the part `specularity`.
pub fn fuchs_sondheimer(thickness: f64, specularity: f64) -> f64 {
    // midpoints in u with mu = u^2, which tames the grazing directions
    const POINTS: usize = 2000;
    let integral: f64 = (0..POINTS)
        .map(|i| {
            let u = (i as f64 + 0.5) / POINTS as f64;
            let mu = u * u;
            let kept = (-thickness / mu).exp();
            (mu - mu.powi(3)) * (1.0 - kept) / (1.0 - specularity * kept) * 2.0 * u
        })
        .sum::<f64>()
        / POINTS as f64;
    1.0 - 1.5 * (1.0 - specularity) / thickness * integral
}

/// Conductivity of a domain that is such a film, W/(m K): one medium without sources, a jump along one axis, and walls
/// without heat flow, all alike, across one other; `None` for any other domain.
pub fn along(domain: &Domain) -> Option<f64> {
    let [medium] = &domain.media[..] else { return None };
    let whole = domain.medium.iter().all(|m| *m == 0) && domain.source.iter().all(|s| *s == 0.0);
    let mut across: Option<(usize, f64)> = None;
    let mut flows = false;
    for wall in &domain.walls {
        match wall.law {
            Law::Periodic { jump, .. } => flows |= jump != 0.0,
            Law::Adiabatic { specularity } => {
                let here = (wall.side.axis, specularity);
                if *across.get_or_insert(here) != here {
                    return None;
                }
            }
            Law::Thermal(_) | Law::Interface { .. } => return None,
        }
    }
    let (axis, specularity) = across.filter(|_| whole && flows)?;
    let thickness = domain.grid.axis(axis).length();
    let share =
        |b: &super::domain::Band| b.conductivity() * fuchs_sondheimer(thickness / b.mean_free_path, specularity);
    Some(medium.bands.iter().map(share).sum())
}

#[cfg(test)]
mod tests {
    use super::fuchs_sondheimer;

    #[test]
    fn known_values() {
        for (thickness, p, k) in [
            (0.01, 0.0, 0.037759246),
            (0.1, 0.5, 0.374789),
            (1.0, 0.0, 0.683856595),
            (100.0, 0.0, 0.99625),
            (3.0, 1.0, 1.0),
        ] {
            assert!((fuchs_sondheimer(thickness, p) / k - 1.0).abs() < 2e-5, "{thickness} {p}");
        }
    }
}
