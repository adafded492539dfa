//! Odd archives and odd folders against both releases of Helm: what they refuse is refused, what they read gives their bytes.

use std::{
    fs,
    io::Write,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Output},
};

use flate2::{Compression, write::GzEncoder};
use towpath_tests::{binary, output, peer};

const CHART: &[u8] = b"apiVersion: v2\nname: c\nversion: 1.0.0\n";
const TEMPLATE: &[u8] = b"a: 1\nfiles:\n{{- range $path, $data := .Files }}\n- {{ $path | quote }}\n- {{ $data | toString | quote }}\n{{- end }}\n";
const END: &[u8] = &[0; 1024];

/// One entry: its name, its kind, its mode, and what it holds.
type Entry = (&'static [u8], u8, &'static [u8], &'static [u8]);

const MODE: &[u8] = b"0000644\0";

/// Returns a file.
const fn file(name: &'static [u8], content: &'static [u8]) -> Entry {
    (name, b'0', MODE, content)
}

/// Returns what holds nothing.
const fn empty(name: &'static [u8], kind: u8) -> Entry {
    (name, kind, MODE, b"")
}

/// Archives: what stands behind Chart.yaml and a template that shows all files.
const ARCHIVES: &[(&str, &[Entry])] = &[
    ("a file", &[file(b"c/f", b"x")]),
    ("a symbolic link", &[empty(b"c/f", b'2')]),
    ("a hard link", &[empty(b"c/f", b'1')]),
    ("a character device", &[empty(b"c/f", b'3')]),
    ("a block device", &[empty(b"c/f", b'4')]),
    ("a folder", &[empty(b"c/f", b'5')]),
    ("a pipe", &[empty(b"c/f", b'6')]),
    ("a contiguous file", &[(b"c/f", b'7', MODE, b"x")]),
    ("a kind that nobody knows", &[(b"c/f", b'Z', MODE, b"x")]),
    ("a link with content", &[(b"c/f", b'2', MODE, b"x")]),
    ("a folder with content", &[(b"c/f", b'5', MODE, b"x")]),
    ("an old file", &[(b"c/f", 0, MODE, b"x")]),
    ("an old folder", &[(b"c/f/", 0, MODE, b"")]),
    ("a file with a slash", &[file(b"c/f/", b"x")]),
    ("the mode of a folder", &[(b"c/f", b'0', b"0040755\0", b"x")]),
    ("the mode of a link", &[(b"c/f", b'0', b"0120755\0", b"x")]),
    ("no mode", &[(b"c/f", b'0', &[0; 8], b"x")]),
    ("a mode that is none", &[(b"c/f", b'0', b"zzzzzzz\0", b"x")]),
    ("a linked values file", &[empty(b"c/values.yaml", b'2')]),
    ("a folder above", &[file(b"c/../f", b"x")]),
    ("a folder above, within", &[file(b"c/a/../f", b"x")]),
    ("two folders above", &[file(b"c/a/../../f", b"x")]),
    ("a name that begins with dots", &[file(b"c/..f", b"x")]),
    ("dots below", &[file(b"c/a/..f", b"x")]),
    ("an absolute name", &[file(b"/f", b"x")]),
    ("an absolute path", &[file(b"/etc/f", b"x")]),
    ("two slashes", &[file(b"c//f", b"x")]),
    ("two slashes in front", &[file(b"//f/g", b"x")]),
    ("no folder", &[file(b"f", b"x")]),
    ("a folder beside", &[empty(b"f", b'5')]),
    ("another folder", &[file(b"d/f", b"x")]),
    ("another chart", &[file(b"d/Chart.yaml", b"apiVersion: v2\nname: d\nversion: 2.0.0\n")]),
    ("a folder called Chart.yaml", &[file(b"Chart.yaml/f", b"x")]),
    ("Chart.yaml alone", &[file(b"Chart.yaml", CHART)]),
    ("a dot in front", &[file(b"./c/f", b"x")]),
    ("backslashes", &[file(b"c\\a\\f", b"x")]),
    ("both slashes", &[file(b"c/a\\f", b"x")]),
    ("two backslashes", &[file(b"c\\\\f", b"x")]),
    ("a folder above, with backslashes", &[file(b"c\\..\\f", b"x")]),
    ("a drive", &[file(b"c/c:/f", b"x")]),
    ("a drive on top", &[file(b"c:/f", b"x")]),
    ("a drive with backslashes", &[file(b"c\\c:\\f", b"x")]),
    ("a drive without a slash", &[file(b"c/c:f", b"x")]),
    ("a file twice", &[file(b"c/f", b"one"), file(b"c/f", b"two")]),
    ("a file by three names", &[file(b"c/f", b"one"), file(b"c/./f", b"two"), file(b"c/a/../f", b"three")]),
    ("a template twice", &[file(b"c/templates/y.yaml", b"b: 1\n"), file(b"c/templates/y.yaml", b"b: 2\n")]),
    ("Chart.yaml twice", &[file(b"c/Chart.yaml", b"description: x\n")]),
    ("values twice", &[file(b"c/values.yaml", b"a: 1\n"), file(b"c/values.yaml", b"b: [\n")]),
    ("no name", &[empty(b"", b'0')]),
    ("no name below", &[empty(b"c/", b'0')]),
    ("a dot", &[file(b"c/.", b"x")]),
    ("two dots", &[file(b"c/..", b"x")]),
    ("a space", &[file(b"c/ ", b"x")]),
    ("a line break", &[file(b"c/a\nb", b"x")]),
    ("a template with a line break", &[file(b"c/templates/a\nb.yaml", b"b: 1\n")]),
    ("a byte order mark", &[file(b"c/f", b"\xef\xbb\xbfx")]),
    ("two byte order marks", &[file(b"c/f", b"\xef\xbb\xbf\xef\xbb\xbfx")]),
    ("nothing but a byte order mark", &[file(b"c/f", b"\xef\xbb\xbf")]),
    ("half a byte order mark", &[file(b"c/f", b"\xef\xbb")]),
    ("values behind a byte order mark", &[file(b"c/values.yaml", b"\xef\xbb\xbfa: 1\n")]),
    ("an attribute", &[(b"x", b'x', MODE, b"12 path=c/g\n"), file(b"c/f", b"x")]),
    ("an attribute that leaves", &[(b"x", b'x', MODE, b"15 path=c/../g\n"), file(b"c/f", b"x")]),
    ("a broken attribute", &[(b"x", b'x', MODE, b"99 path=c/g\n"), file(b"c/f", b"x")]),
    ("an attribute of nothing", &[(b"x", b'x', MODE, b"12 path=c/g\n")]),
    ("an attribute for all", &[(b"g", b'g', MODE, b"12 path=c/g\n"), file(b"c/f", b"x")]),
    ("a long name", &[(b"././@LongLink", b'L', MODE, b"c/long\0"), file(b"c/f", b"x")]),
    ("a long name that leaves", &[(b"././@LongLink", b'L', MODE, b"c/../../long\0"), file(b"c/f", b"x")]),
    ("a file among the subcharts", &[file(b"c/charts/f", b"x")]),
    ("a subchart that is none", &[file(b"c/charts/x/f", b"x")]),
    ("a packed subchart that is none", &[file(b"c/charts/x.tgz", b"x")]),
    ("a folder called as an archive", &[file(b"c/charts/x.tgz/Chart.yaml", CHART)]),
    ("ignore rules", &[file(b"c/.helmignore", b"f\n"), file(b"c/f", b"x")]),
    ("a lock that is none", &[file(b"c/Chart.lock", b"[")]),
    ("a lock that is a list", &[file(b"c/Chart.lock", b"[]")]),
    ("a lock with a wrong digest", &[file(b"c/Chart.lock", b"digest: [1]\n")]),
    ("an old lock that is none", &[file(b"c/requirements.lock", b"[")]),
];

/// Folders: what is done to a chart that stands beside a folder `out` with a file `f`.
type Change = fn(&Path);
const FOLDERS: &[(&str, Change)] = &[
    ("a link out of the chart", |c| link("../out/f", &c.join("g"))),
    ("a linked folder", |c| link("../out", &c.join("d"))),
    ("a linked template", |c| link("../../out/f", &c.join("templates/f.yaml"))),
    ("a link to nowhere", |c| link("none", &c.join("g"))),
    ("an ignored link to nowhere", |c| {
        link("none", &c.join("g"));
        write(&c.join(".helmignore"), b"g\n");
    }),
    ("a link to nowhere in an ignored folder", |c| {
        write(&c.join("d/x"), b"x");
        link("none", &c.join("d/g"));
        write(&c.join(".helmignore"), b"d\n");
    }),
    ("a link to itself", |c| link("g", &c.join("g"))),
    ("a link to the folder above", |c| link("..", &c.join("templates/up"))),
    ("a link through a file", |c| link("Chart.yaml/x", &c.join("g"))),
    ("linked ignore rules", |c| {
        fs::write(c.join("../out/rules"), "h\n").expect("it can be written");
        write(&c.join("h"), b"x");
        link("../out/rules", &c.join(".helmignore"));
    }),
    ("ignore rules that are a folder", |c| write(&c.join(".helmignore/x"), b"x")),
    ("ignore rules that lead nowhere", |c| link("none", &c.join(".helmignore"))),
    ("a pipe", |c| pipe(&c.join("p"))),
    ("an ignored pipe", |c| {
        pipe(&c.join("p"));
        write(&c.join(".helmignore"), b"p\n");
    }),
    ("a device", |c| link("/dev/null", &c.join("n"))),
    ("values that are a folder", |c| write(&c.join("values.yaml/x"), b"x")),
    ("an empty folder", |c| fs::create_dir(c.join("e")).expect("it can be made")),
    ("a byte order mark", |c| write(&c.join("f"), b"\xef\xbb\xbfx")),
];

fn link(target: &str, at: &Path) {
    symlink(target, at).expect("it can be linked");
}

fn pipe(at: &Path) {
    assert!(output(Command::new("mkfifo").arg(at)).status.success());
}

fn write(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().expect("it is below a folder")).expect("it can be made");
    fs::write(path, content).expect("it can be written");
}

