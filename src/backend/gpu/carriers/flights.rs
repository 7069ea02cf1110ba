//! Passes of the steady state on a GPU: every direction is swept by a workgroup of its own, front by front. What directions carry
//! is held less the temperature of the cell, so that f32 keeps the digits of what is left over. Coefficients come from the host in f64.

use super::layout::{Layout, WallInfo};
use super::program;
use crate::backend::gpu::device::Device;
use crate::backend::gpu::error::GpuError;
use crate::backend::gpu::kernel::Slot;
use crate::backend::gpu::shader::{LINE, Pipeline};
use crate::backend::{BackendError, BackendInfo, Precision, Resolution, Selection};
use crate::kinetic::anderson::Anderson;
use crate::kinetic::domain::{Domain, Law, OPEN, Wall};
use crate::kinetic::driving::Driving;
use crate::kinetic::faces::Faces;
use crate::kinetic::quadrature::Ordinates;
use crate::kinetic::steady::Passes;
use crate::kinetic::sweep::{Laps, WallState};
use crate::kinetic::tally::Tally;
use wgpu::{BindGroup, Buffer, BufferUsages};

/// What the directions of one dispatch may take, bytes.
const TOGETHER: u64 = 1 << 30;

/// Arrays per side of a cell.
const PER_SIDE: usize = 5;

/// Changes below this part of the largest value are rounding.
const ROUNDING: f64 = 1e-6;

/// Passes on a GPU.
pub struct Flights {
    device: Device,
    domain: Domain,
    ordinates: Ordinates,
    layout: Layout,
    sweep: Pipeline,
    gather: Pipeline,
    chunks: Vec<Chunk>,
    known: Buffer,
    before: Buffer,
    sums: Buffer,
    outs: Buffer,
    /// Per slot: wall of the domain.
    remembering: Vec<usize>,
}

/// Rows of a band that are swept together.
struct Chunk {
    band: usize,
    start: usize,
    end: usize,
    sweep: BindGroup,
    gather: BindGroup,
}

/// Walls where single directions keep what they carry from lap to lap.
fn keeps(domain: &Domain, wall: &Wall) -> bool {
    wall.law.remembers() && !domain.is_ring(wall.side.axis)
}

/// Lines of cells, rows that are swept together, and coefficients.
#[derive(Clone, Copy)]
struct Sizes {
    lines: usize,
    rows: usize,
    known: usize,
}

fn plan(domain: &Domain, ordinates: &Ordinates, max_binding: u64) -> Result<(Layout, Sizes), GpuError> {
    let layout = Layout::new(domain, &Driving::default(), ordinates, max_binding, keeps)?;
    let [nx, ny, nz] = domain.grid.cells();
    let lines = ny * nz + nx * nz + nx * ny;
    let widest = 4 * layout.cells.max(lines).max(layout.walls.len()) as u64;
    let rows = ((max_binding.min(TOGETHER) / widest) as usize).clamp(1, layout.directions());
    let known = (2 + 2 * PER_SIDE * layout.axes.len()) * layout.cells;
    Ok((layout, Sizes { lines, rows, known }))
}

