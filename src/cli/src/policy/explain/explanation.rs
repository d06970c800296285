//! The explanation of `fromtier policy explain`, as data.

use std::path::PathBuf;

use fromtier_policy::Day;
use fromtier_policy::trace::Trace;

/// The steps of the gate for an image, and the files that it used.
#[derive(Debug)]
pub struct Explanation {
    pub trace: Trace,
    /// The requested stage.
    pub stage: Option<String>,
    pub today: Day,
    pub policies: Vec<PathBuf>,
    pub lock: Option<PathBuf>,
}
