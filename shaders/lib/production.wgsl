// Entropy produced by the link from a cell to the one `offset` away, W/K. `here`: absolute temperature, K.
fn pair_production(family: u32, at: vec3<u32>, i: u32, here: Real, offset: vec3<i32>) -> Real {
    let there = temperature[index_of(stepped(at, offset))] + REFERENCE;
    return entropy_production(coefficients[family * slab.cells + i], here - there, 1.0 / here, 1.0 / there);
}
