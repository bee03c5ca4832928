//! Acts as JSON takes and shows them: one object, told apart by `act`.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use super::day;
use crate::domain::act::Act;
use crate::domain::certificate::RevocationReason;
use crate::domain::digest::Digest;
use crate::domain::onboarding::{DocumentKind, DocumentReference, OperatorState, Transition};

/// A decision about the trust space.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = Act)]
pub(in crate::api::v1) enum ActView {
    /// Move an operator to another state.
    MoveOperator {
        /// Which.
        operator: i64,
        /// Where to.
        to: OperatorStateView,
        /// Documents it rests on.
        #[serde(default)]
        documents: Vec<DocumentView>,
        /// When the operator wants to begin; asked for with the engagement.
        #[serde(default, with = "day::option", skip_serializing_if = "Option::is_none")]
        launch_on: Option<Date>,
        /// When it takes effect, UTC; at once where absent.
        #[serde(
            default,
            with = "time::serde::rfc3339::option",
            skip_serializing_if = "Option::is_none"
        )]
        effective_at: Option<OffsetDateTime>,
    },
    /// Let a pending certificate stand in the list.
    ActivateCertificate {
        /// Which.
        certificate: i64,
        /// The one whose mail domains it takes over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<i64>,
    },
    /// Put a certificate on hold.
    SuspendCertificate {
        /// Which.
        certificate: i64,
    },
    /// End a hold.
    ReleaseCertificate {
        /// Which.
        certificate: i64,
    },
    /// Retire a certificate whose successor stands.
    SupersedeCertificate {
        /// Which.
        certificate: i64,
    },
    /// Take a certificate back for good.
    RevokeCertificate {
        /// Which.
        certificate: i64,
        /// Why, as RFC 5280 §5.3.1 names it.
        because: RevocationReasonView,
    },
    /// Have an authority of ours issue the certificate that a request asks for.
    IssueCertificate {
        /// Number of the request.
        request: i64,
    },
    /// Publish a list that has lost many of its entries.
    PublishTrustList {
        /// Sequence of the list it follows.
        after: i64,
        /// Entries it removes.
        removes: u64,
        /// SHA-256 of which they are, hexadecimal: filled in as the act is asked for where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        removed: Option<Digest>,
    },
    /// Name the key that will sign after the current one.
    AnnounceSigner {
        /// Its certificate: hexadecimal DER.
        certificate: String,
    },
    /// Sign with the announced key from now on.
    SwitchSigner {
        /// SHA-256 of its certificate, hexadecimal.
        sha256: String,
    },
    /// Give up a key: take back its announcement, or, of the one that signs, have the announced one
    /// take over at once.
    WithdrawSigner {
        /// SHA-256 of its certificate, hexadecimal.
        sha256: String,
    },
}

/// A document kept elsewhere, by its reference there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Document)]
pub(in crate::api::v1) struct DocumentView {
    /// What it is.
    kind: DocumentKindView,
    /// Its reference in the agency's files.
    #[schema(example = "ANS-2026-0042")]
    reference: String,
    /// The day it bears.
    #[serde(with = "day")]
    dated_on: Date,
}

