//! Dimensions by name.

use std::fmt;

/// Powers of m, kg, s, K, A, mol and rad.
pub(super) type Powers = [i32; 7];

/// What kind of quantity a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimension {
    name: &'static str,
    unit: &'static str,
    powers: Powers,
    absolute: bool,
}

impl Dimension {
    const fn new(name: &'static str, unit: &'static str, powers: Powers) -> Dimension {
        Dimension { name, unit, powers, absolute: false }
    }

    /// Such as "length".
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The SI unit, such as "W/(m K)"; "1" for a plain number.
    pub fn unit(self) -> &'static str {
        self.unit
    }

    /// Whether it is a temperature on the absolute scale rather than a difference.
    pub fn is_absolute_temperature(self) -> bool {
        self.absolute
    }

    pub(super) fn powers(self) -> Powers {
        self.powers
    }

    /// The name with its article: "an electrical conductivity".
    pub fn with_article(self) -> String {
        let article = if self.name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {}", self.name)
    }

    /// The dimension in words: "a length (m)".
    pub(super) fn in_words(self) -> String {
        if self.unit == "1" { self.with_article() } else { format!("{} ({})", self.with_article(), self.unit) }
    }
}

impl fmt::Display for Dimension {
    /// Name and unit: "length (m)".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.unit)
    }
}

/// Powers in words: by the name of a dimension that has them, else by base units.
pub(super) fn in_words(powers: Powers) -> String {
    if let Some(known) = ALL.iter().find(|d| d.powers == powers && !d.absolute) {
        return known.in_words();
    }
    const BASE: [&str; 7] = ["m", "kg", "s", "K", "A", "mol", "rad"];
    let factors: Vec<String> = BASE
        .iter()
        .zip(powers)
        .filter(|&(_, power)| power != 0)
        .map(|(base, power)| if power == 1 { (*base).to_owned() } else { format!("{base}^{power}") })
        .collect();
    format!("a quantity in {}", factors.join(" "))
}

