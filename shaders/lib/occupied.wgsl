// Equilibria far from the reference. A temperature is a place on curves over its logarithm: an interval, and the part of it.

fn interval(info: vec2<u32>, band: u32, place: vec2<Real>) -> u32 {
    return CURVES + 7u * (((info.x >> 8u) * BANDS + band) * INTERVALS + u32(place.x));
}

// What an equilibrium holds of a band, in two parts, K.
fn held(info: vec2<u32>, band: u32, place: vec2<Real>) -> vec2<Real> {
    let at = interval(info, band, place);
    let s = clamp(place.y, 0.0, 1.0);
    let rest = 1.0 - s;
    let bend = vec2<Real>(numbers[at + 3u], numbers[at + 4u]);
    let chord = numbers[at + 2u];
    let beyond = (place.y - s) * (chord + select(bend.y, bend.x, s == 0.0));
    return vec2<Real>(numbers[at], numbers[at + 1u] + s * (chord + rest * (rest * bend.x - s * bend.y)) + beyond);
}

// How that rises from end to end of an interval, K.
fn steepness(info: vec2<u32>, band: u32, place: vec2<Real>) -> Real {
    let at = interval(info, band, place);
    let s = clamp(place.y, 0.0, 1.0);
    let rest = 1.0 - s;
    let bend = vec2<Real>(numbers[at + 3u], numbers[at + 4u]);
    return numbers[at + 2u] + (rest - s) * (rest * bend.x - s * bend.y) - s * rest * (bend.x + bend.y);
}

// Time between collisions, s.
fn time_at(info: vec2<u32>, band: u32, place: vec2<Real>) -> Real {
    let at = interval(info, band, place);
    return numbers[at + 5u] * exp(clamp(place.y, 0.0, 1.0) * numbers[at + 6u]);
}

// The place so many intervals further.
fn moved(place: vec2<Real>, by: Real) -> vec2<Real> {
    let y = place.y + by;
    let n = clamp(place.x + floor(y), 0.0, Real(INTERVALS - 1u));
    return vec2<Real>(n, y - (n - place.x));
}

// What an equilibrium at the temperature of a cell holds of a band, in two parts, and its last change, K; time between collisions, s.
fn goal(cell: u32, band: u32) -> vec4<Real> {
    return goals[band * COUNT + cell];
}

// That of a place, less what the goal is, K.
fn above(info: vec2<u32>, band: u32, goal: vec4<Real>, place: vec2<Real>) -> Real {
    let there = held(info, band, place);
    return (there.x - goal.x) + (there.y - goal.y);
}

// What is left of a deviation from it: a quarter of a step after a step began, at its middle, after its first half.
fn keep(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return (2.0 * goal.w - 0.5 * numbers[STEP]) / (2.0 * goal.w + numbers[STEP]);
}

fn keep_all(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return (2.0 * goal.w - numbers[STEP]) / (2.0 * goal.w + numbers[STEP]);
}

fn free(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return 2.0 * goal.w / (2.0 * goal.w + numbers[STEP]);
}

// What is stored for this time step over what was stored for the one before.
fn restated(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return (2.0 * goal.w + numbers[STEP]) / (2.0 * goal.w + numbers[STEP_BEFORE]);
}

// Energy that collisions exchange, W/(m3 K).
fn exchange(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return matter(info, band, CAPACITY) / goal.w;
}

// What collisions do in half a step on the way to a face, and what a source brings meanwhile, s.
fn half_met(info: vec2<u32>, band: u32, time: Real) -> Real {
    return 0.5 * numbers[STEP] / (2.0 * time + 0.5 * numbers[STEP]);
}

fn half_heated(info: vec2<u32>, band: u32, time: Real) -> Real {
    return time * half_met(info, band, time);
}

// Bands are summed up each by itself.
fn summed(part: u32, band: u32) -> u32 {
    return part * BANDS + band;
}

fn face_share(info: vec2<u32>, band: u32) -> Real {
    return 1.0;
}

fn share(info: vec2<u32>, band: u32) -> Real {
    return 1.0;
}
