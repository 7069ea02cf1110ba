use super::*;
use crate::backend::BackendInfo;
use crate::backend::cpu::Cpu;
use crate::execution::{self, Options, Quiet, plan};
use crate::scenario::Scenario;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const SCENARIO: &str = r#"
    [grid]
    size = ["10 mm", "10 mm"]
    cells = [12, 12]
    material = "copper"
    [boundary]
    x_min = { temperature = "330 K" }
    x_max = { convection = 500.0, ambient = "300 K" }
    [initial]
    temperature = "300 K"
    [run]
    until = "0.2 s"
    method = "explicit"
    [output]
    every = "0.05 s"
    formats = []
"#;

/// Computes beside the host; tells the steps that it has begun.
struct Apart {
    cpu: Cpu,
    begun: Arc<AtomicU64>,
}

impl Backend for Apart {
    fn info(&self) -> BackendInfo {
        self.cpu.info()
    }

    fn is_apart(&self) -> bool {
        true
    }

    fn load(&mut self, enthalpy: &[f64], ledger: &Ledger) -> Result<(), BackendError> {
        self.cpu.load(enthalpy, ledger)
    }

    fn advance(&mut self, clock: Clock, first: u64, count: u64) -> Result<(), BackendError> {
        self.begun.fetch_add(count, Ordering::SeqCst);
        self.cpu.advance(clock, first, count)
    }

    fn enthalpy(&mut self) -> Result<Vec<f64>, BackendError> {
        self.cpu.enthalpy()
    }

    fn ledger(&mut self) -> Result<Ledger, BackendError> {
        self.cpu.ledger()
    }

    fn range(&mut self) -> Result<[f64; 2], BackendError> {
        self.cpu.range()
    }
}

/// Takes states, and waits for the backend to go on before it is done with one.
struct Patient {
    /// Steps that the backend has begun, where it goes on by itself.
    begun: Option<Arc<AtomicU64>>,
    end: f64,
    steps: u64,
    states: Vec<Vec<f64>>,
}

impl Observer for Patient {
    fn output(&mut self, _: usize, snapshot: &Snapshot, _: &Maps) -> Observed {
        self.states.push(snapshot.enthalpy.to_vec());
        let since = std::time::Instant::now();
        while let Some(begun) = self.begun.as_ref().filter(|_| snapshot.time < self.end) {
            if begun.load(Ordering::SeqCst) > self.steps {
                break;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "the backend waits at {} s", snapshot.time);
            std::thread::yield_now();
        }
        Ok(())
    }

    fn checkpoint(&mut self, _: &Progress, _: &[f64], _: Option<&Heats>, _: &Ledger) -> Observed {
        Ok(())
    }

    fn going(&mut self, _: f64, steps: u64) -> bool {
        self.steps = steps;
        true
    }
}

#[test]
fn a_device_goes_on_while_a_state_is_handed_on_and_comes_to_the_same() {
    let scenario = Scenario::parse(SCENARIO, Path::new("."), &[]).expect("a scenario");
    let conduction = Conduction::new(Arc::new(scenario.problem.clone())).expect("a problem");
    let run = |backend: &mut dyn Backend, begun: Option<Arc<AtomicU64>>| {
        let mut simulation = Simulation::new(conduction.clone(), backend, plan(&scenario), None).expect("a simulation");
        let mut patient = Patient { begun, end: 0.2, steps: 0, states: Vec::new() };
        simulation.run(&mut patient).expect("it runs");
        let end = simulation.enthalpy().expect("a state");
        (patient.states, simulation.progress, end)
    };
    let begun = Arc::new(AtomicU64::new(0));
    let (states, progress, last) =
        run(&mut Apart { cpu: Cpu::new(conduction.clone()), begun: begun.clone() }, Some(begun.clone()));
    let (expected, there, end) = run(&mut Cpu::new(conduction.clone()), None);
    assert_eq!(states.len(), 5, "the initial state and four outputs");
    assert_eq!((&states, &last), (&expected, &end));
    assert_eq!(progress.steps, there.steps);
    assert_eq!(begun.load(Ordering::SeqCst), progress.steps);
    let times = |p: &Progress| p.samples.iter().map(|s| (s.time, s.steps)).collect::<Vec<_>>();
    assert_eq!(times(&progress), times(&there));
}

