// No face.
const NO_FACE: u32 = 0xffffffffu;

// The wall face of this thread, if it is the first of its cell: faces are sorted by cell, and the thread of a cell's first face
// does all of them, so that no two write to one cell.
fn first_face(id: vec3<u32>, groups: vec3<u32>) -> u32 {
    let w = id.x + id.y * groups.x * line;
    if w >= slab.faces || (w > 0u && faces[w - 1u].cell == faces[w].cell) {
        return NO_FACE;
    }
    return w;
}
