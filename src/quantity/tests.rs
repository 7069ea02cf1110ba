use super::*;

fn fails(text: &str, expected: Dimension) -> QuantityError {
    match parse(text, expected) {
        Err(error) => {
            assert!(text.get(error.span.clone()).is_some(), "{text}: {error:?}");
            error
        }
        Ok(value) => panic!("{text} was read as {value}"),
    }
}

#[test]
fn reads_quantities() {
    for (text, dimension, expected) in [
        ("5 mm", LENGTH, 0.005),
        ("60mm", LENGTH, 0.06),
        (" 9.2 um ", LENGTH, 9.2e-6),
        ("9.2 µm", LENGTH, 9.2e-6),
        ("9.2 μm", LENGTH, 9.2e-6),
        ("3 micron", LENGTH, 3e-6),
        ("40 nm", LENGTH, 40e-9),
        ("2 angstrom", LENGTH, 2e-10),
        ("1 Å", LENGTH, 1e-10),
        ("2 in", LENGTH, 0.0508),
        ("1e1 ft", LENGTH, 3.048),
        ("-1.5 cm", LENGTH, -0.015),
        ("−1.5 cm", LENGTH, -0.015),
        ("0.3", LENGTH, 0.3),
        ("2 h", TIME, 7200.0),
        ("10 min", TIME, 600.0),
        ("3 days", TIME, 259_200.0),
        ("5 us", TIME, 5e-6),
        ("300 K", TEMPERATURE, 300.0),
        ("20 degC", TEMPERATURE, 293.15),
        ("20 °C", TEMPERATURE, 293.15),
        ("-40 degF", TEMPERATURE, 233.15),
        ("68 degF", TEMPERATURE, 293.15),
        ("-273.15 degC", TEMPERATURE, 0.0),
        ("5 degC", TEMPERATURE_DIFFERENCE, 5.0),
        ("9 degF", TEMPERATURE_DIFFERENCE, 5.0),
        ("20 mK", TEMPERATURE_DIFFERENCE, 0.02),
        ("400 W/(m K)", CONDUCTIVITY, 400.0),
        ("400 W/m/K", CONDUCTIVITY, 400.0),
        ("400 W/m·K", CONDUCTIVITY, 400.0),
        ("400 W/(m*K)", CONDUCTIVITY, 400.0),
        ("400 W m^-1 K^-1", CONDUCTIVITY, 400.0),
        ("400 W m-1 K-1", CONDUCTIVITY, 400.0),
        ("400 W·m⁻¹·K⁻¹", CONDUCTIVITY, 400.0),
        ("4 W/(cm degC)", CONDUCTIVITY, 400.0),
        ("1.5 kW/m^2", HEAT_FLUX, 1500.0),
        ("1.5 kW/m2", HEAT_FLUX, 1500.0),
        ("1.5 kW/m²", HEAT_FLUX, 1500.0),
        ("10 W/cm^2", HEAT_FLUX, 1e5),
        ("8 W/(m^2 K)", HEAT_TRANSFER_COEFFICIENT, 8.0),
        ("1e-5 m^2 K/W", CONTACT_RESISTANCE, 1e-5),
        ("5e-3 m² K/W", CONTACT_RESISTANCE, 5e-3),
        ("3.55e6 J/(m^3 K)", HEAT_CAPACITY_VOLUMETRIC, 3.55e6),
        ("3.55 J/(cm^3 K)", HEAT_CAPACITY_VOLUMETRIC, 3.55e6),
        ("8.96 g/cm^3", DENSITY, 8960.0),
        ("385 J/(kg K)", SPECIFIC_HEAT, 385.0),
        ("1 kcal/(kg K)", SPECIFIC_HEAT, 4184.0),
        ("334 kJ/kg", LATENT_HEAT, 334e3),
        ("40 W", POWER, 40.0),
        ("1 kWh", ENERGY, 3.6e6),
        ("1 eV", ENERGY, 1.602_176_634e-19),
        ("2 MW/m^3", POWER_DENSITY, 2e6),
        ("3e-3 1/K", PER_TEMPERATURE, 3e-3),
        ("3e-3 /K", PER_TEMPERATURE, 3e-3),
        ("6400 m/s", VELOCITY, 6400.0),
        ("1 atm", PRESSURE, 101_325.0),
        ("2 mbar", PRESSURE, 200.0),
        ("200 uV/K", SEEBECK, 2e-4),
        ("1e5 S/m", ELECTRICAL_CONDUCTIVITY, 1e5),
        ("10 mohm", RESISTANCE, 0.01),
        ("10 mΩ", RESISTANCE, 0.01),
        ("39.948 g/mol", MOLAR_MASS, 0.039_948),
        ("90 deg", ANGLE, std::f64::consts::FRAC_PI_2),
        ("30 %", DIMENSIONLESS, 0.3),
        ("0.9", DIMENSIONLESS, 0.9),
        ("1 W/(m (K))", CONDUCTIVITY, 1.0),
    ] {
        let got = parse(text, dimension).unwrap_or_else(|e| panic!("{text}: {e} {:?}", e.help));
        assert!(
            (got - expected).abs() <= 4e-16 * expected.abs()
                || (got - expected).abs() < 1e-13 && dimension == TEMPERATURE,
            "{text}: {got}"
        );
    }
}

