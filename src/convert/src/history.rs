//! The lines of an image's history.

use fromtier_gostd::time::Time;
use fromtier_image::config::History;

const COMMENT: &str = "buildkit.dockerfile.v0";

/// The layer that a step adds to the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Only metadata.
    Empty,
    /// A layer without a remark in the line.
    Plain,
    /// A layer from an operation of the build; the line has `# buildkit` at its end.
    Built,
}

/// One line of history.
pub fn entry(message: String, layer: Layer, epoch: Option<Time>) -> History {
    let created_by = match layer {
        Layer::Built => message + " # buildkit",
        Layer::Empty | Layer::Plain => message,
    };
    History {
        created: epoch.map(|e| e.to_string()),
        created_by,
        comment: COMMENT.to_owned(),
        empty_layer: layer == Layer::Empty,
        ..History::default()
    }
}
