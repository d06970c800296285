//! Command lines, with or without a shell: `RUN`, `CMD`, `ENTRYPOINT`.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineFile {
    pub name: String,
    pub data: String,
    /// The data as bytes, when it isn't UTF-8.
    pub raw: Option<Vec<u8>>,
    pub chomp: bool,
}

impl InlineFile {
    /// The file's bytes, tabs and all.
    pub fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.data.as_bytes())
    }
}

/// A command line that may want the stage's shell in front of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShellCmd {
    pub args: Vec<String>,
    pub files: Vec<InlineFile>,
    pub prepend_shell: bool,
    /// Whether the arguments were not UTF-8. The reference keeps the bytes and then can't marshal a `RUN` of
    /// them (`string field contains invalid UTF-8`).
    pub invalid_utf8: bool,
}
