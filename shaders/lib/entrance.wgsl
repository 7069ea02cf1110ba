// Where the states of walls hold what enters there.
fn entrance(w: u32, band: u32, d: u32) -> u32 {
    let slot = walls[w].slot;
    return select(BANDS * WALLS + (band * DIRECTIONS + d) * SLOTS + slot, band * WALLS + w, slot == NONE);
}
