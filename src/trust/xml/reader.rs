//! Reads a signed list: its whole shape first, then who signed it, then whether it was signed as it is.
//! One pass, no tree; the bytes that are read are the bytes that are hashed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::{Duration, OffsetDateTime};

use super::entries::{self, Rows};
use super::error::{ListError, ListRule};
use super::pin::{Pin, Signer};
use super::profile::{self, Piece, Tag};
use super::scanner::Scanner;
use super::signature::{Form, signed_info};
use crate::domain::digest::Digest;
use crate::domain::trust_list::TrustList;
use crate::trust::digest::{sha256, sha256_of};
use crate::trust::verify_at::VerifyAt;

/// How much of a file is read before anything in it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: usize,
    /// Entries of the list.
    pub entries: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
}

impl Default for Limits {
    /// Some fifteen times the real list of 2025.
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            entries: 100_000,
            text_bytes: 4096,
        }
    }
}

/// Longest certificate or signature read, in bytes of base64.
const MAX_BASE64_BYTES: usize = 64 << 10;

/// A name that the file spells in a way we do not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Respelled {
    /// Which entry, from 0.
    pub entry: usize,
    /// The name as the file has it.
    pub written: String,
}

/// A list that was signed by a pinned certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedList {
    /// The list, entries as they stand in the file.
    pub list: TrustList,
    /// The certificate of its signer, DER; one of the pinned ones.
    pub signer_certificate: Vec<u8>,
    /// SHA-256 of the whole file.
    pub sha256: Digest,
    /// Entries whose mail domain and name, spelt the same, stood in the file before.
    pub duplicates: usize,
    /// Names that we would spell otherwise, in the order of the entries.
    pub respelled: Vec<Respelled>,
}

/// Reads a list and verifies it: exactly the published shape, signed by a pinned certificate that is
/// valid at a time, unchanged, and generated no later than that time but for five minutes (XML
/// Signature 1.1 §3.2; §8.1: nothing is taken that is not signed).
///
/// Layout between the elements is free, as it is signed; the base64 of signature and certificate may be
/// folded; a line may end behind the declaration and behind the document.
pub fn read_signed(
    bytes: &[u8],
    pins: &[Pin],
    at: VerifyAt,
    limits: &Limits,
) -> Result<VerifiedList, ListError> {
    if bytes.len() > limits.bytes {
        return Err(ListError::TooLarge {
            bytes: bytes.len(),
            limit: limits.bytes,
        });
    }
    let document = Document::read(as_text(bytes)?, limits)?;
    let signature = document.signature;
    let signer = Signer::pinned(&signature.certificate, pins)?;
    let found = sha256_of(&document.content.map(str::as_bytes));
    if found != signature.digest {
        return Err(ListError::Digest {
            found,
            signed: signature.digest,
        });
    }
    let signed_info = signed_info(&STANDARD.encode(found.as_bytes()), Form::Canonical);
    signer.verify(signed_info.as_bytes(), &signature.value)?;
    signer.check_valid(at.of(document.generated_at))?;
    check_past(at, document.generated_at)?;
    Ok(VerifiedList {
        list: TrustList {
            generated_at: document.generated_at,
            entries: document.rows.entries,
        },
        signer_certificate: signature.certificate,
        sha256: sha256(bytes),
        duplicates: document.rows.duplicates,
        respelled: document.rows.respelled,
    })
}

/// By how much the clock of who reads may be behind that of who published.
const CLOCK_TOLERANCE: Duration = Duration::minutes(5);

/// Refuses a list that was generated after the time meant: taken, it would turn away every list until
/// then as older than the last.
fn check_past(at: VerifyAt, generated_at: OffsetDateTime) -> Result<(), ListError> {
    let at = at.of(generated_at);
    if generated_at <= at + CLOCK_TOLERANCE {
        Ok(())
    } else {
        Err(ListError::Future { generated_at, at })
    }
}

fn as_text(bytes: &[u8]) -> Result<&str, ListError> {
    let refused = |rule, offset| ListError::Shape {
        rule,
        offset,
        line: 1,
    };
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(refused(ListRule::ByteOrderMark, 0));
    }
    std::str::from_utf8(bytes).map_err(|error| refused(ListRule::NotUtf8, error.valid_up_to()))
}

/// A document of the right shape, nothing of it believed yet.
struct Document<'a> {
    generated_at: OffsetDateTime,
    rows: Rows<'a>,
    /// What must have been signed: the root's element without the signature.
    content: [&'a str; 2],
    signature: Signature,
}

/// What a signature says.
struct Signature {
    /// SHA-256 of the content.
    digest: Digest,
    value: Vec<u8>,
    certificate: Vec<u8>,
}

