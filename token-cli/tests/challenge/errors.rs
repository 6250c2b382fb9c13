//! What goes wrong with targets: one line each, and the others are still probed. Servers are threads on loopback.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use crate::nginx::free_port;
use crate::{BEARER, Folder, s2s};

/// A server that does the same to everybody who connects.
fn serve(answer: impl Fn(&mut std::net::TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // Ends with the process of the test.
    thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            answer(&mut stream);
            kept.push(stream);
        }
    });
    port
}

fn good() -> u16 {
    serve(|stream| {
        let mut request = [0; 1024];
        let _ = stream.read(&mut request);
        let _ = stream
            .write_all(format!("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {BEARER}\r\n\r\n").as_bytes());
    })
}

#[test]
fn probe_failing_targets_one_line_each_and_the_others_go_on() {
    let refused = free_port();
    let silent = serve(|_| {});
    let other = serve(|stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n");
    });
    let rude = serve(|stream| {
        let _ = stream.shutdown(std::net::Shutdown::Both);
    });
    let good = good();
    // No such label can be asked for, so nobody is.
    let name = format!("https://{}.invalid", "a".repeat(64));
    let urls = [
        name.clone(),
        format!("https://127.0.0.1:{refused}"),
        // A server of another protocol, where TLS is expected.
        format!("https://127.0.0.1:{other}"),
        format!("https://127.0.0.1:{silent}"),
        format!("http://127.0.0.1:{other}"),
        format!("http://127.0.0.1:{rude}"),
        format!("http://127.0.0.1:{good}"),
    ];
    let mut arguments = vec!["probe", "--timeout", "2", "--parallel", "16", "--format", "json"];
    arguments.extend(urls.iter().map(String::as_str));
    let ran = s2s(&arguments, "");
    let lines: Vec<_> = ran.stderr.lines().collect();
    let expected = [
        (&urls[0], "the name does not resolve"),
        (&urls[1], "the connection was refused"),
        (&urls[2], "the TLS handshake failed: "),
        (&urls[3], "no answer within the time limit"),
        (&urls[4], "the answer is not HTTP: "),
        (&urls[5], "the connection was closed before an answer"),
    ];
    assert_eq!(lines.len(), expected.len(), "one line each: {}", ran.stderr);
    for (line, (url, why)) in lines.iter().zip(expected) {
        assert!(line.starts_with(&format!("s2s: error: {url}: {why}")), "{line}");
    }
    assert_eq!(ran.code, 1, "a target that could not be asked is no clean run");
    let report = ran.json();
    let words: Vec<_> = report["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|server| server["paths"][0]["failure"].as_str().unwrap_or("answered").to_owned())
        .collect();
    assert_eq!(words, ["name-not-resolved", "refused", "tls", "timeout", "not-http", "closed", "answered"]);
    assert_eq!(report["servers"][6]["paths"][0]["answer"]["status"], 401);
}

#[test]
fn probe_single_path_failing_named_alone() {
    let port = serve(|stream| {
        let mut request = [0; 1024];
        let read = stream.read(&mut request).unwrap_or_default();
        let answer: &[u8] =
            if request[..read].starts_with(b"GET /a ") { b"what?\r\n" } else { b"HTTP/1.1 404 X\r\n\r\n" };
        let _ = stream.write_all(answer);
    });
    let url = format!("http://127.0.0.1:{port}");
    let ran = s2s(&["probe", &url, "--path", "/a", "--path", "/b"], "");
    assert!(
        ran.stderr.starts_with(&format!("s2s: error: {url}/a: the answer is not HTTP")),
        "{}",
        ran.stderr
    );
    assert_eq!((ran.code, ran.stderr.lines().count()), (1, 1));
    assert!(ran.stdout.contains("/b    404"), "{}", ran.stdout);
}

#[test]
fn probe_list_of_targets_read_from_stdin() {
    let port = good();
    let list = format!("# ours\n127.0.0.1:1 # nothing there\nhttp://127.0.0.1:{port}/ews/exchange.asmx\n\n");
    let ran = s2s(&["probe", "--list", "-", "--format", "jsonl", "--timeout", "2"], &list);
    assert_eq!((ran.code, ran.stdout.lines().count()), (1, 2), "{}", ran.stderr);
    let empty = s2s(&["probe", "--list", "-"], "# nothing\n");
    assert_eq!(empty.code, 3, "{}", empty.stderr);
}

#[test]
fn probe_wrong_arguments_refused() {
    let folder = Folder::new("probe-arguments");
    let (empty, other) =
        (folder.write("empty.pem", ""), folder.write("other.json", "{\"format\":\"x\",\"servers\":[]}"));
    for (arguments, why) in [
        (&["probe"][..], "required"),
        (&["probe", "ftp://a"], "expected https://host[:port], found another scheme"),
        (&["probe", "https://a", "--path", "x"], "--path x: expected /path"),
        (&["probe", "https://a", "--path", "/x y"], "white space"),
        (&["probe", "https://a", "--resolve", "a:443"], "expected HOST:PORT:ADDRESS"),
        (&["probe", "https://a", "--parallel", "0"], "--parallel"),
        (&["probe", "https://a", "--ca-file", &empty], "expected certificates in PEM form"),
        (&["probe", "https://a", "--baseline", &other], "expected the format s2s-probe-baseline/1"),
    ] {
        let ran = s2s(arguments, "");
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(why), "{arguments:?}: {}", ran.stderr);
    }
}
