//! `/v1/trust-list/events` and `/v1/trust-space/state`: what a program needs that decides beside a
//! gateway. Public, and answered from memory.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::ApiState;
use crate::api::edge::Client;
use crate::api::failures::{OfState, OfSubscription};
use crate::api::file::File;
use crate::api::parameters::{Asked, Known, NoParameters, Parameters};
use crate::api::problem::Problem;
use crate::api::values;
use crate::domain::error::{Failure, PARAMETER_INVALID};
use crate::service::admission::events::Told;

/// What a browser, or another reader of such streams, repeats when it comes back.
const LAST_EVENT_ID: &str = "last-event-id";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list_trust_events))
        .routes(routes!(get_trust_state))
}

/// From where on to tell.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct EventParameters {
    /// Tell of every change after this epoch; from now on where absent. `Last-Event-ID` goes before it.
    #[param(max_length = 19)]
    after: Option<String>,
}

impl Parameters for EventParameters {
    fn known() -> &'static Known {
        static KNOWN: LazyLock<Known> = LazyLock::new(Known::of::<EventParameters>);
        &KNOWN
    }
}

/// Follow the trust space
///
/// A stream of server-sent events (WHATWG HTML §9.2) that goes on until one of both ends it:
///
/// - `changed`, with the epoch as its id: `{epoch, at, reason, changed, list}`;
/// - `list`: the node decides by a list that was announced before: `{sequence, sha256}`;
/// - `alive`, at the beginning and every ten seconds at most, only while the node itself knows the
///   present: `{epoch, epoch_at, confirmed_at, age_ms, list}`. Whoever decides by what it read here may go
///   on for a lease of its own from then, if `epoch_at` is that of the state it read;
/// - `forgotten`: changes up to `{epoch}` are no longer remembered; read the state.
///
/// One address follows with few streams at once; one that is not read ends.
///
/// A comment stands in the place of `alive` while the node does not know the present.
#[utoipa::path(
    get,
    path = "/v1/trust-list/events",
    operation_id = "list_trust_events",
    tag = "admission",
    params(
        EventParameters,
        ("Last-Event-ID" = Option<String>, Header, description = "The last epoch that was told of."),
    ),
    responses(
        (status = OK, description = "The events, as they happen.", content_type = "text/event-stream", body = str),
        OfSubscription,
    )
)]
async fn list_trust_events(
    State(state): State<ApiState>,
    Asked(parameters): Asked<EventParameters>,
    client: Option<Extension<Client>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = headers.get(LAST_EVENT_ID);
    let last = last.map(|last| last.to_str().unwrap_or_default());
    let after = match last.or(parameters.after.as_deref()) {
        Some(after) => values::number::<i64>("after", Some(after))?,
        None => None,
    };
    if after.is_some_and(i64::is_negative) {
        let detail = "`after` is not an epoch.";
        return Err(Failure::new(&PARAMETER_INVALID, detail).into());
    }
    let from = client.and_then(|Extension(client)| client.address());
    let told = ReceiverStream::new(state.admission.follow(after, from)?);
    let events = told.map(|told| Ok::<_, Infallible>(event(&told)));
    let mut response = Sse::new(events).into_response();
    // A proxy that gathers answers before it passes them on would keep the news to itself.
    let unbuffered = HeaderValue::from_static("no");
    response
        .headers_mut()
        .insert("x-accel-buffering", unbuffered);
    Ok(response)
}

fn event(told: &Told) -> Event {
    let (name, data) = match told {
        Told::Changed(change) => ("changed", json!(change)),
        Told::List(list) => ("list", json!(list)),
        Told::Alive(alive) => ("alive", json!(alive)),
        Told::Forgotten(epoch) => ("forgotten", json!({ "epoch": epoch })),
        Told::Silent => return Event::default().comment("this node does not know the present"),
    };
    let event = Event::default().event(name).data(data.to_string());
    match told {
        Told::Changed(change) => event.id(change.epoch.to_string()),
        Told::Forgotten(epoch) => event.id(epoch.to_string()),
        Told::List(_) | Told::Alive(_) | Told::Silent => event,
    }
}

/// What this node decides by
///
/// Operators, certificates, what stands behind which mail domain, and what authorities say of
/// revocation, at one epoch: with the signed list, all that a decision needs. It can only take away from
/// what the list lets in; whoever decides by it reads the events too, and has a lease.
#[utoipa::path(
    get,
    path = "/v1/trust-space/state",
    operation_id = "get_trust_state",
    tag = "admission",
    responses(
        (status = OK, description = "The state.", content_type = "application/json", body = Object),
        (status = NOT_MODIFIED, description = "As the caller has it (`If-None-Match`)."),
        OfState,
    )
)]
async fn get_trust_state(
    State(state): State<ApiState>,
    Asked(NoParameters {}): Asked<NoParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = state.admission.state_file().await?;
    let json = &file.json;
    let gzip = json.gzip.as_ref();
    let mut response = File {
        bytes: Bytes::from_owner(Arc::clone(&json.bytes)),
        tag: json.etag.clone(),
        gzip: gzip.map(|gzip| (Bytes::from_owner(Arc::clone(gzip)), json.gzip_etag.clone())),
        media_type: "application/json",
        modified_at: file.at,
        name: None,
    }
    .answer(&headers);
    // Of what was revoked a minute ago nobody may hear that it is in force.
    let asked_each_time = HeaderValue::from_static("no-cache");
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, asked_each_time);
    // Two epochs may be of one second.
    headers.remove(header::LAST_MODIFIED);
    Ok(response)
}
