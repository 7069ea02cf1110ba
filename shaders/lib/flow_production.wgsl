// Entropy of local equilibrium produced by the link from a cell to the one `offset` away, W/K; below 0 while its heat runs from
// cold to hot. `here`: absolute temperature, K.
fn pair_production(family: u32, at: vec3<u32>, i: u32, here: Real, offset: vec3<i32>) -> Real {
    let ahead = index_of(stepped(at, offset));
    let there = temperature[ahead] + REFERENCE;
    return flows[family * slab.cells + i].x * (temperature[i] - temperature[ahead]) / (here * there);
}

// What the heat of that link holds back of the entropy, J/K: m Q^2 / (2 T T').
fn pair_held(family: u32, at: vec3<u32>, i: u32, here: Real, offset: vec3<i32>) -> Real {
    let there = temperature[index_of(stepped(at, offset))] + REFERENCE;
    let link = family * slab.cells + i;
    return 0.5 * inertia[link].y * flows[link].x * flows[link].x / (here * there);
}
