// Density, temperature, velocity along the active axes, heat flux of flight, and where there is any, flux of internal temperature.
alias Moments = array<Real, MOMENTS>;

// c^2 less half the dimensions of a velocity.
fn energy_of(d: u32) -> Real {
    return numbers[ENERGIES + d % FAMILIES];
}

// What collisions of a gas of these moments tend to.
fn tends(m: Moments, v: vec4<Real>, energy: Real) -> vec3<Real> {
    var flow = 0.0;
    var flux = 0.0;
    var internal = 0.0;
    for (var i = 0u; i < AXES; i++) {
        flow += v[i] * m[2u + i];
        flux += v[i] * m[2u + AXES + i];
        if INTERNAL {
            internal += v[i] * m[MOMENTS - AXES + i];
        }
    }
    var e = vec3<Real>(m[0] + energy * m[1] + 2.0 * flow + HEAT * (energy - 1.0) * flux, 0.0, 0.0);
    if PLANAR {
        e[1] = m[1] + HEAT * flux;
    }
    if INTERNAL {
        e[HELD - 1u] = m[1] + INTERNAL_HEAT * internal;
    }
    return e;
}

// What a velocity adds to the moments.
fn share_of(g: vec3<Real>, v: vec4<Real>, energy: Real) -> Moments {
    var m: Moments;
    m[0] = v.w * g.x;
    m[1] = v.w * (energy * g.x + dot(HALVES, g)) / FREEDOM;
    for (var i = 0u; i < AXES; i++) {
        let along = v.w * v[i];
        m[2u + i] = along * g.x;
        m[2u + AXES + i] = along * ((energy - 1.0) * g.x + select(0.0, 0.5 * g.y, PLANAR));
        if INTERNAL {
            m[MOMENTS - AXES + i] = along * g[HELD - 1u];
        }
    }
    return m;
}
