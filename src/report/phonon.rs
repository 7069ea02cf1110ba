//! `phonon` in `report.json`.

use super::Named;
use crate::spectrum::Spectral;
use serde::Serialize;

/// What a run with model = "phonon" found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Phonon {
    /// Passes of all directions over the grid; 0 in a transient run.
    pub iterations: usize,
    /// Root mean square of the last correction over the range of temperatures; null in a transient run.
    pub residual: f64,
    /// Gray mean free path over the shortest extent between walls.
    pub knudsen: f64,
    /// Between the two thermalising or jumped faces, W/(m K); null where there are no two.
    #[serde(rename = "effective_conductivity_W_per_mK")]
    pub effective_conductivity: f64,
    /// Of the range of temperatures over the second half of a run through time, 1/s; null where that does not fall exponentially.
    #[serde(rename = "decay_rate_per_s")]
    pub decay_rate: f64,
    /// Of the material, W/(m K); null where there are several.
    #[serde(rename = "bulk_conductivity_W_per_mK")]
    pub bulk_conductivity: f64,
    /// Directions that are swept, and bands.
    pub ordinates: usize,
    /// See `ordinates`.
    pub bands: usize,
    /// Which temperature the report shows.
    pub temperature: &'static str,
    /// Where entropy is produced.
    pub entropy: PhononEntropy,
    /// With `compare_fourier`.
    pub fourier: Option<Comparison>,
    /// What flies in each material.
    pub spectra: Named<Spectrum>,
    /// Heat flux of each band, mean over the volume, W/m2.
    #[serde(rename = "flux_of_bands_W_per_m2")]
    pub flux_of_bands: Vec<[f64; 3]>,
    /// Which bands carry the heat, mean free path by mean free path; null for gray carriers and for several materials.
    pub spectral: Option<SpectralHeat>,
    /// At the probes.
    pub points: Named<Point>,
    /// Direction by direction in the cells that the probes lie in.
    pub distributions: Named<Distribution>,
}

/// What every direction carries in a cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distribution {
    /// Energy temperature of the cell, which is the mean over the directions, K.
    #[serde(rename = "equilibrium_K")]
    pub equilibrium: f64,
    /// Components of the unit vectors along x, y and z; in 2D a direction stands for its mirror image in z, too.
    pub x: Vec<f64>,
    /// See `x`.
    pub y: Vec<f64>,
    /// See `x`.
    pub z: Vec<f64>,
    /// Part of the sphere that each direction stands for.
    pub weight: Vec<f64>,
    /// Temperature of the direction, mean over the bands by heat capacity or over the speeds by energy, less `equilibrium`, K.
    #[serde(rename = "deviation_K")]
    pub deviation: Vec<f64>,
    /// The heat flux of the cell, W/m2.
    #[serde(rename = "flux_W_per_m2")]
    pub flux: [f64; 3],
}

/// Which bands carry the heat.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SpectralHeat {
    /// Bands by rising mean free path; of more than 40 those of neighbouring mean free paths together. Where several materials share
    /// frequencies, by rising frequency.
    pub bands: Vec<BandHeat>,
}

/// What one band carries, or several of like mean free paths.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BandHeat {
    /// Its branch; of several bands null, as where it is not known.
    pub branch: Option<String>,
    /// How many bands these are.
    pub count: usize,
    /// Mean by heat capacity; null where frequencies are not known.
    #[serde(rename = "frequency_rad_per_s")]
    pub frequency: Option<f64>,
    /// m; null of a frequency that several materials share.
    #[serde(rename = "mean_free_path_m")]
    pub mean_free_path: f64,
    /// Mean over the volume, W/m2.
    #[serde(rename = "flux_W_per_m2")]
    pub flux: [f64; 3],
    /// Into the solid through each surface, W.
    #[serde(rename = "heat_in_W")]
    pub heat_in: Named<f64>,
    /// Part of the mean flux of all bands that it carries, along that flux; null where there is none.
    pub share: f64,
    /// The same of all bands up to this one.
    pub accumulated: f64,
    /// Share of the effective conductivity, W/(m K).
    #[serde(rename = "effective_conductivity_W_per_mK")]
    pub effective_conductivity: f64,
    /// In the bulk, W/(m K); null of several materials.
    #[serde(rename = "bulk_conductivity_W_per_mK")]
    pub bulk_conductivity: f64,
}

/// The carriers at a point: those of the cell that it lies in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// At which collisions conserve energy, linear between cells and walls like the energy temperature, K.
    #[serde(rename = "pseudo_temperature_K")]
    pub pseudo_temperature: f64,
    /// Of the cell, W/m2.
    #[serde(rename = "flux_W_per_m2")]
    pub flux: [f64; 3],
    /// Root mean square of the carriers' difference from their equilibrium over bands (by heat capacity) and directions, K.
    #[serde(rename = "unrest_K")]
    pub unrest: f64,
}

