//! Spellings are those of the real list, with names and numbers of fiction.

use super::*;
use crate::domain::ids::{Finess, Siret};
use proptest::prelude::*;

const PLAIN: &str = "CN=mss.ch-fictif.fr,OU=1990000001,O=CH FICTIF,ST=Gironde (33),C=FR";

fn dn(text: &str) -> OperatorDn {
    OperatorDn::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn organization(value: &str) -> String {
    format!("CN=mss.ch-fictif.fr,OU=1990000001,O={value},ST=Gironde (33),C=FR")
}

#[test]
fn a_name_is_read_in_the_order_of_the_certificate() {
    let name = dn(PLAIN);
    let kinds: Vec<&str> = name
        .rdns()
        .iter()
        .flatten()
        .map(|a| a.kind.as_str())
        .collect();
    assert_eq!(kinds, ["C", "ST", "O", "OU", "CN"]);
    assert_eq!(name.common_name(), Some("mss.ch-fictif.fr"));
    assert_eq!(name.organization(), Some("CH FICTIF"));
    assert_eq!(name.organizational_unit(), Some("1990000001"));
    assert_eq!(name.to_string(), PLAIN);
    let json = serde_json::to_string(&name).unwrap();
    assert_eq!(json, format!("\"{PLAIN}\""));
    assert_eq!(serde_json::from_str::<OperatorDn>(&json).unwrap(), name);
}

#[test]
fn every_spelling_of_a_value_has_one_reading_and_one_writing() {
    for (written, value, strict) in [
        ("CH FICTIF", "CH FICTIF", "CH FICTIF"),
        (
            "\"C.H. DE  FICTION\"",
            "C.H. DE  FICTION",
            "C.H. DE  FICTION",
        ),
        (
            "\"FICTION, FRANCE\"",
            "FICTION, FRANCE",
            "FICTION\\, FRANCE",
        ),
        (
            "\"C.H. DE \\\"FICTION\\\"\"",
            "C.H. DE \"FICTION\"",
            "C.H. DE \\\"FICTION\\\"",
        ),
        ("\"CH FICTIF\" ", "CH FICTIF", "CH FICTIF"),
        (
            "CRLCC \"JEAN FICTIF\"",
            "CRLCC \"JEAN FICTIF\"",
            "CRLCC \\\"JEAN FICTIF\\\"",
        ),
        ("\"JEAN\" FICTIF", "\"JEAN\" FICTIF", "\\\"JEAN\\\" FICTIF"),
        ("\"JEAN\"\"", "\"JEAN\"\"", "\\\"JEAN\\\"\\\""),
        (
            "LE \"GRAND, BEAU\" CH",
            "LE \"GRAND, BEAU\" CH",
            "LE \\\"GRAND\\, BEAU\\\" CH",
        ),
        ("L 5\" DE FICTION", "L 5\" DE FICTION", "L 5\\\" DE FICTION"),
        (
            "CLINIQUE FICTIVE ",
            "CLINIQUE FICTIVE ",
            "CLINIQUE FICTIVE\\ ",
        ),
        (" CLINIQUE", " CLINIQUE", "\\ CLINIQUE"),
        (" ", " ", "\\ "),
        ("", "", ""),
        (
            "HOPITAL LA\u{a0} FICTION",
            "HOPITAL LA\u{a0} FICTION",
            "HOPITAL LA\u{a0} FICTION",
        ),
        ("\u{a0}X\u{a0}", "\u{a0}X\u{a0}", "\u{a0}X\u{a0}"),
        ("Hôpital d’Été", "Hôpital d’Été", "Hôpital d’Été"),
        (
            "A\\, B\\+\\;\\<\\>\\#\\=\\\\",
            "A, B+;<>#=\\",
            "A\\, B\\+\\;\\<\\>#=\\\\",
        ),
        ("H\\C3\\B4pital", "Hôpital", "Hôpital"),
        ("\\c3\\a9", "é", "é"),
        ("A\\0AB\\00", "A\nB\0", "A\\0AB\\00"),
        ("A=B;C<D>", "A=B;C<D>", "A=B\\;C\\<D\\>"),
        ("\\#1", "#1", "\\#1"),
        ("N°#1", "N°#1", "N°#1"),
    ] {
        let name = dn(&organization(written));
        assert_eq!(name.organization(), Some(value), "{written}");
        assert_eq!(name.to_string(), organization(strict), "{written}");
        assert_eq!(dn(&name.to_string()), name, "{written}");
        assert_eq!(name.rdns().len(), 5, "{written}");
    }
}

#[test]
fn types_and_separators_have_one_writing() {
    for (written, strict) in [
        (
            "CN=a.fr, OU=1990000001, O=X, ST=Nord (59), C=FR",
            "CN=a.fr,OU=1990000001,O=X,ST=Nord (59),C=FR",
        ),
        (
            "cn=a.fr,ou=1,o=X,l=Y,s=Z,c=FR",
            "CN=a.fr,OU=1,O=X,L=Y,ST=Z,C=FR",
        ),
        (
            "2.5.4.3=a.fr,OID.2.5.4.11=1,oid.2.5.4.6=FR",
            "CN=a.fr,OU=1,C=FR",
        ),
        ("CN =a.fr,C=FR", "CN=a.fr,C=FR"),
        ("CN=a.fr+OU=1,C=FR", "CN=a.fr+OU=1,C=FR"),
        ("CN=a.fr + OU=1,C=FR", "CN=a.fr\\ +OU=1,C=FR"),
        ("1.2.250.1.71=x,C=FR", "1.2.250.1.71=x,C=FR"),
        ("E=a@b.fr,C=FR", "EMAILADDRESS=a@b.fr,C=FR"),
    ] {
        assert_eq!(dn(written).to_string(), strict, "{written}");
    }
}

#[test]
fn what_is_no_name_or_could_be_two_is_refused() {
    let long = organization(&"X".repeat(MAX_BYTES));
    let many = vec!["OU=1"; 65].join(",");
    for text in [
        "",
        " ",
        "CN",
        "CN=a,",
        "CN=a,,C=FR",
        ",CN=a",
        "CN=a;C=FR,",
        "=a",
        "FOO=a",
        "C\u{a0}N=a",
        "2=a",
        "2..5=a",
        "2.05=a",
        "CN=#04024869",
        "CN=a\\",
        "CN=a\\x",
        "CN=a\\C",
        "CN=\\C3",
        "CN=\\FF,C=FR",
        "CN=\"a\\zz\"",
        "O=A, B,C=FR",
        "O=A+B,C=FR",
        "O=A \"B,ST=X\" D,C=FR",
        "O=\"A,ST=X\"B,C=FR",
        &long,
        &many,
    ] {
        assert!(OperatorDn::parse(text).is_err(), "{text:?}");
    }
    let error = OperatorDn::parse("CN").unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a distinguished name: a part has no ="
    );
}

