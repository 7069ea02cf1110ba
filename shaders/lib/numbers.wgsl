// A number of a band in the medium of a cell.
fn matter(info: vec2<u32>, band: u32, which: u32) -> Real {
    return numbers[MATTER + ((info.x >> 8u) * BANDS + band) * NUMBERS_OF_BAND + which];
}

fn width(i: u32, cell: u32) -> Real {
    return numbers[WIDTHS[i] + cell / STRIDE[i] % LENGTH[i]];
}

// Components along the active axes, and the weight.
fn direction(d: u32) -> vec4<Real> {
    let at = DIRECTION + 4u * d;
    return vec4<Real>(numbers[at], numbers[at + 1u], numbers[at + 2u], numbers[at + 3u]);
}
