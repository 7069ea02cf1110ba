// Temperatures of all cells, ghosts included, from their enthalpies.
@compute @workgroup_size(line)
fn temperature_of_cells(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = id.x + id.y * groups.x * line;
    if i < slab.cells {
        temperature[i] = temperature_at(material_of(i), enthalpy[i]);
    }
}
