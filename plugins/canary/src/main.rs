//! The binary `towpath-canary`.

fn main() -> std::process::ExitCode {
    towpath_report::main::<towpath_plugin_canary::Args>()
}
