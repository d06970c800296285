//! Builds that every supported builder must do: old BuildKits, the pinned one, a real Docker Engine. `scripts/builders.sh`
//! runs them on each builder and prints a table with a column for each module.

mod check;
mod first_build;
mod lock;
mod locked_down;
mod platforms;
mod refusal;
mod rewrite;
mod stages;
