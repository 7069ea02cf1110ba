//! Memory that is asked for before it is needed.

use super::field::LANES;
use std::ops::Range;

/// Asks for memory, where the processor can be asked.
#[derive(Clone, Copy)]
pub(super) struct Ahead {
    #[cfg(target_arch = "x86_64")]
    sse: Option<pulp::core_arch::x86::Sse>,
}

impl Ahead {
    pub(super) fn new() -> Ahead {
        Ahead {
            #[cfg(target_arch = "x86_64")]
            sse: pulp::core_arch::x86::Sse::try_new(),
        }
    }

    /// Brings some of the numbers into the second cache, as far as there are any.
    #[inline(always)]
    pub(super) fn fetch(&self, numbers: &[f32], which: Range<usize>) {
        #[cfg(target_arch = "x86_64")]
        if let (Some(sse), Some(numbers)) = (self.sse, numbers.get(which)) {
            for line in numbers.chunks(LANES) {
                sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(line.as_ptr().cast());
            }
        }
    }
}
