//! Templates that are parsed while the rest of their chart is still being read.

use std::{
    mem::ManuallyDrop,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use towpath_helm::{Engine, Parsing, Profile};
use towpath_model::TreePath;
use towpath_render::source::Tell;

/// Bytes of templates that are parsed sooner than a thread is started for them.
const FEW: usize = 24 << 10;

/// An engine, and a thread that parses for it.
pub(super) struct Ahead {
    /// It is never given back: the process ends soon, and gives back what it holds faster.
    pub(super) engine: ManuallyDrop<Arc<Engine>>,
    texts: Arc<Mutex<Texts>>,
}

struct Texts {
    bytes: usize,
    sender: Sender<Arc<[u8]>>,
    /// Until the thread takes it.
    receiver: Option<Receiver<Arc<[u8]>>>,
}

impl Ahead {
    pub(super) fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        let texts = Texts { bytes: 0, sender, receiver: Some(receiver) };
        Self { engine: ManuallyDrop::new(Arc::default()), texts: Arc::new(Mutex::new(texts)) }
    }

    /// Returns what is told of the files of the chart.
    pub(super) fn reader(&self, profile: Profile) -> Tell {
        let (engine, texts) = (Arc::clone(&self.engine), Arc::clone(&self.texts));
        Arc::new(move |path: &TreePath, text: &Arc<[u8]>| {
            if path.as_str().starts_with("templates/") || path.as_str().contains("/templates/") {
                texts.lock().unwrap_or_else(PoisonError::into_inner).add(text, &engine, profile);
            }
        })
    }

    /// Returns where the rest is parsed. A chart that was fetched, or came in an archive, was read by nobody here.
    pub(super) fn rest(&self) -> Parsing {
        match self.texts.lock().unwrap_or_else(PoisonError::into_inner).bytes {
            1..=Engine::UNCHECKED_BYTES => Parsing::Here,
            _ => Parsing::Beside,
        }
    }
}

impl Texts {
    fn add(&mut self, text: &Arc<[u8]>, engine: &Arc<Engine>, profile: Profile) {
        self.bytes += text.len();
        // What nobody parses here is parsed by the rendering.
        if self.bytes > Engine::UNCHECKED_BYTES || self.sender.send(Arc::clone(text)).is_err() || self.bytes < FEW {
            return;
        }
        if let Some(texts) = self.receiver.take() {
            let engine = Arc::clone(engine);
            let parse = move || texts.iter().for_each(|text| engine.parse(&text, profile));
            let _ = thread::Builder::new().name("parse".to_owned()).spawn(parse);
        }
    }
}
