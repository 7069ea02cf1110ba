// The temperature at a wall, as a place.
fn found_at_wall(w: u32) -> vec2<Real> {
    let cell = walls[w].cell;
    for (var band = 0u; band < BANDS; band++) {
        let part = part_at_wall(w, band);
        weight[band] = part.x;
        left[band] = part.y;
    }
    return together(cells[cell], cell, ambient[cell].xy);
}

fn goal_of(w: u32, band: u32, found: vec2<Real>) -> vec2<Real> {
    let cell = walls[w].cell;
    let here = goal(cell, band);
    return vec2<Real>(above(cells[cell], band, here, found), here.w);
}

fn store(w: u32, found: vec2<Real>) {
    for (var band = 0u; band < BANDS; band++) {
        faces[2u * AXES * BANDS * COUNT + band * WALLS + w] = goal_of(w, band, found).x;
    }
}
