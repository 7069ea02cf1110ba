// Heat into a cell over its two links of one family, W. A link is stored with its lower end.
fn pair_heat(family: u32, at: vec3<u32>, i: u32, here: Real, offset: vec3<i32>) -> Real {
    let ahead = index_of(stepped(at, offset));
    let behind = index_of(stepped(at, -offset));
    let stack = family * slab.cells;
    return face_heat(coefficients[stack + i], here, temperature[ahead])
        + face_heat(coefficients[stack + behind], here, temperature[behind]);
}
