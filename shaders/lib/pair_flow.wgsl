// Heats of the two links of one family that meet in a cell, W, both along the offset.
fn pair_flow(family: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) -> Real {
    let ahead = index_of(stepped(at, offset));
    let behind = index_of(stepped(at, -offset));
    return link_flow(family, i, ahead) + link_flow(family, behind, i);
}
