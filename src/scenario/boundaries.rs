//! Conditions on surfaces: `[boundary]` with its faces and patches, and `boundary` of void regions.

use super::Model;
use super::gas;
use super::item::{Bound, Item};
use super::mixture::{MatterPlan, read_open};
use super::phonon;
use super::section::{Section, backticks};
use super::varying::{SPACE_AND_TIME, Varying};
use crate::grid::Side;
use crate::quantity::{self, Dimension};

/// What holds on a surface, as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) enum ConditionPlan<'d> {
    Temperature(Varying<'d>),
    Environment(Box<EnvironmentPlan<'d>>),
    /// Lets no heat pass, and mirrors the given part of the carriers (0: diffuse, 1: mirror). With model = "phonon" or "gas".
    Adiabatic(f64),
    /// A temperature that the given part of the molecules takes on. With model = "gas".
    Maxwell(Box<ConditionPlan<'d>>, f64),
    /// Lets matter pass beside heat. With model = "mixture".
    Open(Box<ConditionPlan<'d>>, MatterPlan<'d>),
}

impl<'d> ConditionPlan<'d> {
    /// What it says of heat.
    pub fn heat(&self) -> &ConditionPlan<'d> {
        match self {
            ConditionPlan::Open(heat, _) | ConditionPlan::Maxwell(heat, _) => heat,
            heat => heat,
        }
    }

    /// What it says of matter.
    pub fn matter(&self) -> Option<&MatterPlan<'d>> {
        match self {
            ConditionPlan::Open(_, matter) => Some(matter),
            _ => None,
        }
    }
}

/// What exchanges heat with a surface.
#[derive(Debug, Clone, Default)]
pub(super) struct EnvironmentPlan<'d> {
    pub flux: Option<Varying<'d>>,
    pub convection: Option<Varying<'d>>,
    pub emissivity: Option<Varying<'d>>,
    pub ambient: Option<Varying<'d>>,
}

/// A condition on part of a face.
#[derive(Debug, Clone)]
pub(super) struct Patch<'d> {
    pub item: Item<'d>,
    /// Low and high corner in the face's own coordinates, m; `None` for the rest of the face.
    pub area: Option<[Vec<f64>; 2]>,
    pub condition: ConditionPlan<'d>,
}

/// What happens on one outer face.
#[derive(Debug, Clone)]
pub(super) enum FacePlan<'d> {
    Patches(Vec<Patch<'d>>),
    /// Joined to the opposite face, and warmer than it by a jump (K).
    Periodic(f64),
}

/// Outer faces of the scenario; a face not named is insulated.
#[derive(Debug, Clone, Default)]
pub(super) struct Faces<'d> {
    pub list: Vec<(Side, FacePlan<'d>)>,
}

impl<'d> Faces<'d> {
    /// What is given for a face.
    pub fn get(&self, side: Side) -> Option<&FacePlan<'d>> {
        self.list.iter().find(|(s, _)| *s == side).map(|(_, plan)| plan)
    }

    /// Axes whose ends are joined.
    pub fn periodic(&self) -> [bool; 3] {
        let mut axes = [false; 3];
        for (side, plan) in &self.list {
            axes[side.axis] |= matches!(plan, FacePlan::Periodic(_));
        }
        axes
    }
}

/// Reads `[boundary]`.
pub(super) fn read_faces<'d>(root: &Section<'d>, dimensions: usize, model: Model) -> Faces<'d> {
    let mut faces = Faces::default();
    let Some(section) = root.get("boundary").and_then(|item| item.section()) else { return faces };
    for side in Side::ALL {
        let Some(item) = section.get(side.name()) else { continue };
        if side.axis >= dimensions {
            section.error_of_key(side.name(), "a 2D grid has no faces along z", "remove it, or make the grid 3D");
        } else if let Some(plan) = read_face(&item, dimensions, model) {
            faces.list.push((side, plan));
        }
    }
    section.finish();
    let periodic = faces.periodic();
    for (side, plan) in &faces.list {
        if periodic[side.axis]
            && let FacePlan::Patches(patches) = plan
            && let Some(patch) = patches.first()
        {
            let other = Side { axis: side.axis, high: !side.high };
            patch.item.error(
                format!("the opposite face {} is periodic, so this one joins it", other.name()),
                format!("remove {}, or remove periodic from {}", side.name(), other.name()),
            );
        }
    }
    faces
}

