use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http_body_util::{BodyExt as _, Empty};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};

/// Clients that send `GET /` over kept connections at a bounded rate, until told to stop.
pub(crate) struct Load {
    counts: Arc<Mutex<LoadCounts>>,
    stop: watch::Sender<()>,
    clients: JoinSet<()>,
}

/// How many clients there are and how fast they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// How many connections are kept, at least 1.
    pub(crate) clients: u32,
    /// Requests a second of all clients together, at least 1; fewer where answers take longer.
    pub(crate) per_second: u32,
}

/// What the clients have seen so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LoadCounts {
    /// Answers by response code.
    pub(crate) answers: BTreeMap<u16, u64>,
    /// Requests that got no answer, because no connection could be made or it broke.
    pub(crate) broken: u64,
}

impl LoadCounts {
    /// Returns how many answers came.
    pub(crate) fn total(&self) -> u64 {
        self.answers.values().sum()
    }

    /// Returns how many answers had a code of 500 or more.
    pub(crate) fn errors(&self) -> u64 {
        self.answers.range(500..).map(|(_, count)| count).sum()
    }
}

impl Load {
    /// Starts the clients against `target`.
    pub(crate) fn start(target: SocketAddr, pace: Pace) -> Self {
        let (clients, per_second) = (pace.clients.max(1), pace.per_second.max(1));
        let period = Duration::from_secs(1) * clients / per_second;
        let counts = Arc::<Mutex<LoadCounts>>::default();
        let (stop, stopped) = watch::channel(());
        let mut tasks = JoinSet::new();
        for number in 0..clients {
            // Spread over the period, so that requests come evenly and not in bursts.
            let first = Instant::now() + period * number / clients;
            tasks.spawn(client(target, (first, period), Arc::clone(&counts), stopped.clone()));
        }
        Self { counts, stop, clients: tasks }
    }

    /// Returns what has been seen so far.
    pub(crate) fn counts(&self) -> LoadCounts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the clients after their answers and returns what they saw.
    pub(crate) async fn stop(mut self) -> LoadCounts {
        // The clients have ended already where this fails.
        let _ = self.stop.send(());
        while self.clients.join_next().await.is_some() {}
        self.counts()
    }
}

async fn client(
    target: SocketAddr,
    (first, period): (Instant, Duration),
    counts: Arc<Mutex<LoadCounts>>,
    mut stopped: watch::Receiver<()>,
) {
    let mut ticks = tokio::time::interval_at(first, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut connection = None;
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = ticks.tick() => {}
        }
        let answer = ask(target, &mut connection).await;
        if answer.is_none() {
            connection = None;
        }
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Some(code) => *counts.answers.entry(code).or_default() += 1,
            None => counts.broken += 1,
        }
    }
}

/// Sends one request and returns the code of its answer, read to the end.
async fn ask(target: SocketAddr, connection: &mut Option<SendRequest<Empty<Bytes>>>) -> Option<u16> {
    let usable = match connection.as_mut() {
        Some(sender) => sender.ready().await.is_ok(),
        None => false,
    };
    if !usable {
        *connection = Some(connect(target).await.ok()?);
    }
    let request = Request::get("/").header("host", "shop").body(Empty::new()).ok()?;
    let mut response = connection.as_mut()?.send_request(request).await.ok()?;
    while let Some(frame) = response.body_mut().frame().await {
        frame.ok()?;
    }
    Some(response.status().as_u16())
}

async fn connect(target: SocketAddr) -> io::Result<SendRequest<Empty<Bytes>>> {
    let stream = TcpStream::connect(target).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // It ends with the sender.
    tokio::spawn(connection);
    Ok(sender)
}
