//! Files that come in: bounded, so many at once, as a body of their own or in a form of a page.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body as Stream;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest, OptionalFromRequestParts, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Web;
use super::extract::{Read, read_fields};
use super::problem::{Kind, Problem};
use super::session::FORM_BYTES_MAX;
use super::words::Words;
use crate::domain::person::Private;
use crate::domain::upload::{MediaType, Upload, UploadFault};
use crate::error::StageError;
use crate::review::files::Handed;

/// Files that are read at once; each is in memory as a whole.
const AT_ONCE: usize = 16;
/// Fields of a form beside its file.
const FIELDS_MAX: usize = 20;
/// The field of a form that holds the file.
pub const FILE_FIELD: &str = "file";

/// Room for the files that are being read.
#[derive(Debug, Clone)]
pub struct UploadRoom(Arc<Semaphore>);

impl Default for UploadRoom {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl UploadRoom {
    fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let permit = Arc::clone(&self.0).try_acquire_owned();
        permit.map_err(|_| Problem::new(Kind::Unavailable).retry_after(10))
    }
}

/// A file with fields beside it, sent to the API as `multipart/form-data`: names of files and words stand in no address.
#[derive(Debug)]
pub struct Parcel<T> {
    /// The fields.
    pub form: T,
    /// The file, when one came.
    pub chosen: Option<Chosen>,
}

impl<T: Read, S: Sync> FromRequest<S> for Parcel<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let web = request.extensions().get::<Web>().cloned();
        let web = web.ok_or_else(|| Problem::new(Kind::Internal))?;
        if !is_multipart(request.headers()) {
            return Err(Problem::because(
                Kind::UnsupportedMediaType,
                Words::of(
                    "此接口只接受 multipart/form-data，文件放在 file 一栏。",
                    "This takes multipart/form-data, with the file in the field `file`.",
                ),
            ));
        }
        let (fields, chosen) = read_multipart(&web, request).await?;
        let form = read_fields(fields)?;
        let chosen = Some(chosen);
        Ok(Self { form, chosen })
    }
}

fn bytes_max(web: &Web) -> usize {
    web.ctx.world.files.limits().bytes_max
}

/// The whole body, or that it is too large. What is too large is read to its end all the same, within bounds, for a browser that is
/// still sending does not read what it is told.
async fn whole(bytes_max: usize, body: Stream) -> Result<Vec<u8>, Problem> {
    let most = bytes_max + FORM_BYTES_MAX;
    let mut stream = body.into_data_stream();
    let mut read = 0_usize;
    let mut kept = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| malformed())?;
        read += chunk.len();
        if read <= most {
            kept.extend_from_slice(&chunk);
        } else {
            kept = Vec::new();
        }
        if read > most.saturating_mul(4) {
            break;
        }
    }
    if read <= most {
        return Ok(kept);
    }
    let fault = UploadFault::TooLarge { bytes_max };
    Err(StageError::from(fault).into())
}

/// The file of a form, when one was chosen; with the room it takes.
#[derive(Debug, Clone)]
pub struct Chosen {
    file: Arc<Option<Upload>>,
    _permit: Arc<OwnedSemaphorePermit>,
}

/// The file that was chosen; a form may come without one, and without the part for one.
///
/// # Errors
/// `Empty` when none was chosen.
pub fn chosen_upload(chosen: Option<Chosen>) -> Result<Upload, UploadFault> {
    let file = chosen.and_then(|chosen| chosen.file.as_ref().clone());
    file.ok_or(UploadFault::Empty)
}

impl<S: Sync> OptionalFromRequestParts<S> for Chosen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

