//! The regular expressions that patterns become, and no others: a sequence of characters and classes, some
//! repeated, `(.*/)?`, and assertions. A backslash means what it means in Go's `regexp` (`\d` is a digit).

use fromtier_gostd::unicode::is_letter;

use crate::cursor::Cursor;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Expression {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
enum Step {
    /// One of these characters.
    One(Set),
    /// Any number of these.
    Many(Set),
    /// This many of the next steps, or none of them.
    Maybe(usize),
    /// A place, not a character.
    At(Place),
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Begin,
    End,
    WordEdge,
    NoWordEdge,
}

#[derive(Debug, Clone)]
enum Set {
    Char(char),
    /// Any character except a newline.
    InLine,
    Class {
        items: Vec<Item>,
        negated: bool,
    },
}

#[derive(Debug, Clone, Copy)]
enum Item {
    Range(u32, u32),
    /// A named set or, if the flag is false, its complement.
    Named(fn(char) -> bool, bool),
}

impl Item {
    fn contains(self, c: char) -> bool {
        match self {
            Item::Range(low, high) => (low..=high).contains(&(c as u32)),
            Item::Named(is, wanted) => is(c) == wanted,
        }
    }
}

impl Set {
    fn contains(&self, c: char) -> bool {
        match self {
            Set::Char(one) => *one == c,
            Set::InLine => c != '\n',
            Set::Class { items, negated } => items.iter().any(|item| item.contains(c)) != *negated,
        }
    }
}

impl Expression {
    /// Compiles an expression; `None` when it isn't a valid one.
    pub fn parse(text: &str) -> Option<Expression> {
        let mut parser = ExpressionParser {
            cursor: Cursor::new(text),
        };
        let mut steps = Vec::with_capacity(text.len());
        while let Some(c) = parser.cursor.peek() {
            parser.step(c, &mut steps)?;
        }
        Some(Expression { steps })
    }

    /// Whether the expression matches the beginning of the text, or that of a part of the text. The parts begin where the text
    /// does, and end at `ends`, which are bytes in ascending order. All parts are matched in one pass.
    pub fn matches_any(&self, text: &str, ends: &[usize]) -> bool {
        let end = self.steps.len();
        let (mut now, mut next) = (Active::new(end + 1), Active::new(end + 1));
        now.add(0);
        let mut before = None;
        let mut ends = ends.iter().peekable();
        let mut rest = text.chars();
        loop {
            let at = text.len() - rest.as_str().len();
            let after = rest.next();
            while ends.next_if(|end| **end < at).is_some() {}
            if ends.next_if_eq(&&at).is_some() {
                next.extend(&now);
                self.without_reading(&mut next, before, None);
                if next.is_active[end] {
                    return true;
                }
                next.clear();
            }
            self.without_reading(&mut now, before, after);
            if now.is_active[end] {
                return true;
            }
            let Some(c) = after else { return false };
            for &i in &now.list {
                match self.steps.get(i) {
                    Some(Step::One(set)) if set.contains(c) => next.add(i + 1),
                    Some(Step::Many(set)) if set.contains(c) => next.add(i),
                    _ => {}
                }
            }
            if next.list.is_empty() {
                return false;
            }
            std::mem::swap(&mut now, &mut next);
            next.clear();
            before = after;
        }
    }

    /// Adds the steps that are reached between two characters.
    fn without_reading(&self, now: &mut Active, before: Option<char>, after: Option<char>) {
        let mut at = 0;
        while let Some(&i) = now.list.get(at) {
            at += 1;
            match self.steps.get(i) {
                Some(Step::Many(_)) => now.add(i + 1),
                Some(Step::Maybe(count)) => {
                    now.add(i + 1);
                    now.add(i + 1 + count);
                }
                Some(Step::At(place)) if place.is_between(before, after) => now.add(i + 1),
                Some(Step::One(_) | Step::At(_)) | None => {}
            }
        }
    }
}

/// The steps that can come next. Usually few of many: a pattern can have thousands of steps, and each path is compared with
/// thousands of patterns.
struct Active {
    is_active: Vec<bool>,
    list: Vec<usize>,
}

impl Active {
    fn new(steps: usize) -> Active {
        Active {
            is_active: vec![false; steps],
            list: Vec::new(),
        }
    }

    fn add(&mut self, step: usize) {
        if !self.is_active[step] {
            self.is_active[step] = true;
            self.list.push(step);
        }
    }

    fn extend(&mut self, other: &Active) {
        for step in &other.list {
            self.add(*step);
        }
    }

    fn clear(&mut self) {
        for step in self.list.drain(..) {
            self.is_active[step] = false;
        }
    }
}

impl Place {
    fn is_between(self, before: Option<char>, after: Option<char>) -> bool {
        let word = |c: Option<char>| c.is_some_and(is_word);
        match self {
            Place::Begin => before.is_none(),
            Place::End => after.is_none(),
            Place::WordEdge => word(before) != word(after),
            Place::NoWordEdge => word(before) == word(after),
        }
    }
}

struct ExpressionParser<'a> {
    cursor: Cursor<'a>,
}

