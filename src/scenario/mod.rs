//! From a TOML text to a checked [`Scenario`] with a compiled [`Problem`], or errors that name the line,
//! the key and the remedy.
//!
//! The way: `document` keeps the place of every key and value; one file per section reads it into a
//! plan (what the user wrote, checked by itself); `compile` lays the plan on the grid.

mod beams;
mod boundaries;
mod compile;
mod contacts;
mod document;
mod eigenvalues;
mod error;
mod floorplan;
mod foot;
mod gas;
mod grazing;
mod grid;
mod heated_bands;
mod heating;
mod images;
mod initial;
mod item;
mod legend;
mod materials;
mod melting;
mod meshes;
mod mixture;
mod output;
mod overrides;
mod paint;
mod palette;
mod phonon;
mod phonon_bands;
mod phonon_modes;
mod phonon_spectra;
mod phonon_spectrum;
mod plan;
mod probes;
mod regions;
mod run;
mod section;
mod shapes;
mod stairs;
mod substances;
mod thermoelectric;
mod varying;
mod walls;
mod written;

#[cfg(test)]
mod broken_carriers_tests;
#[cfg(test)]
mod broken_tests;
#[cfg(test)]
mod compile_tests;
#[cfg(test)]
mod geometry_tests;
#[cfg(test)]
mod legend_tests;
#[cfg(test)]
mod mutation_tests;
#[cfg(test)]
mod shipped_tests;
#[cfg(test)]
mod thermoelectric_tests;

pub use error::{ScenarioError, ScenarioErrors};
pub use gas::{Gas, LEAST as LEAST_VELOCITIES};
pub use materials::SHIPPED as SHIPPED_MATERIALS;
pub use output::{FieldName, Format, OutputPlan, Slice, TemperatureUnit};
pub use phonon::{LEAST as LEAST_ORDINATES, Owner, Phonon};
pub(crate) use phonon_spectra::far;
pub use probes::Probe;
pub use run::{End, RunPlan, SteadyTolerance};
pub use substances::{Substance, at as value_at, substances};
pub use written::Written;

use crate::coupled::device::Thermoelectric;
use crate::coupled::matter::network::Mixture;
use crate::expression::Place;
use crate::kinetic::quadrature::Ordinates;
use crate::problem::{Problem, VOID};
use crate::region::{Shape, Share};
use document::Document;
use item::Item;
use plan::Plan;
use section::Section;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What kind of transport is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Fourier conduction.
    Heat,
    /// Phonons in flight: the Boltzmann equation.
    Phonon,
    /// Molecules in flight: the Boltzmann equation of a rarefied gas.
    Gas,
    /// Heat and charge: Seebeck, Peltier, Thomson and Joule.
    Thermoelectric,
    /// Heat and matter: Fick, Soret and Dufour.
    Mixture,
}

impl Model {
    /// Whether heat passes together with something else, step by implicit step.
    pub fn is_coupled(self) -> bool {
        matches!(self, Model::Thermoelectric | Model::Mixture)
    }

    /// Whether carriers in flight are followed.
    pub fn is_kinetic(self) -> bool {
        matches!(self, Model::Phonon | Model::Gas)
    }

    /// As scenarios and reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Model::Heat => "heat",
            Model::Phonon => "phonon",
            Model::Gas => "gas",
            Model::Thermoelectric => "thermoelectric",
            Model::Mixture => "mixture",
        }
    }
}

/// A checked scenario: what is solved, how, and what is written.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The scenario's title; the file's name where none is given.
    pub title: String,
    /// The file it was read from.
    pub path: PathBuf,
    /// What kind of transport is solved.
    pub model: Model,
    /// What is solved.
    pub problem: Problem,
    /// How far and by what means.
    pub run: RunPlan,
    /// Points whose temperature is reported.
    pub probes: Vec<Probe>,
    /// What is written, and when.
    pub output: OutputPlan,
    /// Shapes of the regions, in the order of [`Problem::regions`].
    pub shapes: Vec<Shape>,
    /// For each of [`Problem::conditions`], which entry of its face's list it is, from 0; none for the surfaces of voids.
    pub patches: Vec<Option<usize>>,
    /// The carriers, where the model is theirs.
    pub phonon: Option<Phonon>,
    /// The molecules and their walls, where the model is a gas.
    pub gas: Option<Gas>,
    /// What carries charge, and how it is wired, where the model is thermoelectric.
    pub thermoelectric: Option<Thermoelectric>,
    /// What passes beside heat, where the model is a mixture.
    pub mixture: Option<Mixture>,
    /// What the user should know.
    pub warnings: Vec<String>,
    /// As it was written, for errors that show later.
    pub written: Written,
}