fn read_face<'d>(item: &Item<'d>, dimensions: usize, model: Model) -> Option<FacePlan<'d>> {
    if !item.is_list() {
        let section = item.section()?;
        if let Some(periodic) = section.get("periodic") {
            if !periodic.boolean()? {
                periodic.error("false says nothing", "remove it; a face without a condition is insulated");
                return None;
            }
            let jump = if model.is_kinetic() { section.get("temperature_jump") } else { None };
            let known = |key: &str| key == "periodic" || (jump.is_some() && key == "temperature_jump");
            if let Some(other) = section.entries().map(|(key, _)| key).find(|key| !known(key)) {
                section.error_of_key(other, "cannot stand beside `periodic`", "a periodic face has no other condition");
                return None;
            }
            let jump = match jump {
                Some(item) => item.quantity(quantity::TEMPERATURE_DIFFERENCE, Bound::Any)?,
                None => 0.0,
            };
            return Some(FacePlan::Periodic(jump));
        }
        return read_patch(section, dimensions, model).map(|patch| FacePlan::Patches(vec![patch]));
    }
    let list = item.list()?;
    if list.is_empty() {
        item.error("has no entry", "write { temperature = \"300 K\" }, or a list of such tables each with a box");
        return None;
    }
    let patches: Vec<Option<Patch<'d>>> =
        list.iter().map(|i| i.section().and_then(|section| read_patch(section, dimensions, model))).collect();
    let patches: Vec<Patch<'d>> = patches.into_iter().collect::<Option<_>>()?;
    if let Some(second) = patches.iter().filter(|p| p.area.is_none()).nth(1) {
        second.item.error(
            "is the second entry without a box",
            "give every entry but one its box; the one without is the rest",
        );
    }
    Some(FacePlan::Patches(patches))
}

fn read_patch<'d>(section: Section<'d>, dimensions: usize, model: Model) -> Option<Patch<'d>> {
    let area = match section.get("box") {
        Some(item) => Some(read_area(&item, dimensions - 1)?),
        None => None,
    };
    let condition = read_condition(&section, true, model)?;
    Some(Patch { item: section.item.clone(), area, condition })
}

/// `[lo, hi]` along the face in 2D (or `[[lo], [hi]]`), `[[a, b], [a, b]]` in 3D.
pub(super) fn read_area(item: &Item<'_>, along: usize) -> Option<[Vec<f64>; 2]> {
    let corners = item.list_of(2, "corners")?;
    let corner = |corner: &Item<'_>| {
        if along == 1 && !corner.is_list() {
            corner.quantity(quantity::LENGTH, Bound::Any).map(|x| vec![x])
        } else {
            corner.quantities(along, "coordinates along the face", quantity::LENGTH, Bound::Any)
        }
    };
    let (low, high) = (corner(&corners[0]), corner(&corners[1]));
    let (low, high) = (low?, high?);
    if low.iter().zip(&high).any(|(l, h)| l >= h) {
        item.error("has no area", "write the low corner first, in the order of the axes along the face");
        return None;
    }
    Some([low, high])
}

/// Reads the condition in a table. `outer` tells an outer face from a void's surface.
pub(super) fn read_condition<'d>(section: &Section<'d>, outer: bool, model: Model) -> Option<ConditionPlan<'d>> {
    if model == Model::Phonon {
        return phonon::read_condition(section, outer);
    }
    if model == Model::Gas {
        return gas::read_condition(section, outer);
    }
    let matter = match read_open(section, model) {
        Ok(matter) => matter,
        Err(()) => return None,
    };
    let heat = read_heat(section, outer, matter.is_some())?;
    Some(match matter {
        Some(matter) => ConditionPlan::Open(Box::new(heat), matter),
        None => heat,
    })
}

