// Material and source of a cell, packed: material in the low 8 bits, source above.

const VOID: u32 = 255u;

fn material_of(i: u32) -> u32 {
    return palette[i] & 255u;
}

fn source_of(i: u32) -> u32 {
    return palette[i] >> 8u;
}
