// What a wall of given temperature sends, less the goal of its cell.
fn given(w: u32, band: u32, cell: u32) -> Real {
    let here = ambient[cell];
    return (walls[w].given.x - here.x) + (walls[w].given.y - here.y);
}
