// After the collisions of half a step, on a face of this goal with this source; all less the goal of a cell.
fn collided(info: vec2<u32>, band: u32, x: Real, face: vec2<Real>, heating: Real) -> Real {
    return x + half_met(info, band, face.y) * (face.x - x) + half_heated(info, band, face.y) * heating;
}
