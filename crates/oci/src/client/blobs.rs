use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use reqwest::{
    Body, Method, Request, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION, RANGE},
};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use towpath_model::{Digest, ImageName};
use url::Url;

use super::{
    Client,
    body::truncated,
    manifests::{malformed, mismatch},
    send::{Target, shown},
};
use crate::{Descriptor, RegistryError};

/// How much of a stream is held at a time.
const CHUNK: usize = 256 << 10;

/// Where the content of a blob comes from; it is opened again for each attempt.
#[derive(Debug, Clone)]
pub enum BlobSource {
    /// From memory.
    Bytes(Bytes),
    /// From a file.
    File(PathBuf),
    /// From a repository; of the same registry it is mounted, which moves no bytes.
    Repository(ImageName),
}

/// How a blob came to be in its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It was there.
    Existed,
    /// The registry took it from another of its repositories.
    Mounted,
    /// It was sent.
    Uploaded,
}

/// A download under way, which goes on where it stopped when it is tried again.
struct Download {
    hasher: Sha256,
    received: u64,
}

impl Client {
    /// Returns the size of the blob in bytes, 0 where the registry does not tell; `None` if it does not exist.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    pub async fn head_blob(&self, name: &ImageName, digest: Digest) -> Result<Option<u64>, RegistryError> {
        let what = blob_text(name, digest);
        let mut attempts = self.attempts();
        loop {
            match self.try_head_blob(&Target::pull(name, &what), digest).await {
                Err(error) => attempts.after(error).await?,
                Ok(found) => return Ok(found),
            }
        }
    }

    async fn try_head_blob(&self, target: &Target<'_>, digest: Digest) -> Result<Option<u64>, RegistryError> {
        let request = Request::new(Method::HEAD, self.url(target.name, &format!("blobs/{digest}"))?);
        match self.expect(target, request, &[StatusCode::OK]).await {
            Ok(response) => {
                let size = response.headers().get(CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse().ok());
                Ok(Some(size.unwrap_or(0)))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the blob, its digest and size proven, if it has at most `limit` bytes.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`], and whatever keeps it from being read whole and right.
    pub async fn get_blob(
        &self,
        name: &ImageName,
        descriptor: &Descriptor,
        limit: u64,
    ) -> Result<Bytes, RegistryError> {
        if descriptor.size > limit {
            return Err(RegistryError::TooLarge { what: blob_text(name, descriptor.digest), limit });
        }
        let mut bytes = Vec::new();
        self.get_blob_to(name, descriptor, &mut bytes).await?;
        Ok(bytes.into())
    }

    /// Writes the blob to `writer` as it comes; a connection that breaks is taken up again where it stopped.
    ///
    /// What was written counts only once this has returned: the digest is known at the end alone.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`], and whatever keeps it from being read whole and right.
    pub async fn get_blob_to<W: AsyncWrite + Unpin + Send>(
        &self,
        name: &ImageName,
        descriptor: &Descriptor,
        writer: &mut W,
    ) -> Result<(), RegistryError> {
        let what = blob_text(name, descriptor.digest);
        let target = Target::pull(name, &what);
        let mut download = Download { hasher: Sha256::new(), received: 0 };
        let mut attempts = self.attempts();
        while let Err(error) = self.try_get_blob(&target, descriptor, &mut download, writer).await {
            attempts.after(error).await?;
        }
        writer.flush().await.map_err(|source| RegistryError::Io { what: what.clone(), source })?;
        let found = Digest::from_bytes(download.hasher.finalize().into());
        if found == descriptor.digest { Ok(()) } else { Err(mismatch(&what, descriptor.digest, found)) }
    }

    async fn try_get_blob<W: AsyncWrite + Unpin + Send>(
        &self,
        target: &Target<'_>,
        descriptor: &Descriptor,
        download: &mut Download,
        writer: &mut W,
    ) -> Result<(), RegistryError> {
        let mut request = Request::new(Method::GET, self.url(target.name, &format!("blobs/{}", descriptor.digest))?);
        if download.received > 0 {
            let range = HeaderValue::from_str(&format!("bytes={}-", download.received));
            request.headers_mut().extend(range.map(|range| (RANGE, range)));
        }
        let response = self.expect(target, request, &[StatusCode::OK, StatusCode::PARTIAL_CONTENT]).await?;
        // A registry that knows no ranges sends everything again.
        let skip = if response.status() == StatusCode::OK { download.received } else { 0 };
        download.take(target, descriptor.size, skip, response, writer).await
    }

    /// Sees to it that the blob is in the repository, and tells what that took.
    ///
    /// # Errors
    /// When the registry refuses it, or the source cannot be read or is not what `descriptor` says.
    pub async fn put_blob(
        &self,
        name: &ImageName,
        descriptor: &Descriptor,
        source: &BlobSource,
    ) -> Result<Pushed, RegistryError> {
        let what = blob_text(name, descriptor.digest);
        let mount = match source {
            BlobSource::Repository(from) if from.registry() == name.registry() && from != name => Some(from),
            _ => None,
        };
        if let BlobSource::Bytes(bytes) = source {
            check_bytes(&what, descriptor, bytes)?;
        }
        let target = Target { mount, ..Target::push(name, &what) };
        let mut attempts = self.attempts();
        loop {
            match self.try_put_blob(&target, descriptor, source).await {
                Err(error) => attempts.after(error).await?,
                Ok(pushed) => return Ok(pushed),
            }
        }
    }

    /// Stores `bytes` as a blob and returns its descriptor; what is there already is not sent.
    ///
    /// # Errors
    /// When the registry refuses it.
    pub async fn put_bytes(
        &self,
        name: &ImageName,
        media_type: &str,
        bytes: impl Into<Bytes> + Send,
    ) -> Result<Descriptor, RegistryError> {
        let bytes = bytes.into();
        let descriptor = Descriptor::of(media_type, &bytes);
        self.put_blob(name, &descriptor, &BlobSource::Bytes(bytes)).await?;
        Ok(descriptor)
    }

    async fn try_put_blob(
        &self,
        target: &Target<'_>,
        descriptor: &Descriptor,
        source: &BlobSource,
    ) -> Result<Pushed, RegistryError> {
        let digest = descriptor.digest;
        if self.try_head_blob(target, digest).await?.is_some() {
            return Ok(Pushed::Existed);
        }
        let mut start = self.url(target.name, "blobs/uploads/")?;
        if let Some(from) = target.mount {
            start.query_pairs_mut().append_pair("mount", &digest.to_string()).append_pair("from", from.repository());
        }
        let mut request = Request::new(Method::POST, start.clone());
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        let response = self.expect(target, request, &[StatusCode::ACCEPTED, StatusCode::CREATED]).await?;
        if response.status() == StatusCode::CREATED {
            return Ok(Pushed::Mounted);
        }
        let mut location = upload_location(target, &start, &response)?;
        location.query_pairs_mut().append_pair("digest", &digest.to_string());
        self.upload(target, location, descriptor, source).await?;
        Ok(Pushed::Uploaded)
    }

    async fn upload(
        &self,
        target: &Target<'_>,
        location: Url,
        descriptor: &Descriptor,
        source: &BlobSource,
    ) -> Result<(), RegistryError> {
        let mut request = Request::new(Method::PUT, location);
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(descriptor.size));
        let created = &[StatusCode::CREATED, StatusCode::NO_CONTENT];
        match source {
            BlobSource::Bytes(bytes) => {
                *request.body_mut() = Some(bytes.clone().into());
                self.expect(target, request, created).await?;
            }
            BlobSource::File(path) => {
                let file = tokio::fs::File::open(path).await;
                let file = file.map_err(|source| RegistryError::Io { what: path.display().to_string(), source })?;
                *request.body_mut() = Some(Body::wrap_stream(chunks(file)));
                self.expect(target, request, created).await?;
            }
            BlobSource::Repository(from) => {
                // The digest is checked on both ways: here as it is read, there before it is stored.
                let (mut writer, reader) = tokio::io::duplex(CHUNK);
                *request.body_mut() = Some(Body::wrap_stream(chunks(reader)));
                let read = async {
                    let result = Box::pin(self.get_blob_to(from, descriptor, &mut writer)).await;
                    drop(writer);
                    result
                };
                let (read, sent) = tokio::join!(read, self.expect(target, request, created));
                // Where the reading failed, the sending failed by it, unless it failed first and closed the pipe.
                match (read, sent) {
                    (Ok(()) | Err(RegistryError::Io { .. }), sent) => sent.map(drop)?,
                    (Err(error), _) => return Err(error),
                }
            }
        }
        Ok(())
    }
}

