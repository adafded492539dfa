use std::{fmt, sync::Arc};

/// What rendering may use before it ends with an error.
#[derive(Debug, Clone)]
pub struct RenderLimits {
    /// Bytes that all templates together may give; what they include counts as memory.
    pub output_bytes: usize,
    /// Actions, commands and iterations of all templates, long texts counting for more than one: about 200 ns each.
    pub steps: u64,
    /// Bytes that the values which templates make may take at one time. The values and files of the chart do not count.
    pub memory_bytes: usize,
    /// Templates that may be open at one time, each inside of the one before.
    pub depth: usize,
    /// Bytes of stack: how deep templates may include each other. It is reserved, and used only by those that do.
    pub stack_bytes: usize,
    /// Whether the thread that asks for a rendering has that much stack itself; otherwise each rendering gets a thread.
    pub stack_is_here: bool,
    /// Whether there is time left.
    pub patience: Patience,
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self {
            output_bytes: 64 << 20,
            steps: 5_000_000,
            memory_bytes: 64 << 20,
            depth: 20_000,
            stack_bytes: 128 << 20,
            stack_is_here: false,
            patience: Patience::default(),
        }
    }
}

impl RenderLimits {
    /// Returns the part of the stack that templates may take; the rest is for what runs below them.
    pub(crate) fn stack_bytes(&self) -> usize {
        self.stack_bytes.saturating_sub(16 << 20).max(1 << 20)
    }
}

/// Tells from time to time whether rendering may go on; it has no clock of its own. The default is endless.
#[derive(Clone, Default)]
pub struct Patience(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Patience {
    /// Returns one that asks the caller.
    pub fn from_fn(go_on: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(go_on)))
    }

    pub(crate) fn lasts(&self) -> bool {
        self.0.as_ref().is_none_or(|go_on| go_on())
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Patience" } else { "Patience(endless)" })
    }
}
