//! The published list of 2025-02-28 as decisions look into it.

use std::collections::BTreeSet;

use super::super::listed::Listed;
use crate::trust::certificate::Certificate;
use crate::trust::pki::{Draft, Party, name, new_key};
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, ListError, Pin, read_signed};

#[test]
fn every_row_is_found_by_the_name_of_a_certificate() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = path.join("../shared/data/trust-list/listeblanchemssante-2025-02-28.xml");
    let Ok(bytes) = std::fs::read(path) else {
        return eprintln!("skipped: the real list is not here");
    };
    let read = |pins: &[Pin]| read_signed(&bytes, pins, VerifyAt::ListTime, &Limits::default());
    let Err(ListError::NotPinned { sha256 }) = read(&[]) else {
        panic!("a list is taken without a pin");
    };
    let list = read(&[Pin::Sha256(sha256)]).unwrap().list;
    let listed = Listed::new(&list);
    let names: BTreeSet<_> = list.entries.iter().map(|it| &it.operator_dn).collect();
    let (issuer, key) = (Party::new("AC organisations"), new_key());
    for listed_name in names {
        // A certificate with that name, in the order and the types of certificates.
        let oid = |kind: &str| match kind {
            "CN" => "2.5.4.3",
            "OU" => "2.5.4.11",
            "O" => "2.5.4.10",
            "ST" => "2.5.4.8",
            "L" => "2.5.4.7",
            "C" => "2.5.4.6",
            other => panic!("{other}"),
        };
        let rdns = listed_name.rdns().iter().flatten();
        let pairs: Vec<_> = rdns.map(|it| (oid(&it.kind), it.value.as_str())).collect();
        let mut draft = Draft::gateway(&issuer, &key);
        draft.subject = name(&pairs);
        let certificate = Certificate::parse(&draft.der(&issuer.key)).unwrap();
        let places = listed.matching(&certificate.subject);
        let rows = list
            .entries
            .iter()
            .filter(|it| it.operator_dn == *listed_name);
        for row in rows {
            let row = listed.row(&row.mail_domain).unwrap();
            assert!(
                places.iter().any(|place| row.contains(place)),
                "{listed_name}"
            );
        }
        // Its spellings and no other operator.
        for place in places {
            let other = listed.name(place).unwrap();
            assert_eq!(other.registered_number(), listed_name.registered_number());
        }
    }
}
