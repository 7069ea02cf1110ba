//! What the report tells of the materials.

use crate::diagnostics::balance::Snapshot;
use crate::diagnostics::maps;
use crate::expression::{Expression, Place};
use crate::problem::{Conductivity, Problem, ValueId};
use crate::report::{Material, Molten, Named};

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
        (material.name.clone(), Material { index, volume_m3, conductivity, heat_capacity, melting: None })
    });
    told.collect()
}

/// Tells of the materials that melt what of them is molten in a state.
pub fn tell_molten(snapshot: &Snapshot, materials: &mut Named<Material>) {
    let problem = &snapshot.conduction.problem;
    if problem.materials.iter().all(|m| m.melting.is_none()) {
        return;
    }
    let mut volumes = vec![0.0; problem.materials.len()];
    for (i, fraction) in maps::liquid_fraction(snapshot).into_iter().enumerate().filter(|(_, f)| *f > 0.0) {
        volumes[usize::from(problem.material[i])] += fraction * problem.grid.volume(problem.grid.cell(i));
    }
    for (((_, told), material), liquid_volume_m3) in materials.0.iter_mut().zip(&problem.materials).zip(volumes) {
        told.melting = material.melting.as_ref().map(|melting| Molten {
            liquid_fraction: if told.volume_m3 > 0.0 { liquid_volume_m3 / told.volume_m3 } else { 0.0 },
            liquid_volume_m3,
            latent_heat: melting.latent_heat * liquid_volume_m3,
        });
    }
}
