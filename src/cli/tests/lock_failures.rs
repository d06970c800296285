//! A registry that can't be used gets one sentence and one line of help from `fromtier lock`, and no credentials.
#![cfg(test)]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;

use support::registry::{Auth, Registry};
use support::{Folder, assert_contains};

/// `user:secret`
const PAIR: &str = "dXNlcjpzZWNyZXQ=";

fn folder(registry: &str) -> Folder {
    Folder::new(&[
        ("Dockerfile", &format!("FROM {registry}/team/app:1\n")),
        (".fromtier.yaml", "version: 1\nmode: warn\n"),
    ])
}

/// Requires the sentence and the help, in this order, and nothing more about the image.
#[track_caller]
fn fails(registry: &str, why: &str, help: &str) {
    let out = folder(registry).fails(&["lock"], 2);
    assert_contains(
        &out,
        &[
            &format!("error: can't reach {registry} for {registry}/team/app:1: {why}\n"),
            &format!("help: {help}\n"),
        ],
    );
}

/// A server that gives each connection these bytes. Its name has no loopback host in it, so the connection uses TLS.
fn server_over_tls(reply: &'static [u8]) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut hello = [0; 512];
            let _ = stream.read(&mut hello);
            let _ = stream.write_all(reply);
        }
    });
    format!("[::ffff:7f00:1]:{port}")
}

#[test]
fn a_name_that_does_not_resolve() {
    // A part of a name has up to 63 letters, so no server is queried for it.
    fails(
        &format!("{}.example.com", "a".repeat(64)),
        "its name can't be resolved",
        "check the registry's name, and that this machine resolves it",
    );
}

#[test]
fn a_port_where_nothing_listens() {
    fails(
        "localhost:1",
        "the connection was refused",
        "check the port, and that the registry runs",
    );
}

#[test]
fn plain_http_where_tls_is_expected() {
    let name = server_over_tls(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    fails(
        &name,
        "it doesn't use TLS",
        "check the port; for a registry without TLS, set `server` in its `hosts.toml`",
    );
}

#[test]
fn a_server_that_hangs_up() {
    let name = server_over_tls(b"");
    fails(
        &name,
        "it closed the connection",
        "try again; if it stays so, check the network and `HTTPS_PROXY`",
    );
}

#[test]
fn a_server_that_is_not_an_http_server() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let name = format!("localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"220 mail.example.com ESMTP\x1b[31m\r\n");
        }
    });
    fails(
        &name,
        "its response isn't HTTP",
        "check the name and the port: no registry answers like this",
    );
}

/// A registry whose challenge names this token service, and a stored login for it.
fn with_realm(realm: &str) -> (Registry, Folder) {
    let registry = Registry::start();
    registry.put("team/app:1", "1", &[]);
    registry.login(Auth::Password(PAIR));
    registry.realm(realm);
    let folder = folder(&registry.name());
    let config = format!(
        "{{\"auths\": {{\"{}\": {{\"auth\": \"{PAIR}\"}}}}}}",
        registry.name()
    );
    folder.write("docker/config.json", &config);
    (registry, folder)
}

#[test]
fn a_token_service_with_a_user_name_in_its_url_gets_no_login() {
    for realm in [
        "http://localhost:80@127.0.0.1/token",
        "http://localhost@127.0.0.1:1/token",
        "https://user@localhost:1/token",
    ] {
        let (_registry, folder) = with_realm(realm);
        let refused = format!("its token service `{realm}` is not secure\n");
        assert_contains(&folder.fails(&["lock"], 2), &[&refused]);
    }
}

#[test]
fn a_token_service_that_does_not_answer_is_named() {
    let (registry, folder) = with_realm("http://localhost:1/token");
    let name = registry.name();
    let out = folder.fails(&["lock"], 2);
    let message = format!(
        "error: can't reach localhost:1, the token service of {name}, for {name}/team/app:1: the connection was refused\n"
    );
    assert_contains(&out, &[&message, "help: check the port, and that the"]);
}
