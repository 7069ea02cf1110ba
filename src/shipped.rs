//! The scenarios that come with the program.

/// Name and text of each, in the order of `clausius examples`.
pub const SCENARIOS: &[(&str, &str)] = &[
    ("copper_spreader", include_str!("../assets/scenarios/copper_spreader.toml")),
    ("chip_package", include_str!("../assets/scenarios/chip_package.toml")),
    ("heat_sink", include_str!("../assets/scenarios/heat_sink.toml")),
    ("laser_scan", include_str!("../assets/scenarios/laser_scan.toml")),
    ("ground_freezing", include_str!("../assets/scenarios/ground_freezing.toml")),
    ("iso10211_1", include_str!("../assets/scenarios/iso10211_1.toml")),
    ("iso10211_2", include_str!("../assets/scenarios/iso10211_2.toml")),
    ("nafems_t3", include_str!("../assets/scenarios/nafems_t3.toml")),
    ("nafems_t4", include_str!("../assets/scenarios/nafems_t4.toml")),
];
