//! Passes of the steady state on a GPU: every direction is swept by a workgroup of its own, front by front. What directions carry
//! is held less the temperature of the cell, so that f32 keeps the digits of what is left over. Coefficients come from the host in f64.

use super::layout::Layout;
use super::program::Swept;
use super::sweeps::{Sizes, Sweeps};
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::{BackendError, BackendInfo, Precision, Selection};
use crate::kinetic::anderson::Anderson;
use crate::kinetic::domain::{Domain, Law, OPEN};
use crate::kinetic::driving::Driving;
use crate::kinetic::faces::Faces;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::Passes;
use crate::kinetic::sweep::{Laps, WallState};
use crate::kinetic::tally::Tally;

/// Arrays per side of a cell.
const PER_SIDE: usize = 5;

/// Changes below this part of the largest value are rounding.
const ROUNDING: f64 = 1e-6;

/// Passes on a GPU.
pub struct Flights {
    domain: Domain,
    ordinates: Ordinates,
    layout: Layout,
    sweeps: Sweeps,
    /// Per slot: wall of the domain.
    remembering: Vec<usize>,
}

/// Walls where single directions keep what they carry from lap to lap.
fn keeps(domain: &Domain, wall: usize) -> bool {
    let wall = &domain.walls[wall];
    wall.law.remembers() && !domain.is_ring(wall.side.axis)
}

fn plan(domain: &Domain, ordinates: &Ordinates, max_binding: u64) -> Result<(Layout, Sizes), GpuError> {
    let layout = Layout::new(domain, &Driving::default(), ordinates, max_binding, |w| keeps(domain, w))?;
    let known = (2 + 2 * PER_SIDE * layout.axes.len()) * layout.cells;
    let sizes = Sizes::new(domain, &layout, 1, [known, layout.walls.len(), layout.cells], max_binding);
    Ok((layout, sizes))
}

impl Flights {
    /// Opens the selected adapter, or else the best GPU.
    ///
    /// # Errors
    /// If no adapter is meant, or the carriers do not fit it.
    pub fn new(domain: &Domain, ordinates: &Ordinates, selection: &Selection) -> Result<Flights, GpuError> {
        if selection.precision == Some(Precision::F64) {
            return Err(GpuError::Unsupported(super::SINGLE_ONLY.into()));
        }
        let device = Device::open(selection, Precision::F32)?;
        let (layout, sizes) = plan(domain, ordinates, device.max_binding)?;
        let numbers = layout.numbers(domain, ordinates, 0.0, 0.0);
        let sweeps = Sweeps::new(device, domain, ordinates, &layout, (sizes, &Swept::PHONONS), &numbers)?;
        let remembering = (0..domain.walls.len()).filter(|&w| keeps(domain, w)).collect();
        Ok(Flights { domain: domain.clone(), ordinates: ordinates.clone(), layout, sweeps, remembering })
    }

    /// Bytes that the passes take on a device, if no binding is larger than `max_binding` bytes.
    ///
    /// # Errors
    /// If not even what one direction carries fits.
    pub fn memory(domain: &Domain, ordinates: &Ordinates, max_binding: u64) -> Result<u64, GpuError> {
        let (layout, sizes) = plan(domain, ordinates, max_binding)?;
        Ok(sizes.bytes(&layout))
    }

    /// What the faces of a band tell, less the temperature of the cell.
    fn upload_faces(&self, faces: &Faces, temperature: &[f64]) -> Result<(), GpuError> {
        let domain = &self.domain;
        let n = self.layout.cells;
        let strides = domain.strides();
        let mut known = vec![0.0_f32; (2 + 2 * PER_SIDE * self.layout.axes.len()) * n];
        for c in (0..n).filter(|&c| domain.is_solid(c)) {
            known[c] = faces.inverse_path[c] as f32;
            known[n + c] = faces.lift[c] as f32;
        }
        for (i, &axis) in self.layout.axes.iter().enumerate() {
            let ring = faces.rings.contains(&axis);
            for up in 0..2 {
                let table = (2 + PER_SIDE * (2 * i + up)) * n;
                let along = &faces.along[axis][up];
                for c in (0..n).filter(|&c| domain.is_solid(c)) {
                    if ring {
                        let exit = domain.wall[axis][1 - up][c] as usize;
                        let jump = if let Law::Periodic { jump, .. } = domain.walls[exit].law { jump } else { 0.0 };
                        known[table + c] = (jump * faces.inverse_width[axis][0] / faces.inverse_path[c]) as f32;
                        continue;
                    }
                    let step = if domain.wall[axis][up][c] == OPEN {
                        let behind = if up == 1 { c + strides[axis] } else { c - strides[axis] };
                        temperature[behind] - temperature[c]
                    } else {
                        0.0
                    };
                    let values = [along.reach[c], along.shift[c], along.tilt[c], along.ahead[c] - temperature[c], step];
                    values.iter().enumerate().for_each(|(k, v)| known[table + k * n + c] = *v as f32);
                }
            }
        }
        self.sweeps.know(&known)
    }

    fn upload_entering(&self, temperature: &[f64], walls: &WallState) -> Result<(), GpuError> {
        let own = |w: usize| temperature[self.domain.walls[w].cell as usize];
        let mut entering: Vec<f32> = self.layout.walls.iter().map(|&w| (walls.emission[w] - own(w)) as f32).collect();
        // slots of the device are in the order of its walls
        let slots: Vec<(usize, usize)> = self.slots().collect();
        for &d in &self.layout.followed {
            let inflow = &walls.inflow[d * slots.len()..(d + 1) * slots.len()];
            entering.extend(slots.iter().map(|&(w, slot)| (inflow[slot] - own(w)) as f32));
        }
        self.sweeps.let_in(&entering)
    }

