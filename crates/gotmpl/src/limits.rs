use crate::{CallError, Session, Value};

/// What an execution may use before it ends with an error of the kind [`ErrorKind::Limit`](crate::ErrorKind::Limit).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Nested executions: `template` actions and those that functions start.
    pub depth: usize,
    /// Bytes of the thread's stack, counted from where the outermost execution starts; leave a margin of half a MiB.
    pub stack: usize,
    /// Bytes of output over the life of the session; that of nested executions counts as memory.
    pub output: usize,
    /// Actions, commands and iterations over the life of the session; long texts count as more than one.
    pub steps: u64,
    /// Bytes that the values made by functions take at one time, as far as that can be known: what is shared stays counted.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 100_000, stack: 1 << 20, output: 1 << 30, steps: 1 << 40, memory: 1 << 30 }
    }
}

/// How much of the limits has been used.
#[derive(Debug, Default)]
pub(crate) struct Used {
    pub(crate) steps: u64,
    /// At this step the clock is asked again.
    next_check: u64,
    output: usize,
    memory: usize,
}

/// What a session has used of its limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    steps: u64,
    output: usize,
    memory: usize,
}

/// Steps between two looks at the clock.
const CHECKED_EVERY: u64 = 1024;

/// A step is about as long as it takes to work through so many bytes.
const BYTES_A_STEP: usize = 32;

/// Values are walked through more slowly than texts.
const WEIGHED_A_STEP: usize = 16;

impl Session {
    /// Counts one step.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<(), &'static str> {
        self.used.steps += 1;
        if self.used.steps < self.used.next_check {
            return Ok(());
        }
        self.check_steps()
    }

    #[cold]
    fn check_steps(&mut self) -> Result<(), &'static str> {
        if self.used.steps > self.limits.steps {
            return Err("templates take too many steps");
        }
        self.used.next_check = (self.used.steps + CHECKED_EVERY).min(self.limits.steps.saturating_add(1));
        if self.budget.as_mut().is_some_and(|go_on| !go_on()) {
            return Err("templates take too long");
        }
        Ok(())
    }

    /// Counts the work of a function that takes as long as so many steps.
    ///
    /// # Errors
    /// When it is too much.
    pub fn work(&mut self, steps: u64) -> Result<(), CallError> {
        self.used.steps = self.used.steps.saturating_add(steps);
        if self.used.steps < self.used.next_check {
            return Ok(());
        }
        self.check_steps().map_err(CallError::limit)
    }

    /// Returns what was used up to now.
    pub fn spent(&self) -> Spent {
        Spent { steps: self.used.steps, output: self.used.output, memory: self.used.memory }
    }

    /// Tells whether what another session has used could have been used here, too.
    pub fn affords(&self, other: Spent) -> bool {
        let (used, limits) = (&self.used, &self.limits);
        used.steps.saturating_add(other.steps) <= limits.steps
            && used.output.saturating_add(other.output) <= limits.output
            && used.memory.saturating_add(other.memory) <= limits.memory
    }

    /// Counts the work of going through so many bytes.
    pub(crate) fn read(&mut self, bytes: usize) -> Result<(), CallError> {
        self.work((bytes / BYTES_A_STEP) as u64)
    }

    /// Asks whether there is room for a value of so many bytes, before it is made.
    ///
    /// # Errors
    /// When there is not.
    pub fn reserve(&self, bytes: usize) -> Result<(), CallError> {
        if self.used.memory.saturating_add(bytes) > self.limits.memory { Err(self.memory_is_full()) } else { Ok(()) }
    }

    /// Counts bytes that stay in use, such as those of an entry that a function adds to a map.
    ///
    /// # Errors
    /// When they are too many.
    pub fn charge(&mut self, bytes: usize) -> Result<(), CallError> {
        self.used.memory = self.used.memory.saturating_add(bytes);
        if self.used.memory > self.limits.memory { Err(self.memory_is_full()) } else { Ok(()) }
    }

    /// Returns how many bytes there is still room for.
    pub fn room(&self) -> usize {
        self.limits.memory.saturating_sub(self.used.memory)
    }

    fn memory_is_full(&self) -> CallError {
        CallError::limit(format!("values take more than {} bytes of memory", self.limits.memory))
    }

    /// Counts bytes that are free again.
    pub(crate) fn release(&mut self, bytes: usize) {
        self.used.memory = self.used.memory.saturating_sub(bytes);
    }

    /// Asks whether values may be walked through and written out: lists and maps can hold the same one many times.
    ///
    /// # Errors
    /// When they would be too large.
    pub fn weigh(&mut self, values: &[Value]) -> Result<(), CallError> {
        self.weigh_by(values, 1)
    }

    /// As [`Self::weigh`], for what escapes characters.
    ///
    /// # Errors
    /// When they would be too large.
    pub fn weigh_escaped(&mut self, values: &[Value]) -> Result<(), CallError> {
        self.weigh_by(values, 4)
    }

    fn weigh_by(&mut self, values: &[Value], factor: usize) -> Result<(), CallError> {
        let room = self.room();
        let mut left = room;
        if values.iter().all(|value| value.is_within(&mut left, factor)) {
            return self.work(((room - left) / WEIGHED_A_STEP) as u64);
        }
        let limit = self.limits.memory;
        Err(CallError::limit(format!("a value is larger than {limit} bytes when all it holds is written out")))
    }

    /// Counts bytes of output. Returns what is wrong when they are too many.
    #[inline]
    pub(crate) fn produced(&mut self, bytes: usize) -> Result<(), String> {
        if self.captured > 0 {
            return self.charge(bytes).map_err(|error| error.to_string());
        }
        self.used.output = self.used.output.saturating_add(bytes);
        if self.used.output > self.limits.output {
            return Err(format!("output is larger than {} bytes", self.limits.output));
        }
        Ok(())
    }

    /// Forgets the variables since `mark`.
    #[inline]
    pub(crate) fn forget_variables(&mut self, mark: usize) {
        while self.variables.len() > mark {
            if let Some((_, slot)) = self.variables.pop() {
                self.release(slot.value.owned_bytes());
            }
        }
    }
}
