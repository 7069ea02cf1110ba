//! A shape made of picture elements: images, stacks of images, arrays.

use glam::DVec3;

/// Elements of a box along the axes that belong to a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    /// Low corner of the box, m.
    pub low: DVec3,
    /// High corner, m; infinite along z in 2D.
    pub high: DVec3,
    /// Elements along x, y, z.
    pub size: [usize; 3],
    /// Whether each belongs to the shape; x fastest, then y from the low end, then z.
    pub inside: Vec<bool>,
}

impl Mask {
    /// Whether the element that a point lies in belongs to the shape.
    pub fn contains(&self, p: DVec3) -> bool {
        if !(p.cmpge(self.low).all() && p.cmplt(self.high).all()) {
            return false;
        }
        let at = [0, 1, 2].map(|a| {
            if self.size[a] == 1 {
                return 0;
            }
            let part = (p[a] - self.low[a]) / (self.high[a] - self.low[a]);
            ((part * self.size[a] as f64) as usize).min(self.size[a] - 1)
        });
        self.inside[at[0] + self.size[0] * (at[1] + self.size[1] * at[2])]
    }

    /// Part of the elements that belong to the shape.
    pub fn fraction(&self) -> f64 {
        self.inside.iter().filter(|i| **i).count() as f64 / self.inside.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_half_open_and_a_single_layer_reaches_through() {
        let mask = Mask {
            low: DVec3::new(1.0, 2.0, f64::NEG_INFINITY),
            high: DVec3::new(3.0, 4.0, f64::INFINITY),
            size: [2, 2, 1],
            inside: vec![true, false, false, true],
        };
        let at = |x, y| mask.contains(DVec3::new(x, y, 7.0));
        assert!(at(1.0, 2.0) && !at(2.0, 2.0) && at(2.0, 3.0) && !at(1.9, 3.9));
        assert!(!at(3.0, 3.0) && !at(0.9, 2.0));
        assert_eq!(mask.fraction(), 0.5);
    }
}
