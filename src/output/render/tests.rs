use super::*;
use crate::grid::{Axis, Grid};
use crate::output::field::Storage;
use crate::output::vtk;
use crate::scenario::Slice;
use glam::DVec3;

fn frame(time: f64) -> Frame {
    let axis = |n| Axis::uniform(0.0, 0.01 * n as f64, n);
    let grid = Grid::three_dimensional(axis(4), axis(3), axis(2));
    let t: Vec<f64> = (0..24).map(|i| 300.0 + time * f64::from(i)).collect();
    let q = vec![DVec3::X * time; 24];
    Frame {
        grid,
        time: Some(time),
        fields: vec![Field::scalar("temperature", "K", t), Field::vector("flux", "W/m^2", q)],
    }
}

#[test]
fn a_result_directory_gives_one_picture_per_file_or_a_film() {
    let dir = tempfile::tempdir().unwrap();
    for n in 1..=2 {
        vtk::write(&dir.path().join(format!("fields/fields_000{n}.vti")), &frame(f64::from(n)), Storage::Double)
            .unwrap();
    }
    std::fs::write(
        dir.path().join("report.json"),
        r#"{"title": "A run", "time": {"end_s": 2.0}, "pictures": {"temperature_unit": "degC", "logarithmic": ["flux"]}}"#,
    )
    .unwrap();
    let pictures = render_file(dir.path(), &Options::default(), Some(&dir.path().join("out"))).unwrap();
    let names: Vec<_> = pictures.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, ["fields_0001_temperature_z=10mm.png", "fields_0002_temperature_z=10mm.png"]);
    assert!(image::open(&pictures[0]).unwrap().width() > 600);
    let slice = View::Slice(Slice { axis: 0, at: 0.001 });
    let options =
        Options { field: Some("flux".into()), view: Some(slice), flow: Some(FlowStyle::Arrows), ..Options::default() };
    let one = dir.path().join("one.svg");
    render_file(&dir.path().join("fields/fields_0001.vti"), &options, Some(&one)).unwrap();
    assert!(std::fs::read_to_string(&one).unwrap().starts_with("<svg"));
    let files = field_files(dir.path(), None).unwrap();
    assert_eq!(common_range(&files, &Options::default()).unwrap(), Some((312.0, 346.0)));
    let celsius = dir.path().join("celsius.svg");
    let last = Options { when: Some(When::Last), ..Options::default() };
    render_file(dir.path(), &last, Some(&celsius)).unwrap();
    let drawn = std::fs::read_to_string(&celsius).unwrap();
    assert!(drawn.contains("°C") && drawn.contains("t = 2 s") && drawn.contains("A run"), "as the run's own");
    let kelvin = Options { scale: Some(TemperatureScale::Kelvin), ..last };
    render_file(dir.path(), &kelvin, Some(&celsius)).unwrap();
    assert!(!std::fs::read_to_string(&celsius).unwrap().contains("°C"), "unless something else is asked for");
    let film = dir.path().join("all.gif");
    assert_eq!(render_file(dir.path(), &Options::default(), Some(&film)).unwrap(), [film]);
    let line = Options { line: Some(Line::parse("y=5mm, z=5mm").unwrap()), ..Options::default() };
    let both = [1, 2].map(|n| dir.path().join(format!("fields/fields_000{n}.vti")));
    let plot = render_files(&both, &line, Some(&dir.path().join("line.svg"))).unwrap();
    let drawn = std::fs::read_to_string(&plot[0]).unwrap();
    assert!(plot.len() == 1 && drawn.starts_with("<svg"));
    let alone = render_files(&both[..1], &line, Some(&dir.path().join("one.svg"))).unwrap();
    assert!(drawn.len() > std::fs::read_to_string(&alone[0]).unwrap().len(), "a curve for each file");
}

