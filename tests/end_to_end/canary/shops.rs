//! The example service as processes, and clients of them.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use towpath_tests::binary;

use crate::mesh::weights;

pub(crate) fn shop(version: &str, errors: &str) -> (Child, SocketAddr) {
    let mut shop = Command::new(binary("shop"))
        .envs([("SHOP_LISTEN", "127.0.0.1:0"), ("SHOP_VERSION", version), ("SHOP_ERROR_SHARE", errors)])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the shop starts");
    let mut line = String::new();
    BufReader::new(shop.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on ").and_then(|address| address.parse().ok());
    (shop, address.expect("the shop says where it listens"))
}

/// Sends requests over one kept connection to each version, by the weights in the file.
pub(crate) fn client(
    number: u64,
    addresses: [SocketAddr; 2],
    path: &Path,
    stop: &AtomicBool,
    answered: &Mutex<[u64; 2]>,
) {
    let mut streams = addresses.map(|address| TcpStream::connect(address).expect("the shop accepts"));
    let mut draw = number;
    while !stop.load(Ordering::SeqCst) {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let canary = usize::from((draw >> 33) % 100 < u64::from(weights(path).unwrap_or(0)));
        let stream = &mut streams[canary];
        stream.write_all(b"GET / HTTP/1.1\r\nhost: shop\r\n\r\n").expect("the shop reads");
        let mut buffer = [0; 2048];
        assert!(stream.read(&mut buffer).expect("the shop answers") > 0);
        answered.lock().expect("no client panics")[canary] += 1;
        std::thread::sleep(Duration::from_millis(2));
    }
}
