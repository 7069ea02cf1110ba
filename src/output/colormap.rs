//! Perceptually uniform colormaps: 256 colours each, from `assets/colormaps`.

use super::canvas::Colour;
use std::sync::LazyLock;

/// A colormap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colormap {
    /// Black, purple, orange, pale yellow.
    Inferno,
    /// Dark blue, green, yellow.
    Viridis,
    /// Blue to yellow, the same for eyes that do not tell red from green.
    Cividis,
    /// Dark blue, green, ochre, pale pink.
    Batlow,
    /// Blue, white, red-brown: for signed fields.
    Vik,
    /// Black to white, for print without colour.
    Grey,
}

type Table = LazyLock<Vec<Colour>>;

static INFERNO: Table = LazyLock::new(|| table(include_str!("../../assets/colormaps/inferno.csv")));
static VIRIDIS: Table = LazyLock::new(|| table(include_str!("../../assets/colormaps/viridis.csv")));
static CIVIDIS: Table = LazyLock::new(|| table(include_str!("../../assets/colormaps/cividis.csv")));
static BATLOW: Table = LazyLock::new(|| table(include_str!("../../assets/colormaps/batlow.csv")));
static VIK: Table = LazyLock::new(|| table(include_str!("../../assets/colormaps/vik.csv")));
static GREY: Table = LazyLock::new(|| (0..=255).map(|v| [v; 3]).collect());

impl Colormap {
    /// All, with their names.
    pub const ALL: [(&'static str, Colormap); 6] = [
        ("inferno", Colormap::Inferno),
        ("viridis", Colormap::Viridis),
        ("cividis", Colormap::Cividis),
        ("batlow", Colormap::Batlow),
        ("vik", Colormap::Vik),
        ("grey", Colormap::Grey),
    ];

    /// The colormap of that name.
    pub fn named(name: &str) -> Option<Colormap> {
        Self::ALL.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, map)| *map)
    }

    /// Its colours, low end first.
    pub fn colours(self) -> &'static [Colour] {
        match self {
            Colormap::Inferno => &INFERNO,
            Colormap::Viridis => &VIRIDIS,
            Colormap::Cividis => &CIVIDIS,
            Colormap::Batlow => &BATLOW,
            Colormap::Vik => &VIK,
            Colormap::Grey => &GREY,
        }
    }

    /// Colour of a place between the low end (0) and the high end (1), clamped to them.
    pub fn at(self, place: f64) -> Colour {
        let colours = self.colours();
        let place = place.clamp(0.0, 1.0) * (colours.len() - 1) as f64;
        let low = place as usize;
        let high = (low + 1).min(colours.len() - 1);
        let share = place - low as f64;
        [0, 1, 2].map(|c| {
            let (a, b) = (f64::from(colours[low][c]), f64::from(colours[high][c]));
            (a + (b - a) * share + 0.5) as u8
        })
    }
}

/// Clearly distinct colours for kinds without an order (P. Tol, "Colour schemes", 2021: muted, then light);
/// further ones repeat.
pub fn categorical(index: usize) -> Colour {
    const COLOURS: [Colour; 18] = [
        [0x88, 0xcc, 0xee],
        [0xdd, 0xcc, 0x77],
        [0xcc, 0x66, 0x77],
        [0x11, 0x77, 0x33],
        [0x33, 0x22, 0x88],
        [0xaa, 0x44, 0x99],
        [0x44, 0xaa, 0x99],
        [0x99, 0x99, 0x33],
        [0x88, 0x22, 0x55],
        [0x77, 0xaa, 0xdd],
        [0xee, 0x88, 0x66],
        [0xee, 0xdd, 0x88],
        [0xff, 0xaa, 0xbb],
        [0x99, 0xdd, 0xff],
        [0x44, 0xbb, 0x99],
        [0xbb, 0xcc, 0x33],
        [0xaa, 0xaa, 0x00],
        [0x66, 0x33, 0x11],
    ];
    COLOURS[index % COLOURS.len()]
}

/// Reads a table: a header line, then `red,green,blue` lines. A damaged one fails the tests below.
fn table(text: &str) -> Vec<Colour> {
    let colour = |line: &str| {
        let mut parts = line.split(',').filter_map(|p| p.trim().parse().ok());
        Some([parts.next()?, parts.next()?, parts.next()?])
    };
    text.lines().skip(1).filter_map(colour).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole_and_ends_are_known() {
        for (name, map) in Colormap::ALL {
            assert_eq!(map.colours().len(), 256, "{name}");
            assert_eq!(Colormap::named(name), Some(map));
        }
        assert_eq!(Colormap::Inferno.at(0.0), [0, 0, 4]);
        assert_eq!(Colormap::Viridis.at(1.0), [253, 231, 37]);
        assert_eq!(Colormap::Vik.at(-3.0), Colormap::Vik.at(0.0));
        assert_eq!(Colormap::named("rainbow"), None);
    }

    /// CIE lightness of an sRGB colour.
    fn lightness(colour: Colour) -> f64 {
        let linear = colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        116.0 * (if y > 0.008_856 { y.cbrt() } else { 7.787 * y + 16.0 / 116.0 }) - 16.0
    }

    #[test]
    fn sequential_maps_grow_steadily_lighter() {
        for map in [Colormap::Inferno, Colormap::Viridis, Colormap::Cividis, Colormap::Batlow, Colormap::Grey] {
            let light: Vec<f64> = map.colours().iter().map(|c| lightness(*c)).collect();
            assert!(light.windows(9).all(|w| w[8] > w[0]), "{map:?}");
        }
        let middle = lightness(Colormap::Vik.at(0.5));
        assert!(
            middle > 85.0 && middle > lightness(Colormap::Vik.at(0.1)) && middle > lightness(Colormap::Vik.at(0.9))
        );
    }
}