#[test]
fn a_list_for_paraview_gives_its_states_and_a_time_the_nearest_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let fields = dir.path().join("fields");
    let names: Vec<String> = (0..3).map(|n| format!("fields_{n:04}.vti")).collect();
    for (n, name) in names.iter().enumerate() {
        vtk::write(&fields.join(name), &frame(10.0 * n as f64), Storage::Double).unwrap();
    }
    let list = fields.join("fields.pvd");
    let missing = render_file(&list, &Options::default(), None).unwrap_err().to_string();
    assert!(missing.contains("fields.pvd") && missing.contains("cannot read"), "{missing}");
    let entries: Vec<(f64, String)> = names.iter().enumerate().map(|(n, f)| (10.0 * n as f64, f.clone())).collect();
    vtk::write_series(&list, &entries).unwrap();
    let out = dir.path().join("out");
    assert_eq!(render_file(&list, &Options::default(), Some(&out)).unwrap().len(), 3);
    for (text, expected) in [("last", 2), ("11 s", 1), ("0 s", 0), ("20 s", 2), ("16 s", 2)] {
        let options = Options { when: Some(When::parse(text).unwrap()), ..Options::default() };
        let files = states(&list, &options).unwrap();
        assert_eq!(files, [StateFile::single(&fields.join(&names[expected]))], "{text}");
    }
    for outside in ["-3 s", "1 h"] {
        let options = Options { when: Some(When::parse(outside).unwrap()), ..Options::default() };
        let told = states(&list, &options).unwrap_err().to_string();
        assert!(told.contains("reach from 0 s to 20 s"), "{told}");
    }
    assert!(When::parse("5 mm").unwrap_err().contains("write last"));
    std::fs::write(&list, "<VTKFile/>").unwrap();
    let empty = render_file(&list, &Options::default(), None).unwrap_err().to_string();
    assert!(empty.contains("lists no file") && empty.contains("result directory"), "{empty}");
    let array = dir.path().join("temperature.npy");
    crate::output::npy::write(&array, &[2, 2], [300.0; 4].into_iter(), Storage::Double).unwrap();
    let timeless = Options { when: Some(When::At(1.0)), ..Options::default() };
    assert!(render_file(&array, &timeless, None).unwrap_err().to_string().contains("tell no times"));
}

