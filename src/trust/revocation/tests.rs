//! Lists that are read, lists that are not, and whose they are.

use std::process::Command;

use proptest::prelude::*;
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use time::macros::datetime;

use super::testing::{CRL_NUMBER, DELTA, DraftList, ISSUING_POINT, issuing_point};
use super::*;
use crate::domain::certificate::RevocationReason;
use crate::trust::pki::{
    AUTHORITY_KEY, CRL_POINTS, CRL_SIGN, Draft, KEY_CERT_SIGN, KEY_USAGE, NOW, Party, SUBJECT_KEY,
    crl_point, identifier, key_usage, name, new_key, pem, sequence, tlv,
};

const MAX: usize = 1 << 24;

fn read(der: &[u8]) -> Result<RevocationList, InvalidRevocationList> {
    RevocationList::read(der, MAX)
}

#[test]
fn what_a_list_says_is_read() {
    let issuer = Party::new("AC organisations");
    let draft = DraftList::of(&issuer)
        .with(&[5], Some(6))
        .with(&[0, 0x80], Some(1))
        .with(&[0x7f, 1], None);
    let der = draft.der(&issuer.key);
    let list = read(&der).unwrap();
    let since = NOW - Duration::hours(2);
    for (serial, standing) in [
        (&[5][..], IssuedStatus::OnHold(since)),
        (
            &[0, 0x80],
            IssuedStatus::Revoked(since, RevocationReason::KeyCompromise),
        ),
        (
            &[0x7f, 1],
            IssuedStatus::Revoked(since, RevocationReason::Unspecified),
        ),
        (&[0x80], IssuedStatus::Good),
        (&[0x7f], IssuedStatus::Good),
        (&[], IssuedStatus::Good),
    ] {
        assert_eq!(list.status_of(serial), standing, "{serial:?}");
    }
    assert_eq!(list.entries(), 3);
    assert_eq!(list.der(), der);
    assert_eq!(list.issuer(), &issuer.root().subject);
    assert_eq!(
        (list.number().octets(), list.number_hex().as_str()),
        (&[1][..], "01")
    );
    assert_eq!(list.authority_key(), identifier(&issuer.key));
    assert_eq!(list.this_update(), NOW - Duration::HOUR);
    assert_eq!(list.next_update(), NOW + Duration::DAY);
    assert_eq!(list.scope(), &Scope::ALL);
    assert_eq!(list.is_by(&issuer.root()), Ok(()));
}

