//! Why a file is not taken as a list: a stable code for every rule, and where it was broken.

use time::OffsetDateTime;

use crate::domain::calendar::rfc3339;
use crate::domain::digest::Digest;

macro_rules! list_rules {
    ($($name:ident = $code:literal, $sentence:literal;)*) => {
        /// A rule of the format that the bytes of a file break.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ListRule {
            $(#[doc = $sentence] $name,)*
        }

        impl ListRule {
            /// Every rule, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Stable dotted code.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// One sentence for people.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)*
                }
            }
        }
    };
}

list_rules! {
    NotUtf8 = "list.not_utf8", "The file is not UTF-8.";
    ByteOrderMark = "list.byte_order_mark", "The file begins with a byte order mark.";
    Declaration = "list.declaration", "The file does not begin with the XML declaration of the published list.";
    Truncated = "list.truncated", "The file ends too early.";
    CarriageReturn = "list.carriage_return", "There is a carriage return.";
    Character = "list.character", "There is a character that XML does not have.";
    Comment = "list.comment", "There is a comment.";
    ProcessingInstruction = "list.processing_instruction", "There is a processing instruction.";
    Cdata = "list.cdata", "There is a CDATA section.";
    Doctype = "list.doctype", "There is a document type declaration.";
    Prefix = "list.prefix", "There is a name with a namespace prefix.";
    Attribute = "list.attribute", "There is an attribute, or one with another value than the published list's.";
    TagSpelling = "list.tag_spelling", "A tag is not spelt as in canonical form.";
    UnexpectedElement = "list.unexpected_element", "There is an element where another belongs.";
    UnexpectedEnd = "list.unexpected_end", "An element ends where another one belongs.";
    UnexpectedText = "list.unexpected_text", "There is text where an element belongs.";
    Escape = "list.escape", "A character is not written as in canonical form.";
    EntityReference = "list.entity_reference", "There is a reference to an entity that is not one of XML's own.";
    CharacterReference = "list.character_reference", "A character is written as its number.";
    TextTooLong = "list.text_too_long", "A text is longer than allowed.";
    TooManyEntries = "list.too_many_entries", "There are more entries than allowed.";
    MailDomain = "list.mail_domain", "A mail domain is not a host name in lower case.";
    OperatorDn = "list.operator_dn", "The name of a certificate cannot be read.";
    Time = "list.time", "A time is not written as in the published list.";
    NotSigned = "list.not_signed", "There is no signature at the end.";
    MisplacedSignature = "list.misplaced_signature", "A signature stands where none belongs.";
    SecondSignature = "list.second_signature", "There is a second signature.";
    SignatureContent = "list.signature_content", "The signature holds something that is not in its profile.";
    Algorithm = "list.algorithm", "The signature names an algorithm that is not in its profile.";
    Base64 = "list.base64", "The signature holds something that is not base64.";
    TrailingBytes = "list.trailing_bytes", "Something follows the end of the document.";
}

/// Why a file is not taken as a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The file has more bytes than allowed; nothing was read.
    #[error("the file has {bytes} bytes, {limit} are allowed")]
    TooLarge {
        /// Bytes of the file.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes break a rule of the format.
    #[error("line {line}, byte {offset}: {}", rule.sentence())]
    Shape {
        /// The rule.
        rule: ListRule,
        /// Where, from 0: the first byte that is not as it should be, or the text that holds it.
        offset: usize,
        /// Its line, from 1.
        line: usize,
    },
    /// The signer's certificate is none of those expected.
    #[error("the signer's certificate ({sha256}) is none of those expected")]
    NotPinned {
        /// SHA-256 of the certificate that the file holds.
        sha256: Digest,
    },
    /// The signer's certificate is not an X.509 certificate in DER.
    #[error("the signer's certificate cannot be read")]
    SignerCertificate,
    /// The signer's key is not an RSA key of 2,048 to 8,192 bits.
    #[error("the signer's key is not an RSA key of 2,048 to 8,192 bits")]
    SignerKey,
    /// The content is not what was signed.
    #[error("the list was changed: its SHA-256 is {found}, the signed one is {signed}")]
    Digest {
        /// SHA-256 of the content.
        found: Digest,
        /// SHA-256 that the signature states.
        signed: Digest,
    },
    /// The signature was not made with the signer's key.
    #[error("the signature is wrong")]
    Signature,
    /// The signature is right, but its certificate is not valid at the time asked for.
    #[error(
        "the signer's certificate is valid from {} to {}, not at {}",
        rfc3339(*not_before),
        rfc3339(*not_after),
        rfc3339(*at)
    )]
    SignerValidity {
        /// Beginning of its validity.
        not_before: OffsetDateTime,
        /// End of its validity.
        not_after: OffsetDateTime,
        /// The time asked for.
        at: OffsetDateTime,
    },
    /// The signature is right, but the list is of a later time than the one asked for.
    #[error("the list was generated at {}, after {}", rfc3339(*generated_at), rfc3339(*at))]
    Future {
        /// When it says that it was generated.
        generated_at: OffsetDateTime,
        /// The time asked for.
        at: OffsetDateTime,
    },
}

impl ListError {
    /// Stable dotted code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "list.too_large",
            Self::Shape { rule, .. } => rule.code(),
            Self::NotPinned { .. } => "list.signer_not_pinned",
            Self::SignerCertificate => "list.signer_certificate",
            Self::SignerKey => "list.signer_key",
            Self::Digest { .. } => "list.digest",
            Self::Signature => "list.signature",
            Self::SignerValidity { .. } => "list.signer_validity",
            Self::Future { .. } => "list.future",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_has_a_sentence() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in ListRule::ALL {
            assert!(seen.insert(rule.code()), "{} stands twice", rule.code());
            assert!(rule.code().starts_with("list."));
            assert!(rule.sentence().ends_with('.'));
        }
    }

    #[test]
    fn a_refusal_says_where_and_why() {
        let error = ListError::Shape {
            rule: ListRule::Comment,
            offset: 140,
            line: 3,
        };
        assert_eq!(error.to_string(), "line 3, byte 140: There is a comment.");
        assert_eq!(error.code(), "list.comment");
        let error = ListError::NotPinned {
            sha256: Digest::new([0xA0; 32]),
        };
        assert!(error.to_string().contains(&"a0".repeat(32)));
    }
}
