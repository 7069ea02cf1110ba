//! Passes of a gas on a GPU. What velocities carry is held less what collisions tend to in the cell, on faces less the same there
//! (`shaders/lib/molecules.wgsl`), so that f32 keeps the digits of what carries heat; those differences come from the host in f64.

mod walls;

#[cfg(test)]
pub(super) mod tests;

use super::layout::Layout;
use super::program::Swept;
use super::sweeps::{Sizes, Sweeps};
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::{BackendError, BackendInfo, Precision, Selection};
use crate::kinetic::anderson::Anderson;
use crate::kinetic::domain::Law;
use crate::kinetic::driving::Driving;
use crate::kinetic::gas::faces::{DENSITY, Faces, Moments, TEMPERATURE, on_faces};
use crate::kinetic::gas::law::Vessel;
use crate::kinetic::gas::pass::{Laps, WallState};
use crate::kinetic::gas::steady::Elsewhere;
use crate::kinetic::gas::tally::Tally;
use crate::kinetic::gas::velocities::Velocities;
use crate::kinetic::quadrature::Ordinates;
use rayon::prelude::*;
use walls::Rim;

/// Tables of moments per axis.
const PER_AXIS: usize = 5;

/// Changes below this part of the largest value are rounding.
const ROUNDING: f64 = 3e-7;

/// Passes of a gas on a GPU.
pub struct Molecules {
    vessel: Vessel,
    layout: Layout,
    sweeps: Sweeps,
    rim: Rim,
    /// Families of velocities, and numbers that each keeps at walls.
    families: [usize; 2],
}

fn plan(vessel: &Vessel, all: &Ordinates, max_binding: u64) -> Result<(Layout, Sizes), GpuError> {
    let domain = &vessel.domain;
    let layout = Layout::new(domain, &Driving::default(), all, max_binding, |w| vessel.remembers(w))?;
    let kinds = Moments::zero(vessel).kind.len();
    let known = PER_AXIS * layout.axes.len() * kinds * layout.cells;
    let numbers = [known, 2 * kinds * layout.walls.len(), kinds * layout.cells];
    let sizes = Sizes::new(domain, &layout, vessel.parts().count(), numbers, max_binding);
    Ok((layout, sizes))
}

impl Molecules {
    /// Opens the selected adapter, or else the best GPU.
    ///
    /// # Errors
    /// If no adapter is meant, or the gas does not fit it.
    pub fn new(vessel: &Vessel, velocities: &Velocities, selection: &Selection) -> Result<Molecules, GpuError> {
        if selection.precision == Some(Precision::F64) {
            return Err(GpuError::Unsupported(super::SINGLE_ONLY.into()));
        }
        let device = Device::open(selection, Precision::F32)?;
        let all = velocities.all();
        let (layout, sizes) = plan(vessel, &all, device.max_binding)?;
        let mut numbers = layout.numbers(&vessel.domain, &all, 0.0, 0.0);
        let swept = Swept::molecules(constants(vessel, velocities, &layout, numbers.len()));
        numbers.extend(rays(vessel, velocities, &layout));
        let sweeps = Sweeps::new(device, &vessel.domain, &all, &layout, (sizes, &swept), &numbers)?;
        let rim = Rim::new(vessel, velocities, &layout);
        let per_family = velocities.ordinates.images * layout.slots * sizes.held;
        let families = [velocities.families(), per_family];
        Ok(Molecules { vessel: vessel.clone(), layout, sweeps, rim, families })
    }

    /// Bytes that the passes take on a device, if no binding is larger than `max_binding` bytes.
    ///
    /// # Errors
    /// If not even what one velocity carries fits.
    pub fn memory(vessel: &Vessel, velocities: &Velocities, max_binding: u64) -> Result<u64, GpuError> {
        let (layout, sizes) = plan(vessel, &velocities.all(), max_binding)?;
        Ok(sizes.bytes(&layout))
    }

    /// Uploads the differences of moments that cells need; returns the moments on the faces of the walls.
    fn upload_faces(&self, moments: &Moments) -> Result<Vec<f64>, GpuError> {
        let domain = &self.vessel.domain;
        let faces = Faces::new(&self.vessel, moments);
        let kinds = faces.kinds;
        let table = kinds * self.layout.cells;
        let mut known = vec![0.0_f32; PER_AXIS * self.layout.axes.len() * table];
        let mut on_walls = self.rim.in_cells(&faces.cell, kinds);
        for (known, &axis) in known.chunks_mut(PER_AXIS * table).zip(&self.layout.axes) {
            if domain.is_ring(axis) {
                for c in (0..self.layout.cells).filter(|&c| domain.is_solid(c)) {
                    let Law::Periodic { jump, .. } = domain.walls[domain.wall[axis][1][c] as usize].law else {
                        continue;
                    };
                    // what enters is what leaves, so much warmer under one pressure
                    known[c * kinds + DENSITY] = jump as f32;
                    known[c * kinds + TEMPERATURE] = -jump as f32;
                }
                continue;
            }
            let on = on_faces(&self.vessel, moments, axis);
            let [low, high] = &faces.along[axis];
            let of_face = |n: usize| -> f64 { on[n][1].0 - on[n][0].0 };
            let mut tables = known.chunks_mut(table);
            let mut fill = |value: &(dyn Fn(usize) -> f64 + Sync)| {
                let table = tables.next().expect("a table for each");
                table.par_iter_mut().enumerate().with_min_len(4096).for_each(|(n, to)| *to = value(n) as f32);
            };
            fill(&of_face);
            for along in [low, high] {
                fill(&|n| along.shift[n]);
                fill(&|n| along.tilt[n]);
            }
            self.rim.take(axis, &on, kinds, &mut on_walls);
        }
        self.sweeps.know(&known)?;
        Ok(on_walls)
    }

