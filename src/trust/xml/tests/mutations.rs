//! Every way we know in which a signed file can say something else to somebody: each is refused, by name.
//!
//! `xmlsec1` takes a good part of them, since what it checks is what is left after canonical form.

use super::fixture::{SIGNER, STRANGER, list, xmlsec1};
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, ListError, read_signed, write_signed};

fn signed() -> String {
    String::from_utf8(write_signed(&list(), &*SIGNER).unwrap()).unwrap()
}

fn code(bytes: &[u8]) -> Option<&'static str> {
    read_signed(
        bytes,
        &[SIGNER.pin()],
        VerifyAt::ListTime,
        &Limits::default(),
    )
    .err()
    .map(|error| error.code())
}

/// An entry as an attacker would have it.
const EVIL: &str = "<Domaine><Nom>evil.mssante.fr</Nom><Description>E</Description>\
    <DNCertificatOperateur>CN=evil,C=FR</DNCertificatOperateur><ResponsableContact>E</ResponsableContact>\
    <SupportContact>E</SupportContact><DateMAJ>2026-01-02T03:04:05Z</DateMAJ></Domaine>";

const EVIL_LIST: &str =
    "<ListeDomaines xmlns=\"https://listeblanche.mssante.fr/schema\"><Domaine/></ListeDomaines>";

