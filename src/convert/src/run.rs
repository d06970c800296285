//! The entry points of a conversion.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_image::ImageConfig;
use fromtier_image::config::History;
use fromtier_policy::Gate;
use fromtier_policy::gate::Via;

use crate::base::images::{Ledger, Place, Sources};
use crate::converter::{self, Converter};
use crate::options::Options;
use crate::outline::{Outline, outline_of};
use crate::plan;
use crate::plan::deps::StageId;
use crate::plan::stages::Stages;
use crate::resolver::Resolver;
use crate::result::{Converted, Outcome, SbomTargets};
use crate::source_date;

/// Converts a Dockerfile. `gate` judges every source; `resolver` answers all questions to the outside.
pub async fn convert<R: Resolver>(
    bytes: &[u8],
    options: &Options,
    gate: &Gate,
    resolver: &R,
) -> Outcome<Converted> {
    let outcome = run_conversion(bytes, options, gate, resolver, into_converted).await;
    Outcome {
        result: outcome.result.and_then(|converted| converted),
        warnings: outcome.warnings,
        verdicts: outcome.verdicts,
    }
}

/// Returns the parameters of the target that the options name.
pub async fn outline<R: Resolver>(
    bytes: &[u8],
    options: &Options,
    gate: &Gate,
    resolver: &R,
) -> Outcome<Outline> {
    run_conversion(bytes, options, gate, resolver, |converter, target| {
        outline_of(&converter.stages, target)
    })
    .await
}

/// Converts only for the warnings and verdicts. Without a target it converts all stages.
pub async fn lint<R: Resolver>(
    bytes: &[u8],
    options: &Options,
    gate: &Gate,
    resolver: &R,
) -> Outcome<()> {
    if options.target.is_empty() && !options.all_stages {
        let options = Options {
            all_stages: true,
            ..options.clone()
        };
        return run_conversion(bytes, &options, gate, resolver, |_, _| ()).await;
    }
    run_conversion(bytes, options, gate, resolver, |_, _| ()).await
}

async fn run_conversion<R: Resolver, T>(
    bytes: &[u8],
    options: &Options,
    gate: &Gate,
    resolver: &R,
    finish: impl FnOnce(Converter<'_, R>, StageId) -> T,
) -> Outcome<T> {
    let failed = |error| Outcome {
        result: Err(error),
        warnings: Vec::new(),
        verdicts: Vec::new(),
    };
    if bytes.is_empty() {
        return failed(Error::new("the Dockerfile cannot be empty"));
    }
    let lint = match converter::linter(bytes, options) {
        Ok(lint) => lint,
        Err(error) => return failed(error),
    };
    let sources = Sources::new(gate, resolver, options.resolve_mode);
    let done = Converter::run(bytes, options, &sources, lint.clone()).await;
    Outcome {
        result: done.map(|(converter, target)| finish(converter, target)),
        warnings: lint.take_warnings(),
        verdicts: sources.ledger.take_verdicts(),
    }
}

fn into_converted<R: Resolver>(
    mut converter: Converter<'_, R>,
    target: StageId,
) -> Result<Converted> {
    let stages = &mut converter.stages;
    let needed = plan::reachable(stages, target);
    let has_invalid_utf8 =
        (0..stages.len()).any(|id| needed[id] && stages[id].built.has_invalid_utf8);
    let mut ignore_cache = stages[target].plan.ignore_cache;
    let mut extras = BTreeMap::new();
    if stages[target].built.scan_context {
        extras.insert("context".to_owned(), converter.context.clone());
    }
    for (_, stage) in stages
        .iter()
        .enumerate()
        .filter(|(id, stage)| *id != target && needed[*id] && stage.built.scan_stage)
    {
        extras.insert(stage.plan.display_name.clone(), stage.built.state.clone());
        ignore_cache |= stage.plan.ignore_cache;
    }
    judge_user(stages, target, &converter.sources.ledger)?;
    let history = full_history(stages, target);
    // The reference reports a graph that can't be marshaled first.
    if let Some(epoch) = converter.epoch
        && !has_invalid_utf8
        && !source_date::is_writable(epoch)
        && history
            .iter()
            .any(|h| h.created.as_deref() == Some(&epoch.to_string()))
    {
        return Err(Error::new(
            "failed to marshal image config: json: error calling MarshalJSON for type *time.Time: Time.MarshalJSON: year outside of range [0,9999]",
        ));
    }
    let stage = &mut stages[target];
    let state = stage.built.state.clone();
    Ok(Converted {
        image: ImageConfig {
            history,
            ..std::mem::take(&mut stage.built.image)
        },
        base_image: stage.base.image.take().map(|image| (*image).clone()),
        sbom: SbomTargets {
            core: state.clone(),
            extras,
        },
        state,
        epoch: converter.epoch,
        ignore_cache,
        has_invalid_utf8,
        graph: converter.graph,
    })
}

/// Asks the gate about the user of the result: that of the last `USER`, or else of the base image.
fn judge_user(stages: &Stages, target: StageId, ledger: &Ledger<'_>) -> Result<()> {
    let mut last = target;
    while stages[last].built.user_location.is_none()
        && let Some(base) = stages[last].base_stage()
    {
        last = base;
    }
    let stage = &stages[target];
    let location = match &stages[last].built.user_location {
        Some(location) => location,
        None => &stage.written.location,
    };
    let place = Place {
        via: Via::From,
        scope: stage.scope(),
        location,
    };
    let user = &stage.built.image.config.user;
    match ledger.gate.final_user(user, &place.scope) {
        Ok(verdict) if verdict.findings.is_empty() => Ok(()),
        Ok(verdict) => {
            ledger.record_verdict(&verdict, &place);
            Ok(())
        }
        Err(denial) => Err(ledger.refusal_error(&denial, &place).at(location)),
    }
}

/// The history of the base image, then that of each stage on it.
fn full_history(stages: &mut Stages, target: StageId) -> Vec<History> {
    let mut chain = vec![target];
    while let Some(base) = chain.last().and_then(|id| stages[*id].base_stage()) {
        chain.push(base);
    }
    let mut history = chain
        .last()
        .map(|root| std::mem::take(&mut stages[*root].base.history))
        .unwrap_or_default();
    for id in chain.into_iter().rev() {
        history.append(&mut stages[id].built.history);
    }
    history
}
