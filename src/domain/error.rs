//! Every failure a caller can meet: its coarse kind and its stable code, in one table.
//!
//! Protocols translate [`Kind`] with a total `match`; the code and the sentence travel unchanged.

/// The coarse nature of a failure, which decides the status of any protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What was asked for does not exist, or may not be shown.
    NotFound,
    /// The request itself is wrong and will stay wrong.
    Invalid,
    /// The request meets a state that refuses it.
    Conflict,
    /// The caller did not say who they are, or not in a way that is believed.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// The request, or a part of it, is larger than a stated limit.
    TooLarge,
    /// The caller asks too often.
    RateLimited,
    /// The service cannot answer now and may later.
    Unavailable,
    /// The service failed; the cause is in its log under the request id.
    Internal,
}

/// One documented failure.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// Stable dotted code, such as `mailbox.not_found`.
    pub code: &'static str,
    /// Coarse kind.
    pub kind: Kind,
    /// One sentence for people.
    pub sentence: &'static str,
}

macro_rules! error_codes {
    ($($name:ident = $code:literal, $kind:ident, $sentence:literal;)*) => {
        $(
            #[doc = $sentence]
            pub const $name: ErrorCode = ErrorCode { code: $code, kind: Kind::$kind, sentence: $sentence };
        )*
        /// Every code, in the order of the table; the documentation is printed from it.
        pub const ERROR_CODES: &[&ErrorCode] = &[$(&$name),*];
    };
}

