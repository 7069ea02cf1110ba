//! The columns of a study: what they are called, which of them is shown, and its unit.

use super::{Row, number};
use crate::kinetic::film;
use crate::kinetic::grating::grating;
use crate::nearest::nearest;
use crate::scenario::Scenario;
use serde_json::Value;

/// Parts of the report that become columns.
const PARTS: [&str; 15] = [
    "state",
    "temperature",
    "boundaries",
    "contacts",
    "sources",
    "energy",
    "entropy",
    "exergy",
    "precision",
    "probes",
    "regions",
    "phonon",
    "gas",
    "thermoelectric",
    "mixture",
];

/// Columns of what is known exactly, and of the limit of thin films.
pub const FUCHS_SONDHEIMER: &str = "fuchs_sondheimer_W_per_mK";
pub const HEASLET_WARMING: &str = "heaslet_warming_W_per_mK";
pub const FREE_FLIGHT: &str = "free_flight_W_per_mK";
/// Rates at which a wave dies away.
pub const DECAY: &str = "exact_decay_rate_per_s";
pub const DECAY_BY_FOURIER: &str = "fourier_decay_rate_per_s";
pub const BULK: &str = "phonon.bulk_conductivity_W_per_mK";

/// Name and number.
pub type Column = (String, Option<f64>);

/// The columns that a run gives: numbers of its report, and what is known exactly of its kind.
pub fn columns(scenario: &Scenario, report: &Value) -> Vec<Column> {
    let mut columns = Vec::new();
    for part in PARTS {
        collect(part, &report[part], &mut columns);
    }
    let mut add = |name: &str, number: Option<f64>| columns.extend(number.map(|n| (name.to_owned(), Some(n))));
    if let Some(carriers) = &scenario.phonon {
        add(FUCHS_SONDHEIMER, film::along(&carriers.domain));
        let across = film::across(&carriers.domain);
        add(HEASLET_WARMING, across.and_then(|film| film.exact));
        add(FREE_FLIGHT, across.map(|film| film.free_flight));
        let wave = grating(&carriers.domain, &scenario.problem.initial);
        add(DECAY, wave.and_then(|wave| wave.exact));
        add(DECAY_BY_FOURIER, wave.map(|wave| wave.fourier));
    }
    columns
}

/// Lists that become columns, by their places.
const LISTS: [&str; 2] = ["contacts", "patches"];

/// All numbers below a key; none where the report has no number for it.
fn collect(key: &str, value: &Value, out: &mut Vec<Column>) {
    match value {
        Value::Number(n) => out.push((key.to_owned(), n.as_f64())),
        Value::Null if key.contains('.') => out.push((key.to_owned(), None)),
        Value::Array(list) if LISTS.iter().any(|name| key.ends_with(name)) => {
            list.iter().enumerate().for_each(|(n, v)| collect(&format!("{key}.{n}"), v, out));
        }
        Value::Object(map) => map.iter().for_each(|(k, v)| collect(&format!("{key}.{k}"), v, out)),
        _ => {}
    }
}

/// Whether there is a column of this name.
///
/// # Errors
/// The names that come near to it.
pub fn known(asked: &str, columns: &[Column]) -> Result<(), String> {
    let names = || columns.iter().map(|(name, _)| name.as_str());
    if names().any(|name| name == asked) {
        return Ok(());
    }
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let part = asked.to_lowercase();
    let alike = names().filter(|name| name.to_lowercase().contains(&part) || last(name) == last(asked));
    let mut close: Vec<&str> = nearest(asked, names()).into_iter().chain(alike).collect();
    let mut seen = Vec::new();
    close.retain(|name| {
        !seen.contains(name) && {
            seen.push(*name);
            true
        }
    });
    let (what, more) = match close.len() {
        0 => {
            close = names().collect();
            ("there are", ", ...")
        }
        n => ("close to it are", if n > SHOWN { ", ..." } else { "" }),
    };
    close.truncate(SHOWN);
    Err(format!("--show {asked}: there is no such column in sweep.csv; {what} {}{more}", close.join(", ")))
}

/// Names that an error lists.
const SHOWN: usize = 8;

/// What is shown where nothing is asked for: the effective conductivity or the rate of decay where there is one, else the heat from the surface of a gas's first void, else
/// the highest temperature.
pub fn usual(rows: &[Row]) -> String {
    let known = [
        "phonon.effective_conductivity_W_per_mK",
        "gas.effective_conductivity_W_per_mK",
        "phonon.decay_rate_per_s",
        "gas.decay_rate_per_s",
    ];
    let has = |key: &&str| rows.iter().any(|row| number(row, key).is_finite());
    let mut keys = rows.iter().flat_map(|row| &row.numbers).map(|(key, _)| key.as_str());
    let gas = keys.clone().any(|key| key == "gas.knudsen");
    let heat = keys.find(|key| gas && key.starts_with("regions.") && key.ends_with(".heat_in_W"));
    known.into_iter().find(has).or(heat).unwrap_or("temperature.max_K").to_owned()
}

