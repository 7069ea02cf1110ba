//! `[initial]`: the temperature that a run starts from.

use super::item::{Bound, Item};
use super::section::Section;
use super::varying::{SPACE, Varying};
use crate::quantity::Dimension;

/// The initial temperature as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) enum InitialPlan<'d> {
    /// A value or a formula.
    Value(Varying<'d>),
    /// A field file.
    File(Item<'d>),
}

/// Reads the section.
pub(super) fn read_initial<'d>(root: &Section<'d>) -> Option<InitialPlan<'d>> {
    let section = root.get("initial")?.section()?;
    let temperature = section.require("temperature", "add temperature = \"20 degC\"");
    section.later(
        &["mass_fraction"],
        "belongs to a model that is not in this version",
        "this version solves model = \"heat\"; remove the key",
    );
    section.finish();
    let item = temperature?;
    if item.as_text().is_some_and(|text| text.trim().to_lowercase().ends_with(".npy")) {
        return Some(InitialPlan::File(item));
    }
    item.varying(Dimension::TEMPERATURE, Bound::Temperature, SPACE).map(InitialPlan::Value)
}
