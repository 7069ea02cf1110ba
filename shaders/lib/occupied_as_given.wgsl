// A deviation as walls hold it: as a place. From the logarithm first, then from the node below.
fn as_given(t: Real) -> vec2<Real> {
    let x = log(max(1.0 + t / REFERENCE, 1e-3)) / RUNG + PLACE_OF_REFERENCE;
    let n = clamp(floor(x), 0.0, Real(INTERVALS - 1u));
    let node = numbers[NODES + u32(n)];
    let r = (t - node) / (REFERENCE + node);
    return vec2<Real>(n, r * (1.0 - r * (1.0 / 2.0 - r * (1.0 / 3.0 - r * (1.0 / 4.0 - r / 5.0)))) / RUNG);
}
