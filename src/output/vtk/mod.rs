//! Files for ParaView and VTK: `.vti` (equal cells), `.vtr` (graded), `.pvd` (a series of them). XML with raw
//! little-endian data appended; cell data; one file holds all fields of one time.

mod read;
mod write;

pub use read::{read, read_series};
pub use write::{extension, write, write_series};

/// In the array `vtkGhostType`: ParaView hides the cell.
const HIDDEN_CELL: u8 = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::{Axis, Grid};
    use crate::output::field::{Field, Frame, Storage};
    use glam::DVec3;
    use std::path::Path;

    fn frame(grid: Grid) -> Frame {
        let n = grid.len();
        let t: Vec<f64> = (0..n).map(|i| if i == 2 { f64::NAN } else { 300.0 + (i as f64).sqrt() }).collect();
        let q = (0..n).map(|i| DVec3::new(i as f64, -1.0, 1e-30 * i as f64)).collect();
        let fields = vec![Field::scalar("temperature", "K", t), Field::vector("flux", "W/m^2", q)];
        Frame { grid, time: Some(32.5), fields }
    }

    fn round_trip(dir: &Path, name: &str, grid: Grid) {
        let path = dir.join(name);
        let frame = frame(grid);
        write(&path, &frame, Storage::Double).unwrap();
        let back = read(&path).unwrap();
        assert_eq!(back.time, frame.time);
        assert_eq!(back.fields[1], frame.fields[1]);
        let bits = |f: &Frame| f.fields[0].numbers().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&frame));
        assert_eq!(back.grid.dimensions(), frame.grid.dimensions());
        for a in 0..3 {
            let (one, two) = (frame.grid.axis(a), back.grid.axis(a));
            assert_eq!(one.cells(), two.cells());
            let far = one.edges().iter().zip(two.edges()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(far <= 4.0 * f64::EPSILON * one.high().abs(), "{far}");
        }
    }

    #[test]
    fn files_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let u = Axis::uniform;
        round_trip(dir.path(), "a.vti", Grid::three_dimensional(u(-0.1, 0.3, 3), u(0.0, 1.0, 2), u(0.0, 1e-6, 4)));
        round_trip(dir.path(), "b.vti", Grid::two_dimensional(u(0.0, 0.3, 3), u(0.0, 1.0, 2), 0.25));
        let graded = Axis::from_edges(vec![0.0, 1e-3, 1.5e-3, 9e-3]);
        round_trip(dir.path(), "c.vtr", Grid::three_dimensional(graded.clone(), u(0.0, 1.0, 2), u(0.0, 2.0, 1)));
        round_trip(dir.path(), "d.vtr", Grid::two_dimensional(graded, u(0.0, 1.0, 2), 1.0));
    }

    #[test]
    fn single_precision_halves_the_numbers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.vti");
        let u = Axis::uniform;
        let frame = frame(Grid::three_dimensional(u(0.0, 1.0, 3), u(0.0, 1.0, 2), u(0.0, 1.0, 4)));
        write(&path, &frame, Storage::Single).unwrap();
        let back = read(&path).unwrap();
        assert!(
            frame.fields[0].numbers().zip(back.fields[0].numbers()).all(|(a, b)| a.is_nan() || a as f32 as f64 == b)
        );
    }

    /// Every cut and every changed byte gives a frame or an error, never a panic or a wild allocation.
    #[test]
    fn damaged_files_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.vti", "b.vtr"] {
            let path = dir.path().join(name);
            let x =
                if name == "a.vti" { Axis::uniform(0.0, 1.0, 3) } else { Axis::from_edges(vec![0.0, 1.0, 3.0, 4.0]) };
            let y = Axis::uniform(0.0, 1.0, 2);
            write(&path, &frame(Grid::two_dimensional(x, y, 1.0)), Storage::Double).unwrap();
            let good = std::fs::read(&path).unwrap();
            // the marks of hidden cells and the closing tags come last and are not read
            for cut in 0..good.len() - 44 {
                assert!(read::frame(&good[..cut]).is_err(), "cut at {cut}");
            }
            for place in 0..good.len() {
                for new in [b'9', b'-', b'<', b'"', 0xff] {
                    let mut bytes = good.clone();
                    bytes[place] = new;
                    let _ = read::frame(&bytes);
                }
            }
        }
    }
}