/// An enum of the domain as JSON writes it, with the same names.
macro_rules! mirror {
    ($(#[$doc:meta])* $view:ident of $own:ident as $shown:ident, $case:tt { $($(#[$variant_doc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = $case)]
        #[schema(as = $shown)]
        pub(in crate::api::v1) enum $view { $($(#[$variant_doc])* $variant),* }

        impl From<$own> for $view {
            fn from(own: $own) -> Self {
                match own { $($own::$variant => Self::$variant),* }
            }
        }

        impl From<$view> for $own {
            fn from(view: $view) -> Self {
                match view { $($view::$variant => Self::$variant),* }
            }
        }
    };
}
pub(in crate::api::v1) use mirror;

mirror! {
    /// Where an operator stands.
    OperatorStateView of OperatorState as OperatorState, "snake_case" {
        /// Known; its correspondents are named.
        Candidate,
        /// The letter of engagement is signed.
        Engaged,
        /// Its gateways are being tested.
        Testing,
        /// The contract and the commitment to AU-037 are signed.
        Contracted,
        /// In the list.
        Active,
        /// Out of the list for a while.
        Suspended,
        /// Left by itself, for good.
        Withdrawn,
        /// Put out, for good.
        Revoked,
    }
}

mirror! {
    /// What a document is.
    DocumentKindView of DocumentKind as DocumentKind, "snake_case" {
        /// The operator's letter of engagement.
        LetterOfEngagement,
        /// The contract between the agency and the operator.
        OperatorContract,
        /// The commitment to the CNIL single authorisation AU-037.
        CnilCommitment,
        /// Anything else that explains a decision.
        Other,
    }
}

mirror! {
    /// Why a certificate was revoked, as RFC 5280 §5.3.1 names it.
    RevocationReasonView of RevocationReason as RevocationReason, "camelCase" {
        /// No reason is given.
        Unspecified,
        /// The key is, or may be, in other hands.
        KeyCompromise,
        /// So is the key of its issuer.
        #[serde(rename = "cACompromise")]
        CaCompromise,
        /// The name on it is no longer right.
        AffiliationChanged,
        /// Another one took its place.
        Superseded,
        /// The operator runs no gateway any more.
        CessationOfOperation,
        /// The operator lost its right to it.
        PrivilegeWithdrawn,
        /// The key of the attribute authority is in other hands.
        #[serde(rename = "aACompromise")]
        AaCompromise,
    }
}

impl From<DocumentReference> for DocumentView {
    fn from(document: DocumentReference) -> Self {
        Self {
            kind: document.kind.into(),
            reference: document.reference,
            dated_on: document.dated_on,
        }
    }
}

impl From<DocumentView> for DocumentReference {
    fn from(document: DocumentView) -> Self {
        Self {
            kind: document.kind.into(),
            reference: document.reference,
            dated_on: document.dated_on,
        }
    }
}

impl From<ActView> for Act {
    fn from(view: ActView) -> Self {
        match view {
            ActView::MoveOperator {
                operator,
                to,
                documents,
                launch_on,
                effective_at,
            } => Self::MoveOperator(Transition {
                operator,
                to: to.into(),
                documents: documents.into_iter().map(Into::into).collect(),
                launch_on,
                effective_at,
            }),
            ActView::ActivateCertificate {
                certificate,
                replaces,
            } => Self::ActivateCertificate {
                certificate,
                replaces,
            },
            ActView::SuspendCertificate { certificate } => Self::SuspendCertificate { certificate },
            ActView::ReleaseCertificate { certificate } => Self::ReleaseCertificate { certificate },
            ActView::SupersedeCertificate { certificate } => {
                Self::SupersedeCertificate { certificate }
            }
            ActView::RevokeCertificate {
                certificate,
                because,
            } => Self::RevokeCertificate {
                certificate,
                because: because.into(),
            },
            ActView::IssueCertificate { request } => Self::IssueCertificate { request },
            ActView::PublishTrustList {
                after,
                removes,
                removed,
            } => Self::PublishTrustList {
                after,
                removes,
                removed,
            },
            ActView::AnnounceSigner { certificate } => Self::AnnounceSigner { certificate },
            ActView::SwitchSigner { sha256 } => Self::SwitchSigner { sha256 },
            ActView::WithdrawSigner { sha256 } => Self::WithdrawSigner { sha256 },
        }
    }
}

impl From<Act> for ActView {
    fn from(act: Act) -> Self {
        match act {
            Act::MoveOperator(transition) => Self::MoveOperator {
                operator: transition.operator,
                to: transition.to.into(),
                documents: transition.documents.into_iter().map(Into::into).collect(),
                launch_on: transition.launch_on,
                effective_at: transition.effective_at,
            },
            Act::ActivateCertificate {
                certificate,
                replaces,
            } => Self::ActivateCertificate {
                certificate,
                replaces,
            },
            Act::SuspendCertificate { certificate } => Self::SuspendCertificate { certificate },
            Act::ReleaseCertificate { certificate } => Self::ReleaseCertificate { certificate },
            Act::SupersedeCertificate { certificate } => Self::SupersedeCertificate { certificate },
            Act::RevokeCertificate {
                certificate,
                because,
            } => Self::RevokeCertificate {
                certificate,
                because: because.into(),
            },
            Act::IssueCertificate { request } => Self::IssueCertificate { request },
            Act::PublishTrustList {
                after,
                removes,
                removed,
            } => Self::PublishTrustList {
                after,
                removes,
                removed,
            },
            Act::AnnounceSigner { certificate } => Self::AnnounceSigner { certificate },
            Act::SwitchSigner { sha256 } => Self::SwitchSigner { sha256 },
            Act::WithdrawSigner { sha256 } => Self::WithdrawSigner { sha256 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn every_act_is_read_and_shown_alike() {
        for act in [
            json!({ "act": "move_operator", "operator": 1, "to": "engaged", "documents": [
                { "kind": "letter_of_engagement", "reference": "L-1", "dated_on": "2026-01-31" }
            ], "launch_on": "2026-03-01", "effective_at": "2026-02-01T00:00:00Z" }),
            json!({ "act": "activate_certificate", "certificate": 2, "replaces": 1 }),
            json!({ "act": "activate_certificate", "certificate": 2 }),
            json!({ "act": "suspend_certificate", "certificate": 2 }),
            json!({ "act": "release_certificate", "certificate": 2 }),
            json!({ "act": "supersede_certificate", "certificate": 2 }),
            json!({ "act": "revoke_certificate", "certificate": 2, "because": "cACompromise" }),
            json!({ "act": "issue_certificate", "request": 3 }),
            json!({ "act": "publish_trust_list", "after": 4, "removes": 70 }),
            json!({ "act": "publish_trust_list", "after": 4, "removes": 70, "removed": "ab".repeat(32) }),
            json!({ "act": "announce_signer", "certificate": "3082" }),
            json!({ "act": "switch_signer", "sha256": "ab" }),
            json!({ "act": "withdraw_signer", "sha256": "ab" }),
        ] {
            let read: ActView = serde_json::from_value(act.clone()).unwrap();
            let own = Act::from(read);
            let shown = serde_json::to_value(ActView::from(own)).unwrap();
            assert_eq!(shown, act);
        }
        for wrong in [
            json!({}),
            json!({ "act": "burn" }),
            json!({ "act": "suspend_certificate" }),
            json!({ "act": "suspend_certificate", "certificate": 2, "because": "x" }),
            json!({ "act": "revoke_certificate", "certificate": 2, "because": "certificateHold" }),
        ] {
            assert!(
                serde_json::from_value::<ActView>(wrong.clone()).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn names_are_those_that_are_stored() {
        let shown = |value: &Value| value.as_str().unwrap().to_owned();
        for state in OperatorState::ALL {
            let view = serde_json::to_value(OperatorStateView::from(state)).unwrap();
            assert_eq!(shown(&view), state.as_str());
        }
        for reason in RevocationReason::ALL {
            let view = serde_json::to_value(RevocationReasonView::from(reason)).unwrap();
            assert_eq!(shown(&view), reason.as_str());
        }
    }
}
