//! The probes of a conformance campaign: what an operator's gateways look like to anyone on the network.
//! They know DNS, SMTP and TLS; not where plans come from nor what becomes of a report.
//!
//! A gateway is a stranger: everything read from it is bounded in bytes and in time, and nothing is sent
//! beyond `MAIL FROM`, so that no mail is ever handed over.

mod addresses;
mod campaign;
mod clients;
mod dns;
mod endpoint;
mod finding;
mod gateway;
mod identity;
mod plan;
mod presented;
mod reply;
mod smtp;
mod tls;
mod trouble;
mod versions;

pub use addresses::AddressPolicy;
pub use campaign::run;
pub use identity::IdentityError;
pub use plan::{
    CampaignPlan, PlanError, ProbeIdentities, ProbeIdentity, ProbeSettings, ResolverChoice,
};