    /// In the order of the device: walls that remember, and their slots on the host.
    fn slots(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let slot_of = |w: &usize| self.remembering.binary_search(w).ok().map(|slot| (*w, slot));
        self.layout.walls.iter().filter_map(slot_of)
    }

    /// What comes back to walls that remember; tells the largest change and the largest value.
    fn next_inflow(&self, temperature: &[f64], outs: &[f32], walls: &mut WallState) -> [f64; 2] {
        let (domain, slots) = (&self.domain, self.remembering.len());
        let (mut change, mut largest) = (0.0_f64, 0.0_f64);
        for (row, &d) in self.layout.followed.iter().enumerate() {
            for (n, &w) in self.layout.walls.iter().enumerate() {
                let wall = &domain.walls[w];
                if (self.ordinates.direction[d][wall.side.axis] > 0.0) != wall.side.high {
                    continue;
                }
                let out = f64::from(outs[row * self.layout.walls.len() + n]);
                let x = temperature[wall.cell as usize] + out;
                let (to, there, value) = match wall.law {
                    Law::Adiabatic { specularity } if specularity > 0.0 => {
                        (w, d ^ (1 << wall.side.axis), specularity * x + (1.0 - specularity) * walls.emission[w])
                    }
                    Law::Periodic { partner, jump } if !domain.is_ring(wall.side.axis) => {
                        (partner as usize, d, x + jump)
                    }
                    _ => continue,
                };
                let slot = self.remembering.binary_search(&to).expect("a wall that remembers leads to one that does");
                let place = &mut walls.inflow[there * slots + slot];
                change = change.max((value - *place).abs());
                largest = largest.max(value.abs());
                *place = value;
            }
        }
        [change, largest]
    }

    fn swept(&self, band: usize, temperature: &[f64], walls: &mut WallState, laps: Laps) -> Result<Tally, GpuError> {
        let faces = Faces::new(&self.domain, band, temperature, &walls.emission);
        let temperature = &faces.target;
        self.upload_faces(&faces, temperature)?;
        let per_family = self.ordinates.images * self.remembering.len();
        let mut anderson: Vec<Anderson> = (0..self.ordinates.families()).map(|_| Anderson::new(8)).collect();
        for lap in 1.. {
            self.upload_entering(temperature, walls)?;
            let (mean, outs) = self.sweeps.lap(band)?;
            let before = walls.inflow.clone();
            let [change, largest] = self.next_inflow(temperature, &outs, walls);
            if self.remembering.is_empty() || change <= laps.change.max(ROUNDING * largest) || lap >= laps.most {
                return Ok(self.tally(temperature, &mean, &outs, (&walls.emission, &before), change));
            }
            if lap > 2 {
                let families = walls.inflow.chunks_mut(per_family).zip(before.chunks(per_family));
                for ((inflow, before), anderson) in families.zip(&mut anderson) {
                    let next = anderson.next(before, inflow.to_vec());
                    inflow.copy_from_slice(&next);
                }
            }
        }
        unreachable!("laps end")
    }

    fn tally(
        &self,
        temperature: &[f64],
        mean: &[f32],
        outs: &[f32],
        (emission, inflow): (&[f64], &[f64]),
        change: f64,
    ) -> Tally {
        let domain = &self.domain;
        let mut tally = Tally::new(domain, false);
        tally.unsettled = change;
        tally.mean = mean.iter().zip(temperature).map(|(m, t)| f64::from(*m) + t).collect();
        for (n, &w) in self.layout.walls.iter().enumerate() {
            let wall = &domain.walls[w];
            let axis = wall.side.axis;
            let t = temperature[wall.cell as usize];
            let half = self.ordinates.half_flux(axis);
            let slot = self.remembering.binary_search(&w).ok();
            let (mut hits, mut returns) = (half * t, if slot.is_some() { 0.0 } else { half * emission[w] });
            for (row, (&d, &weight)) in self.layout.followed.iter().zip(&self.layout.weight).enumerate() {
                let s = self.ordinates.direction[d][axis];
                if (s > 0.0) == wall.side.high {
                    hits += weight * s.abs() * f64::from(outs[row * self.layout.walls.len() + n]);
                } else if let Some(slot) = slot {
                    returns += weight * s.abs() * inflow[d * self.remembering.len() + slot];
                }
            }
            (tally.hits[w], tally.returns[w]) = (hits, returns);
        }
        // joined ends of one cell: what enters is what leaves and a jump, and its middle is what the cell carries
        for (w, wall) in domain.walls.iter().enumerate().filter(|(_, w)| domain.is_ring(w.side.axis)) {
            if let Law::Periodic { partner, jump } = wall.law {
                let half = self.ordinates.half_flux(wall.side.axis);
                tally.returns[partner as usize] = tally.hits[w] + 0.5 * half * jump;
            }
        }
        for (w, wall) in domain.walls.iter().enumerate().filter(|(_, w)| domain.is_ring(w.side.axis)) {
            if let Law::Periodic { jump, .. } = wall.law {
                tally.hits[w] -= 0.5 * self.ordinates.half_flux(wall.side.axis) * jump;
            }
        }
        tally
    }
}

impl Passes for Flights {
    fn pass(
        &mut self,
        band: usize,
        temperature: &[f64],
        walls: &mut WallState,
        laps: Laps,
    ) -> Result<Tally, BackendError> {
        Ok(self.swept(band, temperature, walls, laps)?)
    }

    fn info(&self) -> BackendInfo {
        self.sweeps.info(
            "the temperature of the cell; the diffusion solve and the pass that judges the state are f64 on the host",
        )
    }
}
