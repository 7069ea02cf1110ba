//! The result directory: pictures, fields, series, report, checkpoint.

use super::progress::{Interrupts, Progress};
use super::{Failure, print};
use crate::checkpoint::Checkpoint;
use crate::execution::{Moment, Outcome, Watch, Watched};
use crate::output::field::{Field, Frame, Storage};
use crate::output::file::write_whole;
use crate::output::html::{self, Page, Picture};
use crate::output::{OutputError, npy, pictures, render, series, vtk};
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
    collection: Vec<(f64, String)>,
    /// The latest pictures, for the report.
    pictures: Vec<Picture>,
    /// Room for the report.
    reserve: Option<Reserve>,
    /// What could not be written while the run went on.
    missing: Vec<String>,
}

/// A file that holds room on the disk until it is dropped: fields may fill the disk, the report still finds its place.
struct Reserve(PathBuf);

impl Reserve {
    const NAME: &str = ".reserve";

    /// Takes room for a report and a series, or as much of it as there is.
    fn take(directory: &Path) -> Result<Reserve, OutputError> {
        let path = directory.join(Reserve::NAME);
        let mut bytes = 1 << 19;
        loop {
            match write_whole(&path, |f| f.write_all(&vec![0; bytes])) {
                Err(_) if bytes > 1 << 13 => bytes /= 2,
                result => return result.map(|()| Reserve(path)),
            }
        }
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0); // no harm if it stays
    }
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
        let ours = directory.join("report.json").exists()
            || directory.join("checkpoint").exists()
            || directory.join("series.csv").exists()
            || directory.join(Reserve::NAME).exists();
        if !ours {
            return Err(Failure::input(format!(
                "{shown} holds no results of a run; --force will not empty it; name another with -o"
            )));
        }
        for name in [
            "report.json",
            "report.html",
            "series.csv",
            "accumulation.csv",
            "accumulation.svg",
            Reserve::NAME,
            "images",
            "fields",
            "checkpoint",
        ] {
            remove(&directory.join(name))?;
        }
    } else if occupied && !resume {
        return Err(Failure::input(format!(
            "{shown} exists; --force replaces it, --resume goes on from its checkpoint, -o DIR writes elsewhere"
        )));
    }
    std::fs::create_dir_all(directory)
        .map_err(|e| Failure::input(format!("cannot make {shown}: {e}; name another directory with -o")))
}

fn remove(path: &Path) -> Result<(), Failure> {
    let result = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match result {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::run(format!("cannot remove {}: {e}", path.display())))
        }
        _ => Ok(()),
    }
}

