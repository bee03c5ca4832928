//! Questions about peers as JSON asks them. What a peer presented is judged and never a failure of who
//! asks; what is no question is `admission.unreadable`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use crate::api::v1::view::RoleView;
use crate::domain::admission::Role;
use crate::domain::error::{ADMISSION_UNREADABLE, Failure};
use crate::service::admission::deciding::{Asked, MAX_QUESTIONS, MailDomainAsked, presented};

/// Certificates of a chain that are taken: one more than are looked at, so that a longer chain is seen
/// to be too long.
const TAKEN: usize = 9;

/// Characters of the longest name of a host (RFC 1035 §2.3.4).
const HOST: usize = 253;

/// A question about a peer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdmissionQuestion)]
pub(super) struct QuestionBody {
    /// The chain as the peer presented it, its own certificate first: DER in base64 each, or all of it as
    /// one text in PEM.
    #[schema(value_type = ChainShape)]
    chain: ChainBody,
    /// The mail domain that it sends or takes mail for; any that the list has it behind, where absent, as
    /// at the opening of a connection.
    #[serde(default)]
    #[schema(example = "ch-fictif.mssante.fr")]
    mail_domain: Option<String>,
    /// What it is to the one who asks.
    #[schema(value_type = RoleView)]
    role: String,
    /// The host that was connected to, of a server.
    #[serde(default)]
    #[schema(max_length = 253)]
    host: Option<String>,
    /// The OCSP answer that it stapled, DER in base64.
    #[serde(default)]
    stapled: Option<String>,
    /// The moment asked about, RFC 3339: decided by what was known then. Now, where absent.
    #[serde(default)]
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// A question about a peer whose chain stands beside it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdmissionQuestionOfMany)]
struct ReferringBody {
    /// Name of the chain.
    #[schema(example = "a")]
    chain: String,
    /// The mail domain; any that the list has the peer behind, where absent.
    #[serde(default)]
    #[schema(example = "ch-fictif.mssante.fr")]
    mail_domain: Option<String>,
    /// What it is to the one who asks.
    #[schema(value_type = RoleView)]
    role: String,
    /// The host that was connected to, of a server.
    #[serde(default)]
    #[schema(max_length = 253)]
    host: Option<String>,
    /// The OCSP answer that it stapled, DER in base64.
    #[serde(default)]
    stapled: Option<String>,
}

/// Questions about peers, each about one of the chains.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdmissionQuestions)]
pub(super) struct QuestionsBody {
    /// The chains, each under a name that the questions call it by.
    #[schema(value_type = BTreeMap<String, ChainShape>)]
    chains: BTreeMap<String, ChainBody>,
    /// From 1 to 100 questions.
    #[schema(min_items = 1, max_items = 100)]
    questions: Vec<ReferringBody>,
    /// The moment that all of them are about, RFC 3339; now, where absent.
    #[serde(default)]
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// How a chain is written.
#[derive(ToSchema)]
#[schema(as = PresentedChain)]
#[serde(untagged)]
#[expect(dead_code, reason = "the shape alone is of use, for the specification")]
pub(super) enum ChainShape {
    /// Certificates, DER in base64 with padding (RFC 4648 §4).
    Der(Vec<String>),
    /// One text in PEM; what stands between the blocks is passed over.
    Pem(String),
}

/// A chain as JSON brings it.
#[derive(Debug)]
enum ChainBody {
    Pem(String),
    Der(Vec<Base64>),
}

/// Bytes as JSON brings them; none where this is not base64.
#[derive(Debug)]
struct Base64(Option<Vec<u8>>);

impl<'de> Deserialize<'de> for ChainBody {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = ChainBody;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in PEM or an array of texts in base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ChainBody, E> {
                Ok(ChainBody::Pem(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<ChainBody, A::Error> {
                let mut chain = Vec::new();
                while chain.len() < TAKEN
                    && let Some(certificate) = all.next_element()?
                {
                    chain.push(certificate);
                }
                while all.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(ChainBody::Der(chain))
            }
        }

        from.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Base64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Base64, E> {
                Ok(Base64(STANDARD.decode(text).ok()))
            }
        }

