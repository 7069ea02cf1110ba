//! The order in which many sweeps go through planes together: sweep l has done plane p when sweep l - 1 has done p + 1.

use std::ops::Range;

/// A range with a margin on both sides, as far as there is anything.
pub(super) fn reach(range: &Range<usize>, margin: usize, most: usize) -> Range<usize> {
    range.start.saturating_sub(margin)..(range.end + margin).min(most)
}

/// Sweep (from 1), plane, and the margin around what is wanted in the end that this sweep must still do, in turn, for the own
/// planes of `planes` after `sweeps` sweeps.
#[inline(always)]
pub(super) fn wavefront(
    own: &Range<usize>,
    sweeps: usize,
    planes: usize,
) -> impl Iterator<Item = (usize, usize, usize)> + use<> {
    let own = own.clone();
    let widest = reach(&own, sweeps - 1, planes);
    (widest.start..widest.end + sweeps - 1).flat_map(move |front| {
        let own = own.clone();
        (1..=sweeps).filter_map(move |sweep| {
            let (plane, margin) = ((front + 1).checked_sub(sweep)?, sweeps - sweep);
            reach(&own, margin, planes).contains(&plane).then_some((sweep, plane, margin))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sweep_finds_what_the_one_before_left() {
        for (own, sweeps, planes) in [(0..5, 3, 5), (4..6, 4, 12), (0..1, 2, 1), (3..9, 1, 9)] {
            let mut done: Vec<Vec<usize>> = vec![Vec::new(); sweeps + 1];
            done[0] = (0..planes).collect();
            for (sweep, plane, margin) in wavefront(&own, sweeps, planes) {
                assert_eq!(margin, sweeps - sweep);
                for needed in plane.saturating_sub(1)..(plane + 2).min(planes) {
                    assert!(done[sweep - 1].contains(&needed), "sweep {sweep} of plane {plane} needs {needed}");
                }
                done[sweep].push(plane);
            }
            assert_eq!(done[sweeps], own.collect::<Vec<_>>());
        }
    }
}
