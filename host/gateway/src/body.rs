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

/// The whole body, decompressed.
pub(crate) async fn read(headers: &HeaderMap, body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLarge);
    }
    match headers.get(header::CONTENT_ENCODING).map(http::HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => plain(body, limit).await,
        Some(b"gzip" | b"x-gzip") => gzip(body, limit).await,
        Some(_) => Err(BodyError::Broken("its content-encoding was not asked for".into())),
    }
}

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
    let mut decoder = MultiGzDecoder::new(Capped { bytes: Vec::new(), limit, full: false });
    while let Some(piece) = next(&mut body).await? {
        let written = decoder.write_all(&piece);
        checked(written, decoder.get_ref().full)?;
    }
    let finished = decoder.try_finish();
    checked(finished, decoder.get_ref().full)?;
    Ok(std::mem::take(&mut decoder.get_mut().bytes).into())
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

fn checked(result: io::Result<()>, full: bool) -> Result<(), BodyError> {
    match result {
        Ok(()) => Ok(()),
        Err(_) if full => Err(BodyError::TooLarge),
        Err(error) => Err(BodyError::Broken(format!("gzip: {error}"))),
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
