//! The files that the frontend reads: the Dockerfile, the files next to it, and the main context's `.dockerignore`.

mod beside;
mod dockerignore;

use std::collections::BTreeMap;
use std::rc::Rc;

use fromtier_convert::{Context, MainContext, denial_error};
use fromtier_dockerfile::error::Error;
use fromtier_dockerfile::git_url::GitRef;
use fromtier_gateway::{self as gateway, Bridge, BuildOptions, Code, Ref, SolveOptions};
use fromtier_gostd::path;
use fromtier_gostd::strconv::parse_bool;
use fromtier_llb::{
    Constraints, Definition, Differ, Graph, LocalOptions, MarshalOptions, SourceMap, State,
};
use fromtier_policy::gate::SourceRequest;
use fromtier_policy::{ApprovedSource, Gate, Policy, Scope};
use fromtier_proto::pb;
use tokio::sync::OnceCell;

use self::beside::{folder, policy_folders, read_extended_file};
use crate::options::Opts;
use crate::policy::{self, LOCK_FILE, MISNAMED_POLICY, REPOSITORY_FILE, RepositoryFiles};
use crate::status::Failure;

const DOCKERFILE: &str = "Dockerfile";
const DOCKERIGNORE: &str = ".dockerignore";
/// The name of a downloaded file in its source.
const WEB_FILE: &str = "context";

/// The places of the Dockerfile and the main context.
#[derive(Debug)]
pub struct Sources {
    /// The Dockerfile's path.
    filename: String,
    /// The client's directory with the Dockerfile.
    directory: String,
    /// Whether the Dockerfile is in that directory, no matter where the main context is.
    is_directory_forced: bool,
    /// The session that has the directory.
    session: String,
    /// The session that has the main context.
    context_session: String,
    /// A subdirectory, for a main context that isn't the client's directory.
    subdir: Option<String>,
    dockerfile_input: Option<pb::Definition>,
    main: MainContext,
    /// The graphs that are solved while the connection is being set up.
    dockerfile_early: Option<Definition>,
    ignore_early: Option<Definition>,
    /// The text of the main context's `.dockerignore`.
    ignored: OnceCell<Result<Vec<u8>, Error>>,
}

/// The Dockerfile, and the files next to it.
#[derive(Debug)]
pub struct Dockerfile {
    /// The Dockerfile's name and bytes, and the definition that reads it.
    pub map: Rc<SourceMap>,
    /// The digest of the operation that it was read from. Warnings are attached to it.
    pub vertex: String,
    /// The policy and the lock next to the Dockerfile.
    pub repository: RepositoryFiles,
    /// The Dockerfile's own ignore file, `Dockerfile.dockerignore`.
    ignore_file: Option<Vec<u8>>,
}

impl Dockerfile {
    /// Returns the Dockerfile in the message that errors and warnings carry.
    pub fn info(&self) -> pb::SourceInfo {
        pb::SourceInfo {
            filename: self.map.filename.clone(),
            data: self.map.data.clone(),
            definition: self.map.definition.as_ref().map(Definition::to_pb),
            language: self.map.language.clone(),
        }
    }
}

impl Sources {
    /// Reads from the options where the main context and the Dockerfile are.
    pub fn new(build: &BuildOptions) -> Result<Sources, Error> {
        let opts = &build.options;
        let get = |key: &str| opts.get(key).map(String::as_str);
        let session_of = |name: &str| {
            get(&format!("local-sessionid:{name}"))
                .unwrap_or(&build.session_id)
                .to_owned()
        };
        let directory = get("dockerfilekey").unwrap_or("dockerfile").to_owned();
        let named = get(get("contextkey").unwrap_or("context")).unwrap_or_default();
        let git = GitRef::parse(named);
        let source = if git.as_ref().map_or_else(|e| e.is_git, |_| true) {
            git.map_err(|e| e.error)?;
            let keep = get("build-arg:BUILDKIT_CONTEXT_KEEP_GIT_DIR");
            Context::Git {
                url: named.to_owned(),
                keep_git_dir: keep.and_then(|v| parse_bool(v).ok()),
                advice: get("build-arg:BUILDKIT_GIT_ADVICE")
                    .is_some_and(|v| parse_bool(v) == Ok(true)),
                commit_mtime: get("build-arg:SOURCE_DATE_EPOCH").is_some_and(|v| !v.is_empty()),
            }
        } else if named.starts_with("http://") || named.starts_with("https://") {
            Context::Http {
                url: named.to_owned(),
                archive: false,
            }
        } else {
            Context::Local
        };
        Ok(Sources {
            filename: get("filename").unwrap_or(DOCKERFILE).to_owned(),
            session: session_of(&directory),
            context_session: session_of("context"),
            directory,
            is_directory_forced: get("dockerfilekey").is_some(),
            subdir: get("contextsubdir").map(str::to_owned),
            dockerfile_input: None,
            main: MainContext {
                source,
                subdir: None,
            },
            dockerfile_early: None,
            ignore_early: None,
            ignored: OnceCell::new(),
        })
    }

