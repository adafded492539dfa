//! What the tests of the whole share: where the real programs stand, and how our own binaries are found.

pub mod browser;
pub mod certificates;
pub mod docker_registry;
pub mod helm;
pub mod random;
pub mod redis_server;
pub mod web_server;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Returns the repository's root.
pub fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

/// Returns the path of a real program that `tests/peers/install` put into its folder, such as `helm4`.
///
/// # Panics
/// When it is not there: a missing peer fails the run.
pub fn peer(name: &str) -> PathBuf {
    let folder = std::env::var_os("TOWPATH_PEERS").map_or_else(
        || {
            let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let home = || Path::new(&std::env::var_os("HOME").expect("HOME is set")).join(".cache");
            cache.unwrap_or_else(home).join("towpath/peers")
        },
        PathBuf::from,
    );
    let path = folder.join("bin").join(name);
    assert!(path.is_file(), "{} is missing: run tests/peers/install", path.display());
    path
}

/// Builds one of our binaries in the profile of the running test and returns its path.
///
/// Where `TOWPATH_BUILT` is set, it is taken as it stands.
///
/// # Panics
/// When it does not build.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(Path::parent).expect("because tests run from target/PROFILE/deps");
    // A run of the whole workspace has built every binary before it starts the first test.
    if std::env::var_os("TOWPATH_BUILT").is_some() {
        assert!(folder.join(name).is_file(), "{name} is not built, though TOWPATH_BUILT says so");
        return folder.join(name);
    }
    // The cargo that runs this test, so that nothing is built twice by another toolchain.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["build", "--quiet", "--bin", name]);
    // What cargo told this test of its own package would make build scripts run again.
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(variable);
        }
    }
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo runs").success(), "{name} does not build");
    folder.join(name)
}

/// Runs a command to its end and returns its output.
///
/// # Panics
/// When it cannot be started.
pub fn output(command: &mut Command) -> Output {
    let output = command.output();
    output.expect("the program can be started")
}
