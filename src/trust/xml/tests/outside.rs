//! What we write is taken by `xmlsec1`, and what `xmlsec1` signs is taken by us.

use time::Duration;
use time::macros::datetime;

use super::fixture::{GENERATED_AT, SIGNER, STRANGER, list, xmlsec1};
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, ListError, Pin, canonical, read_signed, write_signed};

const PINNED: &[&str] = &["--verify", "--pubkey-cert-pem", "signer.pem", "list.xml"];
/// The key of the file's own certificate, which must be the one trusted; 2026-03-01 for the clock.
const TRUSTED: &[&str] = &[
    "--verify",
    "--trusted-pem",
    "signer.pem",
    "--verification-gmt-time",
    "2026-03-01 00:00:00",
    "list.xml",
];

#[test]
fn xmlsec1_takes_what_we_sign_by_the_pinned_certificate_only() {
    let signed = write_signed(&list(), &*SIGNER).unwrap();
    for arguments in [PINNED, TRUSTED] {
        for (signer, taken) in [(&SIGNER, true), (&STRANGER, false)] {
            let pem = signer.certificate_pem();
            let files = [("list.xml", &*signed), ("signer.pem", pem.as_bytes())];
            let (ok, words) = xmlsec1(arguments, &files);
            assert_eq!(ok, taken, "{arguments:?}: {words}");
        }
    }
}

#[test]
fn we_take_what_xmlsec1_signs() {
    // As it writes an empty element short, the template has none.
    let mut list = list();
    list.entries[0].support_contact = "support".to_owned();
    let mut template = String::from_utf8(write_signed(&list, &*STRANGER).unwrap()).unwrap();
    for element in ["DigestValue", "SignatureValue", "X509Certificate"] {
        template = emptied(&template, element);
    }
    let key_and_certificate = "key.pem,signer.pem";
    let (ok, words) = xmlsec1(
        &[
            "--sign",
            "--privkey-pem",
            key_and_certificate,
            "--output",
            "/dev/stdout",
            "list.xml",
        ],
        &[
            ("list.xml", template.as_bytes()),
            ("key.pem", SIGNER.key_pem.as_bytes()),
            ("signer.pem", SIGNER.certificate_pem().as_bytes()),
        ],
    );
    assert!(ok, "{words}");
    let verified = read_signed(
        words.as_bytes(),
        &[SIGNER.pin()],
        VerifyAt::ListTime,
        &Limits::default(),
    )
    .unwrap_or_else(|error| panic!("{error}\n{words}"));
    assert_eq!(verified.list, list);
}

/// The text without what an element holds.
fn emptied(text: &str, element: &str) -> String {
    let (before, rest) = text.split_once(&format!("<{element}>")).unwrap();
    let (_, after) = rest.split_once(&format!("</{element}>")).unwrap();
    format!("{before}<{element}></{element}>{after}")
}

#[test]
fn the_bytes_are_the_published_ones() {
    let list = crate::domain::trust_list::TrustList {
        generated_at: GENERATED_AT,
        entries: list().entries.into_iter().take(1).collect(),
    };
    let expected = r#"<ListeBlancheMSSante xmlns="https://listeblanche.mssante.fr/schema">
    <DateDeGeneration>2026-02-28T15:42:07Z</DateDeGeneration>
    <ListeDomaines>
        <Domaine>
            <Nom>ch-fictif.mssante.fr</Nom>
            <Description>Été &amp; &lt;hiver&gt; "deux" 'mots'
	sur deux lignes ]]&gt; </Description>
            <DNCertificatOperateur>CN=mss.ch-fictif.fr,OU=1990000001,O=CH \"L'ÉTÉ\" &amp; \&lt;FILS\&gt;\ ,ST=Nord (59),C=FR</DNCertificatOperateur>
            <ResponsableContact>01 99 00 00 01, responsable@fictif.fr</ResponsableContact>
            <SupportContact></SupportContact>
            <DateMAJ>2026-01-02T03:04:05Z</DateMAJ>
        </Domaine>
    </ListeDomaines>
</ListeBlancheMSSante>"#;
    let written = canonical(&list).unwrap();
    assert_eq!(std::str::from_utf8(written.as_bytes()).unwrap(), expected);
    let signed = write_signed(&list, &*SIGNER).unwrap();
    let signed = std::str::from_utf8(&signed).unwrap();
    assert!(signed.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListeBlancheMSSante "));
    assert!(signed.contains(
        "    </ListeDomaines>\n<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>\
         <CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
         <SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
         <Reference URI=\"\"><Transforms>\
         <Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
         <Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></Transforms>\
         <DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue>"
    ));
    assert!(
        signed
            .ends_with("</X509Certificate></X509Data></KeyInfo></Signature></ListeBlancheMSSante>")
    );
    assert!(!signed.contains('\r'));
}

#[test]
fn a_list_is_taken_by_a_pin_of_either_kind_at_a_time_of_its_signer() {
    let signed = write_signed(&list(), &*SIGNER).unwrap();
    let read = |pins: &[Pin], at| read_signed(&signed, pins, at, &Limits::default());
    let old_and_new = [STRANGER.pin(), SIGNER.pin()];
    let verified = read(&old_and_new, VerifyAt::ListTime).unwrap();
    assert_eq!(verified.list, list());
    assert_eq!(Pin::Certificate(verified.signer_certificate), SIGNER.pin());
    assert_eq!((verified.duplicates, verified.respelled.len()), (0, 0));
    let expected = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &signed);
    assert_eq!(verified.sha256.as_bytes(), expected.as_ref());

    let Err(ListError::NotPinned { sha256 }) = read(&[STRANGER.pin()], VerifyAt::ListTime) else {
        panic!("taken by a stranger's pin");
    };
    assert!(read(&[Pin::Sha256(sha256)], VerifyAt::ListTime).is_ok());
    assert!(matches!(
        read(&[], VerifyAt::ListTime),
        Err(ListError::NotPinned { .. })
    ));

    for (at, refused) in [
        (
            datetime!(2025-12-31 23:59:59 UTC),
            Some("list.signer_validity"),
        ),
        // The signer is good, but the list is still to come.
        (datetime!(2026-01-01 00:00:00 UTC), Some("list.future")),
        (GENERATED_AT - Duration::seconds(301), Some("list.future")),
        (GENERATED_AT - Duration::seconds(300), None),
        (datetime!(2026-12-31 23:59:59 UTC), None),
        (
            datetime!(2027-01-01 00:00:00 UTC),
            Some("list.signer_validity"),
        ),
    ] {
        {
            let at = VerifyAt::At(at);
            let code = read(&[SIGNER.pin()], at).err().map(|error| error.code());
            assert_eq!(code, refused, "{at:?}");
        }
    }
}
