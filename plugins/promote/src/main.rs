//! The binary.

fn main() -> std::process::ExitCode {
    towpath_report::main::<towpath_plugin_promote::Args>()
}
