//! The functions that differ from problem to problem, as WGSL.

use super::error::GpuError;
use super::tables::{IntegralPlace, Tables};
use super::values::{Kind, Values, kind};
use crate::expression::Expression;
use crate::links::{Family, conductivity_varies};
use crate::problem::{Condition, Conductivity, Material, Problem, ValueId};
use std::fmt::Write;

/// Where things are among the coefficients, in arrays of one value per cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stack {
    /// Links; the first ones along axes.
    pub(super) families: usize,
    /// Sources that vary in space alone, W/m3.
    pub(super) fixed_sources: Option<usize>,
    /// Contact resistances of the links along axes, where conductances are renewed.
    pub(super) resistances: Option<usize>,
    /// Conductivities that come from an array file, which has no text in WGSL, W/(m K).
    pub(super) rasters: Vec<(ValueId, usize)>,
    /// Number of arrays.
    pub(super) arrays: usize,
}

impl Stack {
    pub(super) fn new(problem: &Problem, families: &[Family]) -> Stack {
        let mut stack = Stack {
            families: families.len(),
            fixed_sources: None,
            resistances: None,
            rasters: Vec::new(),
            arrays: families.len() + 1,
        };
        if problem.sources.iter().any(|&id| fixed_part(problem, id).is_some()) {
            stack.fixed_sources = Some(stack.arrays);
            stack.arrays += 1;
        }
        if !problem.contacts.is_empty() && conductivity_varies(problem) {
            stack.resistances = Some(stack.arrays);
            stack.arrays += axis_families(families).count();
        }
        for id in
            problem.materials.iter().flat_map(conductivities_of).filter(|&id| problem.values.get(id).reads_raster())
        {
            if stack.raster(id).is_none() {
                stack.rasters.push((id, stack.arrays));
                stack.arrays += 1;
            }
        }
        stack
    }

    /// The array of a conductivity that comes from a file.
    fn raster(&self, id: ValueId) -> Option<usize> {
        self.rasters.iter().find(|(known, _)| *known == id).map(|(_, array)| *array)
    }
}

/// The values that the conductivity of a material is made of.
fn conductivities_of(material: &Material) -> Vec<ValueId> {
    let liquid = material.melting.as_ref().and_then(|m| m.liquid_conductivity);
    let solid = match &material.conductivity {
        Conductivity::Isotropic(id) => vec![*id],
        Conductivity::Diagonal(ids) => ids.to_vec(),
        Conductivity::Tensor(_) => Vec::new(),
    };
    solid.into_iter().chain(liquid).collect()
}

/// Number, axis of every family of faces.
pub(super) fn axis_families(families: &[Family]) -> impl Iterator<Item = (usize, usize)> + '_ {
    families.iter().enumerate().filter_map(|(n, f)| {
        let steps = f.offset.abs();
        (steps.element_sum() == 1).then(|| (n, (0..3).position(|a| steps[a] == 1).unwrap_or(0)))
    })
}

/// What of a source is evaluated once in each cell: all of one that varies in space and not in time; of one that does both what an array
/// file adds to it, which has no text in WGSL.
pub(super) fn fixed_part(problem: &Problem, id: ValueId) -> Option<Expression> {
    let value = problem.values.get(id);
    match kind(value) {
        Kind::Fixed => value.is_spatial().then(|| value.clone()),
        Kind::Mixed if value.reads_raster() => Some(value.split().0),
        _ => None,
    }
}

/// Whether a source varies in space and not in time.
pub(super) fn is_fixed_in_space(problem: &Problem, id: ValueId) -> bool {
    let value = problem.values.get(id);
    value.is_spatial() && kind(value) == Kind::Fixed
}

/// `link_heat`: what a cell gains over all its links, W. `counts`: cells along each axis; `cut`: the axis with ghosts.
pub(super) fn links(families: &[Family], counts: [usize; 3], cut: usize) -> String {
    let mut text =
        String::from("fn link_heat(at: vec3<u32>, i: u32, here: Real) -> Real {\n    var gain = Real(0.0);\n");
    for (n, family) in families.iter().enumerate() {
        let offset = offset_text(family, counts, cut);
        let _ = writeln!(text, "    gain += pair_heat({n}u, at, i, here, {offset});");
    }
    text.push_str("    return gain;\n}\n");
    text
}

