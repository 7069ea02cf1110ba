//! From values to colours: the range, its unit, linear or logarithmic, or kinds without an order.

use super::canvas::Colour;
use super::colormap::{Colormap, categorical};
use super::label::{Ticks, decade_ticks, linear_ticks, scaled_unit, step_ticks};

/// How values become colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Colouring<'a> {
    /// In proportion.
    Linear(Colormap),
    /// In proportion, zero always in the middle of the map; values of one sign take half of it.
    Signed(Colormap),
    /// By their logarithm; what is not positive takes the lowest colour.
    Logarithmic(Colormap),
    /// Whole numbers are indices into these names.
    Kinds(&'a [String]),
}

/// A logarithmic scale reaches this far below its top at most, decades.
pub const MOST_DECADES: f64 = 8.0;

/// Values closer together than this part of their magnitude count as one value.
const SAME: f64 = 1e-12;

/// A range of values with its colours.
#[derive(Debug, Clone, PartialEq)]
pub struct ColourScale {
    /// Ends of the bar, in the unit shown.
    pub ends: (f64, f64),
    /// Least and greatest value of the data, in the unit shown; `None` where there is no number at all.
    pub found: Option<(f64, f64)>,
    /// Unit shown.
    pub unit: String,
    /// Multiplies a value to give the unit shown.
    pub factor: f64,
    /// Whether it is logarithmic.
    pub logarithmic: bool,
    /// Whether all values agree, so that the bar has one colour.
    pub constant: bool,
    /// Whether zero has the middle of the map.
    signed: bool,
    colormap: Colormap,
}

impl ColourScale {
    /// The scale of some values in `unit`; `range` fixes its ends (in `unit`).
    pub fn new(values: &[f64], unit: &str, colouring: Colouring, range: Option<(f64, f64)>) -> ColourScale {
        let (colormap, logarithmic, signed) = match colouring {
            Colouring::Linear(map) => (map, false, false),
            Colouring::Signed(map) => (map, false, true),
            Colouring::Logarithmic(map) => (map, true, false),
            Colouring::Kinds(_) => (Colormap::Grey, false, false),
        };
        let found = extent(values.iter().copied());
        let mut ends = range.or(found).unwrap_or((0.0, 0.0));
        if range.is_none() && signed {
            ends = about_zero(ends);
        }
        // there is no logarithm where nothing is positive
        let logarithmic = logarithmic && ends.1 > 0.0;
        if logarithmic {
            let top = ends.1.max(f64::MIN_POSITIVE);
            let positive = extent(values.iter().copied().filter(|v| *v > 0.0)).map_or(top, |(low, _)| low);
            let low = if ends.0 > 0.0 { ends.0 } else { positive };
            ends = (low.clamp(top * 10_f64.powf(-MOST_DECADES), top), top);
        }
        let (factor, unit) = if logarithmic {
            (1.0, super::label::printed_unit(unit))
        } else {
            scaled_unit(unit, ends.0.abs().max(ends.1.abs()))
        };
        let ends = (ends.0 * factor, ends.1 * factor);
        let constant = ends.1 - ends.0 <= SAME * ends.0.abs().max(ends.1.abs());
        let found = found.map(|(low, high)| (low * factor, high * factor));
        ColourScale { ends, found, unit, factor, logarithmic, constant, signed, colormap }
    }

    /// Colour of a value (in the unit it was given in).
    pub fn colour(&self, value: f64) -> Colour {
        self.at(self.place(value * self.factor))
    }

    /// Colour at a part of the bar, 0 to 1.
    pub fn at(&self, place: f64) -> Colour {
        let (low, high) = self.ends;
        self.colormap.at(match (self.constant, self.signed) {
            (true, _) => 0.5,
            (false, true) => 0.5 + 0.5 * (low + place * (high - low)) / low.abs().max(high.abs()),
            (false, false) => place,
        })
    }

    /// Where a value in the unit shown lies on the bar, 0 to 1 within its ends.
    pub fn place(&self, shown: f64) -> f64 {
        let (low, high) = self.ends;
        if self.constant {
            0.5
        } else if self.logarithmic {
            if shown > 0.0 { (shown / low).ln() / (high / low).ln() } else { 0.0 }
        } else {
            (shown - low) / (high - low)
        }
    }

    /// Ticks of the bar, at most about `most`.
    pub fn ticks(&self, most: usize) -> Ticks {
        let (low, high) = self.ends;
        if self.found.is_none() {
            return Ticks::default();
        }
        if self.logarithmic && !self.constant && (high / low).log10() >= 2.0 {
            return decade_ticks(low, high, most);
        }
        if self.logarithmic && !self.constant && high / low >= 5.0 {
            return step_ticks(low, high);
        }
        linear_ticks(low, if self.constant { low } else { high }, most)
    }
}

/// Whether positive values span more than three decades, so that a linear scale would hide most of them. A few cells
/// at the level of rounding do not count: a tenth of all does.
pub fn spans_decades(values: &[f64]) -> bool {
    rises_above(values, 10, 1e3)
}

/// Whether a few cells tower over the rest, as a flux does at a corner: the greatest value is more than a hundred
/// times the median of the positive ones.
pub fn towers(values: &[f64]) -> bool {
    rises_above(values, 2, 1e2)
}

