//! The calls of one build.

mod images;
mod result;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use fromtier_llb::CapSet;
use fromtier_proto::{gw, pb};
pub use images::{ImageConfig, ImageConfigRequest};
pub use result::{BuildResult, Refs};

use crate::caps::{self, Caps};
use crate::error::{Code, Error, MAX_MESSAGE};
use crate::grpc::Connection;
use crate::options::BuildOptions;
use crate::pipe::Stdio;

/// The client of the `LLBBridge` that BuildKit serves to this process. Calls can be concurrent.
#[derive(Debug)]
pub struct Bridge {
    connection: Connection,
    options: BuildOptions,
    caps: Caps,
    llb_caps: CapSet,
    workers: Vec<gw::WorkerRecord>,
    early: EarlyAnswers,
}

/// Answers to the calls that were made together with the first one. The call that would have asked takes its answer.
#[derive(Debug, Default)]
struct EarlyAnswers {
    inputs: RefCell<Option<Result<gw::InputsResponse, Error>>>,
    solved: RefCell<Vec<(pb::Definition, Result<gw::SolveResponse, Error>)>>,
}

impl EarlyAnswers {
    fn take_solved(&self, definition: &pb::Definition) -> Option<Result<gw::SolveResponse, Error>> {
        let mut solved = self.solved.borrow_mut();
        let at = solved.iter().position(|(asked, _)| asked == definition)?;
        Some(solved.swap_remove(at).1)
    }
}

/// A solved graph: files can be read from it, and a result is made of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ref {
    /// BuildKit's handle.
    pub id: String,
}

/// The answer to a solve.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Solved {
    /// None for a graph without operations: an empty file system.
    pub reference: Option<Ref>,
    /// Metadata that BuildKit adds to it.
    pub metadata: BTreeMap<String, Vec<u8>>,
}

/// Options of a solve.
#[derive(Debug, Clone, Default)]
pub struct SolveOptions {
    /// Whether to build now, and to fail if that fails. Otherwise nothing is built until something is read.
    pub evaluate: bool,
    /// The caches to import.
    pub cache_imports: Vec<gw::CacheOptionsEntry>,
}

impl Bridge {
    /// Connects to BuildKit over standard input and output, and asks for its capabilities.
    ///
    /// The inputs and the `early` graphs are requested at the same time, so that [`Bridge::inputs`] and [`Bridge::solve`]
    /// have the answers already. A graph that is solved but not read from costs BuildKit next to nothing.
    ///
    /// # Errors
    /// [`Error::NotAFrontend`] if BuildKit isn't at the other end.
    pub async fn connect(options: BuildOptions, early: Vec<pb::Definition>) -> Result<Self, Error> {
        let stream = Stdio::open().map_err(|err| Error::NotAFrontend(err.to_string()))?;
        let connection = Connection::open(stream, "moby.buildkit.v1.frontend.LLBBridge").await?;
        let ping = connection.call("Ping", gw::PingRequest {});
        let inputs = connection.call("Inputs", gw::InputsRequest {});
        let solves = early.iter().map(|definition| {
            let request = solve_request(&options, definition.clone(), Vec::new(), false);
            connection.call("Solve", request)
        });
        let solves = futures_util::future::join_all(solves);
        let (pong, inputs, solved) = futures_util::join!(ping, inputs, solves);
        let pong: gw::PongResponse = pong?;
        Ok(Self {
            caps: Caps::new(pong.frontend_api_caps, &options.product),
            llb_caps: caps::llb_caps(&pong.llb_caps, &options.product),
            workers: pong.workers,
            early: EarlyAnswers {
                inputs: RefCell::new(Some(inputs)),
                solved: RefCell::new(early.into_iter().zip(solved).collect()),
            },
            connection,
            options,
        })
    }

    /// The options of this build.
    pub fn options(&self) -> &BuildOptions {
        &self.options
    }

    /// The gateway's capabilities.
    pub fn caps(&self) -> &Caps {
        &self.caps
    }

    /// The solver's capabilities.
    pub fn llb_caps(&self) -> &CapSet {
        &self.llb_caps
    }

    /// The workers. The first one is the default.
    pub fn workers(&self) -> &[gw::WorkerRecord] {
        &self.workers
    }

