//! Real builds: this project's frontend against the reference's on one BuildKit. `make e2e` runs them.

mod add;
mod args;
mod build;
mod copy;
mod errors;
mod examples;
mod gate;
mod image;
mod lock;
mod meta;
mod policy;
mod run;
