//! A registry in this process: the OCI distribution specification 1.1 over loopback, kept in memory.

mod answer;
mod blobs;
mod lists;
mod manifests;
mod route;
mod store;
mod uploads;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, header::AUTHORIZATION},
    response::Response,
    serve::ListenerExt as _,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use towpath_model::{Digest, ImageError, ImageName};

use self::{
    answer::{Refusal, answer},
    route::Route,
    store::Store,
};

/// A registry that can be started in this process.
///
/// It takes what the specification lets it take and refuses the rest: a manifest whose blobs are missing, content
/// that is not its digest, a chunk out of order. Nothing outlives it.
///
/// Source: OCI distribution specification 1.1.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Where it listens; by default a free port of 127.0.0.1.
    pub address: SocketAddr,
    /// The user and password that every request must carry; by default anybody may do everything.
    pub login: Option<(String, String)>,
}

impl Default for Registry {
    fn default() -> Self {
        Self { address: (Ipv4Addr::LOCALHOST, 0).into(), login: None }
    }
}

impl Registry {
    /// Returns the running registry, which already listens.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start(self) -> io::Result<RunningRegistry> {
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        // Without this, answers wait for the client's delayed acknowledgements.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let (stop, stopped) = oneshot::channel::<()>();
        let login = self.login.map(|(user, password)| Digest::of(format!("{user}:{password}").as_bytes()));
        let shared = Arc::new(Shared { store: Mutex::default(), login });
        let router = Router::new().fallback(handle).with_state(shared);
        let stopped = async {
            // Either way, a message or the sender's end, it is over.
            let _ = stopped.await;
        };
        let task = tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        Ok(RunningRegistry { address, stop: Some(stop), task })
    }
}

/// A registry that answers until it is dropped.
#[derive(Debug)]
pub struct RunningRegistry {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl RunningRegistry {
    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the name of the repository at `path`: `127.0.0.1:PORT/path`.
    ///
    /// # Errors
    /// When `path` breaks the grammar of names.
    pub fn repository(&self, path: &str) -> Result<ImageName, ImageError> {
        format!("{}/{path}", self.address).parse()
    }

    /// Ends it and waits until its last answer is out.
    pub async fn stop(mut self) {
        self.stop.take();
        // It ends well or not; there is nobody left to tell.
        let _ = (&mut self.task).await;
    }
}

impl Drop for RunningRegistry {
    fn drop(&mut self) {
        self.stop.take();
    }
}

struct Shared {
    store: Mutex<Store>,
    /// The digest of `user:password`, so that comparing tells nothing of them.
    login: Option<Digest>,
}

impl Shared {
    fn store(&self) -> MutexGuard<'_, Store> {
        // Each change is complete before the next can fail, so that a poisoned store is still whole.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(login) = self.login else { return true };
        let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
        sent.and_then(|sent| STANDARD.decode(sent).ok()).is_some_and(|pair| Digest::of(&pair) == login)
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let result =
        if shared.admits(request.headers()) { dispatch(&shared, request).await } else { Err(Refusal::Unauthorized) };
    answer(result)
}

async fn dispatch(shared: &Shared, request: Request) -> Result<Response, Refusal> {
    let route = Route::parse(request.uri().path())?;
    let method = request.method().clone();
    match (method, route) {
        (Method::GET | Method::HEAD, Route::Base) => answer::empty_object(),
        (Method::GET | Method::HEAD, Route::Blob { name, digest }) => {
            blobs::get(&shared.store(), &name, digest, request.headers())
        }
        (Method::DELETE, Route::Blob { name, digest }) => blobs::delete(&mut shared.store(), &name, digest),
        (Method::POST, Route::Uploads { name }) => uploads::start(shared, &name, request).await,
        (Method::GET, Route::Upload { name, id }) => uploads::status(&shared.store(), &name, &id),
        (Method::PATCH, Route::Upload { name, id }) => uploads::append(shared, &name, &id, request).await,
        (Method::PUT, Route::Upload { name, id }) => uploads::finish(shared, &name, &id, request).await,
        (Method::DELETE, Route::Upload { name, id }) => uploads::cancel(&mut shared.store(), &name, &id),
        (Method::GET | Method::HEAD, Route::Manifest { name, reference }) => {
            manifests::get(&shared.store(), &name, &reference)
        }
        (Method::PUT, Route::Manifest { name, reference }) => manifests::put(shared, &name, &reference, request).await,
        (Method::DELETE, Route::Manifest { name, reference }) => {
            manifests::delete(&mut shared.store(), &name, &reference)
        }
        (Method::GET, Route::Tags { name }) => lists::tags(&shared.store(), &name, request.uri().query()),
        (Method::GET, Route::Referrers { name, digest }) => {
            lists::referrers(&shared.store(), &name, digest, request.uri().query())
        }
        _ => Err(Refusal::Method),
    }
}
