//! Records the gate's steps for an image.

use fromtier_image::ImageRef;

use crate::active_policy::ActivePolicy;
use crate::layer::Layer;
use crate::policies::MirroredImage;
use crate::rewrite::{Rewrite, RewriteError};
use crate::rules::RuleContext;

/// Receives each step of the gate when the gate takes it. No method has a default, so that a new step must be recorded.
pub(crate) trait Recorder {
    /// Records that a rewrite rule matched the image, with this result.
    fn rewrite(
        &mut self,
        policy: &ActivePolicy<'_>,
        rule: &Rewrite,
        image: &ImageRef,
        result: &Result<ImageRef, RewriteError>,
    );
    /// Records that an alias matched the image, with the image that it is.
    fn alias(
        &mut self,
        policy: &ActivePolicy<'_>,
        rule: &Rewrite,
        result: &Result<ImageRef, RewriteError>,
    );
    /// Records that a policy's rules judge the image.
    fn judge(&mut self, context: &RuleContext<'_>);
    /// Records that the image is pulled through the mirror that this policy names.
    fn mirror(&mut self, layer: &Layer, mirror: &MirroredImage<'_>);
}

/// Records nothing. Builds use it.
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

    fn alias(&mut self, _: &ActivePolicy<'_>, _: &Rewrite, _: &Result<ImageRef, RewriteError>) {}

    fn judge(&mut self, _: &RuleContext<'_>) {}

    fn mirror(&mut self, _: &Layer, _: &MirroredImage<'_>) {}
}