#[test]
fn spellings_of_one_subject_match_and_share_a_key() {
    let spellings = [
        organization("C.H. DE  FICTION"),
        organization("\"C.H. DE  FICTION\""),
        organization("C.H. DE FICTION "),
        organization("C.H. DE\u{a0} FICTION"),
        organization("c.h. de fiction"),
        organization("C.H. DE \"FICTION\""),
        organization("Ｃ.Ｈ. DE FICTION"),
        organization("C.H. DE FIC\u{ad}TION"),
        "cn=MSS.CH-FICTIF.FR, ou=1990000001, o=C.H. DE FICTION, s=Gironde (33), c=fr".to_owned(),
    ];
    for left in &spellings {
        for right in &spellings {
            assert!(dn(left).matches(&dn(right)), "{left} | {right}");
        }
        assert_eq!(
            dn(left).match_key(),
            "CN=mss.ch-fictif.fr,OU=1990000001,O=c.h. de fiction,ST=gironde (33),C=fr"
        );
    }
    for (left, right) in [
        ("É", "e\u{301}"),
        ("STRASSE", "straße"),
        ("Œuvre", "œUVRE"),
        ("Ⅷ", "viii"),
    ] {
        assert!(
            dn(&format!("O={left}")).matches(&dn(&format!("O={right}"))),
            "{left} {right}"
        );
    }
    assert!(dn("CN=a+OU=B,C=FR").matches(&dn("OU=b+CN=A,C=fr")));
}

