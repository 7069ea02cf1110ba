// Four numbers a thread, read and written together.
@compute @workgroup_size(256)
fn copy(
    @builtin(local_invocation_index) thread: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let i = (group.x + group.y * groups.x) * 256u + thread;
    if i < arrayLength(&enthalpy) {
        next[i] = enthalpy[i];
    }
}
