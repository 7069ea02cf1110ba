//! Pictures against those that were looked at: `tests/golden/*.png`, at a third of the size. A picture may differ by [`MEAN`] in the mean
//! over its pixels and colours, and by [`MOST`] anywhere, of 255: what another rounding of a letter's edge or of a colour makes.
//!
//! `CLAUSIUS_GOLDEN=1` writes them anew, to be looked at before they are kept.

use clausius::grid::{Axis, Grid};
use clausius::output::chart::{Chart, Curve};
use clausius::output::field::Field;
use clausius::output::flow::FlowStyle;
use clausius::output::plane::{Statistic, Style, Through};
use clausius::output::sheet::Sheet;
use clausius::output::view::View;
use clausius::scenario::Slice;
use glam::DVec3;
use image::RgbImage;
use image::imageops::{FilterType, resize};
use std::path::Path;

const MEAN: f64 = 0.5;
const MOST: u8 = 48;

/// Two warm spots of different strength over a slope, with a void: nothing is symmetric, so that no turn or mirror goes unseen.
fn warm(p: DVec3) -> f64 {
    let spot =
        |x: f64, y: f64, z: f64, width: f64| (-(p - DVec3::new(x, y, z)).length_squared() / (width * width)).exp();
    300.0 + 200.0 * p.x + 80.0 * spot(0.03, 0.045, 0.02, 0.02) + 40.0 * spot(0.08, 0.015, 0.01, 0.012)
}

fn grid(dimensions: usize) -> Grid {
    let (x, y) = (Axis::uniform(0.0, 0.1, 50), Axis::uniform(0.0, 0.06, 30));
    if dimensions == 2 {
        Grid::two_dimensional(x, y, 1.0)
    } else {
        Grid::three_dimensional(x, y, Axis::uniform(0.0, 0.04, 20))
    }
}

fn is_void(p: DVec3) -> bool {
    (p.x - 0.085).hypot(p.y - 0.05) < 0.008
}

fn fields(grid: &Grid) -> [Field; 2] {
    let places = || (0..grid.len()).map(|i| grid.centre(grid.cell(i)));
    let at = |p: DVec3| if grid.dimensions() == 2 { p.with_z(0.015) } else { p };
    let temperature = places().map(|p| if is_void(p) { f64::NAN } else { warm(at(p)) }).collect();
    let flux = |p: DVec3| {
        let h = 1e-5;
        let slope = |d: DVec3| -50.0 * (warm(at(p) + h * d) - warm(at(p) - h * d)) / (2.0 * h);
        DVec3::new(slope(DVec3::X), slope(DVec3::Y), slope(DVec3::Z))
    };
    let flux = places().map(|p| if is_void(p) { DVec3::NAN } else { flux(p) }).collect();
    [Field::scalar("temperature", "K", temperature), Field::vector("flux", "W/m^2", flux)]
}

fn check(name: &str, sheet: &Sheet) {
    let image = sheet.image();
    let small: RgbImage = resize(&image, image.width() / 3, image.height() / 3, FilterType::Triangle);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.png"));
    if std::env::var_os("CLAUSIUS_GOLDEN").is_some() {
        small.save(&path).expect("the folder can be written");
        return;
    }
    let golden = image::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).into_rgb8();
    assert_eq!(small.dimensions(), golden.dimensions(), "{name}");
    let apart = || small.as_raw().iter().zip(golden.as_raw()).map(|(a, b)| a.abs_diff(*b));
    let mean = apart().map(f64::from).sum::<f64>() / apart().count() as f64;
    let most = apart().max().unwrap_or(0);
    assert!(mean <= MEAN && most <= MOST, "{name}: {mean:.2} in the mean and {most} at most; look at the picture anew");
}

#[test]
fn pictures_are_as_they_were_when_they_were_looked_at() {
    let style = Style { title: "Two warm spots", ..Style::default() };
    let flat = grid(2);
    let [temperature, flux] = fields(&flat);
    let whole = |field: &Field, style: &Style| {
        View::Whole.show(&flat, &View::Whole.look(&flat, field, Some(&flux)), "t = 1 s", style)
    };
    check("isotherms", &whole(&temperature, &Style { isotherms: true, ..style.clone() }));
    let arrows = Style { flow: Some(FlowStyle::Arrows), ..style.clone() };
    check("arrows", &whole(&temperature, &arrows));
    let streamlines = Style { flow: Some(FlowStyle::Streamlines), ..style.clone() };
    check("streamlines", &whole(&temperature, &streamlines));
    check("logarithmic", &whole(&flux, &Style { logarithmic: true, ..style.clone() }));
    let signed: Vec<f64> = temperature.numbers().map(|t| t - 320.0).collect();
    check("difference", &whole(&Field::scalar("temperature_difference", "K", signed), &style));

    let solid = grid(3);
    let [temperature, _] = fields(&solid);
    for (name, view) in [
        ("slice", View::Slice(Slice { axis: 1, at: 0.045 })),
        ("projection", View::Projection(Through { axis: 2, statistic: Statistic::Max })),
        ("cutaway", View::Cutaway),
    ] {
        check(name, &view.show(&solid, &view.look(&solid, &temperature, None), "t = 1 s", &style));
    }

    let curve = |name: &str, rate: f64, marked| Curve {
        name: name.to_owned(),
        points: (0..30).map(|n| (f64::from(n), 20.0 + 60.0 * (1.0 - (-rate * f64::from(n)).exp()))).collect(),
        marked,
    };
    let chart = Chart {
        title: "Two probes".to_owned(),
        subtitle: "y = 5 mm".to_owned(),
        labels: ["t (s)".to_owned(), "Temperature (°C)".to_owned()],
        curves: vec![curve("near", 0.3, true), curve("far", 0.1, false)],
        ..Chart::default()
    };
    check("chart", &chart.draw().expect("there are points"));
}