/// Name, what is replaced once, by what, and the code of the refusal.
const REPLACED: &[(&str, &str, &str, &str)] = &[
    (
        "a byte order mark",
        "<?xml",
        "\u{FEFF}<?xml",
        "list.byte_order_mark",
    ),
    (
        "no declaration",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        "",
        "list.declaration",
    ),
    (
        "another charset declared",
        "encoding=\"UTF-8\"",
        "encoding=\"ISO-8859-1\"",
        "list.declaration",
    ),
    (
        "standalone",
        "\"UTF-8\"?>",
        "\"UTF-8\" standalone=\"yes\"?>",
        "list.declaration",
    ),
    (
        "XML 1.1",
        "version=\"1.0\"",
        "version=\"1.1\"",
        "list.declaration",
    ),
    (
        "space before the declaration",
        "<?xml",
        "\n<?xml",
        "list.declaration",
    ),
    (
        "a document type",
        "?><L",
        "?><!DOCTYPE ListeBlancheMSSante><L",
        "list.doctype",
    ),
    (
        "an internal subset",
        "?><L",
        "?><!DOCTYPE L [<!ENTITY e \"x\">]><L",
        "list.doctype",
    ),
    (
        "a default attribute",
        "?><L",
        "?><!DOCTYPE L [<!ATTLIST Nom a CDATA \"b\">]><L",
        "list.doctype",
    ),
    (
        "an external entity",
        "?><L",
        "?><!DOCTYPE L SYSTEM \"file:///etc/passwd\"><L",
        "list.doctype",
    ),
    (
        "a comment before the root",
        "?><L",
        "?><!-- c --><L",
        "list.comment",
    ),
    (
        "a comment between elements",
        "    <ListeDomaines>",
        "    <!-- c --><ListeDomaines>",
        "list.comment",
    ),
    (
        "a comment in a text",
        "<Nom>ch-",
        "<Nom>ch<!-- c -->-",
        "list.comment",
    ),
    (
        "a comment at the end",
        "</ListeBlancheMSSante>",
        "</ListeBlancheMSSante><!-- c -->",
        "list.trailing_bytes",
    ),
    (
        "a processing instruction",
        "<Domaine>",
        "<?php evil?><Domaine>",
        "list.processing_instruction",
    ),
    (
        "one in a text",
        "<Nom>ch-",
        "<Nom>ch<?p?>-",
        "list.processing_instruction",
    ),
    (
        "one before the root",
        "?><L",
        "?><?p?><L",
        "list.processing_instruction",
    ),
    (
        "CDATA",
        "<Nom>ch-fictif.mssante.fr<",
        "<Nom><![CDATA[ch-fictif.mssante.fr]]><",
        "list.cdata",
    ),
    (
        "a number for a letter",
        "<Nom>15",
        "<Nom>&#49;5",
        "list.character_reference",
    ),
    (
        "a number in hexadecimal",
        "<Nom>15",
        "<Nom>&#x31;5",
        "list.character_reference",
    ),
    (
        "an entity of its own",
        "<Nom>15",
        "<Nom>&e;15",
        "list.entity_reference",
    ),
    (
        "an unfinished reference",
        "Été &amp;",
        "Été & ",
        "list.entity_reference",
    ),
    ("a quote escaped", "\"deux\"", "&quot;deux\"", "list.escape"),
    (
        "a bracket not escaped",
        "hiver&gt;",
        "hiver>",
        "list.escape",
    ),
    (
        "a carriage return in a text",
        "sur deux",
        "\rsur deux",
        "list.carriage_return",
    ),
    (
        "one as a reference",
        "sur deux",
        "&#xD;sur deux",
        "list.carriage_return",
    ),
    (
        "one between elements",
        "    <Domaine>",
        "    \r<Domaine>",
        "list.carriage_return",
    ),
    (
        "a control character",
        "sur deux",
        "\u{1}sur deux",
        "list.character",
    ),
    (
        "a character XML has not",
        "sur deux",
        "\u{FFFE}sur deux",
        "list.character",
    ),
    (
        "a NUL between elements",
        "<Domaine>",
        "\0<Domaine>",
        "list.character",
    ),
    (
        "text between elements",
        "<Domaine>",
        "x<Domaine>",
        "list.unexpected_text",
    ),
    ("a prefix", "<Nom>", "<l:Nom>", "list.prefix"),
    (
        "a prefix at the root",
        "<ListeBlancheMSSante xmlns=",
        "<l:ListeBlancheMSSante xmlns:l=",
        "list.prefix",
    ),
    (
        "a prefixed signature",
        "<Signature xmlns=",
        "<ds:Signature xmlns:ds=",
        "list.prefix",
    ),
    (
        "another namespace",
        "listeblanche.mssante.fr/schema",
        "listeblanche.mssante.fr/evil",
        "list.attribute",
    ),
    (
        "another attribute",
        "/schema\">",
        "/schema\" Id=\"a\">",
        "list.attribute",
    ),
    (
        "an attribute of an entry",
        "<Domaine>",
        "<Domaine Id=\"a\">",
        "list.attribute",
    ),
    (
        "a namespace of an entry",
        "<Domaine>",
        "<Domaine xmlns=\"\">",
        "list.attribute",
    ),
    ("space in a tag", "<Nom>", "<Nom >", "list.tag_spelling"),
    (
        "space in an end tag",
        "</Nom>",
        "</Nom >",
        "list.tag_spelling",
    ),
    (
        "a short empty element",
        "<SupportContact></SupportContact>",
        "<SupportContact/>",
        "list.tag_spelling",
    ),
    (
        "an element of its own",
        "<Domaine>",
        "<Evil/><Domaine>",
        "list.unexpected_element",
    ),
    (
        "an element in a text",
        "<Nom>ch-",
        "<Nom><b>ch-",
        "list.unexpected_element",
    ),
    (
        "an element left out",
        "<SupportContact></SupportContact>",
        "",
        "list.unexpected_element",
    ),
    (
        "an element closed early",
        "</Nom>",
        "",
        "list.unexpected_element",
    ),
    (
        "an entry closed early",
        "<Nom>15-20.autre.fr</Nom>",
        "</Domaine>",
        "list.unexpected_end",
    ),
    (
        "another root",
        "<ListeBlancheMSSante",
        "<Enveloppe",
        "list.unexpected_element",
    ),
    (
        "a name in capitals",
        "<Nom>ch-",
        "<Nom>CH-",
        "list.mail_domain",
    ),
    (
        "a name that is none",
        "<Nom>15-20.autre.fr",
        "<Nom>*.fr",
        "list.mail_domain",
    ),
    (
        "an empty name",
        "<Nom>15-20.autre.fr",
        "<Nom>",
        "list.mail_domain",
    ),
    (
        "a certificate's name that is none",
        "CN=mss.autre.fr,",
        "mss.autre.fr,",
        "list.operator_dn",
    ),
    (
        "a time with an offset",
        "03:04:05Z",
        "03:04:05+00:00",
        "list.time",
    ),
    (
        "a day that is not",
        "2026-02-28T",
        "2026-02-30T",
        "list.time",
    ),
    (
        "a signature in front",
        "    <DateDeGeneration>",
        "<Signature/>    <DateDeGeneration>",
        "list.misplaced_signature",
    ),
    (
        "one among the entries",
        "        <Domaine>",
        "<Signature/><Domaine>",
        "list.misplaced_signature",
    ),
    (
        "a second one",
        "</Signature>",
        "</Signature><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>",
        "list.second_signature",
    ),
    (
        "an evil entry behind it",
        "</Signature>",
        "</Signature><Domaine/>",
        "list.unexpected_element",
    ),
    (
        "space in it",
        "<SignedInfo>",
        " <SignedInfo>",
        "list.signature_content",
    ),
    (
        "space in SignedInfo",
        "<Reference URI=\"\">",
        "\n<Reference URI=\"\">",
        "list.signature_content",
    ),
    (
        "a comment in it",
        "<SignedInfo>",
        "<!-- c --><SignedInfo>",
        "list.comment",
    ),
    (
        "a comment in its digest",
        "<DigestValue>",
        "<DigestValue><!-- c -->",
        "list.comment",
    ),
    (
        "its identifier",
        "xmldsig#\">",
        "xmldsig#\" Id=\"s\">",
        "list.attribute",
    ),
    (
        "a part signed only",
        "URI=\"\"",
        "URI=\"#a\"",
        "list.attribute",
    ),
    (
        "a second reference",
        "</Reference>",
        "</Reference><Reference URI=\"\"/>",
        "list.signature_content",
    ),
    (
        "no transforms",
        "<Transforms>",
        "",
        "list.signature_content",
    ),
    (
        "an XSLT transform",
        "<Transforms>",
        "<Transforms><Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>",
        "list.algorithm",
    ),
    (
        "canonical form of 1.0",
        "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
        "<CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"",
        "list.algorithm",
    ),
    (
        "canonical form with comments",
        "xml-exc-c14n#\"/></Transforms>",
        "xml-exc-c14n#WithComments\"/></Transforms>",
        "list.algorithm",
    ),
    (
        "inclusive prefixes",
        "xml-exc-c14n#\"/></Transforms>",
        "xml-exc-c14n#\"><InclusiveNamespaces/></Transform></Transforms>",
        "list.signature_content",
    ),
    ("SHA-1", "xmlenc#sha256", "xmldsig#sha1", "list.algorithm"),
    (
        "RSA with SHA-1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "list.algorithm",
    ),
    (
        "HMAC",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "list.algorithm",
    ),
    (
        "a length of HMAC",
        "#rsa-sha256\"/>",
        "#rsa-sha256\"><HMACOutputLength>0</HMACOutputLength></SignatureMethod>",
        "list.signature_content",
    ),
    (
        "a list in an Object",
        "</Signature>",
        "<Object>EVIL</Object></Signature>",
        "list.signature_content",
    ),
    (
        "a list in KeyInfo",
        "<KeyInfo>",
        "<KeyInfo>EVIL",
        "list.signature_content",
    ),
    (
        "a list in X509Data",
        "<X509Data>",
        "<X509Data>EVIL",
        "list.signature_content",
    ),
    (
        "a list in a certificate",
        "<X509Certificate>",
        "<X509Certificate>EVIL",
        "list.signature_content",
    ),
    (
        "a second certificate",
        "</X509Certificate>",
        "</X509Certificate><X509Certificate/>",
        "list.signature_content",
    ),
    (
        "a key beside the certificate",
        "<KeyInfo>",
        "<KeyInfo><KeyValue/>",
        "list.signature_content",
    ),
    (
        "text behind the certificate",
        "</X509Data>",
        "x</X509Data>",
        "list.signature_content",
    ),
    (
        "space in base64",
        "<SignatureValue>",
        "<SignatureValue> ",
        "list.base64",
    ),
    (
        "a carriage return in base64",
        "<SignatureValue>",
        "<SignatureValue>\r\n",
        "list.base64",
    ),
    (
        "something else in base64",
        "<SignatureValue>",
        "<SignatureValue>&amp;",
        "list.base64",
    ),
    (
        "an empty signature",
        "</SignedInfo><SignatureValue>",
        "</SignedInfo><SignatureValue></SignatureValue><SignatureValue>",
        "list.signature_content",
    ),
    (
        "bytes behind the end",
        "</ListeBlancheMSSante>",
        "</ListeBlancheMSSante>\n\n",
        "list.trailing_bytes",
    ),
    (
        "a second document",
        "</ListeBlancheMSSante>",
        "</ListeBlancheMSSante><ListeBlancheMSSante/>",
        "list.trailing_bytes",
    ),
    (
        "another mail domain",
        "15-20.autre.fr",
        "15-21.autre.fr",
        "list.digest",
    ),
    (
        "another certificate",
        "CN=mss.autre.fr",
        "CN=mss.evil.fr",
        "list.digest",
    ),
    ("another time", "T15:42:07Z", "T15:42:08Z", "list.digest"),
    (
        "another layout",
        "    <ListeDomaines>",
        "  <ListeDomaines>",
        "list.digest",
    ),
];

