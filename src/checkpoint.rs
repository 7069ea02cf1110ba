//! A state on disk that a run can go on from, bit for bit on the same backend.
//!
//! Layout: magic, version, length of the header, JSON header, enthalpies, the heats that are
//! state and what carriers in flight are told by (f64, little-endian), CRC-32 of all
//! before. Written beside the old one and renamed over it, so that a crash leaves one good file.

use crate::backend::Ledger;
use crate::execution::{Aloft, Midway};
use crate::inertia::Heats;
use crate::simulation::Progress;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"clausius";
const VERSION: u32 = 4;

/// A state with its place in the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// CRC-32 of the scenario's text with its overrides: a checkpoint goes with one scenario.
    pub scenario: u32,
    /// What the state was computed in ("f64", "f32" or "exact"), where rounding gathers on the way.
    pub storage: Option<String>,
    /// How far the run had come.
    pub progress: Progress,
    /// What had entered.
    pub ledger: Ledger,
    /// Enthalpy per cell, K.
    pub enthalpy: Vec<f64>,
    /// The heats that flow, where they are state, W.
    pub heats: Option<Heats>,
    /// With coupled transport, whose temperatures (K, absolute) then stand for the enthalpies.
    pub coupled: Option<Midway>,
    /// With phonons, whose energy temperatures (deviations, K) then stand for the enthalpies.
    pub flight: Option<Aloft>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    scenario: u32,
    #[serde(default)]
    storage: Option<String>,
    progress: Progress,
    surfaces_j: Vec<f64>,
    sources_j: f64,
    cells: usize,
    /// Families of links and number of walls whose heats follow the enthalpies.
    heats: Option<[usize; 2]>,
    coupled: Option<Midway>,
    /// With how many numbers follow the heats.
    flight: Option<(Aloft, usize)>,
}

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file system refused.
    #[error("cannot {action} checkpoint {path}: {source}")]
    Io {
        /// "write" or "read".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file is not a checkpoint, or damaged.
    #[error("checkpoint {path} cannot be used: {reason}; delete it, or start anew with --force")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Name of the file in a checkpoint directory.
pub const FILE: &str = "state.bin";

impl Checkpoint {
    /// Writes `state.bin` into a directory, which is made if need be.
    ///
    /// # Errors
    /// If the file system refuses; an older checkpoint is then still whole.
    pub fn write(&self, directory: &Path) -> Result<(), CheckpointError> {
        let path = directory.join(FILE);
        self.try_write(directory, &path).map_err(|source| CheckpointError::Io { action: "write", path, source })
    }

    fn try_write(&self, directory: &Path, path: &Path) -> io::Result<()> {
        let header = serde_json::to_vec(&Header {
            scenario: self.scenario,
            storage: self.storage.clone(),
            progress: self.progress.clone(),
            surfaces_j: self.ledger.surfaces.clone(),
            sources_j: self.ledger.sources,
            cells: self.enthalpy.len(),
            heats: self.heats.as_ref().map(|heats| [heats.links.len(), heats.walls.len()]),
            coupled: self.coupled.clone(),
            flight: self.flight.as_ref().map(|flight| (flight.without_numbers(), flight.numbers.len())),
        })?;
        let mut bytes = Vec::with_capacity(header.len() + 8 * self.enthalpy.len() + 32);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(header.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&header);
        let heats = self.heats.iter().flat_map(|heats| heats.links.iter().flatten().chain(&heats.walls));
        let flight = self.flight.iter().flat_map(|flight| &flight.numbers);
        self.enthalpy.iter().chain(heats).chain(flight).for_each(|e| bytes.extend_from_slice(&e.to_le_bytes()));
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        fs::create_dir_all(directory)?;
        let fresh = directory.join(format!("{FILE}.new"));
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, path)
        };
        write().inspect_err(|_| {
            let _ = fs::remove_file(&fresh); // half a state is of no use, its room is
        })
    }

    /// Reads `state.bin` from a directory.
    ///
    /// # Errors
    /// If it is missing, damaged, or of another scenario or size.
    pub fn read(directory: &Path, scenario: u32, cells: usize) -> Result<Checkpoint, CheckpointError> {
        let path = directory.join(FILE);
        let bytes =
            fs::read(&path).map_err(|source| CheckpointError::Io { action: "read", path: path.clone(), source })?;
        let unusable = |reason: &str| CheckpointError::Unusable { path: path.clone(), reason: reason.to_string() };
        let (body, crc) = bytes.split_last_chunk::<4>().ok_or_else(|| unusable("it is empty"))?;
        if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
            return Err(unusable("its check sum does not match (cut short or damaged)"));
        }
        let rest = body.strip_prefix(MAGIC.as_slice()).ok_or_else(|| unusable("it is not a checkpoint"))?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(|| unusable("it is cut short"))?;
        if u32::from_le_bytes(*version) != VERSION {
            return Err(unusable("it was written by another version"));
        }
        let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(|| unusable("it is cut short"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| unusable("its header is too long"))?;
        let (header, field) = rest.split_at_checked(length).ok_or_else(|| unusable("it is cut short"))?;
        let header: Header = serde_json::from_slice(header).map_err(|e| unusable(&format!("its header: {e}")))?;
        if header.scenario != scenario {
            return Err(unusable("it belongs to another scenario, or the scenario (or --set) was changed since"));
        }
        let heats = header.heats.map_or(0, |[families, walls]| families * cells + walls);
        let numbers = cells + heats + header.flight.as_ref().map_or(0, |(_, count)| *count);
        if header.cells != cells || field.len() != 8 * numbers {
            return Err(unusable("it has another number of cells"));
        }
        let (values, _) = field.as_chunks::<8>();
        let values: Vec<f64> = values.iter().map(|b| f64::from_le_bytes(*b)).collect();
        let (enthalpy, rest) = values.split_at(cells);
        let (rest, aloft) = rest.split_at(heats);
        let flight = header.flight.map(|(flight, _)| Aloft { numbers: aloft.to_vec(), ..flight });
        let heats = header.heats.map(|[families, _]| {
            let (links, walls) = rest.split_at(families * cells);
            Heats { links: links.chunks(cells).map(<[f64]>::to_vec).collect(), walls: walls.to_vec() }
        });
        Ok(Checkpoint {
            scenario,
            storage: header.storage,
            progress: header.progress,
            ledger: Ledger { surfaces: header.surfaces_j, sources: header.sources_j },
            enthalpy: enthalpy.to_vec(),
            heats,
            coupled: header.coupled,
            flight,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::second_law::SecondLaw;

    fn example() -> Checkpoint {
        let progress = Progress {
            stops_done: 1,
            start: 0.1,
            step: 1.0 / 3.0,
            done: 7,
            left: 3,
            trusted: Some([-1.5, 1.0 / 3.0]),
            steps: 19,
            sweeps: 190,
            leaping: Some(crate::simulation::Leaping {
                limit: 0.1,
                made: 0.25,
                next: 1.0 / 3.0,
                smoothing: 8,
                scale: 1e-3,
                leapt: true,
            }),
            audit: SecondLaw { worst: -0.3, ..SecondLaw::default() },
            jumped: 11,
            samples: Vec::new(),
        };
        let ledger = Ledger { surfaces: vec![1.0 / 3.0, -2e-300], sources: 5e-324 };
        Checkpoint {
            scenario: 42,
            storage: Some("f64".into()),
            progress,
            ledger,
            enthalpy: vec![0.1, -0.0, 1e-310, std::f64::consts::PI],
            heats: Some(Heats { links: vec![vec![0.3, 0.0, -1e-9, 7.0]; 2], walls: vec![-0.7] }),
            coupled: None,
            flight: Some(Aloft { by: "cpu".into(), outputs: 2, numbers: vec![1.0 / 3.0, -0.0] }),
        }
    }

    #[test]
    fn every_bit_comes_back() {
        let directory = tempfile::tempdir().expect("temporary directory");
        example().write(directory.path()).expect("written");
        let back = Checkpoint::read(directory.path(), 42, 4).expect("read");
        assert_eq!(back, example());
        assert!(back.enthalpy[1].is_sign_negative());
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let directory = tempfile::tempdir().expect("temporary directory");
        example().write(directory.path()).expect("written");
        let path = directory.path().join(FILE);
        let good = fs::read(&path).expect("bytes");
        for length in 0..good.len() {
            fs::write(&path, &good[..length]).expect("written");
            assert!(Checkpoint::read(directory.path(), 42, 4).is_err(), "cut at {length}");
        }
        for bit in 0..8 * good.len() {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bad).expect("written");
            assert!(Checkpoint::read(directory.path(), 42, 4).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn another_scenario_is_refused() {
        let directory = tempfile::tempdir().expect("temporary directory");
        example().write(directory.path()).expect("written");
        let error = Checkpoint::read(directory.path(), 43, 4).expect_err("refused").to_string();
        assert!(error.contains("another scenario") && error.contains("--force"), "{error}");
    }
}
