// The link of a cell to the one `offset` away.
fn judge_link(before: Judged, family: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) -> Judged {
    let g = coefficients[family * slab.cells + i];
    if g == 0.0 {
        return before;
    }
    let ahead = index_of(stepped(at, offset));
    let here = temperature[i];
    let there = temperature[ahead];
    return with_flow(before, face_heat(g, there, here), here - there, 0.0, (here + REFERENCE) * (there + REFERENCE), i);
}
