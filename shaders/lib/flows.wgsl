// Heat into a cell over its two links of one family, W, where links carry their heat as state. A link is stored with its
// lower end, its heat runs from there.
fn pair_heat(family: u32, at: vec3<u32>, i: u32, here: Real, offset: vec3<i32>) -> Real {
    let behind = index_of(stepped(at, -offset));
    let stack = family * slab.cells;
    return flows[stack + behind].x - flows[stack + i].x;
}
