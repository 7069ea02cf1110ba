//! `model = "thermoelectric"`: what carries charge in a material, `[[terminal]]`, and the network they make.

use super::Model;
use super::boundaries::read_area;
use super::item::{Bound, Item, number};
use super::materials::MaterialPlan;
use super::plan::Plan;
use super::regions::{Filling, read_name};
use super::section::Section;
use super::varying::{ALL, TIME, Varying};
use crate::coupled::device::{Carriers, Device, DeviceError, Drive, Terminal, Thermoelectric};
use crate::coupled::law::{self, Matrix2};
use crate::expression::{Expression, Variable};
use crate::grid::Side;
use crate::nearest::nearest;
use crate::problem::{Problem, VOID, ValueId};
use crate::quantity;
use std::collections::HashMap;
use std::sync::Arc;

/// What carries charge, as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct CarriersPlan<'d> {
    pub conductivity: Varying<'d>,
    pub seebeck: Option<Varying<'d>>,
}

/// A terminal as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct TerminalPlan<'d> {
    name: String,
    item: Item<'d>,
    place: PlacePlan<'d>,
    drive: DrivePlan<'d>,
}

#[derive(Debug, Clone)]
enum PlacePlan<'d> {
    Face(Side, Option<[Vec<f64>; 2]>),
    Region(Item<'d>),
}

#[derive(Debug, Clone)]
enum DrivePlan<'d> {
    Potential(Varying<'d>),
    Current(Varying<'d>),
    Load(f64, Item<'d>),
}

/// Coefficients of a linear law as a scenario gives them: the matrix between the two fluxes and the forces of the entropy
/// production, and the temperature (K) where it holds. `flow` is the letter of what passes beside heat, `more` a key beside.
pub(super) struct Coefficients<'d> {
    pub matrix: Matrix2,
    pub temperature: f64,
    pub more: Option<Item<'d>>,
    pub item: Item<'d>,
}

/// Reads them and refuses what no matter can have: a matrix that is not symmetric, or that would destroy entropy.
pub(super) fn read_coefficients<'d>(
    section: &Section<'d>,
    item: &Item<'d>,
    flow: char,
    more: Option<(&'static str, &str)>,
    instead: &[&'static str],
) -> Option<Coefficients<'d>> {
    for key in instead {
        if section.has(key) {
            let reason = "cannot stand beside `onsager`, from which it follows";
            section.error_of_key(key, reason, "keep one of the two");
            return None;
        }
    }
    let beside = more.map_or(String::new(), |(key, value)| format!(", {key} = {value}"));
    let form = format!(
        "write onsager = {{ matrix = [[L_{flow}{flow}, L_{flow}q], [L_q{flow}, L_qq]], temperature = \"300 K\"{beside} }}, in SI units"
    );
    let table = item.section()?;
    let matrix = table.require("matrix", &form);
    let temperature = table.require("temperature", "add temperature = \"300 K\": where the matrix holds");
    let more = more.map(|(key, value)| table.require(key, &format!("add {key} = {value}: where the matrix holds")));
    table.finish();
    let matrix = matrix?;
    let rows = matrix.list_of(2, "rows")?;
    let rows: Vec<Option<Vec<f64>>> =
        rows.iter().map(|r| r.quantities(2, "entries in each row", quantity::DIMENSIONLESS, Bound::Any)).collect();
    let t = temperature?.quantity(quantity::TEMPERATURE, Bound::Temperature)?;
    let (first, second) = (rows[0].clone()?, rows[1].clone()?);
    let l = [[first[0], first[1]], [second[0], second[1]]];
    let [low, high] = law::eigenvalues(l);
    let eigenvalues = format!("the eigenvalues of its symmetric part are {} and {}", number(low), number(high));
    let asymmetry = (l[0][1] - l[1][0]).abs();
    if asymmetry > 1e-9 * (l[0][0] * l[1][1]).abs().sqrt() {
        let (a, b) = (number(l[0][1]), number(l[1][0]));
        matrix.error(
            format!("is not symmetric: L_{flow}q = {a} but L_q{flow} = {b}; {eigenvalues}"),
            format!(
                "by Onsager's relation both cross terms are the same: make them equal, for example both {}",
                number(0.5 * (l[0][1] + l[1][0]))
            ),
        );
        return None;
    }
    // the determinant against the product of the diagonal: the units of the two fluxes differ by many powers of ten
    let determinant = l[0][0] * l[1][1] - l[0][1] * l[1][0];
    if l[0][0] <= 0.0 || l[1][1] <= 0.0 || determinant.is_nan() || determinant <= 1e-12 * l[0][0] * l[1][1] {
        let most = (l[0][0] * l[1][1]).max(0.0).sqrt();
        matrix.error(
            format!("is not positive definite: {eigenvalues}"),
            format!(
                "entropy would be destroyed: L_{flow}{flow} and L_qq must be positive and |L_{flow}q| below sqrt(L_{flow}{flow} L_qq) = {}",
                number(most)
            ),
        );
        return None;
    }
    let more = match more {
        Some(item) => Some(item?),
        None => None,
    };
    Some(Coefficients { matrix: l, temperature: t, more, item: matrix })
}

/// A value that follows from a matrix.
pub(super) fn derived<'d>(value: f64, bound: Bound, item: &Item<'d>) -> Varying<'d> {
    Varying { expression: Expression::constant(value), item: item.clone(), bound }
}

