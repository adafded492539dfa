/// What rendering may use before it ends with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderLimits {
    /// Bytes that one template may give, those of its includes counted too.
    pub output_bytes: usize,
    /// Actions, commands and iterations of all templates.
    pub steps: u64,
    /// Bytes of stack: how deep templates may include each other. It is reserved, not used.
    pub stack_bytes: usize,
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self { output_bytes: 256 << 20, steps: 1 << 34, stack_bytes: 512 << 20 }
    }
}

impl RenderLimits {
    /// Returns the part of the stack that templates may take; the rest is for what runs below them.
    pub(crate) fn stack_bytes(&self) -> usize {
        self.stack_bytes.saturating_sub(4 << 20).max(1 << 20)
    }
}
