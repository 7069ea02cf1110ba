//! What a material's carriers are, mode by mode and gathered into bands.

use super::{Spectrum, bose};
use crate::kinetic::medium::{Band, Medium};
use crate::kinetic::occupation::{Held, Occupation};

/// A material as its modes, at one temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectral {
    /// The bands that are followed.
    pub medium: Medium,
    /// Index of the branch of each band.
    pub branch_of_band: Vec<usize>,
    /// Mean over the modes of each band, by heat capacity, rad/s; none where frequencies are not known.
    pub frequency_of_band: Vec<Option<f64>>,
    /// Names of the branches; one without a name where there is no telling.
    pub branches: Vec<String>,
    /// All modes with the index of their branch.
    pub modes: Vec<(usize, Band)>,
    /// Per mode: what it takes up per kelvin over the temperatures for which it is gathered, J/(m3 K). So much of the velocity of its band is its own,
    /// that a flight between these temperatures brings what it should.
    pub taken: Vec<f64>,
    /// Per mode: the band that it is gathered into.
    pub band_of_mode: Vec<usize>,
    /// Per mode, rad/s; none where frequencies are not known.
    pub frequencies: Option<Vec<f64>>,
    /// K; `None` where the data hold for one temperature that is not told.
    pub temperature: Option<f64>,
    /// Where the data are from.
    pub source: String,
    /// Branches and rates, where they are known.
    pub spectrum: Option<Spectrum>,
    /// Whether bands are intervals of frequency that other materials have, too.
    pub shares_frequencies: bool,
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
    /// Bands as they are given, each its own mode, with the name of its branch, which may be empty.
    pub fn of_bands(bands: Vec<(Band, String)>) -> Spectral {
        let mut branches: Vec<String> = Vec::new();
        let mut branch_of_band = Vec::new();
        for (_, name) in &bands {
            let known = branches.iter().position(|b| b == name).unwrap_or_else(|| {
                branches.push(name.clone());
                branches.len() - 1
            });
            branch_of_band.push(known);
        }
        let bands: Vec<Band> = bands.into_iter().map(|(band, _)| band).collect();
        Spectral {
            taken: bands.iter().map(|band| band.heat_capacity).collect(),
            modes: branch_of_band.iter().copied().zip(bands.iter().copied()).collect(),
            band_of_mode: (0..bands.len()).collect(),
            frequencies: None,
            frequency_of_band: vec![None; bands.len()],
            branch_of_band,
            medium: Medium::new(bands),
            branches,
            temperature: None,
            source: String::new(),
            spectrum: None,
            shares_frequencies: false,
        }
    }

    /// Modes of one branch, gathered into at most `count` bands; `frequencies` (rad/s) as far as they are known.
    pub fn of_modes(modes: Vec<Band>, frequencies: Option<Vec<f64>>, count: usize, source: String) -> Spectral {
        let taken: Vec<f64> = modes.iter().map(|mode| mode.heat_capacity).collect();
        let (bands, band_of_mode) = gather(&modes, &taken, &places(&modes, &taken, count));
        Spectral {
            taken,
            branch_of_band: vec![0; bands.len()],
            frequency_of_band: means(&modes, &band_of_mode, bands.len(), frequencies.as_deref()),
            band_of_mode,
            frequencies,
            modes: modes.into_iter().map(|m| (0, m)).collect(),
            medium: Medium::new(bands),
            branches: vec![String::new()],
            temperature: None,
            source,
            spectrum: None,
            shares_frequencies: false,
        }
    }

    /// A spectrum at a temperature (K), each branch gathered into at most `count` bands.
    pub fn of_spectrum(spectrum: Spectrum, kelvin: f64, count: usize) -> Spectral {
        Spectral::of_range(spectrum, kelvin, [kelvin; 2], count)
    }

    /// The same for temperatures from low to high, K.
    pub fn of_range(spectrum: Spectrum, kelvin: f64, range: [f64; 2], count: usize) -> Spectral {
        let known = spectrum.modes();
        let frequencies: Vec<f64> = known.iter().map(|m| m.omega).collect();
        let modes: Vec<(usize, Band)> = known.iter().map(|m| (m.branch, spectrum.band(m, kelvin))).collect();
        let per_kelvin = |omega: f64| match range {
            [low, high] if high - low > NARROW * kelvin => {
                (bose::energy(omega, high) - bose::energy(omega, low)) / (high - low)
            }
            _ => bose::BOLTZMANN * bose::heat_capacity(bose::quanta(omega, kelvin)),
        };
        let taken: Vec<f64> = known.iter().map(|mode| mode.density * per_kelvin(mode.omega)).collect();
        let (mut bands, mut branch_of_band, mut band_of_mode) = (Vec::new(), Vec::new(), vec![0; modes.len()]);
        for branch in 0..spectrum.branches.len() {
            let own: Vec<usize> = (0..modes.len()).filter(|&m| modes[m].0 == branch).collect();
            let list: Vec<Band> = own.iter().map(|&m| modes[m].1).collect();
            let held: Vec<f64> = own.iter().map(|&m| taken[m]).collect();
            let (gathered, places) = gather(&list, &held, &places(&list, &held, count));
            own.iter().zip(places).for_each(|(&m, place)| band_of_mode[m] = bands.len() + place);
            branch_of_band.extend(std::iter::repeat_n(branch, gathered.len()));
            bands.extend(gathered);
        }
        let plain: Vec<Band> = modes.iter().map(|m| m.1).collect();
        Spectral {
            frequency_of_band: means(&plain, &band_of_mode, bands.len(), Some(&frequencies)),
            medium: Medium::new(bands),
            branch_of_band,
            branches: spectrum.branches.iter().map(|b| b.name.clone()).collect(),
            modes,
            taken,
            band_of_mode,
            frequencies: Some(frequencies),
            temperature: Some(kelvin),
            source: spectrum.source.clone(),
            spectrum: Some(spectrum),
            shares_frequencies: false,
        }
    }

    /// What the bands hold in equilibrium at other temperatures than `kelvin`, at which they were gathered; none without a spectrum.
    ///
    /// A band holds what its modes hold. Bands that are shared hold what a mode of their frequency does, so that what crosses an
    /// interface in equilibrium finds it on the other side, too.
    pub fn occupation(&self, kelvin: f64) -> Option<Occupation> {
        let spectrum = self.spectrum.as_ref()?;
        let modes = spectrum.modes();
        let bands = &self.medium.bands;
        let at = |t: f64| {
            let mut held = vec![Held::default(); bands.len()];
            for (mode, &band) in modes.iter().zip(&self.band_of_mode) {
                let own = spectrum.band(mode, t);
                held[band].energy += mode.density * bose::energy(mode.omega, t);
                held[band].heat_capacity += own.heat_capacity;
                held[band].conductivity += own.conductivity();
            }
            if self.shares_frequencies {
                for ((held, band), omega) in held.iter_mut().zip(bands).zip(&self.frequency_of_band) {
                    let omega = omega.expect("bands that are shared have a frequency");
                    let capacity = |t: f64| bose::BOLTZMANN * bose::heat_capacity(bose::quanta(omega, t));
                    let modes = band.heat_capacity / capacity(kelvin);
                    (held.energy, held.heat_capacity) = (modes * bose::energy(omega, t), modes * capacity(t));
                }
            }
            held
        };
        Some(Occupation::new(kelvin, bands, at))
    }

    /// Which part of a heat every band gets if the chosen modes share it by heat capacity; none if none of them can take any.
    pub fn parts(&self, chosen: impl Fn(usize) -> bool) -> Option<Vec<f64>> {
        let mut parts = vec![0.0; self.medium.bands.len()];
        for (m, (_, mode)) in self.modes.iter().enumerate().filter(|(m, _)| chosen(*m)) {
            parts[self.band_of_mode[m]] += mode.heat_capacity;
        }
        let whole: f64 = parts.iter().sum();
        (whole > 0.0).then(|| parts.into_iter().map(|p| p / whole).collect())
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

/// Ranges of temperature below this part of it are points.
const NARROW: f64 = 1e-3;

/// Into which of at most `count` bands each mode goes: intervals of the mean free path, even in its logarithm but none
/// narrower than a twentieth, from the shortest that carry anything to speak of. `taken`: per mode, as [`Spectral::taken`].
fn places(modes: &[Band], taken: &[f64], count: usize) -> Vec<usize> {
    let sums = Accumulation::new(modes.iter().zip(taken).map(|(mode, &taken)| Band { heat_capacity: taken, ..*mode }));
    let (low, high) = (sums.path(1e-3).ln(), sums.path(1.0 - 1e-3).ln());
    let width = ((high - low) / count as f64).max(0.05);
    modes.iter().map(|m| (((m.mean_free_path.ln() - low) / width).max(0.0) as usize).min(count - 1)).collect()
}

/// Bands that keep the heat capacity and the conductivity of their modes, and the mean velocity of what these take up (`taken`); and into which each
/// mode went.
fn gather(modes: &[Band], taken: &[f64], places: &[usize]) -> (Vec<Band>, Vec<usize>) {
    let mut sums = vec![[0.0; 4]; places.iter().max().map_or(0, |m| m + 1)];
    for ((mode, &taken), &place) in modes.iter().zip(taken).zip(places) {
        sums[place].iter_mut().zip(terms(mode, taken)).for_each(|(sum, term)| *sum += term);
    }
    // modes that hold no heat go with the band before them
    let mut number = 0;
    let numbers: Vec<usize> = sums
        .iter()
        .map(|s| {
            number += usize::from(s[0] > 0.0);
            number.max(1) - 1
        })
        .collect();
    let filled = sums.iter().filter(|s| s[0] > 0.0);
    (filled.map(band).collect(), places.iter().map(|&p| numbers[p]).collect())
}

/// What a mode adds to its band: heat capacity, C v Lambda, and what it takes up, alone and times its velocity.
pub(super) fn terms(mode: &Band, taken: f64) -> [f64; 4] {
    let carried = mode.heat_capacity * mode.velocity * mode.mean_free_path;
    [mode.heat_capacity, carried, taken, taken * mode.velocity]
}

/// The band of such sums.
pub(super) fn band(&[heat_capacity, carried, taken, flight]: &[f64; 4]) -> Band {
    let velocity = flight / taken;
    Band { heat_capacity, velocity, mean_free_path: carried / (heat_capacity * velocity) }
}

/// Mean frequency of each of so many bands, by heat capacity.
fn means(modes: &[Band], band_of_mode: &[usize], bands: usize, frequencies: Option<&[f64]>) -> Vec<Option<f64>> {
    let Some(frequencies) = frequencies else { return vec![None; bands] };
    let mut sums = vec![[0.0; 2]; bands];
    for ((mode, &band), omega) in modes.iter().zip(band_of_mode).zip(frequencies) {
        sums[band][0] += mode.heat_capacity * omega;
        sums[band][1] += mode.heat_capacity;
    }
    sums.into_iter().map(|[sum, weight]| Some(sum / weight)).collect()
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
            let spectral = Spectral::of_modes(modes.clone(), None, count, String::new());
            let bands = &spectral.medium.bands;
            assert!(bands.len() <= count);
            for f in [|b: &Band| b.heat_capacity, |b: &Band| b.conductivity(), |b: &Band| b.heat_capacity * b.velocity]
            {
                assert!((sum(bands, f) / sum(&modes, f) - 1.0).abs() < 1e-14);
            }
        }
        let sums = Spectral::of_modes(modes, None, 2, String::new()).accumulation();
        assert_eq!((sums.below(1e-10), sums.below(1.0), sums.path(1.0)), (0.0, 1.0, 1.2e-6));
    }

    /// Every mode stays in its band, and what is chosen among modes is shared among bands without a rest.
    #[test]
    fn modes_know_their_bands() {
        let silicon = Spectral::of_spectrum(crate::spectrum::library::named("silicon", None).unwrap(), 300.0, 8);
        for (b, band) in silicon.medium.bands.iter().enumerate() {
            let own = || silicon.modes.iter().zip(&silicon.band_of_mode).filter(|(_, of)| **of == b).map(|(m, _)| m);
            let capacity: f64 = own().map(|m| m.1.heat_capacity).sum();
            assert!((capacity / band.heat_capacity - 1.0).abs() < 1e-12);
            assert!(own().all(|m| m.0 == silicon.branch_of_band[b]));
        }
        let to = silicon.branches.iter().position(|b| b == "TO").unwrap();
        let parts = silicon.parts(|m| silicon.modes[m].0 == to).unwrap();
        assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        assert!(parts.iter().zip(&silicon.branch_of_band).all(|(p, b)| (*p > 0.0) == (*b == to)));
        let optical = silicon.frequency_of_band[silicon.branch_of_band.iter().position(|b| *b == to).unwrap()].unwrap();
        assert!((8e13..1.03e14).contains(&optical), "{optical:e}");
        assert!(silicon.parts(|_| false).is_none());
    }
}
