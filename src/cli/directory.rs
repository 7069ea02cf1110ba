//! Readying the result directory: nothing is overwritten unasked, and what is removed is what runs write.

use super::{Failure, say};
use crate::checkpoint;
use crate::scenario::{FieldName, Format};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// The file that holds room for the report.
pub(super) const RESERVE: &str = ".reserve";

/// The file that a command holds locked while it writes.
const LOCK: &str = ".lock";

/// Where the results that a run replaces wait until it has begun.
const REPLACED: &str = ".replaced";

/// What a run writes into its directory itself.
const OURS: [&str; 8] = [
    "error.txt",
    "report.json",
    "report.html",
    "series.csv",
    "accumulation.csv",
    "accumulation.svg",
    RESERVE,
    REPLACED,
];

/// That nothing else writes into a directory meanwhile.
#[must_use]
pub struct Claim {
    /// None where the file system knows no locks.
    lock: Option<(PathBuf, File)>,
}

impl Claim {
    /// Claims a directory that is there. A command that was killed leaves no claim behind: the system gives its lock free.
    ///
    /// # Errors
    /// If another command writes into it.
    pub fn of(directory: &Path) -> Result<Claim, Failure> {
        let path = directory.join(LOCK);
        // What cannot be written is refused by whoever has something to write.
        let Ok(file) = File::options().create(true).truncate(false).write(true).open(&path) else {
            return Ok(Claim { lock: None });
        };
        match file.try_lock() {
            Ok(()) => Ok(Claim { lock: Some((path, file)) }),
            Err(TryLockError::WouldBlock) => Err(Failure::input(format!(
                "another command is writing into {}; wait until it has ended, or name another directory with -o",
                directory.display()
            ))),
            Err(TryLockError::Error(_)) => {
                let _ = std::fs::remove_file(&path);
                Ok(Claim { lock: None })
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.lock {
            let _ = std::fs::remove_file(path); // the next to come makes its own
        }
    }
}

/// Whether a directory holds anything but a claim.
pub fn is_occupied(directory: &Path) -> bool {
    let mut entries = directory.read_dir().into_iter().flatten().filter_map(Result::ok);
    entries.any(|entry| entry.file_name() != LOCK)
}

/// Readies the result directory; returns the claim on it, and the results that `force` replaces.
///
/// # Errors
/// If it holds results already and neither `resume` nor `force` allows that, if another command writes into it, or if it cannot be made.
pub fn prepare(directory: &Path, resume: bool, force: bool) -> Result<(Claim, Option<Replaced>), Failure> {
    let shown = directory.display();
    if directory.exists() && !directory.is_dir() {
        return Err(Failure::input(format!("{shown} is a file; name another directory with -o")));
    }
    let occupied = is_occupied(directory);
    // Before anything of a run that goes on is set aside.
    let claim = directory.is_dir().then(|| Claim::of(directory)).transpose()?;
    let mut replaced = None;
    if occupied && force {
        let sure = ["report.json", "checkpoint", "series.csv", "error.txt", RESERVE, REPLACED];
        if !sure.iter().any(|name| directory.join(name).exists()) {
            return Err(Failure::input(format!(
                "{shown} holds no results of a run; --force will not empty it; name another with -o"
            )));
        }
        replaced = Some(Replaced::set_aside(directory)?);
    } else if occupied && !resume {
        return Err(Failure::input(format!(
            "{shown} exists; --force replaces it, --resume goes on from its checkpoint, -o DIR writes elsewhere"
        )));
    }
    std::fs::create_dir_all(directory)
        .map_err(|e| Failure::input(format!("cannot make {shown}: {e}; name another directory with -o")))?;
    let claim = claim.map_or_else(|| Claim::of(directory), Ok)?;
    Ok((claim, replaced))
}

/// Results of an earlier run, set aside until the one that replaces them has begun; put back when dropped.
#[must_use]
pub struct Replaced {
    directory: PathBuf,
    /// Relative to the directory.
    files: Vec<PathBuf>,
}

impl Replaced {
    /// Sets aside what runs write, and nothing else: whatever a user has put beside it stays.
    fn set_aside(directory: &Path) -> Result<Replaced, Failure> {
        remove(&directory.join(REPLACED))?;
        let replaced = Replaced { directory: directory.to_owned(), files: ours(directory) };
        replaced.each(rename)?;
        for folder in FOLDERS {
            let _ = std::fs::remove_dir(directory.join(folder)); // fails where something is left
        }
        Ok(replaced)
    }

    fn each(&self, act: impl Fn(&Path, &Path) -> Result<(), Failure>) -> Result<(), Failure> {
        self.files
            .iter()
            .try_for_each(|file| act(&self.directory.join(file), &self.directory.join(REPLACED).join(file)))
    }

    /// Removes them: the run has begun.
    pub fn discard(mut self) -> Result<(), Failure> {
        self.files.clear();
        remove(&self.directory.join(REPLACED))
    }
}

impl Drop for Replaced {
    /// Puts them back: the run was refused.
    fn drop(&mut self) {
        if !self.files.is_empty() {
            let back = self.each(|here, aside| rename(aside, here));
            let done = back.and_then(|()| remove(&self.directory.join(REPLACED)));
            done.unwrap_or_else(|error| say(&format!("warning: {}", error.message)));
        }
    }
}

/// Folders of a result directory, the inner ones first.
const FOLDERS: [&str; 4] = ["images", "fields/axes", "fields", "checkpoint"];

/// What is there of what runs write, relative to the directory.
fn ours(directory: &Path) -> Vec<PathBuf> {
    let itself = OURS.iter().map(PathBuf::from).filter(|name| directory.join(name).exists());
    let of_folder = |folder: &'static str| {
        let is_ours: fn(&str) -> bool = match folder {
            "images" => is_image,
            "fields" => is_field,
            "checkpoint" => is_checkpoint,
            _ => |name| ["x.npy", "y.npy", "z.npy"].contains(&name),
        };
        let entries = directory.join(folder).read_dir().into_iter().flatten().filter_map(Result::ok);
        let names = entries.map(|entry| entry.file_name());
        let those = names.filter(move |name| is_ours(whole(&name.to_string_lossy())));
        those.map(move |name| Path::new(folder).join(name)).collect::<Vec<_>>()
    };
    itself.chain(FOLDERS.into_iter().flat_map(of_folder)).collect()
}

fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    let parent = to.parent().map_or(Ok(()), std::fs::create_dir_all);
    parent
        .and_then(|()| std::fs::rename(from, to))
        .map_err(|e| Failure::run(format!("cannot move {} to {}: {e}", from.display(), to.display())))
}

