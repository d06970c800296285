//! Software bills of materials: an image that scans the result of a build. The gate judges it like any other image.

use std::collections::BTreeMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_image::{ImageConfig, Platform};
use fromtier_llb::{
    Constraints, Exec, FileAction, ImageOptions, MkdirInfo, Mount, ResolveMode, State,
};
use fromtier_policy::gate::Via;
use fromtier_policy::{ApprovedImage, Gate, Scope};

use crate::base::images::{Ledger, Place, Sources, WantedImage};
use crate::meta;
use crate::options::Options;
use crate::plan::args::Platforms;
use crate::resolver::Resolver;
use crate::result::{Converted, Outcome};

/// The scanner has no location in the Dockerfile.
const PLACE: Place<'static> = Place {
    via: Via::SbomGenerator,
    scope: Scope::UNKNOWN,
    location: &[],
};
const CORE: &str = "/run/src/core/sbom";
const EXTRAS: &str = "/run/src/extras";
const OUT: &str = "/run/out/";

/// An approved scanner, and how to run it.
#[derive(Debug, Clone)]
pub struct Scanner {
    /// The image's name in steps. As in BuildKit, it doesn't have the digest that the image resolved to.
    name: String,
    image: ApprovedImage,
    config: ImageConfig,
    args: Vec<String>,
    platform: Platform,
    parameters: BTreeMap<String, String>,
}

/// An approved image without its digest, unless `requested` has one.
fn display_reference(image: &ApprovedImage, requested: &str) -> String {
    let reference = image.reference().clone();
    if requested.contains('@') {
        reference.to_string()
    } else {
        reference.without_digest().to_string()
    }
}

impl Scanner {
    /// Resolves the scanner `reference` for the platform of the worker. `parameters` is the rest of the `attest:sbom` option.
    pub async fn resolve<R: Resolver>(
        reference: &str,
        parameters: BTreeMap<String, String>,
        options: &Options,
        gate: &Gate,
        resolver: &R,
    ) -> Outcome<Scanner> {
        let sources = Sources::new(gate, resolver, options.resolve_mode);
        let result = Scanner::resolve_scanner(reference, parameters, options, &sources).await;
        Outcome {
            result,
            warnings: Vec::new(),
            verdicts: sources.ledger.take_verdicts(),
        }
    }

    /// Asks the gate about the scanner without the builder, for a request that builds nothing: the builder itself resolves the
    /// image afterwards, and doesn't run it.
    ///
    /// # Errors
    ///
    /// The gate refuses the image.
    pub fn foresee(reference: &str, options: &Options, gate: &Gate) -> Result<()> {
        let platform = Platforms::of(options).build.swap_remove(0);
        Ledger::new(gate).foresee_image(reference, Some(&platform), &PLACE)
    }

    async fn resolve_scanner<R: Resolver>(
        reference: &str,
        parameters: BTreeMap<String, String>,
        options: &Options,
        sources: &Sources<'_, R>,
    ) -> Result<Scanner> {
        let platform = Platforms::of(options).build.swap_remove(0);
        let wanted = WantedImage {
            reference,
            platform: Some(&platform),
            log_prefix: "",
            log_reference: None,
            operation_mode: ResolveMode::Default,
            place: PLACE,
        };
        let admitted = sources.resolve_image(&wanted).await?;
        let config = &admitted.config.config;
        let words = [&config.entrypoint, &config.cmd];
        let args: Vec<String> = words.into_iter().flatten().flatten().cloned().collect();
        if args.is_empty() {
            let image = display_reference(&admitted.approved, reference);
            return Err(Error::new(format!("scanner {image} does not have cmd")));
        }
        Ok(Scanner {
            name: display_reference(&admitted.approved, reference),
            image: admitted.approved,
            config: admitted.config,
            args,
            platform,
            parameters,
        })
    }

    /// Adds a scan of a build's result to its graph. `name` is the result's platform as exporters name it.
    ///
    /// # Errors
    ///
    /// The graph has no output for the scan.
    pub fn scan(&self, converted: &mut Converted, name: &str) -> Result<State> {
        let Converted { graph, sbom, .. } = converted;
        let image = graph.image(
            &self.image,
            ImageOptions::default(),
            Constraints::new().platform(&self.platform),
        );
        let step = format!("[{name}] generating sbom using {}", self.name);
        let mut constraints = meta::named(step);
        if converted.ignore_cache {
            constraints = constraints.ignore_cache();
        }
        let mut exec = Exec {
            args: self.args.clone(),
            dir: Some(self.config.config.working_dir.clone()),
            env: self.scan_env(!sbom.extras.is_empty()),
            constraints,
            own_path: true,
            ..Exec::default()
        };
        exec.mounts.push(if self.platform.os == "windows" {
            let info = MkdirInfo {
                parents: true,
                ..MkdirInfo::default()
            };
            let mkdir = FileAction::new().mkdir("/tmp", 0o777, info);
            Mount {
                selector: "/tmp".to_owned(),
                no_output: true,
                ..Mount::new("/tmp", &graph.file(&image, mkdir, Constraints::new()))
            }
        } else {
            Mount {
                target: "/tmp".to_owned(),
                tmpfs: Some(0),
                ..Mount::default()
            }
        });
        let read_only = |target: &str, state: &State| Mount {
            readonly: true,
            ..Mount::new(target, state)
        };
        exec.mounts.push(read_only(CORE, &sbom.core));
        for (name, state) in &sbom.extras {
            exec.mounts
                .push(read_only(&format!("{EXTRAS}/sbom-{name}"), state));
        }
        exec.mounts.push(Mount::new(OUT, &State::scratch()));
        let after = graph.run(&image, exec);
        graph
            .mounted(&after, OUT)
            .ok_or_else(|| Error::new("the scanner has no output"))
    }

    fn scan_env(&self, has_extras: bool) -> Vec<(String, String)> {
        let lines = self.config.config.env.iter().flatten();
        let mut env: Vec<(String, String)> = lines
            .map(|line| line.split_once('=').unwrap_or((line, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let mut add = |key: &str, value: &str| env.push((key.to_owned(), value.to_owned()));
        add("BUILDKIT_SCAN_DESTINATION", OUT);
        add("BUILDKIT_SCAN_SOURCE", CORE);
        if has_extras {
            add("BUILDKIT_SCAN_SOURCE_EXTRAS", EXTRAS);
        }
        for (key, value) in &self.parameters {
            add(&format!("BUILDKIT_SCAN_{key}"), value);
        }
        env
    }
}