#[test]
fn other_subjects_do_not_match() {
    for (left, right) in [
        (
            PLAIN,
            "CN=mss.ch-fictif.fr,OU=1990000002,O=CH FICTIF,ST=Gironde (33),C=FR",
        ),
        (
            PLAIN,
            "CN=mss.ch-fictif.fr,OU=1990000001,O=CH FICTIF,L=Gironde (33),C=FR",
        ),
        (PLAIN, "CN=mss.ch-fictif.fr,OU=1990000001,O=CH FICTIF,C=FR"),
        (
            PLAIN,
            "OU=1990000001,CN=mss.ch-fictif.fr,O=CH FICTIF,ST=Gironde (33),C=FR",
        ),
        ("ST=Meurthe-et-Moselle (54)", "ST=Meurthe et Moselle(54)"),
        ("O=CHFICTIF", "O=CH FICTIF"),
        ("O=Été", "O=Ete"),
        ("O=A\\,B", "O=AB"),
        ("CN=a+OU=b", "CN=a,OU=b"),
        ("CN=a+CN=b", "CN=a+CN=a"),
        ("O=A \\\"B\\\" C", "O=\\\"A\\\" B C"),
    ] {
        assert!(!dn(left).matches(&dn(right)), "{left} | {right}");
    }
}

#[test]
fn a_unit_tells_the_number_of_the_operator() {
    let finess = |text: &str| Some(RegisteredNumber::Finess(Finess::parse(text).unwrap()));
    let siret = |text: &str| Some(RegisteredNumber::Siret(Siret::parse(text).unwrap()));
    for (units, number) in [
        ("OU=1990000001", finess("990000001")),
        ("OU=19B0000001", finess("9B0000001")),
        ("OU=399999999900017", siret("99999999900017")),
        ("OU=Direction,OU=1990000001", finess("990000001")),
        ("OU=199000000", None),
        ("OU=39999999990001X", None),
        ("OU=2990000001", None),
        ("O=1990000001", None),
    ] {
        assert_eq!(
            dn(&format!("CN=a.fr,{units},C=FR")).registered_number(),
            number,
            "{units}"
        );
    }
}

fn attribute() -> impl Strategy<Value = Attribute> {
    let kind = proptest::sample::select(vec!["CN", "OU", "O", "ST", "L", "C", "1.2.250.1.71"])
        .prop_map(str::to_owned);
    let value = prop_oneof![any::<String>(), "[ \"#+,;<=>\\\\aé\u{a0}\\n]{0,8}"];
    (kind, value).prop_map(|(kind, value)| Attribute { kind, value })
}

fn name() -> impl Strategy<Value = OperatorDn> {
    let rdn = proptest::collection::vec(attribute(), 1..3);
    proptest::collection::vec(rdn, 1..6).prop_map(OperatorDn::new)
}

proptest! {
    #[test]
    fn what_is_written_reads_back(name in name()) {
        let read = dn(name.as_str());
        prop_assert_eq!(read.rdns(), name.rdns());
        prop_assert_eq!(read, name);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        drop(OperatorDn::parse(&text));
    }

    #[test]
    fn texts_of_syntax_are_read_once(text in "(CN=|O=|[ \"#+,;<=>\\\\aé0]){0,12}") {
        if let Ok(name) = OperatorDn::parse(&text) {
            let again = dn(name.as_str());
            prop_assert_eq!(again.rdns(), name.rdns());
        }
    }

    #[test]
    fn names_that_match_share_a_key(left in name(), right in name()) {
        prop_assert!(left.matches(&left));
        prop_assert_eq!(left.matches(&right), right.matches(&left));
        if left.matches(&right) {
            prop_assert_eq!(left.match_key(), right.match_key());
        }
        let loud = OperatorDn::new(left.rdns().iter().map(|rdn| {
            rdn.iter().rev().map(|a| Attribute { kind: a.kind.clone(), value: format!(" {}  ", a.value) }).collect()
        }).collect());
        prop_assert!(left.matches(&loud));
        prop_assert_eq!(left.match_key(), loud.match_key());
    }
}
