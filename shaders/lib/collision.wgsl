// After the collisions of half a step, on a face of this temperature with this source; all less the temperature of a cell.
fn collided(info: vec2<u32>, band: u32, x: Real, face: Real, heating: Real) -> Real {
    return x + matter(info, band, HALF_MET) * (face - x) + matter(info, band, HALF_HEATED) * heating;
}
