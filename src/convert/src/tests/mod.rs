//! Whole Dockerfiles, converted with a stand-in for the builder.

mod contexts;
mod early_refusals;
mod errors;
mod gate;
mod image;
mod profiles;
mod sbom;
mod size;
mod steps;
mod traps;
mod users;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use fromtier_dockerfile::error::Error;
use fromtier_image::{Digest, Platform};
use fromtier_llb::CapSet;
use fromtier_policy::{Day, Gate};
use fromtier_proto::{Message, pb};

use crate::{
    Converted, Options, Outcome, ResolveError, ResolveImage, ResolvedImage, Resolver,
    SourceMetadata, SourceMetadataRequest,
};

/// A builder that knows some images by name; every other one is an empty Linux with one layer.
#[derive(Default)]
struct Builder {
    configs: BTreeMap<String, String>,
    /// The references that a source policy of the builder replaces.
    replaced: BTreeMap<String, String>,
    ignore: Vec<String>,
    inputs: BTreeMap<String, pb::Definition>,
    metadata: SourceMetadata,
    asked: RefCell<Vec<String>>,
    /// It never answers about an image.
    hangs: bool,
}

const PLAIN: &str = r#"{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"]},
    "rootfs":{"type":"layers","diff_ids":["sha256:0"]},"history":[{"created_by":"base"}]}"#;

impl Builder {
    fn with(mut self, reference: &str, config: &str) -> Builder {
        self.configs.insert(reference.to_owned(), config.to_owned());
        self
    }

    /// An image of Docker Hub with these triggers.
    fn with_triggers(self, name: &str, triggers: &[&str]) -> Builder {
        let triggers = fromtier_gostd::json::json_strings(triggers);
        let config = format!("\"config\":{{\"OnBuild\":{triggers},");
        let config = PLAIN.replace("\"config\":{", &config);
        self.with(&format!("docker.io/library/{name}:latest"), &config)
    }
}

impl Resolver for Builder {
    async fn image(&self, request: ResolveImage<'_>) -> Result<ResolvedImage, ResolveError> {
        self.asked.borrow_mut().push(request.log_name.to_owned());
        if self.hangs {
            std::future::pending::<()>().await;
        }
        let asked = request.reference;
        let reference = self.replaced.get(asked).map_or(asked, String::as_str);
        if reference.contains("missing") || reference.contains("httpd") {
            return Err(Error::new(format!("{reference}: not found")).into());
        }
        let config = self.configs.get(reference).map_or(PLAIN, String::as_str);
        Ok(ResolvedImage {
            reference: reference.to_owned(),
            digest: Digest::sha256(reference.as_bytes()).as_str().to_owned(),
            config: config.as_bytes().to_vec(),
        })
    }

    async fn read_file(
        &self,
        _definition: pb::Definition,
        _evaluate: bool,
        _path: &str,
    ) -> Result<Option<Vec<u8>>, ResolveError> {
        Ok(Some(b"ignored\n".to_vec()))
    }

    async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, ResolveError> {
        Ok(self.inputs.clone())
    }

    async fn dockerignore(&self) -> Result<Vec<String>, ResolveError> {
        Ok(self.ignore.clone())
    }

    async fn source_metadata(
        &self,
        request: SourceMetadataRequest<'_>,
    ) -> Result<SourceMetadata, ResolveError> {
        self.asked.borrow_mut().push(request.identifier.to_owned());
        Ok(self.metadata.clone())
    }
}

/// The result of a future, unless it waits for something.
fn poll_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// Runs a future that never waits for I/O.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return value;
        }
    }
}

fn options() -> Options {
    Options {
        caps: CapSet::all(),
        session_id: "session".to_owned(),
        build_platforms: vec![Platform::new("linux", "amd64")],
        ..Options::default()
    }
}

/// The gate without a policy: official images pass, community images don't.
fn gate() -> Gate {
    Gate::new(None, None, None, Day::parse("2026-01-01").unwrap())
}

fn convert_with(builder: &Builder, options: &Options, text: &str) -> Outcome<Converted> {
    block_on(crate::convert(text.as_bytes(), options, &gate(), builder))
}

fn convert(text: &str) -> Converted {
    convert_with(&Builder::default(), &options(), text)
        .result
        .unwrap()
}

fn error(text: &str) -> Error {
    convert_with(&Builder::default(), &options(), text)
        .result
        .unwrap_err()
}

/// A marshaled graph, with queries.
struct Llb {
    ops: Vec<pb::Op>,
    names: Vec<String>,
}

impl Converted {
    fn llb(&self) -> Llb {
        let definition = self.definition(&options()).unwrap();
        let name = |bytes: &Vec<u8>| {
            let digest = Digest::sha256(bytes);
            let metadata = definition.metadata.get(digest.as_str());
            let name = metadata.and_then(|m| m.description.get("llb.customname"));
            name.cloned().unwrap_or_default()
        };
        Llb {
            names: definition.def.iter().map(name).collect(),
            ops: definition
                .def
                .iter()
                .map(|d| pb::Op::decode(d.as_slice()).unwrap())
                .collect(),
        }
    }

    /// Returns the `created_by` of each line of the history.
    fn history(&self) -> Vec<&str> {
        self.image
            .history
            .iter()
            .map(|h| h.created_by.as_str())
            .collect()
    }
}

impl Llb {
    fn sources(&self) -> Vec<&pb::SourceOp> {
        self.ops
            .iter()
            .filter_map(|op| match &op.op {
                Some(pb::op::Op::Source(source)) => Some(source),
                _ => None,
            })
            .collect()
    }

    fn execs(&self) -> Vec<&pb::ExecOp> {
        self.ops
            .iter()
            .filter_map(|op| match &op.op {
                Some(pb::op::Op::Exec(exec)) => Some(exec),
                _ => None,
            })
            .collect()
    }

    fn copies(&self) -> Vec<&pb::FileActionCopy> {
        self.ops
            .iter()
            .filter_map(|op| match &op.op {
                Some(pb::op::Op::File(file)) => Some(&file.actions),
                _ => None,
            })
            .flatten()
            .filter_map(|action| match &action.action {
                Some(pb::file_action::Action::Copy(copy)) => Some(copy),
                _ => None,
            })
            .collect()
    }

    fn source(&self, prefix: &str) -> &pb::SourceOp {
        self.sources()
            .into_iter()
            .find(|s| s.identifier.starts_with(prefix))
            .unwrap()
    }
}
