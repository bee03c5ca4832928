//! Reads a list from its bytes in one pass; a list of many certificates is large, so nothing is kept of an
//! entry but its place.

use std::sync::OnceLock;

use super::entries::{Entries, Entry, Why};
use super::{InvalidRevocationList, RevocationList, Scope};
use crate::domain::certificate::RevocationReason;
use crate::domain::revocation_list_number::RevocationListNumber;
use crate::trust::certificate::read_name;
use crate::trust::der::{NotDer, Reader, tag};
use crate::trust::digest::sha256;

use InvalidRevocationList as Invalid;

impl From<NotDer> for Invalid {
    fn from(_: NotDer) -> Self {
        Self::NotDer
    }
}

/// Object identifiers of extensions (`id-ce`, RFC 5280 §5.2, §5.3), as their contents.
const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const REASON_CODE: &[u8] = &[0x55, 0x1d, 21];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 24];
const DELTA: &[u8] = &[0x55, 0x1d, 27];
const ISSUING_POINT: &[u8] = &[0x55, 0x1d, 28];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 29];
const AUTHORITY_KEY: &[u8] = &[0x55, 0x1d, 35];

const EXTENSIONS: u8 = 0xa0;
const VERSION_2: &[u8] = &[1];

pub(super) fn read(der: &[u8], max_bytes: usize) -> Result<RevocationList, Invalid> {
    // Places in it are counted in 32 bits.
    let limit = max_bytes.min(usize::try_from(u32::MAX).unwrap_or(usize::MAX));
    if der.len() > limit {
        return Err(Invalid::TooLarge {
            bytes: der.len(),
            limit,
        });
    }
    let mut outer = Reader::new(der);
    let mut list = outer.inside(tag::SEQUENCE)?;
    outer.end()?;
    let place = |part: &[u8], before: &Reader<'_>| {
        let end = der.len() - before.left();
        end - part.len()..end
    };
    let whole = list.whole(tag::SEQUENCE)?;
    let signed = place(whole, &list);
    let algorithm_der = list.element(tag::SEQUENCE)?;
    let algorithm = place(algorithm_der, &list);
    let signature_bits = list.whole_bits()?;
    let signature = place(signature_bits, &list);
    list.end()?;

    let mut body = Reader::new(whole).inside(tag::SEQUENCE)?;
    if body.integer()? != VERSION_2 {
        return Err(Invalid::NotDer);
    }
    if body.element(tag::SEQUENCE)? != algorithm_der {
        return Err(Invalid::SignatureAlgorithms);
    }
    let issuer = read_name(body.whole(tag::SEQUENCE)?).ok_or(Invalid::NotDer)?;
    let issuer = issuer.map_err(Invalid::Issuer)?;
    if issuer.rdns().is_empty() {
        return Err(Invalid::NoIssuer);
    }
    let this_update = body.time()?;
    if !matches!(body.next_tag(), Some(tag::UTC_TIME | tag::GENERALIZED_TIME)) {
        return Err(Invalid::NoNextUpdate);
    }
    let next_update = body.time()?;
    if next_update <= this_update {
        return Err(Invalid::Times);
    }
    let entries = match body.optional(tag::SEQUENCE)? {
        // It is left out where nobody is on the list (RFC 5280 §5.1.2.6).
        Some([]) => return Err(Invalid::NotDer),
        Some(rows) => entries(rows, signed.end - body.left())?,
        None => Vec::new(),
    };
    let said = match body.optional(EXTENSIONS)? {
        Some(value) => extensions(value)?,
        None => Said::default(),
    };
    body.end()?;
    let entries = Entries::new(entries, der).map_err(|serial| Invalid::Entry {
        serial: hex::encode_upper(serial),
        problem: "stands twice",
    })?;
    Ok(RevocationList {
        signed,
        algorithm,
        signature,
        digest: sha256(der),
        issuer,
        number: said.number.ok_or(Invalid::Missing("cRLNumber"))?,
        authority_key: said
            .authority_key
            .ok_or(Invalid::Missing("authorityKeyIdentifier with a key"))?,
        this_update,
        next_update,
        scope: said.scope.unwrap_or(Scope::ALL),
        entries,
        signed_by: OnceLock::new(),
        der: der.to_vec(),
    })
}

/// What the extensions of a list say.
#[derive(Default)]
struct Said {
    number: Option<RevocationListNumber>,
    authority_key: Option<Vec<u8>>,
    scope: Option<Scope>,
}

/// One extension: its identifier, whether it must be understood, its value.
fn extension<'a>(row: &mut Reader<'a>) -> Result<(&'a [u8], bool, &'a [u8]), NotDer> {
    let mut parts = row.inside(tag::SEQUENCE)?;
    let oid = parts.element(tag::OBJECT_IDENTIFIER)?;
    let is_critical = parts.flag(tag::BOOLEAN)?;
    let value = parts.element(tag::OCTET_STRING)?;
    parts.end()?;
    Ok((oid, is_critical, value))
}

