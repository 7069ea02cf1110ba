//! Where a pass has its numbers: in large pages, where the system has some, since it goes through several arrays at once.

use memmap2::MmapMut;
use std::ops::{Deref, DerefMut};

/// Numbers whose first is aligned to a page.
pub(super) struct Numbers(MmapMut);

impl Numbers {
    pub(super) fn zeros(count: usize) -> Numbers {
        let memory = MmapMut::map_anon(count.max(1) * size_of::<f32>()).expect("memory for the field");
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage); // small pages hold the same
        Numbers(memory)
    }
}

impl Deref for Numbers {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        bytemuck::cast_slice(&self.0)
    }
}

impl DerefMut for Numbers {
    fn deref_mut(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}