error_codes! {
    PRACTITIONER_NOT_FOUND = "practitioner.not_found", NotFound, "No published professional has this identifier.";
    ORGANIZATION_NOT_FOUND = "organization.not_found", NotFound, "No published organisation has this identifier.";
    MAILBOX_NOT_FOUND = "mailbox.not_found", NotFound, "No published mailbox has this address.";
    CODE_SYSTEM_NOT_FOUND = "code_system.not_found", NotFound, "There is no code system of this name.";
    IMPORT_NOT_FOUND = "import.not_found", NotFound, "No import has this number.";
    ROUTE_NOT_FOUND = "route.not_found", NotFound, "There is nothing at this path.";
    METHOD_NOT_ALLOWED = "route.method_not_allowed", Invalid, "This path does not take this method.";
    PARAMETER_UNKNOWN = "parameter.unknown", Invalid, "A parameter of the request is not known here.";
    PARAMETER_INVALID = "parameter.invalid", Invalid, "A parameter of the request has a value that cannot be used.";
    PARAMETER_TOO_LONG = "parameter.too_long", Invalid, "A parameter of the request is longer than allowed.";
    CURSOR_INVALID = "cursor.invalid", Invalid, "The cursor was not made by this service for this search.";
    BODY_INVALID = "body.invalid", Invalid, "The body of the request cannot be read.";
    MEDIA_TYPE_UNSUPPORTED = "body.media_type", Invalid, "The body of the request is not of a media type that is taken here.";
    BODY_TOO_LARGE = "body.too_large", TooLarge, "The body of the request is larger than allowed.";
    AUTHENTICATION_REQUIRED = "authentication.required", Unauthenticated, "This needs the token of an administrator.";
    AUTHENTICATION_INVALID = "authentication.invalid", Unauthenticated, "The token is not that of an administrator.";
    ADMINISTRATOR_NOT_FOUND = "administrator.not_found", NotFound, "There is no administrator of this name.";
    ADMINISTRATOR_EXISTS = "administrator.exists", Conflict, "There is an administrator of this name, or there was one.";
    ADMINISTRATOR_INVALID = "administrator.invalid", Invalid, "This cannot be the name of an administrator.";
    ROLE_INSUFFICIENT = "administrator.role", Forbidden, "The role of this administrator does not allow this.";
    RECORD_CHANGED = "record.changed", Conflict, "The record was changed by someone else meanwhile; read it again.";
    RECORD_VERSION_REQUIRED = "record.version_required", Invalid, "A change must say which version of the record it rests on.";
    OPERATOR_NOT_FOUND = "operator.not_found", NotFound, "There is no operator of this number.";
    OPERATOR_INVALID = "operator.invalid", Invalid, "An operator cannot be recorded like this.";
    OPERATOR_EXISTS = "operator.exists", Conflict, "There is an operator with this registered number.";
    OPERATOR_TRANSITION = "operator.transition", Conflict, "The operator cannot go from its state to the one asked for.";
    OPERATOR_INCOMPLETE = "operator.incomplete", Conflict, "Something that this step rests on is missing.";
    MAIL_DOMAIN_NOT_FOUND = "mail_domain.not_found", NotFound, "There is no mail domain of this name.";
    MAIL_DOMAIN_INVALID = "mail_domain.invalid", Invalid, "A mail domain cannot be recorded like this.";
    MAIL_DOMAIN_EXISTS = "mail_domain.exists", Conflict, "There is a mail domain of this name.";
    MAIL_DOMAIN_FOREIGN = "mail_domain.foreign", Conflict, "The mail domain is not one of this operator.";
    CERTIFICATE_NOT_FOUND = "certificate.not_found", NotFound, "There is no certificate of this number.";
    CERTIFICATE_UNREADABLE = "certificate.unreadable", Invalid, "What was sent is not a certificate, nor a chain of certificates.";
    CERTIFICATE_REFUSED = "certificate.refused", Invalid, "The certificate breaks a rule of the trust space.";
    CERTIFICATE_EXISTS = "certificate.exists", Conflict, "This certificate is registered already.";
    CERTIFICATE_TRANSITION = "certificate.transition", Conflict, "The certificate cannot go from its state to the one asked for.";
    CERTIFICATE_ALONE = "certificate.alone", Conflict, "No other certificate in force stands behind the same mail domains.";
    CERTIFICATE_NAME_TAKEN = "certificate.name_taken", Conflict, "The name on the certificate is that of another operator.";
    CERTIFICATE_REQUEST_NOT_FOUND = "certificate_request.not_found", NotFound, "There is no request for a certificate of this number.";
    CERTIFICATE_REQUEST_UNREADABLE = "certificate_request.unreadable", Invalid, "What was sent is no request for a certificate (PKCS #10), or its signature is not that of its key.";
    CERTIFICATE_REQUEST_REFUSED = "certificate_request.refused", Invalid, "No certificate can be issued for this request.";
    CERTIFICATE_REQUEST_EXISTS = "certificate_request.exists", Conflict, "This request was sent before.";
    CERTIFICATE_REQUEST_SETTLED = "certificate_request.settled", Conflict, "The request was issued or refused before.";
    AUTHORITY_NOT_FOUND = "authority.not_found", NotFound, "There is no authority of this name here.";
    AUTHORITY_EXISTS = "authority.exists", Conflict, "There is another authority of this name, this certificate or this key.";
    AUTHORITY_INVALID = "authority.invalid", Invalid, "This certificate cannot be that of an authority of ours.";
    AUTHORITY_UNAVAILABLE = "authority.unavailable", Unavailable, "The key of the authority cannot be used here now.";
    REVOCATION_LIST_NOT_FOUND = "revocation_list.not_found", NotFound, "No revocation list of this authority is known here.";
    REVOCATION_LIST_REFUSED = "revocation_list.refused", Invalid, "The file is not a revocation list of this authority that may follow the one before.";
    OCSP_UNREADABLE = "ocsp.unreadable", Invalid, "What was sent is not a request of OCSP that is answered here.";
    ADMISSION_UNREADABLE = "admission.unreadable", Invalid, "The question cannot be read as one about a chain, a mail domain and a role.";
    ADMISSION_UNREADY = "admission.unready", Unavailable, "This node has not seen the registry yet.";
    ADMISSION_SUBSCRIBERS = "admission.subscribers", Unavailable, "As many follow this node as it serves at once.";
    ADMISSION_PAST_UNKNOWN = "admission.past_unknown", NotFound, "Nothing is known of the moment asked about.";
    ADMISSION_BUSY = "admission.busy", Unavailable, "More is asked about chains that were never seen than this node decides at once; ask again in a moment.";
    PEER_UNKNOWN = "peer.unknown", NotFound, "Peers are known on the listener for operators alone, by the certificate they show.";
    NODE_NOT_FOUND = "node.not_found", NotFound, "There is no node of this name.";
    ACT_INVALID = "act.invalid", Invalid, "The act cannot be asked for like this.";
    ACT_PENDING = "act.pending", Conflict, "The same act waits for a second administrator already.";
    APPROVAL_NOT_FOUND = "approval.not_found", NotFound, "There is no approval of this number.";
    APPROVAL_SETTLED = "approval.settled", Conflict, "The approval was settled before.";
    APPROVAL_OWN = "approval.own", Forbidden, "Two different administrators are needed, and this one has agreed already.";
    APPROVAL_STALE = "approval.stale", Conflict, "What was agreed to is no longer possible.";
    SCHEDULED_ACT_NOT_FOUND = "scheduled_act.not_found", NotFound, "There is no scheduled act of this number.";
    SCHEDULED_ACT_SETTLED = "scheduled_act.settled", Conflict, "The scheduled act was done or cancelled before.";
    CAMPAIGN_NOT_FOUND = "campaign.not_found", NotFound, "There is no conformance campaign of this number.";
    CAMPAIGN_RUNNING = "campaign.running", Conflict, "A conformance campaign of this operator is running.";
    TRUST_LIST_NOT_FOUND = "trust_list.not_found", NotFound, "No list of this number was published.";
    TRUST_LIST_REFUSED = "trust_list.refused", Conflict, "The list as it would be breaks a rule: it is not signed.";
    TRUST_LIST_INVALID = "trust_list.invalid", Invalid, "The file is not a list signed by that certificate and valid at that time.";
    TRUST_LIST_OUTDATED = "trust_list.outdated", Conflict, "The list is older than what is known.";
    TRUST_LIST_BUSY = "trust_list.busy", Unavailable, "Another list is being published, or a signing key is changing; try again in a moment.";
    TRUST_LIST_DAMAGED = "trust_list.damaged", Internal, "What is kept of earlier lists is not what was signed: no list is added to it.";
    TRUST_LIST_NOT_SIGNED = "trust_list.not_signed", Unavailable, "The signing key cannot be used now; the last list stays published.";
    SIGNER_NOT_FOUND = "signer.not_found", NotFound, "There is no signing key with this certificate.";
    SIGNER_TRANSITION = "signer.transition", Conflict, "The signing keys do not allow this step now.";
    SIGNER_UNREADABLE = "signer.unreadable", Invalid, "What was sent is not the certificate of a signing key.";
    RATE_LIMITED = "request.rate_limited", RateLimited, "Too many requests from this client; try again after the stated delay.";
    REQUEST_TIMEOUT = "request.timeout", Unavailable, "The request took longer than allowed.";
    INDEX_NOT_READY = "index.not_ready", Unavailable, "The directory has not been loaded on this node yet.";
    DATABASE_UNAVAILABLE = "database.unavailable", Unavailable, "The database does not answer.";
    INTERNAL = "internal", Internal, "The service failed; quote the request id when you report it.";
}

