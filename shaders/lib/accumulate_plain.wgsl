// Sums in f64, which need no care.

// Adds to the enthalpy of a cell; `old` is what it was.
fn accumulate(i: u32, old: Real, increment: Real) {
    next[i] = old + increment;
}

// A sum of two parts, increased.
fn increased(parts: vec2<Real>, increment: Real) -> vec2<Real> {
    return vec2<Real>(parts.x + increment, 0.0);
}
