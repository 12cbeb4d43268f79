//! An HTTP client of one kept-alive connection, for what a load generator can't do: sequences of requests that build on one
//! another, and looking at the answers.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};

const TIMEOUT: Duration = Duration::from_secs(30);

/// One kept-alive connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    address: SocketAddr,
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its header fields.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> anyhow::Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body).with_context(|| format!("{}: not JSON: {text}", self.status))
    }

    /// Fails with the body unless the status is 2xx.
    pub fn success(self) -> anyhow::Result<Self> {
        if !self.status.is_success() {
            bail!("{}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        Ok(self)
    }
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = timeout(TIMEOUT, TcpStream::connect(address)).await.context("no connection in time")??;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the sender; what went wrong the sender is told.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self { sender, address })
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: impl Into<Bytes>,
    ) -> anyhow::Result<Answer> {
        let body = body.into();
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, self.address.to_string());
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(body))?;
        let exchange = async {
            self.sender.ready().await?;
            let (head, body) = self.sender.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Answer { status: head.status, headers: head.headers, body })
        };
        timeout(TIMEOUT, exchange).await.with_context(|| format!("no answer to {path} in time"))?.context("no answer")
    }

    /// Sends a GET request.
    pub async fn get(&mut self, path: &str, token: Option<&str>) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, token, Bytes::new()).await
    }

    /// Sends a JSON body.
    pub async fn post(&mut self, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, token, body.to_string()).await
    }
}
