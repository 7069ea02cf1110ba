//! Cells in kinds: everything that a sweep must know of a cell besides its temperature, as one byte. Cells of a kind have the same heat
//! capacity, source and walls, and the conductance of a face follows from the kinds on its two sides.

use crate::backend::gpu::generate::{axis_families, condition_values, has_mixed_sources, is_fixed_in_space};
use crate::backend::gpu::values::{Kind as Varies, kind as varies};
use crate::conduction::Conduction;
use crate::expression::Place;
use crate::problem::{Condition, Party, Problem, VOID, ValueId, Wall};
use std::collections::HashMap;

/// Most kinds, void included.
const MOST: usize = 128;

/// Added to the kind of a cell unless it and all its neighbours are of one kind, without walls or sources.
pub(super) const APART: u8 = 128;

/// How far numbers of one kind may differ, relative: edges of equal cells differ in their last digits.
const SAME: f64 = 1e-9;

/// A wall as all cells of a kind have it: heat is `slope * (beyond - cell) + given`, W.
#[derive(Debug, Clone)]
pub(super) struct KindWall {
    pub(super) surface: usize,
    /// W/K.
    pub(super) slope: f64,
    /// Temperature beyond it (deviation, K); none where only a flux is given.
    beyond: Option<Term>,
    /// Flux into the solid, W/m2, and what it counts, m2.
    flux: Option<(Term, f64)>,
}

/// A number, or what the host evaluates for each step.
#[derive(Debug, Clone, Copy)]
enum Term {
    Fixed(f64),
    Timed(ValueId),
}

impl Term {
    fn at(self, problem: &Problem, t: f64) -> f64 {
        match self {
            Term::Fixed(value) => value,
            Term::Timed(id) => problem.values.at(id, &Place { t, ..Place::default() }),
        }
    }
}

/// One kind.
#[derive(Debug, Clone)]
pub(in crate::backend::gpu) struct Kind {
    /// J/K.
    capacity: f64,
    /// W/m3 and m3.
    source: Option<(ValueId, f64)>,
    pub(super) walls: Vec<KindWall>,
    /// Cells of it.
    pub(super) cells: u64,
}

impl Kind {
    /// Takes a cell of a heat capacity (J/K) in.
    fn take(&mut self, capacity: f64) -> Result<(), String> {
        self.cells += 1;
        if (capacity - self.capacity).abs() > SAME * self.capacity {
            return Err("cells differ in size or heat capacity".into());
        }
        Ok(())
    }

    /// W/K of all its walls, as the device has it.
    pub(super) fn slope(&self) -> f64 {
        f64::from(self.walls.iter().map(|w| w.slope).sum::<f64>() as f32)
    }

    /// Temperature beyond its walls, weighed by their conductances (deviation, K), and heat that does not depend on its own
    /// temperature, W.
    pub(super) fn beyond(&self, problem: &Problem, t: f64) -> [f64; 2] {
        let total: f64 = self.walls.iter().map(|w| w.slope).sum();
        let weighed: f64 = self.walls.iter().map(|w| w.slope * w.beyond(problem, t)).sum();
        let source = self.source.map_or(0.0, |(id, volume)| volume * Term::Timed(id).at(problem, t));
        let given: f64 = self.walls.iter().map(|w| w.given(problem, t)).sum();
        [if total > 0.0 { weighed / total } else { 0.0 }, given + source]
    }
}

impl KindWall {
    /// K, deviation.
    pub(super) fn beyond(&self, problem: &Problem, t: f64) -> f64 {
        self.beyond.map_or(0.0, |term| term.at(problem, t))
    }

    /// Heat whatever the temperature of the cell, W.
    pub(super) fn given(&self, problem: &Problem, t: f64) -> f64 {
        self.flux.map_or(0.0, |(term, area)| area * term.at(problem, t))
    }
}

/// The kinds of a problem: those without walls and sources first, void last.
#[derive(Debug, Clone)]
pub(in crate::backend::gpu) struct Kinds {
    pub(super) list: Vec<Kind>,
    /// Per cell: its kind, and [`APART`].
    pub(super) cells: Vec<u8>,
    /// W/K by axis, lower and upper kind.
    links: Vec<f64>,
    /// Whether what walls or sources do changes in time.
    pub(super) vary: bool,
}

/// What cells of a kind have in common, before numbers are compared.
type Key = (u8, u16, u16, Vec<[u64; 7]>);

