// What every wall face does now: heat into the solid (W), temperatures of surface and cell (deviations, K).
@compute @workgroup_size(line)
fn wall_survey(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let w = id.x + id.y * groups.x * line;
    if w < slab.faces {
        let here = temperature[faces[w].cell];
        let now = wall_now(w, here);
        walls_now[w] = vec4<Real>(now.heat, now.surface, here, 0.0);
    }
}
