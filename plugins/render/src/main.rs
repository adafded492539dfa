//! The binary `towpath-render`.

/// A rendering makes hundreds of thousands of small values on a thread of its own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    towpath_report::main::<towpath_plugin_render::Args>()
}