#[test]
fn a_list_that_is_not_as_lists_are_is_refused() {
    use InvalidRevocationList as Invalid;
    type Doubt = fn(&mut DraftList);
    let entry = |problem| Invalid::Entry {
        serial: "05".to_owned(),
        problem,
    };
    let cases: Vec<(Doubt, Invalid)> = vec![
        (|d| d.version = 0, Invalid::NotDer),
        (|d| d.version = 2, Invalid::NotDer),
        (
            |d| d.inner_signature = "1.2.3",
            Invalid::SignatureAlgorithms,
        ),
        (|d| d.issuer = sequence(&[]), Invalid::NoIssuer),
        (
            |d| d.issuer = name(&[("2.5.4.3", "a\0b")]),
            Invalid::Issuer(crate::trust::certificate::InvalidName::Control),
        ),
        (|d| d.next_update = None, Invalid::NoNextUpdate),
        (|d| d.next_update = Some(d.this_update), Invalid::Times),
        (|d| d.extensions.clear(), Invalid::Missing("cRLNumber")),
        (|d| d.remove(CRL_NUMBER), Invalid::Missing("cRLNumber")),
        (
            |d| d.remove(AUTHORITY_KEY),
            Invalid::Missing("authorityKeyIdentifier with a key"),
        ),
        (
            |d| d.set(AUTHORITY_KEY, false, sequence(&[])),
            Invalid::Missing("authorityKeyIdentifier with a key"),
        ),
        (
            |d| d.set(AUTHORITY_KEY, false, tlv(5, &[])),
            Invalid::Malformed("authorityKeyIdentifier"),
        ),
        (
            |d| d.set(CRL_NUMBER, true, tlv(2, &[1])),
            Invalid::Critical("cRLNumber"),
        ),
        (
            |d| d.set(CRL_NUMBER, false, tlv(2, &[0xff])),
            Invalid::Malformed("cRLNumber"),
        ),
        (
            |d| d.set(CRL_NUMBER, false, tlv(2, &[1; 21])),
            Invalid::Malformed("cRLNumber"),
        ),
        (
            |d| d.set(CRL_NUMBER, false, tlv(2, &[0, 1])),
            Invalid::Malformed("cRLNumber"),
        ),
        (
            |d| d.extensions.push((CRL_NUMBER, false, tlv(2, &[1]))),
            Invalid::Repeated(CRL_NUMBER.to_owned()),
        ),
        (
            |d| d.set(DELTA, true, tlv(2, &[1])),
            Invalid::Kind("a delta to another one"),
        ),
        (
            |d| d.set("1.2.3.4", true, vec![5, 0]),
            Invalid::Unknown("1.2.3.4".to_owned()),
        ),
        (
            |d| {
                d.set(
                    ISSUING_POINT,
                    true,
                    issuing_point("http://a", &[tlv(0x84, &[0xff])]),
                );
            },
            Invalid::Kind("of several issuers"),
        ),
        (
            |d| {
                d.set(
                    ISSUING_POINT,
                    true,
                    issuing_point("http://a", &[tlv(0x83, &[6, 0x40])]),
                );
            },
            Invalid::Kind("of some reasons"),
        ),
        (
            |d| {
                d.set(
                    ISSUING_POINT,
                    true,
                    issuing_point("http://a", &[tlv(0x85, &[0xff])]),
                );
            },
            Invalid::Kind("of attribute certificates"),
        ),
        (
            |d| d.set(ISSUING_POINT, true, sequence(&[tlv(0xa0, &tlv(0xa1, &[]))])),
            Invalid::Kind("of a place that is named relative to its issuer"),
        ),
        (
            |d| {
                let both = [tlv(0x81, &[0xff]), tlv(0x82, &[0xff])];
                d.set(ISSUING_POINT, true, sequence(&both));
            },
            Invalid::Malformed("issuingDistributionPoint"),
        ),
        (
            |d| d.set(ISSUING_POINT, true, issuing_point("http://a\0b", &[])),
            Invalid::Malformed("issuingDistributionPoint"),
        ),
        (
            |d| {
                d.set(
                    ISSUING_POINT,
                    true,
                    issuing_point("http://a", &[tlv(0x81, &[0])]),
                );
            },
            Invalid::Malformed("issuingDistributionPoint"),
        ),
        (
            |d| *d = d.clone().with(&[5], None).with(&[7], None).with(&[5], None),
            entry("stands twice"),
        ),
        (
            |d| *d = d.clone().with(&[5], Some(8)),
            entry("has a reason that a complete list does not give"),
        ),
        (
            |d| *d = d.clone().with(&[5], Some(7)),
            entry("has a reason that a complete list does not give"),
        ),
        (
            |d| {
                *d = d.clone().with(&[5], None);
                let issuer = ("2.5.29.29", true, sequence(&[]));
                d.entries[0].extensions.push(issuer);
            },
            entry("is of another issuer"),
        ),
        (
            |d| {
                *d = d.clone().with(&[5], Some(1));
                d.entries[0].extensions.push(("1.2.3.4", true, vec![5, 0]));
            },
            entry("has a critical extension that is not known"),
        ),
        (
            |d| {
                *d = d.clone().with(&[5], Some(1));
                let again = d.entries[0].extensions[0].clone();
                d.entries[0].extensions.push(again);
            },
            entry("has an extension twice"),
        ),
        (|d| *d = d.clone().with(&[0, 5], None), Invalid::NotDer),
    ];
    let issuer = Party::new("AC organisations");
    for (place, (doubt, error)) in cases.iter().enumerate() {
        let mut draft = DraftList::of(&issuer);
        doubt(&mut draft);
        let refused = read(&draft.der(&issuer.key)).unwrap_err();
        assert_eq!(refused, *error, "case {place}");
    }
}