    /// Solves a graph.
    ///
    /// The client's options for cache imports are sent again, as BuildKit's own client does.
    ///
    /// # Errors
    /// [`Error::UnsupportedOperation`] if an operation needs a capability that the builder lacks. Nothing is sent then.
    pub async fn solve(
        &self,
        definition: pb::Definition,
        options: SolveOptions,
    ) -> Result<Solved, Error> {
        let mut known = BTreeSet::new();
        for meta in definition.metadata.values() {
            for cap in meta.caps.keys().filter(|cap| known.insert(cap.as_str())) {
                let supported = self.llb_caps.supports(cap);
                supported.map_err(Error::UnsupportedOperation)?;
            }
        }
        drop(known);
        let evaluates = self.caps.has("gateway.solve.evaluate");
        let plain = !options.evaluate && options.cache_imports.is_empty();
        let early = if plain {
            self.early.take_solved(&definition)
        } else {
            None
        };
        let response: gw::SolveResponse = match early {
            Some(answer) => answer?,
            None => {
                let evaluate = options.evaluate && evaluates;
                let imports = options.cache_imports;
                let request = solve_request(&self.options, definition, imports, evaluate);
                self.connection.call("Solve", request).await?
            }
        };
        let solved = solved_from_response(response);
        if options.evaluate
            && !evaluates
            && let Some(reference) = &solved.reference
        {
            // A builder without the call evaluates when a file is requested.
            self.stat_file(reference, ".").await?;
        }
        Ok(solved)
    }

    /// Reads a file, or only `range` of it (offset and length in bytes).
    ///
    /// # Errors
    /// [`Error::FileTooLarge`] if the file is larger than a message can be. The reference asks for each file's size first;
    /// here that takes a call more only if reading it fails.
    pub async fn read_file(
        &self,
        from: &Ref,
        path: &str,
        range: Option<(i64, i64)>,
    ) -> Result<Vec<u8>, Error> {
        let request = gw::ReadFileRequest {
            r#ref: from.id.clone(),
            file_path: path.to_owned(),
            range: range.map(|(offset, length)| gw::FileRange { offset, length }),
        };
        let read: Result<gw::ReadFileResponse, Error> =
            self.connection.call("ReadFile", request).await;
        match read {
            Ok(response) => Ok(response.data),
            Err(Error::Call(call)) if call.code() == Code::RESOURCE_EXHAUSTED => {
                let size = self.stat_file(from, path).await.map_or(0, |stat| stat.size);
                if usize::try_from(size).is_ok_and(|size| size > MAX_MESSAGE) {
                    return Err(Error::FileTooLarge {
                        path: path.to_owned(),
                    });
                }
                Err(call.into())
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the facts about a path: its kind, size, mode and times.
    pub async fn stat_file(&self, from: &Ref, path: &str) -> Result<gw::Stat, Error> {
        self.caps.supports("statfile")?;
        let request = gw::StatFileRequest {
            r#ref: from.id.clone(),
            path: path.to_owned(),
        };
        let response: gw::StatFileResponse = self.connection.call("StatFile", request).await?;
        Ok(response.stat.unwrap_or_default())
    }

    /// Lists the entries of a directory whose names match `pattern`; all if it is empty.
    pub async fn read_dir(
        &self,
        from: &Ref,
        path: &str,
        pattern: &str,
    ) -> Result<Vec<gw::Stat>, Error> {
        self.caps.supports("readdir")?;
        let request = gw::ReadDirRequest {
            r#ref: from.id.clone(),
            dir_path: path.to_owned(),
            include_pattern: pattern.to_owned(),
        };
        let response: gw::ReadDirResponse = self.connection.call("ReadDir", request).await?;
        Ok(response.entries)
    }

    /// Returns the graphs that the client passed to this build, by name.
    pub async fn inputs(&self) -> Result<BTreeMap<String, pb::Definition>, Error> {
        self.caps.supports("frontend.inputs")?;
        let early = self.early.inputs.take();
        let response: gw::InputsResponse = match early {
            Some(answer) => answer?,
            None => self.connection.call("Inputs", gw::InputsRequest {}).await?,
        };
        Ok(response.definitions)
    }

    /// Shows a warning to the user.
    pub async fn warn(&self, warning: gw::WarnRequest) -> Result<(), Error> {
        let _: gw::WarnResponse = self.connection.call("Warn", warning).await?;
        Ok(())
    }
}

fn solve_request(
    options: &BuildOptions,
    definition: pb::Definition,
    cache_imports: Vec<gw::CacheOptionsEntry>,
    evaluate: bool,
) -> gw::SolveRequest {
    let repeated = ["cache-imports", "cache-from"];
    gw::SolveRequest {
        definition: Some(definition),
        frontend_options: repeated
            .iter()
            .filter_map(|name| options.options.get_key_value(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        allow_result_return: true,
        allow_result_array_ref: true,
        cache_imports,
        evaluate,
    }
}

fn solved_from_response(response: gw::SolveResponse) -> Solved {
    use gw::result::Result as R;
    let some = |id: String| (!id.is_empty()).then_some(Ref { id });
    let Some(result) = response.result else {
        return Solved {
            reference: some(response.r#ref),
            ..Default::default()
        };
    };
    Solved {
        reference: match result.result {
            Some(R::Ref(reference)) => some(reference.id),
            Some(R::RefDeprecated(id)) => some(id),
            // Only another frontend returns several.
            Some(R::Refs(_) | R::RefsDeprecated(_)) | None => None,
        },
        metadata: result.metadata,
    }
}
