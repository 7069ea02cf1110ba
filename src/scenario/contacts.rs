//! `[[contact]]`: thermal contact resistance between two parties.

use super::Model;
use super::item::{Bound, Item};
use super::paint::Painted;
use super::section::Section;
use crate::grid::Grid;
use crate::nearest::nearest;
use crate::problem::{Contact, Material, Party, VOID};
use crate::quantity;

/// A contact as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct ContactPlan<'d> {
    pub item: Item<'d>,
    between: Vec<Item<'d>>,
    /// m2 K/W; 0 with model = "phonon".
    resistance: f64,
    /// ohm m2, with model = "thermoelectric".
    pub electrical: f64,
    /// Of the energy of the carriers, from the first to the second, with model = "phonon".
    pub transmission: f64,
}

/// Reads all contacts; those with errors are left out.
pub(super) fn read_contacts<'d>(root: &Section<'d>, model: Model) -> Vec<ContactPlan<'d>> {
    let Some(list) = root.get("contact").and_then(|item| item.list()) else { return Vec::new() };
    list.into_iter()
        .filter_map(|item| {
            let section = item.section()?;
            let between =
                section.require("between", "add between = [\"silicon\", \"copper\"]: two materials or regions");
            let electrical = match model {
                Model::Thermoelectric => section.get("electrical_resistance"),
                Model::Heat | Model::Phonon | Model::Gas | Model::Mixture => {
                    let reason = "belongs to model = \"thermoelectric\"";
                    section.later(&["electrical_resistance"], reason, "remove the key");
                    None
                }
            };
            let key = match model {
                Model::Thermoelectric => {
                    let reason = "belongs to model = \"phonon\"";
                    section.later(&["transmission"], reason, "give resistance = \"1e-5 m^2 K/W\"");
                    if electrical.is_none() {
                        let form =
                            "add resistance = \"1e-5 m^2 K/W\", electrical_resistance = \"1e-9 ohm m^2\", or both";
                        section.require("resistance", form)
                    } else {
                        section.get("resistance")
                    }
                }
                Model::Heat | Model::Gas | Model::Mixture => {
                    let reason = "belongs to model = \"phonon\"";
                    section.later(&["transmission"], reason, "give resistance = \"1e-5 m^2 K/W\"");
                    section.require("resistance", "add resistance = \"1e-5 m^2 K/W\"")
                }
                Model::Phonon => {
                    let reason = "belongs to model = \"heat\": carriers in flight go over or not";
                    section.later(
                        &["resistance"],
                        reason,
                        "give transmission = 0.4, or no contact for diffuse mismatch",
                    );
                    section.require("transmission", "add transmission = 0.4: the part of the energy that goes over")
                }
            };
            section.finish();
            let between = between.and_then(|item| item.list_of(2, "names"));
            let electrical = match electrical {
                Some(item) => item.quantity(quantity::ELECTRICAL_CONTACT_RESISTANCE, Bound::NonNegative)?,
                None => 0.0,
            };
            let (resistance, transmission) = match model {
                Model::Thermoelectric => match key {
                    Some(key) => (key.quantity(quantity::CONTACT_RESISTANCE, Bound::NonNegative)?, 0.0),
                    None if electrical > 0.0 || section.has("electrical_resistance") => (0.0, 0.0),
                    None => return None,
                },
                Model::Heat | Model::Gas | Model::Mixture => {
                    (key?.quantity(quantity::CONTACT_RESISTANCE, Bound::NonNegative)?, 0.0)
                }
                Model::Phonon => (0.0, key?.quantity(quantity::DIMENSIONLESS, Bound::Fraction)?),
            };
            Some(ContactPlan { item, between: between?, resistance, electrical, transmission })
        })
        .collect()
}