impl Download {
    async fn take<W: AsyncWrite + Unpin + Send>(
        &mut self,
        target: &Target<'_>,
        expected: u64,
        mut skip: u64,
        mut response: Response,
        writer: &mut W,
    ) -> Result<(), RegistryError> {
        let wrong_size = |found| RegistryError::SizeMismatch { what: target.what.to_owned(), expected, found };
        if response.status() == StatusCode::OK
            && let Some(announced) = response.content_length().filter(|announced| *announced != expected)
        {
            return Err(wrong_size(announced));
        }
        loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                Err(error) => return Err(truncated(target, self.received, Some(expected), error)),
            };
            let skipped = usize::try_from(skip).unwrap_or(usize::MAX).min(chunk.len());
            skip -= skipped as u64;
            let chunk = &chunk[skipped..];
            if self.received + chunk.len() as u64 > expected {
                return Err(wrong_size(self.received + chunk.len() as u64));
            }
            let written = writer.write_all(chunk).await;
            written.map_err(|source| RegistryError::Io { what: target.what.to_owned(), source })?;
            self.hasher.update(chunk);
            self.received += chunk.len() as u64;
        }
        if self.received == expected { Ok(()) } else { Err(wrong_size(self.received)) }
    }
}

/// Returns `reader` as a stream that sends what it reads.
fn chunks(reader: impl AsyncRead + Unpin + Send + 'static) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    stream::try_unfold(reader, |mut reader| async move {
        let mut buffer = BytesMut::with_capacity(CHUNK);
        let read = reader.read_buf(&mut buffer).await?;
        Ok((read > 0).then(|| (buffer.freeze(), reader)))
    })
}

