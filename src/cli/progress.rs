//! Progress on stderr: rate, simulated time, time left. Nothing when stderr is no terminal.

use crate::quantity::{TIME, format_quantity};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Columns and lines of the terminal that stderr is.
pub fn room() -> [usize; 2] {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    size.map_or([80, 24], |(columns, lines)| [columns.0, lines.0].map(usize::from))
}

/// A bar over simulated time.
pub struct Progress {
    bar: ProgressBar,
    end: f64,
    cells: f64,
    begun: Instant,
    first_step: Option<u64>,
}

impl Progress {
    /// A bar up to `end` (s) for a grid of `cells`.
    pub fn new(end: f64, cells: usize, quiet: bool) -> Progress {
        let bar = ProgressBar::new(1000);
        if quiet || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        // one line, whatever the width: what is told gives way to the bar and the time left
        let style = ProgressStyle::with_template(&format!(
            "{{bar:{}}} {{percent:>3}}% {{wide_msg}} eta {{eta}}",
            (room()[0] / 4).clamp(4, 30)
        ))
        .expect("the template is well formed");
        bar.set_style(style);
        Progress { bar, end, cells: cells as f64, begun: Instant::now(), first_step: None }
    }

    /// Tells the time reached (s) and the steps made.
    pub fn tell(&mut self, time: f64, steps: u64) {
        let first = *self.first_step.get_or_insert(steps);
        let rate = (steps - first) as f64 * self.cells / self.begun.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_position((1000.0 * time / self.end) as u64);
        let time = format_quantity(time, TIME);
        self.bar.set_message(format!("t = {time}, {steps} steps, {:.1} Mcell/s", rate / 1e6));
    }

    /// Tells what else goes on.
    pub fn say(&self, message: String) {
        self.bar.set_message(message);
        self.bar.tick();
    }

    /// Does something that writes to the terminal, the bar out of the way.
    pub fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Clears the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Counts interrupts (Ctrl-C, SIGTERM): at the first the run writes a checkpoint and ends; the second ends at once.
#[derive(Clone, Default)]
pub struct Interrupts(Arc<AtomicU32>);

impl Interrupts {
    /// Listens from now on.
    pub fn listen() -> Interrupts {
        let interrupts = Interrupts::default();
        let count = interrupts.0.clone();
        // Without a handler the default one stays: the process ends, no checkpoint is written.
        let _ = ctrlc::set_handler(move || {
            if count.fetch_add(1, Ordering::SeqCst) > 0 {
                std::process::exit(130);
            }
            super::say("clausius: stopping after the present steps; once more to stop at once");
        });
        interrupts
    }

    /// Whether one has come.
    pub fn any(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

/// Seconds for people.
pub fn duration(time: Duration) -> String {
    let s = time.as_secs_f64();
    if s < 60.0 {
        format!("{s:.2} s")
    } else if s < 3600.0 {
        format!("{:.0} min {:02.0} s", (s / 60.0).floor(), s % 60.0)
    } else {
        format!("{:.0} h {:02.0} min", (s / 3600.0).floor(), (s % 3600.0 / 60.0).floor())
    }
}