/// Conductivity and carriers of a material that gives its matrix of coefficients in their place.
pub(super) fn read_matrix<'d>(section: &Section<'d>, item: &Item<'d>) -> Option<(Varying<'d>, CarriersPlan<'d>)> {
    let instead = ["conductivity", "electrical_conductivity", "seebeck"];
    let Coefficients { matrix: l, temperature: t, item, .. } = read_coefficients(section, item, 'e', None, &instead)?;
    let conductivity = derived((l[1][1] - l[0][1] * l[1][0] / l[0][0]) / (t * t), Bound::Positive, &item);
    let carriers = CarriersPlan {
        conductivity: derived(l[0][0] / t, Bound::Positive, &item),
        seebeck: Some(derived(l[0][1] / (t * l[0][0]), Bound::Any, &item)),
    };
    Some((conductivity, carriers))
}

/// Reads what carries charge in a material; `None` for an insulator.
pub(super) fn read_carriers<'d>(section: &Section<'d>) -> Option<Option<CarriersPlan<'d>>> {
    let conductivity = section.get("electrical_conductivity");
    let seebeck = section.get("seebeck");
    let Some(conductivity) = conductivity else {
        if let Some(item) = seebeck {
            item.error(
                "says nothing of a material without electrical_conductivity: it is an insulator",
                "add electrical_conductivity = \"1e5 S/m\", or remove seebeck",
            );
            return None;
        }
        return Some(None);
    };
    let conductivity = conductivity.varying(quantity::ELECTRICAL_CONDUCTIVITY, Bound::Positive, ALL)?;
    let seebeck = match seebeck {
        Some(item) => Some(item.varying(quantity::SEEBECK, Bound::Any, ALL)?),
        None => None,
    };
    Some(Some(CarriersPlan { conductivity, seebeck }))
}

/// Reads `[[terminal]]`.
pub(super) fn read_terminals<'d>(root: &Section<'d>, dimensions: usize, model: Model) -> Vec<TerminalPlan<'d>> {
    let given = root.get("terminal"); // known to every model, as what belongs to another
    if model != Model::Thermoelectric {
        root.later(
            &["terminal"],
            "belongs to model = \"thermoelectric\"",
            "remove it, or set model = \"thermoelectric\"",
        );
        return Vec::new();
    }
    let list = match given {
        Some(item) => item.list().unwrap_or_default(),
        None => Vec::new(),
    };
    let mut terminals: Vec<TerminalPlan<'d>> = Vec::new();
    for item in list {
        let Some(terminal) = read_terminal(&item, dimensions) else { continue };
        if terminals.iter().any(|t| t.name == terminal.name) {
            item.error(
                format!("there are two terminals named \"{}\"", terminal.name),
                "the report names terminals: give each its own name",
            );
        }
        terminals.push(terminal);
    }
    terminals
}

