//! One moment of the directory: index, exact table and labels, which never change and are always
//! replaced together.

use std::fmt;
use std::hash::{Hash, Hasher as _};

use serde::de::DeserializeOwned;
use tantivy::collector::Count;
use tantivy::query::{Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Value as _};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};
use xxhash_rust::xxh3::Xxh3Default;

use super::collector::{PageCollector, Place, Scoring};
use super::error::SearchError;
use super::mailboxes::{MailboxTable, Recipient};
use super::query;
use super::schema::Fields;
use super::terms;
use crate::domain::code::CodeLabels;
use crate::domain::feed::{DocumentKind, FeedPosition};
use crate::domain::ids::NationalId;
use crate::domain::mailbox::{MailAddress, Mailbox};
use crate::domain::organization::Organization;
use crate::domain::practitioner::Practitioner;
use crate::domain::query::{
    Hit, MAX_LIMIT, MailboxFilter, OrganizationFilter, OrganizationRef, Page, PractitionerFilter,
    Search,
};

/// How many documents of each kind may be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// People.
    pub practitioners: u64,
    /// Structures.
    pub organizations: u64,
    /// Visible mailboxes.
    pub mailboxes: u64,
}

impl Counts {
    /// All documents.
    pub const fn documents(&self) -> u64 {
        self.practitioners + self.organizations + self.mailboxes
    }
}

/// An immutable state of the directory.
pub struct Snapshot {
    searcher: Searcher,
    fields: Fields,
    mailboxes: MailboxTable,
    labels: CodeLabels,
    counts: Counts,
    position: FeedPosition,
    generation: u64,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("position", &self.position)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Snapshot {
    pub(super) fn new(
        searcher: Searcher,
        fields: Fields,
        mailboxes: MailboxTable,
        labels: CodeLabels,
        position: FeedPosition,
        generation: u64,
    ) -> Result<Self, SearchError> {
        let count = |kind| -> Result<u64, SearchError> {
            let term = Term::from_field_text(fields.tag, &terms::kind(kind));
            let of_kind = TermQuery::new(term, IndexRecordOption::Basic);
            let count = searcher.search(&of_kind, &Count)?;
            Ok(u64::try_from(count).unwrap_or(u64::MAX))
        };
        let counts = Counts {
            practitioners: count(DocumentKind::Practitioner)?,
            organizations: count(DocumentKind::Organization)?,
            mailboxes: count(DocumentKind::Mailbox)?,
        };
        Ok(Self {
            searcher,
            fields,
            mailboxes,
            labels,
            counts,
            position,
            generation,
        })
    }

    /// The last change of the feed that this snapshot holds.
    pub const fn position(&self) -> FeedPosition {
        self.position
    }

    /// A number that differs between any two snapshots of a node, across restarts too.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The labels of codes.
    pub const fn labels(&self) -> &CodeLabels {
        &self.labels
    }

    /// How many documents there are.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) const fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    pub(super) const fn table(&self) -> &MailboxTable {
        &self.mailboxes
    }

    /// A page of people, best first.
    pub fn practitioners(
        &self,
        search: &Search<PractitionerFilter>,
    ) -> Result<Page<Hit<Practitioner>>, SearchError> {
        let query = query::practitioners(&search.filter, &self.fields);
        let scoring = query::scoring_of_people(&search.filter);
        self.page(DocumentKind::Practitioner, search, query.as_ref(), scoring)
    }

    /// A page of structures, best first.
    pub fn organizations(
        &self,
        search: &Search<OrganizationFilter>,
    ) -> Result<Page<Hit<Organization>>, SearchError> {
        let query = query::organizations(&search.filter, &self.fields);
        let scoring = query::scoring_of_structures(&search.filter);
        self.page(DocumentKind::Organization, search, query.as_ref(), scoring)
    }

    /// A page of visible mailboxes, by address.
    pub fn mailboxes(&self, search: &Search<MailboxFilter>) -> Result<Page<Mailbox>, SearchError> {
        let query = query::mailboxes(&search.filter, &self.fields);
        let page = self.page(
            DocumentKind::Mailbox,
            search,
            query.as_ref(),
            Scoring::Equal,
        )?;
        Ok(Page {
            total: page.total,
            items: page.items.into_iter().map(|hit| hit.item).collect(),
            next: page.next,
        })
    }

