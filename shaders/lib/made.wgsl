// Entropy that links produce in one of their two cells, W/K. A link's resistance is half a cell, a contact, half a cell in
// series; the temperature between cell and contact follows from them.

// Of heat that leaves a cell whose share of the link's resistance is given; `drop`: what the cell is warmer than the other, K.
fn made(heat: Real, share: Real, drop: Real, kelvin: Real) -> Real {
    return heat * share * drop / (kelvin * (kelvin - share * drop));
}

// The part of a face link's resistance that lies in cell i; `to`, j: the other one; `stored`: the cell that the link is stored with.
fn share_of(family: u32, stored: u32, axis: u32, at: vec3<u32>, i: u32, to: vec3<u32>, j: u32) -> Real {
    let conductance = coefficients[family * slab.cells + stored];
    let material = material_of(i);
    let whole = is_tensor(material) || has_mean(material, axis) && contact_resistance(family, stored) == 0.0;
    if material == material_of(j) && whole {
        return width(at, axis) / (width(at, axis) + width(to, axis));
    }
    let k = conductivity(material, axis, i, place_of(at, i), enthalpy[i]);
    return 0.5 * conductance * width(at, axis) / (k * area(at, axis));
}

// Over the two face links along an axis.
fn pair_made(family: u32, axis: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) -> Real {
    let to = stepped(at, offset);
    let back = stepped(at, -offset);
    let ahead = index_of(to);
    let behind = index_of(back);
    let kelvin = temperature[i] + REFERENCE;
    let stack = family * slab.cells;
    var sum = Real(0.0);
    if coefficients[stack + i] > 0.0 {
        let share = share_of(family, i, axis, at, i, to, ahead);
        sum += made(link_flow(family, i, ahead), share, drop_between(i, ahead), kelvin);
    }
    if coefficients[stack + behind] > 0.0 {
        let share = share_of(family, behind, axis, at, i, back, behind);
        sum += made(-link_flow(family, behind, i), share, drop_between(i, behind), kelvin);
    }
    return sum;
}

// Over two oblique links: half of each lies here.
fn pair_made_askew(family: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) -> Real {
    let ahead = index_of(stepped(at, offset));
    let behind = index_of(stepped(at, -offset));
    let kelvin = temperature[i] + REFERENCE;
    return made(link_flow(family, i, ahead), 0.5, drop_between(i, ahead), kelvin)
        + made(-link_flow(family, behind, i), 0.5, drop_between(i, behind), kelvin);
}