        // Not by way of a `String`: this is nearly all that a request holds.
        from.deserialize_str(Text)
    }
}

impl ChainBody {
    fn read(self) -> Result<Arc<[Vec<u8>]>, Failure> {
        match self {
            Self::Pem(text) => Ok(presented(text.as_bytes())?.into()),
            Self::Der(chain) => chain
                .into_iter()
                .enumerate()
                .map(|(place, Base64(der))| {
                    der.ok_or_else(|| unreadable(format!("`chain[{place}]` is not base64.")))
                })
                .collect(),
        }
    }
}

impl QuestionBody {
    /// What is asked, and about which moment.
    pub(super) fn read(self) -> Result<(Asked, Option<OffsetDateTime>), Failure> {
        let about = About {
            mail_domain: self.mail_domain,
            role: self.role,
            host: self.host,
            stapled: self.stapled,
        };
        Ok((
            about.asked(self.chain.read()?)?,
            moment(self.at.as_deref())?,
        ))
    }
}

impl QuestionsBody {
    /// What is asked, in order, and about which moment.
    pub(super) fn read(self) -> Result<(Vec<Asked>, Option<OffsetDateTime>), Failure> {
        let count = self.questions.len();
        if !(1..=MAX_QUESTIONS).contains(&count) {
            return Err(unreadable(format!(
                "`questions` holds {count} questions; it takes 1 to {MAX_QUESTIONS}."
            )));
        }
        let chains = self.chains.into_iter();
        let chains: BTreeMap<String, Arc<[Vec<u8>]>> = chains
            .map(|(name, chain)| Ok((name, chain.read()?)))
            .collect::<Result<_, Failure>>()?;
        let asked = self.questions.into_iter().enumerate();
        let asked = asked.map(|(place, question)| {
            let chain = chains.get(&question.chain).ok_or_else(|| {
                unreadable(format!(
                    "`questions[{place}].chain` is the name of none of `chains`."
                ))
            })?;
            let about = About {
                mail_domain: question.mail_domain,
                role: question.role,
                host: question.host,
                stapled: question.stapled,
            };
            about.asked(Arc::clone(chain))
        });
        Ok((
            asked.collect::<Result<_, _>>()?,
            moment(self.at.as_deref())?,
        ))
    }
}

/// What is asked of a chain.
struct About {
    mail_domain: Option<String>,
    role: String,
    host: Option<String>,
    stapled: Option<String>,
}

impl About {
    fn asked(self, chain: Arc<[Vec<u8>]>) -> Result<Asked, Failure> {
        let role = Role::from_name(&self.role).ok_or_else(|| {
            let names = Role::ALL.map(Role::as_str).join("`, `");
            unreadable(format!("`role` is one of `{names}`."))
        })?;
        if self.host.as_ref().is_some_and(|host| host.len() > HOST) {
            return Err(unreadable(format!(
                "`host` is longer than {HOST} characters."
            )));
        }
        let stapled = self.stapled.map(|text| STANDARD.decode(text));
        Ok(Asked {
            chain,
            mail_domain: self
                .mail_domain
                .map_or(MailDomainAsked::Any, |text| MailDomainAsked::of(&text)),
            role,
            host: self.host,
            stapled: stapled
                .transpose()
                .map_err(|_| unreadable("`stapled` is not base64."))?,
        })
    }
}

fn moment(text: Option<&str>) -> Result<Option<OffsetDateTime>, Failure> {
    let read = text.map(|text| OffsetDateTime::parse(text, &Rfc3339));
    read.transpose()
        .map_err(|_| unreadable("`at` is no moment such as 2026-01-31T03:00:00Z."))
}

fn unreadable(detail: impl Into<String>) -> Failure {
    Failure::new(&ADMISSION_UNREADABLE, detail)
}
