use std::fmt;

/// On which side a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// In both.
    Both,
    /// In the old text alone.
    Old,
    /// In the new text alone.
    New,
}

impl Side {
    /// Returns the sign of unified diffs: ` `, `-` or `+`.
    pub fn sign(self) -> char {
        match self {
            Self::Both => ' ',
            Self::Old => '-',
            Self::New => '+',
        }
    }
}

/// A line of a difference, without its newline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line {
    /// On which side it stands.
    pub side: Side,
    /// What it says.
    pub text: String,
}

/// Lines that differ, with some around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The first line in the old text, from 1; 0 where the old text has none of it.
    pub old_start: usize,
    /// The first line in the new text, from 1; 0 where the new text has none of it.
    pub new_start: usize,
    /// The lines in their order; within a change the old ones come first.
    pub lines: Vec<Line>,
}

impl Hunk {
    /// Returns how many of its lines stand on `side`, those of both included.
    pub fn count(&self, side: Side) -> usize {
        self.lines.iter().filter(|line| line.side == Side::Both || line.side == side).count()
    }
}

impl fmt::Display for Hunk {
    /// Writes the hunk in unified form; every line ends with a newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |start: usize, side| match self.count(side) {
            1 => start.to_string(),
            count => format!("{start},{count}"),
        };
        writeln!(f, "@@ -{} +{} @@", range(self.old_start, Side::Old), range(self.new_start, Side::New))?;
        for line in &self.lines {
            writeln!(f, "{}{}", line.side.sign(), line.text)?;
        }
        Ok(())
    }
}