/// Finds the parties in the painted problem and checks that they touch.
pub(super) fn place_contacts(
    plans: &[ContactPlan<'_>],
    grid: &Grid,
    materials: &[Material],
    painted: &Painted,
) -> Vec<Contact> {
    let placed: Vec<(&ContactPlan<'_>, Contact)> = plans
        .iter()
        .filter_map(|plan| {
            let parties: Vec<Option<Party>> = plan.between.iter().map(|item| party(item, materials, painted)).collect();
            let [Some(a), Some(b)] = parties[..] else { return None };
            if a == b {
                plan.between[1].error("names the same party twice", "a contact lies between two different parties");
                return None;
            }
            Some((plan, Contact { between: [a, b], resistance: plan.resistance }))
        })
        .collect();
    let contacts: Vec<Contact> = placed.iter().map(|(_, contact)| contact.clone()).collect();
    for ((plan, _), reach) in placed.iter().zip(reaches(&contacts, grid, painted)) {
        match reach {
            Reach::Nothing => plan
                .item
                .error("the two never touch", "check the shapes and the painting order: no face lies between them"),
            Reach::Covered => plan.item.error(
                "holds nowhere: later contacts lie on all of its faces, and the last one listed wins",
                "remove it, or list it after those",
            ),
            Reach::Faces => {}
        }
    }
    contacts
}

fn party(item: &Item<'_>, materials: &[Material], painted: &Painted) -> Option<Party> {
    let name = item.text()?;
    let region = painted.regions.iter().position(|r| r.name == name);
    let material = materials.iter().position(|m| m.name == name);
    match (region, material) {
        (Some(_), Some(_)) => {
            item.error(
                format!("\"{name}\" is both a region and a material"),
                "give the region another name, so that it is clear which is meant",
            );
            None
        }
        (Some(index), None) => match painted.regions[index].material {
            Some(material) if material != VOID => Some(Party::Region(index as u16)),
            _ => {
                item.error(format!("region \"{name}\" holds no material of its own"), "name a region with a material");
                None
            }
        },
        (None, Some(index)) => Some(Party::Material(index as u8)),
        (None, None) => {
            let names = || {
                let regions = painted.regions.iter().map(|r| r.name.as_str());
                regions.chain(materials.iter().map(|m| m.name.as_str()))
            };
            let remedy = match nearest(name, names()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("regions and materials in use: {}", names().collect::<Vec<_>>().join(", ")),
            };
            item.error(format!("no region and no material in use is named \"{name}\""), remedy);
            None
        }
    }
}

/// Says that a contact acts on the faces of cells, where no shape tells of the surface that they stand for.
pub(super) fn note_of_stairs(contact: &Contact, materials: &[Material], painted: &Painted) -> String {
    let [a, b] = contact.between.map(|party| match party {
        Party::Material(m) => &materials[usize::from(m)].name,
        Party::Region(r) => &painted.regions[usize::from(r)].name,
    });
    format!(
        "the contact between \"{a}\" and \"{b}\" follows the faces of cells: where it is round or slanted it comes out up to 1.42 times (2D) \
         or 1.74 times (3D) too large at any resolution, so it resists less by as much; raise its resistance by the same factor, or draw \
         one of its sides by sphere, cylinder, polygon, box or an STL"
    )
}

/// Where a contact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// No face lies between its parties.
    Nothing,
    /// Every face between them belongs to a later contact.
    Covered,
    /// On some faces.
    Faces,
}

/// Where each contact holds.
fn reaches(contacts: &[Contact], grid: &Grid, painted: &Painted) -> Vec<Reach> {
    let mut found = vec![Reach::Nothing; contacts.len()];
    if contacts.is_empty() {
        return found;
    }
    let is = |party: Party, cell: usize| match party {
        Party::Material(m) => painted.material[cell] == m,
        Party::Region(r) => painted.region[cell] == r,
    };
    for_each_face(grid, |a, b| {
        if painted.material[a] == painted.material[b] && painted.region[a] == painted.region[b] {
            return;
        }
        let mut reach = Reach::Faces;
        for (contact, found) in contacts.iter().zip(&mut found).rev() {
            let [p, q] = contact.between;
            if (is(p, a) && is(q, b)) || (is(p, b) && is(q, a)) {
                *found = (*found).max(reach);
                reach = Reach::Covered;
            }
        }
    });
    found
}

/// Calls `visit` with the two cells of every face within the grid.
fn for_each_face(grid: &Grid, mut visit: impl FnMut(usize, usize)) {
    let cells = grid.cells();
    let strides = [1, cells[0], cells[0] * cells[1]];
    for axis in 0..grid.dimensions() {
        for index in 0..grid.len() {
            let at = grid.cell(index)[axis];
            if at + 1 < cells[axis] {
                visit(index, index + strides[axis]);
            } else if grid.periodic[axis] {
                visit(index, index - at * strides[axis]);
            }
        }
    }
}
