//! `model = "mixture"`: the species, what they find in a material, and what holds for them on surfaces.

use super::Model;
use super::compile::{Temperatures, sample};
use super::item::{Bound, Item, number};
use super::plan::Plan;
use super::section::Section;
use super::thermoelectric::{Coefficients, derived, read_coefficients};
use super::varying::{ALL, SPACE_AND_TIME, Varying};
use super::walls::WallPlan;
use crate::coupled::law::eigenvalues;
use crate::coupled::matter::law::{Half, Paths, Side, entropic};
use crate::coupled::matter::mixing::Mixing;
use crate::coupled::matter::network::{Given, Mixture, Solution};
use crate::coupled::matter::{Composition, MOST_SPECIES};
use crate::expression::{Place, Variable};
use crate::problem::{Conductivity, Problem, VOID, Values, Wall};
use crate::quantity::{self, Dimension};

/// kg/m3, where a material gives none: of what passes only masses in kg depend on it.
const NOMINAL_DENSITY: f64 = 1000.0;

/// `[mixture]` as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct MixturePlan<'d> {
    item: Item<'d>,
    species: Vec<String>,
    pub mixing: Mixing,
}

/// What matter finds in a material, as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct SolutionPlan<'d> {
    /// kg/m3.
    density: Option<f64>,
    pub diffusivity: Vec<Varying<'d>>,
    pub soret: Vec<Varying<'d>>,
    /// Where its diffusivity is given.
    item: Item<'d>,
}

/// What holds for matter on a surface, as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct MatterPlan<'d> {
    /// Whether mass fractions are given; else what enters.
    fraction: bool,
    values: Vec<Varying<'d>>,
    item: Item<'d>,
}

/// One value, or one for every independent species.
pub(super) fn read_list<'d>(
    item: &Item<'d>,
    dimension: Dimension,
    bound: Bound,
    allowed: &[Variable],
) -> Option<Vec<Varying<'d>>> {
    if !item.is_list() {
        return Some(vec![item.varying(dimension, bound, allowed)?]);
    }
    let list: Vec<Option<Varying<'d>>> =
        item.list()?.iter().map(|item| item.varying(dimension, bound, allowed)).collect();
    list.into_iter().collect()
}

/// Reads `[mixture]`.
pub(super) fn read_mixture<'d>(root: &Section<'d>, model: Model) -> Option<MixturePlan<'d>> {
    let item = root.get("mixture");
    if model != Model::Mixture {
        if let Some(item) = item {
            item.error("belongs to model = \"mixture\"", "remove the section, or set model = \"mixture\"");
        }
        return None;
    }
    let names = || vec!["solute".to_owned(), "solvent".to_owned()];
    let Some(section) = item.as_ref().and_then(|item| item.section()) else {
        return Some(MixturePlan { item: root.item.clone(), species: names(), mixing: Mixing::Unknown });
    };
    let item = item.expect("a section stands somewhere");
    let species = section.get("species");
    let molar = section.get("molar_mass");
    let slope = section.get("mixing_slope");
    section.one_of(&["molar_mass", "mixing_slope"]);
    section.finish();
    let species: Vec<String> = match species {
        Some(item) => {
            let list = item.list()?;
            let names: Vec<Option<String>> = list.iter().map(|i| i.text().map(str::to_owned)).collect();
            let names: Vec<String> = names.into_iter().collect::<Option<_>>()?;
            if !(2..=MOST_SPECIES).contains(&names.len()) {
                item.error(
                    format!("names {} species", names.len()),
                    format!("name 2 to {MOST_SPECIES}, the one whose fraction follows from the others last: species = [\"salt\", \"water\"]"),
                );
                return None;
            }
            if let Some(twice) = (1..names.len()).find(|&n| names[..n].contains(&names[n])) {
                item.error(format!("names \"{}\" twice", names[twice]), "give each species its own name");
                return None;
            }
            names
        }
        None => names(),
    };
    let mixing = match (molar, slope) {
        (Some(item), _) => {
            let masses = item.quantities(
                species.len(),
                "molar masses, one for each species",
                quantity::MOLAR_MASS,
                Bound::Positive,
            )?;
            Mixing::Ideal(masses)
        }
        (None, Some(item)) => {
            if species.len() > 2 {
                item.error("holds for two species", "give molar_mass = [\"44 g/mol\", ...], one for each species");
                return None;
            }
            Mixing::Slope(item.quantity(quantity::SPECIFIC_HEAT, Bound::Positive)?)
        }
        (None, None) if species.len() > 2 => {
            item.error(
                "gives no molar masses, from which the fluxes of more than two species follow",
                "add molar_mass = [\"44 g/mol\", ...], one for each species",
            );
            return None;
        }
        (None, None) => Mixing::Unknown,
    };
    Some(MixturePlan { item, species, mixing })
}

