// Functions that formulas use and WGSL lacks.

// erf for |v| <= 0.46875 and erfc above it: rational Chebyshev approximations of W. J. Cody,
// Math. Comp. 23 (1969) 631-637; in exact arithmetic good to 1e-16, in f32 erf errs by less than 2e-7.
fn erf_centre(v: Real) -> Real {
    let s = v * v;
    let p = (((0.185777706184603153 * s + 3.16112374387056560) * s + 113.864154151050156) * s + 377.485237685302021) * s + 3209.37758913846947;
    let q = (((s + 23.6012909523441209) * s + 244.024637934444173) * s + 1282.61652607737228) * s + 2844.23683343917062;
    return v * p / q;
}

fn erfc_flank(a: Real) -> Real {
    let p = (((((((0.0000000215311535474403846 * a + 0.564188496988670089) * a + 8.88314979438837594) * a + 66.1191906371416295) * a + 298.635138197400131) * a + 881.952221241769090) * a + 1712.04761263407058) * a + 2051.07837782607147) * a + 1230.33935479799725;
    let q = (((((((a + 15.7449261107098347) * a + 117.693950891312499) * a + 537.181101862009858) * a + 1621.38957456669019) * a + 3290.79923573345963) * a + 4362.61909014324716) * a + 3439.36767414372164) * a + 1230.33935480374942;
    return exp(-a * a) * p / q;
}

fn erfc_tail(a: Real) -> Real {
    let s = 1.0 / (a * a);
    let p = ((((0.0163153871373020978 * s + 0.305326634961232344) * s + 0.360344899949804439) * s + 0.125781726111229246) * s + 0.0160837851487422766) * s + 0.000658749161529837803;
    let q = ((((s + 2.56852019228982242) * s + 1.87295284992346725) * s + 0.527905102951428412) * s + 0.0605183413124413191) * s + 0.00233520497626869185;
    return exp(-a * a) * (0.564189583547756287 - s * p / q) / a;
}

fn error_function_complement(v: Real) -> Real {
    if abs(v) <= 0.46875 {
        return 1.0 - erf_centre(v);
    }
    let a = min(abs(v), 30.0);
    if a <= 4.0 {
        let flank = erfc_flank(a);
        if v < 0.0 {
            return 2.0 - flank;
        }
        return flank;
    }
    let tail = erfc_tail(a);
    if v < 0.0 {
        return 2.0 - tail;
    }
    return tail;
}

fn error_function(v: Real) -> Real {
    if abs(v) <= 0.46875 {
        return erf_centre(v);
    }
    if v < 0.0 {
        return error_function_complement(-v) - 1.0;
    }
    return 1.0 - error_function_complement(v);
}

fn cube_root(v: Real) -> Real {
    if v == 0.0 {
        return v;
    }
    let a = abs(v);
    let start = pow(a, 0.333333333333333333);
    // One Newton step mends the rounding of pow.
    let root = start - (start - a / (start * start)) * 0.333333333333333333;
    if v < 0.0 {
        return -root;
    }
    return root;
}

// Of the sign of the period, so that a wave repeats through negative arguments too.
fn modulo(v: Real, period: Real) -> Real {
    return v - period * floor(v / period);
}

fn round_half_away(v: Real) -> Real {
    if v < 0.0 {
        return -floor(0.5 - v);
    }
    return floor(v + 0.5);
}

// pow for any base: a negative one has a real power where the exponent is whole.
fn real_power(base: Real, exponent: Real) -> Real {
    if exponent == 0.0 {
        return 1.0;
    }
    if base < 0.0 && floor(exponent) == exponent {
        let magnitude = pow(-base, exponent);
        if floor(0.5 * exponent) * 2.0 != exponent {
            return -magnitude;
        }
        return magnitude;
    }
    return pow(base, exponent);
}

// WGSL allows tanh to overflow where exp does.
fn bounded_tanh(v: Real) -> Real {
    return tanh(max(-20.0, min(20.0, v)));
}
