//! The words of `EXPOSE`: `[ip:][public:]private[/proto]`, each a port or a range.

use std::net::IpAddr;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_gostd::strconv::quote;
use fromtier_gostd::strings::to_lower;

/// Parses one word into `80/tcp`, once for each port of a range, with BuildKit's error texts.
pub fn parse(word: &str) -> Result<Vec<String>> {
    let (ip, host_port, container) = split(word);
    let (proto, port) =
        split_proto(container).map_err(|e| e.wrap(format!("invalid port: {}", quote(word))))?;
    check_ip(ip)?;
    let (start, end) =
        range(port).map_err(|_| Error::new(format!("invalid containerPort: {port}")))?;
    if !host_port.is_empty() {
        let (host_start, host_end) =
            range(host_port).map_err(|_| Error::new(format!("invalid hostPort: {host_port}")))?;
        if end - start != host_end - host_start && start != end {
            return Err(Error::new(format!(
                "invalid ranges specified for container and host Ports: {port} and {host_port}"
            )));
        }
    }
    let proto = to_lower(proto);
    Ok((start..=end).map(|p| format!("{p}/{proto}")).collect())
}

/// Whether a word's protocol isn't in lowercase, and whether an address or a public port comes before the port
/// (neither has an effect). A word can have either and still be refused for another reason.
pub fn shape(word: &str) -> Option<(bool, bool)> {
    let (ip, host_port, container) = split(word);
    let (proto, _) = split_proto(container).ok()?;
    Some((
        proto != to_lower(proto),
        !ip.is_empty() || !host_port.is_empty(),
    ))
}

fn split(word: &str) -> (&str, &str, &str) {
    match word.rsplit_once(':') {
        None => ("", "", word),
        Some((rest, container)) => match rest.rsplit_once(':') {
            None => ("", rest, container),
            Some((ip, host_port)) => (ip, host_port, container),
        },
    }
}

fn split_proto(word: &str) -> Result<(&str, &str)> {
    let (port, proto) = word.split_once('/').unwrap_or((word, ""));
    if port.is_empty() {
        return Err(Error::new("no port specified"));
    }
    match to_lower(proto).as_str() {
        "" => Ok(("tcp", port)),
        "tcp" | "udp" | "sctp" => Ok((proto, port)),
        _ => Err(Error::new(format!("invalid proto: {proto}"))),
    }
}

fn check_ip(ip: &str) -> Result<()> {
    if ip.is_empty() {
        return Ok(());
    }
    let mut address = ip;
    if ip.starts_with('[') {
        address = unbracket(ip).map_err(|e| e.wrap(format!("invalid IP address {ip}")))?;
    }
    if !address.is_empty() && address.parse::<IpAddr>().is_err() {
        return Err(Error::new(format!("invalid IP address: {address}")));
    }
    Ok(())
}

/// Returns the text in the brackets of `[address]`.
fn unbracket(ip: &str) -> Result<&str> {
    let refuse = |why: &str| Err(Error::new(format!("address {ip}:: {why}")));
    let Some(close) = ip.find(']') else {
        return refuse("missing ']' in address");
    };
    let (inner, rest) = (&ip[1..close], &ip[close + 1..]);
    if !rest.is_empty() {
        return refuse(if rest.starts_with(':') {
            "too many colons in address"
        } else {
            "missing port in address"
        });
    }
    if inner.contains('[') {
        return refuse("unexpected '[' in address");
    }
    Ok(inner)
}

fn range(text: &str) -> Result<(u16, u16)> {
    match text.split_once('-') {
        Some((start, end)) if start != end => {
            let (start, end) = (number(start)?, number(end)?);
            if end < start {
                return Err(Error::new(format!("invalid port range: {text}")));
            }
            Ok((start, end))
        }
        Some((start, _)) => number(start).map(|p| (p, p)),
        None => number(text).map(|p| (p, p)),
    }
}

fn number(text: &str) -> Result<u16> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::new("invalid syntax"));
    }
    let port: i64 = text.parse().map_err(|_| Error::new("invalid syntax"))?;
    u16::try_from(port).map_err(|_| Error::new("value out of range (0–65535)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_ranges() {
        assert_eq!(parse("80").unwrap(), ["80/tcp"]);
        assert_eq!(parse("80/UDP").unwrap(), ["80/udp"]);
        assert_eq!(parse("80-82/udp").unwrap(), ["80/udp", "81/udp", "82/udp"]);
        assert_eq!(parse("8080-8080").unwrap(), ["8080/tcp"]);
        assert_eq!(parse("[::1]:80:8080").unwrap(), ["8080/tcp"]);
        assert_eq!(parse("8000-9000:80").unwrap(), ["80/tcp"]);
        assert_eq!(shape("80/UDP"), Some((true, false)));
        assert_eq!(shape("127.0.0.1:80:8080"), Some((false, true)));
    }

    #[test]
    fn refusals_have_the_words_of_the_reference() {
        for (word, message) in [
            ("", "invalid port: \"\": no port specified"),
            ("80/foo", "invalid port: \"80/foo\": invalid proto: foo"),
            ("foo", "invalid containerPort: foo"),
            ("70000", "invalid containerPort: 70000"),
            ("90-80", "invalid containerPort: 90-80"),
            ("x:80", "invalid hostPort: x"),
            (
                "1-3:80-81",
                "invalid ranges specified for container and host Ports: 80-81 and 1-3",
            ),
            ("a.b:1:80", "invalid IP address: a.b"),
        ] {
            assert_eq!(parse(word).unwrap_err().message, message, "{word}");
        }
    }
}
