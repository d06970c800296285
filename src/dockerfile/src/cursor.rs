//! A text that is read character by character.

/// A place in a text.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    /// The text from here on.
    pub rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of the text.
    pub fn new(text: &'a str) -> Self {
        Cursor { rest: text }
    }

    /// Returns the next character and stays before it.
    pub fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Returns the next character and steps over it.
    pub fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    /// Steps over `text` if it comes next. Returns whether it did.
    pub fn skip(&mut self, text: &str) -> bool {
        let after = self.rest.strip_prefix(text);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Returns the next `len` bytes and steps over them.
    pub fn take(&mut self, len: usize) -> &'a str {
        let (text, rest) = self.rest.split_at(len);
        self.rest = rest;
        text
    }
}