impl<'a> Document<'a> {
    fn read(text: &'a str, limits: &Limits) -> Result<Self, ListError> {
        let mut scanner = Scanner::new(text);
        if !scanner.skip(profile::DECLARATION) {
            return Err(scanner.refuse(ListRule::Declaration));
        }
        scanner.skip("\n");
        let root_at = scanner.at();
        scanner.expect(profile::ROOT.open)?;
        let generated_at = entries::time(&mut scanner, &profile::GENERATED_AT, limits.text_bytes)?;
        scanner.expect_next(profile::ENTRIES.open)?;
        let rows = Rows::default().read(&mut scanner, limits)?;
        scanner.expect(profile::ENTRIES.close)?;
        scanner.skip_layout();
        let signature_at = scanner.at();
        if scanner.rest().starts_with(profile::ROOT.close) {
            return Err(scanner.refuse(ListRule::NotSigned));
        }
        let signature = read_signature(&mut scanner)?;
        let after_signature = scanner.at();
        scanner.skip_layout();
        if scanner.rest().starts_with("<Signature") {
            return Err(scanner.refuse(ListRule::SecondSignature));
        }
        scanner.expect(profile::ROOT.close)?;
        let slice = |from, to| text.get(from..to).unwrap_or_default();
        let content = [
            slice(root_at, signature_at),
            slice(after_signature, scanner.at()),
        ];
        scanner.skip("\n");
        if !scanner.rest().is_empty() {
            return Err(scanner.refuse(ListRule::TrailingBytes));
        }
        Ok(Self {
            generated_at,
            rows,
            content,
            signature,
        })
    }
}

/// A `Signature` that holds its profile and nothing beside.
fn read_signature(scanner: &mut Scanner<'_>) -> Result<Signature, ListError> {
    scanner.expect(profile::SIGNATURE.open)?;
    let digest = inside(read_signed_info(scanner))?;
    let value = inside(base64_element(scanner, &profile::SIGNATURE_VALUE))?;
    inside(scanner.expect(profile::KEY_INFO.open))?;
    inside(scanner.expect(profile::X509_DATA.open))?;
    let certificate = inside(base64_element(scanner, &profile::X509_CERTIFICATE))?;
    for tag in [&profile::X509_DATA, &profile::KEY_INFO, &profile::SIGNATURE] {
        inside(scanner.expect(tag.close))?;
    }
    Ok(Signature {
        digest,
        value,
        certificate,
    })
}

/// A refusal within the signature: what is there and not in its profile has one name, since none of it
/// is signed.
fn inside<T>(read: Result<T, ListError>) -> Result<T, ListError> {
    read.map_err(|error| match error {
        ListError::Shape {
            rule:
                ListRule::UnexpectedElement
                | ListRule::UnexpectedEnd
                | ListRule::UnexpectedText
                | ListRule::MisplacedSignature,
            offset,
            line,
        } => ListError::Shape {
            rule: ListRule::SignatureContent,
            offset,
            line,
        },
        error => error,
    })
}

fn read_signed_info(scanner: &mut Scanner<'_>) -> Result<Digest, ListError> {
    let mut digest = [0; 32];
    for piece in profile::SIGNED_INFO {
        match piece {
            Piece::Open(tag) => scanner.expect(&format!("<{tag}>"))?,
            Piece::Close(name) => scanner.expect(&format!("</{name}>"))?,
            Piece::Method { name, algorithm } => {
                scanner.expect(&format!("<{name} Algorithm=\""))?;
                if !scanner.skip(&format!("{algorithm}\"")) {
                    return Err(scanner.refuse(ListRule::Algorithm));
                }
                scanner.expect("/>")?;
            }
            Piece::Digest => {
                let at = scanner.at();
                let bytes = base64_text(scanner, "</DigestValue>")?;
                let exact = bytes.try_into().ok();
                digest = exact.ok_or_else(|| scanner.refuse_at(ListRule::Base64, at))?;
            }
        }
    }
    Ok(Digest::new(digest))
}

/// The bytes of an element in base64.
fn base64_element(scanner: &mut Scanner<'_>, tag: &Tag) -> Result<Vec<u8>, ListError> {
    scanner.expect(tag.open)?;
    let bytes = base64_text(scanner, tag.close)?;
    scanner.expect(tag.close)?;
    Ok(bytes)
}

/// The bytes of base64 before an end tag; it may be folded.
fn base64_text(scanner: &mut Scanner<'_>, close: &str) -> Result<Vec<u8>, ListError> {
    let at = scanner.at();
    let written = scanner.raw_text(MAX_BASE64_BYTES)?;
    if !scanner.rest().starts_with(close) {
        return Err(scanner.surprise(close));
    }
    let mut text = String::with_capacity(written.len());
    for line in written.split('\n') {
        text.push_str(line.strip_suffix(profile::FOLD_REFERENCE).unwrap_or(line));
    }
    let decoded = STANDARD.decode(text);
    decoded.map_err(|_| scanner.refuse_at(ListRule::Base64, at))
}
