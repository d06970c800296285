//! What the gate does to an image, step by step, for whoever wants to know.

use fromtier_image::ImageRef;

use crate::active_policy::ActivePolicy;
use crate::layer::Layer;
use crate::policies::MirroredImage;
use crate::rewrite::{Rewrite, RewriteError};
use crate::rules::RuleContext;

/// Is told each step of the gate as the gate takes it. No method has a default: a new step has to be recorded.
pub(crate) trait Recorder {
    /// A rewrite rule matched the image, with this result.
    fn rewrite(
        &mut self,
        policy: &ActivePolicy<'_>,
        rule: &Rewrite,
        image: &ImageRef,
        result: &Result<ImageRef, RewriteError>,
    );
    /// A policy's rules judge the image.
    fn judge(&mut self, context: &RuleContext<'_>);
    /// The image is pulled through the mirror that this policy names.
    fn mirror(&mut self, layer: &Layer, mirror: &MirroredImage<'_>);
}

/// Records nothing: builds need no record.
pub(crate) struct NoRecorder;

impl Recorder for NoRecorder {
    fn rewrite(
        &mut self,
        _: &ActivePolicy<'_>,
        _: &Rewrite,
        _: &ImageRef,
        _: &Result<ImageRef, RewriteError>,
    ) {
    }

    fn judge(&mut self, _: &RuleContext<'_>) {}

    fn mirror(&mut self, _: &Layer, _: &MirroredImage<'_>) {}
}
