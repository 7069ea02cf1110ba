// A sum and what rounding took from it (Knuth, The Art of Computer Programming, vol. 2, section 4.2.2).
struct Rounded {
    sum: Real,
    lost: Real,
}

// The value, by a way that no compiler may shorten: WGSL allows reassociation, which would turn what was
// lost into zero.
fn opaque(value: Real) -> Real {
    return bitcast<f32>(bitcast<u32>(value) ^ slab.zero);
}

fn two_sum(a: Real, b: Real) -> Rounded {
    let sum = opaque(a + b);
    let b_kept = opaque(sum - a);
    let a_kept = opaque(sum - b_kept);
    return Rounded(sum, opaque(a - a_kept) + opaque(b - b_kept));
}
