//! One pass over one word.

use std::collections::BTreeSet;

use fromtier_gostd::unicode::{is_digit, is_letter};

use super::{Env, Lex, check_length, pattern};
use crate::cursor::Cursor;

/// The deepest nesting of `${a:-${b:-…}}`. The reference has no such limit; real files don't come near it.
const MAX_DEPTH: usize = 200;

const MISSING_BRACE: &str = "syntax error: missing '}'";

/// An expansion, or why there is none.
type Expanded<T = String> = Result<T, String>;

/// The state of the expansion of a word.
pub(super) struct Lexer<'a> {
    lex: Lex,
    cursor: Cursor<'a>,
    env: &'a dyn Env,
    depth: usize,
    /// Whether quoted escapes are doubled, because what is read is a pattern that is parsed once more.
    in_pattern: bool,
    words: Option<Words>,
    pub(super) matched: BTreeSet<String>,
    pub(super) unmatched: Vec<String>,
    unmatched_names: BTreeSet<&'a str>,
}

/// A part of a `${…}` after its modifier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand {
    /// The `word` of `${name-word}`.
    Word,
    /// The `pattern` of `${name#pattern}` or `${name/pattern/…}`.
    Pattern,
    /// The `text` of `${name/pattern/text}`.
    Replacement,
}

/// The words so far, if words are requested.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    current: String,
    in_word: bool,
}

impl Words {
    fn push(&mut self, c: char) {
        if !c.is_whitespace() {
            self.push_raw(c);
        } else if self.in_word && !self.current.is_empty() {
            self.done.push(std::mem::take(&mut self.current));
            self.in_word = false;
        }
    }

    fn push_raw(&mut self, c: char) {
        self.current.push(c);
        self.in_word = true;
    }

    fn push_raw_str(&mut self, text: &str) {
        self.current.push_str(text);
        self.in_word = true;
    }

    fn finish(mut self) -> Vec<String> {
        if !self.current.is_empty() {
            self.done.push(self.current);
        }
        self.done
    }
}

impl<'a> Lexer<'a> {
    pub(super) fn new(lex: Lex, word: &'a str, env: &'a dyn Env) -> Self {
        Lexer {
            lex,
            // The reference's scanner leaves out a byte order mark.
            cursor: Cursor::new(word.strip_prefix('\u{feff}').unwrap_or(word)),
            env,
            depth: 0,
            in_pattern: false,
            words: None,
            matched: BTreeSet::new(),
            unmatched: Vec::new(),
            unmatched_names: BTreeSet::new(),
        }
    }

    /// The whole word expanded.
    pub(super) fn word(&mut self) -> Expanded {
        self.expand_until(None)
    }

    /// The whole text split into words and expanded.
    pub(super) fn words(&mut self) -> Expanded<Vec<String>> {
        self.words = Some(Words::default());
        self.expand_until(None)?;
        Ok(self.words.take().unwrap_or_default().finish())
    }

    /// Expands up to the end, or through `stop`.
    fn expand_until(&mut self, stop: Option<char>) -> Expanded {
        let mut out = String::with_capacity(if stop.is_none() {
            self.cursor.rest.len()
        } else {
            0
        });
        while let Some(c) = self.cursor.peek() {
            if stop == Some(c) {
                self.cursor.next();
                return Ok(out);
            }
            match c {
                '$' => {
                    let value = self.dollar()?;
                    out.push_str(&value);
                    check_length(&out)?;
                    if let Some(words) = &mut self.words {
                        value.chars().for_each(|c| words.push(c));
                    }
                }
                '<' => self.append_quoted(&mut out, Self::heredoc)?,
                '\'' if !self.lex.skip_process_quotes => {
                    self.append_quoted(&mut out, Self::single_quote)?
                }
                '"' if !self.lex.skip_process_quotes => {
                    self.append_quoted(&mut out, Self::double_quote)?
                }
                _ if c == self.lex.escape => {
                    self.cursor.next();
                    if self.lex.raw_escapes {
                        self.escaped(&mut out, c);
                    }
                    // At the end it escapes nothing.
                    let Some(c) = self.cursor.next() else { break };
                    self.escaped(&mut out, c);
                }
                _ => {
                    self.cursor.next();
                    out.push(c);
                    if let Some(words) = &mut self.words {
                        words.push(c);
                    }
                }
            }
        }
        match stop {
            None => Ok(out),
            Some(stop) => Err(format!(
                "unexpected end of statement while looking for matching {stop}"
            )),
        }
    }