impl Kinds {
    /// Sorts the cells of a problem.
    ///
    /// # Errors
    /// Why they cannot be told apart by a byte, or need more than a byte tells.
    pub(in crate::backend::gpu) fn new(conduction: &Conduction) -> Result<Kinds, String> {
        let problem = &*conduction.problem;
        let families = &conduction.links.families;
        let refuse = |what: &str| Err(what.to_string());
        if conduction.varies {
            return refuse("conductivities change");
        }
        if conduction.inertia.is_some() {
            return refuse("heat has inertia");
        }
        if conduction.curves.iter().any(Option::is_some) {
            return refuse("heat capacities change with temperature");
        }
        if !problem.slants.is_empty() {
            return refuse("contacts lie askew");
        }
        if problem.grid.periodic.contains(&true) {
            return refuse("ends are joined");
        }
        if axis_families(families).count() != families.len() {
            return refuse("links run askew");
        }
        if has_mixed_sources(problem) || problem.sources.iter().any(|&id| is_fixed_in_space(problem, id)) {
            return refuse("sources vary in space");
        }
        let by_region = problem.contacts.iter().flat_map(|c| c.between).any(|p| matches!(p, Party::Region(_)));
        let mut known: HashMap<Key, u8> = HashMap::new();
        let mut list: Vec<Kind> = Vec::new();
        let mut cells = vec![0; problem.grid.len()];
        let mut walls = problem.walls.as_slice();
        let mut first_wall = 0;
        // most cells have no walls and are like the one before
        let mut last = None;
        for (i, cell) in cells.iter_mut().enumerate() {
            if problem.material[i] == VOID {
                continue;
            }
            let here = walls.iter().take_while(|w| w.cell as usize == i).count();
            let region = if by_region { problem.region[i] } else { 0 };
            let plain = (problem.material[i], problem.source[i], region);
            if let (0, Some((same, number))) = (here, last)
                && plain == same
            {
                list[usize::from(number)].take(conduction.capacity[i])?;
                *cell = number;
                continue;
            }
            let (own, rest) = walls.split_at(here);
            walls = rest;
            let own: Vec<([u64; 7], KindWall)> = own
                .iter()
                .enumerate()
                .map(|(n, wall)| kind_wall(problem, wall, conduction.wall_conductance[first_wall + n]))
                .collect::<Result<_, _>>()?;
            first_wall += here;
            let key = (plain.0, plain.1, plain.2, own.iter().map(|(key, _)| *key).collect());
            let number = match known.get(&key) {
                Some(&number) => number,
                None if list.len() + 1 < MOST => {
                    let number = list.len() as u8;
                    let source = problem.source[i] as usize;
                    let volume = problem.grid.volume(problem.grid.cell(i));
                    list.push(Kind {
                        capacity: conduction.capacity[i],
                        source: (source > 0).then(|| (problem.sources[source], volume)),
                        walls: own.into_iter().map(|(_, wall)| wall).collect(),
                        cells: 0,
                    });
                    known.insert(key, number);
                    number
                }
                None => return refuse("cells are of more than 127 kinds"),
            };
            list[usize::from(number)].take(conduction.capacity[i])?;
            *cell = number;
            if here == 0 {
                last = Some((plain, number));
            }
        }
        let plain = |kind: &Kind| kind.walls.is_empty() && kind.source.is_none();
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_by_key(|&n| !plain(&list[n]));
        let mut place = vec![0; list.len()];
        order.iter().enumerate().for_each(|(to, &from)| place[from] = to as u8);
        cells.iter_mut().filter(|_| !place.is_empty()).for_each(|cell| *cell = place[usize::from(*cell)]);
        let mut list: Vec<Kind> = order.iter().map(|&n| list[n].clone()).collect();
        let void = list.len() as u8;
        list.push(Kind { capacity: f64::INFINITY, source: None, walls: Vec::new(), cells: 0 });
        for (cell, _) in cells.iter_mut().zip(&problem.material).filter(|(_, m)| **m == VOID) {
            *cell = void;
        }
        let links = links(conduction, &cells, list.len())?;
        let timed = |id: ValueId| varies(problem.values.get(id)) == Varies::Timed;
        let vary = list.iter().any(|kind| {
            kind.source.is_some_and(|(id, _)| timed(id))
                || kind.walls.iter().any(|w| {
                    let terms = [w.beyond, w.flux.map(|(term, _)| term)];
                    terms.into_iter().flatten().any(|term| matches!(term, Term::Timed(_)))
                })
        });
        let mut kinds = Kinds { list, cells, links, vary };
        kinds.set_apart(problem);
        Ok(kinds)
    }

    /// One kind, and void: 1 J/K, 1 W/K between neighbours.
    pub(super) fn uniform() -> Kinds {
        let kind = |capacity| Kind { capacity, source: None, walls: Vec::new(), cells: 0 };
        let links = [1.0, 0.0, 0.0, 0.0].repeat(3);
        Kinds { list: vec![kind(1.0), kind(f64::INFINITY)], cells: Vec::new(), links, vary: false }
    }

    /// How many have neither walls nor sources, void left out.
    pub(super) fn plain(&self) -> usize {
        self.list[..self.list.len() - 1].iter().take_while(|k| k.walls.is_empty() && k.source.is_none()).count()
    }

