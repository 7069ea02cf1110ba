// What a wall of given temperature (a place) sends, less the goal of its cell.
fn given(w: u32, band: u32, cell: u32) -> Real {
    return above(cells[cell], band, goal(cell, band), walls[w].given);
}
