//! The scenarios that come with the program.

use crate::scenario::{Scenario, ScenarioErrors};
use std::path::Path;

/// A shipped scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// Name of its file, less the ending.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Overrides under which it runs in a second or two, for tests and for comparing backends.
    pub reduced: &'static [&'static str],
}

impl Shipped {
    /// The scenario at reduced size.
    ///
    /// # Errors
    /// None for what is shipped.
    pub fn scenario(&self) -> Result<Scenario, ScenarioErrors> {
        let overrides: Vec<String> = self.reduced.iter().map(ToString::to_string).collect();
        Scenario::parse(self.text, Path::new(self.name), &overrides)
    }
}

/// All, in the order of `clausius examples`.
pub const SCENARIOS: &[Shipped] = &[
    Shipped {
        name: "copper_spreader",
        text: include_str!("../assets/scenarios/copper_spreader.toml"),
        reduced: &["grid.cells=[30, 30, 16]", "run.until=\"1 s\"", "output.every=\"1 s\""],
    },
    Shipped { name: "chip_package", text: include_str!("../assets/scenarios/chip_package.toml"), reduced: &[] },
    Shipped { name: "heat_sink", text: include_str!("../assets/scenarios/heat_sink.toml"), reduced: &[] },
    Shipped {
        name: "laser_scan",
        text: include_str!("../assets/scenarios/laser_scan.toml"),
        reduced: &["run.until=\"0.1 s\"", "output.every=\"0.05 s\""],
    },
    Shipped {
        name: "ground_freezing",
        text: include_str!("../assets/scenarios/ground_freezing.toml"),
        reduced: &["run.until=\"240 h\"", "output.every=\"120 h\""],
    },
    Shipped { name: "iso10211_1", text: include_str!("../assets/scenarios/iso10211_1.toml"), reduced: &[] },
    Shipped { name: "iso10211_2", text: include_str!("../assets/scenarios/iso10211_2.toml"), reduced: &[] },
    Shipped {
        name: "nafems_t3",
        text: include_str!("../assets/scenarios/nafems_t3.toml"),
        reduced: &["run.until=\"16 s\"", "output.every=\"4 s\""],
    },
    Shipped { name: "nafems_t4", text: include_str!("../assets/scenarios/nafems_t4.toml"), reduced: &[] },
    Shipped {
        name: "second_sound",
        text: include_str!("../assets/scenarios/second_sound.toml"),
        reduced: &["grid.cells=[160, 120]", "run.until=\"1 us\"", "output.every=\"0.5 us\""],
    },
    Shipped { name: "silicon_film", text: include_str!("../assets/scenarios/silicon_film.toml"), reduced: &[] },
    Shipped {
        name: "transient_grating",
        text: include_str!("../assets/scenarios/transient_grating.toml"),
        reduced: &["run.until=\"15 ps\"", "phonon.ordinates={ polar = 8, azimuthal = 16 }"],
    },
    Shipped {
        name: "nanoscale_heater",
        text: include_str!("../assets/scenarios/nanoscale_heater.toml"),
        reduced: &["grid.cells=[20, 40]", "phonon.ordinates={ polar = 4, azimuthal = 16 }"],
    },
    Shipped {
        name: "nanoporous_silicon",
        text: include_str!("../assets/scenarios/nanoporous_silicon.toml"),
        reduced: &["grid.cells=[20, 20]", "phonon.ordinates={ polar = 4, azimuthal = 16 }"],
    },
    Shipped { name: "peltier_module", text: include_str!("../assets/scenarios/peltier_module.toml"), reduced: &[] },
    Shipped { name: "pipe_generator", text: include_str!("../assets/scenarios/pipe_generator.toml"), reduced: &[] },
    Shipped {
        name: "thermocouple",
        text: include_str!("../assets/scenarios/thermocouple.toml"),
        reduced: &["grid.cells=[40, 6]", "run.until=\"2 s\"", "output.every=\"1 s\""],
    },
];
