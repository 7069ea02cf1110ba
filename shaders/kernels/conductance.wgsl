// The conductances of all faces anew, from the conductivities now. Ghosts included: a link is stored with
// its lower end, which may be one.
@compute @workgroup_size(line)
fn conductance(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = id.x + id.y * groups.x * line;
    if i < slab.cells {
        renew_faces(position_of(i), i);
    }
}

// The face between cell i and the next one along an axis.
fn renew_face(family: u32, axis: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) {
    let link = family * slab.cells + i;
    let to = stepped(at, offset);
    // Where there was no link there will be none; the last ghosts have no neighbour here.
    if coefficients[link] == 0.0 || any(to >= padded()) {
        return;
    }
    let j = index_of(to);
    let a = material_of(i);
    let b = material_of(j);
    if a == b && is_tensor(a) {
        return;
    }
    let size = area(at, axis);
    let half_a = 0.5 * width(at, axis);
    let half_b = 0.5 * width(to, axis);
    let contact = contact_resistance(family, i);
    var k_a: Real;
    var k_b: Real;
    if a == b && contact == 0.0 && has_mean(a, axis) {
        k_a = mean_conductivity(a, axis, temperature[i], temperature[j]);
        k_b = k_a;
    } else {
        k_a = conductivity(a, axis, i, place_of(at, i), enthalpy[i]);
        k_b = conductivity(b, axis, j, place_of(to, j), enthalpy[j]);
    }
    coefficients[link] = face_conductance(size, half_a, k_a, half_b, k_b, contact);
    renew_inertia(link, a, half_a / (size * k_a), b, half_b / (size * k_b));
}
