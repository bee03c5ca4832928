//! The published list of 2025-02-28, as far as its facts are known.

use std::collections::{BTreeMap, BTreeSet};

use super::fixture::{SIGNER, real_list};
use crate::domain::distinguished_name::OperatorDn;
use crate::domain::operator::RegisteredNumber;
use crate::domain::trust_list::TrustList;
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{
    Limits, ListError, Pin, VerifiedList, canonical, read_signed, write_signed,
};
use time::macros::datetime;

/// The list, verified by the certificate that the file itself holds: this proves that the file was not
/// changed since somebody signed it, and nothing about who that was.
pub(super) fn verified() -> Option<(Vec<u8>, Pin, VerifiedList)> {
    let bytes = real_list()?;
    let read = |pins: &[Pin]| read_signed(&bytes, pins, VerifyAt::ListTime, &Limits::default());
    let Err(ListError::NotPinned { sha256 }) = read(&[]) else {
        panic!("a list is taken without a pin");
    };
    let pin = Pin::Sha256(sha256);
    let list = read(std::slice::from_ref(&pin)).unwrap();
    Some((bytes, pin, list))
}

#[test]
fn it_is_taken_at_its_time_and_expired_today() {
    let Some((bytes, pin, verified)) = verified() else {
        return;
    };
    assert_eq!(
        verified.list.generated_at,
        datetime!(2025-02-28 15:42:07 UTC)
    );
    assert_eq!(verified.list.entries.len(), 6494);
    assert_eq!(verified.duplicates, 21);
    let now = VerifyAt::At(datetime!(2026-11-21 23:00:00 UTC));
    let error = read_signed(&bytes, &[pin], now, &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "list.signer_validity");
}

#[test]
fn names_that_we_spell_as_published_are_written_to_the_published_bytes() {
    let Some((bytes, _, verified)) = verified() else {
        return;
    };
    let published = String::from_utf8(bytes).unwrap();
    let mut written =
        String::from_utf8(canonical(&verified.list).unwrap().as_bytes().to_vec()).unwrap();
    for name in &verified.respelled {
        let escaped = |text: &str| {
            let text = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            format!("<DNCertificatOperateur>{text}</DNCertificatOperateur>")
        };
        // Behind its mail domain, since other rows may hold the strict spelling.
        let entry = &verified.list.entries[name.entry];
        let block = written
            .match_indices("<Domaine>")
            .nth(name.entry)
            .map(|(at, _)| at)
            .unwrap();
        let (before, after) = written.split_at(block);
        let strict = escaped(entry.operator_dn.as_str());
        written = format!(
            "{before}{}",
            after.replacen(&strict, &escaped(&name.written), 1)
        );
    }
    let (before, rest) = published.split_once("<Signature").unwrap();
    let (_, after) = rest.split_once("</Signature>").unwrap();
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    assert!(format!("{declaration}{written}") == format!("{before}{after}"));
}

#[test]
fn its_names_are_391_spellings_of_383_names_of_382_subjects() {
    let Some((bytes, _, verified)) = verified() else {
        return;
    };
    let published = String::from_utf8(bytes).unwrap();
    let spellings: BTreeSet<String> = published
        .split("<DNCertificatOperateur>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().replace("&amp;", "&"))
        .collect();
    assert_eq!(spellings.len(), 391);
    let names: BTreeSet<OperatorDn> = spellings
        .iter()
        .map(|text| OperatorDn::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")))
        .collect();
    // 7 in Java's quotes and one with spaces behind its commas are other spellings of names that are
    // in the list as well.
    assert_eq!(names.len(), 383);
    assert!(names.iter().all(|name| name.rdns().len() == 5));
    let common: BTreeSet<&str> = names.iter().filter_map(OperatorDn::common_name).collect();
    assert_eq!(common.len(), 377);

    let (mut finess, mut siret) = (0, 0);
    for spelling in &spellings {
        match OperatorDn::parse(spelling).unwrap().registered_number() {
            Some(RegisteredNumber::Finess(_)) => finess += 1,
            Some(RegisteredNumber::Siret(_)) => siret += 1,
            None => panic!("{spelling} has no number"),
        }
    }
    // One of the 319 holds a letter: a test operator's.
    assert_eq!((finess, siret), (319, 72));

    let not_strict: BTreeSet<&str> = verified
        .respelled
        .iter()
        .map(|name| name.written.as_str())
        .collect();
    assert_eq!(not_strict.len(), 13);
    let with_quotes = not_strict.iter().filter(|text| text.contains('"'));
    assert_eq!(with_quotes.count(), 9);

    let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for spelling in &spellings {
        let key = OperatorDn::parse(spelling).unwrap().match_key();
        groups.entry(key).or_default().insert(spelling);
    }
    assert_eq!(groups.len(), 382);
    let written_otherwise: Vec<_> = groups.values().filter(|group| group.len() > 1).collect();
    assert_eq!(written_otherwise.len(), 8);
    for group in written_otherwise {
        for (left, right) in group.iter().zip(group.iter().skip(1)) {
            let [left, right] = [left, right].map(|text| OperatorDn::parse(text).unwrap());
            assert!(left.matches(&right), "{left} | {right}");
        }
    }
}

#[test]
fn published_again_it_says_the_same_without_what_it_says_twice() {
    let Some((_, _, verified)) = verified() else {
        return;
    };
    let ours = TrustList::assemble(verified.list.generated_at, verified.list.entries.clone());
    // Beside the doubled rows, 7 rows name a mail domain's certificate in a second spelling.
    assert_eq!(ours.entries.len(), 6494 - 21 - 7);
    let signed = write_signed(&ours, &*SIGNER).unwrap();
    let at = VerifyAt::At(super::fixture::GENERATED_AT);
    let again = read_signed(&signed, &[SIGNER.pin()], at, &Limits::default()).unwrap();
    assert_eq!(again.list, ours);
    assert_eq!((again.duplicates, again.respelled.len()), (0, 0));
    let keys = |list: &TrustList| -> BTreeSet<(String, String)> {
        let key = |(domain, dn): (&_, &_)| (format!("{domain}"), format!("{dn}"));
        list.entries.iter().map(|entry| key(entry.key())).collect()
    };
    assert_eq!(keys(&again.list), keys(&verified.list));
}