#[test]
fn each_replacement_is_refused_by_its_name() {
    let signed = signed();
    assert_eq!(code(signed.as_bytes()), None);
    for (name, from, to, expected) in REPLACED {
        assert!(signed.contains(from), "{name}: {from} is not in the list");
        let mutated = signed.replacen(from, &to.replace("EVIL", EVIL_LIST), 1);
        assert_eq!(code(mutated.as_bytes()), Some(*expected), "{name}");
    }
}

#[test]
fn every_code_of_the_table_is_met() {
    use std::collections::BTreeSet;
    let elsewhere = [
        "list.not_utf8",
        "list.truncated",
        "list.text_too_long",
        "list.too_many_entries",
        "list.not_signed",
    ];
    let met: BTreeSet<&str> = REPLACED
        .iter()
        .map(|(_, _, _, code)| *code)
        .chain(elsewhere)
        .collect();
    for rule in crate::trust::xml::ListRule::ALL {
        assert!(met.contains(rule.code()), "{} is met nowhere", rule.code());
    }
}

/// The signature of a file, tags included.
fn signature(signed: &str) -> &str {
    let start = signed.find("<Signature").unwrap();
    let end = signed.find("</Signature>").unwrap() + "</Signature>".len();
    &signed[start..end]
}

#[test]
fn what_takes_more_than_a_replacement_is_refused_too() {
    let signed = signed();
    let signature = signature(&signed);
    let unsigned = signed.replace(signature, "");
    let moved = unsigned.replace(
        "    <DateDeGeneration>",
        &format!("{signature}    <DateDeGeneration>"),
    );
    let wrapped = signed
        .replace(
            "<ListeBlancheMSSante xmlns=\"https://listeblanche.mssante.fr/schema\">",
            "<E xmlns=\"https://listeblanche.mssante.fr/schema\">",
        )
        .replace("</ListeBlancheMSSante>", "</E>");
    let added = signed.replacen("        <Domaine>", &format!("{EVIL}<Domaine>"), 1);
    let start = signed.rfind("        <Domaine>").unwrap();
    let end = signed.find("    </ListeDomaines>").unwrap();
    let dropped = format!("{}{}", &signed[..start], &signed[end..]);
    let mut list = list();
    let resigned = write_signed(&list, &*STRANGER).unwrap();
    let other_key = String::from_utf8(resigned.clone()).unwrap();
    let value = |text: &str, element: &str| {
        let (_, rest) = text.split_once(&format!("<{element}>")).unwrap();
        rest.split_once(&format!("</{element}>"))
            .unwrap()
            .0
            .to_owned()
    };
    let certificate = |text: &str| value(text, "X509Certificate");
    let other_certificate = signed.replace(&certificate(&signed), &certificate(&other_key));
    let stolen_certificate = other_key.replace(&certificate(&other_key), &certificate(&signed));
    list.entries.pop();
    let other = String::from_utf8(write_signed(&list, &*SIGNER).unwrap()).unwrap();
    let other_signature = signed.replace(
        &value(&signed, "SignatureValue"),
        &value(&other, "SignatureValue"),
    );
    let without_key = signed.replace(
        &signed[signed.find("<KeyInfo>").unwrap()..signed.find("</Signature>").unwrap()],
        "",
    );
    let utf16: Vec<u8> = signed.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin1: Vec<u8> = signed
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let deep = signed.replacen("<Domaine>", &"<Domaine>".repeat(200_000), 1);
    let long = signed.replacen("Domaine MSS", &"x".repeat(5000), 1);
    let crlf = signed.replace('\n', "\r\n");
    for (name, bytes, expected) in [
        ("no signature", unsigned.as_bytes(), "list.not_signed"),
        (
            "the signature moved",
            moved.as_bytes(),
            "list.misplaced_signature",
        ),
        (
            "another root",
            wrapped.as_bytes(),
            "list.unexpected_element",
        ),
        ("an entry added", added.as_bytes(), "list.digest"),
        ("an entry dropped", dropped.as_bytes(), "list.digest"),
        ("signed by another", &resigned, "list.signer_not_pinned"),
        (
            "another certificate",
            other_certificate.as_bytes(),
            "list.signer_not_pinned",
        ),
        (
            "signed by another, our certificate",
            stolen_certificate.as_bytes(),
            "list.signature",
        ),
        (
            "the signature of another list",
            other_signature.as_bytes(),
            "list.signature",
        ),
        (
            "the signature of another list, whole",
            signed
                .replace(signature, self::signature(&other))
                .as_bytes(),
            "list.digest",
        ),
        (
            "no certificate",
            without_key.as_bytes(),
            "list.signature_content",
        ),
        ("UTF-16", &utf16, "list.not_utf8"),
        ("Latin-1", &latin1, "list.not_utf8"),
        ("200,000 levels", deep.as_bytes(), "list.unexpected_element"),
        ("a long text", long.as_bytes(), "list.text_too_long"),
        (
            "lines that end in CR LF",
            crlf.as_bytes(),
            "list.carriage_return",
        ),
        ("nothing", b"", "list.declaration"),
        (
            "half a file",
            &signed.as_bytes()[..signed.len() / 2],
            "list.truncated",
        ),
    ] {
        assert_eq!(code(bytes), Some(expected), "{name}");
    }
}

