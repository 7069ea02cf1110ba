//! One iteration of the conjugate gradients as a list of dispatches: the K-cycle of `multigrid::cycle`, unrolled.

use super::super::device::Device;
use super::super::kernel::{Kernel, Slot};
use super::super::shader::{LINE, Pipeline};
use super::super::state::MOST_GROUPS;
use super::kernels::{self, Kernels, summing_groups};
use super::levels::Levels;
use wgpu::{BindGroup, Buffer};

/// A dispatch: places of its kernel and of its bindings, and its workgroups.
#[derive(Debug, Clone, Copy)]
struct Command {
    kernel: usize,
    bind_group: usize,
    groups: u32,
}

/// The dispatches of one iteration.
pub(super) struct Cycle {
    bind_groups: Vec<BindGroup>,
    commands: Vec<Command>,
}

impl Cycle {
    /// Binds the kernels to the levels.
    pub(super) fn new(device: &Device, kernels: &Kernels, levels: &Levels) -> Cycle {
        let mut recorder =
            Recorder { device, kernels, levels, bind_groups: Vec::new(), solved: vec![None; levels.levels.len()] };
        let commands = recorder.iteration();
        Cycle { bind_groups: recorder.bind_groups, commands }
    }

    /// Dispatches of an iteration.
    pub(super) fn len(&self) -> usize {
        self.commands.len()
    }

    /// Records one iteration.
    pub(super) fn encode(&self, kernels: &Kernels, pass: &mut wgpu::ComputePass) {
        for command in &self.commands {
            pass.set_pipeline(&kernels.at(command.kernel).pipeline);
            pass.set_bind_group(0, &self.bind_groups[command.bind_group], &[]);
            pass.dispatch_workgroups(command.groups, 1, 1);
        }
    }
}

struct Recorder<'a> {
    device: &'a Device,
    kernels: &'a Kernels,
    levels: &'a Levels,
    bind_groups: Vec<BindGroup>,
    /// What solves each coarse system: the same wherever it is needed.
    solved: Vec<Option<Vec<Command>>>,
}

impl<'a> Recorder<'a> {
    /// Flexible conjugate gradients, as in `multigrid::cg`.
    fn iteration(&mut self) -> Vec<Command> {
        let level = &self.levels.levels[0];
        let fine = level.fine.as_ref().expect("the first level is the finest");
        let (z, p, q) = (&fine.preconditioned, &level.first, &level.product);
        let mut commands = self.precondition(0, z);
        let advance = [(Slot::Known, p), (Slot::Other, q), (Slot::Result, &level.solution), (Slot::Carry, &fine.carry)];
        commands.extend([
            self.summing(&kernels::DOT, 0, &[(Slot::Known, z), (Slot::Other, q)]),
            self.single(&kernels::TURN, 0),
            self.of_rows(&kernels::BLEND, 0, &[(Slot::Known, z), (Slot::Result, p)]),
            self.summing(&kernels::PRODUCT, 0, &[(Slot::Known, p), (Slot::Other, p), (Slot::Result, q)]),
            self.single(&kernels::STEP_LENGTH, 0),
            self.summing(&kernels::ADVANCE, 0, &advance),
            self.single(&kernels::SQUARE, 0),
        ]);
        commands
    }

    /// One cycle on the level's right-hand side.
    fn precondition(&mut self, level: usize, z: &'a Buffer) -> Vec<Command> {
        let levels = &self.levels.levels;
        let Some(next) = levels.get(level + 1) else {
            return vec![self.of_rows(&kernels::COARSEST, level, &[(Slot::Result, z)])];
        };
        let spare = &levels[level].spare;
        let restrict = [(Slot::Known, z), (Slot::Result, &next.rhs)];
        let mut commands = vec![
            self.of_rows(&kernels::SMOOTH_FROM_ZERO, level, &[(Slot::Result, z)]),
            self.command(&kernels::RESTRICT, level, &restrict, over(levels[level].aggregates)),
        ];
        commands.extend(self.solve(level + 1));
        commands.extend([
            self.of_rows(&kernels::CORRECT, level, &[(Slot::Known, &next.solution), (Slot::Result, z)]),
            self.of_rows(&kernels::SMOOTH_FIRST, level, &[(Slot::Known, z), (Slot::Result, spare)]),
            self.of_rows(&kernels::SMOOTH_SECOND, level, &[(Slot::Known, spare), (Slot::Result, z)]),
        ]);
        commands
    }