fn read_terminal<'d>(item: &Item<'d>, dimensions: usize) -> Option<TerminalPlan<'d>> {
    let section = item.section()?;
    let name = section.require("name", "add name = \"plus\": the report lists terminals by name");
    let face = section.get("face");
    let region = section.get("region");
    let area = section.get("box");
    section.one_of(&["face", "region"]);
    let drive = section.one_of(&["potential", "current", "load"]);
    section.finish();
    let name = read_name(&name?)?;
    if drive.is_none() {
        item.error(
            "is driven by nothing",
            "add potential = \"0 V\", current = \"3 A\" (into the device), or load = { resistance = \"0.01 ohm\", to = \"minus\" }",
        );
    }
    let place = match (face, region) {
        (Some(face), _) => {
            let sides = Side::ALL.map(|s| (s.name(), s));
            let side = face.choice(&sides[..2 * dimensions], &[])?;
            let area = match area {
                Some(area) => Some(read_area(&area, dimensions - 1)?),
                None => None,
            };
            PlacePlan::Face(side, area)
        }
        (None, Some(region)) => {
            if let Some(area) = area {
                area.error("goes with `face`", "remove it: the terminal is the whole region");
            }
            PlacePlan::Region(region)
        }
        (None, None) => {
            item.error("is wired to nothing", "add face = \"z_max\" or region = \"electrode\"");
            return None;
        }
    };
    let drive = match drive? {
        ("potential", item) => DrivePlan::Potential(item.varying(quantity::POTENTIAL, Bound::Any, TIME)?),
        ("current", item) => DrivePlan::Current(item.varying(quantity::CURRENT, Bound::Any, TIME)?),
        (_, item) => {
            let section = item.section()?;
            let resistance = section.require("resistance", "add resistance = \"0.01 ohm\"");
            let to = section.require("to", "add to = \"minus\": the terminal at the other end of the load");
            section.finish();
            DrivePlan::Load(resistance?.quantity(quantity::RESISTANCE, Bound::Positive)?, to?)
        }
    };
    Some(TerminalPlan { name, item: item.clone(), place, drive })
}

/// Lays the terminals on the painted grid and makes sure that they make a network.
pub(super) fn place(plan: &Plan<'_>, problem: &mut Problem, steady: bool) -> Option<Thermoelectric> {
    if plan.model != Model::Thermoelectric {
        return None;
    }
    let mut push = |value: &Varying<'_>| problem.values.push(value.expression.clone());
    let carriers: Vec<Carriers> = plan
        .materials
        .iter()
        .map(|m| match &m.carriers {
            Some(c) => {
                Carriers { conductivity: Some(push(&c.conductivity)), seebeck: c.seebeck.as_ref().map(&mut push) }
            }
            None => Carriers { conductivity: None, seebeck: None },
        })
        .collect();
    let drives: Vec<Option<Drive>> = plan.terminals.iter().map(|t| drive(t, plan, steady, &mut push)).collect();
    let drives: Vec<Drive> = drives.into_iter().collect::<Option<_>>()?;
    let conducts = |cell: usize| match problem.material[cell] {
        VOID => false,
        m => carriers[usize::from(m)].conductivity.is_some(),
    };
    let mut owner: HashMap<(u32, Option<Side>), usize> = HashMap::new();
    let mut terminals = Vec::new();
    for (t, (planned, drive)) in plan.terminals.iter().zip(drives).enumerate() {
        let mut terminal = Terminal { name: planned.name.clone(), drive, faces: Vec::new(), cells: Vec::new() };
        match &planned.place {
            PlacePlan::Face(side, area) => {
                if problem.grid.periodic[side.axis] {
                    planned.item.error("lies on a periodic face, which is no surface", "choose another face");
                    return None;
                }
                terminal.faces = faces_of(problem, *side, area.as_ref());
            }
            PlacePlan::Region(item) => {
                let region = find_region(item, plan)?;
                match plan.regions[region].filling {
                    Filling::Void => terminal.faces = faces_of_void(problem, region),
                    _ => {
                        terminal.cells =
                            plan.regions[region].shape.cells(&problem.grid).iter().map(|&c| c as u32).collect()
                    }
                }
                if let Filling::Material(_) = plan.regions[region].filling {
                    terminal.cells.retain(|&c| usize::from(problem.region[c as usize]) == region);
                }
            }
        }
        terminal.faces.retain(|(c, _)| conducts(*c as usize));
        terminal.cells.retain(|&c| conducts(c as usize));
        if terminal.faces.is_empty() && terminal.cells.is_empty() {
            planned.item.error(
                "touches no conductor",
                "move it to where a material with electrical_conductivity is, or give that material one",
            );
            return None;
        }
        let places =
            terminal.faces.iter().map(|(c, s)| (*c, Some(*s))).chain(terminal.cells.iter().map(|c| (*c, None)));
        for place in places {
            if let Some(other) = owner.insert(place, t).filter(|o| *o != t) {
                planned.item.error(
                    format!("covers a part of terminal \"{}\"", plan.terminals[other].name),
                    "give each its own faces: add a box to either",
                );
                return None;
            }
        }
        terminals.push(terminal);
    }
    let contacts = plan.contacts.iter().map(|c| c.electrical).collect();
    let spec = Thermoelectric { carriers, contacts, terminals };
    check_reference(plan, problem, &spec);
    Some(spec)
}

