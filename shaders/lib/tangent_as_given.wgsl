// A deviation as walls hold it.
fn as_given(t: Real) -> vec2<Real> {
    return vec2<Real>(t, 0.0);
}
