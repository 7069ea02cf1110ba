//! Every verdict where it is due, and none where it is not.

use super::*;
use crate::backend::cpu::{Cpu, Single};
use crate::backend::{Backend, Clock, Kind, Precision, Selection};
use crate::conduction::Conduction;
use crate::execution::{self, Options, Quiet};
use crate::report::Report;
use crate::scenario::Scenario;
use std::sync::Arc;

const CELLS: usize = 256;

fn scenario(cells: &str, rest: &str) -> Scenario {
    let text = format!(
        "model = \"heat\"\n[grid]\nsize = [0.2, 0.01]\ncells = {cells}\nmaterial = \"m\"\n[materials.m]\nconductivity = 50\n\
         volumetric_heat_capacity = 2.5e6\n{rest}"
    );
    Scenario::parse(&text, "bar.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn report(cells: &str, rest: &str) -> Report {
    execution::run(&scenario(cells, rest), &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}")).report
}

/// A bar between 300 and 301 K, for many times the time in which it forgets.
fn bar() -> (Conduction, Clock, u64) {
    let ends = "[initial]\ntemperature = 300\n[boundary]\nx_min = { temperature = 300 }\nx_max = { temperature = 301 }\n[run]\nuntil = 1\n";
    let conduction = Conduction::new(Arc::new(scenario(&format!("[{CELLS}, 1]"), ends).problem)).unwrap();
    let step = 0.9 / conduction.fastest_rate([-10.0, 10.0], [0.0, 1.0]);
    (conduction, Clock { start: 0.0, step }, 500_000)
}

/// What a state of the bar is called, and how far it is from the straight line between its ends, K.
fn called(enthalpy: &[f64], step: f64, resolution: Resolution) -> (State, f64) {
    let (mut conduction, ..) = bar();
    let snapshot = Snapshot::new(&mut conduction, enthalpy, 0.0);
    let threshold = Threshold { imbalance: 1e-6, rate: 1e-6, rounding: f64::from(f32::EPSILON), resolution };
    let past = Past { step, driven: false, sweeps: 0, rows: &[] };
    let state = judge(&snapshot, &snapshot.rates(), &snapshot.net(), &[], past, threshold);
    let straight = |i: usize| 300.0 + (i as f64 + 0.5) / CELLS as f64;
    let worst = (0..CELLS).map(|i| (snapshot.kelvin(i) - straight(i)).abs()).fold(0.0, f64::max);
    (state, worst)
}

/// The bar in plain f32 kelvins, as this program does not store them: for this test alone.
#[test]
fn absolute_kelvins_in_f32_stall_and_are_called_so() {
    let (conduction, clock, steps) = bar();
    let r = (clock.step * conduction.links.families[0].conductance[0] / conduction.capacity[0]) as f32;
    let reference = conduction.problem.reference;
    let mut now = vec![300.0_f32; CELLS];
    let mut next = now.clone();
    for _ in 0..steps {
        for i in 0..CELLS {
            let below = if i == 0 { 2.0 * (300.0 - now[0]) } else { now[i - 1] - now[i] };
            let above = if i == CELLS - 1 { 2.0 * (301.0 - now[i]) } else { now[i + 1] - now[i] };
            next[i] = now[i] + r * (below + above);
        }
        std::mem::swap(&mut now, &mut next);
    }
    assert_eq!(now, next, "nothing moves any more");
    let enthalpy: Vec<f64> = now.iter().map(|t| f64::from(*t) - reference).collect();
    let absolute = Resolution { offset: reference, ..Resolution::SINGLE };
    let (state, worst) = called(&enthalpy, clock.step, absolute);
    assert_eq!(state.verdict, Verdict::Stalled, "{}", state.reason);
    assert!(worst > 0.1 && state.imbalance > 0.1, "{worst} K, {}", state.reason);
    // Told that it was stored as the program stores it, the same state is on its way.
    assert_eq!(called(&enthalpy, clock.step, Resolution::COMPENSATED).0.verdict, Verdict::Transient);
}

#[test]
fn shipped_storage_does_not_stall() {
    let (conduction, clock, steps) = bar();
    let backends: [Box<dyn Backend>; 2] =
        [Box::new(Cpu::new(conduction.clone())), Box::new(Single::new(conduction).unwrap())];
    for mut backend in backends {
        backend.advance(clock, 0, steps).unwrap();
        let info = backend.info();
        let (state, worst) = called(&backend.enthalpy().unwrap(), clock.step, info.resolution);
        assert_eq!(state.verdict, Verdict::Steady, "{}: {}", info.precision, state.reason);
        assert!(worst < 1e-6, "{}: {worst:e} K", info.precision);
    }
}

#[test]
fn the_heat_of_a_small_device_has_its_digits() {
    let text = "[grid]\nsize = [0.2, 0.01]\ncells = [20, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 5e-8\nvolumetric_heat_capacity = 1\n\
        [boundary]\nx_min = { temperature = 300 }\nx_max = { temperature = 310 }\n[run]\nuntil = \"steady\"\n";
    let scenario = Scenario::parse(text, "small.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
    let outcome = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"));
    let reason = outcome.report.state.reason;
    assert!(reason.contains("yet 25 nW of heat pass"), "{reason}");
}

#[test]
fn two_bodies_brought_together_pass_from_transient_to_equilibrium() {
    // 40 degrees apart, insulated; what is slowest falls to 1/e in (L/pi)^2/alpha = 203 s.
    let verdict = |until: f64| {
        let report =
            report("[40, 1]", &format!("[initial]\ntemperature = \"if(x < 0.1, 340, 300)\"\n[run]\nuntil = {until}\n"));
        (report.state, report.entropy.change)
    };
    let tau = (0.2 / std::f64::consts::PI).powi(2) / 2e-5;
    for until in [1.0, 100.0, 1000.0, 3000.0] {
        let (state, _) = verdict(until);
        assert_eq!(state.verdict, Verdict::Transient, "{until} s: {}", state.reason);
        let found = state.course.time_constant_s.unwrap();
        assert!((found / tau - 1.0).abs() < 5e-3, "{found} s against {tau} s");
    }
    let (state, change) = verdict(10_000.0);
    assert_eq!(state.verdict, Verdict::Equilibrium, "{}", state.reason);
    let exact = 2.5e6 * 0.2 * 0.01 * 0.5 * ((320.0_f64 / 340.0).ln() + (320.0_f64 / 300.0).ln());
    assert!((change / exact - 1.0).abs() < 1e-6, "{change} against {exact}");
}

/// The time that is left is told right: a run that long is steady, one half as long is not.
#[test]
fn the_time_left_is_the_time_that_it_takes() {
    let run = |until: f64| {
        let ends = format!(
            "[initial]\ntemperature = 300\n[boundary]\nx_min = {{ temperature = 300 }}\nx_max = {{ temperature = 310 }}\n[run]\nuntil = {until}\n"
        );
        report("[40, 1]", &ends).state
    };
    let begun = run(100.0);
    let left = begun.course.time_left_s.unwrap();
    assert_eq!(begun.verdict, Verdict::Transient);
    assert_eq!(run(100.0 + 1.02 * left).verdict, Verdict::Steady);
    let nearly = run(100.0 + 0.9 * left);
    assert_eq!(nearly.verdict, Verdict::Transient, "{}", nearly.reason);
}

#[test]
fn a_body_that_is_heated_and_cooled_in_turn_comes_to_repeat_itself() {
    // The time constant is 811 s, eight times the period.
    let run = |cycles: f64| {
        let rest = format!(
            "[initial]\ntemperature = 290\n[boundary]\nx_min = {{ temperature = \"300 + 10*sin(2*pi*t/100)\" }}\n[[probe]]\nname = \"A\"\nat = [0.02, 0.005]\n\
             [run]\nuntil = {}\n",
            100.0 * cycles
        );
        report("[40, 1]", &rest)
    };
    let early = run(10.0).state;
    assert_eq!(early.verdict, Verdict::Transient, "{}", early.reason);
    let course = early.course;
    assert!(course.cycle.unwrap().change > REPEATS && course.time_left_s.unwrap() > 1000.0, "{}", early.reason);
    let late = run(90.0);
    assert_eq!(late.state.verdict, Verdict::Periodic, "{}", late.state.reason);
    let cycle = late.state.course.cycle.unwrap();
    assert!((cycle.period_s - 100.0).abs() < 1e-9 && cycle.change < REPEATS);
    assert!(cycle.produced > 0.0 && (cycle.produced + cycle.entered).abs() < 2e-3 * cycle.produced, "{cycle:?}");
    // Less than one cycle says nothing.
    assert_eq!(run(0.9).state.course.cycle, None);
}

/// Cycles by the thousand, far shorter than the body remembers, are stepped alike to the last, and the error of their steps does not add up.
#[test]
fn hundreds_of_short_cycles_repeat_themselves() {
    let run = |more: &str| {
        let rest = format!(
            "[initial]\ntemperature = 300\n[boundary]\nx_min = {{ temperature = \"300 + 10*sin(2*pi*t/2)\" }}\n[run]\nuntil = 800\n{more}"
        );
        execution::run(&scenario("[40, 1]", &rest), &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
    };
    let outcome = run("");
    let state = outcome.report.state;
    assert_eq!(state.verdict, Verdict::Periodic, "{}", state.reason);
    let fine = run("time_step = 0.001\n").temperature;
    let error = outcome.temperature.iter().zip(&fine).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let told = outcome.report.precision.time_step.unwrap();
    assert!(told > 0.7 * error && told < 7.0 * error, "{told} for {error}");
}

/// What stands still at the moment is in equilibrium and not stalled, and the report does not say that it stays so; what rounding leaves of one
/// body is not two.
#[test]
fn a_pause_is_equilibrium_for_now() {
    let pauses = [
        "[[region]]\nname = \"all\"\nbox = [[0, 0], [0.2, 0.01]]\npower = \"10*sin(2*pi*t)^2\"\n[initial]\ntemperature = 300\n[run]\nuntil = \"3 s\"\n",
        "[initial]\ntemperature = 300\n[boundary]\nx_max = { temperature = { t = [0, 10, 20], value = [300, 300, 400] } }\n[run]\nuntil = \"5 s\"\n",
    ];
    for pause in pauses {
        for method in ["", "method = \"explicit\"\n"] {
            let state = report("[40, 2]", &format!("{pause}{method}")).state;
            assert_eq!(state.verdict, Verdict::Equilibrium, "{}", state.reason);
            assert!(state.reason.contains("from here on"), "{}", state.reason);
        }
    }
    let settled = "[initial]\ntemperature = \"if(x < 0.05, 400, 300)\"\n[run]\nuntil = \"30000 s\"\n";
    let state = report("[40, 2]", settled).state;
    assert_eq!(state.verdict, Verdict::Equilibrium, "{}", state.reason);
    assert!(!state.reason.contains("do not touch") && !state.reason.contains("from here on"), "{}", state.reason);
}

#[test]
fn bodies_that_do_not_touch_are_in_equilibrium_each_for_itself() {
    let apart = report(
        "[20, 1]",
        "[[region]]\nname = \"gap\"\nmaterial = \"void\"\nbox = [[0.09, 0], [0.11, 0.01]]\n[initial]\ntemperature = \"300 + 50*x\"\n\
         [boundary]\nx_min = { temperature = 300 }\n[run]\nuntil = \"steady\"\n",
    );
    assert_eq!(apart.state.verdict, Verdict::Equilibrium, "{}", apart.state.reason);
    // Along a fine insulated bar all balances are small, yet heat flows.
    let bar = report(
        "[4096, 1]",
        "[initial]\ntemperature = \"300 + cos(pi*x/0.2)\"\n[run]\nuntil = 1e-6\nmethod = \"explicit\"\n",
    );
    assert_eq!(bar.state.verdict, Verdict::Transient, "{}", bar.state.reason);
}

/// What enters a body that no wall cools stays there: no time is left until all is steady, for there is none.
#[test]
fn what_only_fills_is_never_about_to_be_steady() {
    for rest in [
        "[boundary]\nx_min = { flux = 1000 }\n",
        "[[region]]\nmaterial = \"m\"\nbox = [[0, 0], [0.05, 0.01]]\npower = 1\n",
    ] {
        let state = report("[20, 1]", &format!("{rest}[initial]\ntemperature = 300\n[run]\nuntil = 50\n")).state;
        assert_eq!((state.verdict, state.course.time_left_s), (Verdict::Transient, None), "{}", state.reason);
        assert!(
            state.course.time_constant_s.is_some() && state.reason.contains("nothing becomes steady"),
            "{}",
            state.reason
        );
    }
}

/// The steps that a run chooses are as long in its last cycle as before, so that they make no change of it.
#[test]
fn cycles_repeat_themselves_at_the_steps_that_a_run_chooses() {
    for until in ["20000", "20050"] {
        let rest = format!(
            "[initial]\ntemperature = 300\n[boundary]\nx_min = {{ temperature = \"300 + 10*sin(2*pi*t/100)\" }}\n[run]\nuntil = {until}\n"
        );
        let state = report("[20, 1]", &rest).state;
        assert_eq!(state.verdict, Verdict::Periodic, "{until} s: {}", state.reason);
    }
}

/// Whatever the first solve left of the heat that is not to flow.
#[test]
fn a_steady_state_without_heat_is_equilibrium() {
    for (cells, conductivity) in
        [("[60, 30]", "16.2"), ("[60, 30]", "0.9"), ("[30, 15]", "50"), ("[60, 30]", "\"16 + 0.01*T\"")]
    {
        let text = format!(
            "[grid]\nsize = [0.06, 0.03]\ncells = {cells}\nmaterial = \"void\"\n[materials.m]\nconductivity = {conductivity}\n\
             volumetric_heat_capacity = 4e6\n[[region]]\nname = \"held\"\nmaterial = \"m\"\nbox = [[0, 0.005], [0.02, 0.025]]\n\
             [[region]]\nname = \"alone\"\nmaterial = \"m\"\nbox = [[0.03, 0.005], [0.05, 0.025]]\n\
             [boundary]\nx_min = {{ temperature = 400 }}\n[initial]\ntemperature = 300\n[run]\nuntil = \"steady\"\n"
        );
        let scenario = Scenario::parse(&text, "apart.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
        let report =
            execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}")).report;
        assert_eq!(report.state.verdict, Verdict::Equilibrium, "{cells} {conductivity}: {}", report.state.reason);
        assert!(report.state.reason.contains("do not touch"), "{}", report.state.reason);
        assert_eq!(report.energy.closure, 0.0, "{cells} {conductivity}");
    }
}

/// Long after halves of a bar have become equally warm, what rounding does to the last of their differences is no entropy that falls.
#[test]
fn a_body_that_has_long_been_uniform_keeps_the_second_law() {
    let bar = report(
        "[20, 1]",
        "[[region]]\nmaterial = \"m\"\nbox = [[0, 0], [0.1, 0.01]]\ninitial_temperature = 330\n[initial]\ntemperature = 300\n\
         [run]\nuntil = 60000\nmethod = \"explicit\"\n",
    );
    assert_eq!((bar.state.verdict, bar.second_law.violations), (Verdict::Equilibrium, 0), "{:?}", bar.second_law);
}

/// A slab of 10 mm that one film joins to what is around it.
fn slab(more: &str, precision: Option<Precision>) -> Report {
    let text = format!("model = \"heat\"\n[grid]\nsize = [0.01, 0.01]\nmaterial = \"m\"\n{more}");
    let scenario = Scenario::parse(&text, "slab.toml".as_ref(), &[]).unwrap_or_else(|e| panic!("{e}"));
    let selection = Selection { kind: Kind::Cpu, precision, ..Selection::default() };
    let options = Options { selection, ..Options::default() };
    execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}")).report
}

/// A body of one temperature that its surroundings still warm rests in no arithmetic, nor behind a film that hardly passes anything.
#[test]
fn what_is_warmed_is_not_in_equilibrium() {
    let copper = |h: &str, until: f64| {
        format!(
            "cells = [8, 1]\n[materials.m]\nconductivity = 400\nvolumetric_heat_capacity = 3.5e6\n[initial]\ntemperature = 300\n\
             [boundary]\nx_min = {{ convection = {h}, ambient = 310 }}\n[run]\nuntil = {until}\n"
        )
    };
    for (text, precision) in [
        (copper("5", 14_000.0), Some(Precision::F32)),
        (copper("0.1", 3500.0), Some(Precision::F32)),
        (copper("1e-8", 10.0), None),
    ] {
        let report = slab(&text, precision);
        assert_eq!(report.state.verdict, Verdict::Transient, "{}", report.state.reason);
        for told in [report.precision.time_step, report.precision.grid] {
            assert!(told.is_none_or(|told| told < 1e-3), "{told:?}");
        }
    }
}

/// Waves of heat stand still for moments, and produce less than nothing in others.
#[test]
fn a_wave_of_heat_is_not_in_equilibrium() {
    let wave = |until: f64| {
        let text = format!(
            "cells = [80, 1]\n[materials.m]\nconductivity = 40\nvolumetric_heat_capacity = 1e6\nrelaxation_time = 1\n\
             [initial]\ntemperature = \"300+10*cos(pi*x/0.01)\"\n[run]\nuntil = {until}\n"
        );
        slab(&text, None).state
    };
    for until in [1.0, 1.5, 2.8, 3.1, 8.0] {
        let state = wave(until);
        assert_eq!(state.verdict, Verdict::Transient, "{until}: {}", state.reason);
    }
    assert_eq!(wave(100.0).verdict, Verdict::Equilibrium);
}

/// Exactly, from the complex wave number of a slab between a driven end and a held one: 1.0115e-2 J/K.
#[test]
fn a_cycle_of_waves_produces_what_theory_says() {
    let text = "cells = [40, 1]\n[materials.m]\nconductivity = 40\nvolumetric_heat_capacity = 1e6\nrelaxation_time = 1\n\
                [initial]\ntemperature = 300\n[boundary]\nx_min = { temperature = \"300+5*sin(2*pi*t)\" }\nx_max = { temperature = 300 }\n\
                [run]\nuntil = 40\n";
    let state = slab(text, None).state;
    assert_eq!(state.verdict, Verdict::Periodic, "{}", state.reason);
    let produced = state.course.cycle.unwrap().produced;
    assert!((produced / 1.0115e-2 - 1.0).abs() < 0.05, "{produced:e}");
}

/// A drive that passes through zero goes on.
#[test]
fn a_cycle_goes_on_where_it_passes_through_zero() {
    let text = format!(
        "cells = [10, 1]\n[materials.m]\nconductivity = 10\nvolumetric_heat_capacity = 1e6\n[[region]]\nname = \"all\"\n\
         box = [[0, 0], [0.01, 0.01]]\npower = \"sin(t)\"\n[initial]\ntemperature = 300\n[run]\nuntil = {}\n",
        80.0 * std::f64::consts::PI
    );
    let state = slab(&text, None).state;
    assert_eq!(state.verdict, Verdict::Periodic, "{}", state.reason);
    assert!(!state.reason.contains("produces -"), "{}", state.reason);
}

/// What rests is off by what its grid makes of it, however long ago it came to rest.
#[test]
fn the_error_of_the_grid_does_not_grow_in_what_rests() {
    let resting = |until: f64| {
        let text = format!(
            "cells = [8, 1]\n[materials.m]\nconductivity = 40\nvolumetric_heat_capacity = 1e6\n\
             [[region]]\nname = \"hot\"\nbox = [[0, 0], [0.0025, 0.01]]\npower = 3\n\
             [[region]]\nname = \"cold\"\nbox = [[0.0075, 0], [0.01, 0.01]]\npower = -3\n\
             [initial]\ntemperature = 300\n[run]\nuntil = {until}\n"
        );
        slab(&text, None).precision.grid.unwrap()
    };
    let [early, late] = [5.0, 100.0].map(resting);
    assert!(late < 5e-3 && early < 5e-3, "{early} {late}");
}

/// What drove a body and is over drives it no more: it goes where it goes in its own time.
#[test]
fn a_drive_that_is_over_is_none() {
    let after = |until: f64| {
        let text = format!(
            "cells = [20, 1]\n[materials.m]\nconductivity = 10\nvolumetric_heat_capacity = 1e6\n[initial]\ntemperature = 300\n\
             [boundary]\nx_min = {{ temperature = \"if(t < 5, 310, 300)\" }}\nx_max = {{ temperature = 300 }}\n[run]\nuntil = {until}\n"
        );
        slab(&text, None).state
    };
    let state = after(8.0);
    let tau = 0.01 * 0.01 / (std::f64::consts::PI.powi(2) * 1e-5);
    assert_eq!(state.verdict, Verdict::Transient, "{}", state.reason);
    assert!((state.course.time_constant_s.unwrap() / tau - 1.0).abs() < 5e-3, "{}", state.reason);
    let left = state.course.time_left_s.unwrap();
    assert_eq!(after(8.0 + 1.02 * left).verdict, Verdict::Equilibrium);
    assert_eq!(after(4.0).course.time_left_s, None);
}
