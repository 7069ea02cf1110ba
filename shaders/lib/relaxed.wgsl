// Part of the way that a heat goes in the relaxation of this kernel, given that of half a step.
fn over_halves(half: Real) -> Real {
    if HALVES == 1u {
        return half;
    }
    return half * (2.0 - half);
}

// A heat in two parts that has gone part of the way to another.
fn relaxed(flow: vec2<Real>, towards: Real, part: Real) -> vec2<Real> {
    if part == 1.0 {
        return vec2<Real>(towards, 0.0);
    }
    return increased(flow, part * (towards - flow.x));
}