    /// Whether few cells have walls or sources.
    pub(in crate::backend::gpu) fn is_mostly_plain(&self) -> bool {
        let cells = |kinds: &[Kind]| kinds.iter().map(|kind| kind.cells).sum::<u64>();
        let (plain, others) = self.list.split_at(self.plain());
        16 * cells(others) < cells(plain)
    }

    /// Whether any wall's heat depends on the temperature of its cell.
    pub(super) fn has_slopes(&self) -> bool {
        self.list.iter().any(|kind| kind.slope() > 0.0)
    }

    /// The byte of void.
    pub(super) fn void(&self) -> u8 {
        (self.list.len() - 1) as u8 | APART
    }

    /// The numbers that `bodies` of `shaders/lib/kinds.wgsl` holds.
    pub(super) fn bodies(&self) -> Vec<f64> {
        let per_capacity = self.list.iter().map(|kind| 1.0 / kind.capacity);
        per_capacity.chain(self.list.iter().map(Kind::slope)).chain(self.links.iter().copied()).collect()
    }

    /// Marks the cells that are not like all their neighbours.
    fn set_apart(&mut self, problem: &Problem) {
        let plain = self.plain();
        let counts = problem.grid.cells();
        let strides = [1, counts[0], counts[0] * counts[1]];
        let before = self.cells.clone();
        for (i, cell) in self.cells.iter_mut().enumerate() {
            let at = problem.grid.cell(i);
            let alike = |a: usize| {
                at[a] > 0
                    && at[a] + 1 < counts[a]
                    && before[i - strides[a]] == before[i]
                    && before[i + strides[a]] == before[i]
            };
            let axes = if counts[2] > 1 { 3 } else { 2 };
            if usize::from(*cell) >= plain || !(0..axes).all(alike) {
                *cell |= APART;
            }
        }
    }
}

/// Conductances between kinds.
fn links(conduction: &Conduction, cells: &[u8], kinds: usize) -> Result<Vec<f64>, String> {
    let grid = &conduction.problem.grid;
    let mut links = vec![f64::NAN; 3 * kinds * kinds];
    for (n, axis) in axis_families(&conduction.links.families) {
        let family = &conduction.links.families[n];
        for (i, &g) in family.conductance.iter().enumerate() {
            let Some(other) = grid.neighbour(grid.cell(i), family.offset) else { continue };
            let known =
                &mut links[(axis * kinds + usize::from(cells[i])) * kinds + usize::from(cells[grid.index(other)])];
            if known.is_nan() {
                *known = g;
            } else if (g - *known).abs() > SAME * *known {
                return Err("faces between cells of the same kinds differ".into());
            }
        }
    }
    Ok(links.into_iter().map(|g| if g.is_nan() { 0.0 } else { g }).collect())
}

/// A wall, and what makes it differ from others.
fn kind_wall(problem: &Problem, wall: &Wall, g: f64) -> Result<([u64; 7], KindWall), String> {
    let condition = &problem.conditions[wall.condition as usize];
    let position = wall.position;
    let place = Place { x: position.x, y: position.y, z: position.z, ..Place::default() };
    let term = |id: ValueId| match varies(problem.values.get(id)) {
        Varies::Fixed => Ok(Term::Fixed(problem.values.at(id, &place))),
        Varies::Timed => Ok(Term::Timed(id)),
        Varies::Mixed => Err("walls vary in space and time".to_string()),
    };
    let fixed = |id: ValueId, what: &str| match term(id)? {
        Term::Fixed(value) => Ok(value),
        _ => Err(format!("{what} of walls changes in time")),
    };
    let mut key =
        [u64::from(wall.condition), u64::from(wall.surface), u64::from((wall.area as f32).to_bits()), 0, 0, 0, 0];
    for (bits, id) in key[3..].iter_mut().zip(condition_values(condition)) {
        if let Some(Term::Fixed(value)) = id.map(term).transpose()? {
            *bits = value.to_bits();
        }
    }
    // the side it faces, where cells are not cubes
    key[2] |= (wall.side.axis as u64) << 32;
    let surface = wall.surface as usize;
    let wall = match *condition {
        Condition::Temperature(id) => KindWall { surface, slope: g, beyond: Some(term(id)?), flux: None },
        Condition::Environment { flux, convection, ambient, emissivity } => {
            if fixed(emissivity, "emissivity")? != 0.0 {
                return Err("walls radiate".into());
            }
            let outer = wall.area * fixed(convection, "convection")?;
            let flux = Some((term(flux)?, wall.area * g / (g + outer)));
            let beyond = if outer > 0.0 { Some(term(ambient)?) } else { None };
            KindWall { surface, slope: g * outer / (g + outer), beyond, flux }
        }
    };
    Ok((key, wall))
}
