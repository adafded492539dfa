//! A second thread: it parses templates while the rest of their chart is still being read, then helps to execute them.

use std::{
    mem::ManuallyDrop,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, Sender},
    },
    thread,
};

use towpath_helm::{Chart, Engine, HelmError, Helper, Options, Parsing, Profile, RenderEnv, Rendered, ValuesOptions};
use towpath_model::TreePath;
use towpath_render::source::Tell;

use super::placement;

/// Bytes of templates that are parsed sooner than a thread is started for them.
const FEW: usize = 8 << 10;

/// An engine, and a thread that works for it.
pub(super) struct Ahead {
    /// It is never given back: the process ends soon, and gives back what it holds faster.
    engine: ManuallyDrop<Arc<Engine>>,
    texts: Arc<Mutex<Texts>>,
}

/// All that a rendering needs.
pub(super) struct Job {
    pub(super) chart: Chart,
    pub(super) values: ValuesOptions,
    pub(super) env: RenderEnv,
    pub(super) options: Options,
}

/// What the thread is asked to do.
enum Task {
    Parse(Arc<[u8]>),
    Help(Helper, Arc<Job>),
}

struct Texts {
    bytes: usize,
    /// Until there is nothing more to do, so that the thread ends before the process does.
    sender: Option<Sender<Task>>,
    /// Until the thread takes it.
    receiver: Option<Receiver<Task>>,
}

impl Ahead {
    pub(super) fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        let texts = Texts { bytes: 0, sender: Some(sender), receiver: Some(receiver) };
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

    /// Renders, with the thread's help where there is one.
    pub(super) fn render(&self, job: Job) -> Result<Rendered, HelmError> {
        // It is never given back either.
        let job = ManuallyDrop::new(Arc::new(job));
        let helper = Helper::default();
        let is_helped = self.texts.lock().unwrap_or_else(PoisonError::into_inner).help(&helper, &job);
        let Job { chart, values, env, options } = &**job;
        self.engine.render_with(is_helped.then_some(&helper), chart, values, env, options)
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
        if self.bytes > Engine::UNCHECKED_BYTES || !self.ask(Task::Parse(Arc::clone(text))) || self.bytes < FEW {
            return;
        }
        if let Some(tasks) = self.receiver.take() {
            let engine = Arc::clone(engine);
            let work = move || tasks.iter().for_each(|task| task.done_by(&engine, profile));
            let thread = thread::Builder::new().name("helper".to_owned()).stack_size(Engine::HELPER_STACK);
            if thread.spawn(work).is_ok() {
                let _ = placement::spread();
            }
        }
    }

    /// Asks the thread for the last thing, to help, and tells whether there is one.
    fn help(&mut self, helper: &Helper, job: &Arc<Job>) -> bool {
        let is_there = self.receiver.is_none() && self.bytes <= Engine::UNCHECKED_BYTES;
        let is_asked = is_there && self.ask(Task::Help(helper.clone(), Arc::clone(job)));
        self.sender = None;
        is_asked
    }

    fn ask(&self, task: Task) -> bool {
        self.sender.as_ref().is_some_and(|sender| sender.send(task).is_ok())
    }
}

impl Task {
    fn done_by(self, engine: &Engine, profile: Profile) {
        match self {
            Self::Parse(text) => engine.parse(&text, profile),
            Self::Help(helper, job) => engine.help(&helper, &job.chart, &job.values, &job.env, &job.options),
        }
    }
}