impl<'a> Results<'a> {
    /// Writes into a directory that [`prepare`] readied.
    ///
    /// # Errors
    /// If there is no room for a report.
    pub fn new(
        scenario: &'a Scenario,
        directory: &Path,
        progress: Progress,
        interrupts: Interrupts,
        quiet: bool,
    ) -> Result<Results<'a>, Failure> {
        Ok(Results {
            reserve: Some(Reserve::take(directory).map_err(Failure::run)?),
            missing: Vec::new(),
            scenario,
            directory: directory.to_path_buf(),
            progress,
            interrupts,
            quiet,
            collection: Vec::new(),
            pictures: Vec::new(),
        })
    }

    /// `fields/NAME_0003.EXT`, or without a number where there is one state.
    fn field_file(&self, moment: &Moment, name: &str, extension: &str) -> PathBuf {
        let number = if moment.time.is_some() { format!("_{:04}", moment.index) } else { String::new() };
        self.directory.join("fields").join(format!("{name}{number}.{extension}"))
    }

    fn draw(&mut self, moment: &Moment, frame: &Frame) -> Watched {
        self.pictures.clear();
        for picture in pictures::draw(self.scenario, &frame.fields, moment.index, moment.time) {
            let mut png = Vec::new();
            picture.image.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)?;
            write_whole(&self.directory.join("images").join(format!("{}.png", picture.name)), |f| f.write_all(&png))?;
            self.pictures.push(Picture { caption: picture.caption, png });
        }
        Ok(())
    }

    /// Writes report and series, the report first. A report that finds no place goes to stdout: nothing computed is lost.
    ///
    /// # Errors
    /// If something, now or before, could not be written.
    pub fn finish(&mut self, outcome: &Outcome, command: &str) -> Result<(), Failure> {
        self.progress.finish();
        self.reserve = None;
        let report = self.directory.join("report.json");
        match outcome.report.write(&report) {
            // A finished run has nothing to go on from.
            Ok(()) => remove(&self.directory.join("checkpoint"))?,
            Err(error) => {
                print(&(outcome.report.to_json() + "\n"))?;
                return Err(Failure::run(format!("{error}; the report went to stdout")));
            }
        }
        let series = crate::execution::series(self.scenario, &outcome.samples);
        let written = series::write(&self.directory.join("series.csv"), &series);
        self.missing.extend(written.err().map(|e| e.to_string()));
        if let Some(phonon) = outcome.report.phonon.as_ref().filter(|p| !p.spectra.0.is_empty()) {
            let rows = html::phonon::accumulation_csv(phonon);
            let table = write_whole(&self.directory.join("accumulation.csv"), |f| f.write_all(rows.as_bytes()));
            let chart = html::phonon::accumulation(phonon).write(&self.directory.join("accumulation.svg"));
            self.missing.extend([table.err(), chart.err()].into_iter().flatten().map(|e| e.to_string()));
        }
        let scale = pictures::scale(self.scenario);
        let page = Page { report: &outcome.report, series: &series, pictures: &self.pictures, command, scale };
        self.missing.extend(page.write(&self.directory.join("report.html")).err().map(|e| e.to_string()));
        match self.missing.as_slice() {
            [] => Ok(()),
            [first, rest @ ..] => {
                let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
                Err(Failure::run(format!("{first}{more}; what was computed is in {}", report.display())))
            }
        }
    }

    /// Notes what could not be written, and goes on: the disk may be cleared meanwhile, and the report is worth having.
    fn lack(&mut self, written: Watched) {
        if let Err(error) = written {
            self.note(&format!("warning: {error}; the run goes on"));
            self.missing.push(error.to_string());
        }
    }

    fn write_frame(&mut self, moment: &Moment) -> Watched {
        let output = &self.scenario.output;
        let fields = (moment.fields)(&output.fields);
        let frame = Frame { grid: self.scenario.problem.grid.clone(), time: moment.time, fields };
        for format in &output.formats {
            match format {
                Format::Png => self.draw(moment, &frame)?,
                Format::Vti => {
                    let path = self.field_file(moment, "fields", vtk::extension(&frame.grid));
                    vtk::write(&path, &frame, Storage::Double)?;
                    if let (Some(time), Some(name)) = (moment.time, path.file_name()) {
                        self.collection.push((time, name.to_string_lossy().into_owned()));
                        vtk::write_series(&self.directory.join("fields").join("fields.pvd"), &self.collection)?;
                    }
                }
                Format::Npy => {
                    render::write_edges(&self.directory.join("fields"), &frame.grid)?;
                    for field in &frame.fields {
                        write_array(&self.field_file(moment, &field.name, "npy"), &frame, field)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Watch for Results<'_> {
    fn frame(&mut self, moment: &Moment) -> Watched {
        let written = self.write_frame(moment);
        self.lack(written);
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched {
        let written = checkpoint.write(&self.directory.join("checkpoint"));
        self.lack(written.map_err(Into::into));
        Ok(())
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

/// A field as a NumPy array: axes z, y, x (y, x in 2D), then the components of a vector.
fn write_array(path: &Path, frame: &Frame, field: &Field) -> Result<(), OutputError> {
    let [nx, ny, nz] = frame.grid.cells();
    let mut shape = if frame.grid.dimensions() == 2 { vec![ny, nx] } else { vec![nz, ny, nx] };
    if field.components() > 1 {
        shape.push(field.components());
    }
    npy::write(path, &shape, field.numbers(), Storage::Double)
}