/// Refuses `periodic` on a part of a face and on the surface of a void; tells whether it is there.
pub(super) fn refuse_periodic(section: &Section<'_>, outer: bool) -> bool {
    let periodic = section.get("periodic");
    if let Some(item) = &periodic {
        if outer {
            item.error("holds for a whole face", "write x_min = { periodic = true }, without a list and a box");
        } else {
            item.error("the surface of a void has no opposite side", "remove it");
        }
    }
    periodic.is_some()
}

/// Reads what holds for heat; where something holds for matter it may be nothing.
fn read_heat<'d>(section: &Section<'d>, outer: bool, open: bool) -> Option<ConditionPlan<'d>> {
    let temperature = section.get("temperature");
    let flux = section.get("flux");
    let convection = section.get("convection");
    let radiation = section.get("radiation");
    let ambient = section.get("ambient");
    let periodic = refuse_periodic(section, outer);
    section.later(
        &["diffuse", "specular", "specularity", "temperature_jump"],
        "belongs to model = \"phonon\"",
        "a face without a condition is insulated",
    );
    section.later(
        &["accommodation"],
        "belongs to model = \"gas\"",
        "use temperature, flux, convection, radiation or periodic",
    );
    section.finish();
    if periodic {
        return None;
    }
    const KINDS: [&str; 4] = ["temperature", "flux", "convection", "radiation"];
    let form =
        "write for example { temperature = \"300 K\" } or { convection = \"10 W/(m^2 K)\", ambient = \"20 degC\" }";
    let varying = |item: &Option<Item<'d>>, dimension: Dimension, bound: Bound| match item {
        Some(item) => item.varying(dimension, bound, SPACE_AND_TIME).map(Some),
        None => Some(None),
    };
    if temperature.is_some() {
        let others = ["flux", "convection", "radiation", "ambient"];
        if let Some(other) = others.into_iter().find(|key| section.has(key)) {
            section.error_of_key(
                other,
                "cannot stand beside `temperature`",
                format!("a surface of given temperature exchanges what it must: remove temperature or {other}"),
            );
            return None;
        }
        let value = varying(&temperature, quantity::TEMPERATURE, Bound::Temperature)??;
        return Some(ConditionPlan::Temperature(value));
    }
    if flux.is_none() && convection.is_none() && radiation.is_none() {
        if open && ambient.is_none() {
            return Some(ConditionPlan::Environment(Box::default()));
        }
        if ambient.is_some() {
            section.error_of_key(
                "ambient",
                "says nothing without convection or radiation",
                "add convection = \"10 W/(m^2 K)\" or radiation = 0.9 (the emissivity)",
            );
        } else {
            section.item.error(format!("has no condition; one of {} is expected", backticks(&KINDS)), form);
        }
        return None;
    }
    if ambient.is_none() && (convection.is_some() || radiation.is_some()) {
        let key = if convection.is_some() { "convection" } else { "radiation" };
        section.error_of_key(key, "needs the temperature of the surroundings", "add ambient = \"20 degC\"");
        return None;
    }
    if let Some(ambient) = &ambient
        && convection.is_none()
        && radiation.is_none()
    {
        ambient.error("says nothing without convection or radiation", "remove ambient, or add convection or radiation");
        return None;
    }
    let flux = varying(&flux, quantity::HEAT_FLUX, Bound::Any);
    let convection = varying(&convection, quantity::HEAT_TRANSFER_COEFFICIENT, Bound::NonNegative);
    let emissivity = varying(&radiation, quantity::DIMENSIONLESS, Bound::Fraction);
    let ambient = varying(&ambient, quantity::TEMPERATURE, Bound::Temperature);
    let environment =
        EnvironmentPlan { flux: flux?, convection: convection?, emissivity: emissivity?, ambient: ambient? };
    Some(ConditionPlan::Environment(Box::new(environment)))
}