#[test]
fn every_beginning_of_a_list_is_refused() {
    let signed = signed();
    for end in 0..signed.len() {
        assert!(
            code(&signed.as_bytes()[..end]).is_some(),
            "the first {end} bytes"
        );
    }
}

#[test]
fn sizes_are_capped() {
    let signed = signed();
    let read = |limits: &Limits| {
        read_signed(
            signed.as_bytes(),
            &[SIGNER.pin()],
            VerifyAt::ListTime,
            limits,
        )
        .map(|_| ())
    };
    let fits = Limits {
        bytes: signed.len(),
        entries: 3,
        text_bytes: 120,
    };
    assert_eq!(read(&fits), Ok(()));
    let error = read(&Limits {
        bytes: signed.len() - 1,
        ..fits
    })
    .unwrap_err();
    assert_eq!(
        error,
        ListError::TooLarge {
            bytes: signed.len(),
            limit: signed.len() - 1
        }
    );
    assert_eq!(error.code(), "list.too_large");
    let error = read(&Limits { entries: 2, ..fits }).unwrap_err();
    assert_eq!(error.code(), "list.too_many_entries");
    let error = read(&Limits {
        text_bytes: 40,
        ..fits
    })
    .unwrap_err();
    assert_eq!(error.code(), "list.text_too_long");
}

