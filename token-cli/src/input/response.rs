//! Responses as they are saved: the output of `curl -i` or `curl -v`, the head alone, header lines, a value alone.
//!
//! Follows RFC 9112 sections 4, 5 and 5.2 (folded lines). What is read is for people to look at: marks of curl are
//! removed, and typographic quotes are left to `repair`.

/// One response, or header lines that belong together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    /// The line at which it begins, from 1.
    pub(crate) line: usize,
    /// The byte at which it begins.
    pub(crate) offset: usize,
    /// The status; none where there is no status line.
    pub(crate) status: Option<u16>,
    /// Names and values, in their order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    /// The values of all lines with a name.
    pub(crate) fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.headers.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }
}

const CHALLENGE: &str = "WWW-Authenticate";
const DIAGNOSTICS: &str = "x-ms-diagnostics";

/// Reads the responses of an input that is meant as such: it begins with a status line, with one of the headers that are
/// read here, or with the value of a challenge. Returns nothing where no response has a challenge or diagnostics.
pub(super) fn challenges(bytes: &[u8]) -> Option<Vec<Response>> {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let rest = &bytes[start..];
    let first = &rest[..rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())];
    let first = String::from_utf8_lossy(first);
    let named = |name: &str| first.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let is_meant = first.starts_with("HTTP/")
        || named("WWW-Authenticate:")
        || named("x-ms-diagnostics:")
        || is_bare_challenge(&first);
    if !is_meant {
        return None;
    }
    let said = |response: &Response| {
        response.values(CHALLENGE).next().is_some() || response.values(DIAGNOSTICS).next().is_some()
    };
    let responses: Vec<_> = responses(bytes).into_iter().filter(said).collect();
    (!responses.is_empty()).then_some(responses)
}

