//! Which way of blocking is fastest: tried once for an adapter, its driver and a shape of grid, and kept in a file of the user's cache.

use super::bed::{Bed, is_right};
use super::blocking::{BUSY, Blocking, on_software, usual};
use super::kinds::Kinds;
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::{Selection, Stepping};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Most cells of the grid that ways are tried on: more than any cache holds.
const SAMPLE: usize = 1 << 26;

/// On fewer cells a pass takes as long as its launch, whatever the way.
const WORTH: usize = 1 << 15;

/// No further way is tried after this.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A way, and 1e9 cell updates per second by it; none where it gave wrong bits, or could not run in time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Trial {
    way: Blocking,
    rate: Option<f64>,
}

/// What was tried for what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tuning {
    key: String,
    trials: Vec<Trial>,
    seconds: f64,
}

/// How sweeps are to be blocked: what to begin from, and what is asked of it.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) kinds: &'a Kinds,
    /// What is taken where nothing can be tried.
    pub(super) usual: Blocking,
    /// Cells along each axis.
    pub(super) counts: [usize; 3],
    /// Whether a pass may only hold one sweep.
    pub(super) one: bool,
}

/// How sweeps are to be blocked on a grid, and why so where it was tried out; `kinds`: its cells, where they will be.
pub(in crate::backend::gpu) fn choose(
    device: &Device,
    counts: [usize; 3],
    selection: &Selection,
    kinds: Option<&Kinds>,
) -> (Blocking, String) {
    let stepping = selection.stepping;
    let mut usual = Blocking { kept: !selection.plain_sums, ..usual(counts[2] > 1, counts, device) };
    if stepping == Stepping::One {
        usual.sweeps = 1;
    }
    match kinds {
        Some(kinds) if stepping != Stepping::Several => {
            try_out(device, Wish { kinds, usual, counts, one: stepping == Stepping::One })
        }
        _ => (usual, String::new()),
    }
}

/// The fastest way for a grid, and why it was taken where that is known.
fn try_out(device: &Device, wish: Wish) -> (Blocking, String) {
    let Wish { usual, counts, .. } = wish;
    let three = counts[2] > 1;
    let plane: usize = sample(device, counts)[..if three { 2 } else { 1 }].iter().product();
    let most = SAMPLE.min((device.max_binding / 4) as usize);
    if counts.iter().product::<usize>() < WORTH || 64 * plane > most {
        return (usual, String::new());
    }
    let file = dirs::cache_dir().map(|folder| folder.join("clausius").join("sweeps.json"));
    let key = key(device, wish);
    let mut known = file.as_deref().map(read).unwrap_or_default();
    // by a version with other ways
    let ways = ways(device, wish);
    known.retain(|tuning| tuning.key != key || tuning.trials.iter().map(|trial| trial.way).eq(ways.iter().copied()));
    let before = known.iter().position(|tuning| tuning.key == key);
    let (n, when) = match before {
        Some(n) => (n, "tried before".to_string()),
        None => {
            let Ok(tuning) = tune(device, wish, most, PATIENCE, key) else { return (usual, String::new()) };
            let when = format!("tried in {:.1} s", tuning.seconds);
            known.push(tuning);
            if let Some(file) = file {
                write(&file, &known);
            }
            (known.len() - 1, when)
        }
    };
    // what ran for another grid may ask for too much where there are more kinds
    let limits = device.device.limits();
    let mut trials = known.swap_remove(n).trials;
    trials.retain(|trial| trial.rate.is_some() && fits(&trial.way, wish.kinds, three, counts[0], &limits));
    match fastest(&trials) {
        Some(n) => (trials[n].way, format!("the fastest of {} ways {when}", trials.len())),
        None => (usual, String::new()),
    }
}

/// Cells along each axis of the grid that ways are tried on, but for the memory that it takes: a software device would need minutes for a large one, and is
/// not faster there.
fn sample(device: &Device, counts: [usize; 3]) -> [usize; 3] {
    match (device.info.device_type, counts[2] > 1) {
        (wgpu::DeviceType::Cpu, true) => counts.map(|n| n.min(96)),
        (wgpu::DeviceType::Cpu, false) => counts.map(|n| n.min(512)),
        _ => counts,
    }
}