/// `relax_links`: the heats of the links that are stored with a cell go on towards Fourier's.
pub(super) fn relaxations(families: &[Family], counts: [usize; 3], cut: usize) -> String {
    let mut text = String::from("fn relax_links(at: vec3<u32>, i: u32) {\n");
    for (n, family) in families.iter().enumerate() {
        let _ = writeln!(text, "    relax_link({n}u, at, i, {});", offset_text(family, counts, cut));
    }
    text.push_str("}\n");
    text
}

/// `link_held`: what the heats of the links that are stored with a cell hold back of the entropy, J/K, and the extended entropy that they
/// produce, W/K; none where no heat is state.
pub(super) fn holdings(families: Option<&[Family]>, counts: [usize; 3], cut: usize) -> String {
    let mut text =
        String::from("fn link_held(at: vec3<u32>, i: u32, here: Real) -> vec2<Real> {\n    var held = vec2<Real>();\n");
    for (n, family) in families.into_iter().flatten().enumerate() {
        let offset = offset_text(family, counts, cut);
        let _ = writeln!(text, "    held += pair_held({n}u, at, i, here, {offset});");
    }
    text.push_str("    return held;\n}\n");
    text
}

/// `judge_links`: the second law for the links that are stored with a cell.
pub(super) fn judged_links(families: &[Family], counts: [usize; 3], cut: usize) -> String {
    let mut text =
        String::from("fn judge_links(before: Judged, at: vec3<u32>, i: u32) -> Judged {\n    var judged = before;\n");
    for (n, family) in families.iter().enumerate() {
        let offset = offset_text(family, counts, cut);
        let _ = writeln!(text, "    judged = judge_link(judged, {n}u, at, i, {offset});");
    }
    text.push_str("    return judged;\n}\n");
    text
}

/// `surroundings`: range of the temperatures of a cell and of what its links lead to.
pub(super) fn surroundings(families: &[Family], counts: [usize; 3], cut: usize) -> String {
    let mut text = String::from(
        "fn surroundings(at: vec3<u32>, i: u32) -> vec2<Real> {\n    var range = vec2<Real>(temperature[i], temperature[i]);\n",
    );
    for (n, family) in families.iter().enumerate() {
        let offset = offset_text(family, counts, cut);
        let _ = writeln!(text, "    range = pair_included(range, {n}u, at, i, {offset});");
    }
    text.push_str("    return range;\n}\n");
    text
}

/// `link_production`: entropy produced by the links that are stored with a cell, W/K.
pub(super) fn productions(families: &[Family], counts: [usize; 3], cut: usize) -> String {
    let mut text = String::from(
        "fn link_production(at: vec3<u32>, i: u32, here: Real) -> Real {\n    var produced = Real(0.0);\n",
    );
    for (n, family) in families.iter().enumerate() {
        let offset = offset_text(family, counts, cut);
        let _ = writeln!(text, "    produced += pair_production({n}u, at, i, here, {offset});");
    }
    text.push_str("    return produced;\n}\n");
    text
}

pub(super) fn offset_text(family: &Family, counts: [usize; 3], cut: usize) -> String {
    let [x, y, z] = [0, 1, 2].map(|a| if a == cut { family.offset[a] } else { family.offset[a] % counts[a] as i32 });
    format!("vec3<i32>({x}, {y}, {z})")
}

