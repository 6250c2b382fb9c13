//! One attempt at one source: the document, or the way to it through discovery, the second URL if the first one fails.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::client::{Client, Response};
use super::document::{self, Held, Validators, Way};
use super::error::FetchError;
use super::source::{Place, Source};
use crate::budget::Budget;

/// What an attempt brought.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) held: Arc<Held>,
    /// How long its server calls it fresh.
    pub(super) fresh: Option<Duration>,
}

/// Asks a source. `client` is absent only where all sources are files.
pub(super) async fn fetch(
    client: Option<&Client>,
    source: &Source,
    held: Option<Arc<Held>>,
    budget: &Budget,
) -> Result<Fetched, FetchError> {
    let attempt = Attempt { client, source, held, budget };
    let result = match &source.place {
        Place::Url(url) => attempt.url(url).await,
        Place::File(path) => attempt.file(path).await,
    };
    match (result, &source.failover) {
        (Err(error), Some(second)) => {
            tracing::warn!(issuer = source.issuer, source = source.name, %error, "failing over");
            attempt.url(second).await
        }
        (result, _) => result,
    }
}

struct Attempt<'a> {
    client: Option<&'a Client>,
    source: &'a Source,
    held: Option<Arc<Held>>,
    budget: &'a Budget,
}

impl Attempt<'_> {
    async fn url(&self, url: &Url) -> Result<Fetched, FetchError> {
        let client = self.client.ok_or(FetchError::Ended)?;
        match self.get(client, url).await? {
            Answer::Unchanged(fetched) => Ok(fetched),
            Answer::Document { body, validators, fresh } => {
                match document::jwks_uri(&body, self.source.expected(), self.budget)? {
                    None => self.judge(url, body, validators, fresh),
                    Some(uri) => {
                        let uri = client.allowed(&uri).map_err(FetchError::Place)?;
                        match self.get(client, &uri).await? {
                            Answer::Unchanged(fetched) => Ok(fetched),
                            Answer::Document { body, validators, fresh } => {
                                self.judge(&uri, body, validators, fresh)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Gets a URL, conditionally if the document in use came from there with validators.
    async fn get(&self, client: &Client, url: &Url) -> Result<Answer, FetchError> {
        let of_url = |held: &&Arc<Held>| held.url == url.as_str() && held.validators != Validators::default();
        let held = self.held.as_ref().filter(of_url);
        match (client.get(url, held.map(|held| &held.validators)).await?, held) {
            (Response::Document { body, validators, fresh }, _) => {
                Ok(Answer::Document { body, validators, fresh })
            }
            (Response::NotModified { fresh }, Some(held)) => {
                Ok(Answer::Unchanged(Fetched { held: Arc::clone(held), fresh }))
            }
            (Response::NotModified { .. }, None) => {
                Err(FetchError::Status { status: 304, retry_after: None })
            }
        }
    }

    fn judge(
        &self,
        url: &Url,
        body: Vec<u8>,
        validators: Validators,
        fresh: Option<Duration>,
    ) -> Result<Fetched, FetchError> {
        let way = if url.scheme() == "https" { Way::Trusted } else { Way::Plain };
        let held = Held::judge(self.source.expected(), url.as_str(), way, body, validators, self.budget)?;
        Ok(Fetched { held: Arc::new(held), fresh })
    }

    async fn file(&self, path: &Path) -> Result<Fetched, FetchError> {
        let (path, max) = (path.to_owned(), self.budget.max_document);
        let read = tokio::task::spawn_blocking(move || read_bounded(&path, max)).await;
        let body = read.map_err(|_| FetchError::Ended)??;
        let (issuer, name) = (self.source.expected(), &self.source.name);
        let held = Held::judge(issuer, name, Way::Trusted, body, Validators::default(), self.budget)?;
        Ok(Fetched { held: Arc::new(held), fresh: None })
    }
}

enum Answer {
    Unchanged(Fetched),
    Document { body: Vec<u8>, validators: Validators, fresh: Option<Duration> },
}

/// Reads a file of bounded size.
pub(super) fn read_bounded(path: &Path, max: usize) -> Result<Vec<u8>, FetchError> {
    use std::io::Read;
    let file_error = |error: std::io::Error| FetchError::File { kind: error.kind() };
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(file_error)?.take(limit).read_to_end(&mut bytes).map_err(file_error)?;
    if bytes.len() > max { Err(FetchError::TooLarge { max }) } else { Ok(bytes) }
}