fn is_checkpoint(name: &str) -> bool {
    name.trim_end_matches(".new") == checkpoint::FILE
}

/// Removes the checkpoint.
pub(super) fn remove_checkpoint(directory: &Path) -> Result<(), Failure> {
    let folder = directory.join("checkpoint");
    let Ok(entries) = folder.read_dir() else { return Ok(()) };
    for entry in entries.filter_map(Result::ok) {
        if is_checkpoint(whole(&entry.file_name().to_string_lossy())) {
            remove(&entry.path())?;
        }
    }
    let _ = std::fs::remove_dir(folder); // fails where something is left
    Ok(())
}

/// The name of the file that `NAME.1234.tmp` was to become ([`crate::output::file::write_whole`]).
fn whole(name: &str) -> &str {
    let passing = name.strip_suffix(".tmp").and_then(|name| name.rsplit_once('.'));
    passing.filter(|(_, process)| process.parse::<u32>().is_ok()).map_or(name, |(whole, _)| whole)
}

/// `temperature_z=5mm_0003.png`: a map begins with its field.
fn is_image(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let picture = Format::ALL.iter().any(|(name, format)| format.is_picture() && *name == ending);
    let of = |what: &str| stem.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    picture && (FieldName::ALL.iter().any(|(name, _)| of(name)) || of("distribution") || of("heat_by"))
}

/// `fields_0003.vti`, `temperature_0003.npy`.
fn is_field(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else { return false };
    let plain = match stem.rsplit_once('_') {
        Some((plain, number)) if number.len() >= 4 && number.bytes().all(|b| b.is_ascii_digit()) => plain,
        _ => stem,
    };
    let of = |what: &str| plain.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    match ending {
        "vti" | "vtr" | "npz" | "pvd" | "zarr" => plain == "fields",
        "npy" => FieldName::ALL.iter().any(|(name, _)| of(name)),
        _ => false,
    }
}

pub(super) fn remove(path: &Path) -> Result<(), Failure> {
    let result = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match result {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::run(format!("cannot remove {}: {e}", path.display())))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_write_is_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = [
            "report.json",
            "series.csv",
            ".reserve",
            "checkpoint/state.bin",
            "checkpoint/state.bin.new",
            "images/temperature.png",
            "images/temperature_z=5mm_0003.png",
            "images/mass_fraction_salt_max_z.svg",
            "images/flux.mp4",
            "images/distribution_A.png",
            "images/temperature_0002.png.77.tmp",
            "fields/fields.pvd",
            "fields/fields_0001.vti",
            "fields/fields_0001.npz",
            "fields/fields.zarr/zarr.json",
            "fields/temperature_by_fourier_0001.npy",
            "fields/axes/x.npy",
        ];
        let yours = [
            "notes.txt",
            "images/notes.txt",
            "images/photo.png",
            "images/temperature.xcf",
            "fields/measured.npy",
            "fields/measured.vti",
            "fields/axes/t.npy",
            "checkpoint/state.bin.bak",
        ];
        for name in ours.into_iter().chain(yours) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(path, "x").expect("written");
        }
        let ready = || prepare(folder.path(), false, true).expect("readied").1.expect("there were results");
        let there = |name: &str| folder.path().join(name).exists();
        let replaced = ready();
        assert!(!ours.into_iter().any(there) && yours.into_iter().all(there));
        drop(replaced);
        assert!(ours.into_iter().chain(yours).all(there) && !there(REPLACED));
        ready().discard().expect("removed");
        for name in ours {
            assert!(!folder.path().join(name).exists(), "{name} is ours");
        }
        for name in yours {
            assert!(folder.path().join(name).exists(), "{name} is the user's");
        }
        // nothing is left of what was ours alone
        for name in yours {
            std::fs::remove_file(folder.path().join(name)).expect("removed");
        }
        std::fs::write(folder.path().join("report.json"), "x").expect("written");
        ready().discard().expect("removed");
        assert_eq!(folder.path().read_dir().expect("read").count(), 0);
    }

    #[test]
    fn nothing_is_written_where_another_command_writes() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = folder.path().join("results");
        std::fs::create_dir(&directory).expect("made");
        std::fs::write(directory.join("report.json"), "x").expect("written");
        let (claim, replaced) = prepare(&directory, true, false).expect("readied");
        for (resume, force) in [(true, false), (false, true), (false, false)] {
            let refused = prepare(&directory, resume, force).err().expect("refused");
            assert!(refused.code == 2 && refused.message.starts_with("another command is writing"), "{refused:?}");
        }
        assert!(directory.join("report.json").exists());
        drop((claim, replaced));
        assert!(!directory.join(LOCK).exists());
        // A lock of a command that was killed holds nobody up.
        std::fs::write(directory.join(LOCK), "").expect("written");
        let _readied = prepare(&directory, true, false).expect("readied");
    }
}