/// The size of a scenario's grid, known before anything is allocated.
#[derive(Debug, Clone, PartialEq)]
pub struct GridSize {
    /// 2 or 3.
    pub dimensions: usize,
    /// Cells along each axis.
    pub cells: [usize; 3],
    /// Whether a steady state is asked for, which takes more memory per cell.
    pub steady: bool,
    /// What kind of transport is solved.
    pub model: Model,
    /// Directions in which phonons are followed; 0 with another model.
    pub directions: usize,
    /// The scenario as it was written.
    pub written: Written,
}

impl GridSize {
    /// All cells; below 2^31.
    pub fn total(&self) -> usize {
        self.cells.iter().product()
    }
}

impl Scenario {
    /// Reads a scenario file; `overrides` are `KEY=VALUE` texts laid over it in order.
    ///
    /// # Errors
    /// Everything that is wrong with the file and the overrides.
    pub fn load(path: &Path, overrides: &[String]) -> Result<Scenario, ScenarioErrors> {
        Scenario::parse(&read_text(path)?, path, overrides)
    }

    /// Reads a scenario from its text; `path` names it in messages and leads to files beside it.
    ///
    /// # Errors
    /// Everything that is wrong with the text and the overrides.
    pub fn parse(text: &str, path: &Path, overrides: &[String]) -> Result<Scenario, ScenarioErrors> {
        Scenario::read(text, path, overrides, 1)
    }

    /// The same with so many times fewer cells along each axis, in each layer of it; at least one remains.
    ///
    /// # Errors
    /// What does not fit such cells; files that are no longer there.
    pub fn coarser(&self, by: u64) -> Result<Scenario, ScenarioErrors> {
        Scenario::read(self.written.text(), &self.path, self.written.options(), by)
    }

    /// The same with more overrides, `KEY=VALUE`.
    ///
    /// # Errors
    /// What is wrong with it then; files that are no longer there.
    pub fn with(&self, overrides: &[String]) -> Result<Scenario, ScenarioErrors> {
        let overrides = [self.written.options(), overrides].concat();
        Scenario::read(self.written.text(), &self.path, &overrides, 1)
    }

    fn read(text: &str, path: &Path, overrides: &[String], by: u64) -> Result<Scenario, ScenarioErrors> {
        let shipped = Document::parse(materials::SHIPPED, "assets/materials.toml", &[])?;
        let document = Document::parse(text, &path.display().to_string(), overrides)?;
        let files = substances::files_of(&document)?;
        let tables: Vec<&Document> = files.iter().chain([&shipped]).collect();
        let plan = Plan::read(&document, &tables, by)?;
        let compiled = compile::compile(plan, &document, path);
        // what is wrong with a material on this grid is told at its place, in the file that it stands in
        tables.iter().try_for_each(|table| table.outcome())?;
        let mut scenario = compiled?;
        scenario.warnings.extend(files.iter().flat_map(Document::warnings));
        Ok(scenario)
    }

    /// The size of the grid of a scenario file, without allocating anything of that size.
    ///
    /// # Errors
    /// What is wrong with the file's syntax, its `[grid]` and the overrides.
    pub fn size(path: &Path, overrides: &[String]) -> Result<GridSize, ScenarioErrors> {
        Scenario::size_of_text(&read_text(path)?, path, overrides)
    }

    /// As [`Scenario::size`], from the text.
    ///
    /// # Errors
    /// As [`Scenario::size`].
    pub fn size_of_text(text: &str, path: &Path, overrides: &[String]) -> Result<GridSize, ScenarioErrors> {
        let document = Document::parse(text, &path.display().to_string(), overrides)?;
        let root = Section::root(&document);
        let plan = grid::GridPlan::read(&root);
        if plan.is_none() && !document.is_broken() {
            document.error(&root.item.node.origin, "grid", "is missing".to_owned(), grid::FORM.to_owned());
        }
        document.outcome()?;
        let plan = plan.expect("a grid that is not read has noted an error");
        let run = root.get("run").filter(Item::is_table).and_then(|item| item.section());
        let steady = run.and_then(|run| run.get("until")).is_some_and(|until| until.as_text() == Some("steady"));
        let model = plan::read_model(&root);
        let dimensions = plan.dimensions();
        let carriers = model.and_then(|model| phonon::read_phonon(&root, model, dimensions));
        let molecules = model.and_then(|model| gas::read_gas(&root, model, dimensions));
        document.outcome()?;
        let of = |phonon: phonon::PhononPlan| Ordinates::count(dimensions, phonon.ordinates[0], phonon.ordinates[1]);
        let directions = match (carriers, molecules) {
            (Some(phonon), _) => of(phonon),
            (None, Some(gas)) => gas.velocities(dimensions),
            (None, None) => 0,
        };
        Ok(GridSize {
            dimensions,
            cells: plan.cells().map(|n| n as usize),
            steady,
            model: model.unwrap_or(Model::Heat),
            directions,
            written: Written::of(&document),
        })
    }

