//! A real browser that opens a page and tells what stood on its console.

use std::{path::Path, process::Command};

/// What a page was when the browser had loaded it.
#[derive(Debug)]
pub struct Opened {
    /// The messages on its console, one a line, with level and place.
    pub console: Vec<String>,
    /// The document as the browser holds it.
    pub document: String,
}

/// Opens a file in headless Chromium.
///
/// # Panics
/// When Chromium is missing or fails.
pub fn open(page: &Path) -> Opened {
    let profile = tempfile::tempdir().expect("a folder for the browser's profile");
    let mut chromium = Command::new("chromium");
    chromium.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-sync",
    ]);
    chromium.args([
        "--disable-background-networking",
        "--disable-component-update",
        "--enable-logging=stderr",
        "--dump-dom",
    ]);
    chromium.arg(format!("--user-data-dir={}", profile.path().display()));
    let output = crate::output(chromium.arg(format!("file://{}", page.display())));
    assert!(output.status.success(), "chromium ended with {}", output.status);
    let console = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter_map(|line| line.split_once(":CONSOLE:").map(|(_, message)| message.to_owned()))
        .collect();
    Opened { console, document: String::from_utf8_lossy(&output.stdout).into_owned() }
}
