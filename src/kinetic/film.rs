//! Films along and across which heat flows: what is known exactly, to compare with.

use super::domain::{Domain, Law};
use super::medium::Medium;
use super::quadrature::{Ordinates, gauss_legendre, solve_small};

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

/// The same in single directions, without the error of cells: what they make of it where few graze the walls. `normal` is the axis
/// across the film, `along` the one that heat runs along.
pub fn fuchs_sondheimer_by(
    ordinates: &Ordinates,
    [normal, along]: [usize; 2],
    thickness: f64,
    specularity: f64,
) -> f64 {
    let part = |s: &glam::DVec3| {
        let mu = s[normal].abs();
        let kept = (-thickness / mu).exp();
        3.0 * s[along]
            * s[along]
            * (1.0 - (1.0 - specularity) * mu / thickness * (1.0 - kept) / (1.0 - specularity * kept))
    };
    ordinates.direction.iter().zip(&ordinates.weight).map(|(s, w)| w * part(s)).sum()
}

/// Heat through a film between two black walls over that of free flight, for a thickness in mean free paths: gray carriers, or
/// radiation in a gray medium (Heaslet and Warming, Int. J. Heat Mass Transfer 8, 979 (1965)).
///
/// The temperature obeys `T(x) = (E2(x) + int E1(|x - y|) T(y) dy) / 2`, the heat is `1 - 2 int T E2`. Nystrom's method with the
/// singularity taken out, points crowded at the walls, where T rises steeply, and one step of extrapolation; films of many
/// mean free paths have their walls 0.710446 of one further out (Hopf's constant), up to terms of exp(-thickness).
pub fn heaslet_warming(thickness: f64) -> f64 {
    const HOPF: f64 = 0.710_446_089_598_7;
    if thickness > 6.5 {
        return 4.0 / 3.0 / (thickness + 2.0 * HOPF);
    }
    // the error falls with the third power of the number of points
    (8.0 * by_points(thickness, 96) - by_points(thickness, 48)) / 7.0
}

fn by_points(thickness: f64, points: usize) -> f64 {
    let (nodes, weights) = gauss_legendre(points, 0.0, 1.0);
    let x: Vec<f64> = nodes.iter().map(|u| thickness * u * u * (3.0 - 2.0 * u)).collect();
    let w: Vec<f64> = nodes.iter().zip(&weights).map(|(u, w)| thickness * w * 6.0 * u * (1.0 - u)).collect();
    let e2 = |x: f64| (-x).exp() - x * exponential_integral(x);
    let mut system = vec![vec![0.0; points + 1]; points];
    for (i, row) in system.iter_mut().enumerate() {
        row[i] = 0.5 * (e2(x[i]) + e2(thickness - x[i]));
        for j in (0..points).filter(|&j| j != i) {
            let kernel = 0.5 * w[j] * exponential_integral((x[i] - x[j]).abs());
            row[j] -= kernel;
            row[i] += kernel;
        }
        row[points] = 0.5 * e2(x[i]);
    }
    let temperature = solve_small(system);
    1.0 - 2.0 * temperature.iter().zip(&w).zip(&x).map(|((t, w), x)| t * w * e2(*x)).sum::<f64>()
}

/// E1 of a positive number: its series, or its continued fraction (Abramowitz and Stegun 5.1.11 and 5.1.22).
fn exponential_integral(x: f64) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    if x < 1.0 {
        let (mut sum, mut term) = (-EULER - x.ln(), 1.0);
        for k in 1..24 {
            term *= -x / f64::from(k);
            sum -= term / f64::from(k);
        }
        return sum;
    }
    // from the end of the fraction
    let fraction = (1..=80).rev().map(f64::from).fold(0.0, |below, k| k / (1.0 + k / (x + below)));
    (-x).exp() / (x + fraction)
}

/// Conductivity of a domain that is such a film, W/(m K): one medium without sources, a jump along one axis, and walls
/// without heat flow, all alike, across one other; `None` for any other domain.
pub fn along(domain: &Domain) -> Option<f64> {
    let medium = plain(domain)?;
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
    let (axis, specularity) = across.filter(|_| flows)?;
    let thickness = domain.grid.axis(axis).length();
    let share =
        |b: &super::medium::Band| b.conductivity() * fuchs_sondheimer(thickness / b.mean_free_path, specularity);
    Some(medium.bands.iter().map(share).sum())
}

