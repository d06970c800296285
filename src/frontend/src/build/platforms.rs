//! The build itself: one conversion for each platform, all at the same time, and one result.

use std::cell::RefCell;
use std::collections::BTreeMap;

use fromtier_convert::{self as convert, Converted, Options, Scanner, SourceVerdict};
use fromtier_gateway::{BuildResult, Ref, SolveOptions};
use fromtier_image::Platform;
use fromtier_proto::gw;

use super::LoadedBuild;
use crate::cache_imports;
use crate::export::{self, PlatformImage};
use crate::ids;
use crate::resolver::BuilderResolver;
use crate::sbom;
use crate::status::Failure;
use crate::verdicts;
use crate::warnings::{self, Notice};

/// Builds every requested platform.
pub(super) async fn build_all<'b>(
    build: &LoadedBuild<'b>,
    resolver: &BuilderResolver<'b>,
) -> Result<BuildResult, Failure> {
    let config = &build.config;
    let imports = cache_imports::check(&config.cache_imports, build.gate);
    let notices = warnings::notices(&imports, false);
    warnings::send(build.bridge, &build.dockerfile, &notices).await;
    imports.result?;
    let mut verdicts = imports.verdicts;
    let scanner = resolve_scanner(build, resolver, &mut verdicts).await?;

    let targets: Vec<Option<&Platform>> = match config.platforms.as_slice() {
        [] => vec![None],
        several => several.iter().map(Some).collect(),
    };
    let sent = RefCell::default();
    let builds = targets.iter().enumerate().map(|(i, target)| {
        let platform_build = PlatformBuild {
            build,
            resolver,
            target: *target,
            is_first: i == 0,
            scanner: scanner.as_ref(),
        };
        platform_build.run(&sent)
    });
    let mut images = Vec::new();
    let mut attestations = BTreeMap::new();
    // Each platform runs to its end: the warnings of one must not be lost because of the error of another.
    for result in futures_util::future::join_all(builds).await {
        let result = result?;
        if let Some(attestation) = result.attestation {
            attestations.insert(result.image.id(), vec![attestation]);
        }
        // All platforms ask for the same sources; a verdict that differs for one of them is listed as well.
        let known = verdicts.len();
        for verdict in result.verdicts {
            if images.is_empty() || !verdicts[..known].contains(&verdict) {
                verdicts.push(verdict);
            }
        }
        images.push(result.image);
    }
    let multi_platform = config.convert.multi_platform;
    let files = (build.organization).judging_files(&build.dockerfile.repository);
    let metadata = verdicts::metadata(&verdicts, &files, build.gate.today());
    Ok(export::result(
        images,
        multi_platform,
        attestations,
        BTreeMap::from([metadata]),
    ))
}

/// Resolves the image of the scanner if the build makes a bill of materials.
async fn resolve_scanner(
    build: &LoadedBuild<'_>,
    resolver: &BuilderResolver<'_>,
    verdicts: &mut Vec<SourceVerdict>,
) -> Result<Option<Scanner>, Failure> {
    let config = &build.config;
    let Some(wanted) = &config.sbom else {
        return Ok(None);
    };
    let outcome = Scanner::resolve(
        &wanted.generator,
        wanted.parameters.clone(),
        &config.convert,
        build.gate,
        resolver,
    )
    .await;
    let notices = warnings::notices(&outcome, false);
    warnings::send(build.bridge, &build.dockerfile, &notices).await;
    verdicts.extend(outcome.verdicts);
    Ok(Some(outcome.result?))
}

/// The build of one platform.
struct PlatformBuild<'a, 'b> {
    build: &'a LoadedBuild<'b>,
    resolver: &'a BuilderResolver<'b>,
    target: Option<&'a Platform>,
    is_first: bool,
    scanner: Option<&'a Scanner>,
}

/// The result of one platform.
struct PlatformResult {
    image: PlatformImage,
    attestation: Option<gw::Attestation>,
    verdicts: Vec<SourceVerdict>,
}

impl PlatformBuild<'_, '_> {
    /// Converts, solves and scans. `sent` has the gate's warnings that were sent for any platform.
    async fn run(self, sent: &RefCell<Vec<Notice>>) -> Result<PlatformResult, Failure> {
        let build = self.build;
        let options = Options {
            target_platform: self.target.cloned(),
            unique_id: ids::random_id(),
            ..build.config.convert.clone()
        };
        let bytes = &build.dockerfile.map.data;
        let outcome = convert::convert(bytes, &options, build.gate, self.resolver).await;
        // As in the reference, the build checks report on the first platform. Each of the gate's warnings goes out once.
        let mut notices = if self.is_first {
            warnings::check_notices(&outcome)
        } else {
            Vec::new()
        };
        let gate_notices = warnings::gate_notices(&outcome, false);
        notices.extend(not_sent_yet(gate_notices, &mut sent.borrow_mut()));
        let verdicts = outcome.verdicts;
        let warn = warnings::send(build.bridge, &build.dockerfile, &notices);
        let mut converted = match outcome.result {
            Ok(converted) => converted,
            Err(error) => {
                warn.await;
                return Err(error.into());
            }
        };
        let (reference, ()) = futures_util::join!(self.solve(&converted, &options), warn);
        let image = PlatformImage {
            reference: reference?,
            image: std::mem::take(&mut converted.image),
            base_image: converted.base_image.take(),
            epoch: converted.epoch.take(),
            platform: self.target.cloned(),
        };
        let attestation = match self.scanner {
            Some(scanner) => {
                let id = image.id();
                Some(sbom::attest(build.bridge, scanner, &id, &mut converted, &options).await?)
            }
            None => None,
        };
        // The builder waits for the result, not for thousands of operations to be freed: the process ends soon.
        std::mem::forget(converted);
        Ok(PlatformResult {
            image,
            attestation,
            verdicts,
        })
    }

    async fn solve(
        &self,
        converted: &Converted,
        options: &Options,
    ) -> Result<Option<Ref>, Failure> {
        let definition = converted.definition(options)?.into_pb();
        let solve = SolveOptions {
            evaluate: false,
            cache_imports: self.build.config.cache_imports.clone(),
        };
        let bridge = self.build.bridge;
        Ok(bridge.solve(definition, solve).await?.reference)
    }
}

/// Returns the notices that were not sent for another platform.
fn not_sent_yet(mut notices: Vec<Notice>, sent: &mut Vec<Notice>) -> Vec<Notice> {
    notices.retain(|notice| !sent.contains(notice));
    sent.extend(notices.iter().cloned());
    notices
}
