// Lets the heat of one link relax towards Fourier's.
fn relax_link(family: u32, at: vec3<u32>, i: u32, offset: vec3<i32>) {
    let link = family * slab.cells + i;
    let to = stepped(at, offset);
    let g = coefficients[link];
    if g == 0.0 || any(to >= padded()) {
        return;
    }
    let fourier = face_heat(g, temperature[index_of(to)], temperature[i]);
    flows[link] = relaxed(flows[link], fourier, over_halves(inertia[link].x));
}