#[test]
fn a_refusal_names_the_place() {
    let mutated = signed().replacen("<Nom>15", "<Nom><!-- c -->15", 1);
    let offset = mutated.find("<!--").unwrap();
    let line = 1 + mutated[..offset].matches('\n').count();
    let error = read_signed(
        mutated.as_bytes(),
        &[],
        VerifyAt::ListTime,
        &Limits::default(),
    );
    let Err(ListError::Shape {
        offset: at,
        line: on,
        ..
    }) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!((at, on), (offset, line));
}

/// That strictness is needed: these say other things to other readers, and are signed all the same for a
/// verifier that does what XML Signature asks for.
#[test]
fn a_verifier_of_any_xml_takes_what_is_refused_here() {
    let signed = signed();
    let pem = SIGNER.certificate_pem();
    for name in [
        "a comment in a text",
        "CDATA",
        "a number for a letter",
        "a list in an Object",
        "a list in KeyInfo",
    ] {
        let (_, from, to, _) = REPLACED.iter().find(|case| case.0 == name).unwrap();
        let mutated = signed.replacen(from, &to.replace("EVIL", EVIL_LIST), 1);
        let (taken, words) = xmlsec1(
            &["--verify", "--pubkey-cert-pem", "signer.pem", "list.xml"],
            &[
                ("list.xml", mutated.as_bytes()),
                ("signer.pem", pem.as_bytes()),
            ],
        );
        assert!(taken, "{name}: {words}");
    }
}
