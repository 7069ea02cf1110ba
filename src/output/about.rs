//! What the report of a run tells of the fields that lie beside it: so a picture made afterwards shows them as the run's own pictures do.

use super::label::TemperatureScale;
use crate::scenario::OutputPlan;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// How the pictures of a run show values: `pictures` in `report.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manner {
    /// What temperatures are shown in: "K", "degC" or "degF".
    pub temperature_unit: TemperatureScale,
    /// Colormap, where it is not each field's own.
    #[serde(default)]
    pub colormap: Option<String>,
    /// Ends of the colour bar of temperatures, K, where they are fixed.
    #[serde(default, rename = "range_K")]
    pub range: Option<[f64; 2]>,
    /// Fields whose colours follow the logarithm.
    #[serde(default)]
    pub logarithmic: Vec<String>,
}

impl Manner {
    /// What a scenario asks for.
    pub fn of(output: &OutputPlan) -> Manner {
        Manner {
            temperature_unit: output.temperature_unit.into(),
            colormap: output.colormap.clone(),
            range: output.range,
            logarithmic: output.logarithmic.iter().map(|name| name.name().to_owned()).collect(),
        }
    }
}

/// What is known of the run that a file or a directory belongs to; nothing of those that lie alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct About {
    /// Title of the run.
    pub title: String,
    /// Names of its materials, in the order of their numbers.
    pub kinds: Vec<String>,
    /// Whether it was solved for its steady state.
    pub steady: bool,
    /// How its pictures show values.
    pub manner: Option<Manner>,
}

impl About {
    /// Of a result directory, or of a file in it.
    pub fn of(input: &Path) -> About {
        let place = std::path::absolute(input).unwrap_or_else(|_| input.to_owned());
        let bytes = place.ancestors().take(3).find_map(|d| std::fs::read(d.join("report.json")).ok());
        let report = bytes.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
        report.map_or_else(About::default, |report| About {
            title: report["title"].as_str().unwrap_or_default().to_owned(),
            kinds: report["materials"].as_object().map_or_else(Vec::new, |of| of.keys().cloned().collect()),
            steady: report["time"].get("end_s").is_some_and(serde_json::Value::is_null),
            manner: serde_json::from_value(report["pictures"].clone()).ok(),
        })
    }

    /// What temperatures are shown in, if nothing else is asked for.
    pub fn scale(&self) -> TemperatureScale {
        self.manner.as_ref().map_or_else(TemperatureScale::default, |manner| manner.temperature_unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_the_report_of_its_run() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("fields/fields_0001.vti");
        assert_eq!(About::of(&file), About::default());
        let report = r#"{ "title": "A run", "time": { "end_s": null }, "materials": { "steel": {}, "brass": {} },
            "pictures": { "temperature_unit": "degC", "colormap": null, "range_K": [280.0, 300.0], "logarithmic": ["flux"] } }"#;
        std::fs::write(dir.path().join("report.json"), report).unwrap();
        let about = About::of(&file);
        assert_eq!((about.title.as_str(), about.steady, about.scale()), ("A run", true, TemperatureScale::Celsius));
        assert_eq!(about.kinds, ["steel", "brass"]);
        let manner = about.manner.expect("it is there");
        assert_eq!((manner.range, manner.logarithmic), (Some([280.0, 300.0]), vec!["flux".to_owned()]));
        // a report of an earlier version says nothing of pictures
        std::fs::write(dir.path().join("report.json"), r#"{ "title": "Old", "time": { "end_s": 3.0 } }"#).unwrap();
        let old = About::of(dir.path());
        assert_eq!((old.title.as_str(), old.steady, old.manner.is_none()), ("Old", false, true));
    }
}
