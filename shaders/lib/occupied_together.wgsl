// The temperature at which bands hold together what is left of them. Newton's way; the time between collisions follows.

// Per band: weight, and what is left, less the goal of a cell, K.
var<private> weight: array<Real, BANDS>;
var<private> left: array<Real, BANDS>;

// Intervals from a place to where the bands would hold what is left if they were straight.
fn step_from(info: vec2<u32>, cell: u32, place: vec2<Real>) -> Real {
    var gap = Real(0.0);
    var slope = Real(0.0);
    for (var band = 0u; band < BANDS; band++) {
        gap += weight[band] * (left[band] - above(info, band, goal(cell, band), place));
        slope += weight[band] * steepness(info, band, place);
    }
    return clamp(gap / slope, -40.0, 40.0);
}

fn together(info: vec2<u32>, cell: u32, start: vec2<Real>) -> vec2<Real> {
    var place = start;
    for (var n = 0u; n < 40u; n++) {
        let by = step_from(info, cell, place);
        place = moved(place, by);
        if abs(by) < 1e-6 {
            break;
        }
    }
    return place;
}

// The same after collisions over a time by the trapezoidal rule, of that temperature.
fn settled(info: vec2<u32>, cell: u32, start: vec2<Real>, over: Real) -> vec2<Real> {
    var place = start;
    for (var n = 0u; n < 40u; n++) {
        for (var band = 0u; band < BANDS; band++) {
            weight[band] = matter(info, band, CAPACITY) / (2.0 * time_at(info, band, place) + over);
        }
        let by = step_from(info, cell, place);
        place = moved(place, by);
        if abs(by) < 1e-6 {
            break;
        }
    }
    return place;
}
