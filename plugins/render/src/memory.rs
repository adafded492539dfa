//! How large the pages are in which the system gives memory to this process.

/// Has memory come in small pages from here on, for work that is done with little of it.
///
/// The allocator asks for pages of 2 MiB, where the system has such: a tree that fills them builds a third faster, since the
/// system is asked five hundred times less often. A single chart leaves most of each page empty; it would take twice the memory.
#[cfg(target_os = "linux")]
pub(crate) fn small_pages() {
    // Where that cannot be said, it costs memory and nothing else.
    let _ = nix::sys::prctl::set_thp_disable(true);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn small_pages() {}