fn bytes(layout: &Layout, sizes: Sizes) -> u64 {
    let (cells, walls) = (layout.cells, layout.walls.len());
    let entering = walls + layout.directions() * layout.slots;
    4 * (sizes.rows * (cells + sizes.lines + walls) + sizes.known + entering + 3 * cells + 16 * walls) as u64
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
        let (layout, Sizes { lines, rows, known }) = plan(domain, ordinates, device.max_binding)?;
        let (cells, walls) = (layout.cells, layout.walls.len());
        device.admit(bytes(&layout, Sizes { lines, rows, known }))?;
        let [sweep, gather] = program::sweeps(domain, &layout, lines);
        let floats = |label: &str, count: usize| device.storage(label, 4 * count as u64);
        let (mut wall_infos, _) = layout.wall_infos(domain, ordinates);
        wall_infos.push(WallInfo::default());
        let buffers = Buffers {
            state: floats("carriers", rows * cells)?,
            lines: floats("lines", rows * lines)?,
            outs: floats("what leaves", rows * walls)?,
            known: floats("coefficients", known)?,
            before: floats("what enters", walls + layout.directions() * layout.slots)?,
            sums: floats("means", cells)?,
            cells: device.filled("cells", bytemuck::cast_slice(&layout.cell_infos(domain)))?,
            walls: device.filled("walls", bytemuck::cast_slice(&wall_infos))?,
            numbers: device.filled("numbers", bytemuck::cast_slice(&layout.numbers(domain, ordinates, 0.0, 0.0)))?,
        };
        let [sweep, gather] = [sweep.compile(&device)?, gather.compile(&device)?];
        let mut chunks = Vec::new();
        for band in 0..layout.bands {
            let end = (band + 1) * layout.directions();
            for start in (band * layout.directions()..end).step_by(rows) {
                let end = end.min(start + rows);
                let range = [start as u32, start as u32, end as u32, 0];
                let usage = BufferUsages::UNIFORM | BufferUsages::COPY_DST;
                let uniform = device.buffer("rows of a slab", 16, usage)?;
                device.write(&uniform, bytemuck::cast_slice(&range))?;
                let bind = |pipeline: &Pipeline| {
                    device
                        .scoped(|| buffers.bind(&device, pipeline, &uniform))
                        .map_err(|error| GpuError::Refused(format!("kernel {}: {error}", pipeline.kernel.entry)))
                };
                chunks.push(Chunk { band, start, end, sweep: bind(&sweep)?, gather: bind(&gather)? });
            }
        }
        let remembering = (0..walls).filter(|&w| keeps(domain, &domain.walls[w])).collect();
        Ok(Flights {
            domain: domain.clone(),
            ordinates: ordinates.clone(),
            sweep,
            gather,
            chunks,
            known: buffers.known,
            before: buffers.before,
            sums: buffers.sums,
            outs: buffers.outs,
            remembering,
            layout,
            device,
        })
    }

    /// Bytes that the passes take on a device, if no binding is larger than `max_binding` bytes.
    ///
    /// # Errors
    /// If not even what one direction carries fits.
    pub fn memory(domain: &Domain, ordinates: &Ordinates, max_binding: u64) -> Result<u64, GpuError> {
        let (layout, sizes) = plan(domain, ordinates, max_binding)?;
        Ok(bytes(&layout, sizes))
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
        self.device.write(&self.known, bytemuck::cast_slice(&known))
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
        self.device.write(&self.before, bytemuck::cast_slice(&entering))
    }

    /// In the order of the device: walls that remember, and their slots on the host.
    fn slots(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let slot_of = |w: &usize| self.remembering.binary_search(w).ok().map(|slot| (*w, slot));
        self.layout.walls.iter().filter_map(slot_of)
    }

    /// One lap: means, and what leaves at walls in every direction, both less the temperature of the cell.
    fn lap(&self, band: usize) -> Result<(Vec<f64>, Vec<f32>), GpuError> {
        let walls = self.layout.walls.len();
        let mut outs = Vec::with_capacity(self.layout.directions() * walls);
        let mut encoder = self.device.encoder();
        encoder.clear_buffer(&self.sums, 0, None);
        for chunk in self.chunks.iter().filter(|c| c.band == band) {
            let rows = chunk.end - chunk.start;
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.sweep.pipeline);
            pass.set_bind_group(0, &chunk.sweep, &[]);
            pass.dispatch_workgroups(rows as u32, 1, 1);
            pass.set_pipeline(&self.gather.pipeline);
            pass.set_bind_group(0, &chunk.gather, &[]);
            let groups = (self.layout.cells as u32).div_ceil(LINE);
            let x = groups.min(super::passes::MOST_GROUPS);
            pass.dispatch_workgroups(x, groups.div_ceil(x), 1);
            drop(pass);
            let index = self.device.submit(std::mem::replace(&mut encoder, self.device.encoder()));
            self.device.wait(index)?;
            outs.extend(super::floats(&self.device, &self.outs, rows * walls)?);
        }
        let means = super::floats(&self.device, &self.sums, self.layout.cells)?;
        Ok((means.into_iter().map(f64::from).collect(), outs))
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
        self.upload_faces(&faces, temperature)?;
        let per_family = self.ordinates.images * self.remembering.len();
        let mut anderson: Vec<Anderson> = (0..self.ordinates.families()).map(|_| Anderson::new(8)).collect();
        for lap in 1.. {
            self.upload_entering(temperature, walls)?;
            let (mean, outs) = self.lap(band)?;
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
        mean: &[f64],
        outs: &[f32],
        (emission, inflow): (&[f64], &[f64]),
        change: f64,
    ) -> Tally {
        let domain = &self.domain;
        let mut tally = Tally::new(domain, false);
        tally.unsettled = change;
        tally.mean = mean.iter().zip(temperature).map(|(m, t)| m + t).collect();
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
        let info = &self.device.info;
        BackendInfo {
            kind: "gpu",
            adapter: info.name.clone(),
            api: info.backend.to_string(),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
            precision: Precision::F32.name(),
            kernel: String::new(),
            resolution: Resolution::COMPENSATED,
            notes: vec![
                "passes are made on the device in f32, less the temperature of the cell; the diffusion solve and the pass that judges the state are f64 on the host"
                    .into(),
            ],
        }
    }
}

struct Buffers {
    state: Buffer,
    lines: Buffer,
    outs: Buffer,
    known: Buffer,
    before: Buffer,
    sums: Buffer,
    cells: Buffer,
    walls: Buffer,
    numbers: Buffer,
}

impl Buffers {
    fn bind(&self, device: &Device, pipeline: &Pipeline, uniform: &Buffer) -> BindGroup {
        let buffer = |slot: Slot| match slot {
            Slot::Slab => uniform,
            Slot::Carried => &self.state,
            Slot::Lines => &self.lines,
            Slot::Outs => &self.outs,
            Slot::Known => &self.known,
            Slot::Before => &self.before,
            Slot::Gathered => &self.sums,
            Slot::CellInfos => &self.cells,
            Slot::Walls => &self.walls,
            Slot::Numbers => &self.numbers,
            other => unreachable!("no sweep sees {other:?}"),
        };
        let entries: Vec<_> = pipeline
            .bindings
            .iter()
            .map(|b| wgpu::BindGroupEntry { binding: b.slot as u32, resource: buffer(b.slot).as_entire_binding() })
            .collect();
        device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(pipeline.kernel.entry),
            layout: &pipeline.layout,
            entries: &entries,
        })
    }
}
