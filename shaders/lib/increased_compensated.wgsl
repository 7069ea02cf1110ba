// A sum in two parts, increased: the second part is what rounding took from the first.
fn increased(parts: vec2<Real>, increment: Real) -> vec2<Real> {
    let rounded = two_sum(parts.x, increment + parts.y);
    return vec2<Real>(rounded.sum, rounded.lost);
}