#[test]
fn decimal_prefixes_round_once() {
    assert_eq!(parse("5 mm", LENGTH), Ok(0.005));
    assert_eq!(parse("9.2 um", LENGTH), Ok(9.2e-6));
    assert_eq!(parse("8 mm", LENGTH), Ok(0.008));
    assert_eq!(parse("6.9 mm", LENGTH), Ok(0.0069));
    assert_eq!(parse("40 nm", LENGTH), Ok(40e-9));
}

#[test]
fn says_what_is_wrong() {
    for (text, dimension, at, message, help) in [
        ("5 s", LENGTH, "s", "expected a length (m), got a time (s)", "m"),
        ("300 W", TEMPERATURE, "W", "expected a temperature (K), got a power (W)", ""),
        ("5 K", ENERGY, "K", "expected an energy (J), got a temperature difference (K)", ""),
        ("5 m^7 s", LENGTH, "m^7 s", "got a quantity in m^7 s", ""),
        ("5 %", LENGTH, "%", "got a plain number", ""),
        ("5 m", DIMENSIONLESS, "m", "expected a plain number, got a length (m)", ""),
        ("400 W/m K", CONDUCTIVITY, "m K", "not clear", "`W/(m K)`"),
        ("400 W/m*K", CONDUCTIVITY, "m*K", "not clear", "`W/(m K)`"),
        ("20 C", TEMPERATURE, "C", "unknown unit `C`", "degC"),
        ("20 k", TEMPERATURE, "k", "unknown unit `k`", "`K`"),
        ("20 mmm", LENGTH, "mmm", "unknown unit", "`mm`"),
        ("5 q", LENGTH, "q", "unknown unit", ""),
        ("-1 K", TEMPERATURE, "-1 K", "below absolute zero", ""),
        ("-300 degC", TEMPERATURE, "-300 degC", "below absolute zero", ""),
        ("-1", TEMPERATURE, "-1", "below absolute zero", ""),
        ("", LENGTH, "", "expected a number", "1 m"),
        ("mm", LENGTH, "mm", "expected a number", "1 m"),
        ("inf m", LENGTH, "inf m", "expected a number", ""),
        ("1e999 m", LENGTH, "1e999 m", "too large", ""),
        ("1e308 km", LENGTH, "1e308 km", "too large", ""),
        ("1,5 mm", LENGTH, ",", "expected a unit", ""),
        ("5 m^", LENGTH, "^", "power", ""),
        ("5 m^12", LENGTH, "^12", "at most 9", ""),
        ("5 W/", POWER, "", "expected a unit", ""),
        ("5 (m", LENGTH, "", "expected `)`", ""),
        ("5 m)", LENGTH, ")", "does not belong", ""),
        ("5 K + x", TEMPERATURE, "+", "does not belong", "formula"),
    ] {
        let error = fails(text, dimension);
        assert!(error.message.contains(message), "{text}: {error}");
        assert_eq!(&text[error.span.clone()], at, "{text}: {error}");
        assert!(error.help.clone().unwrap_or_default().contains(help), "{text}: {:?}", error.help);
    }
}

#[test]
fn tells_quantities_from_formulas() {
    for text in ["5 mm", "20 degC", "-3.5e-3 W/(m K)", "20°C", "30 %", "3 1/K", "2 h", "5 mmm", "1e5 S/m"] {
        assert!(looks_like_quantity(text), "{text}");
    }
    for text in ["5", "1e5", "5*x", "300 + 20*sin(t)", "x", "", "5/x", "(5 mm)", "-x", "1 - 2", "3 x < 2"] {
        assert!(!looks_like_quantity(text), "{text}");
    }
}

#[test]
fn damaged_quantities_never_panic() {
    let seeds =
        ["5 mm", "-40 °C", "400 W/(m K)", "1e-5 m² K/W", "3.55e6 J/(m^3 K)", "4 W·m⁻¹·K⁻¹", "3e-3 1/K", "10 mΩ"];
    let pieces: Vec<char> = "()/*·^-−²⁻¹°%µ 1e9.K,\u{0}é".chars().collect();
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    for _ in 0..20_000 {
        let mut text: Vec<char> = seeds[below(seeds.len())].chars().collect();
        for _ in 0..=below(4) {
            let at = below(text.len() + 1);
            match below(3) {
                0 if at < text.len() => drop(text.remove(at)),
                1 if at < text.len() => text[at] = pieces[below(pieces.len())],
                _ => text.insert(at, pieces[below(pieces.len())]),
            }
        }
        let text: String = text.into_iter().collect();
        std::hint::black_box(looks_like_quantity(&text));
        match parse(&text, dimension::ALL[below(dimension::ALL.len())]) {
            Ok(value) => assert!(value.is_finite(), "{text}"),
            Err(error) => assert!(text.get(error.span.clone()).is_some(), "{text}: {error:?}"),
        }
    }
}

#[test]
fn what_is_printed_can_be_read() {
    for &dimension in dimension::ALL {
        for value in [1.0, 3.25e-5, 0.025, 47.0, 1.875e4, 2.5e8] {
            let text = format_quantity(value, dimension);
            let back = parse(&text, dimension).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert!((back - value).abs() <= 5e-4 * value, "{text}: {back}");
        }
    }
}
