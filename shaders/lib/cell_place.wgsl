// The place of a cell's centre.
fn place_of(at: vec3<u32>, i: u32) -> Place {
    return Place(centre(at, 0u), centre(at, 1u), centre(at, 2u), temperature[i] + REFERENCE);
}
