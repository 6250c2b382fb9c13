//! `s2s probe` against nginx: what is recorded, what is judged, what is drift.

use std::net::TcpListener;

use serde_json::Value;

use crate::nginx::{Authority, Location, Nginx, Site, free_port, is_there};
use crate::{BEARER, Folder, POLICY, Ran, s2s};

const EWS: &str = "/ews/exchange.asmx";
const NTLM: &str = "NTLM TlRMTVNTUAACAAAAAAAAADgAAAAFgomi";

/// The rules that were broken, each with its path, in order.
fn broken(server: &Value) -> Vec<String> {
    let mut rules: Vec<_> = server["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| !check["severity"].is_null())
        .map(|check| {
            format!("{} {}", check["rule"].as_str().unwrap(), check["path"].as_str().unwrap_or("server"))
        })
        .collect();
    rules.sort_unstable();
    rules
}

fn strong(port: u16, locations: Vec<Location>) -> Site {
    Site { port, tls: Some("TLSv1.2 TLSv1.3"), locations }
}

/// Probes a port under the name of its certificate.
fn probe(folder: &Folder, port: u16, more: &[&str]) -> Ran {
    let (url, resolve) =
        (format!("https://mail.example.test:{port}"), format!("mail.example.test:{port}:127.0.0.1"));
    let ca = folder.path("ca.pem");
    let mut arguments = vec!["probe", &url, "--resolve", &resolve, "--ca-file", &ca];
    arguments.extend(more);
    s2s(&arguments, "")
}

fn prepare(name: &str) -> (Folder, Authority) {
    let (folder, authority) = (Folder::new(name), Authority::new());
    folder.write("ca.pem", &authority.pem());
    folder.write("policy.toml", POLICY);
    authority.issue(&folder, 2090);
    (folder, authority)
}

#[test]
fn probe_records_every_path_and_tls() {
    if !is_there("probe_records_every_path_and_tls") {
        return;
    }
    let (folder, _) = prepare("probe-records");
    let (port, canary) = (free_port(), TcpListener::bind("127.0.0.1:0").unwrap());
    let elsewhere = format!("http://{}/owa/auth/logon.aspx", canary.local_addr().unwrap());
    let _nginx = Nginx::start(
        &folder,
        &[strong(
            port,
            vec![
                Location::refusing(EWS, &[BEARER, "NTLM", "Basic realm=\"mail.example.test\""]),
                Location::refusing("/ews/mrsproxy.svc", &[NTLM, "Negotiate"]),
                Location::refusing("/rpc", &["Basic realm=\"rpc\""]),
                Location {
                    path: "/owa",
                    status: 302,
                    headers: vec![("X-FEServer", "EX01".to_owned())],
                    redirect: Some(elsewhere.clone()),
                },
            ],
        )],
    );
    let ran = probe(&folder, port, &["--policy", &folder.path("policy.toml"), "--format", "json"]);
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
    let report = ran.json();
    let server = &report["servers"][0];
    assert_eq!(server["url"], format!("https://mail.example.test:{port}"));
    assert_eq!((&server["verdict"], &server["failure"]), (&Value::from("clean"), &Value::Null));
    assert!(broken(server).is_empty(), "{:?}", broken(server));

    let tls = &server["tls"];
    assert_eq!(tls["version"], "1.3");
    assert!(tls["cipher"].as_str().unwrap().starts_with("TLS13_"), "{tls}");
    assert_eq!((&tls["tls1.0"], &tls["tls1.1"]), (&Value::from("refused"), &Value::from("refused")));
    let certificate = &tls["certificate"];
    assert_eq!(certificate["issuer"], "CN=Example Test Root");
    assert_eq!(certificate["names"], serde_json::json!(["127.0.0.1", "mail.example.test"]));
    assert_eq!((certificate["sha256"].as_str().unwrap().len(), certificate.get("fault")), (64, None));

    let paths = server["paths"].as_array().unwrap();
    assert_eq!(paths.len(), 12, "every well-known path");
    let answer = |path: &str| &paths.iter().find(|record| record["path"] == path).unwrap()["answer"];
    assert_eq!(answer(EWS)["schemes"], serde_json::json!(["Bearer", "NTLM", "Basic"]));
    assert_eq!(answer(EWS)["bearer"]["client_id"], "00000002-0000-0ff1-ce00-000000000000");
    assert_eq!(answer(EWS)["bearer"]["token_types"].as_array().unwrap().len(), 2);
    assert!(answer(EWS)["headers"]["server"].as_str().unwrap().starts_with("nginx/"));
    assert_eq!(answer("/ews/mrsproxy.svc")["schemes"], serde_json::json!(["NTLM", "Negotiate"]));
    assert_eq!(
        (&answer("/owa")["status"], &answer("/owa")["location"]),
        (&Value::from(302), &Value::from(elsewhere))
    );
    assert_eq!(answer("/owa")["headers"]["x-feserver"], "EX01");
    assert_eq!(answer("/oab")["status"], 404);
    assert!(!ran.stdout.contains("TlRM"), "a token68 is never printed");

    // The redirect was not followed, and nothing but an empty Bearer was sent.
    canary.set_nonblocking(true).unwrap();
    assert!(canary.accept().is_err());
    let log = std::fs::read_to_string(folder.path("access.log")).unwrap();
    assert_eq!(log.lines().count(), 12, "one request for each path: {log}");
    for line in log.lines() {
        let fields: Vec<_> = line.split('|').map(str::trim).collect();
        assert_eq!(fields[1..], [&*format!("mail.example.test:{port}"), "Bearer", "-"], "{line}");
    }
}

#[test]
fn probe_judges_schemes_tls_and_certificate() {
    if !is_there("probe_judges_schemes_tls_and_certificate") {
        return;
    }
    let (folder, _) = prepare("probe-judges");
    let (weak, plain) = (free_port(), free_port());
    let foreign =
        BEARER.replace("00000001-0000-0000-c000-000000000000@", "99999999-0000-0000-0000-000000000000@");
    let _nginx = Nginx::start(
        &folder,
        &[
            Site {
                port: weak,
                tls: Some("TLSv1 TLSv1.1 TLSv1.2"),
                locations: vec![
                    Location::refusing(EWS, &[&foreign, "Basic realm=\"\""]),
                    Location::refusing("/ews/mrsproxy.svc", &["Basic realm=\"\""]),
                    Location::answering("/mapi/nspi", 200),
                    Location::refusing("/oab", &["Basic realm=\"oab\""]),
                ],
            },
            Site {
                port: plain,
                tls: None,
                locations: vec![Location::refusing(EWS, &[BEARER, "Basic realm=\"\""])],
            },
        ],
    );
    let policy = folder.write("strict.toml", &format!("{POLICY}\n[challenge]\noauth_only = true\n"));
    let urls = [format!("https://127.0.0.1:{weak}"), format!("http://127.0.0.1:{plain}{EWS}")];
    // No --ca-file: the certificate is not trusted, and everything else is still seen.
    let ran = s2s(&["probe", &urls[0], &urls[1], "--policy", &policy, "--format", "json"], "");
    assert_eq!(ran.code, 20, "{}", ran.stderr);
    let report = ran.json();
    let (tls, http) = (&report["servers"][0], &report["servers"][1]);
    assert_eq!(
        (&tls["tls"]["version"], &tls["tls"]["tls1.0"], &tls["tls"]["tls1.1"]),
        (&Value::from("1.2"), &Value::from("accepted"), &Value::from("accepted"))
    );
    assert_eq!(tls["tls"]["certificate"]["fault"], "its issuer is not trusted");
    assert_eq!(
        broken(tls),
        [
            "CHL-03 /oab",
            "CHL-05 /ews/exchange.asmx",
            "CHL-06 /ews/exchange.asmx",
            "CHL-10 /ews/exchange.asmx",
            "CHL-10 /ews/mrsproxy.svc",
            "CHL-10 /oab",
            "CHL-14 /ews/mrsproxy.svc",
            "CHL-30 server",
            "CHL-30 server",
            "CHL-31 server",
            "CHL-33 /mapi/nspi",
        ]
    );
    assert_eq!(broken(http), ["CHL-10 /ews/exchange.asmx", "CHL-11 /ews/exchange.asmx"]);
    assert_eq!(
        (http.get("tls"), http["paths"].as_array().unwrap().len()),
        (None, 1),
        "the path of the URL alone"
    );

    let text = s2s(&["probe", &urls[0], "--path", EWS, "--policy", &policy], "");
    assert_eq!(text.code, 20);
    for wanted in
        ["FINDINGS  https://127.0.0.1", "TLS 1.0 accepted, TLS 1.1 accepted", "error CHL-30", "Bearer, Basic"]
    {
        assert!(text.stdout.contains(wanted), "{wanted}: {}", text.stdout);
    }
    let sarif = s2s(&["probe", &urls[0], "--path", EWS, "--policy", &policy, "--format", "sarif"], "").json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let uri = |result: &Value| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].clone();
    assert!(
        results
            .iter()
            .any(|result| result["ruleId"] == "CHL-05" && uri(result) == format!("{}{EWS}", urls[0]))
    );
    let jsonl = s2s(&["probe", &urls[0], "--path", EWS, "--format", "jsonl"], "");
    let line: Value = serde_json::from_str(jsonl.stdout.trim_end()).unwrap();
    assert_eq!(
        (&line["verdict"], &line["findings"][0]["severity"]),
        (&Value::from("findings"), &Value::from("error"))
    );
}