/// Reads what matter finds in a material; `None` inside where it cannot enter.
pub(super) fn read_solution<'d>(section: &Section<'d>, density: Option<&Item<'d>>) -> Option<Option<SolutionPlan<'d>>> {
    let (diffusivity, soret) = (section.get("diffusivity"), section.get("soret"));
    let Some(item) = diffusivity else {
        if let Some(item) = soret {
            item.error(
                "says nothing of a material without diffusivity: no matter enters it",
                "add diffusivity = \"1e-9 m^2/s\", or remove soret",
            );
            return None;
        }
        return Some(None);
    };
    let diffusivity = read_list(&item, quantity::DIFFUSIVITY, Bound::Positive, ALL)?;
    let soret = match &soret {
        Some(item) => read_list(item, quantity::PER_TEMPERATURE, Bound::Any, ALL)?,
        None => Vec::new(),
    };
    let density = read_density(density)?;
    Some(Some(SolutionPlan { density, diffusivity, soret, item }))
}

fn read_density(item: Option<&Item<'_>>) -> Option<Option<f64>> {
    match item {
        Some(item) => {
            let density = item.varying(quantity::DENSITY, Bound::Positive, &[])?;
            Some(density.expression.as_constant())
        }
        None => Some(None),
    }
}

/// Conductivity and solution of a material that gives the matrix of its coefficients in their place.
pub(super) fn read_matrix<'d>(
    section: &Section<'d>,
    item: &Item<'d>,
    density: Option<&Item<'d>>,
    mixing: Option<&Mixing>,
) -> Option<(Varying<'d>, SolutionPlan<'d>)> {
    let more = Some(("mass_fraction", "0.1"));
    let read = read_coefficients(section, item, 'c', more, &["conductivity", "diffusivity", "soret"])?;
    let Coefficients { matrix: l, temperature: t, more, item } = read;
    let c = more?.quantity(quantity::DIMENSIONLESS, Bound::Fraction)?;
    let known = mixing.filter(|m| !matches!(m, Mixing::Unknown));
    let (Some(mixing), true) = (known, c > 0.0 && c < 1.0) else {
        item.error(
            "needs the entropy of mixing at a mass fraction between 0 and 1",
            "give [mixture] molar_mass = [\"58.44 g/mol\", \"18.015 g/mol\"] or mixing_slope, and mass_fraction = 0.1 beside the matrix",
        );
        return None;
    };
    let density = read_density(density)?;
    let at: Composition = [c, 0.0, 0.0];
    // J = L_cc D(s) + L_cq D(1/T), with D(s) = -G grad c and D(1/T) = -grad T / T^2
    let diffusivity = l[0][0] * mixing.curvature(&at, &at)[0][0] / density.unwrap_or(NOMINAL_DENSITY);
    let soret = l[0][1] / (t * t * density.unwrap_or(NOMINAL_DENSITY) * diffusivity * c * (1.0 - c));
    let solution = SolutionPlan {
        density,
        diffusivity: vec![derived(diffusivity, Bound::Positive, &item)],
        soret: vec![derived(soret, Bound::Any, &item)],
        item: item.clone(),
    };
    Some((derived(l[1][1] / (t * t), Bound::Positive, &item), solution))
}

/// Reads what a condition says of matter.
pub(super) fn read_open<'d>(section: &Section<'d>, model: Model) -> Result<Option<MatterPlan<'d>>, ()> {
    if model != Model::Mixture {
        section.later(
            &["mass_fraction", "mass_flux"],
            "belongs to model = \"mixture\"",
            "remove it, or set model = \"mixture\"",
        );
        return Ok(None);
    }
    let Some((key, item)) = section.one_of(&["mass_fraction", "mass_flux"]) else { return Ok(None) };
    let fraction = key == "mass_fraction";
    let values = if fraction {
        read_list(&item, quantity::DIMENSIONLESS, Bound::Fraction, SPACE_AND_TIME)
    } else {
        read_list(&item, quantity::MASS_FLUX, Bound::Any, SPACE_AND_TIME)
    };
    Ok(Some(MatterPlan { fraction, values: values.ok_or(())?, item }))
}

fn check_count(found: usize, species: &[String], item: &Item<'_>) -> bool {
    let wanted = species.len() - 1;
    if found != wanted {
        item.error(
            format!("has {found} values"),
            format!("give {wanted}, in the order of the species {}", species[..wanted].join(", ")),
        );
    }
    found == wanted
}