fn entry(&(name, kind, mode, content): &Entry) -> Vec<u8> {
    let mut block = [0_u8; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name);
    put(100, mode);
    put(108, b"0000000\x000000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0        ");
    put(156, &[kind]);
    put(257, if kind == b'L' { b"ustar  \0" } else { b"ustar\x0000" });
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let padding = vec![0; content.len().next_multiple_of(512) - content.len()];
    [&block, content, &padding].concat()
}

fn packed(entries: &[Entry]) -> Vec<u8> {
    let head = [file(b"c/Chart.yaml", CHART), file(b"c/templates/x.yaml", TEMPLATE)];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    for one in head.iter().chain(entries) {
        gzip.write_all(&entry(one)).expect("memory can be written");
    }
    gzip.write_all(END).expect("memory can be written");
    gzip.finish().expect("memory can be written")
}

/// Returns what differs between Helm and ours over a chart.
fn differences(ours: &Path, folder: &Path, chart: &str, name: &str) -> Vec<String> {
    let run = |program: &Path, more: &[&str]| -> Output {
        output(Command::new(program).current_dir(folder).args(["template", "r", chart]).args(more))
    };
    let mut found = Vec::new();
    for (helm, major) in [("helm4", "4"), ("helm3", "3")] {
        let theirs = run(&peer(helm), &[]);
        let ours = run(ours, &["--helm-version", major]);
        let verdicts = (theirs.status.success(), ours.status.success());
        if verdicts.0 != verdicts.1 || (verdicts.0 && theirs.stdout != ours.stdout) {
            let texts = [&theirs.stdout, &theirs.stderr, &ours.stdout, &ours.stderr];
            let texts = texts.map(|text| String::from_utf8_lossy(text).into_owned());
            found.push(format!("{name}, {helm}: {verdicts:?}\n{}", texts.join("\n--\n")));
        }
    }
    found
}

#[test]
fn odd_archives_are_read_as_helm_reads_them() {
    let work = tempfile::tempdir().expect("a folder can be made");
    let (ours, mut found) = (binary("towpath-render"), Vec::new());
    for (name, entries) in ARCHIVES {
        fs::write(work.path().join("c.tgz"), packed(entries)).expect("it can be written");
        found.extend(differences(&ours, work.path(), "c.tgz", name));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn odd_folders_are_read_as_helm_reads_them() {
    let (ours, mut found) = (binary("towpath-render"), Vec::new());
    for (name, change) in FOLDERS {
        let work = tempfile::tempdir().expect("a folder can be made");
        let chart = work.path().join("c");
        write(&work.path().join("out/f"), b"outside: 1\n");
        write(&chart.join("Chart.yaml"), CHART);
        write(&chart.join("templates/x.yaml"), TEMPLATE);
        change(&chart);
        found.extend(differences(&ours, work.path(), "c", name));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
