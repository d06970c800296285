//! The settings that a machine's container tools have for a registry: `hosts.toml` as containerd reads it, and `*.crt` files as
//! Docker and Podman read them, in a directory that is named for the registry.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use toml::{Table, Value};
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::disk::{FileKind, ReadError, list_users_directory, read_users_file};
use crate::mutex::lock;

/// Where containerd, Docker, and Podman have their settings.
const DIRECTORIES: [&str; 3] = [
    "/etc/containerd/certs.d",
    "/etc/docker/certs.d",
    "/etc/containers/certs.d",
];

/// The settings of one host.
#[derive(Debug, Default)]
pub(super) struct HostSettings {
    /// The base URL to use instead of the usual one, without a path.
    pub server: Option<String>,
    /// Certificate authorities, beside the system's.
    pub authorities: Vec<Certificate<'static>>,
    /// The connections of this host, if it has authorities of its own.
    pub agent: OnceLock<Agent>,
}

/// The settings of all hosts, each read once.
#[derive(Debug)]
pub(super) struct Hosts {
    directories: Vec<PathBuf>,
    known: Mutex<HashMap<String, Result<Arc<HostSettings>, String>>>,
}

impl Hosts {
    /// Settings in this directory, or where the machine's container tools have theirs.
    pub fn new(directory: Option<&Path>) -> Hosts {
        let directories = match directory {
            Some(directory) => vec![directory.to_owned()],
            None => DIRECTORIES.map(PathBuf::from).to_vec(),
        };
        Hosts {
            directories,
            known: Mutex::default(),
        }
    }

    /// The settings of a host, with its port if it has one.
    ///
    /// # Errors
    /// A file can't be read or is not valid; the text names it.
    pub fn of(&self, host: &str) -> Result<Arc<HostSettings>, String> {
        let mut known = lock(&self.known);
        if let Some(settings) = known.get(host) {
            return settings.clone();
        }
        let settings = self.read(host).map(Arc::new);
        known.insert(host.to_owned(), settings.clone());
        settings
    }

    /// Reads the first directory of the host's name.
    fn read(&self, host: &str) -> Result<HostSettings, String> {
        if matches!(host, "." | "..") {
            return Ok(HostSettings::default());
        }
        for directory in &self.directories {
            let folder = directory.join(host);
            match list_users_directory(&folder) {
                Ok(files) => return read_folder(host, &folder, &files),
                Err(ReadError::Absent) => {}
                Err(error) => return Err(format!("{}: {error}", folder.display())),
            }
        }
        Ok(HostSettings::default())
    }
}

fn read_folder(host: &str, folder: &Path, files: &[PathBuf]) -> Result<HostSettings, String> {
    let mut settings = HostSettings::default();
    let path = folder.join("hosts.toml");
    if files.contains(&path) {
        let table = read_table(&path)?;
        let own = own_entry(&table, host);
        let empty = Table::new();
        let entry = own.as_ref().map_or(&empty, |(_, entry)| entry);
        let server = own.as_ref().map(|(url, _)| url.as_str());
        let server = server.or(table.get("server").and_then(Value::as_str));
        settings.server = server
            .map(|url| base_url(url).ok_or_else(|| invalid_server(&path, url)))
            .transpose()?;
        for ca in [table.get("ca"), entry.get("ca")].into_iter().flatten() {
            let files = match ca {
                Value::String(file) => vec![file.as_str()],
                Value::Array(files) => files.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            if files.is_empty() {
                return Err(format!("{}: `ca` names no file", path.display()));
            }
            for file in files {
                read_authorities(&folder.join(file), &mut settings.authorities)?;
            }
        }
    }
    for file in files {
        if file.extension().is_some_and(|end| end == "crt") {
            read_authorities(file, &mut settings.authorities)?;
        }
    }
    Ok(settings)
}

/// The `[host."URL"]` of the registry itself. The others are mirrors, which a policy has to name.
fn own_entry(table: &Table, host: &str) -> Option<(String, Table)> {
    let hosts = table.get("host")?.as_table()?;
    let (url, entry) = hosts.iter().find(|(url, _)| {
        let uri = url.parse::<Uri>().unwrap_or_default();
        uri.authority().is_some_and(|own| own.as_str() == host)
    })?;
    Some((url.clone(), entry.as_table().cloned().unwrap_or_default()))
}

fn read_table(path: &Path) -> Result<Table, String> {
    let bytes = read_users_file(path, FileKind::HostsToml)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let table = String::from_utf8(bytes)
        .ok()
        .and_then(|text| text.parse::<Table>().ok());
    table.ok_or_else(|| format!("{} is not valid TOML", path.display()))
}

/// A URL of a host, without its path: `http` or `https`, and no user name.
fn base_url(url: &str) -> Option<String> {
    let uri = url.parse::<Uri>().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let is_plain = matches!(scheme, "http" | "https")
        && !authority.contains('@')
        && matches!(uri.path(), "" | "/" | "/v2" | "/v2/")
        && uri.query().is_none();
    is_plain.then(|| format!("{scheme}://{authority}"))
}

fn invalid_server(path: &Path, url: &str) -> String {
    format!(
        "{}: expected a server such as `http://registry.example.com:5000`, found `{url}`",
        path.display()
    )
}

fn read_authorities(path: &Path, found: &mut Vec<Certificate<'static>>) -> Result<(), String> {
    let bytes = read_users_file(path, FileKind::Certificate)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let before = found.len();
    for item in parse_pem(&bytes) {
        if let Ok(PemItem::Certificate(certificate)) = item {
            found.push(certificate);
        }
    }
    if found.len() == before {
        return Err(format!("{} has no certificate", path.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_without_a_user_name_or_a_path() {
        assert_eq!(
            base_url("http://a.example.com:5000/v2/"),
            Some("http://a.example.com:5000".into())
        );
        for url in [
            "ftp://a.example.com",
            "http://localhost@a.example.com",
            "http://a.example.com/x",
            "a.example.com:5000",
            "http://a.example.com?x=1",
        ] {
            assert_eq!(base_url(url), None, "{url}");
        }
    }

    #[test]
    fn only_the_registrys_own_entry_is_used_and_no_mirror() {
        let table = "[host.\"https://mirror.example.com\"]\n[host.\"http://a.example.com:5000\"]\nca = \"x.pem\"\n";
        let table: Table = table.parse().unwrap();
        let (url, entry) = own_entry(&table, "a.example.com:5000").unwrap();
        assert_eq!(url, "http://a.example.com:5000");
        assert_eq!(entry["ca"].as_str(), Some("x.pem"));
        assert_eq!(own_entry(&table, "b.example.com"), None);
    }
}
