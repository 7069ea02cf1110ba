//! Whole runs of phonons: what bands and directions carry, sources by band, and what an interrupt leaves.

use crate::backend::{Kind, Selection};
use crate::checkpoint::Checkpoint;
use crate::execution::{self, ExecutionError, Moment, Options, Outcome, Quiet, Watch, Watched};
use crate::kinetic::grating::grating;
use crate::kinetic::steady::KineticError;
use crate::report::{Report, Verdict};
use crate::scenario::{FieldName, Scenario};
use crate::steady::Step;
use std::path::Path;

/// A film of silicon in which a slice is heated.
const FILM: &str = r#"
title = "film"
model = "phonon"
grid = { size = ["100 nm", "10 nm"], cells = [10, 1], material = "si" }
materials.si.phonon = { spectrum = "silicon", bands_of_branch = 3 }
boundary = { x_min = { temperature = "301 K" }, x_max = { temperature = "300 K" } }
phonon.ordinates = { polar = 4, azimuthal = 8 }
run.until = "steady"
[[probe]]
name = "A"
at = ["35 nm", "5 nm"]
"#;

const SLICE: &str = r#"
[[region]]
name = "slice"
box = [["40 nm", "0 nm"], ["60 nm", "10 nm"]]
power = "1 W"
"#;

fn parse(text: &str, overrides: &[&str]) -> Result<Scenario, String> {
    let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
    Scenario::parse(text, Path::new("film.toml"), &overrides).map_err(|e| e.to_string())
}

pub fn run(text: &str, overrides: &[&str]) -> Outcome {
    let scenario = parse(text, overrides).unwrap_or_else(|e| panic!("{e}"));
    execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

fn heat(report: &Report, face: &str) -> f64 {
    report.boundaries.0.iter().find(|(name, _)| name == face).map(|(_, b)| b.heat_in).expect("a face")
}

/// What two cycles differ by at last is chance.
#[test]
fn a_cycle_has_no_conductivity() {
    let gray = "materials.si.phonon={ heat_capacity = 1e6, group_velocity = 6000, mean_free_path = 1e-8 }";
    let driven = "boundary.x_min.temperature=\"301 + 0.5*sin(2*pi*t/2e-10)\"";
    let report = run(FILM, &[gray, driven, "run.until=\"2 ns\"", "initial.temperature=300"]).report;
    assert_eq!(report.state.verdict, Verdict::Periodic, "{}", report.state.reason);
    assert!(report.phonon.unwrap().effective_conductivity.is_nan());
}

#[test]
fn bands_add_up_to_the_heat() {
    let report = run(FILM, &[]).report;
    let phonon = report.phonon.as_ref().unwrap();
    let bands = &phonon.spectral.as_ref().unwrap().bands;
    assert_eq!(bands.iter().map(|b| b.count).sum::<usize>(), phonon.bands);
    assert!(bands.windows(2).all(|b| b[0].mean_free_path <= b[1].mean_free_path));
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * b.abs(), "{a} {b}");
    close(bands.iter().map(|b| b.share).sum(), 1.0);
    close(bands.last().unwrap().accumulated, 1.0);
    close(bands.iter().map(|b| b.effective_conductivity).sum(), phonon.effective_conductivity);
    close(bands.iter().map(|b| b.bulk_conductivity).sum(), phonon.bulk_conductivity);
    for face in ["x_min", "x_max"] {
        let of_face = |b: &crate::report::BandHeat| b.heat_in.0.iter().find(|(n, _)| n == face).unwrap().1;
        close(bands.iter().map(of_face).sum(), heat(&report, face));
    }
    // what a film holds back most are the longest mean free paths
    let kept = |b: &crate::report::BandHeat| b.effective_conductivity / b.bulk_conductivity;
    assert!(
        kept(&bands[0]) > 0.5 && kept(bands.last().unwrap()) < 0.1,
        "{} {}",
        kept(&bands[0]),
        kept(bands.last().unwrap())
    );
    assert!(bands.iter().all(|b| b.branch.is_some() && b.frequency.is_some_and(|w| w > 1e10)));
    // gray carriers have nothing to part
    let gray = "materials.si.phonon={ heat_capacity = 1e6, group_velocity = 6000, mean_free_path = 1e-8 }";
    assert!(run(FILM, &[gray]).report.phonon.unwrap().spectral.is_none());
}

