//! Where the heat of carriers passes from one material or region to another, and what it produces there.

use super::state::State;
use crate::diagnostics::budget::{Budget, Passage, join_pair};
use crate::execution::budgets;
use crate::kinetic::domain::{Law, OPEN};
use crate::report;

impl State<'_> {
    /// What collisions and walls produce in every cell, and what passes between materials, between regions and over contacts. What is produced
    /// where two media meet falls to the contact that is given there, else by halves to the cells on either side.
    pub fn budget(&self) -> Budget {
        let problem = self.problem();
        let square = problem.reference.powi(2);
        let mut budget = Budget {
            cells: self.survey.bulk.iter().map(|s| s / square).collect(),
            contacts: vec![Passage::default(); problem.contacts.len()],
            ..Budget::default()
        };
        for (w, wall) in self.domain.walls.iter().enumerate() {
            let (cell, production) = (wall.cell as usize, self.survey.wall[w] / square);
            let partner = match wall.law {
                Law::Interface { partner, .. } | Law::Periodic { partner, .. } => partner as usize,
                Law::Thermal(_) | Law::Adiabatic { .. } => {
                    budget.cells[cell] += production;
                    if let Some(owner) = self.owner[w] {
                        let passage = Passage::inside(wall.area, self.survey.heat[w], production, 0.0);
                        budget.walls.entry([owner.surface, 0]).or_default().join(&passage);
                    }
                    continue;
                }
            };
            let there = self.domain.walls[partner].cell as usize;
            let contact = match wall.law {
                Law::Interface { .. } => problem.bodies().contact(cell, there),
                _ => None,
            };
            if contact.is_none() {
                budget.cells[cell] += production;
            }
            // Each pair of walls is one passage.
            if partner <= w {
                continue;
            }
            let both = production + self.survey.wall[partner] / square;
            let step = self.survey.surface[w] - self.survey.surface[partner];
            let passage = Passage::inside(wall.area, self.survey.heat[partner], both, step);
            self.passes(&mut budget, [cell, there], passage);
            if let Some(contact) = contact {
                let leads_on = problem.is_first_party(contact, cell);
                budget.contacts[contact].join(&if leads_on { passage } else { passage.turned() });
            }
        }
        let strides = self.domain.strides();
        for axis in self.domain.axes() {
            for (cell, wall) in self.domain.wall[axis][1].iter().enumerate() {
                if *wall == OPEN && self.domain.is_solid(cell) {
                    let area = problem.grid.area(problem.grid.cell(cell), axis);
                    let passage = Passage::inside(area, area * self.survey.through[axis][cell], 0.0, 0.0);
                    self.passes(&mut budget, [cell, cell + strides[axis]], passage);
                }
            }
        }
        budget
    }

    /// Books what passes from the first cell to the second.
    fn passes(&self, budget: &mut Budget, [a, b]: [usize; 2], passage: Passage) {
        let problem = self.problem();
        let (materials, regions) = ([a, b].map(|c| problem.material[c]), [a, b].map(|c| problem.region[c]));
        if materials[0] != materials[1] {
            join_pair(&mut budget.materials, materials, passage);
        }
        if regions[0] != regions[1] {
            join_pair(&mut budget.regions, regions, passage);
        }
    }

    /// Heat that a cell gains through its faces, W.
    pub fn gain(&self, cell: usize) -> f64 {
        let (domain, grid) = (&self.domain, &self.problem().grid);
        let strides = domain.strides();
        let through = |axis: usize, high: bool| match domain.wall[axis][usize::from(high)][cell] {
            OPEN => {
                let area = grid.area(grid.cell(cell), axis);
                let low = if high { cell } else { cell - strides[axis] };
                let flux = area * self.survey.through[axis][low];
                if high { -flux } else { flux }
            }
            wall => self.survey.heat[wall as usize],
        };
        (0..3).filter(|&axis| domain.active[axis]).map(|axis| through(axis, false) + through(axis, true)).sum()
    }

    /// Contacts in the order of the scenario, with the resistance that comes of the temperatures of the carriers on either side.
    pub fn contacts(&self, budget: &Budget) -> Vec<report::Contact> {
        let [_, unnoticed] = self.rounding();
        let mut contacts = budgets::contacts(self.problem(), budget);
        for contact in &mut contacts {
            let known = contact.heat.abs() > unnoticed;
            contact.resistance =
                if known { contact.temperature_step * contact.area_m2 / contact.heat } else { f64::NAN };
        }
        contacts
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use crate::report::{Loss, Region, Report};

    /// Silicon in which a slice is heated, and germanium with a hot cell of its own, in 2D.
    const COUPLE: &str = r#"
        model = "phonon"
        grid = { size = ["100 nm", "60 nm"], cells = [10, 6], material = "si" }
        materials.si.phonon = { heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = 4e-8 }
        materials.ge.phonon = { heat_capacity = 1.67e6, group_velocity = 3500, mean_free_path = 1e-7 }
        boundary = { x_min = { temperature = "301 K" }, x_max = { temperature = "300 K" } }
        phonon.ordinates = { polar = 4, azimuthal = 8 }
        run.until = "steady"
        [[region]]
        name = "slice"
        material = "si"
        box = [["20 nm", "0 nm"], ["30 nm", "60 nm"]]
        power = "2 W"
        [[region]]
        name = "right"
        material = "ge"
        box = [["60 nm", "0 nm"], ["100 nm", "30 nm"]]
    "#;

    const CONTACT: &str = "[[contact]]\nbetween = [\"right\", \"si\"]\ntransmission = 0.2\n";

    fn solid(report: &Report, name: &str) -> [f64; 3] {
        match report.regions.0.iter().find(|(n, _)| n == name) {
            Some((_, Region::Solid { heat_in, power, entropy_production, .. })) => {
                [*heat_in, *power, *entropy_production]
            }
            _ => panic!("{name}"),
        }
    }

    fn close(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() < within * b.abs(), "{a} for {b}");
    }

    #[test]
    fn what_passes_and_is_produced_adds_up() {
        for contact in ["", CONTACT] {
            let report = run(&(COUPLE.to_owned() + contact), &[]).report;
            // what a region is heated by leaves it, and what comes over to another goes on to the cold face
            let [slice, power, _] = solid(&report, "slice");
            close(slice, -power, 1e-6);
            let between = |of: &str, pair: [Option<&str>; 2]| {
                let is =
                    |i: &&crate::report::Interface| i.of == of && i.between.each_ref().map(|n| n.as_deref()) == pair;
                report.interfaces.iter().find(is).unwrap_or_else(|| panic!("{pair:?}"))
            };
            let materials = between("materials", [Some("si"), Some("ge")]);
            let regions = between("regions", [Some("right"), None]);
            close(materials.heat, -regions.heat, 1e-12);
            close(materials.area_m2, regions.area_m2, 1e-12);
            // two sides of the quarter, of a depth of 1 m
            close(materials.area_m2, 7e-8, 1e-12);
            assert!(materials.entropy_production > 0.0);
            close(materials.entropy_production, regions.entropy_production, 1e-12);
            // the sides of the slice: all that leaves it, and the rest comes from the warm face
            let left = between("regions", [Some("slice"), None]);
            close(left.heat, power, 1e-6);
            assert_eq!(left.entropy_production, 0.0);
            let total = report.entropy.production;
            for kinds in [["material", "contact"], ["region", "contact"]] {
                let those = |l: &&Loss| kinds.contains(&l.kind);
                let sum = |of: &dyn Fn(&Loss) -> f64| report.exergy.ranking.iter().filter(those).map(of).sum::<f64>();
                close(sum(&|l| l.entropy_production), total, 1e-12);
                close(sum(&|l| l.percent), 100.0, 1e-12);
                close(sum(&|l| l.exergy_destruction), report.exergy.destruction, 1e-12);
            }
            let contacts = &report.contacts;
            assert_eq!(contacts.len(), usize::from(!contact.is_empty()));
            if let [contact] = &contacts[..] {
                assert_eq!(contact.between, ["right", "si"]);
                close(contact.heat, regions.heat, 1e-12);
                close(contact.entropy_production, regions.entropy_production, 1e-12);
                assert!(report.exergy.ranking.iter().any(|l| l.kind == "contact"));
            }
        }
    }

    /// Without a collision what comes from either face is of its temperature, and what goes back even: of the parts that pass t and stay 1 - t
    /// the energy temperatures at the contact differ by (1 - t) of the whole, while t C v/4 of it flows.
    #[test]
    fn a_contact_resists_as_much_as_it_sends_back() {
        const T: f64 = 0.3;
        let report = run(
            r#"
            model = "phonon"
            grid = { size = ["100 nm", "10 nm"], cells = [10, 1], material = "si" }
            materials.si.phonon = { heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = 1 }
            boundary = { x_min = { temperature = "301 K" }, x_max = { temperature = "300 K" } }
            run.until = "steady"
            region = [{ name = "left", material = "si", box = [["0 nm", "0 nm"], ["60 nm", "10 nm"]] }, { name = "right", material = "si", box = [["60 nm", "0 nm"], ["100 nm", "10 nm"]] }]
            contact = [{ between = ["left", "right"], transmission = 0.3 }]
            "#,
            &[],
        )
        .report;
        let [contact] = &report.contacts[..] else { panic!("one contact") };
        close(contact.heat / contact.area_m2, T * 1.66e6 * 6400.0 / 4.0, 1e-5);
        close(contact.temperature_step, 1.0 - T, 1e-5);
        close(contact.resistance, (1.0 - T) / T * 4.0 / (1.66e6 * 6400.0), 1e-5);
    }

    #[test]
    fn heat_is_worth_what_the_surroundings_are_said_to_be() {
        let own = run(COUPLE, &[]).report.exergy;
        let given = run(COUPLE, &["output.reference_temperature=250"]).report.exergy;
        assert_eq!(
            (given.reference_temperature, given.reference.as_str()),
            (250.0, "as given by output.reference_temperature")
        );
        close(given.destruction / own.destruction, 250.0 / own.reference_temperature, 1e-12);
        close(
            given.ranking[0].exergy_destruction / own.ranking[0].exergy_destruction,
            250.0 / own.reference_temperature,
            1e-12,
        );
    }
}
