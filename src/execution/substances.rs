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
    let widths = problem.grid.axis(0).widths();
    for (row, cells) in problem.material.chunks(widths.len()).enumerate() {
        let [_, y, z] = problem.grid.cell(row * widths.len());
        let area = problem.grid.axis(1).widths()[y] * problem.grid.axis(2).widths()[z];
        let mut add = |m: u8, length: f64| {
            if let Some(sum) = volumes.get_mut(usize::from(m)) {
                *sum += length * area;
            }
        };
        if cells.iter().all(|m| *m == cells[0]) {
            add(cells[0], widths.iter().sum());
        } else {
            cells.iter().zip(widths).for_each(|(m, width)| add(*m, *width));
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