    /// Returns the graphs that are solved first: the Dockerfile's, and for a build the ignore file's. They are not used
    /// if the builder has inputs, and not returned if the gate refuses them.
    pub fn early_graphs(&mut self, gate: &Gate, builds: bool) -> Vec<pb::Definition> {
        if self.main.source != Context::Local {
            return Vec::new();
        }
        // A graph that can't be made now can't be made later either. The error is reported then.
        self.dockerfile_early = self.dockerfile_definition(gate).ok();
        if builds {
            self.ignore_early = self.ignore_definition(gate).ok();
        }
        let both = [&self.dockerfile_early, &self.ignore_early];
        both.into_iter().flatten().map(Definition::to_pb).collect()
    }

    /// Asks for facts that only the builder knows: its inputs, and whether a URL leads to an archive.
    pub async fn locate(&mut self, bridge: &Bridge, gate: &Gate) -> Result<(), Failure> {
        match &mut self.main.source {
            Context::Http { url, archive } => {
                *archive = is_archive_at(bridge, url, gate).await?;
                if !*archive {
                    self.filename = WEB_FILE.to_owned();
                }
            }
            Context::Local if bridge.caps().has("frontend.inputs") => {
                let mut inputs = bridge
                    .inputs()
                    .await
                    .map_err(|e| Failure::from(e).wrap("failed to get frontend inputs"))?;
                if !self.is_directory_forced {
                    self.dockerfile_input = inputs.remove(&self.directory);
                }
                if let Some(input) = inputs.remove("context") {
                    self.main.source = Context::Input(input);
                }
            }
            _ => {}
        }
        if self.main.source != Context::Local {
            self.main.subdir = self.subdir.clone();
        }
        Ok(())
    }

    /// Returns the main context for the conversion.
    pub fn main_context(&self) -> MainContext {
        self.main.clone()
    }

    /// Reads the Dockerfile and the files next to it.
    pub async fn read_dockerfile(
        &self,
        bridge: &Bridge,
        gate: &Gate,
    ) -> Result<Dockerfile, Failure> {
        let definition = self.dockerfile_definition(gate)?;
        let solved = bridge
            .solve(definition.to_pb(), SolveOptions::default())
            .await
            .map_err(|e| Failure::from(e).wrap("failed to resolve dockerfile"))?;
        let from = solved.reference.unwrap_or_default();
        let folder = folder(&self.filename);
        let beside = |name: &str| path::join(&[&folder, name]);
        let (policy_path, lock_path) = (beside(REPOSITORY_FILE), beside(LOCK_FILE));
        let ignore_path = format!("{}{DOCKERIGNORE}", self.filename);
        let optional = async |path: &str| read_optional(bridge, Some(&from), path).await;
        let reads = async {
            Ok(futures_util::join!(
                self.read_text(bridge, &from),
                optional(&ignore_path),
                optional(&policy_path),
                optional(&lock_path),
            ))
        };
        // A read of a named pipe doesn't end, so what the directory shows ends the wait.
        let listed = self.list(bridge, &from, &folder);
        let (entries, (text, ignore_file, policy, lock)) = futures_util::try_join!(listed, reads)?;
        let data = text.map_err(|e| Failure::from(e).wrap("failed to read dockerfile"))?;
        let vertex = definition.head().unwrap_or_default();
        let entries =
            entries.map_err(|e| Failure::from(e).wrap(&format!("failed to read {folder}")))?;
        let (policy, lock) = (part(&policy_path, policy)?, part(&lock_path, lock)?);
        if lock.is_none() {
            entries.check_absent(LOCK_FILE)?;
        }
        let policy = match policy {
            Some(policy) => Some(policy),
            None => {
                entries.check_absent(REPOSITORY_FILE)?;
                self.policy_above(bridge, &from).await?
            }
        };
        let extended = match &policy {
            Some((path, text)) => self.read_extended(bridge, gate, &from, path, text).await?,
            None => BTreeMap::new(),
        };
        Ok(Dockerfile {
            map: SourceMap::new(&self.filename, DOCKERFILE, data, Some(definition)),
            vertex,
            repository: RepositoryFiles {
                policy,
                lock,
                extended,
            },
            ignore_file: ignore_unreadable(ignore_file)?.filter(|text| !text.is_empty()),
        })
    }