    /// The person of this identifier.
    pub fn practitioner(&self, id: &NationalId) -> Result<Option<Practitioner>, SearchError> {
        self.document(DocumentKind::Practitioner, id.as_str())
    }

    /// The structures that a reference names, at most a hundred: several may share a SIRET.
    pub fn organizations_by_ref(
        &self,
        reference: &OrganizationRef,
    ) -> Result<Vec<Organization>, SearchError> {
        let query = query::structures_named(&reference.0, &self.fields);
        let all = PageCollector {
            limit: MAX_LIMIT,
            after: None,
            scoring: Scoring::Equal,
        };
        let found = self.searcher.search(query.as_ref(), &all)?;
        found
            .page
            .into_iter()
            .map(|(_, address)| self.read(address))
            .collect()
    }

    /// The visible mailbox of this address, with its attachments.
    pub fn mailbox(&self, address: &MailAddress) -> Result<Option<Mailbox>, SearchError> {
        self.document(DocumentKind::Mailbox, address.as_str())
    }

    /// What a sender must know of the visible mailbox of this address; from memory alone.
    pub fn recipient(&self, address: &MailAddress) -> Option<Recipient> {
        self.mailboxes.find(address)
    }

    fn page<F: Hash, T: DeserializeOwned>(
        &self,
        kind: DocumentKind,
        search: &Search<F>,
        query: &dyn Query,
        scoring: Scoring,
    ) -> Result<Page<Hit<T>>, SearchError> {
        let fingerprint = fingerprint(kind, &search.filter);
        let after = match &search.after {
            Some(cursor) if cursor.search != fingerprint => {
                return Err(SearchError::CursorMismatch);
            }
            Some(cursor) => Some(Place::of(cursor)),
            None => None,
        };
        let limit = search.limit.min(MAX_LIMIT);
        let found = self.searcher.search(
            query,
            &PageCollector {
                limit,
                after,
                scoring,
            },
        )?;
        let next = found
            .page
            .last()
            .filter(|_| found.following > found.page.len())
            .map(|(place, _)| place.cursor(fingerprint));
        let items = found
            .page
            .into_iter()
            .map(|(place, address)| {
                Ok(Hit {
                    score: place.score(),
                    item: self.read(address)?,
                })
            })
            .collect::<Result<_, SearchError>>()?;
        Ok(Page {
            total: found.total,
            items,
            next,
        })
    }

    fn document<T: DeserializeOwned>(
        &self,
        kind: DocumentKind,
        key: &str,
    ) -> Result<Option<T>, SearchError> {
        find(&self.searcher, &self.fields, &terms::id(kind, key))?
            .map(|address| self.read(address))
            .transpose()
    }

    fn read<T: DeserializeOwned>(&self, address: DocAddress) -> Result<T, SearchError> {
        read(&self.searcher, &self.fields, address)
    }
}

/// Where the document with this term of the `id` field stands.
pub(super) fn find(
    searcher: &Searcher,
    fields: &Fields,
    id: &str,
) -> Result<Option<DocAddress>, SearchError> {
    let term = TermQuery::new(
        Term::from_field_text(fields.id, id),
        IndexRecordOption::Basic,
    );
    let one = PageCollector {
        limit: 1,
        after: None,
        scoring: Scoring::Equal,
    };
    let found = searcher.search(&term, &one)?;
    Ok(found.page.first().map(|(_, address)| *address))
}

/// The value stored in a document.
pub(super) fn read<T: DeserializeOwned>(
    searcher: &Searcher,
    fields: &Fields,
    address: DocAddress,
) -> Result<T, SearchError> {
    let document: TantivyDocument = searcher.doc(address)?;
    let bytes = document
        .get_first(fields.body)
        .and_then(|value| value.as_bytes())
        .ok_or_else(|| SearchError::Corrupt("a document without its value".to_owned()))?;
    postcard::from_bytes(bytes)
        .map_err(|error| SearchError::Corrupt(format!("a document cannot be read: {error}")))
}

/// What ties a cursor to its search: the kind and the filter, not the page size.
fn fingerprint<F: Hash>(kind: DocumentKind, filter: &F) -> u64 {
    let mut hasher = Xxh3Default::default();
    (kind, filter).hash(&mut hasher);
    hasher.finish()
}
