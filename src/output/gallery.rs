//! Writes the pictures and fields of a run beside it: on a thread of its own, so that the device does not wait for pictures to be
//! drawn and packed.

use super::field::{Field, Frame, Storage};
use super::file::{OutputError, write_whole};
use super::film;
use super::pictures::{Painter, Reel};
use super::view::{Look, View};
use super::{load, npy, render, vtk, zarr};
use crate::scenario::Format;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// States that may wait to be written; beyond them the run waits too, or they would fill the memory.
const WAITING: usize = 3;

/// A state to write.
#[derive(Debug, Clone)]
pub struct State {
    /// From 1; the state at time 0 has 0.
    pub index: usize,
    /// Its fields; those behind the first `shown` serve the pictures only.
    pub frame: Frame,
    /// How many fields were asked for.
    pub shown: usize,
}

/// A picture for the report.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What it shows.
    pub caption: String,
    /// The file.
    pub png: Vec<u8>,
}

/// What a finished gallery leaves.
#[derive(Debug, Default)]
pub struct Written {
    /// Pictures of the last state.
    pub pictures: Vec<Shown>,
    /// The last state.
    pub last: Option<State>,
    /// What could not be written.
    pub errors: Vec<String>,
}

/// Where states go to be written.
#[derive(Debug)]
pub struct Gallery {
    to: Option<SyncSender<State>>,
    writer: Option<JoinHandle<Written>>,
    /// What the run waited for the writer.
    pub waited: Duration,
}

impl Gallery {
    /// Writes into a result directory; `resumed` is the time (s) that a run goes on from.
    pub fn new(directory: &Path, painter: Painter, formats: Vec<Format>, resumed: Option<f64>) -> Gallery {
        let (to, states) = sync_channel(WAITING);
        // What was written before the checkpoint stays in the series.
        let mut collection = resumed.map_or(Vec::new(), |_| vtk::read_series(&series(directory)));
        collection.retain(|(time, _)| resumed.is_some_and(|resumed| *time == 0.0 || *time < resumed));
        let writer = Writer {
            directory: directory.to_owned(),
            painter,
            formats,
            resumed,
            collection,
            group: None,
            reels: Vec::new(),
            written: Written::default(),
        };
        Gallery { to: Some(to), writer: Some(std::thread::spawn(move || writer.run(&states))), waited: Duration::ZERO }
    }

    /// Hands a state over.
    pub fn put(&mut self, state: State) {
        let begun = Instant::now();
        if let Some(to) = &self.to {
            // a writer that is gone has told why when it is joined
            let _ = to.send(state);
        }
        self.waited += begun.elapsed();
    }

    /// Waits until all is written. Asked a second time there is nothing left to tell.
    pub fn finish(&mut self) -> Written {
        self.to = None;
        let Some(writer) = self.writer.take() else { return Written::default() };
        writer.join().unwrap_or_else(|_| Written {
            errors: vec!["the writer of pictures and fields broke off".to_owned()],
            ..Written::default()
        })
    }
}

impl Drop for Gallery {
    /// An interrupted run still writes what it has handed over.
    fn drop(&mut self) {
        self.finish();
    }
}

struct Writer {
    directory: PathBuf,
    painter: Painter,
    formats: Vec<Format>,
    resumed: Option<f64>,
    collection: Vec<(f64, String)>,
    group: Option<zarr::Group>,
    reels: Vec<Reel>,
    written: Written,
}

impl Writer {
    fn run(mut self, states: &Receiver<State>) -> Written {
        while let Ok(state) = states.recv() {
            let pictured = self.formats.iter().any(|f| f.is_picture());
            let looks = if pictured { self.painter.look(&state.frame.fields, state.shown) } else { Vec::new() };
            for n in 0..self.formats.len() {
                let written = self.write(self.formats[n], &state, &looks);
                self.note(written);
            }
            if self.formats.iter().any(|f| matches!(f, Format::Film(_))) {
                self.painter.film(&mut self.reels, looks, state.frame.time);
            }
            self.written.last = Some(state);
        }
        for format in self.formats.clone() {
            let Format::Film(format) = format else { continue };
            for n in 0..self.reels.len() {
                let reel = &self.reels[n];
                let path = self.directory.join("images").join(format!("{}.{}", reel.name, format.ending()));
                let written = film::write(&path, format, self.painter.frames(reel));
                self.note(written);
            }
        }
        self.written
    }

