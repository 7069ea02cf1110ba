//! The scenarios that come with the program.

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

macro_rules! shipped {
    ($name:literal, $($reduced:literal),*) => {
        Shipped {
            name: $name,
            text: include_str!(concat!("../assets/scenarios/", $name, ".toml")),
            reduced: &[$($reduced),*],
        }
    };
}

/// All, in the order of `clausius examples`.
pub const SCENARIOS: &[Shipped] = &[
    shipped!("copper_spreader", "grid.cells=[30, 30, 16]", "run.until=\"1 s\"", "output.every=\"1 s\""),
    shipped!("chip_package",),
    shipped!("heat_sink",),
    shipped!("laser_scan", "run.until=\"0.1 s\"", "output.every=\"0.05 s\""),
    shipped!("ground_freezing", "run.until=\"240 h\"", "output.every=\"120 h\""),
    shipped!("iso10211_1",),
    shipped!("iso10211_2",),
    shipped!("nafems_t3", "run.until=\"16 s\"", "output.every=\"4 s\""),
    shipped!("nafems_t4",),
];