#[test]
fn what_need_not_be_understood_is_left_alone() {
    let issuer = Party::new("AC organisations");
    let mut draft = DraftList::of(&issuer).with(&[5], Some(1));
    draft.set("1.2.3.4", false, vec![5, 0]);
    draft.set("2.5.29.46", false, sequence(&[]));
    let date = tlv(0x18, b"20260101000000Z");
    draft.entries[0].extensions.push(("2.5.29.24", false, date));
    let list = read(&draft.der(&issuer.key)).unwrap();
    assert_ne!(list.status_of(&[5]), IssuedStatus::Good);
}

#[test]
fn size_is_looked_at_first_and_nothing_follows() {
    let issuer = Party::new("AC organisations");
    let mut der = DraftList::of(&issuer).der(&issuer.key);
    let bytes = der.len();
    assert!(RevocationList::read(&der, bytes).is_ok());
    let limit = bytes - 1;
    assert_eq!(
        RevocationList::read(&der, limit).unwrap_err(),
        InvalidRevocationList::TooLarge { bytes, limit }
    );
    der.push(0);
    assert_eq!(read(&der).unwrap_err(), InvalidRevocationList::NotDer);
}

#[test]
fn a_list_is_of_one_issuer_by_name_use_key_and_signature() {
    let (issuer, other) = (
        Party::new("AC organisations"),
        Party::new("AC organisations"),
    );
    let elsewhere = Party {
        name: Party::new("AC autre").name,
        key: rcgen::KeyPair::try_from(issuer.key.serialize_der()).unwrap(),
    };
    let list = read(&DraftList::of(&issuer).der(&issuer.key)).unwrap();
    let of = |bits: u8| {
        let mut draft = Draft::authority(&issuer, &issuer);
        draft.set(KEY_USAGE, true, key_usage(bits));
        draft.sign(&issuer.key)
    };
    let mut silent = Draft::authority(&issuer, &issuer);
    silent.remove(KEY_USAGE);
    let mut unnamed = Draft::authority(&other, &other);
    unnamed.remove(SUBJECT_KEY);
    for (certificate, answer) in [
        (issuer.root(), Ok(())),
        (of(CRL_SIGN), Ok(())),
        (silent.sign(&issuer.key), Ok(())),
        (of(KEY_CERT_SIGN), Err(NotItsIssuer::Usage)),
        (elsewhere.root(), Err(NotItsIssuer::Name)),
        (other.root(), Err(NotItsIssuer::Key)),
        (unnamed.sign(&other.key), Err(NotItsIssuer::Signature)),
        // Asked again, after others were.
        (issuer.root(), Ok(())),
    ] {
        assert_eq!(list.is_by(&certificate), answer, "{certificate:?}");
    }
    let forged = read(&DraftList::of(&issuer).der(&other.key)).unwrap();
    for _ in 0..2 {
        assert_eq!(forged.is_by(&issuer.root()), Err(NotItsIssuer::Signature));
    }
}

#[test]
fn a_list_is_about_the_certificates_of_its_issuer_in_its_scope() {
    let (issuer, other) = (Party::new("AC organisations"), Party::new("AC autre"));
    let user = Draft::gateway(&issuer, &new_key()).sign(&issuer.key);
    let mut nowhere = Draft::gateway(&issuer, &new_key());
    nowhere.remove(CRL_POINTS);
    let nowhere = nowhere.sign(&issuer.key);
    let mut authority = Draft::authority(&issuer, &other);
    authority.set(
        CRL_POINTS,
        false,
        crl_point("http://igc.essai.fr/organisations.crl"),
    );
    let authority = authority.sign(&issuer.key);
    let stranger = Draft::gateway(&other, &new_key()).sign(&other.key);
    let all = [&user, &nowhere, &authority, &stranger];
    let place = "http://igc.essai.fr/organisations.crl";
    for (point, covered) in [
        (None, [true, true, true, false]),
        (Some(sequence(&[])), [true, true, true, false]),
        (Some(issuing_point(place, &[])), [true, false, true, false]),
        (Some(issuing_point("http://igc.essai.fr/", &[])), [false; 4]),
        (
            Some(issuing_point(place, &[tlv(0x81, &[0xff])])),
            [true, false, false, false],
        ),
        (
            Some(issuing_point(place, &[tlv(0x82, &[0xff])])),
            [false, false, true, false],
        ),
        (
            Some(sequence(&[tlv(0x81, &[0xff])])),
            [true, true, false, false],
        ),
        // A directory name is no place that a certificate of ours names.
        (
            Some(sequence(&[tlv(0xa0, &tlv(0xa0, &tlv(0xa4, &issuer.name)))])),
            [false; 4],
        ),
    ] {
        let mut draft = DraftList::of(&issuer);
        if let Some(point) = &point {
            draft.set(ISSUING_POINT, true, point.clone());
        }
        let list = read(&draft.der(&issuer.key)).unwrap();
        assert_eq!(all.map(|it| list.covers(it)), covered, "{point:?}");
    }
}

