//! An HTTPS server on loopback that does what it is told: serves, fails, stalls, lies, breaks off; and counts.
//!
//! It writes HTTP/1.1 by hand, so that it can also write what no framework would.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::authority::Authority;

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// 200 with this body and these further header lines.
    Document(String, Vec<(&'static str, String)>),
    /// 304 if the request carries this validator, else as a document.
    Tagged(String, &'static str),
    /// Another status, with a body.
    Status(u16, &'static str),
    Redirect(String),
    /// Nothing for so long, then 200.
    Stall(Duration, String),
    /// These bytes, then the connection is closed.
    Raw(Vec<u8>),
    /// A body without end, so many bytes of it, announced or not.
    Endless {
        bytes: usize,
        announced: bool,
    },
    /// So many header lines before an empty document.
    Headers(usize),
}

impl Reply {
    pub(crate) fn document(body: impl Into<String>) -> Self {
        Self::Document(body.into(), Vec::new())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: Instant,
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
}

type Script = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

struct State {
    script: Script,
    log: Vec<Request>,
    tls: Option<Arc<ServerConfig>>,
}

pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server that is `localhost`, with a certificate of the authority.
    pub(crate) async fn start(authority: &Authority, reply: Reply) -> Self {
        Self::listen(Some(authority.leaf("localhost").server()), reply).await
    }

    pub(crate) async fn plain(reply: Reply) -> Self {
        Self::listen(None, reply).await
    }

    pub(crate) async fn listen(tls: Option<Arc<ServerConfig>>, reply: Reply) -> Self {
        let script: Script = Arc::new(move |_: &Request| reply.clone());
        let state = Arc::new(Mutex::new(State { script, log: Vec::new(), tls }));
        let mut server = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), state, listening: None };
        server.resume().await;
        server
    }

    /// Opens the port again.
    pub(crate) async fn resume(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.address = listener.local_addr().unwrap();
        let state = Arc::clone(&self.state);
        self.listening = Some(tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                // Whatever a client does to its connection is its own affair.
                connections.spawn(serve(stream, Arc::clone(&state)));
            }
        }));
    }

    /// Closes the port and all connections.
    pub(crate) async fn stop(&mut self) {
        if let Some(task) = self.listening.take() {
            task.abort();
            let _ = task.await;
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.state.lock().unwrap().tls.is_some() { "https" } else { "http" };
        format!("{scheme}://localhost:{}{path}", self.address.port())
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn reply(&self, reply: Reply) {
        self.script(move |_| reply.clone());
    }

    pub(crate) fn script(&self, script: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        self.state.lock().unwrap().script = Arc::new(script);
    }

    pub(crate) fn present(&self, tls: Arc<ServerConfig>) {
        self.state.lock().unwrap().tls = Some(tls);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().log.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.state.lock().unwrap().log.len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.listening {
            task.abort();
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let tls = state.lock().unwrap().tls.clone();
    match tls {
        Some(tls) => {
            if let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await {
                answer(stream, state).await;
            }
        }
        None => answer(stream, state).await,
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, state: Arc<Mutex<State>>) {
    let Some(request) = read(&mut stream).await else { return };
    let script = {
        let mut state = state.lock().unwrap();
        state.log.push(request.clone());
        Arc::clone(&state.script)
    };
    let _ = write(&mut stream, &request, script(&request)).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Some(Request { at: Instant::now(), path, headers: lines.filter_map(header).collect() })
}

async fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    request: &Request,
    reply: Reply,
) -> std::io::Result<()> {
    let document = |body: &str, lines: &[(&str, String)]| {
        let lines: String = lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    };
    let bytes = match reply {
        Reply::Document(body, lines) => document(&body, &lines).into_bytes(),
        Reply::Tagged(body, tag) => {
            let known = request.headers.iter().any(|(name, value)| name == "if-none-match" && value == tag);
            if known {
                format!("HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nConnection: close\r\n\r\n").into_bytes()
            } else {
                document(&body, &[("ETag", tag.to_owned())]).into_bytes()
            }
        }
        Reply::Status(status, body) => format!(
            "HTTP/1.1 {status} Because\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
        Reply::Redirect(to) => {
            format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .into_bytes()
        }
        Reply::Stall(pause, body) => {
            tokio::time::sleep(pause).await;
            document(&body, &[]).into_bytes()
        }
        Reply::Raw(bytes) => bytes,
        Reply::Endless { bytes, announced } => {
            let length = if announced { format!("Content-Length: {bytes}\r\n") } else { String::new() };
            stream
                .write_all(format!("HTTP/1.1 200 OK\r\n{length}Connection: close\r\n\r\n").as_bytes())
                .await?;
            let block = [b' '; 64 * 1024];
            for _ in 0..bytes / block.len() {
                stream.write_all(&block).await?;
            }
            return Ok(());
        }
        Reply::Headers(lines) => {
            let lines: Vec<_> = (0..lines).map(|n| ("X-Filler", format!("{n:0>300}"))).collect();
            document("{}", &lines).into_bytes()
        }
    };
    stream.write_all(&bytes).await?;
    stream.flush().await
}