/// What holds for matter under every condition of the problem.
pub(super) fn conditions(
    plan: &Plan<'_>,
    walls: &WallPlan<'_>,
    steady: bool,
    end: f64,
    values: &mut Values,
) -> Vec<Option<Given>> {
    let Some(mixture) = &plan.mixture else { return Vec::new() };
    let of = |(index, matter): (usize, Option<&MatterPlan<'_>>)| {
        let matter = matter?;
        if !check_count(matter.values.len(), &mixture.species, &matter.item) {
            return None;
        }
        let places = walls.positions_of(index);
        for value in &matter.values {
            value.check(&sample(&value.expression, &places, end));
            if steady && value.expression.depends_on(Variable::Time) {
                value
                    .item
                    .error("varies in time, so there is no steady state", "remove t from it, or run until a time");
            }
        }
        let ids = matter.values.iter().map(|v| values.push(v.expression.clone())).collect();
        Some(if matter.fraction { Given::Fraction(ids) } else { Given::Flux(ids) })
    };
    walls.used.iter().map(|used| used.matter).enumerate().map(of).collect()
}

/// Lays the mixture on the painted grid. [`Problem::initial`] is absolute at this stage.
pub(super) fn place(
    plan: &Plan<'_>,
    problem: &mut Problem,
    conditions: Vec<Option<Given>>,
    range: Temperatures,
) -> Option<Mixture> {
    let mixture = plan.mixture.as_ref()?;
    let species = &mixture.species;
    let independent = species.len() - 1;
    let pairs = species.len() * independent / 2;
    let mut solutions = Vec::new();
    for material in &plan.materials {
        let Some(solution) = &material.solution else {
            solutions.push(None);
            continue;
        };
        if solution.diffusivity.len() != pairs {
            let names: Vec<String> = (0..species.len())
                .flat_map(|k| (k + 1..species.len()).map(move |l| (k, l)))
                .map(|(k, l)| format!("{}-{}", species[k], species[l]))
                .collect();
            solution.item.error(
                format!("has {} values for {} species", solution.diffusivity.len(), species.len()),
                format!("give one for each pair: {}", names.join(", ")),
            );
            return None;
        }
        if !solution.soret.is_empty() && !check_count(solution.soret.len(), species, &solution.item) {
            return None;
        }
        if solution.density.is_none() {
            solution.item.document.warn(format!(
                "material \"{}\" gives no density: masses are told, and Dufour's effect is taken, for {NOMINAL_DENSITY} kg/m3",
                material.name
            ));
        }
        let mut push = |value: &Varying<'_>| problem.values.push(value.expression.clone());
        solutions.push(Some(Solution {
            density: solution.density.unwrap_or(NOMINAL_DENSITY),
            diffusivity: solution.diffusivity.iter().map(&mut push).collect(),
            soret: match solution.soret.is_empty() {
                true => vec![None; independent],
                false => solution.soret.iter().map(|s| Some(push(s))).collect(),
            },
        }));
    }
    if solutions.iter().all(Option::is_none) {
        mixture.item.error(
            "finds no material that matter enters",
            "give the mixture's material a diffusivity: diffusivity = \"1e-9 m^2/s\"",
        );
        return None;
    }
    let with_soret = plan.materials.iter().any(|m| m.solution.as_ref().is_some_and(|s| !s.soret.is_empty()));
    if mixture.mixing == Mixing::Unknown && with_soret {
        mixture.item.document.warn(
            "[mixture] gives neither molar_mass nor mixing_slope: Dufour's effect and the entropy of mixing, which need them, are left out".to_owned(),
        );
    }
    warn_of_closed(problem, &conditions, &solutions, mixture);
    let initial = initial(plan, problem, mixture, &solutions)?;
    let placed = Mixture { species: species.clone(), mixing: mixture.mixing.clone(), solutions, conditions, initial };
    check_second_law(plan, problem, &placed, range).then_some(placed)
}

/// Says where something is told of matter and no material lets any through.
fn warn_of_closed(
    problem: &Problem,
    conditions: &[Option<Given>],
    solutions: &[Option<Solution>],
    mixture: &MixturePlan<'_>,
) {
    for index in (0..conditions.len()).filter(|&index| conditions[index].is_some()) {
        let walls = || problem.walls.iter().filter(|wall| usize::from(wall.condition) == index);
        let open = |wall: &Wall| solutions[usize::from(problem.material[wall.cell as usize])].is_some();
        if let Some(wall) = walls().next().filter(|_| !walls().any(open)) {
            mixture.item.document.warn(format!(
                "boundary {}: what is said of matter does nothing, since no material there has a diffusivity",
                problem.surface_name(&problem.surfaces[usize::from(wall.surface)])
            ));
        }
    }
}

