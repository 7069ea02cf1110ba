//! `model = "phonon"`: `[phonon]`, the carriers of a material, walls, and the domain they fly in.

use super::boundaries::{ConditionPlan, FacePlan, Patch, refuse_periodic};
use super::compile::Temperatures;
use super::heated_bands::share_sources;
use super::item::{Bound, Item, number};
use super::materials::{ConductivityPlan, MaterialPlan, OF_CONDUCTION};
use super::phonon_spectra::{Equilibrium, Spectra, spectra};
use super::plan::Plan;
use super::section::Section;
use super::varying::{SPACE_AND_TIME, Varying};
use super::{Model, grazing, phonon_bands};
use crate::expression::{Expression, Place};
use crate::grid::{Grid, Side};
use crate::kinetic::domain::{Domain, Law, Outer};
use crate::kinetic::driving::Driving;
use crate::kinetic::medium::Medium;
use crate::problem::{Party, Problem, Surface, VOID};
use crate::quantity;
use crate::spectrum::Spectral;
use glam::DVec3;
use std::cell::RefCell;

/// Directions from pole to pole and around, unless the scenario says otherwise.
const ORDINATES: [usize; 2] = [16, 32];
/// The fewest there may be.
pub const LEAST: [usize; 2] = [4, 8];

/// `[phonon]` as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct PhononPlan<'d> {
    pub item: Option<Item<'d>>,
    pub ordinates: [usize; 2],
    pub compare_fourier: bool,
    pub equilibrium: Equilibrium,
}

/// The surface that a wall belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Index into [`Problem::surfaces`].
    pub surface: u16,
    /// Which entry of its face's list holds there, from 0; none on surfaces of voids and planes of symmetry.
    pub patch: Option<usize>,
}

/// The carriers of a scenario.
#[derive(Debug, Clone)]
pub struct Phonon {
    /// Where they fly, with walls and sources at time 0.
    pub domain: Domain,
    /// Directions from pole to pole, and around.
    pub ordinates: [usize; 2],
    /// Whether Fourier's law is solved beside it.
    pub compare_fourier: bool,
    /// Per wall: the surface that it belongs to, if any.
    pub owner: Vec<Option<Owner>>,
    /// What drives them.
    pub driving: Driving,
    /// Kelvin jump of the joined ends of each axis, low end over high end.
    pub jump: [f64; 3],
    /// What flies in each medium of the domain, with the name of the material.
    pub spectra: Vec<(String, Spectral)>,
}

/// A contact that passes less than this part of what is asked of it is told.
const FINDS_ROOM: f64 = 0.99;

/// Reads `[phonon]`.
pub(super) fn read_phonon<'d>(root: &Section<'d>, model: Model, dimensions: usize) -> Option<PhononPlan<'d>> {
    let item = root.get("phonon");
    if model != Model::Phonon {
        if let Some(item) = item {
            item.error("belongs to model = \"phonon\"", "remove the section, or set model = \"phonon\"");
        }
        return None;
    }
    let mut plan = PhononPlan {
        item: item.clone(),
        ordinates: ORDINATES,
        compare_fourier: false,
        equilibrium: Equilibrium::Linear,
    };
    if dimensions == 3 {
        plan.ordinates = [8, 16];
    }
    let Some(section) = item.and_then(|item| item.section()) else { return Some(plan) };
    let ordinates = section.get("ordinates");
    let compare = section.get("compare_fourier");
    let equilibrium = section.get("equilibrium");
    section.finish();
    if let Some(section) = ordinates.and_then(|item| item.section()) {
        let polar = section.get("polar");
        let azimuthal = section.get("azimuthal");
        section.finish();
        for (slot, item, multiple) in [(0, polar, 2), (1, azimuthal, 4)] {
            if let Some(count) = item.and_then(|item| item.multiple(multiple, LEAST[slot] as u64..=4096)) {
                plan.ordinates[slot] = count as usize;
            }
        }
    }
    if let Some(item) = compare {
        plan.compare_fourier = item.boolean().unwrap_or_default();
    }
    if let Some(item) = equilibrium {
        let known = [("linear", Equilibrium::Linear), ("bose-einstein", Equilibrium::BoseEinstein)];
        plan.equilibrium = item.choice(&known, &[]).unwrap_or(Equilibrium::Linear);
    }
    Some(plan)
}

