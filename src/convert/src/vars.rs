//! Variables as word expansion reads them.

use fromtier_dockerfile::shell::Env;
use fromtier_llb::{EnvList, State};

/// An ordered list of variables that can be changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vars(EnvList);

impl Vars {
    /// Sets a variable, which moves it to the end.
    pub fn set(&mut self, key: &str, value: &str) {
        self.0 = std::mem::take(&mut self.0).add_or_replace(key, value);
    }

    pub fn remove(&mut self, key: &str) {
        self.0 = std::mem::take(&mut self.0).delete(key);
    }
}

impl Env for Vars {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys()
    }
}

/// The variables of a state.
pub(crate) struct StateVars<'a>(pub &'a State);

impl Env for StateVars<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.env().get(key)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.env().keys()
    }
}

/// Variables that hide those of a state: secrets, whose values nobody shall read.
pub(crate) struct Masked<'a> {
    pub state: &'a State,
    pub hidden: Vec<String>,
}

impl Env for Masked<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        if self.hidden.iter().any(|h| h == key) {
            return Some("****");
        }
        self.state.env().get(key)
    }

    fn keys(&self) -> Vec<&str> {
        let hidden = self.hidden.iter().map(String::as_str);
        let shown = self.state.env().keys().into_iter();
        shown
            .filter(|key| !self.hidden.iter().any(|h| h == key))
            .chain(hidden)
            .collect()
    }
}
