//! What can go wrong with a GPU.

use crate::backend::BackendError;
use std::time::Duration;

/// Why a GPU cannot be used, or stopped.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GpuError {
    /// There is no adapter that may be used without being named.
    #[error("no GPU to compute on: {reason}\n{found}Use `--backend cpu`, or name an adapter with `--adapter`.")]
    NoDevice {
        /// What was missing.
        reason: String,
        /// The adapters there are, one a line; empty if none.
        found: String,
    },
    /// The asked adapter is not there, or the name fits several.
    #[error("adapter \"{asked}\" {problem}\n{found}")]
    Unnamed {
        /// As asked.
        asked: String,
        /// "matches no adapter" or "matches several adapters".
        problem: &'static str,
        /// The adapters, one a line.
        found: String,
    },
    /// The problem needs something that this device has not, or the shaders cannot do.
    #[error("{0}")]
    Unsupported(String),
    /// A shader does not compile; the place is in the file that its text came from.
    #[error("{file}:{line}: {message}")]
    Shader {
        /// File of the part.
        file: String,
        /// Line in it, from 1.
        line: usize,
        /// The compiler's words.
        message: String,
    },
    /// More memory is needed than one buffer or one binding of the device may have.
    #[error("{what} needs {needed} bytes, the device allows {available}; use fewer cells, or `--backend cpu`")]
    TooLarge {
        /// What does not fit.
        what: String,
        /// Bytes.
        needed: u64,
        /// Bytes.
        available: u64,
    },
    /// The device has no memory left.
    #[error("the device is out of memory: {what} needs {bytes} bytes; use fewer cells, or `--backend cpu`")]
    OutOfMemory {
        /// What was being allocated.
        what: String,
        /// Bytes.
        bytes: u64,
    },
    /// The device was lost: driver reset, unplugged, or destroyed.
    #[error("the device was lost: {0}")]
    Lost(String),
    /// The device did not answer.
    #[error("the device did not finish its work within {0:?}")]
    Timeout(Duration),
    /// The graphics interface refused a call.
    #[error("the graphics interface refused: {0}")]
    Refused(String),
}

impl From<GpuError> for BackendError {
    fn from(error: GpuError) -> BackendError {
        match error {
            GpuError::NoDevice { .. } | GpuError::Unnamed { .. } => BackendError::NoDevice(error.to_string()),
            GpuError::Unsupported(_) | GpuError::TooLarge { .. } => BackendError::Unsupported(error.to_string()),
            _ => BackendError::Device(error.to_string()),
        }
    }
}