    fn note(&mut self, written: Result<(), OutputError>) {
        if let Err(error) = written {
            let _ = writeln!(std::io::stderr(), "warning: {error}; the run goes on");
            self.written.errors.push(error.to_string());
        }
    }

    /// `fields/NAME_0003.EXT`, or without a number where there is one state.
    fn file(&self, state: &State, name: &str, extension: &str) -> PathBuf {
        let number = if state.frame.time.is_some() { format!("_{:04}", state.index) } else { String::new() };
        self.directory.join("fields").join(format!("{name}{number}.{extension}"))
    }

    fn write(&mut self, format: Format, state: &State, looks: &[(View, Look)]) -> Result<(), OutputError> {
        match format {
            Format::Png | Format::Svg => self.draw(format, state, looks),
            Format::Film(_) => Ok(()),
            Format::Vti => {
                let frame = asked_for(state);
                let path = self.file(state, "fields", vtk::extension(&frame.grid));
                vtk::write(&path, &frame, Storage::Double)?;
                if let (Some(time), Some(name)) = (frame.time, path.file_name()) {
                    self.collection.push((time, name.to_string_lossy().into_owned()));
                    vtk::write_series(&series(&self.directory), &self.collection)?;
                }
                Ok(())
            }
            Format::Npy => {
                load::write_edges(&self.directory.join("fields"), &state.frame.grid)?;
                for field in &state.frame.fields[..state.shown] {
                    let array = array(&state.frame, field);
                    let path = self.file(state, &field.name, "npy");
                    npy::write(&path, &array.shape, array.values.into_iter(), Storage::Double)?;
                }
                Ok(())
            }
            Format::Npz => {
                let fields = &state.frame.fields[..state.shown];
                let mut arrays: Vec<(&str, npy::Array)> =
                    fields.iter().map(|f| (f.name.as_str(), array(&state.frame, f))).collect();
                for (axis, name) in ["x", "y", "z"].into_iter().enumerate().take(state.frame.grid.dimensions()) {
                    let values = state.frame.grid.axis(axis).edges().to_vec();
                    arrays.push((name, npy::Array { shape: vec![values.len()], values }));
                }
                if let Some(time) = state.frame.time {
                    arrays.push(("time", npy::Array { shape: Vec::new(), values: vec![time] }));
                }
                npy::write_archive(&self.file(state, "fields", "npz"), &arrays)
            }
            Format::Zarr => {
                if self.group.is_none() {
                    let path = self.directory.join("fields").join("fields.zarr");
                    self.group = Some(zarr::Group::open(&path, &state.frame.grid, self.resumed)?);
                }
                self.group.as_mut().map_or(Ok(()), |group| group.add(&asked_for(state)))
            }
        }
    }

    fn draw(&mut self, format: Format, state: &State, looks: &[(View, Look)]) -> Result<(), OutputError> {
        let pictures = self.painter.draw(looks, state.index, state.frame.time);
        let mut shown = Vec::new();
        for picture in pictures {
            let path = |ending: &str| self.directory.join("images").join(format!("{}.{ending}", picture.name));
            if format == Format::Svg {
                render::write_sheet(&path("svg"), &picture.sheet)?;
                continue;
            }
            let png = picture.sheet.png();
            write_whole(&path("png"), |w| w.write_all(&png))?;
            shown.push(Shown { caption: picture.caption, png });
        }
        if format == Format::Png {
            self.written.pictures = shown;
        }
        Ok(())
    }
}

/// The list of the states for ParaView.
fn series(directory: &Path) -> PathBuf {
    directory.join("fields").join("fields.pvd")
}

/// The state with the fields that were asked for.
fn asked_for(state: &State) -> Frame {
    Frame { fields: state.frame.fields[..state.shown].to_vec(), ..state.frame.clone() }
}

/// A field as a NumPy array: axes z, y, x (y, x in 2D), then the components of a vector.
fn array(frame: &Frame, field: &Field) -> npy::Array {
    let [nx, ny, nz] = frame.grid.cells();
    let mut shape = if frame.grid.dimensions() == 2 { vec![ny, nx] } else { vec![nz, ny, nx] };
    if field.components() > 1 {
        shape.push(field.components());
    }
    npy::Array { shape, values: field.numbers().collect() }
}
