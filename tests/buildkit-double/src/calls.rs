//! Answers a frontend's calls from a case, and records them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use fromtier_proto::{gw, pb};
use prost::Message;
use sha2::{Digest, Sha256};

use crate::case::{Case, Entry, Tree, parse_platform, unknown};
use crate::evaluate::evaluate;
use crate::grpc::Service;
use crate::record::{Call, Outcome, Recording};

pub(crate) struct Calls {
    case: Case,
    recording: Mutex<Recording>,
    started: Instant,
    process: Option<u32>,
}

/// The fields of a solve that this project's own messages leave out on purpose.
#[derive(Clone, PartialEq, Message)]
struct ForwardedSolve {
    #[prost(string, tag = "2")]
    frontend: String,
    #[prost(btree_map = "string, string", tag = "3")]
    options: BTreeMap<String, String>,
}

impl Calls {
    pub(crate) fn new(case: Case, started: Instant, process: Option<u32>) -> Self {
        Self {
            case,
            started,
            process,
            recording: Mutex::default(),
        }
    }

    /// Takes out what was recorded so far.
    pub(crate) fn take(&self) -> Recording {
        std::mem::take(&mut *self.recording())
    }

    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, call: Call) {
        self.recording().calls.push(call);
    }

    fn ping(&self) -> gw::PongResponse {
        self.note(Call::Ping);
        gw::PongResponse {
            frontend_api_caps: self.case.gateway_caps(),
            llb_caps: self.case.llb_caps(),
            workers: self
                .case
                .workers
                .iter()
                .enumerate()
                .map(|(i, platforms)| gw::WorkerRecord {
                    id: format!("worker-{i}"),
                    platforms: platforms.clone(),
                    ..Default::default()
                })
                .collect(),
        }
    }

    fn inputs(&self) -> gw::InputsResponse {
        self.note(Call::Inputs);
        gw::InputsResponse {
            definitions: self
                .case
                .inputs
                .iter()
                .map(|(name, tree)| (name.clone(), files_as_graph(tree)))
                .chain(self.case.input_sources.iter().map(|(name, identifier)| {
                    let source = pb::Op {
                        op: Some(pb::op::Op::Source(pb::SourceOp {
                            identifier: identifier.clone(),
                            ..Default::default()
                        })),
                        platform: Some(self.default_platform()),
                        constraints: Some(pb::WorkerConstraints::default()),
                        ..Default::default()
                    };
                    (name.clone(), graph_of(&source))
                }))
                .collect(),
        }
    }

    fn default_platform(&self) -> pb::Platform {
        let first = self.case.workers.first().and_then(|w| w.first());
        first
            .cloned()
            .unwrap_or_else(|| parse_platform("linux/amd64"))
    }

    fn resolve_image_config(
        &self,
        request: gw::ResolveImageConfigRequest,
    ) -> Result<gw::ResolveImageConfigResponse, gw::Status> {
        self.note(Call::ResolveImageConfig(request.clone()));
        let mut request = request;
        if let Some(other) = self.case.redirects.get(&request.r#ref) {
            request.r#ref.clone_from(other);
        }
        let platform = request.platform.unwrap_or_else(|| self.default_platform());
        let key = match request.resolver_type {
            0 => request.r#ref.clone(),
            _ => format!("oci-layout://{}", request.r#ref),
        };
        let (digest, config) = self.case.resolve(&key, &platform)?;
        Ok(gw::ResolveImageConfigResponse {
            digest,
            config,
            r#ref: request.r#ref,
        })
    }

    fn resolve_source_meta(
        &self,
        request: gw::ResolveSourceMetaRequest,
    ) -> Result<gw::ResolveSourceMetaResponse, gw::Status> {
        self.note(Call::ResolveSourceMeta(request.clone()));
        let mut source = request.source.unwrap_or_default();
        if let Some(reference) = source.identifier.strip_prefix("docker-image://")
            && let Some(other) = self.case.redirected(reference, &source.attrs)
        {
            source.identifier = format!("docker-image://{other}");
        }
        let id = &source.identifier;
        let mut response = gw::ResolveSourceMetaResponse::default();
        if id.starts_with("docker-image://") || id.starts_with("oci-layout://") {
            let platform = request.platform.unwrap_or_else(|| self.default_platform());
            let key = id.strip_prefix("docker-image://").unwrap_or(id);
            let (digest, config) = self.case.resolve(key, &platform)?;
            response.image = Some(gw::ResolveSourceImageResponse {
                digest,
                config,
                attestation_chain: None,
            });
        } else if id.starts_with("git://") {
            let remote = self
                .case
                .remotes
                .get(id)
                .ok_or_else(|| unknown(format!("failed to fetch remote {id}")))?;
            let when = remote.modified.unwrap_or(1_700_000_000);
            let object = format!(
                "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@example.com> {when} +0000\n\
                 committer A <a@example.com> {when} +0000\n\n{id}\n"
            );
            let hash = format!("{:x}", Sha256::digest(&object));
            response.git = Some(gw::ResolveSourceGitResponse {
                checksum: hash[..40].to_owned(),
                r#ref: "refs/heads/main".to_owned(),
                commit_object: if request.git.is_some_and(|git| git.return_object) {
                    object.into_bytes()
                } else {
                    vec![]
                },
                ..Default::default()
            });
        } else if id.starts_with("http") {
            let remote = self
                .case
                .remotes
                .get(id)
                .ok_or_else(|| unknown(format!("failed to resolve {id}: 404 Not Found")))?;
            let data = remote.data.clone().unwrap_or(vec![0x1f, 0x8b, 0x08]);
            response.http = Some(gw::ResolveSourceHttpResponse {
                checksum: format!("sha256:{:x}", Sha256::digest(&data)),
                filename: String::new(),
                last_modified: remote
                    .modified
                    .map(|seconds| gw::Timestamp { seconds, nanos: 0 }),
            });
        }
        response.source = Some(source);
        Ok(response)
    }

    fn solve(&self, raw: &[u8]) -> Result<gw::SolveResponse, gw::Status> {
        let forwarded: ForwardedSolve = decode(raw)?;
        if !forwarded.frontend.is_empty() {
            self.note(Call::Forward {
                frontend: forwarded.frontend,
                options: forwarded.options,
            });
            return Err(unknown("the build was forwarded".to_owned()));
        }
        let request: gw::SolveRequest = decode(raw)?;
        let definition = request.definition.clone().unwrap_or_default();
        let mut recording = self.recording();
        let id = if definition.def.is_empty() {
            String::new()
        } else {
            format!("ref-{}", recording.calls.len())
        };
        recording.calls.push(Call::Solve {
            id: id.clone(),
            request,
        });
        Ok(gw::SolveResponse {
            result: Some(gw::Result {
                result: Some(gw::result::Result::Ref(gw::Ref {
                    def: (!id.is_empty()).then(|| definition.encode_to_vec()),
                    id,
                })),
                ..Default::default()
            }),
            ..Default::default()
        })
    }

    fn files(&self, id: &str) -> Result<Tree, gw::Status> {
        let definition = self
            .recording()
            .definition(id)
            .cloned()
            .ok_or_else(|| unknown(format!("no such ref: {id}")))?;
        evaluate(&self.case, &definition).map_err(unknown)
    }

    fn read_file(&self, request: gw::ReadFileRequest) -> Result<gw::ReadFileResponse, gw::Status> {
        self.note(Call::ReadFile(request.clone()));
        let tree = self.files(&request.r#ref)?;
        let mut data = tree.read(&request.file_path).map_err(unknown)?.to_vec();
        if let Some(range) = request.range {
            let start = usize::try_from(range.offset).unwrap_or(0).min(data.len());
            let length = usize::try_from(range.length).unwrap_or(0);
            data = data[start..].iter().copied().take(length).collect();
        }
        Ok(gw::ReadFileResponse { data })
    }

    fn finish(&self, request: gw::ReturnRequest) {
        let mut recording = self.recording();
        recording.outcome = match (request.error, request.result) {
            (Some(error), _) => Outcome::Error(error),
            (None, Some(result)) => Outcome::Result(result),
            (None, None) => Outcome::Nothing,
        };
    }
}

impl Service for Calls {
    async fn call(
        self: Arc<Self>,
        method: String,
        raw: Bytes,
        arrived: Instant,
    ) -> Result<Vec<u8>, gw::Status> {
        let begin = arrived.duration_since(self.started);
        if method == "Return" {
            let peak = self.process.and_then(peak_memory);
            let mut recording = self.recording();
            recording.returned = Some(begin);
            recording.peak_memory = peak;
        }
        let answer = self.answer(&method, raw).await;
        let end = self.started.elapsed();
        self.recording().spans.push((begin, end));
        answer
    }
}

impl Calls {
    async fn answer(&self, method: &str, raw: Bytes) -> Result<Vec<u8>, gw::Status> {
        if method.starts_with("Resolve") && !self.case.delay.is_zero() {
            tokio::time::sleep(self.case.delay).await;
        }
        Ok(match method {
            "Ping" => self.ping().encode_to_vec(),
            "Inputs" => self.inputs().encode_to_vec(),
            "ResolveImageConfig" => self.resolve_image_config(decode(&raw)?)?.encode_to_vec(),
            "ResolveSourceMeta" => self.resolve_source_meta(decode(&raw)?)?.encode_to_vec(),
            "Solve" => self.solve(&raw)?.encode_to_vec(),
            "ReadFile" => self.read_file(decode(&raw)?)?.encode_to_vec(),
            "ReadDir" => {
                let request: gw::ReadDirRequest = decode(&raw)?;
                self.note(Call::ReadDir(request.clone()));
                let tree = self.files(&request.r#ref)?;
                let entries = tree.list(&request.dir_path).map_err(unknown)?;
                gw::ReadDirResponse { entries }.encode_to_vec()
            }
            "StatFile" => {
                let request: gw::StatFileRequest = decode(&raw)?;
                self.note(Call::StatFile(request.clone()));
                let tree = self.files(&request.r#ref)?;
                let stat = tree.stat(&request.path).map_err(unknown)?;
                gw::StatFileResponse { stat: Some(stat) }.encode_to_vec()
            }
            "Evaluate" => {
                self.note(Call::Evaluate(decode(&raw)?));
                vec![]
            }
            "Warn" => {
                self.note(Call::Warn(decode(&raw)?));
                vec![]
            }
            "Return" => {
                self.finish(decode(&raw)?);
                vec![]
            }
            _ => {
                self.note(Call::Unknown(method.to_owned()));
                return Err(gw::Status {
                    code: 12,
                    message: format!("unknown method {method}"),
                    details: vec![],
                });
            }
        })
    }
}

/// The most memory that a living process has held, in KiB.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

fn decode<M: Message + Default>(raw: &[u8]) -> Result<M, gw::Status> {
    M::decode(raw).map_err(|err| gw::Status {
        code: 13,
        message: err.to_string(),
        details: vec![],
    })
}

/// A graph that makes these files from nothing.
fn files_as_graph(tree: &Tree) -> pb::Definition {
    let actions: Vec<_> = tree
        .entries()
        .filter_map(|(path, entry)| {
            let Entry::File { data, mode } = entry else {
                return None;
            };
            Some(pb::FileActionMkFile {
                path: format!("/{path}"),
                mode: *mode as i32,
                data: data.clone(),
                timestamp: -1,
                owner: None,
            })
        })
        .collect();
    let last = actions.len().saturating_sub(1);
    let op = pb::Op {
        op: Some(pb::op::Op::File(pb::FileOp {
            actions: actions
                .into_iter()
                .enumerate()
                .map(|(i, file)| pb::FileAction {
                    // Without inputs, the first output has number 0.
                    input: i as i64 - 1,
                    secondary_input: -1,
                    output: if i == last { 0 } else { -1 },
                    action: Some(pb::file_action::Action::Mkfile(file)),
                })
                .collect(),
        })),
        platform: Some(parse_platform("linux/amd64")),
        constraints: Some(pb::WorkerConstraints::default()),
        ..Default::default()
    };
    graph_of(&op)
}

/// The graph whose result is this one operation's.
fn graph_of(op: &pb::Op) -> pb::Definition {
    let cap = match &op.op {
        Some(pb::op::Op::Source(_)) => "source.image",
        _ => "file.base",
    };
    let op = op.encode_to_vec();
    let digest = format!("sha256:{:x}", Sha256::digest(&op));
    let head = pb::Op {
        inputs: vec![pb::Input {
            digest: digest.clone(),
            index: 0,
        }],
        ..Default::default()
    }
    .encode_to_vec();
    pb::Definition {
        def: vec![op, head],
        metadata: BTreeMap::from([(
            digest,
            pb::OpMetadata {
                caps: BTreeMap::from([(cap.to_owned(), true)]),
                ..Default::default()
            },
        )]),
        source: None,
    }
}