    fn solve(&mut self, level: usize) -> Vec<Command> {
        if self.solved[level].is_none() {
            self.solved[level] = Some(self.steps(level));
        }
        self.solved[level].clone().unwrap_or_default()
    }

    /// A coarse system: directly, or by two steps of flexible conjugate gradients.
    fn steps(&mut self, level: usize) -> Vec<Command> {
        let own = &self.levels.levels[level];
        if level + 1 == self.levels.levels.len() {
            return vec![self.of_rows(&kernels::COARSEST, level, &[(Slot::Result, &own.solution)])];
        }
        let (c, d) = (&own.first, &own.solution);
        let mut commands = self.precondition(level, c);
        commands.extend([
            self.summing(&kernels::PRODUCT, level, &[(Slot::Known, c), (Slot::Other, c), (Slot::Result, &own.product)]),
            self.single(&kernels::INNER_FIRST, level),
            self.of_rows(&kernels::BLEND, level, &[(Slot::Known, &own.product), (Slot::Result, &own.rhs)]),
        ]);
        commands.extend(self.precondition(level, d));
        commands.extend([
            self.summing(&kernels::PRODUCT, level, &[(Slot::Known, d), (Slot::Other, c), (Slot::Result, &own.spare)]),
            self.single(&kernels::INNER_SECOND, level),
            self.of_rows(&kernels::BLEND, level, &[(Slot::Known, c), (Slot::Result, d)]),
        ]);
        commands
    }

    fn of_rows(&mut self, kernel: &Kernel, level: usize, buffers: &[(Slot, &Buffer)]) -> Command {
        self.command(kernel, level, buffers, over(self.levels.levels[level].rows))
    }

    fn summing(&mut self, kernel: &Kernel, level: usize, buffers: &[(Slot, &Buffer)]) -> Command {
        self.command(kernel, level, buffers, summing_groups(self.levels.levels[level].rows))
    }

    fn single(&mut self, kernel: &Kernel, level: usize) -> Command {
        self.command(kernel, level, &[], 1)
    }

    /// Binds a kernel to the buffers named and, where none is, to those of the level.
    fn command(&mut self, kernel: &Kernel, level: usize, buffers: &[(Slot, &Buffer)], groups: u32) -> Command {
        let (place, pipeline) = self.kernels.find(kernel);
        let find = |slot: Slot| {
            let named = buffers.iter().find(|(s, _)| *s == slot).map(|(_, buffer)| *buffer);
            let shared = (slot == Slot::Partials).then_some(&self.levels.partials);
            let own = self.levels.levels[level].buffer(slot);
            named.or(shared).or(own).expect("every level has what its kernels read")
        };
        self.bind_groups.push(bind_group(self.device, pipeline, find));
        Command { kernel: place, bind_group: self.bind_groups.len() - 1, groups }
    }
}

/// Binds what a kernel was made to.
pub(super) fn bind_group<'b>(device: &Device, pipeline: &Pipeline, find: impl Fn(Slot) -> &'b Buffer) -> BindGroup {
    let entry = |slot: Slot| wgpu::BindGroupEntry { binding: slot as u32, resource: find(slot).as_entire_binding() };
    let entries: Vec<_> = pipeline.bindings.iter().map(|b| entry(b.slot)).collect();
    device.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some(pipeline.kernel.entry),
        layout: &pipeline.layout,
        entries: &entries,
    })
}

/// Workgroups for so many rows; beyond what a dispatch may have, threads take several.
pub(super) fn over(rows: u32) -> u32 {
    rows.div_ceil(LINE).clamp(1, MOST_GROUPS)
}