/// A failure with its stable code and what is particular to this case.
#[derive(Debug, thiserror::Error)]
#[error("{}: {detail}", code.code)]
pub struct Failure {
    /// Which documented failure this is.
    pub code: &'static ErrorCode,
    /// One sentence on this case: names, values and limits, never a person.
    pub detail: String,
    /// The same for machines, where there is more to say than a sentence: an object whose members
    /// the code decides, such as `findings` of `certificate.refused`.
    pub particulars: Option<Box<serde_json::Value>>,
}

impl Failure {
    /// A failure of a documented kind, with one sentence on this case.
    pub fn new(code: &'static ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            particulars: None,
        }
    }

    /// The same failure with its particulars for machines.
    #[must_use]
    pub fn with_particulars(mut self, particulars: serde_json::Value) -> Self {
        self.particulars = Some(Box::new(particulars));
        self
    }

    /// The coarse kind.
    pub const fn kind(&self) -> Kind {
        self.code.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_dotted_lower_case() {
        let mut seen = std::collections::BTreeSet::new();
        for error in ERROR_CODES {
            assert!(seen.insert(error.code), "{} stands twice", error.code);
            assert!(
                error
                    .code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_')),
                "{} is not dotted lower case",
                error.code
            );
            assert!(
                error.sentence.ends_with('.'),
                "{} has no sentence",
                error.code
            );
        }
    }
}