/// Reads the carriers of a material; its conductivity and heat capacity follow from them.
pub(super) fn read_material<'d>(name: &str, item: &Item<'d>) -> Option<MaterialPlan<'d>> {
    let section = item.section()?;
    let form = "add phonon = { heat_capacity = \"1.66e6 J/(m^3 K)\", group_velocity = \"6400 m/s\", mean_free_path = \"40 nm\" }";
    let phonon = section.get("phonon");
    section.get("source");
    section.get("class");
    if phonon.is_none() {
        section.item.error(
            format!("material \"{name}\" does not say how its phonons fly: `phonon` is missing"),
            format!("{form} under [materials.{name}]"),
        );
        return None;
    }
    section.later(
        &OF_CONDUCTION,
        "belongs to model = \"heat\"; here it follows from `phonon`",
        "remove it: conductivity is C v L / 3 and heat capacity C, summed over the bands",
    );
    section.finish();
    let phonon = phonon?;
    let spectral = phonon_bands::read(&phonon)?;
    let medium = &spectral.medium;
    let constant =
        |value: f64| Varying { expression: Expression::constant(value), item: phonon.clone(), bound: Bound::Positive };
    Some(MaterialPlan {
        name: name.to_owned(),
        item: item.clone(),
        conductivity: ConductivityPlan::Isotropic(constant(medium.conductivity())),
        heat_capacity: Some(constant(medium.heat_capacity())),
        melting: None,
        mean_free_path: Some(medium.mean_free_path()),
        spectral: Some(spectral),
        molecules: None,
        carriers: None,
        solution: None,
        collision_time: None,
        fusion: None,
        relaxation_time: None,
    })
}

/// Reads the condition in a table. `outer` tells an outer face from a void's surface.
pub(super) fn read_condition<'d>(section: &Section<'d>, outer: bool) -> Option<ConditionPlan<'d>> {
    let periodic = refuse_periodic(section, outer);
    let kind = section.one_of(&["temperature", "diffuse", "specular", "specularity"]);
    const FORMS: &str =
        "write { temperature = \"300 K\" }, { diffuse = true }, { specular = true } or { specularity = 0.3 }";
    let of_heat = section.later(
        &["flux", "convection", "radiation", "ambient"],
        "belongs to model = \"heat\"",
        &format!(
            "phonons meet a temperature or bounce back: {FORMS}; heat a thin region with `power` instead of a flux"
        ),
    );
    let of_gas = section.later(&["accommodation"], "belongs to model = \"gas\"", FORMS);
    let of_mixture = section.later(&["mass_fraction", "mass_flux"], "belongs to model = \"mixture\"", FORMS);
    let jump = section.has("temperature_jump");
    if jump {
        let joined = "goes with periodic = true";
        section.error_of_key("temperature_jump", joined, "write { periodic = true, temperature_jump = \"1 K\" }");
    }
    section.finish();
    if periodic {
        return None;
    }
    let Some((key, item)) = kind else {
        // what stands there instead was told
        if !(of_heat || of_gas || of_mixture || jump) {
            section.item.error("has no condition", FORMS);
        }
        return None;
    };
    match key {
        "temperature" => {
            item.varying(quantity::TEMPERATURE, Bound::Temperature, SPACE_AND_TIME).map(ConditionPlan::Temperature)
        }
        "specularity" => item.quantity(quantity::DIMENSIONLESS, Bound::Fraction).map(ConditionPlan::Adiabatic),
        _ if item.boolean()? => Some(ConditionPlan::Adiabatic(if key == "specular" { 1.0 } else { 0.0 })),
        _ => {
            item.error("false says nothing", "remove it, or write diffuse = true or specular = true");
            None
        }
    }
}

