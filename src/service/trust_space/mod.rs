//! What administrators do with the trust space, and what is published of it: use cases over the
//! truth. It knows nothing of HTTP; who asks comes in as an [`Actor`].

mod acts;
mod administrators;
mod alerts;
mod approvals;
mod attempt;
mod authorities;
mod authority_alerts;
mod bindings;
mod building;
mod campaigns;
mod certificate_requests;
mod certificates;
mod due;
mod events;
mod examination;
mod expiry;
mod grounds;
mod impact;
mod issuing;
mod leaving;
mod list_contents;
mod list_import;
mod list_names;
mod list_plan;
mod list_upload;
mod mail_domains;
mod nodes;
mod operators;
mod paths;
mod probing;
mod publication;
mod registration;
mod revocation_lists;
mod revocation_schedule;
mod revocation_sources;
mod schedule;
mod signers;
mod succession;
mod transitions;
pub(in crate::service) mod versions;

pub use acts::Requested;
pub use administrators::NewAdministrator;
pub use authorities::{AuthorityDetail, ConfiguredAuthority, OwnAuthorities};
pub use certificate_requests::WantedCertificate;
pub use due::Due;
pub use list_import::{Counted, ImportedList};
pub use list_names::{LeftOut, OutBy};
pub use list_plan::{Doubled, Oddities, Respelled};
pub use mail_domains::{MailDomainChanges, NewMailDomain};
pub use nodes::{NodeProgress, Nodes};
pub use operators::{NewOperator, OperatorChanges, OperatorDetail};
pub use publication::Published;
pub use versions::{Comparison, VersionFiles};

use std::sync::Arc;

use tokio::sync::Semaphore;
use tracing::Instrument as _;

use crate::config;
use crate::domain::administrator::{Actor, AdministratorRole};
use crate::domain::clock::Clock;
use crate::domain::error::{Failure, INTERNAL, ROLE_INSUFFICIENT};
use crate::storage::registry_events::RegistryEvent;
use crate::storage::{self, Pool, StorageError};
use crate::trust::sign::Signer;

/// The trust space; cheap to clone.
#[derive(Clone)]
pub struct TrustSpace {
    pool: Pool,
    clock: Arc<dyn Clock>,
    settings: Arc<config::Trust>,
    /// Signing keys that this node can use, opened; which one signs is in the truth.
    keys: Arc<[Arc<dyn Signer>]>,
    /// Our own authorities, as this node has them.
    own: Arc<OwnAuthorities>,
    /// Lists that were read lately.
    lists: Arc<versions::ReadLists>,
    /// Those that were read for a comparison.
    compared: Arc<versions::ReadLists>,
    /// How many comparisons this node may begin still.
    comparisons: Arc<Semaphore>,
    /// How many campaigns this node may begin still: each holds a connection while it runs.
    campaigns: Arc<Semaphore>,
}

/// An act on its way into the truth: when, in whose name, and why. History keeps all of it.
#[derive(Clone, Debug)]
struct Decision {
    at: time::OffsetDateTime,
    /// Name of who asked.
    by: String,
    /// Names of the others who agreed.
    approved_by: Vec<String>,
    reason: String,
}

impl Decision {
    /// The beginning of its event: when, who, why; what it is about comes by struct update.
    fn event(&self, action: &'static str) -> RegistryEvent {
        RegistryEvent {
            approved_by: self.approved_by.clone(),
            reason: self.reason.clone(),
            ..RegistryEvent::new(self.at, self.by.clone(), action)
        }
    }
}

impl TrustSpace {
    /// The trust space of this database, signed with whichever of these keys is current.
    pub fn new(
        pool: Pool,
        clock: Arc<dyn Clock>,
        settings: Arc<config::Trust>,
        keys: Vec<Arc<dyn Signer>>,
    ) -> Self {
        Self {
            pool,
            clock,
            settings,
            keys: keys.into(),
            own: Arc::default(),
            lists: Arc::default(),
            compared: Arc::default(),
            comparisons: Arc::new(Semaphore::new(versions::COMPARISONS_AT_ONCE)),
            campaigns: Arc::new(Semaphore::new(campaigns::AT_ONCE)),
        }
    }

    /// Refuses whoever may only look.
    fn may_act(actor: &Actor) -> Result<(), Failure> {
        match actor {
            Actor::Schedule => Ok(()),
            Actor::Administrator(administrator) => match administrator.role {
                AdministratorRole::Administrator => Ok(()),
                AdministratorRole::Auditor => Err(Failure::new(
                    &ROLE_INSUFFICIENT,
                    "An auditor reads; acts are for administrators.",
                )),
            },
        }
    }

    /// A decision of one person, now; `act.invalid` where it has no reason.
    fn decided(&self, actor: &Actor, reason: &str) -> Result<Decision, Failure> {
        Ok(Decision {
            at: self.clock.now(),
            by: actor.name().to_owned(),
            approved_by: Vec::new(),
            reason: acts::reason(reason)?,
        })
    }

    /// Does work to its end, even where who asked stops waiting: a device may take longer than a request,
    /// and what it signed then is published, or why it was not is an alert.
    async fn to_its_end<T: Send + 'static>(
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        tokio::spawn(work.in_current_span())
            .await
            .map_err(|error| Failure::new(&INTERNAL, error.to_string()))?
    }

    /// The truth, for what is read of it beside the use cases here.
    pub(in crate::service) const fn pool(&self) -> &Pool {
        &self.pool
    }

    async fn connection(&self) -> Result<storage::Acquired, StorageError> {
        storage::acquire(&self.pool).await
    }
}