/// Initial mass fractions of all cells.
fn initial(
    plan: &Plan<'_>,
    problem: &Problem,
    mixture: &MixturePlan<'_>,
    solutions: &[Option<Solution>],
) -> Option<Vec<Vec<f64>>> {
    let Some(given) = &plan.initial_fraction else {
        mixture.item.document.error(
            &super::document::Origin::Text(0..0),
            "initial.mass_fraction",
            "is missing".to_owned(),
            "add it to [initial]: mass_fraction = 0.1".to_owned(),
        );
        return None;
    };
    let first = &given.first()?.item;
    if !check_count(given.len(), &mixture.species, first) {
        return None;
    }
    let mut fields = vec![vec![0.0; problem.grid.len()]; given.len()];
    for c in 0..problem.grid.len() {
        let m = problem.material[c];
        if m == VOID || solutions[usize::from(m)].is_none() {
            continue;
        }
        let at = problem.grid.centre(problem.grid.cell(c));
        let place = Place { x: at.x, y: at.y, z: at.z, ..Place::default() };
        let mut sum = 0.0;
        for (field, value) in fields.iter_mut().zip(given) {
            if !value.check(&[place]) {
                return None;
            }
            field[c] = value.expression.eval(&place);
            sum += field[c];
        }
        if sum > 1.0 + 1e-12 {
            first.error(
                format!("the mass fractions add up to {} at x = {} m", number(sum), number(at.x)),
                "together they must not exceed 1: the rest is the last species",
            );
            return None;
        }
    }
    Some(fields)
}

/// Whether the coefficients produce entropy, whatever the forces, over the temperatures and compositions at hand.
fn check_second_law(plan: &Plan<'_>, problem: &Problem, mixture: &Mixture, range: Temperatures) -> bool {
    const MOST: usize = 2000;
    let independent = mixture.species.len() - 1;
    let stride = problem.grid.len().div_ceil(MOST).max(1);
    for c in (0..problem.grid.len()).step_by(stride) {
        let m = problem.material[c];
        if m == VOID {
            continue;
        }
        let (Some(solution), Some(written)) =
            (&mixture.solutions[usize::from(m)], &plan.materials[usize::from(m)].solution)
        else {
            continue;
        };
        let mut fraction = Composition::default();
        (0..independent).for_each(|i| fraction[i] = mixture.initial[i][c]);
        let at = problem.grid.centre(problem.grid.cell(c));
        for temperature in [problem.initial[c], range.low, range.high] {
            let place = Place { x: at.x, y: at.y, z: at.z, t: 0.0, temperature };
            let value = |id| problem.values.at(id, &place);
            let thermal = match &problem.materials[usize::from(m)].conductivity {
                Conductivity::Isotropic(id) => value(*id),
                Conductivity::Diagonal(ids) => ids.iter().map(|id| value(*id)).fold(f64::INFINITY, f64::min),
                Conductivity::Tensor(_) => return true,
            };
            let mut paths = Paths { length: solution.density, ..Paths::default() };
            paths.pairs.iter_mut().zip(&solution.diffusivity).for_each(|(slot, id)| *slot = value(*id));
            paths.soret.iter_mut().zip(&solution.soret).for_each(|(slot, id)| *slot = id.map_or(0.0, &value));
            let side = Side { temperature, fraction, half: Half { thermal, matter: Some(paths) } };
            let bare = match &mixture.mixing {
                Mixing::Unknown => continue,
                mixing => entropic(&side, &side, mixing, independent),
            };
            // the heat that passes while no matter does
            let cross = crate::coupled::matter::law::inverse(&bare, independent + 1)[0][0];
            if cross.is_nan() || cross <= 0.0 {
                // of a whole cell the matrix is that of one half in series with itself: half of it
                let l = |i: usize, j: usize| 2.0 * bare[i][j];
                let [low, high] = eigenvalues([[l(1, 1), l(1, 0)], [l(0, 1), l(0, 0)]]);
                let soret = written.soret.first().map_or(&written.item, |s| &s.item);
                soret.error(
                    format!(
                        "makes a matrix of coefficients that is not positive definite at {} K: L_cc = {}, L_cq = L_qc = {}, L_qq = {}, eigenvalues {} and {}",
                        number(temperature), number(l(1, 1)), number(l(1, 0)), number(l(0, 0)), number(low), number(high)
                    ),
                    "entropy would be destroyed: lower the Soret coefficient or the diffusivity, or raise the conductivity",
                );
                return false;
            }
        }
    }
    true
}
