//! The binary `towpath-render`.

fn main() -> std::process::ExitCode {
    towpath_report::main::<towpath_plugin_render::Args>()
}
