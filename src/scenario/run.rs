//! `[run]`: how far and by what means.

use super::Model;
use super::item::{Bound, Item};
use super::section::Section;
use crate::legendre::Order;
use crate::quantity;
use crate::simulation::{LEAST_STEPS, Method, SuperSteps};

/// How far and by what means the problem is advanced.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// Where the run ends.
    pub end: End,
    /// How time advances.
    pub method: Method,
    /// How super steps are made.
    pub super_steps: SuperSteps,
    /// Largest time step the user allows, s.
    pub time_step: Option<f64>,
    /// Fraction of the stable time step that is used, above 0 and at most 1, where the user gives one ([`super::Scenario::safety`]).
    pub safety: Option<f64>,
    /// Steps are this many times shorter than they would be; 1 but for comparisons of a run with itself.
    pub refinement: f64,
    /// Explicit steps of the run at least, where the user gives none; fewer in comparisons with coarser grids.
    pub least_steps: f64,
    /// Simulated time between checkpoints, s.
    pub checkpoint_every: Option<f64>,
}

/// Where a run ends.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// At a time, s.
    Time(f64),
    /// In the steady state.
    Steady(SteadyTolerance),
}

/// When a state counts as steady.
#[derive(Debug, Clone, PartialEq)]
pub struct SteadyTolerance {
    /// Heat imbalance over all boundaries and sources, relative to the largest of them.
    pub imbalance: f64,
    /// Largest |dT/dt| scaled by the diffusive time and the temperature range.
    pub rate: f64,
    /// Iterations after which the solver gives up.
    pub iterations: usize,
}

impl Default for SteadyTolerance {
    fn default() -> Self {
        SteadyTolerance { imbalance: 1e-8, rate: 1e-8, iterations: 1000 }
    }
}

/// Reads the section; with it comes the value of `until`, for errors of the whole run.
pub(super) fn read_run<'d>(root: &Section<'d>, model: Model) -> Option<(RunPlan, Item<'d>)> {
    let form = "write until = \"10 s\", or until = \"steady\"";
    let section = root.require("run", "add a table: [run] with until = \"10 s\", or until = \"steady\"")?.section()?;
    let until = section.require("until", form);
    let method = section.get("method");
    let time_step = section.get("time_step");
    let safety = section.get("safety");
    let checkpoint = section.get("checkpoint_every");
    let steady = section.get("steady");
    let super_steps = section.get("super_time_stepping");
    section.finish();

    let is_steady = until.as_ref().and_then(Item::as_text).is_some_and(|t| t.trim() == "steady");
    if !is_steady && let Some(steady) = &steady {
        steady.error("holds for `until = \"steady\"` only", "remove [run.steady], or set until = \"steady\"");
    }
    if is_steady {
        // "auto" leaves the choice to the program, which is no contradiction.
        let explicit = method.as_ref().filter(|m| m.as_text() != Some("auto"));
        let given = [explicit, time_step.as_ref(), safety.as_ref(), checkpoint.as_ref(), super_steps.as_ref()];
        for item in given.into_iter().flatten() {
            item.error(
                "has no meaning with `until = \"steady\"`",
                "remove it: the steady state is solved for directly, without time steps",
            );
        }
    }
    if model != Model::Heat {
        // the method of a kinetic model is its own
        let explicit = method.as_ref().filter(|m| m.as_text() != Some("auto"));
        // coupled transport steps implicitly: there is no stability limit to keep clear of
        let safety = safety.as_ref().filter(|_| model.is_coupled());
        for item in [explicit, super_steps.as_ref(), safety].into_iter().flatten() {
            item.error(format!("has no meaning with model = \"{}\"", model.name()), "remove it");
        }
    }
    let time = |item: &Option<Item<'_>>| match item {
        Some(item) => item.quantity(quantity::TIME, Bound::Positive).map(Some),
        None => Some(None),
    };
    let tolerance = match &steady {
        Some(item) => read_tolerance(item, model),
        None => Some(SteadyTolerance::default()),
    };
    let end = match &until {
        Some(_) if is_steady => tolerance.map(End::Steady),
        Some(item) => match item.as_text() {
            Some(text) if text.trim().starts_with(char::is_alphabetic) => {
                item.error("is neither a time nor \"steady\"", form);
                None
            }
            _ => item.quantity(quantity::TIME, Bound::Positive).map(End::Time),
        },
        None => None,
    };
    let method = match method {
        Some(item) => item.choice(
            &[
                ("auto", Method::Auto),
                ("explicit", Method::Explicit),
                ("super-time-stepping", Method::SuperTimeStepping),
            ],
            &[],
        ),
        None => Some(Method::Auto),
    };
    let safety = match safety {
        Some(item) => match item.quantity(quantity::DIMENSIONLESS, Bound::Positive)? {
            safety if safety <= 1.0 => Some(Some(safety)),
            safety => {
                item.error(
                    format!("must be at most 1, it is {safety}"),
                    "0.9 keeps a tenth of the stable step in hand",
                );
                None
            }
        },
        None => Some(None),
    };
    let (time_step, checkpoint_every) = (time(&time_step), time(&checkpoint));
    let super_steps = match super_steps {
        Some(item) => {
            if method == Some(Method::Explicit) {
                item.error("has no meaning with method = \"explicit\"", "remove it, or set method = \"auto\"");
            }
            read_super_steps(&item)
        }
        None => Some(SuperSteps::default()),
    };
    let plan = RunPlan {
        super_steps: super_steps?,
        end: end?,
        method: method?,
        time_step: time_step?,
        safety: safety?,
        refinement: 1.0,
        least_steps: LEAST_STEPS,
        checkpoint_every: checkpoint_every?,
    };
    Some((plan, until?))
}

