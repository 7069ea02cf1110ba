//! The cases that are shipped.

use super::case::{Case, CaseError};

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../assets/cases/", $name, ".toml")))),*]
    };
}

/// Name and text of every shipped case, in the order of their names.
const TEXTS: &[(&str, &str)] = embedded![
    "c01_soret",
    "c02_mixing_layer",
    "c02_modes",
    "c03_cooler",
    "c03_generator",
    "c04_thomson",
    "c05_onsager",
    "e01_contact",
    "e01_slab",
    "e02_bar",
    "e02_two_bodies",
    "f02_nafems_t3",
    "f03_nafems_t4",
    "f04_iso10211_1",
    "f05_iso10211_2",
    "f07_iso10211_4",
    "f08_semi_infinite",
    "f09_plane_wall",
    "f09_thermal_shock",
    "f10_bar",
    "f10_box",
    "f10_octant",
    "f11_ball",
    "f11_disc",
    "f11_line",
    "f11_strip",
    "f11_tensor",
    "f12_alternating",
    "f12_insulated",
    "f12_isothermal",
    "f12_periodic_1d",
    "f12_periodic_2d",
    "f12_periodic_3d",
    "f13_deep",
    "f13_slab",
    "f15_one_phase",
    "f15_two_phase",
    "f16_pulse",
    "f16_slab",
    "f16_source",
    "f17_effusivity",
    "f17_gap",
    "f17_two_layers",
    "f19_checkerboard",
    "f20_cylinders",
    "f20_laminate",
    "f20_spheres",
    "f20_touching",
    "f21_random_checkerboard",
    "f22_mode",
    "f22_step",
    "f23_mms",
    "g01_gas_plates",
    "g02_gas_wave",
    "h01_ev6",
    "p01_film_across",
    "p03_film_along",
    "p04_grating",
    "p06_square",
    "p07_ballistic",
    "p08_silicon_across",
    "p08_silicon_along",
    "p09_silicon_branches",
    "p10_debye",
];

/// The shipped cases that any of `names` chooses; all of them if there are no names.
///
/// A name chooses the cases whose own name, id or title holds it (upper and lower case alike): `f09` takes
/// both walls of that number, `stefan` the melting ones.
///
/// # Errors
/// A name that chooses nothing, with the names there are; or a case that cannot be read.
pub fn catalogue(names: &[String]) -> Result<Vec<Case>, CaseError> {
    let all = TEXTS.iter().map(|(name, text)| Case::parse(name, text)).collect::<Result<Vec<Case>, CaseError>>()?;
    for wanted in names {
        if !all.iter().any(|case| case.is_called(wanted)) {
            let known: Vec<&str> = all.iter().map(|case| case.name.as_str()).collect();
            let nearest = crate::nearest::nearest(wanted, known.iter().copied());
            let help = match nearest {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the cases are: {}", known.join(", ")),
            };
            return Err(CaseError::new(wanted, format!("no reference case is called `{wanted}`; {help}")));
        }
    }
    let chosen = |case: &Case| names.is_empty() || names.iter().any(|wanted| case.is_called(wanted));
    Ok(all.into_iter().filter(chosen).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn holds_every_file_of_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/cases");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        let embedded: BTreeSet<String> = TEXTS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(files, embedded);
        assert!(TEXTS.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn every_case_reads_and_names_its_source() {
        let all = catalogue(&[]).unwrap();
        assert_eq!(all.len(), TEXTS.len());
        for case in &all {
            assert!(!case.source.is_empty() && !case.checks.is_empty(), "{}", case.name);
            assert!(case.name.starts_with(&case.id), "{} has the id {}", case.name, case.id);
        }
        assert!(all.iter().map(|case| case.checks.len()).sum::<usize>() > 300);
    }

    #[test]
    fn a_number_or_a_word_chooses_cases() {
        let names = |wanted: &str| -> Vec<String> {
            catalogue(&[wanted.to_owned()]).unwrap().into_iter().map(|case| case.name).collect()
        };
        assert_eq!(names("f09"), ["f09_plane_wall", "f09_thermal_shock"]);
        assert_eq!(names("NAFEMS"), ["f02_nafems_t3", "f03_nafems_t4"]);
        assert_eq!(names("f15_one_phase"), ["f15_one_phase"]);
        let error = catalogue(&["f15_one_fase".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("f15_one_phase"), "{error}");
        assert!(catalogue(&["nothing like that".to_owned()]).is_err());
    }

    #[test]
    fn every_run_is_a_scenario() {
        for case in catalogue(&[]).unwrap() {
            for run in &case.runs {
                let path = std::path::Path::new(&case.name);
                if let Err(errors) = crate::scenario::Scenario::parse(&case.scenario, path, &run.set) {
                    panic!("{} {}: {errors}", case.name, run.name);
                }
            }
        }
    }

    /// Every probe, region and run that a check reads exists in its scenario.
    #[test]
    fn checks_read_what_their_scenarios_have() {
        for case in catalogue(&[]).unwrap() {
            for key in case.keys().unwrap() {
                let mut parts: Vec<&str> = key.split('.').collect();
                if case.runs.len() > 1 {
                    let run = parts.remove(0);
                    assert!(case.runs.iter().any(|r| r.name == run), "{}: no run for {key}", case.name);
                }
                let named = match parts[0] {
                    "probes" => format!("[[probe]]\nname = \"{}\"", parts[1]),
                    "regions" => format!("[[region]]\nname = \"{}\"", parts[1]),
                    "integrals" => {
                        assert!(case.integrals.contains_key(parts[1]), "{}: {key}", case.name);
                        continue;
                    }
                    "boundaries" | "energy" | "entropy" | "temperature" | "sources" | "phonon" | "gas"
                    | "thermoelectric" | "mixture" => {
                        continue;
                    }
                    _ => panic!("{}: unknown key {key}", case.name),
                };
                let block = format!("\n{} ", parts[1]); // of a floorplan
                assert!(
                    case.scenario.contains(&named) || case.scenario.contains(&block),
                    "{}: {key} is not in the scenario",
                    case.name
                );
            }
        }
    }
}