    /// Returns the Dockerfile's path from the top of its repository, if it is known. For a directory of the client it is
    /// known only if the client reports where in the repository the directory is.
    pub fn dockerfile_path(&self, opts: &Opts) -> Option<String> {
        let folder = match self.is_in_clients_directory() {
            false if self.dockerfile_input.is_some() => return None,
            false => {
                // If a build uses a directory of the repository, the Dockerfile is in that directory.
                let within = match &self.main.source {
                    Context::Http { archive: false, .. } => return None,
                    Context::Git { url, .. } => GitRef::parse(url).ok()?.sub_dir,
                    _ => String::new(),
                };
                let subdir = self.main.subdir.as_deref().unwrap_or_default();
                let folder = path::join(&[&within, subdir]);
                folder.trim_start_matches('/').to_owned()
            }
            true => (opts.get(&format!("vcs:localdir:{}", self.directory))?).replace('\\', "/"),
        };
        let path = path::join(&[&folder, &self.filename]);
        (!path.starts_with("..") && !path.starts_with('/')).then_some(path)
    }

    fn is_in_clients_directory(&self) -> bool {
        let remote = matches!(self.main.source, Context::Git { .. } | Context::Http { .. });
        self.dockerfile_input.is_none() && (self.is_directory_forced || !remote)
    }

    /// Reads the files that the repository's policy extends, one after the other, except those of the frontend image.
    /// Makes no calls if it extends none.
    async fn read_extended(
        &self,
        bridge: &Bridge,
        gate: &Gate,
        from: &Ref,
        path: &str,
        text: &str,
    ) -> Result<BTreeMap<String, Option<String>>, Failure> {
        let mut files = BTreeMap::new();
        let mut next = Policy::extended(path, text);
        while let Some(path) = next.filter(|path| !path.starts_with('/') && !path.starts_with(".."))
        {
            // A cycle, and too long a chain, are reported when the policy is parsed.
            if files.contains_key(&path) || files.len() == Policy::MAX_EXTENDED {
                break;
            }
            let failed = |e| Failure::from(e).wrap(&format!("failed to read {path}"));
            let read = if self.is_in_clients_directory() {
                let mut graph = Graph::new();
                let state = self.client_files(&mut graph, gate, vec![path.clone()])?;
                let definition = marshal(&graph, &state)?.into_pb();
                let solved = bridge.solve(definition, SolveOptions::default()).await;
                let from = solved.map_err(failed)?.reference;
                read_extended_file(bridge, from.as_ref(), &path).await
            } else {
                read_extended_file(bridge, Some(from), &path).await
            };
            let text = match read? {
                Some(bytes) => Some(policy::utf8(&path, bytes)?),
                None => None,
            };
            next = text.as_ref().and_then(|text| Policy::extended(&path, text));
            files.insert(path, text);
        }
        Ok(files)
    }

    /// Adds files of the client's directory with the Dockerfile.
    fn client_files(
        &self,
        graph: &mut Graph,
        gate: &Gate,
        follow_paths: Vec<String>,
    ) -> Result<State, Failure> {
        let name = format!("load build definition from {}", self.filename);
        let options = LocalOptions {
            session_id: self.session.clone(),
            follow_paths,
            shared_key_hint: self.directory.clone(),
            differ: Some((Differ::None, false)),
            ..LocalOptions::default()
        };
        add_local(graph, gate, &self.directory, options, &name)
    }

    fn dockerfile_definition(&self, gate: &Gate) -> Result<Definition, Failure> {
        if let Some(early) = &self.dockerfile_early
            && self.dockerfile_input.is_none()
        {
            approve_local(gate, &self.directory)?;
            return Ok(early.clone());
        }
        let mut graph = Graph::new();
        let state = self.dockerfile_state(&mut graph, gate)?;
        let marshaled = marshal(&graph, &state);
        Ok(marshaled.map_err(|e| e.wrap("failed to marshal local source"))?)
    }

    fn dockerfile_state(&self, graph: &mut Graph, gate: &Gate) -> Result<State, Failure> {
        if let Some(input) = &self.dockerfile_input {
            let input = MainContext {
                source: Context::Input(input.clone()),
                subdir: None,
            };
            if let Some(placed) = input.place(graph, gate)? {
                return Ok(placed.state);
            }
        }
        if !self.is_in_clients_directory() {
            // A subdirectory applies to the context only: the Dockerfile's path starts at the top.
            let whole = MainContext {
                subdir: None,
                ..self.main.clone()
            };
            if let Some(placed) = whole.place(graph, gate)? {
                return Ok(placed.state);
            }
        }
        self.client_files(graph, gate, self.wanted_files())
    }