/// Lays the carriers on the painted grid.
pub(super) fn place(plan: &Plan<'_>, problem: &Problem, range: Temperatures) -> Option<Phonon> {
    let settings = plan.phonon.as_ref()?;
    if let Some(beam) = plan.beams.first() {
        beam.item.error("belongs to model = \"heat\"", "remove it, or heat a thin region with `power`");
        return None;
    }
    if let (Some(item), super::End::Time(_), true) = (&settings.item, &plan.run.end, settings.compare_fourier) {
        item.document.error(
            &item.node.origin,
            "phonon.compare_fourier",
            "compares steady states".to_owned(),
            "remove it, or set until = \"steady\"".to_owned(),
        );
        return None;
    }
    let Spectra { spectra, group } = spectra(plan, settings, problem, range)?;
    let media: Vec<Medium> = spectra.iter().map(|(_, s)| s.medium.clone()).collect();
    // What contacts let pass of what flies towards them from their first party, as far as frequencies find room.
    let passes: RefCell<Vec<Option<f64>>> = RefCell::new(vec![None; plan.contacts.len()]);
    let transmission = |a: usize, b: usize| {
        let given = plan.contacts.iter().zip(&problem.contacts).enumerate().rev().find_map(|(n, (contact, placed))| {
            let is = |party: Party, cell: usize| match party {
                Party::Material(m) => problem.material[cell] == m,
                Party::Region(r) => problem.region[cell] == r,
            };
            let [p, q] = placed.between;
            if is(p, a) && is(q, b) {
                Some((n, (contact.transmission, true)))
            } else if is(q, a) && is(p, b) {
                Some((n, (contact.transmission, false)))
            } else {
                None
            }
        });
        let (contact, given) = given.unzip();
        let same = problem.material[a] == problem.material[b];
        if same && given.is_none() {
            return None;
        }
        let of_group = |band: usize| {
            let flight = |c: usize| -> f64 {
                let bands = media[usize::from(problem.material[c])].bands.iter().zip(&group);
                bands.filter(|(_, g)| **g == group[band]).map(|(b, _)| b.heat_capacity * b.velocity).sum()
            };
            let [own, other] = [flight(a), flight(b)];
            // one band has to do with what is given; of a spectrum, a frequency goes over as far as there is room for it
            let room = if group.len() == 1 { f64::INFINITY } else { 1.0 };
            match given {
                Some((t, _)) if same => t,
                _ if own == 0.0 || other == 0.0 => 0.0,
                Some((t, true)) => t.min(room * other / own),
                // detailed balance
                Some((t, false)) => (t * other / own).min(room),
                None => other / (own + other),
            }
        };
        let parts: Vec<f64> = (0..group.len()).map(of_group).collect();
        if let (Some(contact), Some((_, true))) = (contact, given) {
            let bands = media[usize::from(problem.material[a])].bands.iter().map(|b| b.heat_capacity * b.velocity);
            let (all, passed) =
                bands.zip(&parts).fold((0.0, 0.0), |(all, passed), (flight, t)| (all + flight, passed + t * flight));
            passes.borrow_mut()[contact] = Some(passed / all);
        }
        Some(parts)
    };
    let Laid { mut domain, owner, thermal, jump, .. } = lay(plan, problem, media.clone(), 0.0, transmission)?;
    domain.group = group.clone();
    for (contact, passes) in plan.contacts.iter().zip(passes.into_inner()) {
        if let Some(passes) = passes.filter(|passes| *passes < FINDS_ROOM * contact.transmission) {
            contact.item.document.warn(format!(
                "of what flies towards a contact with transmission = {} only {passes:.2} passes: for the rest there are too few phonons of its frequency on the other side",
                number(contact.transmission)
            ));
        }
    }
    if !check_transmissions(plan, &domain) || !share_sources(&plan.regions, problem, &spectra, &mut domain) {
        return None;
    }
    let mut phonon = Phonon {
        domain,
        ordinates: settings.ordinates,
        compare_fourier: settings.compare_fourier,
        owner,
        driving: Driving {
            walls: thermal,
            sources: problem.sources.iter().map(|&id| problem.values.get(id).clone()).collect(),
            source: problem.source.clone(),
        },
        jump,
        spectra,
    };
    phonon.driving.set(&mut phonon.domain, 0.0);
    if let Some(warning) = grazing::warning(&phonon.domain, phonon.ordinates) {
        plan.grid.item.document.warn(warning);
    }
    Some(phonon)
}

/// Carriers' walls on the painted grid.
pub(super) struct Laid<'p> {
    pub domain: Domain,
    /// Per wall: the surface that it belongs to, if any.
    pub owner: Vec<Option<Owner>>,
    /// Walls of given temperature: index, value (deviation, K), centre of the face. They are set to what they are at time 0.
    pub thermal: Vec<(u32, Expression, DVec3)>,
    /// Kelvin jump of the joined ends of each axis, low end over high end.
    pub jump: [f64; 3],
    /// Per wall of given temperature: what gives it.
    pub conditions: Vec<Option<&'p ConditionPlan<'p>>>,
}

