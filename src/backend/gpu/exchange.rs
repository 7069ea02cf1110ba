//! Ghost planes between slabs. The one place that knows how neighbours reach each other: on one device, by
//! copies between buffers.

use super::device::Device;
use super::error::GpuError;
use super::slab::Cut;
use wgpu::{Buffer, BufferUsages, CommandEncoder};

/// One run of planes that a slab shows of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Copy {
    from: usize,
    from_plane: usize,
    to: usize,
    to_plane: usize,
    planes: usize,
}

/// All copies that fill the ghosts of every slab.
pub(super) struct Exchange {
    copies: Vec<Copy>,
    plane_bytes: u64,
    /// A buffer cannot be copied onto itself: a slab that is its own neighbour goes through this.
    staging: Option<Buffer>,
}

impl Exchange {
    pub(super) fn new(device: &Device, cut: &Cut, bytes_per_cell: u64) -> Result<Exchange, GpuError> {
        let copies = copies(cut);
        let plane_bytes = cut.plane as u64 * bytes_per_cell;
        let own = copies.iter().filter(|c| c.from == c.to).map(|c| c.planes).max();
        let usage = BufferUsages::COPY_SRC | BufferUsages::COPY_DST;
        let staging =
            own.map(|planes| device.buffer("ghost staging", planes as u64 * plane_bytes, usage)).transpose()?;
        Ok(Exchange { copies, plane_bytes, staging })
    }

    /// Whether there is anything to exchange.
    pub(super) fn is_needed(&self) -> bool {
        !self.copies.is_empty()
    }

    /// Fills the ghosts of one array per slab.
    pub(super) fn encode(&self, encoder: &mut CommandEncoder, slabs: &[&Buffer]) {
        for copy in &self.copies {
            let [from, to, bytes] = [copy.from_plane, copy.to_plane, copy.planes].map(|p| p as u64 * self.plane_bytes);
            match &self.staging {
                Some(staging) if copy.from == copy.to => {
                    encoder.copy_buffer_to_buffer(slabs[copy.from], from, staging, 0, bytes);
                    encoder.copy_buffer_to_buffer(staging, 0, slabs[copy.to], to, bytes);
                }
                _ => encoder.copy_buffer_to_buffer(slabs[copy.from], from, slabs[copy.to], to, bytes),
            }
        }
    }
}

fn copies(cut: &Cut) -> Vec<Copy> {
    let mut copies: Vec<Copy> = Vec::new();
    for (to, own) in cut.slabs.iter().enumerate() {
        let ghosts = (0..cut.ghost).chain((0..cut.ghost).map(|g| cut.ghost + own.len() + g));
        for to_plane in ghosts {
            let Some(plane) = cut.source(to, to_plane) else { continue };
            let from = cut.owner(plane);
            let from_plane = plane - cut.slabs[from].start + cut.ghost;
            match copies.last_mut() {
                Some(c)
                    if (c.to, c.from) == (to, from)
                        && c.to_plane + c.planes == to_plane
                        && c.from_plane + c.planes == from_plane =>
                {
                    c.planes += 1;
                }
                _ => copies.push(Copy { from, from_plane, to, to_plane, planes: 1 }),
            }
        }
    }
    copies
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slabs that end at these planes.
    fn cut(periodic: bool, ghost: usize, ends: &[usize]) -> Cut {
        let starts = [0].iter().chain(ends);
        let slabs: Vec<_> = starts.zip(ends).map(|(&start, &end)| start..end).collect();
        Cut { axis: 2, planes: ends[ends.len() - 1], plane: 1, ghost, periodic, slabs }
    }

    /// Carries the copies out on plain arrays: every ghost shows the plane it stands for, no own plane changes.
    #[test]
    fn every_ghost_is_filled_with_its_plane() {
        let cases: [(usize, &[usize]); 4] = [(1, &[5]), (2, &[3, 6]), (3, &[1, 2, 4]), (4, &[2])];
        for (ghost, ends) in cases {
            for periodic in [false, true] {
                let cut = cut(periodic, ghost, ends);
                let shown = |s: usize, p: usize| {
                    if cut.own(s).contains(&p) { (cut.slabs[s].start + p - ghost) as i64 } else { -1 }
                };
                let mut arrays: Vec<Vec<i64>> =
                    (0..ends.len()).map(|s| (0..cut.padded(s)).map(|p| shown(s, p)).collect()).collect();
                for c in copies(&cut) {
                    let planes = arrays[c.from][c.from_plane..][..c.planes].to_vec();
                    arrays[c.to][c.to_plane..][..c.planes].copy_from_slice(&planes);
                }
                for (s, array) in arrays.iter().enumerate() {
                    let expected: Vec<i64> =
                        (0..cut.padded(s)).map(|p| cut.source(s, p).map_or(-1, |p| p as i64)).collect();
                    assert_eq!(array, &expected);
                }
            }
        }
    }

    #[test]
    fn a_single_slab_without_joined_ends_needs_no_exchange() {
        assert!(copies(&cut(false, 2, &[9])).is_empty());
        assert_eq!(copies(&cut(true, 1, &[9])).len(), 2);
        assert_eq!(
            copies(&cut(false, 2, &[4, 9])),
            [
                Copy { from: 1, from_plane: 2, to: 0, to_plane: 6, planes: 2 },
                Copy { from: 0, from_plane: 4, to: 1, to_plane: 0, planes: 2 },
            ]
        );
    }
}
