// What collisions drive a band to on the high face of a cell, at half the step, less the goal of the cell; and the time between
// them there.
fn face_goal(i: u32, band: u32, cell: u32) -> vec2<Real> {
    let at = 2u * (i * BANDS + band) * COUNT + cell;
    return vec2<Real>(faces[at], faces[at + COUNT]);
}

// The same at a wall.
fn wall_goal(w: u32, band: u32) -> vec2<Real> {
    return vec2<Real>(faces[2u * AXES * BANDS * COUNT + band * WALLS + w], goal(walls[w].cell, band).w);
}