impl ExpressionParser<'_> {
    fn step(&mut self, c: char, steps: &mut Vec<Step>) -> Option<()> {
        match c {
            '(' => {
                if !self.cursor.skip("(.*/)?") {
                    return None;
                }
                steps.extend([
                    Step::Maybe(2),
                    Step::Many(Set::InLine),
                    Step::One(Set::Char('/')),
                ]);
            }
            '\\' => self.backslash(steps)?,
            '[' => {
                self.cursor.next();
                let set = self.class()?;
                self.repeated(set, steps);
            }
            '*' | '?' | '+' => return None,
            _ => {
                self.cursor.next();
                match c {
                    '^' => steps.push(Step::At(Place::Begin)),
                    '$' => steps.push(Step::At(Place::End)),
                    '.' => self.repeated(Set::InLine, steps),
                    c => steps.push(Step::One(Set::Char(c))),
                }
            }
        }
        Some(())
    }

    fn repeated(&mut self, set: Set, steps: &mut Vec<Step>) {
        steps.push(if self.cursor.skip("*") {
            Step::Many(set)
        } else {
            Step::One(set)
        });
    }

    fn backslash(&mut self, steps: &mut Vec<Step>) -> Option<()> {
        let place = match self.cursor.rest.as_bytes().get(1) {
            Some(b'A') => Place::Begin,
            Some(b'z') => Place::End,
            Some(b'b') => Place::WordEdge,
            Some(b'B') => Place::NoWordEdge,
            Some(b'Q') => {
                let quoted = &self.cursor.rest[2..];
                let (literal, rest) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                steps.extend(literal.chars().map(|c| Step::One(Set::Char(c))));
                self.cursor.rest = rest;
                return Some(());
            }
            _ => {
                steps.push(Step::One(match self.named()? {
                    Some(item) => Set::Class {
                        items: vec![item],
                        negated: false,
                    },
                    None => Set::Char(char::from_u32(self.escape()?)?),
                }));
                return Some(());
            }
        };
        self.cursor.rest = &self.cursor.rest[2..];
        steps.push(Step::At(place));
        Some(())
    }

    /// Parses a class, starting after its `[`.
    fn class(&mut self) -> Option<Set> {
        let negated = self.cursor.skip("^");
        let mut items = Vec::new();
        while items.is_empty() || self.cursor.peek() != Some(']') {
            if let Some(item) = self.posix()? {
                items.push(item);
                continue;
            }
            if let Some(item) = self.named()? {
                items.push(item);
                continue;
            }
            let low = self.class_char()?;
            let mut high = low;
            if self.cursor.rest.len() >= 2
                && self.cursor.rest.starts_with('-')
                && !self.cursor.rest.starts_with("-]")
            {
                self.cursor.next();
                high = self.class_char()?;
                if high < low {
                    return None;
                }
            }
            items.push(Item::Range(low, high));
        }
        self.cursor.next();
        Some(Set::Class { items, negated })
    }

    fn class_char(&mut self) -> Option<u32> {
        if self.cursor.rest.starts_with('\\') {
            return self.escape();
        }
        self.cursor.next().map(u32::from)
    }

    /// `[:name:]` or `[:^name:]` within a class: `Some(None)` if there is none here, `None` if it is unknown.
    fn posix(&mut self) -> Option<Option<Item>> {
        let Some((name, rest)) = self
            .cursor
            .rest
            .strip_prefix("[:")
            .and_then(|inside| inside.split_once(":]"))
        else {
            return Some(None);
        };
        let (wanted, name) = match name.strip_prefix('^') {
            Some(name) => (false, name),
            None => (true, name),
        };
        let is: fn(char) -> bool = match name {
            "alnum" => |c| c.is_ascii_alphanumeric(),
            "alpha" => |c| c.is_ascii_alphabetic(),
            "ascii" => |c| c.is_ascii(),
            "blank" => |c| matches!(c, '\t' | ' '),
            "cntrl" => |c| c.is_ascii_control(),
            "digit" => |c| c.is_ascii_digit(),
            "graph" => |c| c.is_ascii_graphic(),
            "lower" => |c| c.is_ascii_lowercase(),
            "print" => |c| matches!(c, ' '..='~'),
            "punct" => |c| c.is_ascii_punctuation(),
            "space" => |c| matches!(c, '\t'..='\r' | ' '),
            "upper" => |c| c.is_ascii_uppercase(),
            "word" => is_word,
            "xdigit" => |c| c.is_ascii_hexdigit(),
            _ => return None,
        };
        self.cursor.rest = rest;
        Some(Some(Item::Named(is, wanted)))
    }

    /// `\d`, `\W`, `\pL` …: `Some(None)` if there is none here, `None` if it is unknown.
    fn named(&mut self) -> Option<Option<Item>> {
        let mut chars = self.cursor.rest.chars();
        let Some(('\\', kind)) = chars.next().zip(chars.next()) else {
            return Some(None);
        };
        let is: fn(char) -> bool = match kind {
            'd' | 'D' => |c| c.is_ascii_digit(),
            's' | 'S' => |c| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' '),
            'w' | 'W' => is_word,
            'p' | 'P' => category(chars.next()?)?,
            _ => return Some(None),
        };
        self.cursor.rest = chars.as_str();
        Some(Some(Item::Named(is, kind.is_ascii_lowercase())))
    }

    /// Reads an escaped character; `None` if it can't be escaped.
    fn escape(&mut self) -> Option<u32> {
        self.cursor.next();
        let c = self.cursor.next()?;
        let octal = |c: Option<char>| c.and_then(|c| c.to_digit(8));
        match c {
            '0'..='7' if c == '0' || octal(self.cursor.peek()).is_some() => {
                let mut code = c.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = octal(self.cursor.peek()) else {
                        break;
                    };
                    code = code * 8 + digit;
                    self.cursor.next();
                }
                Some(code)
            }
            'x' => Some(self.cursor.next()?.to_digit(16)? * 16 + self.cursor.next()?.to_digit(16)?),
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c as u32),
            _ => None,
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// A general category of Unicode by its letter, exact within ASCII.
fn category(letter: char) -> Option<fn(char) -> bool> {
    const SYMBOLS: &str = "$+<=>^`|~";
    Some(match letter {
        'C' => |c| c.is_control(),
        'L' => is_letter,
        'M' => |c| !c.is_ascii() && c.is_alphabetic() && !is_letter(c),
        'N' => |c| c.is_numeric(),
        'P' => |c| c.is_ascii_punctuation() && !SYMBOLS.contains(c),
        'S' => |c| SYMBOLS.contains(c),
        'Z' => |c| c.is_whitespace() && !c.is_control(),
        _ => return None,
    })
}