/// Whether a line is the value of a Bearer challenge: the scheme, and a parameter that no token begins with.
fn is_bare_challenge(line: &str) -> bool {
    const PARAMETERS: [&str; 6] =
        ["client_id", "trusted_issuers", "trustedissuers", "realm", "authorization_uri", "error"];
    let Some((scheme, rest)) = line.split_once(' ') else { return false };
    let name = rest.trim_start().split(['=', ' ']).next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("Bearer")
        && rest.contains('=')
        && PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Reads every response of an input.
pub(crate) fn responses(bytes: &[u8]) -> Vec<Response> {
    let text = String::from_utf8_lossy(bytes);
    let mut all: Vec<Response> = Vec::new();
    let mut place = Place::Between;
    let mut offset = 0;
    for (index, raw) in text.split('\n').enumerate() {
        let start = offset;
        offset += raw.len() + 1;
        let line = raw.trim_end_matches('\r');
        let is_sent = line.starts_with("> ") || line.starts_with("* ") || line == ">" || line == "*";
        let line = match line.strip_prefix('<') {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => rest.trim_start(),
            _ => line,
        };
        let begin = |status| Response { line: index + 1, offset: start, status, ..Response::default() };
        if let Some(status) = status(line) {
            all.push(begin(Some(status)));
            place = Place::Head;
            continue;
        }
        if place == Place::Body {
            if let Some(response) = all.last_mut() {
                response.body.push_str(line);
                response.body.push('\n');
            }
            continue;
        }
        if is_sent || (place == Place::Between && line.starts_with('#')) {
            continue;
        }
        if line.trim().is_empty() {
            // Behind a head comes the body; between loose header lines a blank one means nothing but an end.
            let has_status = all.last().is_some_and(|response| response.status.is_some());
            place = if place == Place::Head && has_status { Place::Body } else { Place::Between };
            continue;
        }
        let folded = line.starts_with([' ', '\t']);
        if place == Place::Head
            && folded
            && let Some((_, value)) = all.last_mut().and_then(|response| response.headers.last_mut())
        {
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        if place == Place::Between {
            all.push(begin(None));
            place = Place::Head;
        }
        if let Some(response) = all.last_mut() {
            response.headers.push(header(line.trim()));
        }
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    Head,
    Body,
}

/// The status of a status line.
fn status(line: &str) -> Option<u16> {
    let rest = line.strip_prefix("HTTP/")?;
    let (version, rest) = rest.split_once(' ')?;
    let is_version = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let code = rest.trim_start().split(' ').next()?;
    (is_version && code.len() == 3).then(|| code.parse().ok())?
}

/// A header line, or a value whose name was left away: a challenge, or diagnostics.
fn header(line: &str) -> (String, String) {
    let is_name = |name: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        !name.is_empty() && name.bytes().all(plain)
    };
    if let Some((name, value)) = line.split_once(':')
        && is_name(name.trim_end())
    {
        return (name.trim_end().to_owned(), value.trim().to_owned());
    }
    let is_diagnostics = line
        .split(';')
        .next()
        .is_some_and(|code| !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit()));
    let name = if is_diagnostics { DIAGNOSTICS } else { CHALLENGE };
    (name.to_owned(), line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_only_where_the_input_is_meant_as_one() {
        for text in [
            "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: NTLM\n\n",
            "\nwww-authenticate: Bearer client_id=\"a\"",
            "x-ms-diagnostics: 2000003;reason=\"r\"",
            "Bearer  client_id=\u{201c}a\u{201d}",
        ] {
            assert_eq!(challenges(text.as_bytes()).map(|all| all.len()), Some(1), "{text}");
        }
        for text in [
            "",
            "HTTP/1.1 200 OK\nServer: x\n\n{\"access_token\":\"a.b.c\"}",
            "Bearer eyJhbGciOiJub25lIn0.e30.",
            "eyJhbGciOiJub25lIn0.e30.\nWWW-Authenticate: NTLM",
            "POST / HTTP/1.1\nAuthorization: Bearer a.b.c",
        ] {
            assert_eq!(challenges(text.as_bytes()), None, "{text}");
        }
    }

    fn read(text: &str) -> Vec<(Option<u16>, Vec<String>, String)> {
        let said = |response: Response| {
            let headers = response.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
            (response.status, headers, response.body)
        };
        responses(text.as_bytes()).into_iter().map(said).collect()
    }

    fn owned(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn responses_of_curl_with_body_and_redirect() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/2 401 \r\nwww-authenticate: Bearer a=\"x:y\"\r\nx: y\r\n\r\n{\"error\":1}\r\nno: header\r\n";
        assert_eq!(
            read(text),
            [
                (Some(100), vec![], String::new()),
                (
                    Some(401),
                    owned(&["www-authenticate=Bearer a=\"x:y\"", "x=y"]),
                    "{\"error\":1}\nno: header\n\n".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn responses_of_verbose_curl() {
        let text = "* Connected\n> GET / HTTP/1.1\n> Authorization: Bearer\n>\n< HTTP/1.1 401 Unauthorized\n< WWW-Authenticate: NTLM\n< \n";
        assert_eq!(read(text), [(Some(401), owned(&["WWW-Authenticate=NTLM"]), "\n".to_owned())]);
    }

    #[test]
    fn loose_lines_folded_lines_and_bare_values() {
        let text = "# from the log\nBearer client_id=\"a\",\n  authorization_uri=\"https://b\"\n2000003;reason=\"x\"\n\nNegotiate\n";
        assert_eq!(
            read(text),
            [
                (
                    None,
                    owned(&[
                        "WWW-Authenticate=Bearer client_id=\"a\", authorization_uri=\"https://b\"",
                        "x-ms-diagnostics=2000003;reason=\"x\""
                    ]),
                    String::new()
                ),
                (None, owned(&["WWW-Authenticate=Negotiate"]), String::new()),
            ]
        );
    }

    #[test]
    fn places_are_those_of_the_input() {
        let all = responses(b"\nHTTP/1.1 401 X\nA: b\n");
        assert_eq!((all.len(), all[0].line, all[0].offset), (1, 2, 1));
    }
}
