//! The plot of a study: where its values lie, and what is drawn beside what was found.

use super::column;
use super::{Row, bare, number, split};
use crate::output::chart::{Chart, Curve};
use crate::quantity;

/// Where values lie along the axis of a plot.
pub struct Abscissa {
    places: Vec<f64>,
    label: String,
    /// Whether what lies between two values means something.
    joined: bool,
}

/// Values as numbers, in SI units if all are quantities of one kind; of lists the one entry that varies; else their places in
/// the list.
pub fn abscissa(key: &str, values: &[String]) -> Abscissa {
    /// Characters of a label that tells the names of values.
    const NAMES: usize = 90;
    if let Some((place, entries)) = varying_entry(values) {
        return abscissa(&format!("{key}[{place}]"), &entries);
    }
    let bare: Vec<String> = values.iter().map(|v| bare(v)).collect();
    if let Some((kind, places)) = quantity::parse_alike(bare.iter().map(String::as_str)) {
        // Plain numbers are in whatever unit the key has.
        let plain = bare.iter().all(|v| v.parse::<f64>().is_ok()) || kind.unit() == "1";
        let label = if plain { key.to_owned() } else { format!("{key}, {}", kind.unit()) };
        return Abscissa { places, label, joined: true };
    }
    let places = (1..=values.len()).map(|n| n as f64).collect();
    let names: Vec<String> = bare.iter().enumerate().map(|(n, name)| format!("{} {name}", n + 1)).collect();
    let named = format!("{key}: {}", names.join(", "));
    let label = if named.chars().count() <= NAMES { named } else { format!("{key} (number in the list)") };
    Abscissa { places, label, joined: false }
}

/// The chart of a column over the values, with what is known exactly of its kind.
pub fn chart(title: &str, abscissa: Abscissa, rows: &[Row], shown: &str) -> Chart {
    let Abscissa { places, label, joined } = abscissa;
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by(|a, b| places[a.place].total_cmp(&places[b.place]));
    let curve = |key: &str, name: &str, marked: bool| {
        let mut points = Vec::new();
        for row in &order {
            points.push((places[row.place], number(row, key)));
            if !joined {
                points.push((f64::NAN, f64::NAN));
            }
        }
        Curve { name: name.to_owned(), points, marked }
    };
    let (name, unit) = column::quantity(shown);
    let mut curves = vec![curve(shown, &name, true)];
    let beside = match () {
        () if shown.ends_with("conductivity_W_per_mK") => vec![
            (column::FUCHS_SONDHEIMER, "Fuchs and Sondheimer"),
            (column::HEASLET_WARMING, "Heaslet and Warming"),
            (column::BULK, "bulk"),
            ("gas.bulk_conductivity_W_per_mK", "many collisions"),
        ],
        () if shown.ends_with("_per_s") => vec![(column::DECAY, "exact"), (column::DECAY_BY_FOURIER, "Fourier's law")],
        () => Vec::new(),
    };
    for (key, name) in beside {
        if rows.iter().any(|row| number(row, key).is_finite()) {
            curves.push(curve(key, name, false));
        }
    }
    if shown.ends_with("conductivity_W_per_mK") {
        // C v D / 4 says something up to where it crosses the bulk
        let mut limit = curve(column::FREE_FLIGHT, "free flight limit", false);
        let bulk = curve(column::BULK, "", false);
        for (point, (_, bulk)) in limit.points.iter_mut().zip(bulk.points) {
            point.1 = Some(point.1).filter(|k| *k <= bulk).unwrap_or(f64::NAN);
        }
        if limit.points.iter().any(|p| p.1.is_finite()) {
            curves.push(limit);
        }
    }
    let ordinate = unit.map_or(name.clone(), |unit| format!("{name}, {unit}"));
    Chart { title: title.to_owned(), labels: [label, ordinate], curves, ..Chart::default() }
}

/// The entry in which lists of one length differ, if there is just one.
fn varying_entry(values: &[String]) -> Option<(usize, Vec<String>)> {
    let inner =
        |value: &String| Some(split(value.strip_prefix('[')?.strip_suffix(']')?).iter().map(|v| bare(v)).collect());
    let lists: Vec<Vec<String>> = values.iter().map(inner).collect::<Option<_>>()?;
    let first = lists.first()?;
    let mut varying = (0..first.len()).filter(|&n| lists.iter().any(|l| l.get(n) != first.get(n)));
    let place = varying.next()?;
    let alike = varying.next().is_none() && lists.iter().all(|l| l.len() == first.len());
    alike.then(|| (place, lists.iter().map(|l| l[place].clone()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_where_their_numbers_are() {
        let on_axis = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            let Abscissa { places, label, joined } = abscissa("k", &values);
            (places, label, joined)
        };
        let numbers = |places: &[f64], label: &str| (places.to_vec(), label.to_owned(), true);
        assert_eq!(on_axis(&["10 nm", "\"1 um\""]), numbers(&[1e-8, 1e-6], "k, m"));
        assert_eq!(on_axis(&["3e2", "100"]), numbers(&[300.0, 100.0], "k"));
        assert_eq!(on_axis(&["10 W/(m^2 K)", "2 kW/m^2/K"]), numbers(&[10.0, 2000.0], "k, W/(m^2 K)"));
        assert_eq!(on_axis(&["1 g/cm^3", "20 kg/m^3"]), numbers(&[1000.0, 20.0], "k, kg/m^3"));
        assert_eq!(on_axis(&["0 degC", "300 K"]), numbers(&[273.15, 300.0], "k, K"));
        assert_eq!(on_axis(&["5 %", "0.5"]), numbers(&[0.05, 0.5], "k"));
        assert_eq!(on_axis(&["['1 nm', '4 nm']", "[\"1 nm\", '5 um']"]), numbers(&[4e-9, 5e-6], "k[1], m"));
        assert_eq!(on_axis(&["[1, 2]", "[3, 4]"]).0, [1.0, 2.0]);
        assert_eq!(on_axis(&["\"iron\"", "tin"]), (vec![1.0, 2.0], "k: 1 iron, 2 tin".to_owned(), false));
        assert!(on_axis(&["x"; 100]).1.ends_with("(number in the list)"));
    }

    /// A curve runs from the lowest value to the highest whatever their order; names are not joined.
    #[test]
    fn curves_run_along_the_axis() {
        let row = |place: usize, y: f64| Row {
            place,
            value: String::new(),
            numbers: vec![("probes.A.temperature_K".into(), y)],
        };
        let rows = [row(0, 5.0), row(2, 7.0)];
        let drawn = |values: [&str; 3]| {
            let on = abscissa("k", &values.map(str::to_owned));
            chart("", on, &rows, "probes.A.temperature_K")
        };
        let chart = drawn(["3 mm", "2 mm", "1 mm"]);
        assert_eq!(chart.labels, ["k, m", "probes.A.temperature, K"]);
        assert_eq!(chart.curves[0].points, [(1e-3, 7.0), (3e-3, 5.0)]);
        let points = &drawn(["a", "b", "c"]).curves[0].points;
        assert_eq!((points[0], points[2]), ((1.0, 5.0), (3.0, 7.0)));
        assert!(points[1].0.is_nan());
    }
}
