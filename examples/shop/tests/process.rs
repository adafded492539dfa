//! The shop as a process: its address, a kept connection, and a graceful end.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

fn start() -> (Child, TcpStream) {
    let mut shop = Command::new(env!("CARGO_BIN_EXE_shop"))
        .envs([("SHOP_LISTEN", "127.0.0.1:0"), ("SHOP_VERSION", "1.4.0"), ("SHOP_LATENCY_MS", "200")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the shop starts");
    let mut line = String::new();
    BufReader::new(shop.stdout.as_mut().expect("a pipe")).read_line(&mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on ").expect("the address").to_owned();
    (shop, TcpStream::connect(address).expect("the shop accepts"))
}

fn terminate(shop: &Child) {
    let status = Command::new("kill").arg(shop.id().to_string()).status().expect("kill runs");
    assert!(status.success());
}

#[test]
fn a_signal_ends_it_after_the_answer_under_way() {
    let (mut shop, mut stream) = start();
    let mut byte = [0];
    stream.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
    stream.read_exact(&mut byte).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    terminate(&shop);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"version\":\"1.4.0\"") && rest.contains("connection: close"), "{rest}");
    assert!(shop.wait().unwrap().success());
}

#[test]
fn an_idle_connection_does_not_keep_it_alive() {
    let (mut shop, mut stream) = start();
    terminate(&shop);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty() && shop.wait().unwrap().success());
}

#[test]
fn a_bad_configuration_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_shop")).env("SHOP_ERROR_SHARE", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("SHOP_ERROR_SHARE: errorShare `\"x\"` is no number from 0 to 1"), "{message}");
}
