//! Temperature waves that die away: what is known exactly, to compare with.

use super::domain::{Domain, Law};
use std::f64::consts::{FRAC_PI_2, TAU};

/// Rate at which a wave of gray carriers dies away, times the time between collisions, for `x = 2 pi mean free path / period`.
///
/// `T ~ exp(-s t/tau) cos(q z)` solves the equation of flight where `arctan(x / (1 - s)) = x`, the pole of what Collins et al., J. Appl.
/// Phys. 114, 104302 (2013), transform back: `s = 1 - x cot x`, x^2 / 3 where collisions are many. From x = pi/2 on there is none:
/// shorter waves do not die exponentially.
pub fn decay(x: f64) -> Option<f64> {
    (x > 0.0 && x < FRAC_PI_2).then(|| 1.0 - x / x.tan())
}

/// Rates at which a wave dies away, 1/s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grating {
    /// Of gray carriers; none where the wave does not die exponentially.
    pub exact: Option<f64>,
    /// By Fourier's law.
    pub fourier: f64,
}

/// A domain with one wave from end to end of a joined axis and nothing else, if it begins with these temperatures (deviations, K);
/// `None` for any other.
pub fn grating(domain: &Domain, initial: &[f64]) -> Option<Grating> {
    let [medium] = &domain.media[..] else { return None };
    let [axis] = domain.axes()[..] else { return None };
    let alone = domain.medium.iter().all(|m| *m == 0) && domain.source.iter().all(|s| *s == 0.0);
    let [band] = medium.bands[..] else { return None };
    if !alone || !domain.is_linear() || !domain.walls.iter().all(|w| matches!(w.law, Law::Periodic { jump: 0.0, .. })) {
        return None;
    }
    let grid = &domain.grid;
    let along = grid.axis(axis);
    let wave = TAU / along.length();
    let mean = initial.iter().enumerate().map(|(c, t)| t * grid.volume(grid.cell(c))).sum::<f64>()
        / (0..grid.len()).map(|c| grid.volume(grid.cell(c))).sum::<f64>();
    let (mut in_phase, mut out_of_phase, mut cells) = (0.0, 0.0, 0.0);
    let phase = |c: usize| wave * along.centres()[grid.cell(c)[axis]];
    for (c, t) in initial.iter().enumerate() {
        let part = 2.0 * along.widths()[grid.cell(c)[axis]] / along.length();
        in_phase += part * (t - mean) * phase(c).cos();
        out_of_phase += part * (t - mean) * phase(c).sin();
        cells += 0.5 * part;
    }
    let (in_phase, out_of_phase) = (in_phase / cells, out_of_phase / cells);
    let height = in_phase.hypot(out_of_phase);
    let beside = |(c, t): (usize, &f64)| (t - mean - in_phase * phase(c).cos() - out_of_phase * phase(c).sin()).abs();
    let other = initial.iter().enumerate().map(beside).fold(0.0, f64::max);
    let tau = band.mean_free_path / band.velocity;
    (height > 0.0 && other < 0.01 * height).then(|| Grating {
        exact: decay(wave * band.mean_free_path).map(|s| s / tau),
        fourier: wave * wave * band.conductivity() / band.heat_capacity,
    })
}

#[cfg(test)]
mod tests {
    use super::decay;

    #[test]
    fn rates_are_those_of_the_transform() {
        assert_eq!((decay(FRAC), decay(2.0)), (Some(1.0 - FRAC / FRAC.tan()), None));
        assert!((decay(1e-3).unwrap() / (1e-6 / 3.0) - 1.0).abs() < 1e-6, "many collisions");
        for x in [0.1, 0.7, 1.5] {
            let s = decay(x).unwrap();
            assert!(((x / (1.0 - s)).atan() - x).abs() < 1e-12);
        }
    }

    const FRAC: f64 = 0.5;
}
