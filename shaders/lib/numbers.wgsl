// A number of a band in a cell of this kind.
fn matter(info: vec2<u32>, band: u32, which: u32) -> Real {
    return numbers[MATTER + ((info.x >> 8u) * BANDS + band) * NUMBERS_OF_BAND + which];
}

// By how much a source heats a band more than all of them on the mean.
fn uneven(info: vec2<u32>, band: u32) -> Real {
    if UNEVEN {
        return matter(info, band, RISE);
    }
    return 1.0;
}

fn width(i: u32, cell: u32) -> Real {
    return numbers[WIDTHS[i] + cell / STRIDE[i] % LENGTH[i]];
}

// Components along the active axes, and the weight.
fn direction(d: u32) -> vec4<Real> {
    let at = DIRECTION + 4u * d;
    return vec4<Real>(numbers[at], numbers[at + 1u], numbers[at + 2u], numbers[at + 3u]);
}
