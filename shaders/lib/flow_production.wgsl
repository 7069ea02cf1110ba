// Entropy of local equilibrium produced by the link from a cell to the one `offset` away, W/K; below 0 while its heat runs from
// cold to hot. `here`: absolute temperature, K.
fn pair_production(family: u32, at: vec3<u32>, i: u32, here: Real, offset: vec3<i32>) -> Real {
    let ahead = index_of(stepped(at, offset));
    let there = temperature[ahead] + REFERENCE;
    return flows[family * slab.cells + i].x * (temperature[i] - temperature[ahead]) / (here * there);
}

// What the heat of that link holds back of the entropy, J/K, m Q^2 / (2 T T'), and the extended entropy that it produces, Q^2 / (g T T'), W/K.
fn pair_held(family: u32, at: vec3<u32>, i: u32, here: Real, offset: vec3<i32>) -> vec2<Real> {
    let there = temperature[index_of(stepped(at, offset))] + REFERENCE;
    let link = family * slab.cells + i;
    let conductance = coefficients[link];
    if conductance == 0.0 {
        return vec2<Real>();
    }
    let square = flows[link].x * flows[link].x / (here * there);
    return vec2<Real>(0.5 * inertia[link].y * square, square / conductance);
}
