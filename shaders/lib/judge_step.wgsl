// The discrete maximum principle: a step leaves a cell without a source within the range of what surrounds it.

fn included(range: vec2<Real>, t: Real) -> vec2<Real> {
    return vec2<Real>(min(range.x, t), max(range.y, t));
}

fn pair_included(before: vec2<Real>, family: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) -> vec2<Real> {
    let ahead = index_of(stepped(at, offset));
    let behind = index_of(stepped(at, -offset));
    let stack = family * slab.cells;
    var range = before;
    if coefficients[stack + i] > 0.0 {
        range = included(range, temperature[ahead]);
    }
    if coefficients[stack + behind] > 0.0 {
        range = included(range, temperature[behind]);
    }
    return range;
}

// `gain`: heat into the cell, W; `range`: of all that it comes from.
fn judge_step(before: Judged, i: u32, range: vec2<Real>, gain: Real) -> Judged {
    let e = enthalpy[i] + row[0] * gain * coefficients[PER_CAPACITY * slab.cells + i];
    return with_cell(before, range, temperature_at(material_of(i), e), abs(e), i);
}
