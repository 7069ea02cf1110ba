//! Files that are whole or absent: written beside their place, then renamed into it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file could not be written, or not be read as what it should be.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct OutputError {
    /// The file or directory.
    pub path: PathBuf,
    /// What was tried: "create", "write", "read", ...
    pub action: &'static str,
    /// Why it failed. Content that is not understood is of kind `InvalidData`.
    pub source: io::Error,
}

impl OutputError {
    /// An operating system's error.
    pub fn new(path: &Path, action: &'static str, source: io::Error) -> OutputError {
        OutputError { path: path.to_owned(), action, source }
    }

    /// Content that is not what the file should hold.
    pub fn invalid(path: &Path, message: impl Into<String>) -> OutputError {
        OutputError::new(path, "read", io::Error::new(io::ErrorKind::InvalidData, message.into()))
    }

    /// Whether the disk is full.
    pub fn is_disk_full(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}

/// Writes a file under a passing name in the same directory, then gives it its name: a reader never sees
/// half of it, and a full disk leaves an older file as it was. Missing directories are made.
///
/// # Errors
/// If the directory or the file cannot be written.
pub fn write_whole(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), OutputError> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|e| OutputError::new(directory, "create", e))?;
    }
    let passing = passing_name(path);
    let write = || -> io::Result<()> {
        let mut writer = BufWriter::with_capacity(1 << 18, File::create(&passing)?);
        content(&mut writer)?;
        writer.flush()
    };
    let renamed = write()
        .map_err(|e| OutputError::new(path, "write", e))
        .and_then(|()| fs::rename(&passing, path).map_err(|e| OutputError::new(path, "write", e)));
    if renamed.is_err() {
        let _ = fs::remove_file(&passing); // the first error says more
    }
    renamed
}

/// Reads a whole file.
///
/// # Errors
/// If it cannot be read.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, OutputError> {
    fs::read(path).map_err(|e| OutputError::new(path, "read", e))
}

fn passing_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_keeps_the_old_file_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b.txt");
        write_whole(&path, |w| w.write_all(b"old")).unwrap();
        let error = write_whole(&path, |w| {
            w.write_all(b"new")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .unwrap_err();
        assert!(error.is_disk_full());
        assert_eq!(error.path, path);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        write_whole(&path, |w| w.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_reported_as_such() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("full.bin");
        std::os::unix::fs::symlink("/dev/full", passing_name(&path)).unwrap();
        let error = write_whole(&path, |w| w.write_all(&[0; 100])).unwrap_err();
        assert!(error.is_disk_full(), "{error}");
        assert!(error.to_string().starts_with(&format!("cannot write {}: No space left", path.display())), "{error}");
        assert!(!path.exists());
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let error = write_whole(&dir.path().join("file/x.csv"), |_| Ok(())).unwrap_err();
        assert_eq!((error.action, error.path), ("create", dir.path().join("file")));
    }
}