    fn swept(&self, moments: &Moments, walls: &mut WallState, laps: Laps) -> Result<Tally, GpuError> {
        let on_walls = self.upload_faces(moments)?;
        let [families, per_family] = self.families;
        let mut anderson: Vec<Anderson> = (0..families).map(|_| Anderson::new(8)).collect();
        for lap in 1.. {
            self.sweeps.let_in(&self.rim.entering(&self.vessel, moments, &on_walls, walls))?;
            let (sums, outs) = self.sweeps.lap(0)?;
            let before = walls.inflow.clone();
            let [change, largest] = self.rim.next_inflow(&self.vessel, &on_walls, &outs, &mut walls.inflow);
            if self.layout.slots == 0 || change <= laps.change.max(ROUNDING * largest) || lap >= laps.most {
                let mut tally = Tally::new(&self.vessel, false);
                tally.moments = self.moments(moments, &sums);
                tally.unsettled = change;
                tally.laps = lap * families;
                self.rim.count(&self.vessel, &on_walls, &outs, (&walls.emission, &before), &mut tally);
                return Ok(tally);
            }
            if lap > 2 {
                let families = walls.inflow.par_chunks_mut(per_family).zip(before.par_chunks(per_family));
                families.zip(&mut anderson).for_each(|((inflow, before), anderson)| {
                    let next = anderson.next(before, inflow.to_vec());
                    inflow.copy_from_slice(&next);
                });
            }
        }
        unreachable!("laps end")
    }

    /// Moments of what collisions tended to, and of what was left of it.
    fn moments(&self, of_collisions: &Moments, sums: &[f32]) -> Moments {
        let mut moments = of_collisions.clone();
        let fluxes = moments.flux(0);
        for ((kind, values), sums) in moments.kind.iter_mut().enumerate().zip(sums.chunks(self.layout.cells)) {
            let kept = if kind < fluxes { 1.0 } else { 1.0 - self.vessel.gas.prandtl };
            values.iter_mut().zip(sums).for_each(|(m, s)| *m = kept * *m + f64::from(*s));
        }
        moments
    }
}

impl Elsewhere for Molecules {
    fn pass(&mut self, moments: &Moments, walls: &mut WallState, laps: Laps) -> Result<Tally, BackendError> {
        Ok(self.swept(moments, walls, laps)?)
    }

    fn info(&self) -> BackendInfo {
        let less = "what collisions tend to; the continuum and the pass that judges the state are f64 on the host";
        self.sweeps.info(less)
    }
}

/// What the shaders must know of the gas; its tables begin at `from` among the numbers.
pub(super) fn constants(vessel: &Vessel, velocities: &Velocities, layout: &Layout, from: usize) -> String {
    let (gas, parts) = (&vessel.gas, vessel.parts());
    let places: usize = layout.axes.iter().map(|&a| vessel.domain.grid.cells()[a]).sum();
    let mut text = String::new();
    for (name, value) in [
        ("MOMENTS", Moments::zero(vessel).kind.len()),
        ("HELD", parts.count()),
        ("ANGLES", velocities.ordinates.families()),
        ("PLACES", places),
        ("ENERGIES", from),
        ("RAYS", from + layout.families),
    ] {
        text += &format!("const {name}: u32 = {value}u;\n");
    }
    for (name, value) in [
        ("RATE", gas.rate),
        ("HEAT", 0.8 * (1.0 - gas.prandtl)),
        ("INTERNAL_HEAT", 2.0 * (1.0 - gas.prandtl)),
        ("FREEDOM", 0.5 * (3.0 + gas.internal)),
    ] {
        text += &format!("const {name}: Real = {value:e};\n");
    }
    let half = |part: usize| if part > 0 && part < parts.count() { parts.energy(part).0 } else { 0.0 };
    text + &format!(
        "const HALVES = vec3<Real>(0.0, {:e}, {:e});\nconst PLANAR: bool = {};\nconst INTERNAL: bool = {};\n",
        half(1),
        half(2),
        parts.planar,
        gas.internal > 0.0
    )
}

/// Per family: c^2 less half the dimensions. Per speed and place along each axis: the part of a ray of half a cell that is kept
/// (see [`crate::kinetic::gas::pass`]), and the rest over the rate, m.
fn rays(vessel: &Vessel, velocities: &Velocities, layout: &Layout) -> Vec<f32> {
    let (rate, d) = (vessel.gas.rate, vessel.parts().dimensions());
    let energy = |family: usize| (velocities.at(family, 0).0.powi(2) - 0.5 * d) as f32;
    let mut rays: Vec<f32> = (0..velocities.families()).map(energy).collect();
    for speed in &velocities.speed {
        for &axis in &layout.axes {
            for width in vessel.domain.grid.axis(axis).widths() {
                let thickness = 0.5 * width * rate / speed;
                let kept = (1.0 + thickness) * (-thickness).exp();
                let lost = -(-thickness).exp_m1() - thickness * (-thickness).exp();
                rays.extend([kept as f32, (lost / rate) as f32]);
            }
        }
    }
    rays
}
