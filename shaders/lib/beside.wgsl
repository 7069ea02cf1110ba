// The cell an offset leads to; -1 where it leaves the grid.
fn beside(place: vec3<i32>, offset: vec3<i32>) -> i32 {
    let cells = vec3<i32>(i32(NX), i32(NY), i32(NZ));
    var there = place + offset;
    let wrapped = (there % cells + cells) % cells;
    there = select(there, wrapped, JOINED);
    if any(there < vec3<i32>(0)) || any(there >= cells) {
        return -1;
    }
    return there.x + i32(NX) * (there.y + i32(NY) * there.z);
}
