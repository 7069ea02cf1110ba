// A sum, increased; its second part stays 0, f64 needs none.
fn increased(parts: vec2<Real>, increment: Real) -> vec2<Real> {
    return vec2<Real>(parts.x + increment, Real(0.0));
}
