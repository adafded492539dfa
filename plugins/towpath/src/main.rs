//! The binary `towpath`.

/// A rendering makes hundreds of thousands of small values on a thread of its own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    towpath_report::end_at_panics();
    towpath::main(std::env::args_os().collect())
}
