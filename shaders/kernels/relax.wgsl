// Relaxation of the heats of all links, ghosts included, over half a step or a whole one.
@compute @workgroup_size(line)
fn relax(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let i = id.x + id.y * groups.x * line;
    if i < slab.cells {
        relax_links(position_of(i), i);
    }
}
