//! What equilibria hold far from the reference, as the device reads it.

use super::layout::in_two;
use crate::backend::gpu::error::GpuError;
use crate::kinetic::domain::Domain;
use crate::kinetic::medium::Medium;
use crate::kinetic::occupation::{Interval, Occupation};
use std::sync::Arc;

/// Numbers of an interval of the curve of a band.
pub(super) const OF_INTERVAL: usize = 7;

/// Curves of any medium where equilibria are not those of small deviations.
pub(super) fn of(domain: &Domain) -> Result<Option<Arc<Occupation>>, GpuError> {
    let far = domain.media.first().and_then(|medium| medium.occupation.clone());
    if domain.media.iter().any(|medium| medium.occupation.is_some() != far.is_some()) {
        let text = "media of small and of large temperature differences beside each other: use --backend cpu";
        return Err(GpuError::Unsupported(text.into()));
    }
    Ok(far)
}

/// The curves of a medium, interval by interval; as `shaders/lib/occupied.wgsl` reads them.
pub(super) fn numbers(medium: &Medium) -> impl Iterator<Item = f32> + '_ {
    let curves = medium.occupation.as_ref().expect("all media have curves");
    let of_band = |band: usize| (0..Occupation::INTERVALS).map(move |n| (band, n));
    (0..medium.bands.len()).flat_map(of_band).flat_map(|(band, n)| {
        let Interval { held, chord, bend, path, thins } = curves.interval(band, n);
        let [first, second] = in_two(held);
        let time = path / medium.bands[band].velocity;
        [first, second, chord as f32, bend[0] as f32, bend[1] as f32, time as f32, thins as f32]
    })
}