    /// The files to fetch from the Dockerfile's directory.
    fn wanted_files(&self) -> Vec<String> {
        let mut files = vec![
            self.filename.clone(),
            format!("{}{DOCKERIGNORE}", self.filename),
        ];
        files.extend(self.lower_case_path());
        files.push(path::join(&[&folder(&self.filename), LOCK_FILE]));
        for folder in policy_folders(&self.filename) {
            files.push(path::join(&[&folder, REPOSITORY_FILE]));
            files.push(path::join(&[&folder, MISNAMED_POLICY]));
        }
        files
    }

    /// The path of `dockerfile`, which is used if there is no `Dockerfile`.
    fn lower_case_path(&self) -> Option<String> {
        let folder = self
            .filename
            .rsplit_once('/')
            .map_or(".", |(folder, _)| folder);
        (path::base(&self.filename) == DOCKERFILE)
            .then(|| path::join(&[folder, &DOCKERFILE.to_lowercase()]))
    }

    async fn read_text(&self, bridge: &Bridge, from: &Ref) -> Result<Vec<u8>, gateway::Error> {
        let error = match bridge.read_file(from, &self.filename, None).await {
            Ok(data) => return Ok(data),
            Err(error @ gateway::Error::FileTooLarge { .. }) => return Err(error),
            Err(error) => error,
        };
        match self.lower_case_path() {
            Some(other) => (bridge.read_file(from, &other, None).await).map_err(|_| error),
            None => Err(error),
        }
    }
}

/// Adds a directory of the client, with the gate's approval.
fn add_local(
    graph: &mut Graph,
    gate: &Gate,
    name: &str,
    options: LocalOptions,
    step: &str,
) -> Result<State, Failure> {
    let approved = approve_local(gate, name)?;
    let named = Constraints::new().custom_name(&format!("[internal] {step}"));
    Ok(graph.local(&approved, options, named))
}

/// Asks the gate for the approval to read a directory of the client.
fn approve_local(gate: &Gate, name: &str) -> Result<ApprovedSource, Failure> {
    gate.source(&SourceRequest::Local { name }, &Scope::default())
        .map_err(|d| Failure::from(denial_error(&d)))
}

/// The name and the text of a file that was read, if there is one.
fn part(
    path: &str,
    read: Result<Option<Vec<u8>>, gateway::Error>,
) -> Result<Option<(String, String)>, Failure> {
    let failed = |e| Failure::from(e).wrap(&format!("failed to read {path}"));
    match read.map_err(failed)? {
        Some(bytes) => Ok(Some((path.to_owned(), policy::utf8(path, bytes)?))),
        None => Ok(None),
    }
}

/// Marshals a graph that needs no platform.
fn marshal(graph: &Graph, state: &State) -> Result<Definition, Error> {
    let options = MarshalOptions {
        platform: None,
        caps: None,
        new_id: &mut crate::ids::random_id,
    };
    graph
        .marshal(state, options)
        .map_err(|e| Error::new(e.to_string()))
}

/// Whether the file at `url` is an archive, by its first bytes.
async fn is_archive_at(bridge: &Bridge, url: &str, gate: &Gate) -> Result<bool, Failure> {
    let mut graph = Graph::new();
    let state = MainContext::place_http(&mut graph, gate, url)?;
    let definition = marshal(&graph, &state)?.into_pb();
    let solved = bridge
        .solve(definition, SolveOptions::default())
        .await
        .map_err(|e| Failure::from(e).wrap("failed to resolve httpcontext"))?;
    let from = solved.reference.unwrap_or_default();
    let head = bridge
        .read_file(&from, WEB_FILE, Some((0, 1024)))
        .await
        .map_err(|e| Failure::from(e).wrap("failed to read downloaded context"))?;
    Ok(crate::archive::is_archive(&head))
}

/// Reads a file. None if it doesn't exist; other failures are errors.
pub async fn read_optional(
    bridge: &Bridge,
    from: Option<&Ref>,
    path: &str,
) -> Result<Option<Vec<u8>>, gateway::Error> {
    let Some(from) = from else {
        return Ok(None);
    };
    match bridge.read_file(from, path, None).await {
        Ok(data) => Ok(Some(data)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The outcome of a read for which, as in the reference, a file that can't be read counts as missing, unless it is too large.
pub fn ignore_unreadable(
    read: Result<Option<Vec<u8>>, gateway::Error>,
) -> Result<Option<Vec<u8>>, gateway::Error> {
    match read {
        Err(error) if !matches!(error, gateway::Error::FileTooLarge { .. }) => Ok(None),
        read => read,
    }
}

/// Whether the error is that a file or directory doesn't exist.
fn is_absent(error: &gateway::Error) -> bool {
    let gateway::Error::Call(call) = error else {
        return false;
    };
    let text = &call.0.message;
    call.code() == Code::NOT_FOUND
        || text.contains("no such file or directory")
        || text.contains("cannot find the file specified")
        || text.contains("not a directory")
}