    fn escaped(&mut self, out: &mut String, c: char) {
        out.push(c);
        if let Some(words) = &mut self.words {
            words.push_raw(c);
        }
    }

    /// Appends the result of `read`. Its blanks don't separate words.
    fn append_quoted(&mut self, out: &mut String, read: fn(&mut Self) -> Expanded) -> Expanded<()> {
        let text = read(self)?;
        out.push_str(&text);
        check_length(out)?;
        if let Some(words) = &mut self.words {
            words.push_raw_str(&text);
        }
        Ok(())
    }

    /// Expands the part of a `${…}` after its modifier, through `stop`.
    fn nested(&mut self, stop: char, operand: Operand) -> Expanded {
        if self.depth == MAX_DEPTH {
            return Err("syntax error: substitutions are nested too deeply".to_owned());
        }
        self.depth += 1;
        let outer_raw = std::mem::replace(&mut self.lex.raw_escapes, operand != Operand::Word);
        let outer_in_pattern = std::mem::replace(&mut self.in_pattern, operand == Operand::Pattern);
        // The reference has one buffer for the current word at any depth: the text before the
        // substitution in the same word is lost.
        let mut outer_words = self.words.take();
        if let Some(words) = &mut outer_words {
            words.current.clear();
        }
        let text = self.expand_until(Some(stop));
        self.words = outer_words;
        self.lex.raw_escapes = outer_raw;
        self.in_pattern = outer_in_pattern;
        self.depth -= 1;
        text
    }

    /// Reads `'…'`: everything inside stays as written.
    fn single_quote(&mut self) -> Expanded {
        let inside = &self.cursor.rest[1..];
        let Some(len) = inside.find('\'') else {
            self.cursor.rest = "";
            return Err(
                "unexpected end of statement while looking for matching single-quote".to_owned(),
            );
        };
        self.cursor.rest = &inside[len + 1..];
        let mut text = inside[..len].to_owned();
        if self.in_pattern {
            let escape = self.lex.escape;
            text = text.replace(escape, &format!("{escape}{escape}"));
        }
        Ok(if self.lex.raw_quotes {
            format!("'{text}'")
        } else {
            text
        })
    }

    /// `"…"`: variables are expanded, and quotes, dollars and escapes can be escaped.
    fn double_quote(&mut self) -> Expanded {
        let mut out = String::new();
        let quote = self.cursor.next();
        if self.lex.raw_quotes {
            out.extend(quote);
        }
        while let Some(c) = self.cursor.peek() {
            if c == '$' {
                let value = self.dollar()?;
                out.push_str(&value);
                check_length(&out)?;
                continue;
            }
            self.cursor.next();
            if c == '"' {
                if self.lex.raw_quotes {
                    out.push(c);
                }
                return Ok(out);
            }
            if c != self.lex.escape {
                out.push(c);
                continue;
            }
            let raw = self.lex.raw_escapes;
            match self.cursor.peek() {
                None => {}
                Some(next) if next == '"' || next == '$' || next == c => {
                    out.extend(raw.then_some(c));
                    out.extend(self.cursor.next());
                }
                Some(_) => {
                    out.push(c);
                    let doubled = raw && (self.in_pattern || !self.lex.raw_quotes);
                    out.extend(doubled.then_some(c));
                }
            }
        }
        Err("unexpected end of statement while looking for matching double-quote".to_owned())
    }

    /// Reads `<` or `<<` with the blanks after it, which don't separate it from a heredoc's name.
    fn heredoc(&mut self) -> Expanded {
        let mut len = 1;
        if self.cursor.rest[len..].starts_with('<') {
            let after = &self.cursor.rest[2..];
            len = self.cursor.rest.len() - after.trim_start_matches(['\t', '\r', ' ']).len();
        }
        Ok(self.cursor.take(len).to_owned())
    }

