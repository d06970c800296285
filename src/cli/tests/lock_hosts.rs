//! `fromtier lock` reaches registries as the machine's container tools are set up to: without TLS, or with a company's own
//! certificate authority.
#![cfg(test)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use support::registry::{Auth, Registry};
use support::{Folder, assert_contains};

const PLAIN: &str = "registry.example.com:5000";

/// A folder whose Dockerfile copies from `name`'s `team/app:1`, with settings for the registry.
fn folder(name: &str, file: &str, settings: &str) -> Folder {
    Folder::new(&[
        (
            "Dockerfile",
            &format!("FROM scratch\nCOPY --from={name}/team/app:1 / /\n"),
        ),
        (".fromtier.yaml", "version: 1\nmode: warn\n"),
        (&format!("certs.d/{name}/{file}"), settings),
    ])
}

const LOCK: [&str; 3] = ["lock", "--hosts-dir", "certs.d"];

/// The registry's port behind a name of this machine that doesn't look like one.
fn outside(registry: &Registry) -> String {
    registry.name().replace("localhost", "[::ffff:7f00:1]")
}

#[test]
fn a_registry_without_tls_is_asked_at_the_server_of_its_hosts_toml() {
    let registry = Registry::start();
    let digest = registry.put("team/app:1", "1", &[]);
    for settings in [
        format!("server = \"http://{}\"\n", outside(&registry)),
        format!(
            "server = \"http://{}/v2\"\n[host.\"http://mirror.example.com\"]\n",
            registry.name()
        ),
    ] {
        let folder = folder(PLAIN, "hosts.toml", &settings);
        folder.runs(&LOCK);
        let line = format!("{PLAIN}/team/app:1 {digest} ");
        assert_contains(&folder.read("fromtier.lock"), &[&line]);
    }
}

#[test]
fn the_registrys_own_host_entry_can_be_without_tls() {
    let registry = Registry::start();
    registry.put("team/app:1", "1", &[]);
    let name = outside(&registry);
    let settings =
        format!("server = \"https://{name}\"\n[host.\"http://{name}\"]\nskip_verify = true\n");
    folder(&name, "hosts.toml", &settings).runs(&LOCK);
}

#[test]
fn no_login_is_sent_to_a_registry_without_tls() {
    let registry = Registry::start();
    registry.put("team/app:1", "1", &[]);
    let settings = format!("server = \"http://{}\"\n", outside(&registry));
    for auth in [
        Auth::Basic("dXNlcjpzZWNyZXQ="),
        Auth::Password("dXNlcjpzZWNyZXQ="),
    ] {
        registry.login(auth);
        let folder = folder(PLAIN, "hosts.toml", &settings);
        let config = format!("{{\"auths\": {{\"{PLAIN}\": {{\"auth\": \"dXNlcjpzZWNyZXQ=\"}}}}}}");
        folder.write("docker/config.json", &config);
        assert_contains(
            &folder.fails(&LOCK, 2),
            &[
                &format!("error: {PLAIN} requires a login for team/app, and has no TLS\n"),
                "help: set up TLS for the registry; a login is only sent over TLS, or to this machine\n",
            ],
        );
    }
    registry.login(Auth::Anonymous);
    folder(PLAIN, "hosts.toml", &settings).runs(&LOCK);
}

#[test]
fn settings_that_cannot_be_used_are_named_and_stop_the_image() {
    for (text, why) in [
        ("server = ", "hosts.toml is not valid TOML"),
        (
            "server = \"http://user@a.example.com\"\n",
            "hosts.toml: expected a server such as `http://registry.example.com:5000`, found `http://user@a.example.com`",
        ),
        ("ca = \"none.pem\"\n", "none.pem: no such file or directory"),
        ("ca = \"hosts.toml\"\n", "hosts.toml has no certificate"),
        ("ca = 1\n", "hosts.toml: `ca` names no file"),
    ] {
        let out = folder(PLAIN, "hosts.toml", text).fails(&LOCK, 2);
        let help = "help: correct the file, or use other settings: --hosts-dir DIR\n";
        assert_contains(&out, &[&format!("{why}\n"), help]);
    }
}

/// A registry over TLS that has an empty manifest under every tag. Its certificate is signed by `tls/ca.crt`.
fn tls_registry() -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain = CertificateDer::from_pem_slice(include_bytes!("tls/server.crt")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![chain], key).unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, stream));
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let reply = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{\"schemaVersion\": 2}";
            let _ = stream.get_mut().write_all(reply.as_bytes());
            stream.get_mut().conn.send_close_notify();
            let _ = stream.get_mut().flush();
        }
    });
    format!("[::ffff:7f00:1]:{port}")
}

#[test]
fn an_authority_in_its_directory_is_trusted_for_its_registry_only() {
    let authority = include_str!("tls/ca.crt");
    let name = tls_registry();
    // As Docker and Podman have it.
    folder(&name, "ca.crt", authority).runs(&LOCK);
    // As containerd has it.
    let own = folder(&name, "hosts.toml", "ca = \"authority.pem\"\n");
    own.write(&format!("certs.d/{name}/authority.pem"), authority);
    own.runs(&LOCK);
    let entry = format!("[host.\"https://{name}\"]\nca = [\"authority.pem\"]\n");
    own.write(&format!("certs.d/{name}/hosts.toml"), &entry);
    own.runs(&["lock", "--hosts-dir", "certs.d", "--update"]);

    let other = tls_registry();
    let folder = folder(&name, "ca.crt", authority);
    let text = format!("FROM scratch\nCOPY --from={other}/team/app:1 / /\n");
    folder.write("Dockerfile", &text);
    assert_contains(
        &folder.fails(&LOCK, 2),
        &[
            &format!(
                "error: can't reach {other} for {other}/team/app:1: its certificate isn't trusted"
            ),
            "help: add its certificate authority to the system's, or to the registry's `certs.d` directory\n",
        ],
    );
}

#[test]
fn an_unverified_certificate_is_never_accepted() {
    let name = tls_registry();
    let settings = format!("[host.\"https://{name}\"]\nskip_verify = true\n");
    let out = folder(&name, "hosts.toml", &settings).fails(&LOCK, 2);
    assert_contains(&out, &["its certificate isn't trusted"]);
}
