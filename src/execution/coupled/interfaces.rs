//! What passes where materials, regions and the parties of contacts touch.

use super::state::Look;
use crate::coupled::junction::Passage;
use crate::problem::{NO_REGION, Party};
use crate::report;
use std::collections::BTreeMap;

/// Heat in the middle of a face, W.
fn crossing(p: &Passage) -> f64 {
    p.heat[0] + 0.5 * p.contact
}

/// Entropy that a contact produces, W/K.
fn made(p: &Passage) -> f64 {
    let [t1, t2] = p.temperature;
    crossing(p) * (t1 - t2) / (t1 * t2) + 0.5 * p.contact * (1.0 / t1 + 1.0 / t2)
}

/// Area, heat from the lower number to the higher, and entropy produced in the contacts.
type Sums = BTreeMap<[u16; 2], [f64; 3]>;

impl Look<'_> {
    /// Where materials touch, then where regions do.
    pub fn interfaces(&self) -> Vec<report::Interface> {
        let problem = self.device.problem();
        let (mut materials, mut regions) = (Sums::new(), Sums::new());
        for (face, p) in self.device.faces.iter().zip(&self.solved.passages.faces) {
            let cells = face.cells.map(|c| c as usize);
            let add = |of: &mut Sums, [a, b]: [u16; 2]| {
                if a != b {
                    let sums = of.entry([a.min(b), a.max(b)]).or_default();
                    let sign = if a < b { 1.0 } else { -1.0 };
                    let parts = [face.area, sign * crossing(p), made(p)];
                    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
                }
            };
            add(&mut materials, cells.map(|c| u16::from(problem.material[c])));
            add(&mut regions, cells.map(|c| problem.region[c]));
        }
        let row = |of, between, [area_m2, heat, entropy_production]: [f64; 3]| report::Interface {
            of,
            between,
            area_m2,
            heat,
            entropy_production,
        };
        let material = |m: u16| Some(problem.materials[usize::from(m)].name.clone());
        let region = |r: u16| (r != NO_REGION).then(|| problem.regions[usize::from(r)].name.clone());
        let materials = materials.into_iter().map(|(pair, sums)| row("materials", pair.map(material), sums));
        let regions = regions.into_iter().map(|(pair, sums)| row("regions", pair.map(region), sums));
        materials.chain(regions).collect()
    }

    pub fn contacts(&self) -> Vec<report::Contact> {
        let problem = self.device.problem();
        let name = |party: Party| match party {
            Party::Material(m) => problem.materials[usize::from(m)].name.clone(),
            Party::Region(r) => problem.regions[usize::from(r)].name.clone(),
        };
        let is = |party: Party, cell: u32| match party {
            Party::Material(m) => problem.material[cell as usize] == m,
            Party::Region(r) => problem.region[cell as usize] == r,
        };
        let of = |(c, contact): (usize, &crate::problem::Contact)| {
            let (mut area, mut heat, mut drop, mut produced) = (0.0, 0.0, 0.0, 0.0);
            for (face, p) in self.device.faces.iter().zip(&self.solved.passages.faces) {
                if face.contact != Some(c) {
                    continue;
                }
                let sign = if is(contact.between[0], face.cells[0]) { 1.0 } else { -1.0 };
                let [t1, t2] = p.temperature;
                let own = face.area / problem.slants.of(face.cells[0] as usize, face.axis);
                area += own;
                heat += sign * crossing(p);
                drop += sign * own * (t1 - t2);
                produced += made(p);
            }
            report::Contact {
                between: contact.between.map(name),
                resistance: contact.resistance,
                area_m2: area,
                heat,
                temperature_step: drop / area,
                entropy_production: produced,
            }
        };
        problem.contacts.iter().enumerate().map(of).collect()
    }
}
