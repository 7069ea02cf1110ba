//! How many steps go into one submission: enough that handing over costs nothing, few enough that no driver
//! takes the device for hung.

use std::time::Duration;

/// Submissions should take this long.
const AIM: Duration = Duration::from_millis(35);

/// Most dispatches of one submission, so that command buffers stay small.
const DISPATCHES: u64 = 4096;

/// Steps per submission, learnt from measured times. Starts with one and at most doubles.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pace {
    steps: u64,
    most: u64,
}

impl Pace {
    /// A step takes so many dispatches and copies; never more than `rows` steps.
    pub(super) fn new(dispatches_per_step: u64, rows: u64) -> Pace {
        Pace { steps: 1, most: (DISPATCHES / dispatches_per_step.max(1)).min(rows).max(1) }
    }

    /// Steps of the next submission.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Learns from a submission.
    pub(super) fn record(&mut self, steps: u64, took: Duration) {
        let aimed = (steps as f64 * AIM.as_secs_f64() / took.as_secs_f64().max(1e-9)) as u64;
        self.steps = aimed.clamp(1, self.most).min(2 * self.steps.max(steps));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_the_aim_and_falls_back_at_once() {
        let mut pace = Pace::new(2, 1 << 20);
        let mut seen = Vec::new();
        for _ in 0..9 {
            seen.push(pace.steps());
            pace.record(pace.steps(), Duration::from_micros(500 * pace.steps()));
        }
        assert_eq!(seen, [1, 2, 4, 8, 16, 32, 64, 70, 70]);
        pace.record(70, Duration::from_secs(3));
        assert_eq!(pace.steps(), 1);
    }

    #[test]
    fn command_buffers_and_rows_bound_it() {
        for (dispatches, rows, most) in [(2, 1 << 20, 2048), (2, 100, 100), (10_000, 100, 1)] {
            let mut pace = Pace::new(dispatches, rows);
            (0..40).for_each(|_| pace.record(pace.steps(), Duration::ZERO));
            assert_eq!(pace.steps(), most);
        }
    }
}
