//! The published format as the byte strings it is made of; spelt here and nowhere else.
//!
//! Taken from the list of 2025-02-28. Written in this way a document is its own exclusive canonical form
//! (W3C Exclusive XML Canonicalization 1.0) once its declaration and its signature are taken off.

/// An element that holds text only.
pub(super) struct Tag {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
}

macro_rules! tag {
    ($name:literal) => {
        Tag {
            open: concat!("<", $name, ">"),
            close: concat!("</", $name, ">"),
        }
    };
}

pub(super) const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
pub(super) const ROOT: Tag = Tag {
    open: r#"<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">"#,
    close: "</ListeBlancheMSSante>",
};
pub(super) const GENERATED_AT: Tag = tag!("DateDeGeneration");
pub(super) const ENTRIES: Tag = tag!("ListeDomaines");
pub(super) const ENTRY: Tag = tag!("Domaine");
pub(super) const MAIL_DOMAIN: Tag = tag!("Nom");
pub(super) const DESCRIPTION: Tag = tag!("Description");
pub(super) const OPERATOR_DN: Tag = tag!("DNCertificatOperateur");
pub(super) const RESPONSIBLE_CONTACT: Tag = tag!("ResponsableContact");
pub(super) const SUPPORT_CONTACT: Tag = tag!("SupportContact");
pub(super) const UPDATED_AT: Tag = tag!("DateMAJ");

/// One level of indentation.
pub(super) const INDENT: &str = "    ";

/// The characters that canonical text holds as references (Canonical XML 1.0 §2.3); the fourth, the
/// carriage return, is not for lists.
pub(super) const ESCAPES: &[(char, &str)] = &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;")];

pub(super) const SIGNATURE_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(super) const SIGNATURE: Tag = Tag {
    open: r#"<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">"#,
    close: "</Signature>",
};
pub(super) const SIGNATURE_VALUE: Tag = tag!("SignatureValue");
pub(super) const KEY_INFO: Tag = tag!("KeyInfo");
pub(super) const X509_DATA: Tag = tag!("X509Data");
pub(super) const X509_CERTIFICATE: Tag = tag!("X509Certificate");

/// How the published base64 is folded: a carriage return as a reference, then the line's end. It
/// stands outside of what is signed.
pub(super) const FOLD_REFERENCE: &str = "&#13;";

/// A part of `SignedInfo`, in its order.
pub(super) enum Piece {
    /// A start tag as written, without its angle brackets.
    Open(&'static str),
    /// An empty element that names an algorithm.
    Method {
        name: &'static str,
        algorithm: &'static str,
    },
    /// The digest, in base64.
    Digest,
    /// The end tag of this element.
    Close(&'static str),
}

const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// `SignedInfo` (XML Signature 1.1 §4.4): the whole document without the signature, in exclusive
/// canonical form, by SHA-256 and RSA.
pub(super) const SIGNED_INFO: &[Piece] = &[
    Piece::Open("SignedInfo"),
    Piece::Method {
        name: "CanonicalizationMethod",
        algorithm: EXCLUSIVE_C14N,
    },
    Piece::Method {
        name: "SignatureMethod",
        algorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    },
    Piece::Open(r#"Reference URI="""#),
    Piece::Open("Transforms"),
    Piece::Method {
        name: "Transform",
        algorithm: "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    },
    Piece::Method {
        name: "Transform",
        algorithm: EXCLUSIVE_C14N,
    },
    Piece::Close("Transforms"),
    Piece::Method {
        name: "DigestMethod",
        algorithm: "http://www.w3.org/2001/04/xmlenc#sha256",
    },
    Piece::Open("DigestValue"),
    Piece::Digest,
    Piece::Close("DigestValue"),
    Piece::Close("Reference"),
    Piece::Close("SignedInfo"),
];

/// Whether XML 1.0 (§2.2, production 2) has this character.
pub(super) fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}
