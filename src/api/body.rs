//! JSON bodies of requests, within the limit, with every rejection a problem.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::ApiState;
use super::problem::Problem;
use crate::domain::error::{BODY_INVALID, BODY_TOO_LARGE, Failure, MEDIA_TYPE_UNSUPPORTED};

/// The body of a request as JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<ApiState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        only_json(request.headers())?;
        let body = read(request, state).await?;
        Ok(Self(parsed(&body)?))
    }
}

/// Refuses a body that is not said to be JSON.
pub(super) fn only_json(headers: &HeaderMap) -> Result<(), Failure> {
    if is_json(headers) {
        return Ok(());
    }
    Err(Failure::new(
        &MEDIA_TYPE_UNSUPPORTED,
        "The body is taken as `Content-Type: application/json`.",
    ))
}

/// JSON of a body that is there as a whole.
pub(super) fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    // Without serde's own words, which repeat the caller's data.
    serde_json::from_slice(body).map_err(|error| {
        Failure::new(
            &BODY_INVALID,
            format!(
                "The body is not the JSON that is expected, at line {}, column {}: {}.",
                error.line(),
                error.column(),
                what(&error),
            ),
        )
    })
}

/// A certificate as it was sent: PEM or DER, or either in JSON with a reason.
#[derive(Debug)]
pub(super) struct Upload {
    /// The bytes of the file.
    pub(super) file: Bytes,
    /// Why it was sent, where JSON says so.
    pub(super) reason: Option<String>,
}

/// What JSON may say of a certificate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CertificateUpload)]
pub(super) struct UploadBody {
    /// One or more certificates in PEM, the operator's own first.
    #[schema(example = "-----BEGIN CERTIFICATE-----\n…")]
    pem: String,
    /// Why it is registered.
    #[serde(default)]
    reason: Option<String>,
}

impl FromRequest<ApiState> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        if is_json(request.headers()) {
            let Json(body) = Json::<UploadBody>::from_request(request, state).await?;
            return Ok(Self {
                file: body.pem.into(),
                reason: body.reason,
            });
        }
        let taken = [
            "application/x-pem-file",
            "application/pem-certificate-chain",
            "application/pkix-cert",
            "application/octet-stream",
        ];
        if !media_type(request.headers()).is_some_and(|given| taken.contains(&given.as_str())) {
            return Err(Failure::new(
                &MEDIA_TYPE_UNSUPPORTED,
                format!(
                    "A certificate is taken as `{}`, or in `application/json`.",
                    taken.join("`, `")
                ),
            )
            .into());
        }
        Ok(Self {
            file: read(request, state).await?,
            reason: None,
        })
    }
}

async fn read(request: Request, state: &ApiState) -> Result<Bytes, Failure> {
    let limit = state.settings.max_body;
    let too_large = || Failure::new(&BODY_TOO_LARGE, format!("The body is larger than {limit}."));
    // Refused before it is sent, where the client says how much will come.
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit.bytes()) {
        return Err(too_large());
    }
    match Bytes::from_request(request, state).await {
        Ok(body) => Ok(body),
        Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_))) => {
            Err(too_large())
        }
        Err(_) => Err(Failure::new(
            &BODY_INVALID,
            "The body did not arrive whole.",
        )),
    }
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let given = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let bare = given.split(';').next()?;
    Some(bare.trim().to_ascii_lowercase())
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media_type| {
        media_type == "application/json"
            || (media_type.starts_with("application/") && media_type.ends_with("+json"))
    })
}

fn what(error: &serde_json::Error) -> &'static str {
    use serde_json::error::Category;

    match error.classify() {
        Category::Io => "it cannot be read",
        Category::Syntax => "this is not JSON",
        Category::Data => "a member is unknown, missing or of the wrong type",
        Category::Eof => "it ends too early",
    }
}