/// `source_heat`: heat from the source of a cell, W. With `keeps`, what varies in place and time is summed up too.
pub(super) fn sources(problem: &Problem, stack: &Stack, values: &mut Values, keeps: bool) -> Result<String, GpuError> {
    if problem.sources.len() < 2 {
        return Ok("fn source_heat(at: vec3<u32>, i: u32) -> Real {\n    return 0.0;\n}\n".into());
    }
    let mut cases = String::new();
    for (n, &id) in problem.sources.iter().enumerate() {
        if let (true, Some(array)) = (is_fixed_in_space(problem, id), stack.fixed_sources) {
            let _ = writeln!(
                cases,
                "        case {n}u: {{ heat = volume(at) * coefficients[{array}u * slab.cells + i]; }}"
            );
        } else if kind(problem.values.get(id)) == Kind::Mixed {
            let value = match (fixed_part(problem, id), stack.fixed_sources) {
                (Some(_), Some(array)) => {
                    format!("({} + coefficients[{array}u * slab.cells + i])", values.changing(id)?)
                }
                _ => values.text(id)?,
            };
            let keep = if keeps { "keep_source_heat(i, heat);" } else { "" };
            let _ = writeln!(
                cases,
                "        case {n}u: {{\n            let place = Place(centre(at, 0u), centre(at, 1u), centre(at, 2u), 0.0);\n            heat = volume(at) * {value};\n            {keep}\n        }}"
            );
        }
    }
    let keep = if keeps && has_mixed_sources(problem) {
        "fn keep_source_heat(i: u32, heat: Real) {\n    let first = slab.cells + i;\n    let second = first + slab.cells;\n    let sum = increased(vec2<Real>(carry[first], carry[second]), row[0] * heat);\n    carry[first] = sum.x;\n    carry[second] = sum.y;\n}\n"
    } else {
        ""
    };
    Ok(format!(
        "{keep}fn source_heat(at: vec3<u32>, i: u32) -> Real {{\n    let source = source_of(i);\n    if source == 0u {{\n        return 0.0;\n    }}\n    var heat = Real(0.0);\n    switch source {{\n{cases}        default: {{ heat = volume(at) * row[1u + source]; }}\n    }}\n    return heat;\n}}\n"
    ))
}

/// Whether heat from sources must be summed on the device.
pub(super) fn has_mixed_sources(problem: &Problem) -> bool {
    problem.sources.iter().any(|&id| kind(problem.values.get(id)) == Kind::Mixed)
}

/// `wall_values` and `wall_conductance` of a face.
pub(super) fn walls(problem: &Problem, values: &mut Values) -> Result<String, GpuError> {
    let mut cases = String::new();
    for (n, condition) in problem.conditions.iter().enumerate() {
        let mut lines = String::new();
        for (id, member) in condition_values(condition).into_iter().flatten().zip(["x", "y", "z", "w"]) {
            if kind(problem.values.get(id)) != Kind::Fixed {
                let _ = writeln!(lines, "            values.{member} = {};", values.text(id)?);
            }
        }
        if !lines.is_empty() {
            let _ = writeln!(cases, "        case {n}u: {{\n{lines}        }}");
        }
    }
    let switch = if cases.is_empty() {
        String::new()
    } else {
        format!(
            "    let place = Place(face.x, face.y, face.z, 0.0);\n    switch face.condition {{\n{cases}        default: {{}}\n    }}\n"
        )
    };
    let conductance = if conductivity_varies(problem) {
        "let face = faces[w];\n    let material = material_of(face.cell);\n    if face.given == 1u && has_mean(material, face.axis) {\n        return face.area * mean_conductivity(material, face.axis, temperature[face.cell], wall_values(w).x) / face.half;\n    }\n    let k = conductivity(material, face.axis, face.cell, place_of(position_of(face.cell), face.cell), enthalpy[face.cell]);\n    return face.area * k / face.half;"
    } else {
        "return faces[w].conductance;"
    };
    Ok(format!(
        "fn wall_values(w: u32) -> vec4<Real> {{\n    let face = faces[w];\n    var values = vec4<Real>(face.first, face.convection, face.ambient, face.emissivity);\n{switch}    return values;\n}}\nfn wall_conductance(w: u32) -> Real {{\n    {conductance}\n}}\n"
    ))
}

