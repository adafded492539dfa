//! The binary `towpath`.

fn main() -> std::process::ExitCode {
    towpath::main(std::env::args_os().collect())
}
