//! What is known of mail domains at one moment, for whoever asks about many of them: all of it from one
//! snapshot.

use std::sync::Arc;

use time::OffsetDateTime;

use super::Admission;
use crate::domain::admission::DomainTrust;
use crate::domain::mail_domain::MailDomainName;
use crate::trust::admission::{Freshness, Snapshot};

/// The trust in mail domains as this node knows it at one moment.
#[derive(Debug)]
pub struct DomainsNow {
    /// None while this node does not know the present.
    snapshot: Option<Arc<Snapshot>>,
    at: OffsetDateTime,
}

impl DomainsNow {
    /// The epoch that the answers rest on; none while nothing is known.
    pub fn epoch(&self) -> Option<i64> {
        self.snapshot.as_ref().map(|snapshot| snapshot.epoch())
    }

    /// Tells of one mail domain after the other whether mail may be sent to it at all. A text that is no
    /// name of one is in no list.
    pub fn trust(&self) -> impl Fn(&str) -> DomainTrust {
        let domains = self.snapshot.as_ref().map(|it| it.domains_at(self.at));
        move |mail_domain| {
            let Some(domains) = &domains else {
                return DomainTrust::Unknown;
            };
            match MailDomainName::parse(mail_domain) {
                Ok(name) => domains.trust(&name),
                Err(_) => DomainTrust::UntrustedDomain,
            }
        }
    }
}

impl Admission {
    /// What is known of mail domains now.
    pub fn domains_now(&self) -> DomainsNow {
        // The freshness first: the snapshot is as new as it tells, or newer.
        let snapshot = match self.freshness() {
            Freshness::Until(_) => self.snapshot(),
            Freshness::LeaseLost | Freshness::ClockBack | Freshness::Past => None,
        };
        DomainsNow {
            snapshot,
            at: self.now(),
        }
    }
}