/// The values of a condition, in the order of a face's members.
pub(super) fn condition_values(condition: &Condition) -> [Option<ValueId>; 4] {
    match *condition {
        Condition::Temperature(id) => [Some(id), None, None, None],
        Condition::Environment { flux, convection, ambient, emissivity } => {
            [Some(flux), Some(convection), Some(ambient), Some(emissivity)]
        }
    }
}

/// `temperature_at`: temperature of a material at an enthalpy.
pub(super) fn temperatures(tables: &Tables) -> String {
    let mut text =
        String::from("fn temperature_at(material: u32, e: Real) -> Real {\n    var t = e;\n    switch material {\n");
    for (material, curve) in tables.curves.iter().enumerate() {
        if let Some(curve) = curve {
            let _ = writeln!(
                text,
                "        case {material}u: {{ t = along_curve({}u, {}u, e); }}",
                curve.start, curve.nodes
            );
        }
    }
    text.push_str("        default: {}\n    }\n    return t;\n}\n");
    text
}

/// `specific_entropy`: entropy of a material per reference heat capacity, relative to the reference.
pub(super) fn entropies(tables: &Tables) -> String {
    let mut text = String::from(
        "fn specific_entropy(material: u32, e: Real) -> Real {\n    var s = Real(0.0);\n    switch material {\n",
    );
    for (material, curve) in tables.curves.iter().enumerate() {
        if let Some(curve) = curve {
            let _ = writeln!(
                text,
                "        case {material}u: {{ s = entropy_along_curve({}u, {}u, e); }}",
                curve.start, curve.nodes
            );
        }
    }
    text.push_str("        default: { s = relative_entropy(e); }\n    }\n    return s;\n}\n");
    text
}

/// `curve_slope`: dT/de of a material.
pub(super) fn slopes(tables: &Tables) -> String {
    let mut text = String::from(
        "fn curve_slope(material: u32, e: Real) -> Real {\n    var slope = Real(1.0);\n    switch material {\n",
    );
    for (material, curve) in tables.curves.iter().enumerate() {
        if let Some(curve) = curve {
            let _ = writeln!(
                text,
                "        case {material}u: {{ slope = table({}u + curve_node({}u, {}u, e)); }}",
                curve.start + 2 * curve.nodes,
                curve.start,
                curve.nodes
            );
        }
    }
    text.push_str("        default: {}\n    }\n    return slope;\n}\n");
    text
}

/// `conductivity` of a material along an axis in cell i.
pub(super) fn conductivities(
    problem: &Problem,
    stack: &Stack,
    tables: &Tables,
    values: &mut Values,
) -> Result<String, GpuError> {
    let mut value = |id: ValueId| match stack.raster(id) {
        Some(array) => Ok(format!("coefficients[{array}u * slab.cells + i]")),
        None => values.text(id),
    };
    let mut text = String::from(
        "fn conductivity(material: u32, axis: u32, i: u32, place: Place, e: Real) -> Real {\n    var k = Real(0.0);\n    switch 3u * material + axis {\n",
    );
    for (n, material) in problem.materials.iter().enumerate() {
        let liquid = material.melting.as_ref().and_then(|m| m.liquid_conductivity).map(&mut value).transpose()?;
        let axes = match material.conductivity {
            Conductivity::Isotropic(id) => {
                vec![(format!("{}u, {}u, {}u", 3 * n, 3 * n + 1, 3 * n + 2), value(id)?)]
            }
            Conductivity::Diagonal(ids) => ids
                .iter()
                .enumerate()
                .map(|(a, &id)| Ok((format!("{}u", 3 * n + a), value(id)?)))
                .collect::<Result<_, GpuError>>()?,
            Conductivity::Tensor(k) => {
                (0..3).map(|a| (format!("{}u", 3 * n + a), format!("Real({:e})", k[a]))).collect()
            }
        };
        for (case, solid) in axes {
            let _ = match (&liquid, tables.curves[n].and_then(|c| c.mushy)) {
                (Some(liquid), Some(mushy)) => writeln!(
                    text,
                    "        case {case}: {{\n            let liquid = molten({mushy}u, e);\n            k = (1.0 - liquid) * {solid} + liquid * {liquid};\n        }}"
                ),
                _ => writeln!(text, "        case {case}: {{ k = {solid}; }}"),
            };
        }
    }
    text.push_str("        default: {}\n    }\n    return k;\n}\n");
    text.push_str(&means(tables));
    Ok(text)
}

