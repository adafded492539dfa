/// How far this thread's stack has grown, in bytes, since a place was marked: recursion over untrusted input ends by
/// it, not by a crash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauge {
    base: usize,
    limit: usize,
}

impl Gauge {
    /// Marks this place.
    pub(crate) fn new(limit: usize) -> Self {
        Self { base: here(), limit }
    }

    /// Tells whether the stack has grown by more than the limit.
    pub(crate) fn is_full(self) -> bool {
        self.base.abs_diff(here()) > self.limit
    }
}

#[inline(never)]
fn here() -> usize {
    let marker = 0_u8;
    std::ptr::from_ref(&marker).addr()
}
