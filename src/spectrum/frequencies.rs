//! Materials that meet share intervals of frequency: what crosses an interface keeps its own.

use super::Spectral;
use super::spectral::{band, terms};
use crate::kinetic::medium::{Band, Medium};

/// What flies where another material has a band and this one has none: nothing, at some speed.
const ABSENT: Band = Band { heat_capacity: 0.0, velocity: 1000.0, mean_free_path: 1e-9 };

/// Gathers the modes of materials into bands by branch and by intervals of frequency that are the same in all, about `count`
/// of them; tells also the interval of each band. A band that one material lacks is empty there. `None` if frequencies are not known
/// of all modes.
pub fn by_frequency(materials: &[Spectral], count: usize) -> Option<(Vec<Spectral>, Vec<u16>)> {
    let frequencies: Vec<&[f64]> = materials.iter().map(|m| m.frequencies.as_deref()).collect::<Option<_>>()?;
    let edges = edges(materials, &frequencies, count);
    let interval = |omega: f64| edges.partition_point(|edge| *edge <= omega);
    // per interval, material and branch, C w and C
    let mut sums = vec![vec![Vec::new(); materials.len()]; edges.len() + 1];
    for (m, material) in materials.iter().enumerate() {
        sums.iter_mut().for_each(|s| s[m] = vec![[0.0; 2]; material.branches.len()]);
        for (((branch, _), taken), omega) in material.modes.iter().zip(&material.taken).zip(frequencies[m]) {
            let sum = &mut sums[interval(*omega)][m][*branch];
            sum[0] += taken * omega;
            sum[1] += taken;
        }
    }
    // which branch has which place in an interval
    let places: Vec<Vec<Vec<usize>>> = sums
        .iter()
        .map(|s| s.iter().map(|b| (0..b.len()).filter(|&branch| b[branch][1] > 0.0).collect()).collect())
        .collect();
    let (mut group, mut first) = (Vec::new(), Vec::new());
    for (n, places) in places.iter().enumerate() {
        first.push(group.len());
        let most = places.iter().map(Vec::len).max().unwrap_or(0);
        group.extend(std::iter::repeat_n(n as u16, most));
    }
    let middle = |n: u16| {
        let all = || sums[usize::from(n)].iter().flatten();
        all().map(|s| s[0]).sum::<f64>() / all().map(|s| s[1]).sum::<f64>()
    };
    let of = |(m, material): (usize, &Spectral)| {
        let mut totals = vec![[0.0; 4]; group.len()];
        let mut branch_of_band = vec![0; group.len()];
        let mut last = 0;
        let band_of_mode: Vec<usize> = material
            .modes
            .iter()
            .zip(&material.taken)
            .zip(frequencies[m])
            .map(|(((branch, mode), &taken), omega)| {
                let n = interval(*omega);
                // modes that hold no heat go with the band before them
                let Some(place) = places[n][m].iter().position(|b| b == branch) else { return last };
                last = first[n] + place;
                branch_of_band[last] = *branch;
                totals[last].iter_mut().zip(terms(mode, taken)).for_each(|(sum, term)| *sum += term);
                last
            })
            .collect();
        let band = |sums: &[f64; 4]| if sums[0] > 0.0 { band(sums) } else { ABSENT };
        Spectral {
            medium: Medium::new(totals.iter().map(band).collect()),
            branch_of_band,
            band_of_mode,
            frequency_of_band: group.iter().map(|&n| Some(middle(n))).collect(),
            shares_frequencies: true,
            ..material.clone()
        }
    };
    let gathered = materials.iter().enumerate().map(of).collect();
    Some((gathered, group))
}

/// Between which frequencies intervals lie (rad/s), so that each holds about the same part of what the materials hold and carry.
fn edges(materials: &[Spectral], frequencies: &[&[f64]], count: usize) -> Vec<f64> {
    let mut parts: Vec<(f64, f64)> = Vec::new();
    for (material, frequencies) in materials.iter().zip(frequencies) {
        let modes = || {
            material.modes.iter().zip(&material.taken).map(|((_, mode), taken)| Band { heat_capacity: *taken, ..*mode })
        };
        let [c, k] = [modes().map(|m| m.heat_capacity).sum::<f64>(), modes().map(|m| m.conductivity()).sum()];
        let part = |mode: Band| mode.heat_capacity / c + mode.conductivity() / k;
        parts.extend(frequencies.iter().zip(modes()).map(|(omega, mode)| (*omega, part(mode))));
    }
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = parts.iter().map(|p| p.1).sum();
    let (mut edges, mut sum) = (Vec::new(), 0.0);
    for (omega, part) in parts {
        if sum >= total * (edges.len() + 1) as f64 / count as f64 {
            edges.push(omega);
        }
        sum += part;
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::super::library::named;
    use super::*;

    fn pair() -> (Vec<Spectral>, Vec<u16>) {
        let of = |name: &str| Spectral::of_spectrum(named(name, None).unwrap(), 300.0, 8);
        by_frequency(&[of("silicon"), of("germanium")], 16).unwrap()
    }

    /// What is gathered keeps its sums, and bands of an interval have its frequencies in both materials.
    #[test]
    fn intervals_are_shared() {
        let (materials, group) = pair();
        assert!(group.is_sorted() && (14..=20).contains(&(group.last().unwrap() + 1)), "{group:?}");
        for (material, name) in materials.iter().zip(["silicon", "germanium"]) {
            let before = Spectral::of_spectrum(named(name, None).unwrap(), 300.0, 8).medium;
            let now = &material.medium;
            assert_eq!(now.bands.len(), group.len());
            for [a, b] in [
                [now.heat_capacity(), before.heat_capacity()],
                [now.flight(), before.flight()],
                [now.conductivity(), before.conductivity()],
            ] {
                assert!((a / b - 1.0).abs() < 1e-12, "{name}: {a} for {b}");
            }
            let frequencies = material.frequencies.as_ref().unwrap();
            for (b, band) in now.bands.iter().enumerate().filter(|(_, band)| band.heat_capacity > 0.0) {
                let own = || (0..frequencies.len()).filter(|&m| material.band_of_mode[m] == b);
                assert!(own().all(|m| material.modes[m].0 == material.branch_of_band[b]), "{name}");
                let held: f64 = own().map(|m| material.modes[m].1.heat_capacity).sum();
                assert!((held / band.heat_capacity - 1.0).abs() < 1e-12, "{name}");
            }
        }
        // optical phonons of silicon find none of germanium
        let last = group.len() - 1;
        assert!(materials[0].medium.bands[last].heat_capacity > 0.0);
        assert_eq!(materials[1].medium.bands[last], ABSENT);
    }

    #[test]
    fn without_frequencies_nothing_is_shared() {
        let silicon = Spectral::of_spectrum(named("silicon", None).unwrap(), 300.0, 8);
        let gray = Spectral::of_bands(vec![(silicon.medium.bands[0], String::new())]);
        assert_eq!(by_frequency(&[silicon, gray], 8), None);
    }
}