fn read_super_steps(item: &Item<'_>) -> Option<SuperSteps> {
    let section = item.section()?;
    let (tolerance, order) = (section.get("tolerance"), section.get("order"));
    section.finish();
    let standard = SuperSteps::default();
    let tolerance = match tolerance {
        Some(item) => match item.quantity(quantity::DIMENSIONLESS, Bound::Positive)? {
            tolerance if tolerance <= 1.0 => tolerance,
            tolerance => {
                item.error(
                    format!("must be at most 1, it is {tolerance}"),
                    "write the largest error of one step in parts of the range of temperatures, such as 1e-4",
                );
                return None;
            }
        },
        None => standard.tolerance,
    };
    let order = match order {
        Some(item) => match item.count(2)? {
            1 => Order::First,
            _ => Order::Second,
        },
        None => standard.order,
    };
    Some(SuperSteps { tolerance, order })
}

fn read_tolerance(item: &Item<'_>, model: Model) -> Option<SteadyTolerance> {
    let section = item.section()?;
    let imbalance = section.get("imbalance");
    let rate = section.get("rate");
    let iterations = section.get("iterations");
    section.finish();
    if let Some(rate) = rate.as_ref().filter(|_| model.is_coupled()) {
        rate.error(
            format!("has no meaning with model = \"{}\", whose steady states are found to rounding", model.name()),
            "remove it; `imbalance` and `iterations` hold",
        );
    }
    let small = |item: Option<Item<'_>>, default: f64| {
        let Some(item) = item else { return Some(default) };
        let value = item.quantity(quantity::DIMENSIONLESS, Bound::Positive)?;
        if (1e-14..1.0).contains(&value) {
            return Some(value);
        }
        item.error(
            format!("{value:e} is out of range"),
            "write a relative tolerance from 1e-14 to below 1, such as 1e-8",
        );
        None
    };
    let standard = SteadyTolerance::default();
    let imbalance = small(imbalance, standard.imbalance);
    let rate = small(rate, standard.rate);
    let iterations = match iterations {
        Some(item) => item.count(10_000_000)? as usize,
        None => standard.iterations,
    };
    Some(SteadyTolerance { imbalance: imbalance?, rate: rate?, iterations })
}
