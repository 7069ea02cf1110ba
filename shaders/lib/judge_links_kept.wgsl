// The link of a cell to the one `offset` away, where links carry their heat as state: with inertia it may run from cold to hot.
fn judge_link(before: Judged, family: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) -> Judged {
    let link = family * slab.cells + i;
    if coefficients[link] == 0.0 || inertia[link].y > 0.0 {
        return before;
    }
    let ahead = index_of(stepped(at, offset));
    let here = temperature[i];
    let there = temperature[ahead];
    // Such a heat was taken a moment ago.
    let slack = 1e-6 * (abs(here) + abs(there));
    return with_flow(before, flows[link].x, here - there, slack, (here + REFERENCE) * (there + REFERENCE), i);
}