#[test]
fn of_two_lists_the_number_tells_which_is_later_and_only_within_one_scope() {
    let issuer = Party::new("AC organisations");
    let number = |number: &[u8]| {
        let mut draft = DraftList::of(&issuer);
        draft.set(CRL_NUMBER, false, tlv(2, number));
        draft
    };
    let list = |draft: &DraftList| read(&draft.der(&issuer.key)).unwrap();
    let order: Vec<RevocationList> = [&[0][..], &[1], &[0x7f], &[0, 0x80], &[1, 0], &[2, 0]]
        .map(|it| list(&number(it)))
        .into();
    for (place, later) in order.iter().enumerate() {
        for (before, earlier) in order.iter().enumerate() {
            assert_eq!(
                later.is_after(earlier),
                before < place,
                "{place} after {before}"
            );
        }
    }
    // Made again under its number.
    let mut again = number(&[1]);
    again.this_update = NOW;
    assert!(list(&again).is_after(&order[1]));
    let mut elsewhere = number(&[9]);
    elsewhere.set(ISSUING_POINT, true, issuing_point("http://a", &[]));
    assert!(!list(&elsewhere).is_after(&order[1]));
    let other = Party::new("AC autre");
    let other = read(&DraftList::of(&other).number(9).der(&other.key)).unwrap();
    assert!(!other.is_after(&order[1]));
}

#[test]
fn a_list_is_believed_from_its_time_on_until_its_end() {
    let issuer = Party::new("AC organisations");
    let list = read(&DraftList::of(&issuer).der(&issuer.key)).unwrap();
    let (begin, end) = (list.this_update(), list.next_update());
    let (skew, grace) = (Duration::MINUTE, Duration::HOUR);
    for (at, found) in [
        (begin - skew - Duration::SECOND, Currency::NotYet),
        (begin - skew, Currency::Fresh(end + grace)),
        (end - Duration::SECOND, Currency::Fresh(end + grace)),
        (end, Currency::InGrace(end + grace)),
        (
            end + grace - Duration::SECOND,
            Currency::InGrace(end + grace),
        ),
        (end + grace, Currency::Over),
    ] {
        assert_eq!(list.currency(at, skew, grace), found, "{at}");
    }
    assert_eq!(list.currency(end, skew, Duration::ZERO), Currency::Over);
    let never = datetime!(9999-12-31 23:59:59 UTC);
    assert_eq!(
        list.currency(never, Duration::MAX, Duration::ZERO),
        Currency::Over
    );
}

#[test]
fn a_list_of_many_is_read_and_everyone_on_it_is_found() {
    let issuer = Party::new("AC organisations");
    let mut draft = DraftList::of(&issuer);
    let serial = |n: u32| [&[1][..], &n.wrapping_mul(0x9e37_79b1).to_be_bytes()].concat();
    for n in 0..40_000 {
        draft = draft_with(draft, serial(n));
    }
    let der = draft.der(&issuer.key);
    assert!(der.len() > 1 << 16);
    let list = read(&der).unwrap();
    assert_eq!(list.is_by(&issuer.root()), Ok(()));
    assert_eq!(list.entries(), 40_000);
    for n in 0..40_000 {
        assert!(
            matches!(list.status_of(&serial(n)), IssuedStatus::Revoked(..)),
            "{n}"
        );
    }
    for n in 40_000..41_000 {
        assert_eq!(list.status_of(&serial(n)), IssuedStatus::Good, "{n}");
    }
}

fn draft_with(mut draft: DraftList, serial: Vec<u8>) -> DraftList {
    draft.entries.push(testing::DraftEntry {
        serial,
        since: NOW,
        extensions: Vec::new(),
    });
    draft
}

