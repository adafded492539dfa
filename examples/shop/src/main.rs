//! The example service: a small shop over HTTP/1.1 whose behaviour per version comes from its configuration.
//!
//! It answers `/` (the catalogue), `/healthz` and `/metrics`. In a mesh the sidecar counts requests; here the shop does
//! it itself, under Istio's metric names and labels, so that a canary can be judged without a mesh. On SIGTERM it
//! answers what is under way and ends.
//!
//! ```text
//! shop --config shop.json          # {"version": "1.4.0", "errorShare": 0.005, "latencyMs": 3}
//! SHOP_LISTEN=127.0.0.1:0 shop     # prints `listening on 127.0.0.1:41873`
//! ```

mod config;
mod connection;
mod metrics;
mod server;
mod service;

use std::{
    io::{self, Write as _},
    net::TcpListener,
    process::ExitCode,
    sync::Arc,
};

use signal_hook::{consts::TERM_SIGNALS, iterator::Signals};

use crate::{config::Config, server::Server, service::Shop};

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            // There is nobody left to tell where stderr is closed.
            let _ = writeln!(io::stderr(), "shop: {message}");
            ExitCode::from(code)
        }
    }
}

/// Serves until a signal comes; errors carry the exit code: 2 for the configuration, 3 for the network.
fn start() -> Result<(), (u8, String)> {
    let config = Config::load(std::env::args().skip(1), std::env::vars()).map_err(|message| (2, message))?;
    let listener = TcpListener::bind(&config.listen)
        .map_err(|error| (3, format!("cannot listen on `{}`: {error}", config.listen)))?;
    let address = listener.local_addr().map_err(|error| (3, format!("the socket has no address: {error}")))?;
    let mut signals = Signals::new(TERM_SIGNALS).map_err(|error| (3, format!("cannot wait for signals: {error}")))?;

    let _ = writeln!(io::stdout(), "listening on {address}");
    if let Some(path) = &config.address_file {
        publish(path, &address.to_string()).map_err(|error| (3, format!("cannot write `{path}`: {error}")))?;
    }
    let server = Arc::new(Server::new(Shop::new(config), address));
    let stopper = Arc::clone(&server);
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopper.stop();
        }
    });
    server.serve(&listener);
    Ok(())
}

/// Writes the address so that a reader never sees half of it.
fn publish(path: &str, address: &str) -> io::Result<()> {
    let draft = format!("{path}.{}", std::process::id());
    std::fs::write(&draft, address)?;
    std::fs::rename(&draft, path)
}