/// What a choice holds for. Grids are told apart by the powers of two near their sides.
fn key(device: &Device, Wish { usual, counts, one, .. }: Wish) -> String {
    let info = &device.info;
    let sides = counts.map(|n| (n as f64).log2().round() as u32);
    let aligned = [8, 4, 2].into_iter().find(|c| counts[0].is_multiple_of(*c)).unwrap_or(1);
    format!(
        "clausius {}; {} {} {}; sides 2^{sides:?}, multiples of {aligned}; kept {}, one {one}",
        env!("CARGO_PKG_VERSION"),
        info.name,
        info.driver,
        info.driver_info,
        usual.kept
    )
}

fn read(file: &Path) -> Vec<Tuning> {
    std::fs::read_to_string(file).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// A cache that cannot be written is tuned for again, no more.
fn write(file: &Path, known: &[Tuning]) {
    let _ = file.parent().map(std::fs::create_dir_all);
    if let Ok(text) = serde_json::to_string_pretty(known) {
        let aside: PathBuf = file.with_extension(format!("{}", std::process::id()));
        let _ = std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, file));
    }
}

/// Ways worth trying, the most promising first.
fn ways(device: &Device, Wish { kinds, usual, counts, one }: Wish) -> Vec<Blocking> {
    let limits = device.device.limits();
    let three = counts[2] > 1;
    if device.info.device_type == wgpu::DeviceType::Cpu {
        let ways = on_software(counts, one, device).into_iter().map(|way| Blocking { kept: usual.kept, ..way });
        return ways.filter(|way| fits(way, kinds, three, counts[0], &limits)).collect();
    }
    let mut ways = Vec::new();
    let mut add = |subgroups: bool, sweeps, columns, lines, threads: [usize; 2], rows| {
        let threads = match (subgroups, device.lanes) {
            (false, _) => threads,
            (true, Some(lanes)) => [lanes, threads[1]],
            (true, None) => return,
        };
        let mut way = Blocking { sweeps, columns, lines, threads, rows, subgroups, ..usual };
        way.fit(counts, BUSY);
        if fits(&way, kinds, three, counts[0], &limits) && !ways.contains(&way) {
            ways.push(way);
        }
    };
    match (three, one) {
        (false, false) => {
            for (sweeps, columns, rows) in [
                (8, 8, 512),
                (8, 4, 512),
                (12, 8, 512),
                (4, 4, 256),
                (12, 4, 512),
                (6, 8, 256),
                (16, 8, 1024),
                (8, 2, 512),
            ] {
                add(true, sweeps, columns, 1, [0, 1], rows);
            }
            for (sweeps, columns, threads, rows) in
                [(8, 4, 64, 512), (12, 4, 64, 512), (8, 4, 128, 512), (4, 2, 128, 256), (8, 1, 256, 512)]
            {
                add(false, sweeps, columns, 1, [threads, 1], rows);
            }
        }
        (false, true) => {
            for (columns, rows) in [(4, 128), (8, 64), (4, 32), (2, 64)] {
                add(true, 1, columns, 1, [0, 1], rows);
            }
            for (columns, threads, rows) in [(1, 256, 128), (2, 256, 32), (4, 64, 64)] {
                add(false, 1, columns, 1, [threads, 1], rows);
            }
        }
        (true, false) => {
            for (sweeps, columns, lines, y) in [
                (2, 2, 4, 8),
                (3, 2, 4, 8),
                (2, 2, 2, 8),
                (2, 4, 2, 8),
                (3, 2, 2, 16),
                (2, 1, 4, 8),
                (4, 2, 4, 8),
                (2, 2, 4, 4),
                (3, 4, 2, 16),
            ] {
                add(true, sweeps, columns, lines, [0, y], 64);
            }
            for (sweeps, columns, lines, threads) in
                [(2, 2, 1, [32, 16]), (2, 2, 2, [32, 8]), (2, 2, 1, [16, 16]), (2, 1, 1, [32, 32])]
            {
                add(false, sweeps, columns, lines, threads, 64);
            }
        }
        (true, true) => {
            for (columns, lines, y) in [(4, 2, 4), (4, 1, 8), (2, 2, 8), (4, 4, 4), (1, 4, 4)] {
                add(true, 1, columns, lines, [0, y], 64);
            }
            for (columns, threads) in [(2, [32, 8]), (1, [64, 16]), (1, [32, 8])] {
                add(false, 1, columns, 1, threads, 64);
            }
        }
    }
    ways
}

