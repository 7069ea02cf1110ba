// What the environment of a wall takes per kelvin of its surface (deviation, K), W/K.
fn wall_exchange(w: u32, surface: Real) -> Real {
    let values = wall_values(w);
    let s = surface + REFERENCE;
    return faces[w].area * (values.y + 4.0 * values.w * STEFAN_BOLTZMANN * s * s * s);
}
