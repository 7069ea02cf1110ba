// What collisions drive a band to on the high face of a cell, at half the step, less the goal of the cell.
fn face_goal(i: u32, band: u32, cell: u32) -> vec2<Real> {
    return vec2<Real>(faces[i * COUNT + cell], 0.0);
}

// The same at a wall.
fn wall_goal(w: u32, band: u32) -> vec2<Real> {
    return vec2<Real>(faces[AXES * COUNT + w], 0.0);
}
