//! The semi-discrete heat equation: what each cell gains, in W, from links, walls and sources.

mod gain;
mod wall;

pub(crate) use wall::RADIATION_STEPS;
pub use wall::{WallLine, WallPlace, WallState};

use crate::caloric::{self, Curve};
use crate::expression::{Place, Variable};
use crate::inertia::{Inertia, weighed};
use crate::links::{CellConductivity, Integrals, Links, Taken, are_alike, conductivity_varies, wall_conductance};
use crate::multigrid::matrix::Matrix;
use crate::oblique::Unreachable;
use crate::problem::{Condition, Problem, VOID, Wall};
use rayon::prelude::*;
use std::borrow::Cow;
use std::sync::Arc;

/// A problem made ready for evaluation on the CPU, f64.
#[derive(Debug, Clone)]
pub struct Conduction {
    /// What is solved.
    pub problem: Arc<Problem>,
    /// Per material: enthalpy and temperature, where they differ.
    pub curves: Vec<Option<Curve>>,
    /// Integrals of conductivities over temperature, where they vary with it alone.
    pub integrals: Arc<Integrals>,
    /// Heat capacity of each cell at the reference temperature, J/K; 0 in void.
    pub capacity: Vec<f64>,
    /// Conductances between cells.
    pub links: Links,
    /// Per wall: conductance between cell centre and wall, W/K.
    pub wall_conductance: Vec<f64>,
    /// Inertia of the heats, where a material has a relaxation time.
    pub inertia: Option<Inertia>,
    /// Whether conductances change with the state or in time.
    pub varies: bool,
    /// Per row of cells along x, where all have one heat capacity and the same links, but for the last, which has none onwards. None where
    /// conductances change.
    pub alike: Vec<Option<Alike>>,
    /// Per row of cells along x: whether any has a source.
    heated: Vec<bool>,
    /// Source of every cell, W, where they stay the same in time.
    lasting_sources: Option<Arc<[f64]>>,
    /// Per wall: where it is.
    pub wall_places: Vec<WallPlace>,
    /// Per wall what it does, where that stays the same in time; none where conductances change.
    pub wall_lines: Vec<Option<WallLine>>,
    /// Walls of row r (of cells along x) are `wall_rows[r]..wall_rows[r + 1]`.
    wall_rows: Vec<usize>,
}

/// What all cells of a row have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    /// Heat capacity, J/K.
    pub capacity: f64,
    /// Conductance along the row, W/K.
    pub along: f64,
    /// Conductances to the rows above and below along the other axes that have links, W/K; 0 where there are none.
    pub across: [[f64; 2]; 2],
}

/// To what part conductivities of temperature are tabulated.
const TABULATED: f64 = 1e-11;

impl Conduction {
    /// Prepares a problem, its conductances taken in the initial state at time 0.
    ///
    /// # Errors
    /// If a conductivity tensor cannot be carried by the grid.
    pub fn new(problem: Arc<Problem>) -> Result<Conduction, Unreachable> {
        let curves: Vec<Option<Curve>> =
            problem.materials.iter().map(|m| Curve::new(m, &problem.values, problem.reference)).collect();
        let grid = &problem.grid;
        let capacity: Vec<f64> = (0..grid.len())
            .into_par_iter()
            .map(|i| match problem.material[i] {
                VOID => 0.0,
                m => {
                    let material = &problem.materials[m as usize];
                    let cell = grid.cell(i);
                    let value = problem.values.get(material.heat_capacity);
                    let density = if value.is_spatial() {
                        let centre = grid.centre(cell);
                        value.eval(&Place {
                            x: centre.x,
                            y: centre.y,
                            z: centre.z,
                            temperature: problem.reference,
                            ..Place::default()
                        })
                    } else {
                        caloric::capacity_at(material, &problem.values, problem.reference)
                    };
                    density * grid.volume(cell)
                }
            })
            .collect();
        let enthalpy = enthalpy(&problem, &curves, &problem.initial);
        let taken = Taken::At { temperature: &problem.initial, enthalpy: &enthalpy, time: 0.0 };
        let integrals = Arc::new(Integrals::new(&problem, TABULATED));
        let conductivity = CellConductivity::new(&problem, &curves, &integrals, taken);
        let links = Links::new(&problem, &conductivity)?;
        let row = grid.cells()[0];
        let rows = grid.len() / row;
        let wall_rows = (0..=rows).map(|r| problem.walls.partition_point(|w| (w.cell as usize) < r * row)).collect();
        let varies = conductivity_varies(&problem);
        let alike = |r: usize| {
            let capacity = &capacity[r * row..][..row];
            let (along, across) = (!varies && are_alike(capacity)).then(|| links.of_alike(grid, r)).flatten()?;
            Some(Alike { capacity: capacity[0], along, across })
        };
        let alike = (0..rows).into_par_iter().map(alike).collect();
        let heated = problem.source.par_chunks(row).map(|row| row.iter().any(|s| *s != 0)).collect();
        let wall_places: Vec<WallPlace> = problem.walls.iter().map(WallPlace::of).collect();
        let wall_lines = vec![None; wall_places.len()];
        let mut conduction = Conduction {
            curves,
            integrals: integrals.clone(),
            capacity,
            links,
            wall_conductance: Vec::new(),
            inertia: None,
            varies,
            alike,
            heated,
            lasting_sources: None,
            wall_places,
            wall_lines,
            wall_rows,
            problem: problem.clone(),
        };
        let walls = conduction.wall_conductances(&conductivity, 0.0);
        conduction.inertia = Inertia::new(&problem, &conduction.links, &walls, &conductivity);
        conduction.wall_conductance = walls;
        if !varies {
            conduction.wall_lines = conduction.lasting_lines();
        }
        if !conduction.sources_vary() {
            conduction.lasting_sources = conduction.sources(0.0);
        }
        Ok(conduction)
    }

