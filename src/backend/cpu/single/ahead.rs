//! Memory that is asked for before it is needed.

use super::field::LANES;

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

    /// Brings numbers into the second cache.
    #[inline(always)]
    pub(super) fn fetch(&self, numbers: &[f32]) {
        #[cfg(target_arch = "x86_64")]
        if let Some(sse) = self.sse {
            for line in numbers.chunks(LANES) {
                sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(line.as_ptr().cast());
            }
        }
    }
}
