//! Authentication: a registry's challenge, and the answer to it.

use serde_json::Value;
use ureq::http::Uri;

use super::address::ImageAddress;
use super::credentials::Login;
use super::failure::Failure;
use super::hosts::Hosts;
use super::problem::{Problem, Server};
use super::web::{Answer, Method, Web, is_loopback};

/// The largest response of a token service, in bytes.
const LARGEST: u64 = 1 << 20;

/// The authentication that a registry requires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    /// A token from the token service at `realm`.
    Bearer {
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

impl Challenge {
    /// The best of the challenges in these `WWW-Authenticate` headers.
    pub fn read(headers: &[String]) -> Option<Challenge> {
        let mut basic = None;
        for header in headers {
            // Another header may be valid.
            for challenge in http_auth::parse_challenges(header)
                .ok()
                .into_iter()
                .flatten()
            {
                let parameter = |name: &str| {
                    let mut parameters = challenge.params.iter();
                    let (_, value) = parameters.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
                    Some(value.to_unescaped())
                };
                if challenge.scheme.eq_ignore_ascii_case("basic") {
                    basic = Some(Challenge::Basic);
                } else if challenge.scheme.eq_ignore_ascii_case("bearer")
                    && let Some(realm) = parameter("realm")
                {
                    return Some(Challenge::Bearer {
                        realm,
                        service: parameter("service"),
                        scope: parameter("scope"),
                    });
                }
            }
        }
        basic
    }
}

/// Returns the value of the `Authorization` header.
///
/// # Errors
/// The login is missing or refused, or the token service doesn't answer.
pub(super) fn authorize(
    web: &Web,
    hosts: &Hosts,
    place: &ImageAddress,
    challenge: &Challenge,
    login: Result<Option<Login>, String>,
) -> Result<String, Problem> {
    let (login, trouble) = match login {
        Ok(login) => (login, None),
        // The image may be public.
        Err(trouble) => (None, Some(trouble)),
    };
    let wanted = || place.login_wanted(trouble.clone());
    let Challenge::Bearer {
        realm,
        service,
        scope,
    } = challenge
    else {
        return match login {
            Some(Login::Password { user, password }) => Ok(basic(&user, &password)),
            Some(Login::Token(_)) | None => Err(wanted()),
        };
    };
    let host = realm_host(place, realm)?;
    let unreachable = |failure| Problem::Unreachable {
        registry: place.registry.clone(),
        server: Server::TokenService(host.clone()),
        failure,
    };
    let settings = hosts
        .of(&host)
        .map_err(|why| unreachable(Failure::Settings(why)))?;
    let default = format!("repository:{}:pull", place.repository);
    let scope = scope.as_deref().unwrap_or(&default);
    let mut parameters = vec![("scope", scope)];
    parameters.extend(service.as_deref().map(|service| ("service", service)));
    let answer = match &login {
        Some(Login::Token(token)) => {
            parameters.extend([
                ("grant_type", "refresh_token"),
                ("client_id", "fromtier"),
                ("refresh_token", token),
            ]);
            web.post(realm, &parameters, &settings)
        }
        _ => {
            let authorization = match &login {
                Some(Login::Password { user, password }) => Some(basic(user, password)),
                _ => None,
            };
            let url = with_query(realm, &parameters);
            web.send(
                Method::Get,
                &url,
                authorization.as_deref(),
                LARGEST,
                &settings,
            )
        }
    };
    let answer = answer.map_err(unreachable)?;
    match answer.status {
        200..=299 => token(&answer)
            .ok_or_else(|| place.protocol_error("its token service returned no token")),
        400 | 401 | 403 if login.is_some() => Err(Problem::LoginRefused {
            registry: place.registry.clone(),
            repository: place.repository.clone(),
        }),
        401 | 403 => Err(wanted()),
        _ => Err(place.failing(&answer)),
    }
}

/// The host of a token service. A password is only sent over TLS, or to this machine.
///
/// # Errors
/// The URL isn't secure. One with a user name is never used: it can look like another host.
fn realm_host(place: &ImageAddress, realm: &str) -> Result<String, Problem> {
    let host = realm.parse::<Uri>().ok().and_then(|uri| {
        let authority = uri.authority()?;
        let host = authority.host();
        let secure = match uri.scheme_str() {
            Some("https") => !host.is_empty(),
            Some("http") => is_loopback(host),
            _ => false,
        };
        (secure && !authority.as_str().contains('@')).then(|| authority.to_string())
    });
    host.ok_or_else(|| place.protocol_error(format!("its token service `{realm}` is not secure")))
}

fn token(answer: &Answer) -> Option<String> {
    let json: Value = serde_json::from_slice(&answer.body).ok()?;
    let token = json["token"].as_str().or(json["access_token"].as_str())?;
    // A token must be a valid header value.
    let plain = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then(|| format!("Bearer {token}"))
}

fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    let pair = format!("{user}:{password}");
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    )
}

fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let mut out = url.to_owned();
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, value) in parameters {
        out.push(separator);
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z'
                | b'A'..=b'Z'
                | b'0'..=b'9'
                | b'-'
                | b'.'
                | b'_'
                | b'~'
                | b'/'
                | b':' => {
                    out.push(char::from(byte));
                }
                other => out.push_str(&format!("%{other:02X}")),
            }
        }
        separator = '&';
    }
    out
}

#[cfg(test)]
mod tests {
    use fromtier_image::ImageRef;

    use super::*;

    fn read(headers: &[&str]) -> Option<Challenge> {
        let headers: Vec<_> = headers.iter().map(|header| (*header).to_owned()).collect();
        Challenge::read(&headers)
    }

    #[test]
    fn a_challenge_for_a_token_is_preferred() {
        let bearer = "Bearer realm=\"https://auth.example.com/token\",service=\"reg\",scope=\"repository:a/b:pull,push\"";
        let wanted = Challenge::Bearer {
            realm: "https://auth.example.com/token".into(),
            service: Some("reg".into()),
            scope: Some("repository:a/b:pull,push".into()),
        };
        assert_eq!(read(&["Basic realm=\"x\"", bearer]), Some(wanted));
        assert_eq!(read(&["basic realm=\"x\""]), Some(Challenge::Basic));
        assert_eq!(read(&["Negotiate", "Bearer service=x", "\u{1}"]), None);
    }

    #[test]
    fn no_password_goes_out_in_the_clear() {
        let place = {
            let image = ImageRef::parse("registry.example.com/a/b").unwrap();
            ImageAddress::of(&image, &Hosts::new(Some("/nowhere".as_ref()))).unwrap()
        };
        for realm in [
            "https://auth.example.com/t",
            "http://localhost:5001/t",
            "http://127.0.0.1/t",
            "http://[::1]:5001/t",
        ] {
            assert!(realm_host(&place, realm).is_ok(), "{realm}");
        }
        for realm in [
            "http://auth.example.com/t",
            "file:///etc/passwd",
            "/token",
            "ftp://localhost/",
            "http://localhost:80@192.0.2.2/token",
            "http://localhost@192.0.2.2/token",
            "http://user@localhost/token",
            "https://user:secret@auth.example.com/token",
            "http://192.0.2.2#@localhost/token",
            "http://192.0.2.2\\@localhost/token",
            "http://[::1]@192.0.2.2/token",
            "http:///token",
        ] {
            assert!(realm_host(&place, realm).is_err(), "{realm}");
        }
    }

    #[test]
    fn values_of_a_query_are_escaped() {
        assert_eq!(
            with_query(
                "https://a/t?x=1",
                &[("scope", "repository:a/b:pull"), ("service", "my reg&")]
            ),
            "https://a/t?x=1&scope=repository:a/b:pull&service=my%20reg%26"
        );
    }
}
