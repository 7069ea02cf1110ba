// Two numbers as one of 64 bits, as they lie in memory: such a device asks for each number of a vector by itself.

fn first_of(pair: u64) -> Real {
    return bitcast<Real>(u32(pair));
}

fn second_of(pair: u64) -> Real {
    return bitcast<Real>(u32(pair >> 32u));
}

fn pair_of(first: Real, second: Real) -> u64 {
    return u64(bitcast<u32>(first)) | (u64(bitcast<u32>(second)) << 32u);
}
