//! What is probed: base URLs as they are typed, and where their names lead.
//!
//! Follows RFC 3986 section 3; only http and https, without user-info, query or fragment.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;

use super::failure::Failure;
use super::wire::Deadline;
use crate::redacted;

/// A server: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) tls: bool,
    /// In lower case; an IPv6 address without its brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Target {
    /// Reads a base URL, and the path that may stand behind it. A host alone is one for https.
    pub(super) fn parse(text: &str) -> Result<(Self, Option<String>), String> {
        let wrong =
            |found: &str| format!("{}: expected https://host[:port], found {found}", redacted::text(text));
        let (tls, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some(_) => return Err(wrong("another scheme")),
            None => (true, text),
        };
        if rest.contains(['?', '#']) {
            return Err(wrong("a query or a fragment"));
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(wrong("user-info before the host"));
        }
        let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) if host.parse::<std::net::Ipv6Addr>().is_ok() => {
                (host, port.strip_prefix(':'))
            }
            Some(_) => return Err(wrong("a malformed address")),
            None => match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            },
        };
        let default = if tls { 443 } else { 80 };
        let port = match port {
            None => default,
            Some(port) => {
                let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
                let number = Some(port).filter(|_| digits).and_then(|port| port.parse().ok());
                number
                    .filter(|port| *port != 0)
                    .ok_or_else(|| wrong("a port that is not a number from 1 to 65535"))?
            }
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':');
        if host.is_empty() || !host.bytes().all(plain) {
            return Err(wrong("no host, or a malformed one"));
        }
        let path = path.trim_end_matches('/');
        check_path(path).map_err(wrong)?;
        let path = (!path.is_empty()).then(|| path.to_owned());
        Ok((Self { tls, host: host.to_ascii_lowercase(), port }, path))
    }

    /// The host as a `Host` line and a URL have it.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let default = if self.tls { 443 } else { 80 };
        if self.port == default { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "https" } else { "http" }, self.authority())
    }
}

/// Checks a path that goes into a request line: visible ASCII, so that it can add no line.
pub(super) fn check_path(path: &str) -> Result<(), &'static str> {
    if !path.is_empty() && !path.starts_with('/') {
        return Err("a path that does not begin with /");
    }
    if !path.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("a path with white space or characters outside ASCII");
    }
    Ok(())
}

/// Where `--resolve` sends names, before anybody is asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Overrides(BTreeMap<(String, u16), IpAddr>);

impl Overrides {
    /// Reads `HOST:PORT:ADDRESS`, as curl spells it; an IPv6 address may stand in brackets.
    pub(super) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut overrides = BTreeMap::new();
        for argument in arguments {
            let mut parts = argument.splitn(3, ':');
            let read = (|| {
                let (host, port, address) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
                let address = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
                (!host.is_empty()).then(|| ((host.to_ascii_lowercase(), port), address))
            })();
            let (name, address) = read.ok_or_else(|| {
                format!("--resolve {}: expected HOST:PORT:ADDRESS", redacted::text(argument))
            })?;
            overrides.insert(name, address);
        }
        Ok(Self(overrides))
    }

    /// Finds the addresses of a target: the overriding one, or those that the system knows.
    pub(super) fn resolve(&self, target: &Target, deadline: Deadline) -> Result<Vec<SocketAddr>, Failure> {
        let name = (target.host.clone(), target.port);
        if let Some(address) = self.0.get(&name) {
            return Ok(vec![SocketAddr::new(*address, target.port)]);
        }
        if let Ok(address) = target.host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, target.port)]);
        }
        // The system's resolver has no time limit of its own; a thread that is late is left behind.
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let found = (&*name.0, name.1).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            let _ = sender.send(found);
        });
        match receiver.recv_timeout(deadline.left()?) {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            Ok(_) => Err(Failure::Name),
            Err(_) => Err(Failure::Timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> String {
        Target::parse(text)
            .map(|(target, path)| format!("{target} {}", path.unwrap_or_default()))
            .unwrap_or_else(|e| e)
    }

    #[test]
    fn target_forms_normalised() {
        assert_eq!(target("mail.contoso.com"), "https://mail.contoso.com ");
        assert_eq!(target("HTTPS://Mail.Contoso.com:443/"), "https://mail.contoso.com ");
        assert_eq!(target("http://a:8080/ews/exchange.asmx"), "http://a:8080 /ews/exchange.asmx");
        assert_eq!(target("https://[::1]:444"), "https://[::1]:444 ");
    }

    #[test]
    fn target_malformed_refused() {
        for text in [
            "ftp://a",
            "https://",
            "https://u@a",
            "https://a?x",
            "https://a:0",
            "https://a:+1",
            "https://a:99999",
            "https://a b",
            "https://[::x]",
            "https://a/\r\nX: y",
            "https://a:1:2",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn overrides_read_as_curl_spells_them() {
        let overrides =
            Overrides::parse(&["Mail.contoso.com:443:127.0.0.1".into(), "b:1:[::1]".into()]).unwrap();
        let deadline = Deadline::after(std::time::Duration::from_secs(1));
        let target = Target::parse("mail.contoso.com").unwrap().0;
        assert_eq!(overrides.resolve(&target, deadline).unwrap(), ["127.0.0.1:443".parse().unwrap()]);
        let target = Target::parse("http://b:1").unwrap().0;
        assert_eq!(overrides.resolve(&target, deadline).unwrap(), ["[::1]:1".parse().unwrap()]);
        for wrong in ["a:443", "a:x:127.0.0.1", "a:1:b", ":1:127.0.0.1"] {
            assert!(Overrides::parse(&[wrong.into()]).is_err(), "{wrong}");
        }
    }
}