/// Whether a device can run a way on a grid of so many cells along x. Nothing else counts workgroup memory: with 300 bytes too many of it an NVIDIA
/// device hung.
pub(super) fn fits(way: &Blocking, kinds: &Kinds, three: bool, cells_along_x: usize, limits: &wgpu::Limits) -> bool {
    way.is_sound(three, cells_along_x)
        && (way.threads[0] * way.threads[1]) as u32 <= limits.max_compute_invocations_per_workgroup
        && way.shelf_bytes(three) + 4 * super::near(kinds, three) <= limits.max_compute_workgroup_storage_size as usize
}

fn tune(device: &Device, wish: Wish, most: usize, patience: Duration, key: String) -> Result<Tuning, GpuError> {
    let begun = Instant::now();
    let ways = ways(device, wish);
    let three = wish.counts[2] > 1;
    let mut counts = sample(device, wish.counts);
    let slowest = if three { 2 } else { 1 };
    counts[slowest] = counts[slowest].min(most / counts[..slowest].iter().product::<usize>());
    let bed = Bed::new(device, counts)?;
    let in_time = |share: f64| begun.elapsed() < patience.mul_f64(share);
    // from the front, so that what time does not suffice for is the least promising
    let next = AtomicUsize::new(0);
    let compile = |_| {
        let n = next.fetch_add(1, Ordering::Relaxed);
        (n, in_time(0.5).then(|| bed.compile(ways[n]).ok()).flatten())
    };
    let mut compiled: Vec<_> = (0..ways.len()).into_par_iter().with_max_len(1).map(compile).collect();
    compiled.sort_by_key(|(n, _)| *n);
    let mut trials: Vec<Trial> = ways.iter().map(|&way| Trial { way, rate: None }).collect();
    if let Some((n, Some(pipeline))) = compiled.iter().find(|(_, pipeline)| pipeline.is_some()) {
        bed.warm_up(ways[*n], pipeline)?;
    }
    for (trial, (_, pipeline)) in trials.iter_mut().zip(&compiled) {
        if let (Some(pipeline), true) = (pipeline, in_time(1.0)) {
            trial.rate = Some(bed.rate(trial.way, pipeline)?);
        }
    }
    drop(bed);
    // the fastest that is right
    while let Some(n) = fastest(&trials)
        && let Some(pipeline) = &compiled[n].1
        && !is_right(device, ways[n], pipeline)?
    {
        trials[n].rate = None;
    }
    Ok(Tuning { key, trials, seconds: begun.elapsed().as_secs_f64() })
}

fn fastest(trials: &[Trial]) -> Option<usize> {
    let rates = trials.iter().enumerate().filter_map(|(n, trial)| Some((n, trial.rate?)));
    rates.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(n, _)| n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Precision;
    use crate::backend::gpu::tests::options;

    fn usual() -> Blocking {
        Blocking {
            sweeps: 2,
            columns: 1,
            lines: 1,
            threads: [64, 1],
            rows: 64,
            subgroups: false,
            pairs: false,
            kept: true,
        }
    }

    #[test]
    fn every_way_tried_is_right_and_the_fastest_is_taken() {
        let Some(options) = options() else { return };
        let device = Device::open(&options, Precision::F32).unwrap();
        for (counts, one) in [([256, 160, 1], false), ([256, 160, 1], true), ([64, 48, 64], true)] {
            let kinds = Kinds::uniform();
            let wish = Wish { kinds: &kinds, usual: usual(), counts, one };
            let patience = Duration::from_secs(4);
            let tuning = tune(&device, wish, SAMPLE, patience, key(&device, wish)).unwrap();
            for trial in &tuning.trials {
                eprintln!("{:.4?} {:?}", trial.rate, trial.way);
            }
            assert!(!tuning.trials.is_empty());
            let tried: Vec<_> = tuning.trials.iter().filter(|t| t.rate.is_some()).collect();
            assert!(!tried.is_empty() && tried.iter().all(|t| t.rate > Some(0.0)), "{tuning:?}");
            assert!(tuning.trials.iter().all(|t| t.way.kept && (!one || t.way.sweeps == 1)));
        }
    }

    #[test]
    fn the_cache_forgets_nothing_and_survives_nonsense() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep").join("sweeps.json");
        assert!(read(&file).is_empty());
        let trials = vec![Trial { way: usual(), rate: Some(1.5) }, Trial { way: usual(), rate: None }];
        let known = vec![Tuning { key: "a".into(), trials, seconds: 0.3 }];
        write(&file, &known);
        assert_eq!(read(&file), known);
        std::fs::write(&file, "[{").unwrap();
        assert!(read(&file).is_empty());
    }
}
