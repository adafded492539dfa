//! Puts the example into the binary, so that `towpath demo` needs nothing but itself: the shop as a static program, and its files.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    towpath_link::binaries();
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let example = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../examples/shop").canonicalize()?;
    for watched in ["src", "Cargo.toml", "towpath.yaml", "deploy"] {
        println!("cargo::rerun-if-changed={}", example.join(watched).display());
    }
    fs::copy(build_shop(&example, &out)?, out.join("shop"))?;
    let mut files = Vec::new();
    list(&example.join("deploy"), &mut files)?;
    files.push(example.join("towpath.yaml"));
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&example)?.to_str().ok_or("a file name that is not UTF-8")?.to_owned();
        writeln!(table, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())?;
    }
    fs::write(out.join("files.rs"), table + "]\n")?;
    Ok(())
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// Builds the shop with a cargo of its own, because a package cannot depend on another one's binary.
///
/// It is linked statically, so that it runs in an image that holds nothing else.
fn build_shop(example: &Path, out: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let target = env::var("TARGET")?;
    let folder = out.join("target");
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.current_dir(example).args([
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--bin",
        "shop",
        "--target",
        &target,
    ]);
    cargo.arg("--target-dir").arg(&folder);
    // What the outer cargo set for its own compiler calls is not for this one.
    for name in ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_TARGET", "CLIPPY_ARGS"] {
        cargo.env_remove(name);
    }
    if target.contains("-linux-") {
        cargo.env("RUSTFLAGS", "-C target-feature=+crt-static");
    }
    let status = cargo.status()?;
    if !status.success() {
        return Err(format!("the example does not build for {target}: {status}").into());
    }
    Ok(folder.join(target).join("release").join("shop"))
}
