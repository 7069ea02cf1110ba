//! The shipped scenarios at reduced size: on the CPU, on a GPU, and both against each other.

mod common;

use clausius::backend::{Kind, Selection};
use clausius::execution::{self, Options, Quiet};
use clausius::scenario::End;
use clausius::shipped::SCENARIOS;
use common::adapter;

#[test]
fn every_scenario_closes_its_budgets_on_the_cpu_and_a_gpu_agrees_within_a_ten_thousandth_of_the_range() {
    let adapter = adapter();
    for shipped in SCENARIOS {
        let scenario = shipped.scenario().unwrap_or_else(|e| panic!("{e}"));
        let run = |selection: Selection| {
            let options = Options { selection, ..Options::default() };
            execution::run(&scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{}: {e}", shipped.name))
        };
        let cpu = run(Selection::default());
        let closure = cpu.report.energy.closure;
        // other models are computed on the CPU only; flying carriers are iterated to a tolerance
        let bound = match () {
            () if scenario.phonon.is_some() => 1e-7,
            // the current of good conductors is a small difference
            () if scenario.thermoelectric.is_some() => 1e-9,
            () => 1e-12,
        };
        assert!(closure < bound, "{}: energy closure {closure:e}", shipped.name);
        assert_eq!(cpu.report.second_law.violations, 0, "{}", shipped.name);
        let Some(adapter) = adapter.as_ref().filter(|_| scenario.model == clausius::scenario::Model::Heat) else {
            continue;
        };
        let gpu = run(Selection { kind: Kind::Gpu, adapter: Some(adapter.clone()), ..Selection::default() });
        let closure = gpu.report.energy.closure;
        assert!(closure < 1e-5, "{}: energy closure {closure:e} on the GPU", shipped.name);
        let apart = cpu.apart(&gpu);
        println!("{}: GPU and CPU apart by {apart:.1e} of the range", shipped.name);
        assert!(apart < 1e-4, "{}: {apart:e}", shipped.name);
        if matches!(scenario.run.end, End::Steady(_)) {
            // solved on the device, refined in f64
            assert_eq!(gpu.report.backend.kind, "gpu", "{}: {:?}", shipped.name, gpu.report.precision.notes);
            assert!(apart < 1e-6, "{}: {apart:e}", shipped.name);
        }
    }
}
