//! Sub-requests: what a client asks instead of a build.

use fromtier_convert::{self as convert, Options, Scanner};
use fromtier_dockerfile::error::Error;
use fromtier_gateway::{BuildResult, Code, Detail};

use super::LoadedBuild;
use crate::ids;
use crate::requests::{self, convertllb, describe, lint, outline, targets};
use crate::resolver::BuilderResolver;
use crate::status::Failure;
use crate::warnings;

/// Answers the sub-request of this name.
pub(super) async fn answer(
    build: &LoadedBuild<'_>,
    resolver: &BuilderResolver<'_>,
    name: &str,
) -> Result<BuildResult, Failure> {
    if let Some(sbom) = &build.config.sbom {
        Scanner::foresee(&sbom.generator, &build.config.convert, build.gate)?;
    }
    let bytes = &build.dockerfile.map.data;
    let options = Options {
        target_platform: None,
        unique_id: ids::random_id(),
        ..build.config.convert.clone()
    };
    let result = if name == describe::DESCRIBE.name {
        describe::answer(&requests::LISTED)
    } else if name == targets::TARGETS.name {
        targets::answer(&convert::targets(bytes)?, bytes)
    } else if name == outline::OUTLINE.name {
        let outcome = convert::outline(bytes, &options, build.gate, resolver).await;
        let notices = warnings::notices(&outcome, false);
        warnings::send(build.bridge, &build.dockerfile, &notices).await;
        outline::answer(&outcome.result?, bytes)
    } else if name == lint::LINT.name {
        let outcome = convert::lint(bytes, &options, build.gate, resolver).await;
        let notices = warnings::notices(&outcome, true);
        let error = outcome.result.as_ref().err();
        let deciders: Vec<_> = (notices.iter().filter(|notice| notice.code.is_some()))
            .map(|notice| notice.owner)
            .collect();
        let contacts = build.gate.contacts(&deciders);
        let policies = (build.organization).describe(&build.dockerfile.repository, &contacts);
        lint::answer(&notices, error, &build.dockerfile.info(), &policies)
    } else if name == convertllb::CONVERT_LLB.name {
        let outcome = convert::convert(bytes, &options, build.gate, resolver).await;
        let notices = warnings::notices(&outcome, false);
        warnings::send(build.bridge, &build.dockerfile, &notices).await;
        let converted = outcome.result?;
        convertllb::answer(&converted.bare_definition(&options)?.into_pb())?
    } else {
        return Err(Failure::Typed(
            Box::new(Error::new(format!("unsupported request {name}"))),
            Code::UNKNOWN,
            Box::new(Detail::Subrequest(name.to_owned())),
        ));
    };
    Ok(result.into_build_result())
}
