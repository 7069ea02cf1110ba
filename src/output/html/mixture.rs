//! What heat and matter do to each other.

use super::{Page, section};
use crate::output::label::significant;
use crate::output::markup::Table;

impl Page<'_> {
    /// Species and their budgets.
    pub(super) fn mixture(&self) -> String {
        let Some(m) = &self.report.mixture else { return String::new() };
        let mut species =
            Table::new(&["species", "lowest", "highest", "mean mass fraction", "content (kg)", "inflow (kg/s)"]);
        for (name, c) in &m.components.0 {
            let values = [c.mass_fraction.min, c.mass_fraction.max, c.mass_fraction.mean, c.mass, c.inflow];
            species.row([vec![name.clone()], values.map(|v| significant(v, 6)).to_vec()].concat());
        }
        let mut budget = Table::pairs();
        let mut row = |name: &str, value: String| budget.row(vec![name.to_owned(), value]);
        row("the budget of matter closes to", significant(m.mass_closure, 2));
        if let Some(mismatch) = m.onsager_mismatch {
            row("Onsager's relation holds on every face to", significant(mismatch, 2));
        }
        for (surface, flows) in &m.boundaries.0 {
            for (name, flow) in &flows.0 {
                row(&format!("{name} in through {surface}"), format!("{} kg/s", significant(*flow, 5)));
            }
        }
        section("Heat and matter", &(species.html() + &budget.html()))
    }
}
