// The temperature at a wall, less the goal of its cell.
fn found_at_wall(w: u32) -> vec2<Real> {
    var sum = Real(0.0);
    var weights = Real(0.0);
    for (var band = 0u; band < BANDS; band++) {
        let part = part_at_wall(w, band);
        sum += part.x * part.y;
        weights += part.x;
    }
    return vec2<Real>(sum / weights, 0.0);
}

fn goal_of(w: u32, band: u32, found: vec2<Real>) -> vec2<Real> {
    return found;
}

fn store(w: u32, found: vec2<Real>) {
    faces[AXES * COUNT + w] = found.x;
}
