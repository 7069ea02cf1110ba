//! The rows of a run, and how far it has come.

use super::Leaping;
use crate::backend::Clock;
use crate::diagnostics::second_law::SecondLaw;
use crate::diagnostics::survey::Survey;
use serde::{Deserialize, Deserializer, Serialize};

/// One row of the time series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// s.
    pub time: f64,
    /// Steps made until then.
    pub steps: u64,
    /// Whether super steps led here: what flowed since the row before flowed without a break.
    pub leapt: bool,
    /// Totals of the state.
    pub survey: Survey,
    /// The same with what drives the run as it was just before, where that may jump; none elsewhere.
    pub before: Option<Survey>,
    /// Temperatures of the probes, K; none in void.
    pub probes: Vec<Option<f64>>,
    /// What a coupled model adds; NaN where there is none.
    #[serde(deserialize_with = "numbers")]
    pub more: Vec<f64>,
}

/// JSON knows no NaN and writes null.
fn numbers<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<f64>, D::Error> {
    let list = Vec::<Option<f64>>::deserialize(from)?;
    Ok(list.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
}

/// How far a run has come: all that a checkpoint holds besides the field.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Stops that were reached.
    pub stops_done: usize,
    /// Where the present clock began, s.
    pub start: f64,
    /// Its step, s; 0 before one was chosen.
    pub step: f64,
    /// Steps made on it.
    pub done: u64,
    /// Steps left on it to the next stop.
    pub left: u64,
    /// The clock holds while temperatures stay within (deviations, K); none: whatever they are.
    pub trusted: Option<[f64; 2]>,
    /// All steps so far.
    pub steps: u64,
    /// Sweeps over all cells that they took.
    pub sweeps: u64,
    /// Where super steps are made.
    pub leaping: Option<Leaping>,
    /// The second-law audit of the states looked at so far.
    pub audit: SecondLaw,
    /// Steps that had been made when what drives the run last jumped: from there on rows are close again.
    pub jumped: u64,
    /// The rows so far.
    pub samples: Vec<Sample>,
}

impl Progress {
    /// Time reached, s.
    pub fn time(&self) -> f64 {
        Clock { start: self.start, step: self.step }.time(self.done)
    }

    /// The explicit step that is made, or could be, s.
    pub fn explicit_step(&self) -> f64 {
        self.leaping.map_or(self.step, |leaping| leaping.limit)
    }

    /// The explicit step to come, s; 0 before a super step.
    pub(super) fn next_step(&self) -> f64 {
        match self.leaping {
            Some(leaping) if leaping.smoothing == 0 => 0.0,
            _ => self.explicit_step(),
        }
    }

    /// Writes a row of the series. With `follow` the next ones are close again if rates of entropy jump here.
    pub(super) fn write(&mut self, survey: Survey, before: Option<Survey>, probes: Vec<Option<f64>>, follow: bool) {
        if follow && self.samples.last().is_some_and(|last| jumps(&last.survey, &survey)) {
            self.jumped = self.steps;
        }
        let smoothing = |leaping: &mut Leaping| std::mem::replace(&mut leaping.leapt, leaping.smoothing == 0);
        let leapt = self.leaping.as_mut().is_some_and(smoothing);
        let (time, steps) = (self.time(), self.steps);
        self.samples.push(Sample { time, steps, leapt, survey, before, probes, more: Vec::new() });
    }

    /// Change of a total from the first row to the last.
    pub fn change(&self, total: impl Fn(&Survey) -> f64) -> f64 {
        match (self.samples.first(), self.samples.last()) {
            (Some(first), Some(last)) => total(&last.survey) - total(&first.survey),
            _ => 0.0,
        }
    }
}

/// Whether rates of entropy change a great deal from one row to the next.
fn jumps(last: &Survey, now: &Survey) -> bool {
    let differs = |a: f64, b: f64| (a - b).abs() > 0.3 * a.abs().max(b.abs());
    differs(last.production, now.production) || differs(last.entropy_inflow, now.entropy_inflow)
}