/// `has_mean`: whether the conductivity of a material varies with temperature alone; `mean_conductivity`: its mean between two temperatures.
fn means(tables: &Tables) -> String {
    let (mut has, mut means) = (String::new(), String::new());
    for (n, axes) in tables.integrals.iter().enumerate() {
        for (axis, integral) in axes.iter().enumerate() {
            if let Some(IntegralPlace { start, pieces }) = integral {
                let case = 3 * n + axis;
                let _ = writeln!(has, "        case {case}u: {{ has = true; }}");
                let _ = writeln!(means, "        case {case}u: {{ k = mean_along({start}u, {pieces}u, a, b); }}");
            }
        }
    }
    format!(
        "fn has_mean(material: u32, axis: u32) -> bool {{\n    var has = false;\n    switch 3u * material + axis {{\n{has}        default: {{}}\n    }}\n    return has;\n}}\n\
         fn mean_conductivity(material: u32, axis: u32, a: Real, b: Real) -> Real {{\n    var k = Real(0.0);\n    switch 3u * material + axis {{\n{means}        default: {{}}\n    }}\n    return k;\n}}\n"
    )
}

/// `renew_faces`, `is_tensor` and `contact_resistance`.
pub(super) fn faces(problem: &Problem, families: &[Family], stack: &Stack) -> String {
    let mut text = String::from("fn renew_faces(at: vec3<u32>, i: u32) {\n");
    for (n, axis) in axis_families(families) {
        let offset = families[n].offset;
        let _ = writeln!(
            text,
            "    renew_face({n}u, {axis}u, at, i, vec3<i32>({}, {}, {}));",
            offset.x, offset.y, offset.z
        );
    }
    text + "}\n" + &tensors(problem) + &contact_resistance(stack)
}

/// `contact_resistance` of a face link, m2 K/W, where conductances are renewed.
pub(super) fn contact_resistance(stack: &Stack) -> String {
    let resistance =
        stack.resistances.map_or("0.0".into(), |first| format!("coefficients[({first}u + family) * slab.cells + i]"));
    format!("fn contact_resistance(family: u32, i: u32) -> Real {{\n    return {resistance};\n}}\n")
}

/// `renew_inertia`: of a face link, from the resistances (K/W) of its half cells; nothing where no heat is state.
pub(super) fn inertias(problem: &Problem, has_flows: bool) -> String {
    let mut times = String::new();
    for (n, material) in problem.materials.iter().enumerate() {
        if let Some(time) = material.relaxation_time.filter(|_| has_flows) {
            let _ = writeln!(times, "        case {n}u: {{ time = Real({time:e}); }}");
        }
    }
    let renewed = if has_flows {
        "    inertia[link].y = relaxation_time(a) * resistance_a + relaxation_time(b) * resistance_b;\n"
    } else {
        ""
    };
    format!(
        "fn relaxation_time(material: u32) -> Real {{\n    var time = Real(0.0);\n    switch material {{\n{times}        default: {{}}\n    }}\n    return time;\n}}\n\
         fn renew_inertia(link: u32, a: u32, resistance_a: Real, b: u32, resistance_b: Real) {{\n{renewed}}}\n"
    )
}

/// `is_tensor`: whether the conductivity of a material is a full tensor.
pub(super) fn tensors(problem: &Problem) -> String {
    let tensors =
        problem.materials.iter().enumerate().filter(|(_, m)| matches!(m.conductivity, Conductivity::Tensor(_)));
    let tensors: String = tensors.map(|(n, _)| format!(" || material == {n}u")).collect();
    format!("fn is_tensor(material: u32) -> bool {{\n    return false{tensors};\n}}\n")
}
