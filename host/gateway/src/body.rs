//! Reads response bodies without trusting their size: the cap counts what comes out of decompression.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

#[derive(Debug)]
pub(crate) enum BodyError {
    TooLarge,
    Broken(String),
}

/// The whole body, decompressed. With `unpack`, a body that is a gzip file in itself is unpacked as well, under the same
/// limit.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Incoming,
    limit: usize,
    unpack: bool,
) -> Result<Bytes, BodyError> {
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLarge);
    }
    let body = match headers.get(header::CONTENT_ENCODING).map(http::HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => plain(body, limit).await?,
        Some(b"gzip" | b"x-gzip") => gzip(body, limit).await?,
        // Stores repeat what they were once told of a file, such as `aws-chunked`. The file speaks for itself.
        Some(_) if unpack => plain(body, limit).await?,
        Some(_) => return Err(BodyError::Broken("its content-encoding was not asked for".into())),
    };
    if unpack && body.starts_with(&GZIP) { file(&body, limit).await } else { Ok(body) }
}

/// How a gzip file begins (RFC 1952, section 2.3.1), compressed by the only method that there is.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// What is unpacked before others get their turn on the thread.
const SLICE: usize = 64 << 10;

async fn plain(mut body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    // Most responses are one piece, which is then not copied.
    let mut whole = next(&mut body).await?.unwrap_or_default();
    let mut joined = Vec::new();
    while let Some(piece) = next(&mut body).await? {
        if joined.is_empty() {
            joined.extend_from_slice(&whole);
        }
        if joined.len() + piece.len() > limit {
            return Err(BodyError::TooLarge);
        }
        joined.extend_from_slice(&piece);
    }
    if !joined.is_empty() {
        whole = joined.into();
    }
    if whole.len() > limit { Err(BodyError::TooLarge) } else { Ok(whole) }
}

async fn gzip(mut body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    let mut unpacked = Unpacked::new(limit);
    while let Some(piece) = next(&mut body).await? {
        unpacked.push(&piece)?;
    }
    unpacked.finish()
}

async fn file(packed: &[u8], limit: usize) -> Result<Bytes, BodyError> {
    let mut unpacked = Unpacked::new(limit);
    for slice in packed.chunks(SLICE) {
        unpacked.push(slice)?;
        tokio::task::yield_now().await;
    }
    unpacked.finish()
}

/// The next data frame; trailers are skipped.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| BodyError::Broken(crate::client::reason(&error)))?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// What came out of decompression so far.
struct Unpacked(MultiGzDecoder<Capped>);

impl Unpacked {
    fn new(limit: usize) -> Self {
        Self(MultiGzDecoder::new(Capped { bytes: Vec::new(), limit, full: false }))
    }

    fn push(&mut self, piece: &[u8]) -> Result<(), BodyError> {
        let written = self.0.write_all(piece);
        self.checked(written)
    }

    fn finish(mut self) -> Result<Bytes, BodyError> {
        let finished = self.0.try_finish();
        self.checked(finished)?;
        Ok(std::mem::take(&mut self.0.get_mut().bytes).into())
    }

    fn checked(&self, result: io::Result<()>) -> Result<(), BodyError> {
        match result {
            Ok(()) => Ok(()),
            Err(_) if self.0.get_ref().full => Err(BodyError::TooLarge),
            Err(error) => Err(BodyError::Broken(format!("gzip: {error}"))),
        }
    }
}

/// Takes bytes up to its limit, so that a small body cannot unfold into a large one.
struct Capped {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.limit {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