#[test]
fn a_steady_state_is_called_one() {
    let dir = tempfile::tempdir().unwrap();
    vtk::write(&dir.path().join("fields/fields.vti"), &Frame { time: None, ..frame(1.0) }, Storage::Double).unwrap();
    std::fs::write(dir.path().join("report.json"), r#"{"title": "A run", "time": {"end_s": null}}"#).unwrap();
    let out = dir.path().join("a.svg");
    render_file(dir.path(), &Options::default(), Some(&out)).unwrap();
    assert!(std::fs::read_to_string(&out).unwrap().contains("steady state"));
}

#[test]
fn differences_are_taken_from_the_same_state() {
    let dir = tempfile::tempdir().unwrap();
    for (name, time) in [("a/fields_0001.vti", 3.0), ("b/fields_0001.vti", 1.0), ("b/fields_0002.vti", 9.0)] {
        vtk::write(&dir.path().join(name), &frame(time), Storage::Double).unwrap();
    }
    let options = Options { minus: Some(dir.path().join("b")), ..Options::default() };
    let first = StateFile::single(&dir.path().join("a/fields_0001.vti"));
    let Opened { field, less, .. } = open(&first, &options).unwrap();
    assert_eq!(less.as_deref(), Some("b/fields_0001 at t = 1 s"));
    assert_eq!((field.name.as_str(), field.numbers().nth(5)), ("temperature_difference", Some(10.0)));
    assert!(field.is_signed() && !field.is_temperature());
    // all 10 K above: not white in the middle of a bar of its own
    let out = dir.path().join("difference.png");
    let last = Options { when: Some(When::Last), ..options.clone() };
    for options in [&last, &Options { range: Some((2.0, 10.0)), ..last.clone() }] {
        render_file(&first.path, options, Some(&out)).unwrap();
        let drawn = image::open(&out).unwrap().into_rgb8();
        let count = |colour: [u8; 3]| drawn.pixels().filter(|p| p.0 == colour).count();
        assert!(count(Colormap::Vik.at(1.0)) > 10_000, "{}", count(Colormap::Vik.at(1.0)));
    }
    let other = Grid::two_dimensional(Axis::uniform(0.0, 1.0, 2), Axis::uniform(0.0, 1.0, 2), 1.0);
    let flat = Frame { grid: other, time: None, fields: vec![Field::scalar("temperature", "K", vec![1.0; 4])] };
    vtk::write(&dir.path().join("c.vti"), &flat, Storage::Double).unwrap();
    let options = Options { minus: Some(dir.path().join("c.vti")), ..Options::default() };
    let error = open(&first, &options).err().expect("refused").to_string();
    assert!(error.contains("different grids"), "{error}");
}

#[test]
fn mistakes_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.vti");
    let message = |options: &Options| render_file(&file, options, None).unwrap_err().to_string();
    assert!(message(&Options::default()).contains("cannot read"));
    vtk::write(&file, &frame(1.0), Storage::Double).unwrap();
    let no_field = Options { field: Some("entropy".into()), ..Options::default() };
    assert!(message(&no_field).contains("it has temperature, flux"));
    let outside = Options { view: Some(View::Slice(Slice { axis: 2, at: 1.0 })), ..Options::default() };
    assert!(message(&outside).contains("z goes from 0 m to 0.02 m"));
    vtk::write(&dir.path().join("b.vti"), &frame(2.0), Storage::Double).unwrap();
    let several = render_file(dir.path(), &Options::default(), Some(&dir.path().join("x.png"))).unwrap_err();
    assert!(several.to_string().contains("2 pictures"));
    let load = |name: &str| load(&StateFile::single(&dir.path().join(name))).unwrap_err().to_string();
    let nowhere = load("nowhere");
    assert!(nowhere.contains("No such file") || nowhere.contains("cannot find"), "{nowhere}");
    std::fs::write(dir.path().join("text.txt"), "").unwrap();
    assert!(load("text.txt").contains("neither"));
    let empty = tempfile::tempdir().unwrap();
    assert!(render_file(empty.path(), &Options::default(), None).unwrap_err().to_string().contains("holds no"));
}

/// A logarithmic scale ends above zero; what would be drawn over another range than the one asked for is refused.
#[test]
fn a_range_is_drawn_as_it_was_asked_for_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, out) = (dir.path().join("a.vti"), dir.path().join("a.svg"));
    vtk::write(&file, &frame(1.0), Storage::Double).unwrap();
    let draw = |range: (f64, f64), logarithmic: bool, scale: Option<TemperatureScale>| {
        let options = Options { range: Some(range), logarithmic, scale, ..Options::default() };
        render_file(&file, &options, Some(&out)).map_err(|e| e.to_string())
    };
    for range in [(0.0, 1e4), (-5.0, 1e4), (1e-6, 1e4)] {
        let says = draw(range, true, None).unwrap_err();
        assert!(says.contains("begin above 1e-4") && says.contains("leave --log out"), "{says}");
        assert!(draw(range, false, None).is_ok());
    }
    assert!(draw((1.0, 1e4), true, None).is_ok());
    // 0 degC is no end of a logarithmic scale of degrees Celsius
    let celsius = Some(TemperatureScale::Celsius);
    assert!(draw((273.15, 373.15), true, celsius).is_err() && draw((274.15, 373.15), true, celsius).is_ok());
    // a field that is logarithmic by itself is drawn in proportion over a range that begins at zero
    let mut towering = frame(1.0);
    let flux = (0..24).map(|i| DVec3::X * 10_f64.powi(i / 3)).collect();
    towering.fields = vec![Field::vector("flux", "W/m^2", flux)];
    vtk::write(&file, &towering, Storage::Double).unwrap();
    let shown = |range: Option<(f64, f64)>| {
        render_file(&file, &Options { range, ..Options::default() }, Some(&out)).unwrap();
        std::fs::read(&out).unwrap()
    };
    assert!(shown(Some((1.0, 1e7))) != shown(Some((0.0, 1e7))), "one is logarithmic and the other is not");
}
