//! `annuaire certificate request|requests|issue|refuse`: certificates that our own authorities issue.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

use super::certificate::{Decided, Deed, decide};
use super::registry::{Shape, json};
use super::{Failed, output, trust_list};
use crate::api::Shown as _;
use crate::domain::act::Act;
use crate::domain::authority::RequestState;
use crate::domain::certificate_request::{CertificateRequestRecord, RequestFilter};
use crate::service::trust_space::{TrustSpace, WantedCertificate};
use crate::trust::rules::Finding;

/// Requests read in one go.
const PAGE: i64 = 500;
/// Bytes of the largest request.
const UPLOAD: usize = 1 << 16;

/// Certificates that our own authorities issue.
#[derive(Debug, Subcommand)]
pub(super) enum RequestCommand {
    /// Ask for a certificate of ours, by a request (PKCS #10) in PEM or DER
    Request {
        /// Number of the operator that it is for
        #[arg(long)]
        operator: i64,
        /// Name of the authority that is to issue it
        #[arg(long)]
        authority: String,
        /// The request
        #[arg(long, value_name = "FILE")]
        csr: PathBuf,
        /// Number of the certificate whose place it is to take
        #[arg(long, value_name = "ID")]
        renews: Option<i64>,
        #[command(flatten)]
        deed: Deed,
        #[command(flatten)]
        shape: Shape,
    },
    /// List requests for certificates of ours
    Requests {
        /// Only those of this operator
        #[arg(long)]
        operator: Option<i64>,
        /// Only those in this state
        #[arg(long, value_parser = state)]
        state: Option<RequestState>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Issue the certificate that a request asks for; takes two administrators
    Issue {
        /// Number of the request
        id: i64,
        #[command(flatten)]
        decided: Decided,
    },
    /// Refuse a request, for good
    Refuse {
        /// Number of the request
        id: i64,
        #[command(flatten)]
        deed: Deed,
    },
}

fn state(text: &str) -> Result<RequestState, String> {
    RequestState::from_name(text).ok_or_else(|| {
        let names = RequestState::ALL.map(RequestState::as_str).join(", ");
        format!("one of {names} is expected")
    })
}

impl RequestCommand {
    pub(super) async fn run(self, space: &TrustSpace, lease: Duration) -> Result<(), Failed> {
        match self {
            Self::Request {
                operator,
                authority,
                csr,
                renews,
                deed,
                shape,
            } => {
                let csr = trust_list::bounded(&csr, UPLOAD)?;
                let actor = deed.token.actor(space).await?;
                let wanted = WantedCertificate {
                    operator,
                    authority: &authority,
                    csr: &csr,
                    renews,
                };
                let asked = space.request_certificate(&actor, wanted, &deed.reason);
                let record = asked.await?;
                if shape.json {
                    return json(&record.shown());
                }
                tell(&record);
                Ok(())
            }
            Self::Requests {
                operator,
                state,
                shape,
            } => list(space, &RequestFilter { operator, state }, shape).await,
            Self::Issue { id, decided } => {
                let act = Act::IssueCertificate { request: id };
                decide(
                    space,
                    lease,
                    act,
                    decided,
                    &format!("request {id} is issued"),
                )
                .await
            }
            Self::Refuse { id, deed } => {
                let actor = deed.token.actor(space).await?;
                let refused = space.refuse_certificate_request(&actor, id, &deed.reason);
                tell(&refused.await?);
                Ok(())
            }
        }
    }
}

async fn list(space: &TrustSpace, filter: &RequestFilter, shape: Shape) -> Result<(), Failed> {
    let mut all = Vec::new();
    let mut after = 0;
    loop {
        let page = space.certificate_requests(filter, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        all.extend(page);
    }
    if shape.json {
        return json(&all.shown());
    }
    for record in &all {
        tell(record);
    }
    Ok(())
}

fn tell(record: &CertificateRequestRecord) {
    let issued = record.settled.as_ref().and_then(|it| it.certificate);
    let then = issued.map_or_else(String::new, |id| format!("  certificate {id}"));
    output::line(&format!(
        "{:>6}  {:9}  operator {:>5}  authority {}  {}{then}",
        record.id,
        record.state.as_str(),
        record.operator,
        record.authority,
        record.dn
    ));
    let warned: Vec<Finding> = serde_json::from_value(record.findings.clone()).unwrap_or_default();
    for finding in &warned {
        output::line(&format!("        warning: {finding}"));
    }
}
