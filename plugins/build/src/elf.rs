use std::collections::BTreeMap;

use towpath_model::{Diagnostic, Kind};
use towpath_oci::{Content, Entry, Platform};

/// Whether a program may need a loader that the image does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// On scratch, a program is static or its loader is among the files.
    Static,
    /// The loader and the libraries come to the container in another way.
    Any,
}

/// What an ELF file says of where it runs.
///
/// Source: the ELF-64 object file format, version 1.5, and the machine numbers of the System V ABI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    /// The processor, in Go's name where it has one, else the machine's number.
    pub architecture: String,
    /// The loader that a dynamically linked program asks for.
    pub interpreter: Option<String>,
}

/// The type of the program header that names the loader.
const PT_INTERP: u32 = 3;

impl Elf {
    /// Returns what the header of `bytes` says; `None` if it is no ELF file, or a broken one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let file = File { bytes, wide: *bytes.get(4)? == 2, little: *bytes.get(5)? == 1 };
        if !bytes.starts_with(b"\x7fELF") {
            return None;
        }
        let machine = file.number(18, 2)?;
        let (table, size, count) = if file.wide { (32, 54, 56) } else { (28, 42, 44) };
        let start = file.word(table)?;
        let (size, count) = (file.number(size, 2)?, file.number(count, 2)?);
        let headers = (0..count).map_while(|at| start.checked_add(at * size));
        let interpreter = headers
            .filter(|header| file.number(*header, 4) == Some(u64::from(PT_INTERP)))
            .find_map(|header| file.interpreter(header));
        Some(Self { architecture: architecture(machine, &file), interpreter })
    }
}

fn architecture(machine: u64, file: &File<'_>) -> String {
    let name = match (machine, file.little) {
        (3, _) => "386",
        (8, true) => "mips64le",
        (21, true) => "ppc64le",
        (22, _) => "s390x",
        (40, _) => "arm",
        (62, _) => "amd64",
        (183, _) => "arm64",
        (243, _) => "riscv64",
        (258, _) => "loong64",
        _ => return format!("machine {machine}"),
    };
    name.to_owned()
}

struct File<'b> {
    bytes: &'b [u8],
    wide: bool,
    little: bool,
}

impl File<'_> {
    fn number(&self, at: u64, length: usize) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }

    fn word(&self, at: u64) -> Option<u64> {
        self.number(at, if self.wide { 8 } else { 4 })
    }

    fn interpreter(&self, header: u64) -> Option<String> {
        let (offset, length) = if self.wide { (8, 32) } else { (4, 16) };
        let start = usize::try_from(self.word(header + offset)?).ok()?;
        let length = usize::try_from(self.word(header + length)?).ok()?.min(4096);
        let text = self.bytes.get(start..start.checked_add(length)?)?;
        let text = text.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

/// Which files can hold the loader.
pub(crate) enum Below<'e> {
    /// The image's own alone.
    Scratch(&'e BTreeMap<String, Entry>),
    /// Those of a base too, which are not looked into.
    Base,
}

/// Refuses a program that cannot start on the platform; what is no ELF file, such as a script, passes.
pub(crate) fn check(
    program: &str,
    entries: &BTreeMap<String, Entry>,
    platform: &Platform,
    below: &Below<'_>,
    linking: Linking,
) -> Result<(), Diagnostic> {
    let path = program.trim_start_matches('/');
    let Some(Entry { content: Content::File(bytes), mode, .. }) = entries.get(path) else { return Ok(()) };
    if mode & 0o111 == 0 {
        return Err(Diagnostic::new(Kind::Usage, format!("`{program}` is the entry point but may not be executed"))
            .hint("give it the mode 0755"));
    }
    let Some(elf) = Elf::parse(bytes) else { return Ok(()) };
    if elf.architecture != platform.architecture {
        let message = format!("`{program}` is built for {}, not for {platform}", elf.architecture);
        return Err(Diagnostic::new(Kind::Usage, message)
            .hint("with `{arch}` in its path, each platform gets a binary of its own"));
    }
    match (elf.interpreter, below, linking) {
        (Some(loader), Below::Scratch(entries), Linking::Static)
            if !entries.contains_key(loader.trim_start_matches('/')) =>
        {
            Err(Diagnostic::new(Kind::Usage, format!("`{program}` needs the loader `{loader}`, which scratch has not"))
                .hint("link it statically (Rust: --target x86_64-unknown-linux-musl; Go: CGO_ENABLED=0)")
                .hint("or build on a base image that has it: --from NAME@sha256:…"))
        }
        _ => Ok(()),
    }
}
