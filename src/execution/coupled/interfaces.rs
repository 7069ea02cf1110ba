//! What passes where materials, regions and the parties of contacts touch, and what is produced where.

use super::state::Look;
use crate::coupled::junction;
use crate::diagnostics::budget::{Budget, Passage, join_pair};

/// Heat in the middle of a face, W.
fn crossing(p: &junction::Passage) -> f64 {
    p.heat[0] + 0.5 * p.contact
}

/// Entropy that a contact produces, W/K.
fn made(p: &junction::Passage) -> f64 {
    let [t1, t2] = p.temperature;
    crossing(p) * (t1 - t2) / (t1 * t2) + 0.5 * p.contact * (1.0 / t1 + 1.0 / t2)
}

impl Look<'_> {
    /// What is produced in every cell and contact, and what passes between materials, between regions, over contacts and through surfaces.
    pub fn budget(&self) -> Budget {
        let problem = self.device.problem();
        let mut budget = Budget {
            cells: self.survey.produced.clone(),
            contacts: vec![Passage::default(); problem.contacts.len()],
            ..Budget::default()
        };
        for (face, p) in self.device.faces.iter().zip(&self.solved.passages.faces) {
            let cells = face.cells.map(|c| c as usize);
            let (materials, regions) = (cells.map(|c| problem.material[c]), cells.map(|c| problem.region[c]));
            let [t1, t2] = p.temperature;
            let through = |area: f64| Passage::inside(area, crossing(p), made(p), t1 - t2);
            if materials[0] != materials[1] {
                join_pair(&mut budget.materials, materials, through(face.area));
            }
            if regions[0] != regions[1] {
                join_pair(&mut budget.regions, regions, through(face.area));
            }
            if let Some(contact) = face.contact {
                // The survey of the cells has half of it on either side.
                cells.into_iter().for_each(|c| budget.cells[c] -= 0.5 * made(p));
                let passage = through(face.area / problem.slants.of(cells[0], face.axis));
                let leads_on = problem.is_first_party(contact, cells[0]);
                budget.contacts[contact].join(&if leads_on { passage } else { passage.turned() });
            }
        }
        for ((end, p), [production, entropy_in]) in
            self.device.ends.iter().zip(&self.solved.passages.ends).zip(&self.survey.ends)
        {
            let Some(wall) = end.wall.map(|wall| &problem.walls[wall as usize]) else { continue };
            let mut passage = Passage::inside(end.area, -p.heat[0], *production, 0.0);
            passage.entropy_in = *entropy_in;
            budget.walls.entry([wall.surface, wall.condition]).or_default().join(&passage);
        }
        budget
    }
}