    /// `$name` or `${…}`.
    fn dollar(&mut self) -> Expanded {
        self.cursor.next();
        if self.cursor.peek() != Some('{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".to_owned());
            }
            return Ok(match self.lookup(name) {
                Some(value) => value.to_owned(),
                None if self.lex.skip_unset_env => format!("${name}"),
                None => String::new(),
            });
        }
        self.cursor.next();
        match self.cursor.peek() {
            None => return Err(MISSING_BRACE.to_owned()),
            Some('{' | '}' | ':') => return Err("syntax error: bad substitution".to_owned()),
            Some(_) => {}
        }
        let name = self.name();
        match self.cursor.next() {
            Some('}') => Ok(match self.lookup(name) {
                Some(value) => value.to_owned(),
                None if self.lex.skip_unset_env => format!("${{{name}}}"),
                None => String::new(),
            }),
            Some(':') => {
                let operator = self.cursor.next();
                self.modified(name, operator, true)
            }
            Some('/') => self.replaced(name),
            operator @ Some('+' | '-' | '?' | '#' | '%') => self.modified(name, operator, false),
            other => Err(unsupported("", other)),
        }
    }

    /// Expands `${name-word}` and similar forms. With `colon` (`${name:-word}`) an empty variable counts as unset.
    fn modified(&mut self, name: &'a str, operator: Option<char>, colon: bool) -> Expanded {
        let colon_text = if colon { ":" } else { "" };
        let trims = matches!(operator, Some('#' | '%'));
        if colon && trims {
            return Err(unsupported(colon_text, operator));
        }
        let operand = if trims {
            Operand::Pattern
        } else {
            Operand::Word
        };
        let word = self
            .nested('}', operand)
            .map_err(|why| self.unless_at_end(why, MISSING_BRACE))?;
        let value = self.lookup(name);
        let Some(operator) = operator else {
            return Err(unsupported(colon_text, operator));
        };
        if value.is_none() && self.lex.skip_unset_env {
            return Ok(format!("${{{name}{colon_text}{operator}{word}}}"));
        }
        let usable = value.filter(|value| !(colon && value.is_empty()));
        match operator {
            '-' => Ok(usable.map_or(word, str::to_owned)),
            '+' => Ok(usable.map_or(String::new(), |_| word)),
            '?' => match usable {
                Some(value) => Ok(value.to_owned()),
                None if !word.is_empty() => Err(format!("{name}: {word}")),
                None if value.is_some() => Err(format!("{name}: is not allowed to be empty")),
                None => Err(format!("{name}: is not allowed to be unset")),
            },
            '#' | '%' => {
                let value = value.unwrap_or_default();
                let (pattern, greedy) = match word.strip_prefix(operator) {
                    Some(pattern) => (pattern, true),
                    None => (word.as_str(), false),
                };
                if operator == '#' {
                    pattern::trim_prefix(pattern, value, greedy)
                } else {
                    pattern::trim_suffix(pattern, value, greedy)
                }
            }
            other => Err(unsupported(colon_text, Some(other))),
        }
    }

    /// `${name/pattern/replacement}`, `${name//pattern/replacement}`.
    fn replaced(&mut self, name: &'a str) -> Expanded {
        let all = self.cursor.skip("/");
        let pattern = self
            .nested('/', Operand::Pattern)
            .map_err(|why| self.unless_at_end(why, "syntax error: missing '/' in ${}"))?;
        let replacement = self
            .nested('}', Operand::Replacement)
            .map_err(|why| self.unless_at_end(why, MISSING_BRACE))?;
        let value = self.lookup(name);
        if value.is_none() && self.lex.skip_unset_env {
            return Ok(format!("${{{name}/{pattern}/{replacement}}}"));
        }
        pattern::replace(&pattern, value.unwrap_or_default(), &replacement, all)
    }

    fn unless_at_end(&self, why: String, at_end: &str) -> String {
        if self.cursor.rest.is_empty() {
            at_end.to_owned()
        } else {
            why
        }
    }

    /// Reads a variable's name: letters, digits and `_`, or digits alone, or one special parameter. Can be empty.
    fn name(&mut self) -> &'a str {
        let text = self.cursor.rest;
        let len_while = |accept: fn(char) -> bool| text.find(|c| !accept(c)).unwrap_or(text.len());
        let len = match self.cursor.peek() {
            Some(c) if is_digit(c) => len_while(is_digit),
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => 1,
            _ => len_while(|c| is_letter(c) || is_digit(c) || c == '_'),
        };
        self.cursor.take(len)
    }

    fn lookup(&mut self, name: &'a str) -> Option<&'a str> {
        let value = self.env.get(name);
        match value {
            Some(_) if !self.matched.contains(name) => {
                self.matched.insert(name.to_owned());
            }
            None if self.unmatched_names.insert(name) => self.unmatched.push(name.to_owned()),
            _ => {}
        }
        value
    }
}

fn unsupported(colon: &str, operator: Option<char>) -> String {
    let operator = operator.unwrap_or(char::REPLACEMENT_CHARACTER);
    format!("unsupported modifier ({colon}{operator}) in substitution")
}
