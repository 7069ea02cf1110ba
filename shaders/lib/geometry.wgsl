// Widths and centres of cells, from the head of `tables`: all widths along x, y, z, then all centres.

fn geometry_start(axis: u32) -> u32 {
    let n = padded();
    return select(select(n.x + n.y, n.x, axis == 1u), 0u, axis == 0u);
}

fn geometry_length() -> u32 {
    let n = padded();
    return n.x + n.y + n.z;
}

// m
fn width(at: vec3<u32>, axis: u32) -> Real {
    return tables[geometry_start(axis) + at[axis]];
}

// m
fn centre(at: vec3<u32>, axis: u32) -> Real {
    return tables[geometry_length() + geometry_start(axis) + at[axis]];
}

// m3
fn volume(at: vec3<u32>) -> Real {
    return width(at, 0u) * width(at, 1u) * width(at, 2u);
}

// Area of a face normal to an axis, m2.
fn area(at: vec3<u32>, axis: u32) -> Real {
    return width(at, (axis + 1u) % 3u) * width(at, (axis + 2u) % 3u);
}

// A number behind the geometry.
fn table(k: u32) -> Real {
    return tables[2u * geometry_length() + k];
}
