//! What Rust and WGSL must agree on, checked without a device.

use super::super::program::{self, Draft};
use super::super::slab::Cut;
use super::super::state::SlabUniform;
use super::super::{audit, faces};
use super::flows::changing_inertias;
use super::problems::{changing, conducting, medley, melting, ringing};
use crate::backend::Precision;
use crate::backend::gpu::GpuError;
use crate::bench::Case;
use crate::exact::Body;
use std::mem::offset_of;
use wgpu::naga;

/// Every shader of a problem.
pub(super) fn drafts(problem: crate::problem::Problem, precision: Precision) -> Result<Vec<Draft>, GpuError> {
    let conduction = super::conduction(problem);
    let cut = Cut::new(&conduction.problem.grid, &conduction.links.families, 64, 1 << 27, 1).unwrap();
    let drafts = program::drafts(&conduction, &cut, precision)?;
    Ok(drafts.all().chain([program::self_test()]).collect())
}

fn members(module: &naga::Module, name: &str) -> (Vec<(String, usize)>, usize) {
    let found = module.types.iter().find_map(|(_, t)| match &t.inner {
        naga::TypeInner::Struct { members, span } if t.name.as_deref() == Some(name) => Some((members, *span)),
        _ => None,
    });
    let (members, span) = found.unwrap();
    (members.iter().map(|m| (m.name.clone().unwrap(), m.offset as usize)).collect(), span as usize)
}

#[test]
fn every_shader_is_valid() {
    for three in [false, true] {
        for problem in [
            medley(three, 1),
            changing(three),
            conducting(three),
            melting(three),
            ringing(three),
            changing_inertias(three),
        ] {
            for draft in drafts(problem, Precision::F32).unwrap() {
                draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{error}"));
            }
        }
        let mut constant = medley(three, 1);
        constant.materials[0].relaxation_time = Some(1.0);
        for draft in [medley(three, 1), constant].into_iter().flat_map(|p| drafts(p, Precision::F64).unwrap()) {
            draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

#[test]
fn every_shader_of_the_linear_solver_is_valid_and_sees_no_more_than_eight_buffers() {
    for draft in super::super::linear::drafts() {
        draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{error}"));
        assert!(draft.bindings.len() <= 1 + 8, "{}", draft.kernel.entry);
    }
}

#[test]
fn every_shader_of_whole_numbers_is_valid_and_sees_no_more_than_eight_buffers() {
    for (case, cells) in [(Case::Plane, [8, 6, 1]), (Case::Blocks, [8, 6, 5])] {
        let body = Body::new(super::conduction(case.problem(cells))).unwrap();
        for draft in super::super::exact::drafts(&body, 5) {
            draft.source.check(&draft.kernel).unwrap_or_else(|error| panic!("{error}"));
            assert!(draft.bindings.len() <= 8, "{}", draft.kernel.entry);
        }
    }
}

#[test]
fn copies_go_through_a_kernel() {
    let draft = super::super::program::copy();
    draft.source.check(&draft.kernel).unwrap();
    let Some(options) = super::options() else { return };
    let bandwidth = super::super::copy_bandwidth(&options, 1 << 22).unwrap();
    assert!(bandwidth > 0.01, "{bandwidth}");
}

#[test]
fn the_uniform_has_the_same_layout_on_both_sides() {
    for draft in drafts(medley(true, 1), Precision::F32).unwrap() {
        let module = draft.source.check(&draft.kernel).unwrap();
        let (members, span) = members(&module, "Slab");
        assert_eq!(span, size_of::<SlabUniform>());
        let rust = [
            ("counts", offset_of!(SlabUniform, counts)),
            ("cells", offset_of!(SlabUniform, cells)),
            ("first", offset_of!(SlabUniform, first)),
            ("faces", offset_of!(SlabUniform, faces)),
            ("period", offset_of!(SlabUniform, period)),
            ("zero", offset_of!(SlabUniform, zero)),
        ];
        assert_eq!(members, rust.map(|(name, offset)| (name.to_string(), offset)));
    }
}

#[test]
fn faces_and_parts_are_packed_as_the_shaders_read_them() {
    for precision in [Precision::F32, Precision::F64] {
        let drafts = drafts(medley(false, 1), precision).unwrap();
        let module = |entry| {
            let draft = drafts.iter().find(|d| d.kernel.entry == entry).unwrap();
            draft.source.check(&draft.kernel).unwrap()
        };
        let number = precision.bytes() as usize;
        let (face, span) = members(&module("wall"), "Face");
        assert_eq!(span, faces::face_bytes(precision));
        let names = [
            "area",
            "conductance",
            "half",
            "x",
            "y",
            "z",
            "first",
            "convection",
            "ambient",
            "emissivity",
            "cell",
            "condition",
            "axis",
            "given",
        ];
        for (n, (name, offset)) in face.iter().enumerate() {
            assert_eq!((name.as_str(), *offset), (names[n], n.min(10) * number + n.saturating_sub(10) * 4));
        }
        let (part, span) = members(&module("audit"), "Part");
        assert_eq!(span, audit::part_bytes(precision));
        let offsets: Vec<usize> = part.iter().map(|(_, offset)| *offset).collect();
        assert_eq!(offsets, [0, number, 2 * number, 2 * number + 4]);
        if precision == Precision::F32 {
            let (totals, span) = members(&module("survey"), "Totals");
            assert_eq!(span, audit::totals_bytes(precision));
            let names = [
                "energy",
                "entropy",
                "warmth",
                "production",
                "source_heat",
                "source_entropy",
                "step_defect",
                "held",
                "extended",
            ];
            let (wall, span) = members(&module("wall_survey"), "WallState");
            assert_eq!(span as u64, faces::wall_state_bytes(precision));
            assert!(wall.iter().enumerate().all(|(n, (_, offset))| *offset == n * number));
            assert_eq!(totals, names.iter().enumerate().map(|(n, name)| (name.to_string(), 8 * n)).collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_fault_is_reported_in_its_own_file() {
    let mut draft = drafts(medley(false, 1), Precision::F32).unwrap().remove(0);
    draft.source.text = draft.source.text.replace("coefficients[stack + behind]", "coefficients[stack + beyond]");
    let Err(GpuError::Shader { file, line, message }) = draft.source.check(&draft.kernel) else { panic!() };
    assert_eq!((file.as_str(), line), ("shaders/lib/links.wgsl", 7));
    assert!(message.contains("beyond"), "{message}");
}