/// A thin sheet that cools on both faces, by one cell across, and two lumps that hardly touch: what has few cells has the time constants of its cells.
#[test]
fn what_has_few_cells_is_followed_in_time() {
    let run = |text: &str, more: &str| {
        let scenario = Scenario::parse(&format!("{text}{more}"), Path::new("a.toml"), &[]).unwrap();
        crate::execution::run(&scenario, &Default::default(), &mut crate::execution::Quiet).unwrap()
    };
    let sheet = "[grid]\nsize = [\"1 m\", \"1 m\", \"1 mm\"]\ncells = [10, 10, 1]\nmaterial = \"m\"\n\
        [materials.m]\nconductivity = 0.2\nvolumetric_heat_capacity = 1.8e6\n[initial]\ntemperature = 473.15\n\
        [boundary]\nz_min = { convection = 10, ambient = 298.15 }\nz_max = { convection = 10, ambient = 298.15 }\n[run]\nuntil = 90\n";
    // The half cells' own resistance counts to the film.
    let film = 1.0 / (1.0 / 10.0 + 0.5e-3 / 0.2);
    let exact = 298.15 + 175.0 * (-2.0 * film * 90.0 / 1.8e3_f64).exp();
    for method in ["method = \"auto\"\n", "method = \"super-time-stepping\"\n"] {
        let outcome = run(sheet, method);
        let mean = outcome.report.temperature.mean;
        assert!((mean - exact).abs() < 0.3, "{method}: {mean} for {exact} K");
        assert!(outcome.report.entropy.produced > 0.0);
    }
    let lumps = "[grid]\nsize = [\"2 cm\", \"1 cm\"]\ncells = [2, 1]\ndepth = \"1 cm\"\nmaterial = \"m\"\n\
        [materials.m]\nconductivity = 1e4\nvolumetric_heat_capacity = 3e6\n\
        [[region]]\nname = \"A\"\nmaterial = \"m\"\nbox = [[0, 0], [0.01, 0.01]]\ninitial_temperature = 400\n\
        [[region]]\nname = \"B\"\nmaterial = \"m\"\nbox = [[0.01, 0], [0.02, 0.01]]\n\
        [[contact]]\nbetween = [\"A\", \"B\"]\nresistance = 1e-2\n[initial]\ntemperature = 300\n[run]\nuntil = 200\n";
    let outcome = run(lumps, "");
    let rate = 2.0 / ((1e-2 + 1e-6) * 3e6 * 0.01);
    let exact = 350.0 + 50.0 * (-rate * 200.0_f64).exp();
    assert!((outcome.temperature[0] - exact).abs() < 0.2, "{} for {exact} K", outcome.temperature[0]);
}

/// A tolerance that no scheme of the shortest steps keeps is kept by shorter ones, once what jumped is smooth.
#[test]
fn tight_tolerances_are_kept() {
    let run = |how: &str| {
        let text = format!(
            "[grid]\nsize = [0.01, 0.01]\ncells = [20, 1]\nmaterial = \"m\"\n[materials.m]\nconductivity = 10\nvolumetric_heat_capacity = 1e6\n\
             [initial]\ntemperature = 300\n[boundary]\nx_min = {{ convection = 1000, ambient = 350 }}\n[run]\nuntil = 10\n{how}\n"
        );
        let scenario = Scenario::parse(&text, Path::new("slab.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
        execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}")).temperature
    };
    let exact = run("method = \"explicit\"\ntime_step = 1e-5");
    let error = |tolerance: &str| {
        let found =
            run(&format!("method = \"super-time-stepping\"\nsuper_time_stepping = {{ tolerance = {tolerance} }}"));
        found.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let [loose, tight] = ["1e-5", "1e-8"].map(error);
    assert!(loose < 6e-4 && tight < 4e-4, "{loose} {tight}");
}