    /// What heat flows by, with what each cell has beside its links on the diagonal, W/K.
    pub fn matrix(&self, diagonal: &[f64]) -> Matrix {
        let families: Vec<_> = self.links.families.iter().map(|f| (f.offset, f.conductance.as_slice())).collect();
        Matrix::from_families(&self.problem.grid, &families, diagonal)
    }

    /// How large what is rounded may be where temperatures lie in a range (deviations, K), in kelvins. These are enthalpies: of what stores little heat
    /// where it is cold, or melts, they are many degrees.
    pub fn rounded(&self, [low, high]: [f64; 2]) -> f64 {
        let size = |curve: &Option<Curve>| match curve {
            None => low.abs().max(high.abs()),
            Some(curve) => {
                let [a, b] = [low, high].map(|t| curve.enthalpy_at(t).abs());
                a.max(b) * curve.steepest(low, high)
            }
        };
        self.curves.iter().map(size).fold(low.abs().max(high.abs()), f64::max)
    }

    /// Temperature deviations (K) of enthalpies (K), which are the same where heat capacities stay.
    pub fn temperatures<'a>(&self, enthalpy: &'a [f64]) -> Cow<'a, [f64]> {
        if self.curves.iter().all(Option::is_none) {
            return Cow::Borrowed(enthalpy);
        }
        let mut temperature = vec![0.0; enthalpy.len()];
        self.temperature(enthalpy, &mut temperature);
        Cow::Owned(temperature)
    }

    /// Temperature deviations (K) of enthalpies (K).
    pub fn temperature(&self, enthalpy: &[f64], out: &mut [f64]) {
        if self.curves.iter().all(Option::is_none) {
            out.copy_from_slice(enthalpy);
            return;
        }
        let problem = &self.problem;
        out.par_iter_mut().zip(enthalpy).zip(&problem.material).with_min_len(4096).for_each(|((t, &e), &m)| {
            *t = match self.curves.get(m as usize) {
                Some(Some(curve)) => curve.temperature_at(e),
                _ => e,
            }
        });
    }

    /// Makes temperature deviations (K) of the enthalpies (K) of a row of cells along x.
    pub fn row_temperature(&self, row: usize, enthalpy: &mut [f64]) {
        if self.curves.iter().any(Option::is_some) {
            let first = row * enthalpy.len();
            for (e, &m) in enthalpy.iter_mut().zip(&self.problem.material[first..]) {
                if let Some(Some(curve)) = self.curves.get(usize::from(m)) {
                    *e = curve.temperature_at(*e);
                }
            }
        }
    }

    /// Enthalpies (K) of temperature deviations (K).
    pub fn enthalpy(&self, temperature: &[f64]) -> Vec<f64> {
        enthalpy(&self.problem, &self.curves, temperature)
    }

    /// Takes the conductances anew, if they vary.
    pub fn update(&mut self, temperature: &[f64], enthalpy: &[f64], time: f64) {
        if self.varies {
            let (problem, integrals) = (self.problem.clone(), self.integrals.clone());
            let taken = Taken::At { temperature, enthalpy, time };
            let conductivity = CellConductivity::new(&problem, &self.curves, &integrals, taken);
            self.links.refresh(&problem, &conductivity);
            self.wall_conductance = self.wall_conductances(&conductivity, time);
            self.inertia = Inertia::new(&problem, &self.links, &self.wall_conductance, &conductivity);
        }
    }

    /// Per wall: conductance of its half cell at a time, W/K.
    fn wall_conductances(&self, conductivity: &CellConductivity, time: f64) -> Vec<f64> {
        let row = self.row(time);
        let given = |wall: &Wall| match self.problem.conditions[usize::from(wall.condition)] {
            Condition::Temperature(id) => Some(self.wall_value(id, wall, time, &row)),
            Condition::Environment { .. } => None,
        };
        self.problem.walls.iter().map(|wall| wall_conductance(wall, conductivity, given(wall))).collect()
    }

    /// All values that do not vary in space, at a time; 0 stands in for the others.
    pub fn row(&self, time: f64) -> Vec<f64> {
        let place = Place { t: time, ..Place::default() };
        self.problem
            .values
            .iter()
            .map(|v| if v.is_spatial() || v.depends_on(Variable::Temperature) { 0.0 } else { v.eval(&place) })
            .collect()
    }

    /// Volumetric source of a cell, W/m3, given the row of values at that time.
    pub fn source_density(&self, cell: usize, time: f64, row: &[f64]) -> f64 {
        let id = self.problem.sources[self.problem.source[cell] as usize];
        let value = self.problem.values.get(id);
        if value.is_spatial() {
            let centre = self.problem.grid.centre(self.problem.grid.cell(cell));
            value.eval(&Place { x: centre.x, y: centre.y, z: centre.z, t: time, temperature: 0.0 })
        } else {
            row[id.0 as usize]
        }
    }

    /// Source of every cell, W; `None` where nothing in the problem has one.
    pub fn sources(&self, time: f64) -> Option<Arc<[f64]>> {
        if self.problem.sources.len() < 2 {
            return None;
        }
        if self.lasting_sources.is_some() {
            return self.lasting_sources.clone();
        }
        let values = self.row(time);
        let grid = &self.problem.grid;
        let [n, ny, _] = grid.cells();
        let widths = [0, 1, 2].map(|a| grid.axis(a).widths());
        let mut sources: Arc<[f64]> = std::iter::repeat_n(0.0, grid.len()).collect();
        let cells = Arc::get_mut(&mut sources).expect("no other has it yet");
        let rows = cells.par_chunks_mut(n).enumerate().with_min_len(4096_usize.div_ceil(n));
        rows.filter(|(row, _)| self.heated[*row]).for_each(|(row, sources)| {
            let (wy, wz) = (widths[1][row % ny], widths[2][row / ny]);
            for (x, (source, wx)) in sources.iter_mut().zip(widths[0]).enumerate() {
                if self.problem.source[row * n + x] != 0 {
                    *source = self.source_density(row * n + x, time, &values) * (wx * wy * wz);
                }
            }
        });
        Some(sources)
    }

    /// Whether any cell of a row along x has a source.
    pub fn is_heated(&self, row: usize) -> bool {
        self.heated[row]
    }

    /// Whether sources change in time.
    pub fn sources_vary(&self) -> bool {
        self.problem.sources.iter().any(|&id| self.problem.values.get(id).depends_on(Variable::Time))
    }

    /// The inverse of the longest stable step, 1/s. Without inertia explicit steps are stable, and keep every
    /// temperature within the range of its surroundings, up to C over the sum of g in every cell (Gershgorin's circle of
    /// its row); with inertia m of a link g weighs `min(1, h/(2 g m))`, see [`crate::inertia`]. Valid while temperatures
    /// (deviations, K) and time (s) stay within the given ranges.
    pub fn fastest_rate(&self, temperature: [f64; 2], time: [f64; 2]) -> f64 {
        let taken = Taken::Largest { temperature, time };
        let problem = &self.problem;
        let largest = self.varies.then(|| {
            let conductivity = CellConductivity::of_cells(problem, &self.curves, taken);
            let mut links = self.links.clone();
            links.refresh(problem, &conductivity);
            let walls = self.wall_conductances(&conductivity, 0.0);
            let inertia = Inertia::new(problem, &links, &walls, &conductivity);
            (links, walls, inertia)
        });
        let (links, walls, inertia) = match &largest {
            Some((links, walls, inertia)) => (links, walls, inertia),
            None => (&self.links, &self.wall_conductance, &self.inertia),
        };
        let exchange = |(wall, &g): (&Wall, &f64)| self.steepest_exchange(wall, g, temperature[1]);
        let walls: Vec<f64> = problem.walls.iter().zip(walls).map(exchange).collect();
        let sum = |weigh: &(dyn Fn(f64, f64) -> f64 + Sync)| weighed(problem, links, &walls, inertia.as_ref(), weigh);
        let total = sum(&|g, _| g);
        // Half the sum of 1/m, and the sum of g where heat follows at once.
        let slow = inertia.as_ref().map(|_| {
            [sum(&|g, m| if m > 0.0 && g > 0.0 { 0.5 / m } else { 0.0 }), sum(&|g, m| if m > 0.0 { 0.0 } else { g })]
        });
        let slopes: Vec<f64> = self
            .curves
            .iter()
            .map(|c| c.as_ref().map_or(1.0, |c| c.steepest(temperature[0], temperature[1])))
            .collect();
        (0..total.len())
            .into_par_iter()
            .filter(|&i| problem.material[i] != VOID)
            .map(|i| {
                let capacity = self.capacity[i] / slopes[problem.material[i] as usize];
                let rate = total[i] / capacity;
                match &slow {
                    // h^2 w + h g = C, solved for 1/h
                    Some([w, g]) => rate.min(0.5 * (g[i] + (g[i] * g[i] + 4.0 * w[i] * capacity).sqrt()) / capacity),
                    None => rate,
                }
            })
            .reduce(|| 0.0, f64::max)
    }
}

fn enthalpy(problem: &Problem, curves: &[Option<Curve>], temperature: &[f64]) -> Vec<f64> {
    temperature
        .par_iter()
        .zip(&problem.material)
        .map(|(&t, &m)| match curves.get(m as usize) {
            Some(Some(curve)) => curve.enthalpy_at(t),
            _ => t,
        })
        .collect()
}