/// Returns where the upload goes on, absolute.
fn upload_location(target: &Target<'_>, start: &Url, response: &Response) -> Result<Url, RegistryError> {
    let written = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let written = written.ok_or_else(|| malformed(target.what, "the registry tells no Location for the upload"))?;
    let mut url = start.join(written).map_err(|_| malformed(target.what, "the upload's Location is no address"))?;
    // Behind a proxy that ends TLS, registries write the scheme that they see themselves.
    if start.scheme() == "https" && url.scheme() == "http" && url.host_str() == start.host_str() {
        let upgraded = url.set_scheme("https").and_then(|()| url.set_port(start.port()));
        upgraded.map_err(|()| malformed(target.what, "the upload's Location is no address"))?;
    }
    if start.scheme() == "https" && url.scheme() != "https" {
        let detail = "which would send content without HTTPS";
        return Err(RegistryError::Location { registry: target.registry(), location: shown(&url), detail });
    }
    Ok(url)
}

fn check_bytes(what: &str, descriptor: &Descriptor, bytes: &Bytes) -> Result<(), RegistryError> {
    let found = Digest::of(bytes);
    if found != descriptor.digest {
        return Err(mismatch(what, descriptor.digest, found));
    }
    let (expected, found) = (descriptor.size, bytes.len() as u64);
    if expected == found { Ok(()) } else { Err(RegistryError::SizeMismatch { what: what.to_owned(), expected, found }) }
}

fn blob_text(name: &ImageName, digest: Digest) -> String {
    format!("blob {digest} of {name}")
}
