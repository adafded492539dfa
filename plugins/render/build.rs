//! Links the binary.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    towpath_link::binaries();
}
