// Equilibria of small deviations: every band holds the deviation itself, and times between collisions stay.

// What an equilibrium at the temperature of a cell holds of a band, in two parts, and its last change, K.
fn goal(cell: u32, band: u32) -> vec4<Real> {
    return ambient[cell];
}

// What is left of a deviation from it: a quarter of a step after a step began, at its middle, after its first half.
fn keep(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return matter(info, band, KEEP);
}

fn keep_all(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return matter(info, band, KEEP_ALL);
}

fn free(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return matter(info, band, FREE);
}

// What is stored for this time step over what was stored for the one before.
fn restated(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return matter(info, band, RESTATED);
}

// Energy that collisions exchange, W/(m3 K).
fn exchange(info: vec2<u32>, band: u32, goal: vec4<Real>) -> Real {
    return matter(info, band, EXCHANGE);
}

// What collisions do in half a step on the way to a face, and what a source brings meanwhile, s.
fn half_met(info: vec2<u32>, band: u32, time: Real) -> Real {
    return matter(info, band, HALF_MET);
}

fn half_heated(info: vec2<u32>, band: u32, time: Real) -> Real {
    return matter(info, band, HALF_HEATED);
}

// All bands are summed up together, each by its share of a temperature: of faces, of cells.
fn summed(part: u32, band: u32) -> u32 {
    return part;
}

fn face_share(info: vec2<u32>, band: u32) -> Real {
    return matter(info, band, FACE_SHARE);
}

fn share(info: vec2<u32>, band: u32) -> Real {
    return matter(info, band, SHARE);
}
