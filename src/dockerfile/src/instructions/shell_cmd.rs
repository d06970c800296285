//! Command lines, with or without a shell: `RUN`, `CMD`, `ENTRYPOINT`.

/// A heredoc of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineFile {
    /// Its delimiter.
    pub name: String,
    /// Its content.
    pub data: String,
    /// The data as bytes, if it isn't UTF-8.
    pub raw: Option<Vec<u8>>,
    /// Whether leading tabs are removed.
    pub chomp: bool,
}

impl InlineFile {
    /// The file's bytes, with leading tabs.
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.data.as_bytes())
    }
}

/// A command line that can need the stage's shell before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellCmd {
    /// The program and its arguments; one text in shell form.
    pub args: Vec<String>,
    /// The heredocs, in order.
    pub files: Vec<InlineFile>,
    /// Whether it is in shell form.
    pub prepend_shell: bool,
    /// Whether the arguments were not UTF-8. The reference keeps the bytes and then can't marshal a `RUN` of
    /// them (`string field contains invalid UTF-8`).
    pub invalid_utf8: bool,
}
