//! Variables as word expansion reads them.

use fromtier_dockerfile::shell::Env;
use fromtier_llb::{EnvList, State};

/// Variables that instructions set.
pub(crate) trait Variables {
    /// Sets a variable for the instructions that follow.
    fn set(&mut self, key: &str, value: &str);
}

/// The variables of a stage, some of which its image keeps.
pub(crate) trait StageVariables: Variables {
    /// Sets a variable of the image. Instructions see it after [`Variables::set`] only.
    fn set_in_image(&mut self, key: &str, value: &str);

    /// Sets the variables of the image for the instructions that follow, in order.
    fn show_image_variables(&mut self);

    /// Whether the image is known to have no `PATH`.
    fn has_no_path(&self) -> bool;
}

/// An ordered list of variables that can be changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vars(EnvList);

impl Vars {
    /// Removes a variable.
    pub fn remove(&mut self, key: &str) {
        self.0 = std::mem::take(&mut self.0).delete(key);
    }
}

impl Variables for Vars {
    /// Sets a variable, which moves it to the end.
    fn set(&mut self, key: &str, value: &str) {
        self.0 = std::mem::take(&mut self.0).add_or_replace(key, value);
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

/// The variables of a stage as far as the Dockerfile's text has them.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlannedVars {
    all: Vars,
    /// Those that the image keeps.
    image: Vars,
    /// Whether the stage is built on `scratch`, directly or through stages. It has no variables; those of other
    /// images aren't in the text.
    is_on_scratch: bool,
}

impl PlannedVars {
    /// Returns the variables of `scratch`.
    pub fn of_scratch() -> PlannedVars {
        PlannedVars {
            is_on_scratch: true,
            ..PlannedVars::default()
        }
    }

    /// The global arguments.
    pub fn of_globals(globals: &Vars) -> PlannedVars {
        PlannedVars {
            all: globals.clone(),
            ..PlannedVars::default()
        }
    }
}

impl Variables for PlannedVars {
    fn set(&mut self, key: &str, value: &str) {
        self.all.set(key, value);
    }
}

impl StageVariables for PlannedVars {
    fn set_in_image(&mut self, key: &str, value: &str) {
        self.image.set(key, value);
    }

    fn show_image_variables(&mut self) {
        for (key, value) in self.image.0.iter() {
            self.all.set(key, value);
        }
    }

    fn has_no_path(&self) -> bool {
        self.is_on_scratch && self.image.get("PATH").is_none()
    }
}

impl Env for PlannedVars {
    fn get(&self, key: &str) -> Option<&str> {
        self.all.get(key)
    }

    fn keys(&self) -> Vec<&str> {
        self.all.keys()
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

/// The variables of a state, with the values of some hidden, because they are secrets.
pub(crate) struct MaskedVars<'a> {
    pub state: &'a State,
    pub hidden: Vec<String>,
}

impl Env for MaskedVars<'_> {
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
