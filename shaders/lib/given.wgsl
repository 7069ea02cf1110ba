// Temperature that a wall is given, less that of its cell.
fn given(w: u32, here: vec4<Real>) -> Real {
    return (walls[w].given.x - here.x) + (walls[w].given.y - here.y);
}

// Where the states of walls hold what enters there.
fn entrance(w: u32, band: u32, d: u32) -> u32 {
    let slot = walls[w].slot;
    return select(BANDS * WALLS + (band * DIRECTIONS + d) * SLOTS + slot, band * WALLS + w, slot == NONE);
}