/// A material's carriers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spectrum {
    /// Where the data are from.
    pub source: String,
    /// Set of scattering rates.
    pub rates: Option<String>,
    /// Temperature that the data hold for; null where they do not say.
    #[serde(rename = "temperature_K")]
    pub temperature: Option<f64>,
    /// J/(m3 K).
    #[serde(rename = "heat_capacity_J_per_m3K")]
    pub heat_capacity: f64,
    /// Bulk, W/(m K).
    #[serde(rename = "conductivity_W_per_mK")]
    pub conductivity: f64,
    /// Half of the conductivity is carried over longer mean free paths, m.
    #[serde(rename = "median_mean_free_path_m")]
    pub median: f64,
    /// Branches that are told apart.
    pub branches: Named<Branch>,
    /// Bands that are followed.
    pub bands: Vec<Band>,
    /// Part of the conductivity that is carried over mean free paths below each.
    pub accumulation: Accumulation,
}

/// A branch of a spectrum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// With all like branches, J/(m3 K).
    #[serde(rename = "heat_capacity_J_per_m3K")]
    pub heat_capacity: f64,
    /// With all like branches, W/(m K).
    #[serde(rename = "conductivity_W_per_mK")]
    pub conductivity: f64,
    /// Frequency at the edge of the zone, rad/s.
    #[serde(rename = "edge_rad_per_s")]
    pub edge: Option<f64>,
}

/// A band of a spectrum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// Its branch.
    pub branch: String,
    /// J/(m3 K).
    #[serde(rename = "heat_capacity_J_per_m3K")]
    pub heat_capacity: f64,
    /// m/s.
    #[serde(rename = "group_velocity_m_per_s")]
    pub velocity: f64,
    /// s.
    #[serde(rename = "relaxation_time_s")]
    pub relaxation_time: f64,
    /// m.
    #[serde(rename = "mean_free_path_m")]
    pub mean_free_path: f64,
    /// W/(m K).
    #[serde(rename = "conductivity_W_per_mK")]
    pub conductivity: f64,
}

/// How the conductivity accumulates over the mean free path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Accumulation {
    /// m: 1, 1.5, 2, 3, 4, 5 and 7 of each decade from 1 nm to 1 mm.
    #[serde(rename = "mean_free_path_m")]
    pub mean_free_path: Vec<f64>,
    /// Part of the conductivity.
    pub share: Vec<f64>,
}

impl Spectrum {
    /// What a material's carriers are.
    pub fn new(spectral: &Spectral) -> Spectrum {
        let sums = spectral.accumulation();
        let decades = -9..-3;
        let mut paths: Vec<f64> = decades
            .flat_map(|e: i32| {
                [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0].map(|m| format!("{m}e{e}").parse().expect("a number"))
            })
            .collect();
        paths.push(1e-3);
        let branch = |(n, name): (usize, &String)| {
            let [heat_capacity, conductivity] = spectral.of_branch(n);
            let edge = spectral.spectrum.as_ref().map(|s| s.branches[n].omega(s.cutoff));
            (name.clone(), Branch { heat_capacity, conductivity, edge })
        };
        let told_bands =
            spectral.medium.bands.iter().zip(&spectral.branch_of_band).filter(|(b, _)| b.heat_capacity > 0.0);
        let band = |(b, branch): (&crate::kinetic::medium::Band, &usize)| Band {
            branch: spectral.branches[*branch].clone(),
            heat_capacity: b.heat_capacity,
            velocity: b.velocity,
            relaxation_time: b.mean_free_path / b.velocity,
            mean_free_path: b.mean_free_path,
            conductivity: b.conductivity(),
        };
        let told = spectral.branches.iter().enumerate().filter(|(_, name)| !name.is_empty());
        Spectrum {
            source: spectral.source.clone(),
            rates: spectral.spectrum.as_ref().map(|s| s.rates.clone()),
            temperature: spectral.temperature,
            heat_capacity: spectral.modes.iter().map(|m| m.1.heat_capacity).sum(),
            conductivity: spectral.modes.iter().map(|m| m.1.conductivity()).sum(),
            median: sums.path(0.5),
            branches: Named(told.map(branch).collect()),
            bands: told_bands.map(band).collect(),
            accumulation: Accumulation { share: paths.iter().map(|l| sums.below(*l)).collect(), mean_free_path: paths },
        }
    }
}

/// Where entropy is produced, W/K.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhononEntropy {
    /// By collisions.
    #[serde(rename = "bulk_W_per_K")]
    pub bulk: f64,
    /// On walls, where what arrives and what leaves differ.
    #[serde(rename = "wall_W_per_K")]
    pub wall: f64,
}

/// Fourier's law on the same grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// W/(m K).
    #[serde(rename = "effective_conductivity_W_per_mK")]
    pub effective_conductivity: f64,
    /// Lowest, highest and mean temperature by Fourier's law.
    pub temperature: super::Temperature,
    /// Largest |temperature difference|, K.
    #[serde(rename = "largest_difference_K")]
    pub largest_difference: f64,
    /// Root mean square of it over the volume, K.
    #[serde(rename = "rms_difference_K")]
    pub rms_difference: f64,
}