macro_rules! dimensions {
    ($($(#[$doc:meta])* $constant:ident $name:literal $unit:literal $powers:expr;)*) => {
        $($(#[$doc])* pub const $constant: Dimension = Dimension::new($name, $unit, $powers);)*
        /// All of them; of those with equal powers the more usual first.
        pub(super) const ALL: &[Dimension] = &[$($constant),*];
    };
}

/// Temperature on the absolute scale, K; never below zero.
pub const TEMPERATURE: Dimension =
    Dimension { absolute: true, ..Dimension::new("temperature", "K", [0, 0, 0, 1, 0, 0, 0]) };

dimensions! {
    /// A plain number, or a percentage.
    DIMENSIONLESS "plain number" "1" [0, 0, 0, 0, 0, 0, 0];
    /// m.
    LENGTH "length" "m" [1, 0, 0, 0, 0, 0, 0];
    /// m2.
    AREA "area" "m^2" [2, 0, 0, 0, 0, 0, 0];
    /// m3.
    VOLUME "volume" "m^3" [3, 0, 0, 0, 0, 0, 0];
    /// s.
    TIME "time" "s" [0, 0, 1, 0, 0, 0, 0];
    /// 1/s.
    FREQUENCY "frequency" "1/s" [0, 0, -1, 0, 0, 0, 0];
    /// m/s.
    VELOCITY "velocity" "m/s" [1, 0, -1, 0, 0, 0, 0];
    /// rad.
    ANGLE "angle" "rad" [0, 0, 0, 0, 0, 0, 1];
    /// rad/s.
    ANGULAR_VELOCITY "angular velocity" "rad/s" [0, 0, -1, 0, 0, 0, 1];
    /// kg.
    MASS "mass" "kg" [0, 1, 0, 0, 0, 0, 0];
    /// kg/m3.
    DENSITY "density" "kg/m^3" [-3, 1, 0, 0, 0, 0, 0];
    /// kg/mol.
    MOLAR_MASS "molar mass" "kg/mol" [0, 1, 0, 0, 0, -1, 0];
    /// K; a difference, not counted from any zero.
    TEMPERATURE_DIFFERENCE "temperature difference" "K" [0, 0, 0, 1, 0, 0, 0];
    /// K/m.
    TEMPERATURE_GRADIENT "temperature gradient" "K/m" [-1, 0, 0, 1, 0, 0, 0];
    /// K/s.
    HEATING_RATE "heating rate" "K/s" [0, 0, -1, 1, 0, 0, 0];
    /// 1/K.
    PER_TEMPERATURE "coefficient per kelvin" "1/K" [0, 0, 0, -1, 0, 0, 0];
    /// J.
    ENERGY "energy" "J" [2, 1, -2, 0, 0, 0, 0];
    /// W.
    POWER "power" "W" [2, 1, -3, 0, 0, 0, 0];
    /// W/m3.
    POWER_DENSITY "power density" "W/m^3" [-1, 1, -3, 0, 0, 0, 0];
    /// W/m2.
    HEAT_FLUX "heat flux" "W/m^2" [0, 1, -3, 0, 0, 0, 0];
    /// W/(m K).
    CONDUCTIVITY "thermal conductivity" "W/(m K)" [1, 1, -3, -1, 0, 0, 0];
    /// W/K.
    CONDUCTANCE "thermal conductance" "W/K" [2, 1, -3, -1, 0, 0, 0];
    /// W/K.
    ENTROPY_PRODUCTION "entropy production" "W/K" [2, 1, -3, -1, 0, 0, 0];
    /// K/W.
    THERMAL_RESISTANCE "thermal resistance" "K/W" [-2, -1, 3, 1, 0, 0, 0];
    /// W/(m2 K).
    HEAT_TRANSFER_COEFFICIENT "heat transfer coefficient" "W/(m^2 K)" [0, 1, -3, -1, 0, 0, 0];
    /// m2 K/W.
    CONTACT_RESISTANCE "thermal contact resistance" "m^2 K/W" [0, -1, 3, 1, 0, 0, 0];
    /// J/(kg K).
    SPECIFIC_HEAT "specific heat" "J/(kg K)" [2, 0, -2, -1, 0, 0, 0];
    /// J/(m3 K).
    HEAT_CAPACITY_VOLUMETRIC "volumetric heat capacity" "J/(m^3 K)" [-1, 1, -2, -1, 0, 0, 0];
    /// J/K.
    ENTROPY "entropy" "J/K" [2, 1, -2, -1, 0, 0, 0];
    /// W/(m3 K).
    ENTROPY_PRODUCTION_DENSITY "entropy production per volume" "W/(m^3 K)" [-1, 1, -3, -1, 0, 0, 0];
    /// J/kg.
    LATENT_HEAT "latent heat" "J/kg" [2, 0, -2, 0, 0, 0, 0];
    /// J/m3.
    LATENT_HEAT_VOLUMETRIC "latent heat per volume" "J/m^3" [-1, 1, -2, 0, 0, 0, 0];
    /// Pa.
    PRESSURE "pressure" "Pa" [-1, 1, -2, 0, 0, 0, 0];
    /// Pa s.
    VISCOSITY "viscosity" "Pa s" [-1, 1, -1, 0, 0, 0, 0];
    /// m2/s.
    DIFFUSIVITY "diffusivity" "m^2/s" [2, 0, -1, 0, 0, 0, 0];
    /// kg/(m2 s).
    MASS_FLUX "mass flux" "kg/(m^2 s)" [-2, 1, -1, 0, 0, 0, 0];
    /// A.
    CURRENT "electric current" "A" [0, 0, 0, 0, 1, 0, 0];
    /// V.
    POTENTIAL "electric potential" "V" [2, 1, -3, 0, -1, 0, 0];
    /// ohm.
    RESISTANCE "electrical resistance" "ohm" [2, 1, -3, 0, -2, 0, 0];
    /// ohm m2.
    ELECTRICAL_CONTACT_RESISTANCE "electrical contact resistance" "ohm m^2" [4, 1, -3, 0, -2, 0, 0];
    /// S/m.
    ELECTRICAL_CONDUCTIVITY "electrical conductivity" "S/m" [-3, -1, 3, 0, 2, 0, 0];
    /// V/K.
    SEEBECK "Seebeck coefficient" "V/K" [2, 1, -3, -1, -1, 0, 0];
}
