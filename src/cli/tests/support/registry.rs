//! A registry on loopback, for one test: it serves images, requires a login, is slow, or fails, as the test requests.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use fromtier_image::Digest;
use serde_json::json;

/// How people have to log in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Auth {
    #[default]
    Open,
    /// `Basic` of this pair, in base 64.
    Basic(&'static str),
    /// A token from the token service, which gives one to everybody.
    Anonymous,
    /// A token for this pair, in base 64.
    Password(&'static str),
    /// A token for this refresh token.
    Refresh(&'static str),
}

#[derive(Debug, Default)]
struct State {
    /// By repository and tag or digest.
    manifests: BTreeMap<(String, String), Vec<u8>>,
    blobs: BTreeMap<String, Vec<u8>>,
    auth: Auth,
    delay: Duration,
    /// Answers no `HEAD`.
    headless: bool,
    /// The token service that it names, if not its own.
    realm: Option<String>,
    /// Statuses that the next requests get.
    failures: VecDeque<u16>,
    /// `METHOD path` of all requests.
    requests: Vec<String>,
    running: usize,
    most: usize,
}

/// A running registry; it ends with the test's process.
#[derive(Debug, Clone)]
pub struct Registry {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Registry {
    pub fn start() -> Registry {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let registry = Registry {
            address: listener.local_addr().unwrap(),
            state: Arc::default(),
        };
        let serving = registry.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let registry = serving.clone();
                thread::spawn(move || {
                    // A client that goes away early is its own affair.
                    let _ = registry.answer(stream);
                });
            }
        });
        registry
    }

    /// As references name it.
    pub fn name(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    /// A policy of which all official images come from here, with more lines.
    pub fn policy(&self, more: &str) -> String {
        format!(
            "version: 1\nmirrors: {{docker.io: \"{}\"}}\n{more}",
            self.name()
        )
    }

    /// Stores an image for two platforms, made different by `salt`, with these triggers; its index has the tag. Gives
    /// the index's digest.
    pub fn put(&self, name: &str, salt: &str, triggers: &[&str]) -> String {
        let (repository, tag) = name.rsplit_once(':').unwrap();
        let mut children = Vec::new();
        for architecture in ["amd64", "arm64"] {
            let digest = self.put_image(repository, None, architecture, salt, triggers);
            children.push(json!({"digest": digest, "platform": {"os": "linux", "architecture": architecture}}));
        }
        let index = json!({"schemaVersion": 2, "manifests": children}).to_string();
        self.put_manifest(repository, Some(tag), index.into_bytes())
    }

    /// Stores an image for one platform, without an index.
    pub fn put_single(&self, name: &str, architecture: &str) -> String {
        let (repository, tag) = name.rsplit_once(':').unwrap();
        self.put_image(repository, Some(tag), architecture, "", &[])
    }

    /// Stores something that is no manifest under a tag.
    pub fn put_text(&self, name: &str, text: &str) {
        let (repository, tag) = name.rsplit_once(':').unwrap();
        self.put_manifest(repository, Some(tag), text.into());
    }

    fn put_image(
        &self,
        repository: &str,
        tag: Option<&str>,
        architecture: &str,
        salt: &str,
        triggers: &[&str],
    ) -> String {
        let config = json!({"created": "2026-01-01T00:00:00Z", "os": "linux", "architecture": architecture, "salt": salt,
            "config": {"OnBuild": triggers}, "rootfs": {"type": "layers", "diff_ids": []}});
        let config = config.to_string().into_bytes();
        let digest = digest_of(&config);
        self.state().blobs.insert(digest.clone(), config);
        let manifest = json!({"schemaVersion": 2, "config": {"digest": digest}, "layers": []});
        self.put_manifest(repository, tag, manifest.to_string().into_bytes())
    }

    fn put_manifest(&self, repository: &str, tag: Option<&str>, bytes: Vec<u8>) -> String {
        let digest = digest_of(&bytes);
        let mut state = self.state();
        for reference in tag.into_iter().chain([digest.as_str()]) {
            let key = (repository.to_owned(), reference.to_owned());
            state.manifests.insert(key, bytes.clone());
        }
        digest
    }

    /// Forgets a tag or a digest.
    pub fn remove(&self, repository: &str, reference: &str) {
        let key = (repository.to_owned(), reference.to_owned());
        self.state().manifests.remove(&key).unwrap();
    }

    /// Gives other bytes for a tag than those of its digest.
    pub fn tamper(&self, repository: &str, tag: &str) {
        let key = (repository.to_owned(), tag.to_owned());
        let mut state = self.state();
        let mut bytes = state.manifests[&key].clone();
        let digest = digest_of(&bytes);
        bytes.push(b' ');
        state
            .manifests
            .insert((repository.to_owned(), digest), bytes);
    }

    pub fn login(&self, auth: Auth) {
        self.state().auth = auth;
    }

    /// Names another token service.
    pub fn realm(&self, url: &str) {
        self.state().realm = Some(url.to_owned());
    }

    pub fn delay(&self, delay: Duration) {
        self.state().delay = delay;
    }

    /// Knows no `HEAD` from now on.
    pub fn without_head(&self) {
        self.state().headless = true;
    }

    pub fn fail(&self, statuses: &[u16]) {
        self.state().failures.extend(statuses);
    }

    /// The requests since the last call.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state().requests)
    }

    /// How many requests it had at the same time, at most.
    pub fn most_at_once(&self) -> usize {
        self.state().most
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let (mut authorization, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "authorization" => value.trim().clone_into(&mut authorization),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let mut words = first.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or("/"));
        let delay = {
            let mut state = self.state();
            state.requests.push(format!("{method} {path}"));
            state.running += 1;
            state.most = state.most.max(state.running);
            state.delay
        };
        thread::sleep(delay);
        let reply = self.reply(
            method,
            path,
            &authorization,
            &String::from_utf8_lossy(&body),
        );
        self.state().running -= 1;
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 {} x\r\nContent-Length: {}\r\nConnection: close\r\n",
            reply.status,
            reply.body.len()
        )?;
        for (name, value) in &reply.headers {
            write!(stream, "{name}: {value}\r\n")?;
        }
        stream.write_all(b"\r\n")?;
        if method != "HEAD" {
            stream.write_all(&reply.body)?;
        }
        stream.flush()
    }

    fn reply(&self, method: &str, path: &str, authorization: &str, form: &str) -> Reply {
        let mut state = self.state();
        if let Some(status) = state.failures.pop_front() {
            return Reply::new(status, b"{\"errors\":[{\"message\":\"told to fail\"}]}");
        }
        if state.headless && method == "HEAD" {
            return Reply::new(405, b"");
        }
        if let Some(query) = path.strip_prefix("/token?") {
            let given = match &state.auth {
                Auth::Anonymous => authorization.is_empty(),
                Auth::Password(pair) => authorization == format!("Basic {pair}"),
                _ => false,
            };
            let scoped = query.contains("scope=repository:") && query.contains("service=test");
            return Reply::token(given && scoped);
        }
        if path == "/token" {
            let fits = |token: &str| form.contains(&format!("refresh_token={token}"));
            let given = matches!(&state.auth, Auth::Refresh(token) if fits(token));
            return Reply::token(method == "POST" && given);
        }
        let open = match &state.auth {
            Auth::Open => true,
            Auth::Basic(pair) => authorization == format!("Basic {pair}"),
            _ => authorization == "Bearer the-token",
        };
        if !open {
            let challenge = match &state.auth {
                Auth::Basic(_) => "Basic realm=\"test\"".to_owned(),
                _ => {
                    let own = format!("http://{}/token", self.name());
                    let realm = state.realm.as_ref().unwrap_or(&own);
                    format!("Bearer realm=\"{realm}\",service=\"test\"")
                }
            };
            let mut reply = Reply::new(401, b"");
            reply.headers.push(("WWW-Authenticate", challenge));
            return reply;
        }
        let found = path.strip_prefix("/v2/").and_then(|path| {
            if let Some((repository, reference)) = path.split_once("/manifests/") {
                let key = (repository.to_owned(), reference.to_owned());
                return state.manifests.get(&key);
            }
            state.blobs.get(path.split_once("/blobs/")?.1)
        });
        match found {
            Some(bytes) => {
                let mut reply = Reply::new(200, bytes);
                let digest = digest_of(bytes);
                reply.headers.push(("Docker-Content-Digest", digest));
                reply
            }
            None => Reply::new(404, b"{\"errors\":[{\"message\":\"unknown\"}]}"),
        }
    }
}

struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn new(status: u16, body: &[u8]) -> Reply {
        Reply {
            status,
            headers: Vec::new(),
            body: body.to_vec(),
        }
    }

    fn token(given: bool) -> Reply {
        if given {
            Reply::new(200, b"{\"token\":\"the-token\"}")
        } else {
            Reply::new(401, b"{\"details\":\"incorrect username or password\"}")
        }
    }
}

fn digest_of(bytes: &[u8]) -> String {
    Digest::sha256(bytes).as_str().to_owned()
}
