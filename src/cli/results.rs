//! The result directory: pictures, fields, series, report, checkpoint.

use super::Failure;
use super::progress::{Interrupts, Progress};
use crate::checkpoint::Checkpoint;
use crate::execution::{Frame, Outcome, Watch, Watched};
use crate::output::file::write_whole;
use crate::output::{csv, html, npy, pictures, vtk};
use crate::scenario::{Format, Scenario};
use crate::steady::Step;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Takes the results of a run as they come.
pub struct Results<'a> {
    scenario: &'a Scenario,
    directory: PathBuf,
    progress: Progress,
    interrupts: Interrupts,
    quiet: bool,
    series: Vec<(String, f64)>,
    /// Pictures written, for the report: name and PNG.
    pictures: Vec<(String, Vec<u8>)>,
}

/// Readies the result directory.
///
/// # Errors
/// If it holds results already and neither `resume` nor `force` allows that, or cannot be made.
pub fn prepare(directory: &Path, resume: bool, force: bool) -> Result<(), Failure> {
    let shown = directory.display();
    let occupied = directory.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if directory.exists() && !directory.is_dir() {
        return Err(Failure::input(format!("{shown} is a file; name another directory with -o")));
    }
    if occupied && force {
        // Only what a run writes is removed: a directory named by mistake keeps its own files.
        let ours = directory.join("report.json").exists() || directory.join("checkpoint").exists() || directory.join("series.csv").exists();
        if !ours {
            return Err(Failure::input(format!("{shown} holds no results of a run; --force will not empty it; name another with -o")));
        }
        for name in ["report.json", "report.html", "series.csv"] {
            remove(&directory.join(name))?;
        }
        for name in ["images", "fields", "checkpoint"] {
            remove(&directory.join(name))?;
        }
    } else if occupied && !resume {
        return Err(Failure::input(format!(
            "{shown} exists; --force replaces it, --resume goes on from its checkpoint, -o DIR writes elsewhere"
        )));
    }
    std::fs::create_dir_all(directory).map_err(|e| Failure::run(format!("cannot make {shown}: {e}")))
}

fn remove(path: &Path) -> Result<(), Failure> {
    let result = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match result {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Failure::run(format!("cannot remove {}: {e}", path.display()))),
        _ => Ok(()),
    }
}

impl<'a> Results<'a> {
    /// Writes into a directory that [`prepare`] readied.
    pub fn new(scenario: &'a Scenario, directory: &Path, progress: Progress, interrupts: Interrupts, quiet: bool) -> Results<'a> {
        Results { scenario, directory: directory.to_path_buf(), progress, interrupts, quiet, series: Vec::new(), pictures: Vec::new() }
    }

    /// Writes series and report.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn finish(&mut self, outcome: &Outcome) -> Result<(), Failure> {
        self.progress.finish();
        let problem = &self.scenario.problem;
        let surfaces: Vec<String> = problem.surfaces.iter().map(|s| problem.surface_name(s)).collect();
        let probes: Vec<String> = self.scenario.probes.iter().map(|p| p.name.clone()).collect();
        csv::write(&self.directory.join("series.csv"), &surfaces, &probes, &outcome.samples).map_err(Failure::run)?;
        let json = serde_json::to_vec_pretty(&outcome.report).map_err(Failure::run)?;
        write_whole(&self.directory.join("report.json"), |f| f.write_all(&json)).map_err(Failure::run)?;
        let page = html::page(&outcome.report, &outcome.samples, &probes, &surfaces, &self.pictures);
        write_whole(&self.directory.join("report.html"), |f| f.write_all(page.as_bytes())).map_err(Failure::run)?;
        Ok(())
    }
}

impl Watch for Results<'_> {
    fn frame(&mut self, frame: &Frame) -> Watched {
        let output = &self.scenario.output;
        let fields: Vec<pictures::Field> = output.fields.iter().map(|&name| pictures::field(frame.snapshot, name)).collect();
        let grid = &self.scenario.problem.grid;
        let numbered = |name: &str| match frame.time {
            Some(_) => format!("{name}_{:04}", frame.index),
            None => name.to_string(),
        };
        for format in &output.formats {
            match format {
                Format::Png => {
                    self.pictures.clear();
                    for picture in pictures::draw(self.scenario, frame.snapshot, &fields, frame.index, frame.time) {
                        let mut png = Vec::new();
                        picture.image.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)?;
                        write_whole(&self.directory.join("images").join(format!("{}.png", picture.name)), |f| f.write_all(&png))?;
                        self.pictures.push((picture.name, png));
                    }
                }
                Format::Vti => {
                    let arrays: Vec<vtk::Array> = fields
                        .iter()
                        .map(|f| vtk::Array { name: f.name, components: f.components, values: &f.values })
                        .collect();
                    let path = vtk::write(&self.directory.join("fields").join(numbered("fields")), grid, &arrays, frame.time)?;
                    if let (Some(time), Some(name)) = (frame.time, path.file_name()) {
                        self.series.push((name.to_string_lossy().into_owned(), time));
                        vtk::write_collection(&self.directory.join("fields/fields.pvd"), &self.series)?;
                    }
                }
                Format::Npy => {
                    for field in &fields {
                        let path = self.directory.join("fields").join(format!("{}.npy", numbered(field.name)));
                        npy::write(&path, grid, field.components, &field.values)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched {
        Ok(checkpoint.write(&self.directory.join("checkpoint"))?)
    }

    fn going(&mut self, time: f64, steps: u64) -> bool {
        self.progress.tell(time, steps);
        !self.interrupts.any()
    }

    fn converging(&mut self, step: &Step) -> bool {
        self.progress.say(format!("imbalance {:.1e}, scaled rate {:.1e}", step.imbalance, step.rate));
        !self.interrupts.any()
    }

    fn note(&mut self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }
}
