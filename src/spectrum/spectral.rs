//! What a material's carriers are, mode by mode and gathered into bands.

use super::Spectrum;
use crate::kinetic::domain::{Band, Medium};

/// A material as its modes, at one temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectral {
    /// The bands that are followed.
    pub medium: Medium,
    /// Index of the branch of each band.
    pub branch_of_band: Vec<usize>,
    /// Names of the branches; one without a name where there is no telling.
    pub branches: Vec<String>,
    /// All modes with the index of their branch.
    pub modes: Vec<(usize, Band)>,
    /// K; `None` where the data hold for one temperature that is not told.
    pub temperature: Option<f64>,
    /// Where the data are from.
    pub source: String,
    /// Branches and rates, where they are known.
    pub spectrum: Option<Spectrum>,
}

/// Which part of the conductivity is carried over which mean free paths.
#[derive(Debug, Clone, PartialEq)]
pub struct Accumulation {
    /// Mean free paths in rising order, with the conductivity up to and with each, W/(m K).
    steps: Vec<(f64, f64)>,
}

impl Accumulation {
    /// Sorts modes by mean free path.
    pub fn new(modes: impl Iterator<Item = Band>) -> Accumulation {
        let mut steps: Vec<(f64, f64)> = modes.map(|m| (m.mean_free_path, m.conductivity())).collect();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0.0;
        for (_, k) in &mut steps {
            sum += *k;
            *k = sum;
        }
        Accumulation { steps }
    }

    /// Part of the conductivity with mean free paths below one (m).
    pub fn below(&self, path: f64) -> f64 {
        let count = self.steps.partition_point(|(l, _)| *l < path);
        let total = self.steps.last().map_or(f64::NAN, |(_, k)| *k);
        if count == 0 { 0.0 } else { self.steps[count - 1].1 / total }
    }

    /// The mean free path below which a part of the conductivity is carried, m.
    pub fn path(&self, part: f64) -> f64 {
        let total = self.steps.last().map_or(f64::NAN, |(_, k)| *k);
        let count = self.steps.partition_point(|(_, k)| *k < part * total);
        self.steps.get(count).or(self.steps.last()).map_or(f64::NAN, |(l, _)| *l)
    }
}

impl Spectral {
    /// Bands as they are given, each its own mode.
    pub fn of_bands(bands: Vec<Band>) -> Spectral {
        Spectral {
            branch_of_band: vec![0; bands.len()],
            modes: bands.iter().map(|b| (0, *b)).collect(),
            medium: Medium { bands },
            branches: vec![String::new()],
            temperature: None,
            source: String::new(),
            spectrum: None,
        }
    }

    /// Modes of one branch, gathered into at most `count` bands.
    pub fn of_modes(modes: Vec<Band>, count: usize, source: String) -> Spectral {
        let places = places(&modes, count);
        let bands = gather(&modes, &places);
        Spectral {
            branch_of_band: vec![0; bands.len()],
            modes: modes.into_iter().map(|m| (0, m)).collect(),
            medium: Medium { bands },
            branches: vec![String::new()],
            temperature: None,
            source,
            spectrum: None,
        }
    }

    /// A spectrum at a temperature (K), each branch gathered into at most `count` bands.
    pub fn of_spectrum(spectrum: Spectrum, kelvin: f64, count: usize) -> Spectral {
        let modes: Vec<(usize, Band)> = spectrum.modes().iter().map(|m| (m.branch, spectrum.band(m, kelvin))).collect();
        let (mut bands, mut branch_of_band) = (Vec::new(), Vec::new());
        for branch in 0..spectrum.branches.len() {
            let own: Vec<Band> = modes.iter().filter(|m| m.0 == branch).map(|m| m.1).collect();
            let gathered = gather(&own, &places(&own, count));
            branch_of_band.extend(std::iter::repeat_n(branch, gathered.len()));
            bands.extend(gathered);
        }
        Spectral {
            medium: Medium { bands },
            branch_of_band,
            branches: spectrum.branches.iter().map(|b| b.name.clone()).collect(),
            modes,
            temperature: Some(kelvin),
            source: spectrum.source.clone(),
            spectrum: Some(spectrum),
        }
    }

    /// How the conductivity accumulates.
    pub fn accumulation(&self) -> Accumulation {
        Accumulation::new(self.modes.iter().map(|m| m.1))
    }

    /// Heat capacity, J/(m3 K), and conductivity, W/(m K), of a branch.
    pub fn of_branch(&self, branch: usize) -> [f64; 2] {
        let own = || self.modes.iter().filter(|m| m.0 == branch).map(|m| m.1);
        [own().map(|m| m.heat_capacity).sum(), own().map(|m| m.conductivity()).sum()]
    }
}

/// Into which of at most `count` bands each mode goes: intervals of the mean free path, even in its logarithm but none
/// narrower than a twentieth, from the shortest that carry anything to speak of.
fn places(modes: &[Band], count: usize) -> Vec<usize> {
    let sums = Accumulation::new(modes.iter().copied());
    let (low, high) = (sums.path(1e-3).ln(), sums.path(1.0 - 1e-3).ln());
    let width = ((high - low) / count as f64).max(0.05);
    modes.iter().map(|m| (((m.mean_free_path.ln() - low) / width).max(0.0) as usize).min(count - 1)).collect()
}

/// Bands that keep the heat capacity, the C v and the conductivity of their modes.
fn gather(modes: &[Band], places: &[usize]) -> Vec<Band> {
    let mut sums = vec![[0.0; 3]; places.iter().max().map_or(0, |m| m + 1)];
    for (mode, &place) in modes.iter().zip(places) {
        let flight = mode.heat_capacity * mode.velocity;
        sums[place][0] += mode.heat_capacity;
        sums[place][1] += flight;
        sums[place][2] += flight * mode.mean_free_path;
    }
    let filled = sums.into_iter().filter(|s| s[0] > 0.0);
    filled.map(|[c, cv, cvl]| Band { heat_capacity: c, velocity: cv / c, mean_free_path: cvl / cv }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gathering_keeps_capacity_and_conductivity() {
        let band = |c: f64, v: f64, l: f64| Band { heat_capacity: c, velocity: v, mean_free_path: l };
        let modes = vec![band(1e5, 5000.0, 5e-8), band(2e5, 100.0, 1e-10), band(5e4, 6000.0, 1.2e-6)];
        let sum = |bands: &[Band], f: fn(&Band) -> f64| -> f64 { bands.iter().map(f).sum() };
        for count in [1, 2, 10] {
            let spectral = Spectral::of_modes(modes.clone(), count, String::new());
            let bands = &spectral.medium.bands;
            assert!(bands.len() <= count);
            for f in [|b: &Band| b.heat_capacity, |b: &Band| b.conductivity(), |b: &Band| b.heat_capacity * b.velocity]
            {
                assert!((sum(bands, f) / sum(&modes, f) - 1.0).abs() < 1e-14);
            }
        }
        let sums = Spectral::of_modes(modes, 2, String::new()).accumulation();
        assert_eq!((sums.below(1e-10), sums.below(1.0), sums.path(1.0)), (0.0, 1.0, 1.2e-6));
    }
}