/// What a column is called before its unit, and the unit as pictures print it, of names such as `heat_in_W` or `conductivity_W_per_mK`.
pub fn quantity(name: &str) -> (String, Option<String>) {
    let (parents, last) = name.rsplit_once('.').map_or(("", name), |(parents, last)| (&name[..=parents.len()], last));
    let words: Vec<&str> = last.split('_').collect();
    let begin = words.iter().rposition(|word| *word != "per" && symbol(word).is_none()).map_or(0, |n| n + 1);
    let unit = unit(&words[begin..]);
    let own = if unit.is_some() { words[..begin].join("_") } else { last.to_owned() };
    (format!("{parents}{own}"), unit)
}

fn unit(words: &[&str]) -> Option<String> {
    let parts: Vec<Vec<&str>> =
        words.split(|word| *word == "per").map(|part| part.iter().filter_map(|w| symbol(w)).collect()).collect();
    let [above, below] = [parts.first(), parts.get(1)].map(|part| part.map_or(String::new(), |p| p.join(" ")));
    match (above.as_str(), below.as_str()) {
        ("", "") => None,
        ("", below) => Some(format!("1/{below}")),
        (above, "") => Some(above.to_owned()),
        (above, below) if below.contains(' ') => Some(format!("{above}/({below})")),
        (above, below) => Some(format!("{above}/{below}")),
    }
}

/// A unit in the name of a column, as it is printed.
fn symbol(word: &str) -> Option<&str> {
    Some(match word {
        "m2" => "m²",
        "m3" => "m³",
        "mK" => "m K",
        "m3K" => "m³ K",
        "m2K" => "m² K",
        "K" | "W" | "J" | "A" | "V" | "m" | "s" | "kg" | "Pa" | "rad" => word,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_stand_at_the_end_of_names() {
        for (name, expected) in [
            ("temperature.max_K", "K"),
            ("boundaries.x_min.heat_in_W", "W"),
            ("phonon.effective_conductivity_W_per_mK", "W/(m K)"),
            ("phonon.decay_rate_per_s", "1/s"),
            ("gas.points.A.density_kg_per_m3", "kg/m³"),
            ("contacts.a.resistance_m2K_per_W", "m² K/W"),
            ("phonon.conductivity_W_per_m_K", "W/(m K)"),
        ] {
            assert_eq!(quantity(name).1.as_deref(), Some(expected), "{name}");
        }
        for (name, before) in [("temperature.max_K", "temperature.max"), ("x_W", "x"), ("heat_in_W", "heat_in")] {
            assert_eq!(quantity(name).0, before);
        }
        for plain in ["energy.closure", "thermoelectric.engine.ZT"] {
            assert_eq!(quantity(plain), (plain.to_owned(), None));
        }
    }

    #[test]
    fn contacts_and_patches_are_columns_by_their_places() {
        let report = serde_json::json!({
            "boundaries": { "x_min": { "heat_in_W": 3.0, "patches": [{ "index": 1, "heat_in_W": 2.0 }] } },
            "contacts": [{ "between": ["a", "b"], "heat_W": 4.0 }, { "heat_W": null }],
            "phonon": { "flux": [1.0, 2.0] },
        });
        let mut columns = Vec::new();
        ["boundaries", "contacts", "phonon"].iter().for_each(|part| collect(part, &report[*part], &mut columns));
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [
            ("boundaries.x_min.heat_in_W", Some(3.0)),
            ("boundaries.x_min.patches.0.heat_in_W", Some(2.0)),
            ("boundaries.x_min.patches.0.index", Some(1.0)),
            ("contacts.0.heat_W", Some(4.0)),
            ("contacts.1.heat_W", None),
        ];
        assert_eq!(columns, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn columns_that_are_not_there_are_answered_with_close_ones() {
        let names = [
            "temperature.max_K",
            "temperature.min_K",
            "probes.A.temperature_K",
            "probes.B.temperature_K",
            "energy.closure",
        ];
        let columns: Vec<Column> = names.iter().map(|name| ((*name).to_owned(), Some(1.0))).collect();
        assert_eq!(known("energy.closure", &columns), Ok(()));
        let says = |asked: &str| known(asked, &columns).unwrap_err();
        assert!(
            says("temperature.maxK").ends_with("close to it are temperature.max_K"),
            "{}",
            says("temperature.maxK")
        );
        assert!(says("max_K").ends_with("close to it are temperature.max_K"), "{}", says("max_K"));
        assert!(says("probes.C.temperature_K").contains("probes.A.temperature_K, probes.B.temperature_K"));
        assert!(says("nothing").contains("there are temperature.max_K, temperature.min_K"), "{}", says("nothing"));
        // a number that this run has not
        let none = [("probes.A.temperature_K".to_owned(), None)];
        assert_eq!(known("probes.A.temperature_K", &none), Ok(()));
    }
}
