// Sums in f32 that keep what rounding would take: the value of a cell is `next + carry`.

// Adds to the enthalpy of a cell; `old` is what it was.
fn accumulate(i: u32, old: Real, increment: Real) {
    let rounded = two_sum(old, increment + carry[i]);
    next[i] = rounded.sum;
    carry[i] = rounded.lost;
}

// A sum of two parts, increased.
fn increased(parts: vec2<Real>, increment: Real) -> vec2<Real> {
    let rounded = two_sum(parts.x, increment + parts.y);
    return vec2<Real>(rounded.sum, rounded.lost);
}