#[test]
fn probes_hear_every_direction() {
    let free = "materials.si.phonon={ heat_capacity = 1e6, group_velocity = 6000, mean_free_path = 1 }";
    let report = run(FILM, &[free]).report;
    let phonon = report.phonon.as_ref().unwrap();
    let (name, found) = &phonon.distributions.0[0];
    assert_eq!((name.as_str(), found.x.len(), found.deviation.len()), ("A", phonon.ordinates, phonon.ordinates));
    assert!((found.equilibrium - 300.5).abs() < 1e-6);
    assert!((found.weight.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    for (x, g) in found.x.iter().zip(&found.deviation) {
        assert!((g - 0.5 * x.signum()).abs() < 1e-5, "{x} {g}");
    }
    let pictures = crate::output::html::flight::pictures(&report);
    assert_eq!(pictures.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["distribution_A"]);
}

/// Is shown every state that is handed on.
pub struct Shown<F: FnMut(&Moment) + Send>(pub F);

impl<F: FnMut(&Moment) + Send> Watch for Shown<F> {
    fn frame(&mut self, moment: &Moment) -> Watched {
        (self.0)(moment);
        Ok(())
    }
    fn checkpoint(&mut self, _: Checkpoint) -> Watched {
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        true
    }
    fn converging(&mut self, _: &Step) -> bool {
        true
    }
    fn note(&mut self, _: &str) {}
}

/// Without collisions half of what flies is half a kelvin off either way; with many the first order of Chapman and Enskog is left,
/// L/sqrt(3) of the gradient.
#[test]
fn unrest_maps_the_distance_from_local_equilibrium() {
    for (path, expected) in [(1.0, 0.5), (1e-9, 1e-9 / 3.0_f64.sqrt() * 1e7)] {
        let gray =
            format!("materials.si.phonon={{ heat_capacity = 1e6, group_velocity = 6000, mean_free_path = {path} }}");
        let scenario = parse(FILM, &[&gray, "grid.cells=[40, 1]"]).unwrap();
        let mut unrest = Vec::new();
        let mut shown = Shown(|moment| unrest = (moment.fields)(&[FieldName::Unrest])[0].numbers().collect());
        execution::run(&scenario, &Options::default(), &mut shown).unwrap_or_else(|e| panic!("{e}"));
        let found: f64 = unrest[20];
        assert!((found / expected - 1.0).abs() < 0.05, "{path}: {found} K for {expected} K");
    }
}

/// Two materials with spectra, or with as many bands each: heat and entropy are kept at the interface, whose transmission counts.
#[test]
fn materials_with_several_bands_meet() {
    let second = |phonon: &str| {
        let half =
            "[[region]]\nname = \"half\"\nmaterial = \"ge\"\nbox = [[\"50 nm\", \"0 nm\"], [\"100 nm\", \"10 nm\"]]\n";
        FILM.replace("boundary =", &format!("materials.ge.phonon = {phonon}\nboundary =")) + half
    };
    let bands = |c: f64| {
        format!(
            "{{ bands = [{{ heat_capacity = {c}, group_velocity = 5000, mean_free_path = 4e-8 }}, {{ heat_capacity = 5e5, group_velocity = 900, mean_free_path = 2e-9 }}] }}"
        )
    };
    let own = format!("materials.si.phonon={}", bands(1e6));
    for (text, given) in [
        (second("{ spectrum = \"germanium\", bands_of_branch = 3 }"), None),
        (second(&bands(1.4e6)), Some(own.as_str())),
    ] {
        let told = |contact: &str| {
            let report = run(&(text.clone() + contact), &given.iter().copied().collect::<Vec<_>>()).report;
            let q = heat(&report, "x_min");
            assert!(q > 0.0 && (q + heat(&report, "x_max")).abs() < 1e-6 * q, "{q}");
            assert_eq!(report.second_law.violations, 0);
            assert!(report.entropy.closure < 0.02, "{:e}", report.entropy.closure);
            q
        };
        let contact = |between: &str, t: f64| format!("[[contact]]\nbetween = {between}\ntransmission = {t}\n");
        let [open, part] = ["", &contact("[\"si\", \"ge\"]", 0.05)].map(told);
        assert!(part < 0.6 * open, "{part} of {open}");
        assert!(told(&contact("[\"si\", \"ge\"]", 0.1)) > part);
    }
}

#[test]
fn heat_goes_into_the_bands_that_are_meant() {
    let with = |into: &str| [FILM, SLICE, into].concat();
    let even = run(&with(""), &["boundary.x_min.temperature=300"]).report;
    let optical = run(&with("power_into = [\"TO\", \"LO\"]"), &["boundary.x_min.temperature=300"]).report;
    for report in [&even, &optical] {
        assert!((report.sources.heat - 1.0).abs() < 1e-12);
        assert!(report.energy.closure < 1e-7, "{:e}", report.energy.closure);
        assert!((heat(report, "x_min") + heat(report, "x_max") + 1.0).abs() < 1e-6);
        assert!(report.entropy.closure < 1e-2, "{:e}", report.entropy.closure);
    }
    // slow phonons keep the heat longer
    assert!(optical.temperature.max - 300.0 > 1.2 * (even.temperature.max - 300.0));
    let by_frequency =
        run(&with("power_into = { frequency = [\"12.4 THz\", \"20 THz\"] }"), &["boundary.x_min.temperature=300"]);
    assert!(by_frequency.report.temperature.max > even.temperature.max);
}

#[test]
fn what_no_band_can_take_is_told() {
    let told = |into: &str, overrides: &[&str]| parse(&[FILM, SLICE, into].concat(), overrides).unwrap_err();
    let message = told("power_into = \"To\"", &[]);
    assert!(message.contains("did you mean \"TO\"") && message.contains("power_into"), "{message}");
    assert!(message.contains("film.toml:17:14") && message.contains("allowed: \"LA\""), "{message}");
    assert!(told("power_into = { frequency = [\"20 THz\", \"30 THz\"] }", &[]).contains("THz"));
    assert!(told("power_into = { frequency = [\"2 THz\", \"1 THz\"] }", &[]).contains("do not rise"));
    assert!(told("power_into = {}", &[]).contains("tells no phonons"));
    let gray = "materials.si.phonon={ heat_capacity = 1e6, group_velocity = 6000, mean_free_path = 1e-8 }";
    assert!(told("power_into = \"TO\"", &[gray]).contains("one band"));
    let two = "materials.si.phonon={ bands = [{ branch = \"slow\", heat_capacity = 1e6, group_velocity = 60, mean_free_path = 1e-9 }, { heat_capacity = 1e6, group_velocity = 6000, mean_free_path = 1e-8 }] }";
    assert!(told("power_into = { frequency = [\"1 THz\", \"2 THz\"] }", &[two]).contains("not known"));
    assert!(parse(&[FILM, SLICE, "power_into = \"slow\""].concat(), &[two]).is_ok());
    let twice = told(&format!("{SLICE}name = \"other\"\npower_into = \"TO\"").replacen("name = \"slice\"", "", 1), &[]);
    assert!(twice.contains("heat the same cells"), "{twice}");
    let heat = "[grid]\nsize = [1, 1]\ncells = [2, 2]\nmaterial = \"copper\"\n[[region]]\nbox = [[0, 0], [1, 1]]\npower = 1\npower_into = \"TO\"\n[run]\nuntil = 1\n";
    assert!(parse(heat, &[]).unwrap_err().contains("model = \"phonon\""));
}

/// Stops a run after so many looks at it, and takes its checkpoint.
struct Stopping {
    left: usize,
    checkpoint: Option<Checkpoint>,
    taken: usize,
}

impl Stopping {
    fn after(left: usize) -> Stopping {
        Stopping { left, checkpoint: None, taken: 0 }
    }
}

impl Watch for Stopping {
    fn frame(&mut self, _: &Moment) -> Watched {
        Ok(())
    }
    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Watched {
        self.checkpoint = Some(checkpoint);
        self.taken += 1;
        Ok(())
    }
    fn going(&mut self, _: f64, _: u64) -> bool {
        self.left = self.left.saturating_sub(1);
        self.left > 0
    }
    fn converging(&mut self, _: &Step) -> bool {
        self.going(0.0, 0)
    }
    fn note(&mut self, _: &str) {}
}

/// Runs with an interrupt after so many looks, by way of a file.
pub(in crate::execution) fn in_two(scenario: &Scenario, selection: &Selection, looks: usize) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { selection: selection.clone(), fingerprint: 7, ..Options::default() };
    let mut stopping = Stopping::after(looks);
    let stopped = execution::run(scenario, &options, &mut stopping);
    assert!(matches!(stopped, Err(ExecutionError::Kinetic(KineticError::Interrupted))), "{stopped:?}");
    stopping.checkpoint.expect("a checkpoint").write(folder.path()).expect("written");
    let kept = Checkpoint::read(folder.path(), 7, scenario.problem.grid.len()).expect("read");
    let options = Options { resume: Some(kept), ..options };
    execution::run(scenario, &options, &mut Quiet).unwrap_or_else(|e| panic!("{e}"))
}

/// A film that is driven and heated through two outputs.
fn through_time() -> Scenario {
    let text = [FILM, SLICE, "power_into = \"LA\"\n"].concat();
    let overrides = [
        "run.until=\"2 ps\"",
        "initial.temperature=300",
        "output.every=\"1 ps\"",
        "boundary.x_min.temperature=\"300 + t/1e-12\"",
        "boundary.y_min.specularity=0.5",
    ];
    parse(&text, &overrides).unwrap_or_else(|e| panic!("{e}"))
}

pub(in crate::execution) fn same(one: &Outcome, other: &Outcome) {
    // NaN in void
    let bits = |o: &Outcome| o.temperature.iter().map(|t| t.to_bits()).collect::<Vec<u64>>();
    assert_eq!(bits(one), bits(other));
    assert_eq!(one.samples, other.samples);
    assert_eq!(one.report.energy, other.report.energy);
    assert_eq!(one.report.time.steps, other.report.time.steps);
    let [one, other] = [&one.report, &other.report];
    let phonon = |r: &Report| r.phonon.as_ref().map(|p| p.distributions.clone());
    let gas = |r: &Report| r.gas.as_ref().map(|g| g.distributions.clone());
    assert_eq!((phonon(one), gas(one)), (phonon(other), gas(other)));
}

#[test]
fn a_way_that_was_stopped_goes_on_bit_for_bit() {
    let scenario = through_time();
    let whole = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap();
    assert!(whole.report.energy.closure < 1e-12, "{:e}", whole.report.energy.closure);
    // on the way, and where an output is
    let looks = whole.samples.len() / 2;
    for looks in [2, looks, looks + 1] {
        same(&in_two(&scenario, &Selection::default(), looks), &whole);
    }
}

#[test]
fn checkpoints_are_taken_as_often_as_asked() {
    let mut scenario = through_time();
    scenario.run.checkpoint_every = Some(0.5e-12);
    let mut watch = Stopping::after(usize::MAX);
    execution::run(&scenario, &Options::default(), &mut watch).unwrap();
    // the end needs none
    assert_eq!(watch.taken, 3);
}

#[test]
fn a_way_on_a_gpu_goes_on_bit_for_bit() {
    let Some(selection) = crate::backend::gpu::tests::options() else { return };
    let selection = Selection { kind: Kind::Gpu, ..selection };
    let scenario = through_time();
    let options = Options { selection: selection.clone(), ..Options::default() };
    let whole = execution::run(&scenario, &options, &mut Quiet).unwrap();
    assert_eq!(whole.report.backend.kind, "gpu");
    same(&in_two(&scenario, &selection, 3), &whole);
    // what one kind of backend left another one refuses
    let mut stopping = Stopping::after(2);
    let _ = execution::run(&scenario, &options, &mut stopping);
    let options = Options { resume: stopping.checkpoint, ..Options::default() };
    let refused = execution::run(&scenario, &options, &mut Quiet).unwrap_err().to_string();
    assert!(refused.contains("--backend gpu"), "{refused}");
}

#[test]
fn an_iteration_that_was_stopped_goes_on() {
    let scenario = parse(FILM, &["boundary.y_min.diffuse=true"]).unwrap();
    let whole = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap();
    let passes = whole.report.phonon.as_ref().unwrap().iterations;
    assert!(passes > 4);
    let resumed = in_two(&scenario, &Selection::default(), passes - 2);
    assert!(whole.apart(&resumed) < 1e-6, "{:e}", whole.apart(&resumed));
    let all = resumed.report.phonon.as_ref().unwrap().iterations;
    assert!(all <= passes + 4, "{all} for {passes}");
}

/// Carriers of one kind.
const GRAY: &str = "materials.si.phonon={ heat_capacity = 1e6, group_velocity = 6000, mean_free_path = 1e-8 }";
const FULL: &str = "phonon.equilibrium=\"bose-einstein\"";

#[test]
fn what_nothing_drives_is_in_equilibrium() {
    let even = ["boundary.x_min.temperature=300", FULL];
    for more in [&[][..], &["boundary.x_max={ specular = true }"], &["run.until=\"2 ps\"", "initial.temperature=300"]] {
        let report = run(FILM, &[&even[..], more].concat()).report;
        assert_eq!(report.state.verdict, crate::report::Verdict::Equilibrium, "{}", report.state.reason);
        assert!((report.temperature.min - 300.0).abs() < 1e-9 && (report.temperature.max - 300.0).abs() < 1e-9);
        assert_eq!((report.state.imbalance, report.second_law.violations), (0.0, 0));
        assert_eq!((report.energy.closure, report.entropy.closure), (0.0, 0.0));
        assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    }
    // far from where it was linearised, and on the way back
    let warm = ["boundary.x_min.temperature=340", "boundary.x_max.temperature=340", FULL, "run.until=\"2 ps\""];
    let report = run(FILM, &[&warm[..], &["initial.temperature=340"]].concat()).report;
    assert_eq!(report.second_law.violations, 0);
    assert_eq!(report.state.verdict, crate::report::Verdict::Equilibrium, "{}", report.state.reason);
}

#[test]
fn temperatures_below_absolute_zero_are_refused() {
    let cold = ["boundary.x_min.temperature=1", "boundary.x_max.temperature=1", GRAY];
    let text = [FILM, &SLICE.replace("\"1 W\"", "\"-500 W\"")].concat();
    for more in [&[][..], &["run.until=\"100 ps\"", "initial.temperature=1"]] {
        let scenario = parse(&text, &[&cold[..], more].concat()).unwrap();
        let error = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap_err();
        assert!(matches!(error, ExecutionError::Kinetic(KineticError::TooCold { .. })), "{error}");
        let told = error.to_string();
        assert!(told.contains("absolute zero") && told.contains("near"), "{told}");
    }
}

/// A run that breaks down has failed; nothing is wrong with how it was asked for.
#[test]
fn what_is_not_finite_is_a_failure_of_the_run() {
    let text = [FILM, &SLICE.replace("\"1 W\"", "\"1e30 W\"")].concat();
    let scenario = parse(&text, &[GRAY, "run.until=\"40 ps\"", "initial.temperature=300"]).unwrap();
    match execution::run(&scenario, &Options::default(), &mut Quiet) {
        Err(ExecutionError::Kinetic(KineticError::NotFinite { when })) => assert!(when.contains("t = "), "{when}"),
        Err(other) => panic!("{other}"),
        Ok(whole) => panic!("{:?}", whole.report.temperature),
    }
}

#[test]
fn heat_that_rounding_takes_is_told() {
    let gray = "materials.si.phonon={ heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = \"40 nm\" }";
    let long = |size: &str| {
        let scenario = parse(
            FILM,
            &[
                gray,
                &format!("grid.size=[\"{size}\", \"1 m\"]"),
                "grid.cells=[20, 1]",
                "phonon.ordinates={ polar = 8, azimuthal = 16 }",
            ],
        )
        .unwrap();
        execution::run(&scenario, &Options::default(), &mut Quiet)
    };
    let told = |report: &Report| report.warnings.iter().any(|w| w.contains("lost to rounding"));
    for (size, off) in [("0.1 mm", 1e-6), ("0.4 m", 1e-5), ("10 m", 1e-4_f64)] {
        let report = long(size).unwrap_or_else(|e| panic!("{size}: {e}")).report;
        let phonon = report.phonon.as_ref().unwrap();
        let expected = phonon.bulk_conductivity / (1.0 + 4.0 / 3.0 * phonon.knudsen);
        let k = phonon.effective_conductivity;
        assert!((k / expected - 1.0).abs() < off.max(5e-5), "{size}: {k} for {expected}");
        assert!(report.state.imbalance < off, "{size}: {:e}", report.state.imbalance);
        assert_eq!(
            told(&report),
            report.state.imbalance > 1e-8,
            "{size} {:e}: {:?}",
            report.state.imbalance,
            report.warnings
        );
    }
    let error = long("1e8 m").unwrap_err().to_string();
    assert!(error.contains("rounding") && error.contains("model = \"heat\""), "{error}");
}

/// The rows of a run through time are what its integrals of entropy are made of, but where walls keep their temperatures: then what enters is booked step
/// by step.
#[test]
fn few_rows_for_the_entropy_are_told() {
    let warning = |more: &[&str]| {
        let report = run(FILM, &[&[GRAY, "run.until=\"40 ps\"", "initial.temperature=300"], more].concat()).report;
        (report.entropy.closure, report.warnings.into_iter().find(|w| w.contains("entropy budget closes to")))
    };
    let (booked, _) = warning(&["output.series_every=\"10 ps\""]);
    assert!(booked < 1e-3, "{booked}");
    let warning = |every: &str| warning(&["boundary.x_min.temperature=\"301 + 5e9*t\"", every]);
    let (coarse, told) = warning("output.series_every=\"10 ps\"");
    let told = told.unwrap_or_else(|| panic!("{coarse}"));
    assert!(told.contains("output.series_every") && told.contains("of what is produced"), "{told}");
    let (fine, _) = warning("output.series_every=\"0.1 ps\"");
    assert!(fine < 0.2 * coarse, "{fine} {coarse}");
}

/// Few directions graze the walls of a thin film, gray phonons are linearised as well: both are said before anything runs.
#[test]
fn what_directions_and_linear_phonons_cannot_tell_is_told() {
    let bare = FILM.split("[[probe]]").next().unwrap();
    let film = |thickness: &str, azimuthal: usize| {
        let size = format!("grid.size=[\"100 nm\", \"{thickness}\"]");
        let ordinates = format!("phonon.ordinates={{ polar = 8, azimuthal = {azimuthal} }}");
        let walls = ["boundary.y_min={ diffuse = true }", "boundary.y_max={ diffuse = true }"];
        let overrides = [&[size.as_str(), ordinates.as_str(), GRAY, "grid.cells=[4, 4]"][..], &walls].concat();
        parse(bare, &overrides).unwrap().warnings
    };
    let told = film("0.1 nm", 32);
    assert!(told.len() == 1 && told[0].contains("along y") && told[0].contains("azimuthal = 64"), "{told:?}");
    assert!(film("1 nm", 32).is_empty() && film("0.1 nm", 64).is_empty());
    // across a film nothing grazes
    let hot = parse(bare, &[GRAY, "grid.size=[\"0.1 nm\", \"0.1 nm\"]"]).unwrap().warnings;
    assert!(hot.is_empty(), "{hot:?}");
    let walls = [GRAY, "boundary.x_min.temperature=400", "boundary.x_max.temperature=200"];
    let wide = parse(FILM, &walls).unwrap().warnings;
    let said = |text: &str| wide[0].contains("entropy") && wide[0].contains(text);
    assert!(wide.len() == 1 && said("as a whole it is right") && said("off by 100 %"), "{wide:?}");
    let report = run(FILM, &walls).report;
    let exact = heat(&report, "x_min") * (1.0 / 200.0 - 1.0 / 400.0);
    assert!((report.entropy.production / exact - 1.0).abs() < 1e-4, "{} {exact}", report.entropy.production);
}

/// A wave of temperature dies as the exact dispersion of flying phonons has it, and the verdict tells when nothing will be left.
#[test]
fn what_dies_away_tells_how_fast() {
    const GRATING: &str = "model = \"phonon\"\ngrid = { size = [\"400 nm\", \"10 nm\"], cells = [80, 1], material = \"si\" }\n\
        materials.si.phonon = { heat_capacity = 1.66e6, group_velocity = 6400, mean_free_path = \"40 nm\" }\n\
        boundary.x_min.periodic = true\ninitial.temperature = \"300 - cos(2*pi*x/400e-9)\"\n";
    let ends = ["150 ps", "210 ps"].map(|until| {
        let scenario = parse(GRATING, &[&format!("run.until=\"{until}\"")]).unwrap();
        let carriers = scenario.phonon.as_ref().unwrap();
        let exact = grating(&carriers.domain, &scenario.problem.initial).unwrap().exact.unwrap();
        let state = execution::run(&scenario, &Options::default(), &mut Quiet).unwrap().report.state;
        let (tau, left) = (state.course.time_constant_s.unwrap(), state.course.time_left_s.unwrap());
        assert!((tau * exact - 1.0).abs() < 0.03, "{tau} {}", 1.0 / exact);
        assert!(state.reason.contains("all is in equilibrium in about"), "{}", state.reason);
        left
    });
    assert!((ends[0] - ends[1] - 60e-12).abs() < 0.05 * 60e-12, "{ends:?}");
}

/// Ballistic: between a face of two halves and one as cold as the colder half.
#[test]
fn patches_are_told_by_themselves() {
    let patches = "boundary={ x_min = [{ box = [[\"0 nm\"], [\"5 nm\"]], temperature = 302 }, { temperature = 300 }], x_max = { temperature = 300 } }";
    let report = run(FILM, &["grid.cells=[10, 4]", patches]).report;
    let face = |name: &str| &report.boundaries.0.iter().find(|(n, _)| n == name).expect("a face").1;
    let [warm, cold] = &face("x_min").patches[..] else { panic!("two patches") };
    assert_eq!((warm.index, cold.index, face("x_max").patches.len()), (Some(0), Some(1), 1));
    assert!((warm.area_m2 - 5e-9).abs() < 1e-20 && (cold.area_m2 - 5e-9).abs() < 1e-20);
    assert!(warm.heat_in > 0.0 && cold.heat_in < 0.0);
    assert!((warm.heat_in + cold.heat_in - face("x_min").heat_in).abs() < 1e-12 * warm.heat_in);
    let reference = 301.0; // of deviations: Q/T to second order
    let entropy = |heat: f64, t: f64| heat / reference - heat * (t - reference) / (reference * reference);
    assert!((warm.entropy_in - entropy(warm.heat_in, 302.0)).abs() < 1e-9 * warm.entropy_in, "{warm:?}");
    assert!((cold.entropy_in - entropy(cold.heat_in, 300.0)).abs() < 1e-9 * cold.entropy_in.abs(), "{cold:?}");
    let walls: f64 = ["x_min", "x_max"].iter().flat_map(|f| &face(f).patches).map(|p| p.entropy_production).sum();
    let told = report.phonon.as_ref().expect("phonons").entropy.wall;
    assert!(walls > 0.0 && walls <= told * (1.0 + 1e-9), "{walls} of {told}");
    let surface = warm.surface.as_ref().expect("carriers there").mean;
    assert!((300.5..302.0).contains(&surface), "{surface}");
}

/// A film that one cell spans is as thin as one that two do.
#[test]
fn a_film_of_one_cell_is_no_place_for_fourier() {
    let film = FILM.split("[[probe]]").next().unwrap();
    let walls = ["boundary.y_min={ diffuse = true }", "boundary.y_max={ diffuse = true }"];
    for cells in ["grid.cells=[10, 1]", "grid.cells=[10, 2]"] {
        let report = run(film, &[&[GRAY, "materials.si.phonon.mean_free_path=\"40 nm\"", cells][..], &walls].concat());
        let local = report.report.local_equilibrium.expect("a free path is given");
        assert!((local.max_knudsen - 4.0).abs() < 1e-9, "{cells}: {}", local.max_knudsen);
        assert_eq!(local.advice, crate::diagnostics::equilibrium::Advice::Boltzmann);
    }
}

/// Of two crystals the softer has fewer phonons at high frequencies: not all that is asked of a contact can pass.
#[test]
fn what_finds_no_room_behind_a_contact_is_told() {
    let couple = |transmission: f64, from: &str| {
        let text = format!(
            "model = \"phonon\"\ngrid = {{ size = [\"100 nm\", \"10 nm\"], cells = [4, 1], material = \"si\" }}\n\
             materials.si.phonon = {{ spectrum = \"silicon\", bands_of_branch = 4 }}\n\
             materials.ge.phonon = {{ spectrum = \"germanium\", bands_of_branch = 4 }}\n\
             boundary = {{ x_min = {{ temperature = 301 }}, x_max = {{ temperature = 300 }} }}\nrun.until = \"steady\"\n\
             [[region]]\nname = \"half\"\nmaterial = \"ge\"\nbox = [[\"50 nm\", 0], [\"100 nm\", \"10 nm\"]]\n\
             [[contact]]\nbetween = {from}\ntransmission = {transmission}\n"
        );
        parse(&text, &[]).unwrap_or_else(|e| panic!("{e}")).warnings
    };
    let from_silicon = "[\"si\", \"ge\"]";
    let told = couple(0.9, from_silicon);
    assert!(told.len() == 1 && told[0].contains("transmission = 0.9 only 0."), "{told:?}");
    let from_germanium = couple(0.05, "[\"ge\", \"si\"]");
    assert!(from_germanium.is_empty(), "{from_germanium:?}");
}
