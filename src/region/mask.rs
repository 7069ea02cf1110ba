//! A shape made of picture elements: images, stacks of images, arrays.

use crate::lattice::Lattice;
use glam::DVec3;
use std::sync::Arc;

/// Elements of a box along the axes that belong to a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    /// The elements.
    pub lattice: Arc<Lattice>,
    /// Whether each belongs to the shape.
    pub inside: Vec<bool>,
}

impl Mask {
    /// Whether the element that a point lies in belongs to the shape.
    pub fn contains(&self, p: DVec3) -> bool {
        self.lattice.element(p).is_some_and(|n| self.inside[n])
    }

    /// Part of the box that belongs to the shape.
    pub fn fraction(&self) -> f64 {
        self.lattice.part(|n| self.inside[n])
    }
}