fn drive(
    terminal: &TerminalPlan<'_>,
    plan: &Plan<'_>,
    steady: bool,
    push: &mut dyn FnMut(&Varying<'_>) -> ValueId,
) -> Option<Drive> {
    let mut given = |value: &Varying<'_>| {
        if steady && value.expression.depends_on(Variable::Time) {
            value.item.error("varies in time, so there is no steady state", "remove t from it, or run until a time");
        }
        push(value)
    };
    match &terminal.drive {
        DrivePlan::Potential(value) => Some(Drive::Potential(given(value))),
        DrivePlan::Current(value) => Some(Drive::Current(given(value))),
        DrivePlan::Load(resistance, item) => {
            let name = item.text()?;
            let names = || plan.terminals.iter().map(|t| t.name.as_str());
            match plan.terminals.iter().position(|t| t.name == name) {
                Some(to) if plan.terminals[to].name != terminal.name => Some(Drive::Load(*resistance, to)),
                Some(_) => {
                    item.error("is the terminal itself", "name the terminal at the other end of the load");
                    None
                }
                None => {
                    let remedy = match nearest(name, names()) {
                        Some(near) => format!("did you mean \"{near}\"?"),
                        None => format!("the terminals are {}", names().collect::<Vec<_>>().join(", ")),
                    };
                    item.error(format!("no terminal is named \"{name}\""), remedy);
                    None
                }
            }
        }
    }
}

fn find_region(item: &Item<'_>, plan: &Plan<'_>) -> Option<usize> {
    let name = item.text()?;
    let found = plan.regions.iter().position(|r| r.name == name);
    if found.is_none() {
        let names = || plan.regions.iter().map(|r| r.name.as_str());
        let remedy = match nearest(name, names()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if plan.regions.is_empty() => {
                format!(
                    "the scenario has no regions: add a [[region]] named \"{name}\", or write face instead of region"
                )
            }
            None => format!("regions: {}", names().collect::<Vec<_>>().join(", ")),
        };
        item.error(format!("no region is named \"{name}\""), remedy);
    }
    found
}

fn faces_of(problem: &Problem, side: Side, area: Option<&[Vec<f64>; 2]>) -> Vec<(u32, Side)> {
    let grid = &problem.grid;
    let last = if side.high { grid.cells()[side.axis] - 1 } else { 0 };
    let along: Vec<usize> = (0..grid.dimensions()).filter(|&a| a != side.axis).collect();
    let within = |c: usize| {
        let centre = grid.centre(grid.cell(c));
        area.is_none_or(|[low, high]| along.iter().enumerate().all(|(n, &a)| (low[n]..high[n]).contains(&centre[a])))
    };
    (0..grid.len()).filter(|&c| grid.cell(c)[side.axis] == last && within(c)).map(|c| (c as u32, side)).collect()
}

fn faces_of_void(problem: &Problem, region: usize) -> Vec<(u32, Side)> {
    let grid = &problem.grid;
    let mut faces = Vec::new();
    for c in (0..grid.len()).filter(|&c| problem.material[c] != VOID) {
        for side in Side::ALL.into_iter().filter(|s| s.axis < grid.dimensions()) {
            let beyond = grid.neighbour(grid.cell(c), side.outward()).map(|b| grid.index(b));
            if beyond.is_some_and(|b| problem.material[b] == VOID && usize::from(problem.region[b]) == region) {
                faces.push((c as u32, side));
            }
        }
    }
    faces
}

/// Some terminal of every network must fix its potential.
fn check_reference(plan: &Plan<'_>, problem: &Problem, spec: &Thermoelectric) {
    if let Err(DeviceError::Floating(t)) = Device::new(Arc::new(problem.clone()), spec.clone()) {
        plan.terminals[t].item.error(
            "nothing fixes the potential of the part that it is wired to",
            "give one of the terminals of that part potential = \"0 V\" in place of its current or load",
        );
    }
}

/// Refuses what a material of coupled transport cannot have.
pub(super) fn check_material(plan: &MaterialPlan<'_>, model: Model) {
    let model = model.name();
    if let super::materials::ConductivityPlan::Tensor(..) = plan.conductivity {
        plan.item.error(
            "has a conductivity tensor",
            format!("with model = \"{model}\" give one conductivity, or [kx, ky, kz] along the axes"),
        );
    }
    if plan.relaxation_time.is_some() {
        plan.item.error(
            "gives a relaxation time",
            format!("with model = \"{model}\" heat follows Fourier's law: remove `relaxation_time`"),
        );
    }
    if plan.melting.is_some() {
        plan.item.error("melts", format!("with model = \"{model}\" remove `melting`"));
    }
}
