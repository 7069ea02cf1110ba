// Whole numbers of 64 bits, two's complement, as two of 32: the low one first.

alias Whole = vec2<u32>;

fn plus(a: Whole, b: Whole) -> Whole {
    let low = a.x + b.x;
    return Whole(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn negative(a: Whole) -> Whole {
    return plus(~a, Whole(1u, 0u));
}

// All digits, by halves of 16 bits; no sum here leaves 32.
fn product(a: u32, b: u32) -> Whole {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 16u);
    let other = a_low * b_high + (middle & 0xffffu);
    return Whole((other << 16u) | (low & 0xffffu), a_high * b_high + (middle >> 16u) + (other >> 16u));
}

fn signed_product(a: i32, b: u32) -> Whole {
    let size = product(u32(abs(a)), b);
    if a < 0 {
        return negative(size);
    }
    return size;
}

// Over a power of two below 2^64, rounded down.
fn shifted(a: Whole, by: u32) -> Whole {
    let high = bitcast<i32>(a.y);
    if by == 0u {
        return a;
    }
    if by < 32u {
        return Whole((a.x >> by) | (a.y << (32u - by)), bitcast<u32>(high >> by));
    }
    return Whole(bitcast<u32>(high >> (by - 32u)), bitcast<u32>(high >> 31u));
}

// The same to the nearest.
fn rounded(a: Whole, by: u32) -> Whole {
    var half = Whole(0u, 0u);
    if by > 32u {
        half.y = 1u << (by - 33u);
    } else if by > 0u {
        half.x = 1u << (by - 1u);
    }
    return shifted(plus(a, half), by);
}

// A factor (mantissa, shift) times a difference of temperatures, rounded: quanta of heat.
fn heat_of(factor: vec2<u32>, units: i32) -> Whole {
    return rounded(signed_product(units, factor.x), factor.y);
}

// Temperature of an energy, by the mantissa and the shift of its divisor.
fn temperature_of(energy: Whole, divisor: vec2<u32>) -> i32 {
    let whole = rounded(energy, divisor.y);
    var top = bitcast<i32>(whole.x);
    let fits = bitcast<i32>(whole.y) == (top >> 31u);
    if !fits || top > MOST_UNITS || top < -MOST_UNITS {
        top = select(MOST_UNITS, -MOST_UNITS, bitcast<i32>(whole.y) < 0);
    }
    return bitcast<i32>(rounded(signed_product(top, divisor.x), DIGITS).x);
}