#[test]
fn probe_expiring_certificate_reported() {
    if !is_there("probe_expiring_certificate_reported") {
        return;
    }
    let (folder, _) = prepare("probe-expiring");
    let port = free_port();
    let _nginx = Nginx::start(&folder, &[strong(port, vec![Location::refusing(EWS, &[BEARER])])]);
    let rules = |at: &str| {
        let ran = probe(&folder, port, &["--path", EWS, "--format", "json", "--at", at]);
        (ran.code, broken(&ran.json()["servers"][0]))
    };
    assert_eq!(rules("2090-11-30T00:00:00Z"), (0, vec![]));
    assert_eq!(rules("2090-12-15T00:00:00Z"), (0, vec!["CHL-32 server".to_owned()]));
}

#[test]
fn probe_drift_finds_exactly_what_changed() {
    if !is_there("probe_drift_finds_exactly_what_changed") {
        return;
    }
    let (folder, authority) = prepare("probe-drift");
    let port = free_port();
    let before = || {
        vec![
            Location::refusing(EWS, &[BEARER, "NTLM"]),
            Location::refusing("/mapi/emsmdb", &[BEARER]),
            Location::refusing("/oab", &[BEARER]),
            Location::refusing("/ecp", &["NTLM"]),
        ]
    };
    let drift = |ran: &Ran| {
        let mut rules = broken(&ran.json()["servers"][0]);
        rules.retain(|rule| rule.starts_with("CHL-4"));
        (ran.code, rules)
    };
    let (first, second) = (folder.path("first.json"), folder.path("second.json"));
    {
        let _nginx = Nginx::start(&folder, &[strong(port, before())]);
        assert_eq!(probe(&folder, port, &["--save", &first]).code, 0);
        let again = probe(&folder, port, &["--save", &second, "--baseline", &first, "--format", "json"]);
        assert_eq!(drift(&again), (0, vec![]), "nothing changed");
        let read = |path: &str| std::fs::read_to_string(path).unwrap();
        assert_eq!(read(&first), read(&second), "a baseline is the same as long as the server is");
        let fewer = probe(&folder, port, &["--path", EWS, "--baseline", &first, "--format", "json"]);
        assert_eq!(fewer.code, 20, "a path of the baseline that is not probed is drift");
    }
    // A scheme appears, an issuer appears, a path opens, TLS 1.0 and 1.1 come back without 1.3, the certificate is another.
    authority.issue(&folder, 2091);
    let mut after = before();
    after[0] = Location::refusing(EWS, &[BEARER, "NTLM", "Basic realm=\"\""]);
    let more =
        BEARER.replace("trusted_issuers=\"", "trusted_issuers=\"99999999-0000-0000-0000-000000000000@*,");
    after[1] = Location::refusing("/mapi/emsmdb", &[&more]);
    after[2] = Location::answering("/oab", 200);
    let site = Site { port, tls: Some("TLSv1 TLSv1.1 TLSv1.2"), locations: after };
    let _nginx = Nginx::start(&folder, &[site]);
    let ran = probe(&folder, port, &["--baseline", &first, "--format", "json"]);
    let expected = [
        "CHL-40 /ews/exchange.asmx",
        // What opens no longer offers Bearer.
        "CHL-40 /oab",
        "CHL-41 /mapi/emsmdb",
        "CHL-42 /oab",
        // The version, TLS 1.0, TLS 1.1.
        "CHL-43 server",
        "CHL-43 server",
        "CHL-43 server",
        "CHL-44 server",
    ];
    assert_eq!(drift(&ran), (20, expected.map(str::to_owned).to_vec()));

    drop(_nginx);
    let gone = probe(&folder, port, &["--baseline", &first, "--format", "json"]);
    assert_eq!(drift(&gone), (20, vec!["CHL-45 server".to_owned()]), "a server that is gone is one finding");
}
