//! Look-ups of people, structures and mailboxes in one snapshot of the directory.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;

use crate::domain::code::CodeLabels;
use crate::domain::error::{
    CURSOR_INVALID, Failure, INTERNAL, MAILBOX_NOT_FOUND, ORGANIZATION_NOT_FOUND,
    PRACTITIONER_NOT_FOUND,
};
use crate::domain::feed::{DocumentKind, FeedPosition};
use crate::domain::ids::NationalId;
use crate::domain::mailbox::{MailAddress, Mailbox, OwnedMailbox};
use crate::domain::organization::Organization;
use crate::domain::practitioner::Practitioner;
use crate::domain::publication::{Audience, is_visible};
use crate::domain::query::{
    Hit, MailboxFilter, OrganizationFilter, OrganizationRef, Page, PractitionerFilter, Search,
};
use crate::search::{ReadModel, SearchError, Snapshot};
use crate::telemetry::Metrics;

/// The directory as this node knows it; cheap to clone.
#[derive(Clone)]
pub struct Directory {
    model: ReadModel,
    metrics: Metrics,
    running: Arc<Semaphore>,
}

impl Directory {
    /// A directory over this read model, which runs at most so many searches at once.
    ///
    /// Searches keep a processor busy, so they run beside the threads that serve connections; those
    /// over the limit wait, and the time allowed to their request bounds the wait.
    pub fn new(model: ReadModel, metrics: Metrics, searches_at_once: usize) -> Self {
        Self {
            model,
            metrics,
            running: Arc::new(Semaphore::new(searches_at_once.max(1))),
        }
    }

    /// The directory as it stands now: everything read through the answer rests on one snapshot.
    ///
    /// Fails with `index.not_ready` before the first load.
    pub fn now(&self) -> Result<Reading, Failure> {
        Ok(Reading {
            snapshot: super::loaded(&self.model)?,
            metrics: self.metrics.clone(),
            running: Arc::clone(&self.running),
        })
    }
}

/// The directory at one moment.
#[derive(Clone)]
pub struct Reading {
    snapshot: Arc<Snapshot>,
    metrics: Metrics,
    running: Arc<Semaphore>,
}

impl Reading {
    /// The last change of the feed that this reading holds.
    pub fn position(&self) -> FeedPosition {
        self.snapshot.position()
    }

    /// Labels of the codes that the documents hold.
    pub fn labels(&self) -> &CodeLabels {
        self.snapshot.labels()
    }

    /// One page of people.
    pub async fn practitioners(
        &self,
        search: Search<PractitionerFilter>,
    ) -> Result<Page<Hit<Practitioner>>, Failure> {
        let mut page = self
            .search(DocumentKind::Practitioner, move |snapshot| {
                snapshot.practitioners(&search)
            })
            .await?;
        for hit in &mut page.items {
            keep_visible(&mut hit.item.mailboxes);
        }
        Ok(page)
    }

    /// One person, by national identifier or RPPS number.
    pub fn practitioner(&self, id: &str) -> Result<Practitioner, Failure> {
        let not_found = || {
            Failure::new(
                &PRACTITIONER_NOT_FOUND,
                "No published professional has this national identifier or RPPS number.",
            )
        };
        let id = NationalId::from_id_or_rpps(id).map_err(|_| not_found())?;
        let mut found = self.snapshot.practitioner(&id)?.ok_or_else(not_found)?;
        keep_visible(&mut found.mailboxes);
        Ok(found)
    }

    /// One page of structures.
    pub async fn organizations(
        &self,
        search: Search<OrganizationFilter>,
    ) -> Result<Page<Hit<Organization>>, Failure> {
        let mut page = self
            .search(DocumentKind::Organization, move |snapshot| {
                snapshot.organizations(&search)
            })
            .await?;
        for hit in &mut page.items {
            keep_visible(&mut hit.item.mailboxes);
        }
        Ok(page)
    }

