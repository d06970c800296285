//! A state's environment: an ordered list of variables.

use std::collections::HashMap;
use std::rc::Rc;

/// An ordered environment. Clones in O(1); a change copies it only when it is shared.
///
/// A variable that is set again moves to the end, as in the reference.
#[derive(Debug, Clone, Default)]
pub struct EnvList(Rc<Variables>);

type Variable = Option<(Rc<str>, Rc<str>)>;

#[derive(Debug, Clone, Default)]
struct Variables {
    /// The variables in order. A replaced or deleted one leaves a hole.
    entries: Vec<Variable>,
    index: HashMap<Rc<str>, usize>,
}

impl EnvList {
    /// Creates an empty environment.
    pub fn new() -> EnvList {
        EnvList::default()
    }

    /// Sets a variable and moves it to the end.
    #[must_use]
    pub fn add_or_replace(mut self, key: &str, value: &str) -> EnvList {
        let inner = Rc::make_mut(&mut self.0);
        let key: Rc<str> = key.into();
        let at = inner.entries.len();
        if let Some(old) = inner.index.insert(key.clone(), at) {
            inner.entries[old] = None;
        }
        inner.entries.push(Some((key, value.into())));
        inner.compact();
        self
    }

    /// Sets a variable unless it is set already.
    #[must_use]
    pub fn set_default(self, key: &str, value: &str) -> EnvList {
        if self.get(key).is_some() {
            self
        } else {
            self.add_or_replace(key, value)
        }
    }

    /// Removes a variable.
    #[must_use]
    pub fn delete(mut self, key: &str) -> EnvList {
        if self.get(key).is_some() {
            let inner = Rc::make_mut(&mut self.0);
            if let Some(old) = inner.index.remove(key) {
                inner.entries[old] = None;
            }
            inner.compact();
        }
        self
    }

    /// A variable's value.
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = *self.0.index.get(key)?;
        self.0.entries.get(at)?.as_ref().map(|(_, value)| &**value)
    }

    /// The names, in order.
    pub fn keys(&self) -> Vec<&str> {
        self.iter().map(|(key, _)| key).collect()
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .entries
            .iter()
            .flatten()
            .map(|(key, value)| (&**key, &**value))
    }

    /// `KEY=value`, in order.
    pub fn to_array(&self) -> Vec<String> {
        self.iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect()
    }

    /// The number of variables.
    pub fn len(&self) -> usize {
        self.0.index.len()
    }

    /// Whether there are no variables.
    pub fn is_empty(&self) -> bool {
        self.0.index.is_empty()
    }
}

impl Variables {
    /// Removes the holes once there are more holes than variables.
    fn compact(&mut self) {
        if self.entries.len() < 16 || self.entries.len() < 2 * self.index.len() {
            return;
        }
        self.entries.retain(Option::is_some);
        for (at, entry) in self.entries.iter().enumerate() {
            if let Some((key, _)) = entry {
                self.index.insert(key.clone(), at);
            }
        }
    }
}

impl PartialEq for EnvList {
    fn eq(&self, other: &EnvList) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for EnvList {}

#[cfg(test)]
mod tests {
    use super::EnvList;

    // The order is that of client/llb's EnvList.
    #[test]
    fn a_variable_set_again_moves_to_the_end() {
        let env = EnvList::new()
            .add_or_replace("A", "1")
            .add_or_replace("B", "2")
            .add_or_replace("A", "3");
        assert_eq!(env.to_array(), ["B=2", "A=3"]);
        assert_eq!(env.clone().set_default("A", "9").to_array(), ["B=2", "A=3"]);
        assert_eq!(
            env.clone().delete("B").add_or_replace("B", "").to_array(),
            ["A=3", "B="]
        );
        assert_eq!(env.keys(), ["B", "A"]);
        assert_eq!(env.get("C"), None);
    }

    #[test]
    fn a_copy_is_not_changed_with_the_original() {
        let mut env = EnvList::new();
        for round in 0..100 {
            env = env
                .add_or_replace("A", &round.to_string())
                .add_or_replace("B", "x");
        }
        let copy = env.clone();
        env = env.add_or_replace("A", "new");
        assert_eq!(copy.to_array(), ["A=99", "B=x"]);
        assert_eq!(env.to_array(), ["B=x", "A=new"]);
        assert_eq!(env.len(), 2);
    }
}