/// Puts walls around carriers; the surface of a void without a condition mirrors the part `void_specularity`.
pub(super) fn lay<'p>(
    plan: &'p Plan<'_>,
    problem: &Problem,
    media: Vec<Medium>,
    void_specularity: f64,
    transmission: impl Fn(usize, usize) -> Option<Vec<f64>>,
) -> Option<Laid<'p>> {
    let grid = &problem.grid;
    let mut jump = [0.0; 3];
    for (side, face) in &plan.faces.list {
        if let FacePlan::Periodic(by) = face {
            jump[side.axis] += if side.high { -by } else { *by };
        }
    }
    for axis in 0..3 {
        let given =
            plan.faces.list.iter().filter(|(s, f)| s.axis == axis && matches!(f, FacePlan::Periodic(j) if *j != 0.0));
        if given.count() == 2 {
            let item = plan.phonon.as_ref().and_then(|p| p.item.clone()).unwrap_or_else(|| plan.grid.item.clone());
            item.document.error(
                &item.node.origin,
                "boundary",
                "temperature_jump is given on both of two joined faces".to_owned(),
                "give it once: the face it stands on is warmer than the opposite one by it".to_owned(),
            );
            return None;
        }
    }
    let condition = |cell: [usize; 3], side: Side| face_condition(plan, grid, cell, side);
    let law = |condition: Option<&ConditionPlan<'_>>, otherwise: f64| match condition.map(ConditionPlan::heat) {
        // the value is set with the time
        Some(ConditionPlan::Temperature(_)) => Law::Thermal(0.0),
        Some(ConditionPlan::Adiabatic(specularity)) => Law::Adiabatic { specularity: *specularity },
        Some(ConditionPlan::Environment(_) | ConditionPlan::Maxwell(..) | ConditionPlan::Open(..)) | None => {
            Law::Adiabatic { specularity: otherwise }
        }
    };
    let outer = |cell: [usize; 3], side: Side| {
        if grid.periodic[side.axis] {
            // what leaves the cold high end enters the warm low end
            return Outer::Joined(if side.high { jump[side.axis] } else { -jump[side.axis] });
        }
        // a face without a condition is a plane of symmetry
        Outer::Law(law(condition(cell, side).map(|(_, condition)| condition), 1.0))
    };
    let void_condition = |void: usize| {
        let region = usize::from(problem.region[void]);
        plan.regions.get(region).and_then(|r| r.boundary.as_ref())
    };
    let surface = |_: usize, _: Side, void: usize| law(void_condition(void), void_specularity);
    let mut domain =
        Domain::new(grid.clone(), problem.material.clone(), media, vec![0.0; grid.len()], outer, surface, transmission);
    let mut thermal = Vec::new();
    let mut owners = Vec::new();
    let mut conditions = Vec::new();
    for (n, wall) in domain.walls.iter_mut().enumerate() {
        let cell = grid.cell(wall.cell as usize);
        let beyond = grid.neighbour(cell, wall.side.outward()).map(|c| grid.index(c));
        let void = beyond.filter(|&c| problem.material[c] == VOID);
        let on_face = if void.is_none() { condition(cell, wall.side) } else { None };
        let mut held = None;
        if let Law::Thermal(_) = wall.law {
            held = match void {
                Some(void) => void_condition(void),
                None => on_face.map(|(_, condition)| condition),
            };
            if let Some(ConditionPlan::Temperature(value)) = held.map(ConditionPlan::heat) {
                let mut at = grid.centre(cell);
                at[wall.side.axis] =
                    grid.axis(wall.side.axis).edges()[cell[wall.side.axis] + usize::from(wall.side.high)];
                let deviation = value.expression.clone().sub(Expression::constant(problem.reference));
                let place = Place { x: at.x, y: at.y, z: at.z, ..Place::default() };
                wall.law = Law::Thermal(deviation.eval(&place));
                thermal.push((n as u32, deviation, at));
            }
        }
        conditions.push(held);
        let named = match (wall.law, void) {
            (Law::Periodic { .. } | Law::Interface { .. }, _) => None,
            (_, Some(void)) => Some(Surface::Void(problem.region[void])),
            (_, None) => Some(Surface::Outer(wall.side)),
        };
        let index = named.and_then(|s| problem.surfaces.iter().position(|p| *p == s));
        owners.push(index.map(|i| Owner { surface: i as u16, patch: on_face.map(|(patch, _)| patch) }));
    }
    Some(Laid { domain, owner: owners, thermal, jump, conditions })
}

/// The condition that holds on an outer face of a cell, and which of the face's list it is; later patches win.
fn face_condition<'p>(
    plan: &'p Plan<'_>,
    grid: &Grid,
    cell: [usize; 3],
    side: Side,
) -> Option<(usize, &'p ConditionPlan<'p>)> {
    let Some(FacePlan::Patches(patches)) = plan.faces.get(side) else { return None };
    let centre = grid.centre(cell);
    let along: Vec<usize> = (0..grid.dimensions()).filter(|&a| a != side.axis).collect();
    let within = |patch: &Patch<'_>| {
        patch
            .area
            .as_ref()
            .is_some_and(|[low, high]| along.iter().enumerate().all(|(n, &a)| (low[n]..high[n]).contains(&centre[a])))
    };
    let rest = patches.iter().position(|p| p.area.is_none());
    patches.iter().rposition(within).or(rest).map(|n| (n, &patches[n].condition))
}

/// Refuses transmissions that break detailed balance.
fn check_transmissions(plan: &Plan<'_>, domain: &Domain) -> bool {
    let Some(t) = domain.crossings.iter().flatten().find(|t| **t > 1.0) else { return true };
    let item = plan.contacts.first().map_or(&plan.grid.item, |c| &c.item);
    item.error(
        format!("the way back would let {} of the energy pass", number(*t)),
        "equilibrium needs t C v to be equal both ways: lower the transmission",
    );
    false
}
