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
}

impl Failure {
    /// A failure of a documented kind, with one sentence on this case.
    pub fn new(code: &'static ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
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