    /// The structure that carries an identifier, and the others that carry it too, in the order of
    /// their technical identifiers: several may share a SIRET.
    pub fn organization(
        &self,
        reference: &OrganizationRef,
    ) -> Result<(Organization, Vec<Organization>), Failure> {
        let mut found = self.snapshot.organizations_by_ref(reference)?;
        found.sort_by(|one, other| one.summary.id.cmp(&other.summary.id));
        for organization in &mut found {
            keep_visible(&mut organization.mailboxes);
        }
        let mut found = found.into_iter();
        match found.next() {
            Some(first) => Ok((first, found.collect())),
            None => Err(Failure::new(
                &ORGANIZATION_NOT_FOUND,
                "No published organisation has this FINESS, SIRET or technical identifier.",
            )),
        }
    }

    /// One page of mailboxes.
    pub async fn mailboxes(&self, search: Search<MailboxFilter>) -> Result<Page<Mailbox>, Failure> {
        let mut page = self
            .search(DocumentKind::Mailbox, move |snapshot| {
                snapshot.mailboxes(&search)
            })
            .await?;
        page.items
            .retain(|mailbox| is_visible(mailbox.listing, Audience::Public));
        Ok(page)
    }

    /// One mailbox.
    pub fn mailbox(&self, address: &MailAddress) -> Result<Mailbox, Failure> {
        self.snapshot
            .mailbox(address)?
            .filter(|mailbox| is_visible(mailbox.listing, Audience::Public))
            .ok_or_else(|| {
                Failure::new(&MAILBOX_NOT_FOUND, "No published mailbox has this address.")
            })
    }

    async fn search<T: Send + 'static>(
        &self,
        kind: DocumentKind,
        ask: impl FnOnce(&Snapshot) -> Result<T, SearchError> + Send + 'static,
    ) -> Result<T, Failure> {
        let internal = |cause: String| Failure::new(&INTERNAL, cause);
        let turn = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|closed| internal(closed.to_string()))?;
        let snapshot = Arc::clone(&self.snapshot);
        let metrics = self.metrics.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            let answer = ask(&snapshot);
            metrics.search(kind, started.elapsed());
            drop(turn);
            answer
        });
        match answer.await {
            Ok(answer) => Ok(answer?),
            Err(panicked) => Err(internal(panicked.to_string())),
        }
    }
}

/// The publication rule, applied once more where everything passes: a mailbox that may not be
/// shown is not there.
fn keep_visible(mailboxes: &mut Vec<OwnedMailbox>) {
    mailboxes.retain(|mailbox| is_visible(mailbox.listing, Audience::Public));
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::CursorMismatch => Self::new(
                &CURSOR_INVALID,
                "The cursor belongs to another search: keep every parameter but `limit` the same.",
            ),
            SearchError::Index(_)
            | SearchError::Corrupt(_)
            | SearchError::Files { .. }
            | SearchError::Locked(_)
            | SearchError::Empty
            | SearchError::Storage(_)
            | SearchError::Disconnected
            | SearchError::Task(_)
            | SearchError::Cancelled => Self::new(&INTERNAL, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mailbox::{Listing, MailboxKind};

    #[test]
    fn a_mailbox_on_the_liste_rouge_is_not_there() {
        let mailbox = |address: &str, listing| OwnedMailbox {
            address: MailAddress::parse(address).unwrap(),
            kind: MailboxKind::Personal,
            accepts_paperless: false,
            listing,
            department: String::new(),
            structure: None,
        };
        let mut mailboxes = vec![
            mailbox("shown@fictif.mssante.fr", Listing::Listed),
            mailbox("hidden@fictif.mssante.fr", Listing::Unlisted),
        ];
        keep_visible(&mut mailboxes);
        assert_eq!(mailboxes.len(), 1);
        assert_eq!(mailboxes[0].address.as_str(), "shown@fictif.mssante.fr");
    }
}
