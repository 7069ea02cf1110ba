//! `melting = { ... }` of a material.

use super::item::{Bound, Item};
use super::varying::{ALL, Varying};
use crate::expression::{Expression, Variable};
use crate::quantity;

/// Melting as the scenario gives it.
#[derive(Debug, Clone)]
pub(super) struct MeltingPlan<'d> {
    /// K.
    pub solidus: f64,
    /// K.
    pub liquidus: f64,
    /// J/m3.
    pub latent_heat: f64,
    pub liquid_conductivity: Option<Varying<'d>>,
    /// J/(m3 K).
    pub liquid_heat_capacity: Option<Varying<'d>>,
}

/// Reads the table; `density` is the material's, kg/m3.
pub(super) fn read_melting<'d>(item: &Item<'d>, density: Option<f64>) -> Option<MeltingPlan<'d>> {
    let section = item.section()?;
    let form = "write { temperature = \"0 degC\", latent_heat = \"334 kJ/kg\" }, or solidus and liquidus for a range";
    let temperature = section.get("temperature");
    let solidus = section.get("solidus");
    let liquidus = section.get("liquidus");
    let latent = section.require("latent_heat", form);
    let conductivity = section.get("liquid_conductivity");
    let specific = section.get("liquid_specific_heat");
    let volumetric = section.get("liquid_volumetric_heat_capacity");
    section.one_of(&["liquid_specific_heat", "liquid_volumetric_heat_capacity"]);
    section.finish();

    let kelvin = |item: &Item<'_>| item.quantity(quantity::TEMPERATURE, Bound::Temperature);
    let range = match (&temperature, &solidus, &liquidus) {
        (Some(t), None, None) => kelvin(t).map(|t| (t, t)),
        (None, Some(s), Some(l)) => kelvin(s).zip(kelvin(l)).filter(|(low, high)| {
            if low > high {
                l.error("lies below solidus", "give the temperature where melting ends; it is the higher one");
            }
            low <= high
        }),
        _ => {
            item.error("needs either `temperature`, or both `solidus` and `liquidus`", form);
            None
        }
    };
    let latent_heat = latent.and_then(|item| read_latent_heat(&item, density));
    let liquid_conductivity = match conductivity {
        Some(item) => Some(item.varying(quantity::CONDUCTIVITY, Bound::Positive, ALL)?),
        None => None,
    };
    let temperature_only = [Variable::Temperature];
    let liquid_heat_capacity = match (specific, volumetric) {
        (None, Some(item)) => {
            Some(item.varying(quantity::HEAT_CAPACITY_VOLUMETRIC, Bound::Positive, &temperature_only)?)
        }
        (Some(item), _) => {
            let mut value = item.varying(quantity::SPECIFIC_HEAT, Bound::Positive, &temperature_only)?;
            let Some(density) = density else {
                item.error(
                    "needs a constant `density` of the material",
                    "add density to the material, or give liquid_volumetric_heat_capacity",
                );
                return None;
            };
            value.expression = value.expression.mul(Expression::constant(density));
            Some(value)
        }
        (None, None) => None,
    };
    let (solidus, liquidus) = range?;
    Some(MeltingPlan { solidus, liquidus, latent_heat: latent_heat?, liquid_conductivity, liquid_heat_capacity })
}

/// J/m3, from a string in J/m^3, or in J/kg where the density is known.
fn read_latent_heat(item: &Item<'_>, density: Option<f64>) -> Option<f64> {
    let Some(text) = item.as_text() else {
        item.error("needs a unit: per mass or per volume?", "write \"334 kJ/kg\" or \"3.06e8 J/m^3\"");
        return None;
    };
    let value = match quantity::parse(text, quantity::LATENT_HEAT) {
        Ok(per_mass) => match density {
            Some(density) => per_mass * density,
            None => {
                item.error(
                    "is per mass, so the material needs a constant `density`",
                    "add density to the material, or give the latent heat in J/m^3",
                );
                return None;
            }
        },
        Err(_) => match quantity::parse(text, quantity::LATENT_HEAT_VOLUMETRIC) {
            Ok(per_volume) => per_volume,
            Err(error) => {
                item.wrong_quantity(error, quantity::LATENT_HEAT);
                return None;
            }
        },
    };
    if Bound::Positive.holds(value) {
        return Some(value);
    }
    item.error(Bound::Positive.message(value), Bound::Positive.remedy(value));
    None
}