/// The fields of a `multipart/form-data` body, and its file.
pub(super) async fn read_multipart(
    web: &Web,
    request: Request,
) -> Result<(Vec<(String, String)>, Chosen), Problem> {
    let permit = web.uploads.enter()?;
    let (parts, body) = request.into_parts();
    let bytes = whole(bytes_max(web), body).await?;
    let mut request = Request::from_parts(parts, Stream::from(bytes));
    // It is bounded already.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut multipart = Multipart::from_request(request, &())
        .await
        .map_err(|_| malformed())?;
    let (mut fields, mut file) = (Vec::new(), None);
    while let Some(field) = multipart.next_field().await.map_err(|_| malformed())? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == FILE_FIELD {
            let one = upload(field).await?;
            if file.replace(one).is_some() {
                return Err(malformed());
            }
        } else {
            let value = field.bytes().await.map_err(|_| malformed())?;
            let value = String::from_utf8(value.to_vec()).map_err(|_| malformed())?;
            if value.len() > FORM_BYTES_MAX || fields.len() >= FIELDS_MAX {
                return Err(malformed());
            }
            fields.push((name, value));
        }
    }
    // A browser sends an empty file for none.
    let file = file.filter(|upload| !upload.bytes.reveal().is_empty());
    let chosen = Chosen {
        file: Arc::new(file),
        _permit: Arc::new(permit),
    };
    Ok((fields, chosen))
}

async fn upload(field: Field<'_>) -> Result<Upload, Problem> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let bytes = field.bytes().await.map_err(|_| malformed())?;
    Ok(Upload {
        name: Private::new(name),
        bytes: Private::new(bytes.to_vec()),
    })
}

fn malformed() -> Problem {
    Problem::because(
        Kind::InvalidBody,
        Words::of(
            "表单没有完整送达，请重新提交。",
            "The form did not arrive whole; send it again.",
        ),
    )
}

/// Whether a form may bring a file along.
#[must_use]
pub(super) fn is_multipart(headers: &HeaderMap) -> bool {
    let declared = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = declared.and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("multipart/form-data"))
}

/// A file as it goes out: never shown by the browser, by its checked type, without a right to anything.
#[must_use]
pub fn download(handed: &Handed) -> Response {
    let name = served_name(handed.file.name.reveal(), &handed.file.media_type);
    let kind = MediaType::parse(&handed.file.media_type);
    let kind = kind.map_or("application/octet-stream", MediaType::as_str);
    attachment(&name, kind, handed.content.to_vec())
}

/// Bytes under a name: saved, never shown.
#[must_use]
pub fn attachment(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = disposition(name);
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// The name ends as its content is: what is called `.exe` and is a PDF is saved as a PDF.
fn served_name(name: &str, media_type: &str) -> String {
    let Some(kind) = MediaType::parse(media_type) else {
        return format!("{name}.bin");
    };
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let fits = ending.is_some_and(|ending| {
        let ending = ending.to_ascii_lowercase();
        kind.endings().contains(&ending.as_str())
    });
    if fits {
        name.to_owned()
    } else {
        format!("{name}.{}", kind.endings()[0])
    }
}

/// RFC 6266: an ASCII name for old clients, the real one in UTF-8.
fn disposition(name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_ ()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut real = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            real.push(char::from(byte));
        } else {
            let [high, low] = [byte >> 4, byte & 0xF]
                .map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)]));
            real.extend(['%', high, low]);
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{real}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_out_with_the_ending_of_its_content() {
        for (name, kind, served) in [
            ("合同.pdf", "application/pdf", "合同.pdf"),
            ("合同.PDF", "application/pdf", "合同.PDF"),
            ("照片.jpeg", "image/jpeg", "照片.jpeg"),
            ("tool.exe", "application/pdf", "tool.exe.pdf"),
            ("无后缀", "image/png", "无后缀.png"),
        ] {
            assert_eq!(served_name(name, kind), served);
        }
    }

    #[test]
    fn nothing_in_a_name_ends_its_header() {
        let text = disposition("合\";\r\nx (1).pdf");
        assert_eq!(
            text,
            "attachment; filename=\"_____x (1).pdf\"; filename*=UTF-8''%E5%90%88%22%3B%0D%0Ax%20%281%29.pdf"
        );
        assert!(HeaderValue::from_str(&text).is_ok());
    }
}
