// Where a band holds x above the goal of a cell.
fn found(info: vec2<u32>, band: u32, cell: u32, x: Real) -> vec2<Real> {
    let here = goal(cell, band);
    var place = ambient[cell].xy;
    for (var n = 0u; n < 60u; n++) {
        let by = (x - above(info, band, here, place)) / max(steepness(info, band, place), 1e-12);
        place = moved(place, clamp(by, -40.0, 40.0));
        if abs(by) < 1e-6 {
            break;
        }
    }
    return vec2<Real>(place.x, select(max(place.y, 0.0), place.y, place.x > 0.0));
}

// 1 - exp(-d)
fn fallen(d: Real) -> Real {
    if abs(d) > 0.25 {
        return 1.0 - exp(-d);
    }
    return d * (1.0 - d / 2.0 * (1.0 - d / 3.0 * (1.0 - d / 4.0 * (1.0 - d / 5.0 * (1.0 - d / 6.0)))));
}

// T0^2 over the temperature of a place, K.
fn coldness(place: vec2<Real>) -> Real {
    return REFERENCE * exp((PLACE_OF_REFERENCE - place.x - place.y) * RUNG);
}

// u of a place less that of another, K.
fn urge(there: vec2<Real>, less: vec2<Real>) -> Real {
    return coldness(less) * fallen(((there.x - less.x) + (there.y - less.y)) * RUNG);
}

// Twice the integral of u less that at the first place over what a band holds, from there to the second, K2; by Gauss
// and Legendre, eight intervals at a time, for cold bands hold nearly nothing over many of them.
fn mixed_between(info: vec2<u32>, band: u32, e: vec2<Real>, g: vec2<Real>) -> Real {
    let way = (g.x - e.x) + (g.y - e.y);
    var at = array<Real, 5>(0.046910077, 0.23076534, 0.5, 0.76923466, 0.95308992);
    var part = array<Real, 5>(0.11846344, 0.23931434, 0.28444444, 0.23931434, 0.11846344);
    let pieces = max(ceil(abs(way) / 8.0), 1.0);
    let piece = way / pieces;
    var sum = Real(0.0);
    for (var n = 0u; n < u32(pieces); n++) {
        for (var k = 0u; k < 5u; k++) {
            let along = piece * (Real(n) + at[k]);
            sum += part[k] * fallen(along * RUNG) * steepness(info, band, moved(e, along));
        }
    }
    return 2.0 * coldness(e) * piece * sum;
}

// What it produces of entropy to mix x into e, both less the goal of a cell, times 2 T0^2/C, K2.
fn mixed(cell: u32, band: u32, x: Real, e: Real) -> Real {
    let info = cells[cell];
    return mixed_between(info, band, found(info, band, cell, e), found(info, band, cell, x));
}