/// Whether the greatest value is more than `ratio` times the one that the `part`-th part of the positive values is below.
fn rises_above(values: &[f64], part: usize, ratio: f64) -> bool {
    let mut positive: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
    let Some(top) = positive.iter().copied().reduce(f64::max) else { return false };
    let place = positive.len() / part;
    let (_, low, _) = positive.select_nth_unstable_by(place, f64::total_cmp);
    top > ratio * *low
}

/// Ends of a bar that has zero in its middle, or at its end where all values have one sign.
pub fn about_zero((low, high): (f64, f64)) -> (f64, f64) {
    let most = low.abs().max(high.abs());
    (if low < 0.0 { -most } else { 0.0 }, if high > 0.0 { most } else { 0.0 })
}

/// Colour of a kind.
pub fn kind(value: f64) -> Colour {
    categorical(value.max(0.0) as usize)
}

/// Least and greatest finite value.
pub fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |range, v| {
        let (low, high) = range.unwrap_or((v, v));
        Some((v.min(low), v.max(high)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_field_has_one_colour_and_one_tick() {
        let scale = ColourScale::new(&[300.0, f64::NAN, 300.0], "K", Colouring::Linear(Colormap::Inferno), None);
        assert!(scale.constant);
        assert_eq!(scale.colour(300.0), Colormap::Inferno.at(0.5));
        assert_eq!(scale.ticks(6).labels, ["300"]);
    }

    #[test]
    fn nothing_but_void_is_no_panic() {
        let scale = ColourScale::new(&[f64::NAN], "W/m^2", Colouring::Logarithmic(Colormap::Inferno), None);
        assert!(scale.found.is_none() && scale.ticks(5).values.is_empty());
        scale.colour(1.0);
        ColourScale::new(&[0.0, 0.0], "W/m^2", Colouring::Logarithmic(Colormap::Inferno), None).ticks(5);
    }

    #[test]
    fn signed_scales_keep_zero_in_the_middle() {
        let scale = ColourScale::new(&[-1.0, 3.0], "K", Colouring::Signed(Colormap::Vik), None);
        assert_eq!(scale.ends, (-3.0, 3.0));
        assert_eq!(scale.place(0.0), 0.5);
        assert_eq!(scale.found, Some((-1.0, 3.0)));
    }

    #[test]
    fn values_of_one_sign_take_half_of_a_signed_map() {
        let colouring = Colouring::Signed(Colormap::Vik);
        let of = |values: &[f64], range| ColourScale::new(values, "K", colouring, range);
        for (values, ends) in [([0.2, 12.0], (0.0, 12.0)), ([-12.0, -0.2], (-12.0, 0.0))] {
            let scale = of(&values, None);
            let greatest = if ends.1 > 0.0 { 1.0 } else { 0.0 };
            assert_eq!((scale.ends, scale.colour(0.0)), (ends, Colormap::Vik.at(0.5)));
            assert_eq!(scale.at(greatest), Colormap::Vik.at(greatest), "the bar ends with the colour of the greatest");
            assert_eq!(scale.colour(ends.0 + ends.1), Colormap::Vik.at(greatest));
        }
        let fixed = of(&[0.2, 12.0], Some((6.0, 12.0)));
        assert_eq!((fixed.ends, fixed.at(0.0)), ((6.0, 12.0), Colormap::Vik.at(0.75)));
        assert_eq!(of(&[0.0, 0.0], None).colour(0.0), Colormap::Vik.at(0.5));
    }

    #[test]
    fn without_a_positive_value_there_is_no_logarithmic_scale() {
        for values in [[0.0, 0.0], [-2.0, 0.0]] {
            let scale = ColourScale::new(&values, "W/(m^3 K)", Colouring::Logarithmic(Colormap::Batlow), None);
            assert_eq!((scale.logarithmic, scale.ends), (false, (values[0], values[1])));
            assert!(scale.ticks(5).labels.iter().all(|l| l.chars().count() < 6), "{:?}", scale.ticks(5).labels);
        }
    }

    #[test]
    fn logarithms() {
        let values = [0.0, 1e-20, 1e-3, 1e4];
        let scale = ColourScale::new(&values, "W/(m^3 K)", Colouring::Logarithmic(Colormap::Batlow), None);
        assert_eq!(scale.ends, (1e4 * 1e-8, 1e4));
        assert_eq!(scale.place(0.0), 0.0);
        assert!((scale.place(1.0) - 0.5).abs() < 1e-12);
        assert!(spans_decades(&[1e-3, 1e-2, 1.0, 10.0]));
        let mut nearly_flat = vec![1.0; 100];
        nearly_flat[3] = 1e-12;
        assert!(!spans_decades(&nearly_flat) && !spans_decades(&[0.0, -1.0]) && !spans_decades(&[1.0]));
        nearly_flat[4] = 101.0;
        assert!(towers(&nearly_flat));
    }

    #[test]
    fn a_fixed_range_holds() {
        let scale = ColourScale::new(&[1.0, 2e6], "W/m^2", Colouring::Linear(Colormap::Viridis), Some((0.0, 1e6)));
        assert_eq!(scale.unit, "MW/m²");
        assert_eq!(scale.ends, (0.0, 1.0));
        assert_eq!(scale.colour(5e6), Colormap::Viridis.at(1.0));
    }
}