#[test]
fn what_openssl_makes_is_read_as_openssl_prints_it() {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Party::new("AC organisations");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("ca.pem", &pem(issuer.root().der()));
    write("ca.key", &issuer.key.serialize_pem());
    write(
        "index.txt",
        "R\t351231000000Z\t260101000000Z,keyCompromise\t1F010203\tunknown\t/CN=a\n\
         R\t351231000000Z\t260102000000Z,certificateHold\t00FF\tunknown\t/CN=b\n\
         R\t351231000000Z\t260103000000Z\t05\tunknown\t/CN=c\n\
         V\t351231000000Z\t\t06\tunknown\t/CN=d\n",
    );
    write("number", "1A2B\n");
    write(
        "conf",
        "[ca]\ndefault_ca=it\n[it]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\n\
         default_crl_days=7\ncrl_extensions=ext\n[ext]\nauthorityKeyIdentifier=keyid:always\n",
    );
    let made = Command::new("openssl")
        .current_dir(folder.path())
        .args([
            "ca", "-config", "conf", "-gencrl", "-keyfile", "ca.key", "-cert", "ca.pem",
        ])
        .args([
            "-crl_lastupdate",
            "260601110000Z",
            "-crl_nextupdate",
            "260608110000Z",
        ])
        .args(["-out", "made.pem"])
        .output();
    let Ok(made) = made else {
        return eprintln!("skipped: no openssl here");
    };
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let der = CertificateRevocationListDer::from_pem_file(folder.path().join("made.pem")).unwrap();
    let list = read(&der).unwrap();
    assert_eq!(list.is_by(&issuer.root()), Ok(()));
    assert_eq!(list.number_hex(), "1A2B");
    assert_eq!(list.this_update(), datetime!(2026-06-01 11:00 UTC));
    assert_eq!(list.next_update(), datetime!(2026-06-08 11:00 UTC));
    for (serial, standing) in [
        (
            &[0x1f, 1, 2, 3][..],
            IssuedStatus::Revoked(
                datetime!(2026-01-01 0:00 UTC),
                RevocationReason::KeyCompromise,
            ),
        ),
        (
            &[0, 0xff],
            IssuedStatus::OnHold(datetime!(2026-01-02 0:00 UTC)),
        ),
        (
            &[5],
            IssuedStatus::Revoked(
                datetime!(2026-01-03 0:00 UTC),
                RevocationReason::Unspecified,
            ),
        ),
        (&[6], IssuedStatus::Good),
    ] {
        assert_eq!(list.status_of(serial), standing, "{serial:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_list_or_not(bytes: Vec<u8>) {
        let _ = read(&bytes);
        let _ = read(&tlv(0x30, &bytes));
    }

    #[test]
    fn who_is_written_is_read(serials in prop::collection::btree_set(1..u64::MAX >> 1, 0..20)) {
        let issuer = Party::new("AC organisations");
        let mut draft = DraftList::of(&issuer);
        let contents = |serial: &u64| {
            let bytes = serial.to_be_bytes();
            let from = bytes.iter().position(|byte| *byte != 0).unwrap();
            let sign = if bytes[from] >= 0x80 { &[0][..] } else { &[] };
            [sign, &bytes[from..]].concat()
        };
        for serial in &serials {
            draft = draft_with(draft, contents(serial));
        }
        let list = read(&draft.der(&issuer.key)).unwrap();
        prop_assert_eq!(list.entries(), serials.len());
        for serial in &serials {
            let found = list.status_of(&contents(serial));
            prop_assert_eq!(found, IssuedStatus::Revoked(NOW, RevocationReason::Unspecified));
            let other = serial ^ 1;
            if other > 0 && !serials.contains(&other) {
                prop_assert_eq!(list.status_of(&contents(&other)), IssuedStatus::Good);
            }
        }
    }
}

#[test]
fn one_changed_bit_anywhere_is_not_by_the_issuer() {
    let issuer = Party::new("AC organisations");
    let der = DraftList::of(&issuer).with(&[5], Some(1)).der(&issuer.key);
    let root = issuer.root();
    for place in 0..der.len() {
        let mut changed = der.clone();
        changed[place] ^= 1;
        if let Ok(list) = read(&changed) {
            assert!(list.is_by(&root).is_err(), "byte {place}");
        }
    }
}
