//! Records as this interface writes them, for commands that print the same JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::alerts::AlertView;
use super::authorities::AuthorityView;
use super::campaigns::CampaignView;
use super::certificate_requests::RequestView;
use super::certificates::DetailView as CertificateDetailView;
use super::mail_domains::MailDomainView;
use super::nodes::NodesView;
use super::operators::DetailView as OperatorDetailView;
use super::revocation_sources::RevocationSourceView;
use super::view::{
    ApprovalView, CertificateView, DecisionView, ListVersionView, OperatorView, OutcomeView,
    SignerView,
};
use crate::domain::alert::Alert;
use crate::domain::approval::Approval;
use crate::domain::campaign::Campaign;
use crate::domain::certificate_record::{CertificateDetail, CertificateRecord};
use crate::domain::certificate_request::CertificateRequestRecord;
use crate::domain::list_version::{ListSigner, ListVersion};
use crate::domain::mail_domain::MailDomain;
use crate::domain::operator::Operator;
use crate::domain::revocation_source::RevocationSource;
use crate::service::admission::deciding::Answer;
use crate::service::trust_space::{AuthorityDetail, Nodes, OperatorDetail, Requested};

/// Something that this interface has a form for.
pub(crate) trait Shown {
    /// That form.
    fn shown(self) -> Value;
}

macro_rules! shown {
    ($($own:ty as $view:ty;)*) => {
        $(impl Shown for $own {
            fn shown(self) -> Value {
                json!(<$view>::from(self))
            }
        })*
    };
}

shown! {
    Alert as AlertView;
    Approval as ApprovalView;
    AuthorityDetail as AuthorityView;
    Campaign as CampaignView;
    CertificateDetail as CertificateDetailView;
    CertificateRecord as CertificateView;
    CertificateRequestRecord as RequestView;
    ListSigner as SignerView;
    ListVersion as ListVersionView;
    MailDomain as MailDomainView;
    Nodes as NodesView;
    Operator as OperatorView;
    OperatorDetail as OperatorDetailView;
    RevocationSource as RevocationSourceView;
    Requested as OutcomeView;
}

impl Shown for Arc<Answer> {
    fn shown(self) -> Value {
        json!(DecisionView::new(
            &self.decision,
            self.operator_name.as_deref()
        ))
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(self) -> Value {
        Value::Array(self.into_iter().map(Shown::shown).collect())
    }
}
