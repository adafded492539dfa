//! The stack of the process's first thread, which grows as far as its limit allows.

/// Kept free between the stack and what stands below it in memory, in bytes: more than the system itself keeps free.
#[cfg(target_os = "linux")]
const FREE: usize = 8 << 20;

/// Lets the stack of this thread grow to `bytes`, and tells whether it now can.
///
/// Only that of the first thread can. A second thread with a large stack would do the same, but starting it and waiting for it
/// takes as long as rendering a small chart.
#[cfg(target_os = "linux")]
pub(super) fn grow(bytes: usize) -> bool {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let wanted = bytes.saturating_add(1 << 20);
    let here = std::ptr::from_ref(&wanted).addr();
    let Some(maps) = maps() else { return false };
    if room(&maps, here).is_none_or(|room| room < wanted.saturating_add(FREE)) {
        return false;
    }
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_STACK) else { return false };
    soft >= wanted as u64 || setrlimit(Resource::RLIMIT_STACK, wanted as u64, hard).is_ok()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn grow(_: usize) -> bool {
    false
}

/// Returns what stands where in memory. The system says no size before, and writes it anew each time it is asked for more.
#[cfg(target_os = "linux")]
fn maps() -> Option<String> {
    use std::io::Read as _;

    let mut maps = String::with_capacity(16 << 10);
    std::fs::File::open("/proc/self/maps").ok()?.read_to_string(&mut maps).ok()?;
    Some(maps)
}

/// Returns how large the stack that holds `here` may become before it meets what stands below it.
///
/// Source: `proc_pid_maps(5)`; the ranges are sorted.
#[cfg(target_os = "linux")]
fn room(maps: &str, here: usize) -> Option<usize> {
    let mut below = 0;
    for line in maps.lines() {
        let (start, end) = line.split(' ').next()?.split_once('-')?;
        let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
        if line.ends_with("[stack]") {
            return (start..end).contains(&here).then_some(end - below);
        }
        below = end;
    }
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const MAPS: &str = "00400000-00410000 r-xp 00000000 fe:00 7 /bin/x\n\
                        7f0000000000-7f0000020000 rw-p 00000000 00:00 0 \n\
                        7ff000000000-7ff000021000 rw-p 00000000 00:00 0 [stack]\n\
                        7ff0000f0000-7ff0000f4000 r--p 00000000 00:00 0 [vvar]\n";

    #[test]
    fn the_room_of_a_stack_ends_at_what_stands_below() {
        assert_eq!(room(MAPS, 0x7ff0_0002_0000), Some(0x7ff0_0002_1000 - 0x7f00_0002_0000));
        assert_eq!(room(MAPS, 0x7f00_0000_0010), None, "another thread's");
        assert_eq!(room("", 1), None);
    }

    #[test]
    fn a_second_thread_cannot_grow() {
        assert!(!std::thread::spawn(|| grow(1 << 20)).join().unwrap());
    }
}