    /// Fraction of the stable time step that is used. Waves of heat keep their shape at the limit itself, where a step is what they take from cell to cell, and
    /// ring behind their fronts below it.
    pub fn safety(&self) -> f64 {
        let waves = self.problem.materials.iter().any(|m| m.relaxation_time.is_some());
        self.run.safety.unwrap_or(if waves { 1.0 } else { 0.9 })
    }

    /// Indices of the solid cells of region `index` ([`Problem::regions`]) in rising order: those that no later
    /// region took; for a region that only adds a source, all solid cells in its shape.
    pub fn region_cells(&self, index: usize) -> Vec<usize> {
        let problem = &self.problem;
        let mut cells = self.shapes[index].cells(&problem.grid);
        match problem.regions[index].material {
            Some(_) => cells.retain(|&c| usize::from(problem.region[c]) == index && problem.material[c] != VOID),
            None => cells.retain(|&c| problem.material[c] != VOID),
        }
        cells
    }

    /// Solid cells of a region with the part of each that counts: as [`Scenario::region_cells`], but of a region that only adds
    /// a source by exact overlap where its shape is a box, such as a block of a floorplan.
    pub fn region_shares(&self, index: usize) -> Vec<Share> {
        let problem = &self.problem;
        match problem.regions[index].material {
            Some(_) => self.region_cells(index).into_iter().map(|cell| (cell, 1.0)).collect(),
            None => {
                let mut shares = self.shapes[index].shares(&problem.grid);
                shares.retain(|&(cell, _)| problem.material[cell] != VOID);
                shares
            }
        }
    }

    /// The power of a region that only adds a source, W, at a time (s): its own, not that of others in the same cells. `None` for any other.
    pub fn own_power(&self, index: usize, time: f64) -> Option<f64> {
        let (region, grid) = (&self.problem.regions[index], &self.problem.grid);
        if region.material.is_some() {
            return None;
        }
        if let Some(power) = region.power {
            return Some(self.problem.values.at(power, &Place { t: time, ..Place::default() }));
        }
        let density = region.density?;
        let heats = self.region_shares(index).into_iter().map(|(cell, part)| {
            let cell = grid.cell(cell);
            let p = grid.centre(cell);
            let place = Place { x: p.x, y: p.y, z: p.z, t: time, temperature: 0.0 };
            self.problem.values.at(density, &place) * part * grid.volume(cell)
        });
        Some(heats.sum())
    }
}

/// Scenarios are texts; a larger file is not one.
const LARGEST_FILE: u64 = 64 << 20;

fn read_text(path: &Path) -> Result<String, ScenarioErrors> {
    let file = path.display().to_string();
    let fail = |message: String, remedy: &str| {
        let error = ScenarioError::of_file("", message, remedy.to_owned());
        ScenarioErrors::new(&file, Arc::from(""), vec![error])
    };
    let known = std::fs::metadata(path).ok();
    if known.as_ref().is_some_and(|m| !m.is_file() && !m.is_dir()) {
        let remedy =
            "write the scenario to a file: it is read more than once, and the paths in it lead from its folder";
        return Err(fail(format!("{file} is a pipe or a device"), remedy));
    }
    let length = known.map_or(0, |m| m.len());
    if length > LARGEST_FILE {
        return Err(fail(format!("{file} has {length} bytes: it is no scenario"), "name a scenario file (TOML text)"));
    }
    let bytes = std::fs::read(path).map_err(|e| {
        fail(format!("cannot read {file}: {e}"), "check the path; `clausius examples` lists the shipped scenarios")
    })?;
    String::from_utf8(bytes).map_err(|e| {
        let good = e.utf8_error().valid_up_to();
        let line = e.as_bytes()[..good].iter().filter(|b| **b == b'\n').count() + 1;
        fail(format!("{file} is no UTF-8 text: line {line} has a byte that is none"), "save the file as UTF-8")
    })
}
