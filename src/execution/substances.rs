//! What the report tells of the materials.

use crate::expression::{Expression, Place};
use crate::problem::{Conductivity, Problem, ValueId};
use crate::report::{Material, Named};

/// The materials of a problem in their order, their conductivities at a temperature (K); without them where none is told.
pub fn materials(problem: &Problem, temperature: Option<f64>) -> Named<Material> {
    let at = temperature.unwrap_or(problem.reference);
    let value = |id: ValueId| {
        let value: &Expression = problem.values.get(id);
        let place = Place { temperature: at, ..Place::default() };
        if value.is_spatial() { f64::NAN } else { value.eval(&place) }
    };
    let mut volumes = vec![0.0; problem.materials.len()];
    for (volume, &m) in problem.grid.volumes().zip(&problem.material) {
        if let Some(sum) = volumes.get_mut(usize::from(m)) {
            *sum += volume;
        }
    }
    let told = problem.materials.iter().zip(volumes).enumerate().map(|(index, (material, volume_m3))| {
        let conductivity = match &material.conductivity {
            _ if temperature.is_none() => Vec::new(),
            Conductivity::Isotropic(k) => vec![value(*k)],
            Conductivity::Diagonal(k) => k.map(value).to_vec(),
            Conductivity::Tensor(k) => k.to_vec(),
        };
        let heat_capacity = value(material.heat_capacity);
        (material.name.clone(), Material { index, volume_m3, conductivity, heat_capacity })
    });
    told.collect()
}
