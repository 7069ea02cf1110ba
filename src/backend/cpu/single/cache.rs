//! How much of a cache a thread may count on.

use std::fs::read_to_string;
use std::sync::LazyLock;

/// Bytes of the last cache, and how many processors share it.
static LAST: LazyLock<Option<[usize; 2]>> = LazyLock::new(|| {
    let of = |what| read_to_string(format!("/sys/devices/system/cpu/cpu0/cache/index3/{what}")).ok();
    let size: usize = of("size")?.trim().strip_suffix('K')?.parse().ok()?;
    let sharing: u32 = of("shared_cpu_map")?.chars().filter_map(|c| c.to_digit(16)).map(u32::count_ones).sum();
    Some([size << 10, sharing as usize])
});

/// Bytes that a thread's rows should fit: its share of the last cache. More than twelve sweeps of a tile of 128 rows gains nothing,
/// less than a megabyte never helps.
pub(super) fn share() -> usize {
    let threads = rayon::current_num_threads();
    let share = LAST.map_or(2 << 20, |[size, sharing]| size / sharing.min(threads).max(1));
    share.clamp(1 << 20, 8 << 20)
}
