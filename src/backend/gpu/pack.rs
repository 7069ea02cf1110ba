//! Numbers as the shaders hold them.

use crate::backend::Precision;

impl Precision {
    /// Bytes of a number.
    pub(super) fn bytes(self) -> u64 {
        match self {
            Precision::F32 => 4,
            Precision::F64 => 8,
        }
    }
}

/// Bytes of a buffer, filled number by number.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub(super) precision: Precision,
    pub(super) bytes: Vec<u8>,
}

impl Packed {
    pub(super) fn new(precision: Precision) -> Packed {
        Packed { precision, bytes: Vec::new() }
    }

    /// Adds a `Real`.
    pub(super) fn real(&mut self, value: f64) {
        match self.precision {
            Precision::F32 => self.bytes.extend_from_slice(&(value as f32).to_le_bytes()),
            Precision::F64 => self.bytes.extend_from_slice(&value.to_le_bytes()),
        }
    }

    /// Adds many.
    pub(super) fn reals(&mut self, values: impl IntoIterator<Item = f64>) {
        values.into_iter().for_each(|v| self.real(v));
    }

    /// Adds a `u32`.
    pub(super) fn index(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Adds zeros up to a multiple of `alignment` bytes.
    pub(super) fn align(&mut self, alignment: usize) {
        self.bytes.resize(self.bytes.len().next_multiple_of(alignment), 0);
    }

    /// How many `Real`s there are.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() / self.precision.bytes() as usize
    }
}

/// `Real`s of a buffer.
pub(super) fn unpack(precision: Precision, bytes: &[u8]) -> Vec<f64> {
    match precision {
        Precision::F32 => bytes.as_chunks().0.iter().map(|b| f64::from(f32::from_le_bytes(*b))).collect(),
        Precision::F64 => bytes.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect(),
    }
}

/// What the device will make of a number.
pub(super) fn rounded(precision: Precision, value: f64) -> f64 {
    match precision {
        Precision::F32 => f64::from(value as f32),
        Precision::F64 => value,
    }
}
