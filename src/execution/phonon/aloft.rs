//! Where a run of carriers in flight stands between its start and its end.

use crate::backend::Ledger;
use crate::checkpoint::Checkpoint;
use crate::execution::{ExecutionError, Options};
use crate::kinetic::steady::Standing;
use crate::kinetic::sweep::WallState;
use crate::simulation::Progress;
use serde::{Deserialize, Serialize};

/// What a checkpoint of carriers holds beside energy temperatures and rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aloft {
    /// What goes on from it: "steady", or the kind of backend that goes through time.
    pub by: String,
    /// Outputs made.
    pub outputs: usize,
    /// What flies.
    #[serde(skip)]
    pub numbers: Vec<f64>,
}

/// Of an iteration to a steady state.
pub(in crate::execution) const STEADY: &str = "steady";

impl Aloft {
    /// All but the numbers.
    pub(crate) fn without_numbers(&self) -> Aloft {
        Aloft { by: self.by.clone(), outputs: self.outputs, numbers: Vec::new() }
    }

    /// A checkpoint of this.
    pub(in crate::execution) fn checkpoint(
        self,
        options: &Options,
        temperature: Vec<f64>,
        progress: Progress,
    ) -> Checkpoint {
        Checkpoint {
            scenario: options.fingerprint,
            storage: None,
            progress,
            ledger: Ledger::default(),
            enthalpy: temperature,
            heats: None,
            coupled: None,
            flight: Some(self),
        }
    }

    /// What a run that goes on begins with, if `by` can go on from it.
    pub(in crate::execution) fn of<'o>(
        options: &'o Options,
        by: &str,
    ) -> Result<Option<(&'o Checkpoint, &'o Aloft)>, ExecutionError> {
        let Some(checkpoint) = &options.resume else { return Ok(None) };
        match &checkpoint.flight {
            Some(aloft) if aloft.by == by => Ok(Some((checkpoint, aloft))),
            Some(aloft) => {
                let text =
                    format!("the checkpoint was left by a run on the {0}, and goes on there: --backend {0}", aloft.by);
                Err(ExecutionError::Unsupported(text))
            }
            None => Err(ExecutionError::Unsupported(unusable())),
        }
    }

    /// An iteration that was stopped.
    pub(super) fn of_standing(standing: &Standing) -> Aloft {
        let numbers = standing.walls.iter().flat_map(|w| w.emission.iter().chain(&w.inflow)).copied().collect();
        Aloft { by: STEADY.to_owned(), outputs: 0, numbers }
    }

    /// The iteration that goes on, over so many bands and walls.
    pub(super) fn standing(options: &Options, bands: usize, walls: usize) -> Result<Option<Standing>, ExecutionError> {
        let Some((checkpoint, aloft)) = Aloft::of(options, STEADY)? else { return Ok(None) };
        let of_band = aloft.numbers.len() / bands;
        if of_band * bands != aloft.numbers.len() || of_band < walls {
            return Err(ExecutionError::Unsupported(unusable()));
        }
        let state = |band: usize| {
            let (emission, inflow) = aloft.numbers[band * of_band..][..of_band].split_at(walls);
            WallState { emission: emission.to_vec(), inflow: inflow.to_vec() }
        };
        Ok(Some(Standing { temperature: checkpoint.enthalpy.clone(), walls: (0..bands).map(state).collect() }))
    }
}

/// Of a checkpoint that holds no carriers, or others.
pub(in crate::execution) fn unusable() -> String {
    "the checkpoint holds other carriers than these; delete it, or start anew with --force".to_owned()
}
