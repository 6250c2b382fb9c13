//! A real nginx on loopback, with certificates of its own: started and ended by the test, by its process.

use std::fmt::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};

use crate::Folder;

/// Whether nginx is there. Where it must be, its absence is a failure.
pub(crate) fn is_there(test: &str) -> bool {
    let found = Command::new("nginx").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        assert!(std::env::var_os("CI").is_none(), "{test}: nginx is not installed (Debian: nginx-light)");
        eprintln!("{test}: skipped, since nginx is not installed (Debian: nginx-light)");
    }
    found
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A certification authority that no machine trusts by itself.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "Example Test Root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Writes a certificate for the test's host that is valid until the end of a year.
    pub(crate) fn issue(&self, folder: &Folder, until: i32) {
        let mut params =
            CertificateParams::new(vec!["mail.example.test".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "mail.example.test");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        folder.write("server.pem", &certificate.pem());
        folder.write("server.key", &key.serialize_pem());
    }
}

/// A server block.
pub(crate) struct Site {
    pub(crate) port: u16,
    /// The versions of TLS, as nginx spells them; none is plain HTTP.
    pub(crate) tls: Option<&'static str>,
    pub(crate) locations: Vec<Location>,
}

/// What a path answers.
pub(crate) struct Location {
    pub(crate) path: &'static str,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) redirect: Option<String>,
}

impl Location {
    /// A refusal with these challenges.
    pub(crate) fn refusing(path: &'static str, challenges: &[&str]) -> Self {
        let headers =
            challenges.iter().map(|challenge| ("WWW-Authenticate", (*challenge).to_owned())).collect();
        Self { path, status: 401, headers, redirect: None }
    }

    /// An answer without challenges.
    pub(crate) fn answering(path: &'static str, status: u16) -> Self {
        Self { path, status, headers: Vec::new(), redirect: None }
    }
}

/// A running nginx.
pub(crate) struct Nginx(Child);

impl Nginx {
    /// Starts it in a folder that has `server.pem` and `server.key`.
    pub(crate) fn start(folder: &Folder, sites: &[Site]) -> Self {
        let config = folder.write("nginx.conf", &config(folder, sites));
        let mut child = Command::new("nginx")
            .args(["-p", &folder.path(""), "-c", &config, "-e", &folder.path("error.log")])
            .args(["-g", "daemon off; master_process off;"])
            // The system's own floor for TLS versions is not to count here.
            .env("OPENSSL_CONF", "/dev/null")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        for site in sites {
            while TcpStream::connect(("127.0.0.1", site.port)).is_err() {
                let log = || std::fs::read_to_string(folder.path("error.log")).unwrap_or_default();
                assert!(child.try_wait().unwrap().is_none(), "nginx ended: {}", log());
                assert!(Instant::now() < deadline, "nginx does not listen: {}", log());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Self(child)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn config(folder: &Folder, sites: &[Site]) -> String {
    let mut text = format!(
        "worker_processes 1;\npid {};\nevents {{ worker_connections 128; }}\nhttp {{\n  log_format asked '$request|$http_host|$http_authorization|$http_cookie';\n  access_log {} asked;\n",
        folder.path("nginx.pid"),
        folder.path("access.log"),
    );
    for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        let _ = writeln!(text, "  {kind}_temp_path {};", folder.path(kind));
    }
    for site in sites {
        let ssl = if site.tls.is_some() { " ssl" } else { "" };
        let _ = writeln!(text, "  server {{\n    listen 127.0.0.1:{}{ssl};", site.port);
        if let Some(versions) = site.tls {
            let _ = writeln!(
                text,
                "    ssl_certificate {};\n    ssl_certificate_key {};\n    ssl_protocols {versions};\n    ssl_ciphers DEFAULT:@SECLEVEL=0;",
                folder.path("server.pem"),
                folder.path("server.key"),
            );
        }
        let _ = writeln!(text, "    location / {{ return 404; }}");
        for location in &site.locations {
            let _ = writeln!(text, "    location = {} {{", location.path);
            for (name, value) in &location.headers {
                let _ = writeln!(text, "      add_header {name} '{value}' always;");
            }
            // With a redirect, nginx writes the Location line itself.
            let target = location.redirect.as_ref().map(|target| format!(" {target}")).unwrap_or_default();
            let _ = writeln!(text, "      return {}{target};\n    }}", location.status);
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}
