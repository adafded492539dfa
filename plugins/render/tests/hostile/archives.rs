//! Packed charts.

use std::{io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};
use tar::{Builder, EntryType, Header};

use crate::case::{Case, Ending, write};

type Archive = Builder<GzEncoder<Vec<u8>>>;

fn entry(archive: &mut Archive, name: &str, kind: EntryType, link: Option<&str>, content: &[u8]) {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    // A name that leaves the folder is one that the library refuses to write.
    let bytes = &mut header.as_old_mut().name;
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    if let Some(link) = link {
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    }
    header.set_cksum();
    archive.append(&header, content).unwrap();
}

fn file(archive: &mut Archive, name: &str, content: &[u8]) {
    entry(archive, name, EntryType::Regular, None, content);
}

/// Returns a case whose chart is an archive with these entries behind its Chart.yaml.
fn packed(name: &'static str, fill: impl Fn(&mut Archive) + 'static, ending: Ending) -> Case {
    let build = move |folder: &Path| {
        let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
        file(&mut archive, "c/Chart.yaml", b"apiVersion: v2\nname: c\nversion: 1.0.0\n");
        fill(&mut archive);
        write(folder, "c.tgz", archive.into_inner().unwrap().finish().unwrap());
        vec!["c.tgz".to_owned()]
    };
    Case { name, build: Box::new(build), ending }
}

/// Returns zeros, packed.
fn zeros(bytes: usize) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let block = vec![0; 1 << 20];
    for _ in 0..bytes >> 20 {
        packer.write_all(&block).unwrap();
    }
    packer.finish().unwrap()
}

pub(crate) fn cases() -> Vec<Case> {
    use Ending::{Harmless, Refused};
    vec![
        packed("archive: a name with ..", |to| file(to, "c/../../x", b"x"), Refused(&["c.tgz", "parent directory"])),
        packed("archive: .. deep in a name", |to| file(to, "c/a/../../../x", b"x"), Refused(&["parent directory"])),
        packed("archive: an absolute name", |to| file(to, "c//etc/passwd", b"x"), Refused(&["absolute paths"])),
        packed("archive: a name beside the folder", |to| file(to, "x", b"x"), Refused(&["outside the base directory"])),
        packed("archive: a name with a drive", |to| file(to, "c/c:/x", b"x"), Refused(&["illegally named"])),
        packed(
            "archive: a symbolic link",
            |to| entry(to, "c/templates/a.yaml", EntryType::Symlink, Some("/etc/passwd"), b""),
            Harmless,
        ),
        packed(
            "archive: a hard link",
            |to| entry(to, "c/templates/a.yaml", EntryType::Link, Some("/etc/passwd"), b""),
            Harmless,
        ),
        packed("archive: a device", |to| entry(to, "c/templates/a.yaml", EntryType::Char, None, b""), Harmless),
        packed("archive: a pipe", |to| entry(to, "c/templates/a.yaml", EntryType::Fifo, None, b""), Harmless),
        packed(
            "archive: one file many times",
            |to| (0..2_000).for_each(|_| file(to, "c/templates/a.yaml", b"a: 1\n")),
            Harmless,
        ),
        packed(
            "archive: too many files",
            |to| (0..100_000).for_each(|n| file(to, &format!("c/f/{n}"), b"")),
            Refused(&["c.tgz", "files"]),
        ),
        packed(
            "archive: zeros in a file",
            |to| {
                let block = vec![0; 150 << 20];
                file(to, "c/zeros", &block);
            },
            Refused(&["c.tgz", "maximum"]),
        ),
        packed(
            "archive: zeros in many files",
            |to| {
                let block = vec![0; 1 << 20];
                (0..300).for_each(|n| file(to, &format!("c/f/{n}"), &block));
            },
            Refused(&["c.tgz", "maximum"]),
        ),
        packed(
            "archive: a packed subchart of zeros",
            |to| file(to, "c/charts/z-1.0.0.tgz", &zeros(512 << 20)),
            Refused(&["c.tgz", "z-1.0.0.tgz"]),
        ),
        packed(
            "archive: subcharts in subcharts",
            |to| {
                let mut name = "c".to_owned();
                for _ in 0..40 {
                    name.push_str("/charts/c");
                    if name.len() > 80 {
                        break;
                    }
                    file(to, &format!("{name}/Chart.yaml"), b"apiVersion: v2\nname: c\nversion: 1.0.0\n");
                }
            },
            Harmless,
        ),
        Case {
            name: "archive: nothing but zeros",
            build: Box::new(|folder| {
                write(folder, "c.tgz", zeros(1 << 30));
                vec!["c.tgz".to_owned()]
            }),
            ending: Refused(&["c.tgz"]),
        },
        Case {
            name: "archive: cut short",
            build: Box::new(|folder| {
                let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
                file(&mut archive, "c/Chart.yaml", b"apiVersion: v2\nname: c\nversion: 1.0.0\n");
                let whole = archive.into_inner().unwrap().finish().unwrap();
                write(folder, "c.tgz", &whole[..whole.len() / 2]);
                vec!["c.tgz".to_owned()]
            }),
            ending: Refused(&["c.tgz"]),
        },
        Case {
            name: "archive: no archive",
            build: Box::new(|folder| {
                write(folder, "c.tgz", b"PK\x03\x04");
                vec!["c.tgz".to_owned()]
            }),
            ending: Refused(&["c.tgz", "gzip"]),
        },
    ]
}
