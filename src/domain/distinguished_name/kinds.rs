//! The types of attributes a name is made of, and their spellings. It must not know values.

/// Short name as written, object identifier, other spellings read (RFC 4514 §3, RFC 4519 §2, X.520;
/// the mail address is of PKCS #9).
const KINDS: &[(&str, &str, &[&str])] = &[
    ("CN", "2.5.4.3", &["COMMONNAME"]),
    ("SN", "2.5.4.4", &["SURNAME"]),
    ("SERIALNUMBER", "2.5.4.5", &[]),
    ("C", "2.5.4.6", &["COUNTRYNAME"]),
    ("L", "2.5.4.7", &["LOCALITYNAME"]),
    ("ST", "2.5.4.8", &["S", "STATEORPROVINCENAME"]),
    ("STREET", "2.5.4.9", &["STREETADDRESS"]),
    ("O", "2.5.4.10", &["ORGANIZATIONNAME"]),
    ("OU", "2.5.4.11", &["ORGANIZATIONALUNITNAME"]),
    ("TITLE", "2.5.4.12", &["T"]),
    ("GIVENNAME", "2.5.4.42", &["GN", "G"]),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97", &[]),
    ("UID", "0.9.2342.19200300.100.1.1", &["USERID"]),
    ("DC", "0.9.2342.19200300.100.1.25", &["DOMAINCOMPONENT"]),
    (
        "EMAILADDRESS",
        "1.2.840.113549.1.9.1",
        &["E", "EMAIL", "MAIL"],
    ),
];

/// Longest object identifier read, in bytes.
const MAX_OID_BYTES: usize = 128;

/// The list's spelling of a type: its short name, else its dotted object identifier; `None` where
/// the text is neither.
pub(super) fn canonical(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let oid = upper.strip_prefix("OID.").unwrap_or(&upper);
    let known = KINDS.iter().find(|(name, dotted, others)| {
        *name == upper || *dotted == oid || others.contains(&&*upper)
    });
    match known {
        Some((name, _, _)) => Some((*name).to_owned()),
        None => is_dotted(oid).then(|| oid.to_owned()),
    }
}

/// Whether a text is an object identifier (RFC 4512 §1.4 `numericoid`).
fn is_dotted(text: &str) -> bool {
    let is_arc = |arc: &str| {
        !arc.is_empty()
            && arc.bytes().all(|b| b.is_ascii_digit())
            && (arc == "0" || !arc.starts_with('0'))
    };
    text.len() <= MAX_OID_BYTES && text.contains('.') && text.split('.').all(is_arc)
}
