/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a piece of text means, so that colour is chosen in one place; without colour nothing is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Ordinary text.
    Plain,
    /// Headings and names.
    Strong,
    /// Beside the point.
    Dim,
    /// It went well; added lines.
    Good,
    /// It went wrong; removed lines.
    Bad,
    /// Needs attention; changed values.
    Notice,
}

impl Style {
    /// Returns `text` in this style, with ANSI escapes if `color`.
    pub fn paint(self, text: &str, color: Painting) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Strong => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Notice => "33",
        };
        match color {
            Painting::On => format!("\x1b[{code}m{text}\x1b[0m"),
            Painting::Off => text.to_owned(),
        }
    }
}

/// Whether escapes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Painting {
    /// ANSI escapes.
    On,
    /// Text alone.
    Off,
}

impl Color {
    /// Returns whether escapes are written to a stream that is (or is not) a terminal.
    pub fn painting(self, is_terminal: bool) -> Painting {
        let wanted = match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        if wanted { Painting::On } else { Painting::Off }
    }
}
