//! What single bands and single directions carry.

use super::state::State;
use crate::problem::Surface;
use crate::report::{BandHeat, Distribution, Named, SpectralHeat};
use crate::sum::Sum;
use glam::DVec3;

/// Bands that the report tells one by one at most.
const MOST: usize = 40;

impl State<'_> {
    /// Which bands carry the heat, if `conductivity` (W/(m K)) is that of all; none for gray carriers and for several materials whose
    /// bands are not of the same frequencies.
    pub fn spectral(&self, conductivity: f64) -> Option<SpectralHeat> {
        let [(_, spectral)] = self.spectra else { return self.by_frequency(conductivity) };
        let bands = &spectral.medium.bands;
        if bands.len() < 2 {
            return None;
        }
        let total: DVec3 = self.survey.flux_of_bands.iter().copied().sum();
        let share = |flux: DVec3| flux.dot(total) / total.length_squared();
        let mut order: Vec<usize> = (0..bands.len()).collect();
        order.sort_by(|a, b| bands[*a].mean_free_path.total_cmp(&bands[*b].mean_free_path));
        let mut accumulated = Sum::default();
        let told = together(&order, |b| bands[b].mean_free_path).into_iter().map(|group| {
            let sum = |of: &dyn Fn(usize) -> f64| group.iter().map(|&b| of(b)).collect::<Sum>().value();
            let capacity = sum(&|b| bands[b].heat_capacity);
            let mean = |of: &dyn Fn(usize) -> f64| sum(&|b| bands[b].heat_capacity * of(b)) / capacity;
            let flux: DVec3 = group.iter().map(|&b| self.survey.flux_of_bands[b]).sum();
            let omega = mean(&|b| spectral.frequency_of_band[b].unwrap_or(f64::NAN));
            let branch = match group[..] {
                [b] => Some(&spectral.branches[spectral.branch_of_band[b]]).filter(|name| !name.is_empty()).cloned(),
                _ => None,
            };
            accumulated.add(share(flux));
            BandHeat {
                branch,
                count: group.len(),
                frequency: Some(omega).filter(|w| w.is_finite()),
                mean_free_path: mean(&|b| bands[b].mean_free_path),
                flux: flux.to_array(),
                heat_in: self.heat_of(&group),
                share: share(flux),
                accumulated: accumulated.value(),
                effective_conductivity: share(flux) * conductivity,
                bulk_conductivity: sum(&|b| bands[b].conductivity()),
            }
        });
        Some(SpectralHeat { bands: told.collect() })
    }

    /// The same by frequency, which carriers keep from material to material.
    fn by_frequency(&self, conductivity: f64) -> Option<SpectralHeat> {
        let (_, first) = self.spectra.first().filter(|(_, s)| s.shares_frequencies)?;
        let total: DVec3 = self.survey.flux_of_bands.iter().copied().sum();
        let share = |flux: DVec3| flux.dot(total) / total.length_squared();
        let mut accumulated = Sum::default();
        let told = (0..self.domain.bands()).collect::<Vec<_>>();
        let told = told.chunk_by(|a, b| self.domain.group[*a] == self.domain.group[*b]).map(|group| {
            let flux: DVec3 = group.iter().map(|&b| self.survey.flux_of_bands[b]).sum();
            accumulated.add(share(flux));
            BandHeat {
                branch: None,
                count: group.len(),
                frequency: first.frequency_of_band[group[0]],
                mean_free_path: f64::NAN,
                flux: flux.to_array(),
                heat_in: self.heat_of(group),
                share: share(flux),
                accumulated: accumulated.value(),
                effective_conductivity: share(flux) * conductivity,
                bulk_conductivity: f64::NAN,
            }
        });
        Some(SpectralHeat { bands: told.collect() })
    }

    /// Heat that bands bring into the solid through each surface, W.
    fn heat_of(&self, bands: &[usize]) -> Named<f64> {
        let problem = self.problem();
        let mut heat = vec![Sum::default(); problem.surfaces.len()];
        for (w, owner) in self.owner.iter().enumerate() {
            if let Some(owner) = owner {
                bands.iter().for_each(|&b| heat[usize::from(owner.surface)].add(self.survey.heat_of_bands[b][w]));
            }
        }
        let name = |surface: &Surface| problem.surface_name(surface).to_string();
        problem.surfaces.iter().zip(heat).map(|(surface, q)| (name(surface), q.value())).collect()
    }

    /// Direction by direction at the probes.
    pub fn distributions(&self) -> Named<Distribution> {
        let Some(found) = &self.distribution else { return Named::default() };
        let component = |axis: usize| found.direction.iter().map(|s| s[axis]).collect::<Vec<f64>>();
        let heard = self.scenario.probes.iter().filter(|p| self.domain.is_solid(self.index_at(p.at)));
        let of = |(probe, carried): (&crate::scenario::Probe, &Vec<f64>)| {
            let cell = self.index_at(probe.at);
            let mean = self.survey.temperature[cell];
            let told = Distribution {
                equilibrium: mean + self.problem().reference,
                x: component(0),
                y: component(1),
                z: component(2),
                weight: found.weight.clone(),
                deviation: carried.iter().map(|g| g - mean).collect(),
                flux: self.survey.flux[cell].to_array(),
            };
            (probe.name.clone(), told)
        };
        heard.zip(&found.carried).map(of).collect()
    }
}

/// Members of an order by rising size, those of neighbouring sizes together where there are too many.
fn together(order: &[usize], size: impl Fn(usize) -> f64) -> Vec<Vec<usize>> {
    let [Some(&first), Some(&last)] = [order.first(), order.last()] else { return Vec::new() };
    let (low, high) = (size(first).ln(), size(last).ln());
    if order.len() <= MOST || high <= low {
        return order.iter().map(|&b| vec![b]).collect();
    }
    let mut groups = vec![Vec::new(); MOST];
    for &b in order {
        let place = (MOST as f64 * (size(b).ln() - low) / (high - low)) as usize;
        groups[place.min(MOST - 1)].push(b);
    }
    groups.retain(|g| !g.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_bands_are_told_together() {
        let size = |b: usize| 10f64.powf(b as f64 / 100.0);
        let order: Vec<usize> = (0..1000).collect();
        let groups = together(&order, size);
        assert_eq!((groups.len(), groups.concat()), (MOST, order.clone()));
        assert!(groups.iter().all(|g| (24..=27).contains(&g.len())));
        assert_eq!(together(&order[..3], size), [[0], [1], [2]]);
        assert!(together(&[], size).is_empty());
    }
}
