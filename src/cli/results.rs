//! The result directory: pictures, fields, series, report, checkpoint.

use super::directory::{RESERVE, Replaced, is_occupied, remove, remove_checkpoint};
use super::progress::{Interrupts, Progress};
use super::{Failure, print, say};
use crate::checkpoint::Checkpoint;
use crate::execution::{Moment, Outcome, Watch, Watched};
use crate::output::about::Manner;
use crate::output::field::Frame;
use crate::output::file::write_whole;
use crate::output::gallery::{Gallery, State};
use crate::output::html::{self, Page};
use crate::output::pictures::{self, Painter};
use crate::output::render::write_sheet;
use crate::output::screen::Screen;
use crate::output::{OutputError, series};
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
    /// Writes pictures and fields beside the run.
    gallery: Gallery,
    /// Shows the temperature in the terminal.
    screen: Option<Screen>,
    /// Room for the report.
    reserve: Option<Reserve>,
    /// What could not be written while the run went on.
    missing: Vec<String>,
    /// Results that stand until this run has begun.
    replaced: Option<Replaced>,
}

/// How a run speaks to whoever waits for it.
pub struct Told {
    pub progress: Progress,
    pub interrupts: Interrupts,
    pub quiet: bool,
    /// Shows the temperature in the terminal.
    pub screen: Option<Screen>,
}

/// A file that holds room on the disk until it is dropped: fields may fill the disk, the report still finds its place.
struct Reserve(PathBuf);

impl Reserve {
    /// Takes room for a report and a series, or as much of it as there is.
    fn take(directory: &Path) -> Result<Reserve, OutputError> {
        let path = directory.join(RESERVE);
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

impl<'a> Results<'a> {
    /// Writes into a directory that [`super::directory::prepare`] readied.
    ///
    /// # Errors
    /// If there is no room for a report.
    pub fn new(
        scenario: &'a Scenario,
        directory: &Path,
        Told { progress, interrupts, quiet, screen }: Told,
        resumed: Option<f64>,
        replaced: Option<Replaced>,
    ) -> Result<Results<'a>, Failure> {
        let painter = Painter::new(scenario);
        Ok(Results {
            reserve: Some(Reserve::take(directory).map_err(Failure::run)?),
            missing: Vec::new(),
            scenario,
            directory: directory.to_path_buf(),
            progress,
            interrupts,
            quiet,
            gallery: Gallery::new(directory, painter, scenario.output.formats.clone(), resumed),
            screen,
            replaced,
        })
    }

    /// Writes report and series, the report first. A report that finds no place goes to stdout: nothing computed is lost.
    ///
    /// # Errors
    /// If something, now or before, could not be written.
    pub fn finish(&mut self, outcome: &Outcome, command: &str) -> Result<(), Failure> {
        self.progress.finish();
        self.begin()?;
        let written = self.gallery.finish();
        if self.gallery.waited.as_secs_f64() > 1.0 {
            let waited = super::progress::duration(self.gallery.waited);
            self.note(&format!("the run waited {waited} for its pictures and files to be written"));
        }
        self.missing.extend(written.errors);
        self.reserve = None;
        let report = self.directory.join("report.json");
        match outcome.report.record(&Manner::of(&self.scenario.output)).write(&report) {
            // A finished run has nothing to go on from.
            Ok(()) => {
                remove_checkpoint(&self.directory)?;
                remove(&self.directory.join("error.txt"))?;
            }
            Err(error) => {
                print(&(outcome.report.to_json() + "\n"))?;
                return Err(Failure::run(format!("{error}; the report went to stdout")));
            }
        }
        let series = crate::execution::series(self.scenario, &outcome.samples);
        self.missing.extend(series::write(&self.directory.join("series.csv"), &series).err().map(|e| e.to_string()));
        if let Some(phonon) = outcome.report.phonon.as_ref().filter(|p| !p.spectra.0.is_empty()) {
            let rows = html::phonon::accumulation_csv(phonon);
            let table = write_whole(&self.directory.join("accumulation.csv"), |f| f.write_all(rows.as_bytes()));
            let chart = html::phonon::accumulation(phonon).write(&self.directory.join("accumulation.svg"));
            self.missing.extend([table.err(), chart.err()].into_iter().flatten().map(|e| e.to_string()));
        }
        for (name, sheet) in html::flight::pictures(&outcome.report) {
            for format in &self.scenario.output.formats {
                let ending = match format {
                    Format::Png => "png",
                    Format::Svg => "svg",
                    _ => continue,
                };
                let path = self.directory.join("images").join(format!("{name}.{ending}"));
                self.missing.extend(write_sheet(&path, &sheet).err().map(|e| e.to_string()));
            }
        }
        let scale = pictures::scale(self.scenario);
        let kinds: Vec<String> = self.scenario.problem.materials.iter().map(|m| m.name.clone()).collect();
        let page = Page {
            report: &outcome.report,
            series: &series,
            pictures: &written.pictures,
            last: written.last.as_ref(),
            kinds: &kinds,
            command,
            text: self.scenario.written.text(),
            scale,
        };
        self.missing.extend(page.write(&self.directory.join("report.html")).err().map(|e| e.to_string()));
        match self.missing.as_slice() {
            [] => Ok(()),
            [first, rest @ ..] => {
                let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
                Err(Failure::run(format!("{first}{more}; what was computed is in {}", report.display())))
            }
        }
    }

    /// The first result takes the place of what was there.
    fn begin(&mut self) -> Result<(), Failure> {
        self.replaced.take().map_or(Ok(()), Replaced::discard)
    }

    /// Ends with what a run that failed has handed over; beside it stands why it failed. What was refused before it began leaves nothing, and earlier
    /// results as they were.
    pub fn abandon(mut self, why: &Failure) {
        self.gallery.finish();
        self.reserve = None;
        let refused = matches!(why.code, 2 | 3);
        if let Some(replaced) = self.replaced.take() {
            if refused {
                return;
            }
            replaced.discard().unwrap_or_else(|error| say(&format!("warning: {}", error.message)));
        }
        if !refused || is_occupied(&self.directory) {
            let told = format!("{}\n", why.message.trim_end());
            let _ = std::fs::write(self.directory.join("error.txt"), told); // told on stderr all the same
        }
    }

    /// Notes what could not be written, and goes on: the disk may be cleared meanwhile, and the report is worth having.
    fn lack(&mut self, written: Watched) {
        if let Err(error) = written {
            self.note(&format!("warning: {error}; the run goes on"));
            self.missing.push(error.to_string());
        }
    }
}

impl Watch for Results<'_> {
    fn frame(&mut self, moment: &Moment) -> Watched {
        let mut names = self.scenario.output.fields.clone();
        let unasked = Painter::needs(&self.scenario.output).map(|need| (names.len(), need));
        names.extend(unasked.map(|(_, need)| need));
        let mut fields = (moment.fields)(&names);
        let mut shown = fields.len();
        if let Some((place, _)) = unasked {
            // a model may add fields of its own, such as those by Fourier's law: these are shown
            let only_for_arrows = fields.remove(place);
            fields.push(only_for_arrows);
            shown -= 1;
        }
        self.begin().map_err(|failure| failure.message)?;
        let frame = Frame { grid: self.scenario.problem.grid.clone(), time: moment.time, fields };
        if let Some(screen) = &mut self.screen {
            self.progress.aside(|| screen.show(&frame, super::progress::room()));
        }
        self.gallery.put(State { index: moment.index, frame, shown });
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched {
        self.begin().map_err(|failure| failure.message)?;
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
            say(text);
        }
    }
}
