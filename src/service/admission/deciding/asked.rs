//! Questions as protocols read them.

use std::sync::Arc;

use super::Answer;
use crate::domain::admission::{Question, Reason, Role};
use crate::domain::error::{ADMISSION_UNREADABLE, Failure};
use crate::domain::mail_domain::MailDomainName;
use crate::trust::certificate::read_presented;

/// A question; what it shares with others is not copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The chain as presented, DER, the peer's own certificate first.
    pub chain: Arc<[Vec<u8>]>,
    /// For which mail domain.
    pub mail_domain: MailDomainAsked,
    /// In which role.
    pub role: Role,
    /// The host that was connected to, of a server.
    pub host: Option<String>,
    /// An answer of a responder that the peer stapled, DER.
    pub stapled: Option<Vec<u8>>,
}

/// The mail domain of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailDomainAsked {
    /// Any that the list has the peer behind.
    Any,
    /// This one.
    Named(MailDomainName),
    /// What was named is no name of one, and why. A peer says what it likes: that is refused, and no
    /// failure of who asks.
    Invalid(String),
}

impl MailDomainAsked {
    /// What a peer named.
    pub fn of(text: &str) -> Self {
        MailDomainName::parse(text).map_or_else(|why| Self::Invalid(why.to_string()), Self::Named)
    }
}

impl Asked {
    /// The question, for the decision.
    pub(in crate::service::admission) fn question(&self) -> Question {
        Question {
            chain: self.chain.to_vec(),
            mail_domain: match &self.mail_domain {
                MailDomainAsked::Named(name) => Some(name.clone()),
                MailDomainAsked::Any | MailDomainAsked::Invalid(_) => None,
            },
            role: self.role,
            host: self.host.clone(),
            stapled: self.stapled.clone(),
        }
    }

    /// The answer to it, from that to its question.
    pub(in crate::service::admission) fn answer(&self, answer: Arc<Answer>) -> Arc<Answer> {
        match &self.mail_domain {
            MailDomainAsked::Invalid(why) => {
                Arc::new(answer.also_refused(Reason::MailDomainInvalid, why.clone()))
            }
            MailDomainAsked::Any | MailDomainAsked::Named(_) => answer,
        }
    }
}

impl From<&Question> for Asked {
    fn from(question: &Question) -> Self {
        let Question {
            chain,
            mail_domain,
            role,
            host,
            stapled,
        } = question;
        let named = mail_domain.clone();
        Self {
            chain: chain.as_slice().into(),
            mail_domain: named.map_or(MailDomainAsked::Any, MailDomainAsked::Named),
            role: *role,
            host: host.clone(),
            stapled: stapled.clone(),
        }
    }
}

/// The certificates of a chain in PEM, or of one certificate in DER; `admission.unreadable` where there
/// are none.
pub fn presented(file: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    read_presented(file).map_err(|error| Failure::new(&ADMISSION_UNREADABLE, error.to_string()))
}