fn extensions(value: &[u8]) -> Result<Said, Invalid> {
    let mut outer = Reader::new(value);
    let mut row = outer.inside(tag::SEQUENCE)?;
    outer.end()?;
    if row.is_at_end() {
        return Err(Invalid::NotDer);
    }
    let mut said = Said::default();
    let mut seen = Vec::new();
    while !row.is_at_end() {
        let (oid, is_critical, value) = extension(&mut row)?;
        if seen.contains(&oid) {
            return Err(Invalid::Repeated(dotted(oid)));
        }
        seen.push(oid);
        match oid {
            CRL_NUMBER if is_critical => return Err(Invalid::Critical("cRLNumber")),
            CRL_NUMBER => said.number = Some(number(value)?),
            AUTHORITY_KEY => said.authority_key = authority_key(value)?,
            ISSUING_POINT => said.scope = Some(Scope::read(value)?),
            DELTA => return Err(Invalid::Kind("a delta to another one")),
            _ if is_critical => return Err(Invalid::Unknown(dotted(oid))),
            _ => {}
        }
    }
    Ok(said)
}

/// RFC 5280 §5.2.3: at most 20 octets, never negative.
fn number(value: &[u8]) -> Result<RevocationListNumber, Invalid> {
    const MALFORMED: Invalid = Invalid::Malformed("cRLNumber");
    let mut outer = Reader::new(value);
    let contents = outer.integer().map_err(|_| MALFORMED)?;
    outer.end().map_err(|_| MALFORMED)?;
    let number = match contents {
        [0x80..=0xff, ..] => return Err(MALFORMED),
        [0, rest @ ..] => rest,
        all => all,
    };
    if number.len() > 20 {
        return Err(MALFORMED);
    }
    Ok(RevocationListNumber::from_octets(number))
}

fn authority_key(value: &[u8]) -> Result<Option<Vec<u8>>, Invalid> {
    const KEY: u8 = 0x80;
    const ISSUER: u8 = 0xa1;
    const SERIAL: u8 = 0x82;
    let key = || {
        let mut outer = Reader::new(value);
        let mut parts = outer.inside(tag::SEQUENCE)?;
        outer.end()?;
        let key = parts.optional(KEY)?;
        parts.optional(ISSUER)?;
        parts.optional(SERIAL)?;
        parts.end()?;
        Ok(key.map(<[u8]>::to_vec))
    };
    key().map_err(|NotDer| Invalid::Malformed("authorityKeyIdentifier"))
}

/// The rows of `revokedCertificates`, which end at this place of the list.
fn entries(rows: &[u8], end: usize) -> Result<Vec<Entry>, Invalid> {
    // About what a row takes; those of many bytes leave room unused, until they are sorted.
    let mut entries = Vec::with_capacity(rows.len() / 32);
    let mut reader = Reader::new(rows);
    while !reader.is_at_end() {
        let mut row = reader.inside(tag::SEQUENCE)?;
        let after_row = end - reader.left();
        let serial = row.integer()?;
        let from = after_row - row.left() - serial.len();
        let since = row.time()?.unix_timestamp();
        let why = if row.is_at_end() {
            Why::Revoked(RevocationReason::Unspecified)
        } else {
            reason(&mut row).map_err(|problem| Invalid::Entry {
                serial: hex::encode_upper(serial),
                problem,
            })?
        };
        entries.push(Entry {
            from: u32::try_from(from).map_err(|_| Invalid::NotDer)?,
            length: u8::try_from(serial.len()).map_err(|_| Invalid::NotDer)?,
            why,
            since,
        });
    }
    Ok(entries)
}

/// Why, from the extensions of an entry.
fn reason(row: &mut Reader<'_>) -> Result<Why, &'static str> {
    const MALFORMED: &str = "is malformed";
    let mut extensions = row.inside(tag::SEQUENCE).map_err(|_| MALFORMED)?;
    row.end().map_err(|_| MALFORMED)?;
    if extensions.is_at_end() {
        return Err(MALFORMED);
    }
    let mut found = None;
    let mut seen = Vec::new();
    while !extensions.is_at_end() {
        let (oid, is_critical, value) = extension(&mut extensions).map_err(|_| MALFORMED)?;
        if seen.contains(&oid) {
            return Err("has an extension twice");
        }
        seen.push(oid);
        match oid {
            REASON_CODE => found = Some(reason_of(value)?),
            INVALIDITY_DATE => {}
            CERTIFICATE_ISSUER => return Err("is of another issuer"),
            _ if is_critical => return Err("has a critical extension that is not known"),
            _ => {}
        }
    }
    Ok(found.unwrap_or(Why::Revoked(RevocationReason::Unspecified)))
}

/// RFC 5280 §5.3.1; `removeFromCRL` is for deltas alone.
fn reason_of(value: &[u8]) -> Result<Why, &'static str> {
    const HOLD: u8 = 6;
    let mut outer = Reader::new(value);
    let code = outer.element(tag::ENUMERATED).ok();
    match (code, outer.end()) {
        (Some([HOLD]), Ok(())) => Ok(Why::Hold),
        (Some([code]), Ok(())) => RevocationReason::ALL
            .into_iter()
            .find(|reason| reason.code() == *code)
            .map(Why::Revoked)
            .ok_or("has a reason that a complete list does not give"),
        _ => Err("has a malformed reason"),
    }
}

/// An object identifier in dots, or its bytes where it is none.
fn dotted(contents: &[u8]) -> String {
    x509_parser::asn1_rs::Oid::new(contents.into()).to_id_string()
}
