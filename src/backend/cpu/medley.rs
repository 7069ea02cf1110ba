//! A body for tests: everything that many sweeps in one pass must get right.

use crate::conduction::Conduction;
use crate::scenario::Scenario;
use std::path::Path;
use std::sync::Arc;

/// Three materials, one with a conductivity that varies in space, a void with a boundary, walls of every kind that vary in time and
/// place, a source. `more`: further walls.
pub(crate) fn conduction(cells: &str, size: &str, more: &str) -> Conduction {
    let text = format!(
        "model = \"heat\"\n[grid]\nsize = {size}\ncells = {cells}\nmaterial = \"a\"\n\
         [materials.a]\nconductivity = 3.0\nvolumetric_heat_capacity = 2e6\n[materials.b]\nconductivity = [40.0, 20.0, 5.0]\nvolumetric_heat_capacity = 3e6\n\
         [materials.c]\nconductivity = \"1 + 50*x\"\nvolumetric_heat_capacity = 1e6\n\
         [[region]]\nname = \"b\"\nmaterial = \"b\"\nbox = [[0.01, 0.01, 0.0], [0.03, 0.028, 0.02]]\npower = 3.0\n\
         [[region]]\nname = \"c\"\nmaterial = \"c\"\nbox = [[0.025, 0.02, 0.01], [0.04, 0.04, 0.03]]\n\
         [[region]]\nname = \"hole\"\nmaterial = \"void\"\nbox = [[0.005, 0.015, 0.005], [0.015, 0.033, 0.018]]\nboundary = {{ convection = 20.0, ambient = 290.0 }}\n\
         [initial]\ntemperature = \"300 + 20*sin(300*x)*cos(200*y)\"\n\
         [boundary]\nx_min = {{ temperature = \"315 + 5*sin(t)\" }}\ny_max = {{ convection = 30.0, radiation = 0.7, ambient = \"320 + 100*x\" }}\ny_min = {{ flux = 1e4 }}\n{more}\
         [run]\nuntil = \"20 s\"\n"
    );
    let text = if cells.matches(',').count() == 1 {
        text.replace(", 0.0], [0.03, 0.028, 0.02]]", "], [0.03, 0.028]]")
            .replace(", 0.01], [0.04, 0.04, 0.03]]", "], [0.04, 0.04]]")
            .replace(", 0.005], [0.015, 0.033, 0.018]]", "], [0.015, 0.033]]")
    } else {
        text
    };
    let scenario = Scenario::parse(&text, Path::new("test.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    Conduction::new(Arc::new(scenario.problem)).expect("it has no tensors")
}
