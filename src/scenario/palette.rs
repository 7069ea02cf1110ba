//! Materials of the plan as entries of the problem's palette, and the checks that need the grid.

use super::compile::Temperatures;
use super::materials::{ConductivityPlan, MaterialPlan};
use super::varying::Varying;
use crate::expression::{Expression, Place, Variable};
use crate::problem::{Conductivity, Material, Melting, Problem, VOID, Values};
use glam::IVec3;

/// What stands in for a heat capacity that a steady run does not need, J/(m3 K).
const NOMINAL_HEAT_CAPACITY: f64 = 1e6;

/// The palette, in the order of the plan.
pub(super) fn fill_palette(plans: &[MaterialPlan<'_>], steady: bool, values: &mut Values) -> Vec<Material> {
    plans
        .iter()
        .map(|plan| {
            let mut push = |value: &Varying<'_>| values.push(value.expression.clone());
            let conductivity = match &plan.conductivity {
                ConductivityPlan::Isotropic(k) => Conductivity::Isotropic(push(k)),
                ConductivityPlan::Diagonal(k) => Conductivity::Diagonal(k.each_ref().map(&mut push)),
                ConductivityPlan::Tensor(k, _) => Conductivity::Tensor(*k),
            };
            let melting = plan.melting.as_ref().map(|m| Melting {
                solidus: m.solidus,
                liquidus: m.liquidus,
                latent_heat: m.latent_heat,
                liquid_conductivity: m.liquid_conductivity.as_ref().map(&mut push),
                liquid_heat_capacity: m.liquid_heat_capacity.as_ref().map(&mut push),
            });
            let heat_capacity = match &plan.heat_capacity {
                Some(capacity) => push(capacity),
                None => {
                    note_missing_capacity(plan, steady);
                    values.push(Expression::constant(NOMINAL_HEAT_CAPACITY))
                }
            };
            Material {
                name: plan.name.clone(),
                conductivity,
                heat_capacity,
                melting,
                mean_free_path: plan.mean_free_path,
                collision_time: plan.collision_time,
                fusion: plan.fusion.as_ref().filter(|_| plan.melting.is_none()).map(|f| [f.solidus, f.latent_heat]),
                relaxation_time: plan.relaxation_time,
            }
        })
        .collect()
}

fn note_missing_capacity(plan: &MaterialPlan<'_>, steady: bool) {
    // that of a gas follows from its pressure
    if plan.molecules.is_some() {
        return;
    }
    if steady {
        plan.item.document.warn(format!(
            "material \"{}\" gives no heat capacity; the steady state does not depend on it, stored heat is shown for {NOMINAL_HEAT_CAPACITY:e} J/(m3 K)",
            plan.name
        ));
    } else {
        let path = format!("{}.volumetric_heat_capacity", plan.item.path);
        let remedy = "add volumetric_heat_capacity = \"3.45e6 J/(m^3 K)\", or density and specific_heat";
        plan.item.document.error(&plan.item.node.origin, &path, "is missing".to_owned(), remedy.to_owned());
    }
}

/// Says where heat passes from a full tensor to another material: the vectors of a tensor end there, and what its cross terms carry on is of first order.
pub(super) fn note_of_tensors(problem: &Problem) -> Option<String> {
    let slanted = |m: u8| match problem.materials.get(usize::from(m)).map(|m| &m.conductivity) {
        Some(Conductivity::Tensor(k)) => k[3..].iter().any(|k| *k != 0.0),
        _ => false,
    };
    let grid = &problem.grid;
    let meets = |i: usize, offset: &IVec3| {
        let other = problem.material[grid.index(grid.neighbour(grid.cell(i), *offset)?)];
        let own = problem.material[i];
        let met = own != other && own != VOID && other != VOID && (slanted(own) || slanted(other));
        met.then_some([own, other])
    };
    if !(0..problem.materials.len()).any(|m| slanted(m as u8)) {
        return None;
    }
    let [a, b] = (0..grid.len()).find_map(|i| IVec3::AXES.iter().find_map(|offset| meets(i, offset)))?;
    let [a, b] = [a, b].map(|m| &problem.materials[usize::from(m)].name);
    Some(format!(
        "a full conductivity tensor ends where \"{a}\" meets \"{b}\": heat across such faces is of first order in the size of cells (some per cent at ten \
         cells a layer, half as much at twice as many); compare two grids"
    ))
}

/// Checks conductivities and heat capacities in every cell and over the known temperatures.
/// [`Problem::initial`] is absolute at this stage.
pub(super) fn check_materials(plans: &[MaterialPlan<'_>], problem: &Problem, range: Temperatures, end: f64) {
    for (index, plan) in plans.iter().enumerate() {
        for value in plan.values() {
            check_material_value(value, index as u8, problem, range, end);
        }
    }
}

fn check_material_value(value: &Varying<'_>, material: u8, problem: &Problem, range: Temperatures, end: f64) {
    if value.expression.as_constant().is_some() {
        return;
    }
    let grid = &problem.grid;
    let mut cells = (0..grid.len()).filter(|&c| problem.material[c] == material).map(|c| {
        let p = grid.centre(grid.cell(c));
        Place { x: p.x, y: p.y, z: p.z, t: 0.0, temperature: problem.initial[c] }
    });
    let Some(first) = cells.next() else { return };
    let vary = |low: f64, high: f64, set: fn(&mut Place, f64)| {
        (0..=64).map(move |i| {
            let mut place = first;
            set(&mut place, low + (high - low) * f64::from(i) / 64.0);
            place
        })
    };
    let held = if value.expression.is_spatial() {
        std::iter::once(first).chain(cells).all(|place| value.check(&[place]))
    } else {
        value.check(&[first])
    };
    if !held {
        return;
    }
    if value.expression.depends_on(Variable::Temperature) && range.low < range.high {
        let set = |p: &mut Place, t: f64| p.temperature = t;
        if !value.check(&vary(range.low, range.high, set).collect::<Vec<_>>()) {
            return;
        }
    }
    if value.expression.depends_on(Variable::Time) {
        value.check(&vary(0.0, end, |p, t| p.t = t).collect::<Vec<_>>());
    }
}
