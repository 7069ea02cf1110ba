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
    /// Files that lie beside it.
    pub files: &'static [(&'static str, &'static [u8])],
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
        if self.files.is_empty() {
            return Scenario::parse(self.text, Path::new(self.name), &overrides);
        }
        let directory = std::env::temp_dir().join(format!("clausius-{}-{}", std::process::id(), self.name));
        // a file that cannot be written is told of where it is read
        let _ = self.write_files(&directory);
        let scenario = Scenario::parse(self.text, &directory.join(self.name), &overrides);
        let _ = std::fs::remove_dir_all(&directory);
        scenario
    }

    /// Writes the files that lie beside it into a directory; one that is there already stays.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn write_files(&self, directory: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(directory)?;
        for (name, content) in self.files {
            let path = directory.join(name);
            if !path.exists() {
                std::fs::write(path, content)?;
            }
        }
        Ok(())
    }
}

/// All, in the order of `clausius examples`.
pub const SCENARIOS: &[Shipped] = &[
    Shipped {
        name: "copper_spreader",
        text: include_str!("../assets/scenarios/copper_spreader.toml"),
        files: &[],
        reduced: &["grid.cells=[30, 30, 16]", "run.until=\"1 s\"", "output.every=\"1 s\""],
    },
    Shipped {
        name: "chip_package",
        text: include_str!("../assets/scenarios/chip_package.toml"),
        files: &[],
        reduced: &[
            "grid.x=[{ thickness = \"15 mm\", cells = 6 }, { thickness = \"7 mm\", cells = 7 }, { thickness = \"16 mm\", cells = 32 }, { thickness = \"7 mm\", cells = 7 }, { thickness = \"15 mm\", cells = 6 }]",
            "grid.y=[{ thickness = \"15 mm\", cells = 6 }, { thickness = \"7 mm\", cells = 7 }, { thickness = \"16 mm\", cells = 32 }, { thickness = \"7 mm\", cells = 7 }, { thickness = \"15 mm\", cells = 6 }]",
        ],
    },
    Shipped {
        name: "heat_sink",
        text: include_str!("../assets/scenarios/heat_sink.toml"),
        files: &[],
        reduced: &["grid.cells=[60, 30, 30]"],
    },
    Shipped {
        name: "laser_scan",
        text: include_str!("../assets/scenarios/laser_scan.toml"),
        files: &[],
        reduced: &["run.until=\"50 ms\"", "output.every=\"25 ms\"", "run.time_step=\"0.2 ms\""],
    },
    Shipped {
        name: "ground_freezing",
        text: include_str!("../assets/scenarios/ground_freezing.toml"),
        files: &[],
        reduced: &["run.until=\"240 h\"", "output.every=\"120 h\""],
    },
    Shipped { name: "iso10211_1", text: include_str!("../assets/scenarios/iso10211_1.toml"), files: &[], reduced: &[] },
    Shipped { name: "iso10211_2", text: include_str!("../assets/scenarios/iso10211_2.toml"), files: &[], reduced: &[] },
    Shipped {
        name: "nafems_t3",
        text: include_str!("../assets/scenarios/nafems_t3.toml"),
        files: &[],
        reduced: &["run.until=\"16 s\"", "output.every=\"4 s\""],
    },
    Shipped { name: "nafems_t4", text: include_str!("../assets/scenarios/nafems_t4.toml"), files: &[], reduced: &[] },
    Shipped {
        name: "multicore_die",
        text: include_str!("../assets/scenarios/multicore_die.toml"),
        files: &[],
        reduced: &["run.until=\"10 ms\"", "output.every=\"5 ms\""],
    },
    Shipped {
        name: "stacked_dies",
        text: include_str!("../assets/scenarios/stacked_dies.toml"),
        files: &[],
        reduced: &[],
    },
    Shipped { name: "heat_pipe", text: include_str!("../assets/scenarios/heat_pipe.toml"), files: &[], reduced: &[] },
    Shipped { name: "pcb_vias", text: include_str!("../assets/scenarios/pcb_vias.toml"), files: &[], reduced: &[] },
    Shipped {
        name: "battery_pack",
        text: include_str!("../assets/scenarios/battery_pack.toml"),
        files: &[],
        reduced: &["grid.cells=[42, 35]", "run.until=\"60 s\""],
    },
    Shipped {
        name: "window_frame",
        text: include_str!("../assets/scenarios/window_frame.toml"),
        files: &[],
        reduced: &[],
    },
    Shipped {
        name: "drawn_wall",
        text: include_str!("../assets/scenarios/drawn_wall.toml"),
        files: &[("balcony.png", include_bytes!("../assets/scenarios/balcony.png"))],
        reduced: &[],
    },
    Shipped {
        name: "heat_probes",
        text: include_str!("../assets/scenarios/heat_probes.toml"),
        files: &[],
        reduced: &["run.until=\"2191.5 h\"", "output.every=\"1095.75 h\""],
    },
    Shipped {
        name: "permafrost",
        text: include_str!("../assets/scenarios/permafrost.toml"),
        files: &[],
        reduced: &["run.until=\"8766 h\"", "output.every=\"4383 h\""],
    },
    Shipped {
        name: "glacier_bed",
        text: include_str!("../assets/scenarios/glacier_bed.toml"),
        files: &[],
        reduced: &["run.until=\"2191500 h\"", "output.every=\"1095750 h\""],
    },
    Shipped {
        name: "powder_bed",
        text: include_str!("../assets/scenarios/powder_bed.toml"),
        files: &[],
        reduced: &["grid.cells=[30, 15, 6]", "run.until=\"40 us\"", "output.every=\"20 us\""],
    },
    Shipped {
        name: "steel_quench",
        text: include_str!("../assets/scenarios/steel_quench.toml"),
        files: &[],
        reduced: &["grid.cells=[30, 30]", "run.until=\"6 s\"", "output.every=\"3 s\""],
    },
    Shipped {
        name: "satellite_panel",
        text: include_str!("../assets/scenarios/satellite_panel.toml"),
        files: &[],
        reduced: &["run.until=\"30 s\"", "output.every=\"15 s\""],
    },
    Shipped {
        name: "skin_burn",
        text: include_str!("../assets/scenarios/skin_burn.toml"),
        files: &[],
        reduced: &["run.until=\"1.1 s\"", "output.every=\"0.5 s\""],
    },
    Shipped {
        name: "boiled_egg",
        text: include_str!("../assets/scenarios/boiled_egg.toml"),
        files: &[],
        reduced: &["grid.cells=[20, 20, 20]", "run.until=\"60 s\"", "output.every=\"30 s\""],
    },
    Shipped {
        name: "cooler_stl",
        text: include_str!("../assets/scenarios/cooler_stl.toml"),
        files: &[("cpu_cooler.stl", include_bytes!("../assets/scenarios/cpu_cooler.stl"))],
        reduced: &["grid.cells=[60, 15, 33]"],
    },
    Shipped {
        name: "ct_foam",
        text: include_str!("../assets/scenarios/ct_foam.toml"),
        files: &[("foam.tif", include_bytes!("../assets/scenarios/foam.tif"))],
        reduced: &["grid.cells=[20, 20, 20]"],
    },
    Shipped {
        name: "second_sound",
        text: include_str!("../assets/scenarios/second_sound.toml"),
        files: &[],
        reduced: &["grid.cells=[160, 120]", "run.until=\"1 us\"", "output.every=\"0.5 us\""],
    },
    Shipped {
        name: "silicon_film",
        text: include_str!("../assets/scenarios/silicon_film.toml"),
        files: &[],
        reduced: &[],
    },
    Shipped { name: "cold_film", text: include_str!("../assets/scenarios/cold_film.toml"), files: &[], reduced: &[] },
    Shipped {
        name: "transient_grating",
        text: include_str!("../assets/scenarios/transient_grating.toml"),
        files: &[],
        reduced: &["run.until=\"15 ps\"", "phonon.ordinates={ polar = 8, azimuthal = 16 }"],
    },
    Shipped {
        name: "nanoscale_heater",
        text: include_str!("../assets/scenarios/nanoscale_heater.toml"),
        files: &[],
        reduced: &["grid.cells=[20, 40]", "phonon.ordinates={ polar = 4, azimuthal = 16 }"],
    },
    Shipped {
        name: "nanoporous_silicon",
        text: include_str!("../assets/scenarios/nanoporous_silicon.toml"),
        files: &[],
        reduced: &["grid.cells=[20, 20]", "phonon.ordinates={ polar = 4, azimuthal = 16 }"],
    },
    Shipped {
        name: "germanium_dots",
        text: include_str!("../assets/scenarios/germanium_dots.toml"),
        files: &[],
        reduced: &[
            "grid.cells=[12, 8]",
            "phonon.ordinates={ polar = 4, azimuthal = 8 }",
            "materials.silicon.phonon.bands_of_branch=2",
            "materials.germanium.phonon.bands_of_branch=2",
        ],
    },
    Shipped {
        name: "finfet",
        text: include_str!("../assets/scenarios/finfet.toml"),
        files: &[],
        reduced: &["grid.cells=[24, 32]", "phonon.ordinates={ polar = 4, azimuthal = 8 }"],
    },
    Shipped {
        name: "micro_gap",
        text: include_str!("../assets/scenarios/micro_gap.toml"),
        files: &[],
        reduced: &["grid.cells=[24, 32]", "gas.ordinates={ speeds = 6, azimuthal = 16 }"],
    },
    Shipped {
        name: "thermophone",
        text: include_str!("../assets/scenarios/thermophone.toml"),
        files: &[],
        reduced: &["grid.cells=[20, 28]", "run.until=\"6 ns\"", "gas.ordinates={ speeds = 5, azimuthal = 12 }"],
    },
    Shipped {
        name: "peltier_module",
        text: include_str!("../assets/scenarios/peltier_module.toml"),
        files: &[],
        reduced: &[],
    },
    Shipped {
        name: "pipe_generator",
        text: include_str!("../assets/scenarios/pipe_generator.toml"),
        files: &[],
        reduced: &[],
    },
    Shipped {
        name: "thermocouple",
        text: include_str!("../assets/scenarios/thermocouple.toml"),
        files: &[],
        reduced: &["grid.cells=[40, 6]", "run.until=\"2 s\"", "output.every=\"1 s\"", "run.time_step=\"0.5 s\""],
    },
    Shipped {
        name: "soret_cell",
        text: include_str!("../assets/scenarios/soret_cell.toml"),
        files: &[],
        reduced: &["grid.cells=[4, 16]", "run.time_step=\"6 h\""],
    },
    Shipped {
        name: "two_bulbs",
        text: include_str!("../assets/scenarios/two_bulbs.toml"),
        files: &[],
        reduced: &["grid.cells=[24, 8]", "run.time_step=\"75 s\""],
    },
    Shipped {
        name: "dufour_gas",
        text: include_str!("../assets/scenarios/dufour_gas.toml"),
        files: &[],
        reduced: &[
            "grid.cells=[64, 2]",
            "output.every=\"10 s\"",
            "output.series_every=\"5 s\"",
            "run.time_step=\"5 s\"",
        ],
    },
    Shipped {
        name: "salt_in_heated_ground",
        text: include_str!("../assets/scenarios/salt_in_heated_ground.toml"),
        files: &[],
        reduced: &["grid.cells=[24, 24]", "run.time_step=\"5 years\""],
    },
];