/// What is known of a film between two black walls, W/(m K).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Across {
    /// Where carriers do not collide on their way: C v thickness / 4.
    pub free_flight: f64,
    /// Of gray carriers.
    pub exact: Option<f64>,
}

/// A domain that is a film between two black walls, each of one temperature, without sources and without anything else;
/// `None` for any other domain.
pub fn across(domain: &Domain) -> Option<Across> {
    let medium = plain(domain)?;
    let [axis] = domain.axes()[..] else { return None };
    let mut ends = [None; 2];
    for wall in &domain.walls {
        let Law::Thermal(t) = wall.law else { return None };
        let end = &mut ends[usize::from(wall.side.high)];
        if *end.get_or_insert(t) != t {
            return None;
        }
    }
    if ends[0]? == ends[1]? {
        return None;
    }
    let thickness = domain.grid.axis(axis).length();
    let [low, high] = [ends[0]?, ends[1]?];
    let sent = |t: f64| -> f64 {
        let of = |(b, band): (usize, &super::medium::Band)| band.heat_capacity * band.velocity * medium.held(b, t);
        medium.bands.iter().enumerate().map(of).sum()
    };
    let free_flight = 0.25 * (sent(high) - sent(low)) / (high - low) * thickness;
    let exact = match medium.bands[..] {
        [band] if medium.occupation.is_none() => Some(free_flight * heaslet_warming(thickness / band.mean_free_path)),
        _ => None,
    };
    Some(Across { free_flight, exact })
}

/// The one medium that fills a domain without sources.
fn plain(domain: &Domain) -> Option<&Medium> {
    let [medium] = &domain.media[..] else { return None };
    let whole = domain.medium.iter().all(|m| *m == 0) && domain.source.iter().all(|s| *s == 0.0);
    whole.then_some(medium)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FILM, across as between, gray};
    use super::{across, along, fuchs_sondheimer, heaslet_warming};

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

    #[test]
    fn films_between_black_walls() {
        for (thickness, flux, _) in FILM {
            let found = heaslet_warming(thickness);
            assert!((found / flux - 1.0).abs() < 1e-5, "{thickness}: {found} for {flux}");
        }
        assert!((heaslet_warming(1e-4) - (1.0 - 1e-4)).abs() < 1e-7, "few collisions: one in a thickness");
        // the two ways of computing it meet
        let [below, above] = [6.499, 6.501].map(heaslet_warming);
        assert!((below / above - 1.0 - 0.002 / 7.92).abs() < 1e-5, "{below} {above}");
    }

    #[test]
    fn a_film_is_known_by_its_walls() {
        let film = between(10, gray(0.5));
        let known = across(&film).unwrap();
        assert_eq!((known.free_flight, along(&film)), (0.25, None));
        assert!((known.exact.unwrap() / 0.25 / 0.390060 - 1.0).abs() < 1e-5);
        let mut heated = film.clone();
        heated.source[3] = 1.0;
        assert_eq!(across(&heated), None);
        let mut mixed = film;
        mixed.media[0].bands.push(gray(2.0).bands[0]);
        assert_eq!(across(&mixed).unwrap().exact, None);
    }

    /// What runs of the whole solver gave, on 20 cells: only grazing directions are missing.
    #[test]
    fn few_directions_carry_too_little_along_thin_films() {
        for (dimensions, normal, thickness, polar, azimuthal, short) in [
            (2, 1, 0.1, 16, 32, 0.0022),
            (2, 1, 0.1, 8, 16, -0.0624),
            (2, 1, 0.01, 16, 32, -0.1402),
            (2, 1, 0.01, 16, 64, -0.0171),
            (3, 1, 0.01, 8, 16, -0.3432),
            (3, 2, 0.01, 8, 16, -0.3209),
            (3, 2, 0.01, 32, 16, -0.0063),
        ] {
            let ordinates = super::Ordinates::new(dimensions, polar, azimuthal);
            let found = super::fuchs_sondheimer_by(&ordinates, [normal, 0], thickness, 0.0);
            let off = found / fuchs_sondheimer(thickness, 0.0) - 1.0;
            assert!((off - short).abs() < 2e-3, "{thickness} {polar} {azimuthal}: {off} for {short}");
        }
    }
}
