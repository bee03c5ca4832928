//! What holds of every list and of every file.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::fixture::{SIGNER, entry, list};
use crate::domain::distinguished_name::{Attribute, OperatorDn};
use crate::domain::trust_list::{TrustEntry, TrustList};
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, WriteError, canonical, read_signed, write_signed};
use time::OffsetDateTime;

static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| write_signed(&list(), &*SIGNER).unwrap());

fn read(bytes: &[u8]) -> Result<TrustList, crate::trust::xml::ListError> {
    let at = VerifyAt::At(super::fixture::GENERATED_AT);
    read_signed(bytes, &[SIGNER.pin()], at, &Limits::default()).map(|verified| verified.list)
}

/// Texts as XML can hold them, markup and white space more often than chance would.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        proptest::sample::select(vec![
            '&', '<', '>', '"', '\'', ' ', '\n', '\t', ']', 'é', '\u{85}'
        ]),
        any::<char>().prop_filter("XML", |c| *c != '\r'
            && super::super::profile::is_xml_character(*c)),
    ];
    proptest::collection::vec(character, 0..24).prop_map(String::from_iter)
}

fn time() -> impl Strategy<Value = OffsetDateTime> {
    (0_i64..=253_402_300_799).prop_map(|at| OffsetDateTime::from_unix_timestamp(at).unwrap())
}

fn any_entry() -> impl Strategy<Value = TrustEntry> {
    let mail_domain = "[a-z0-9]{1,9}(-[a-z0-9]{1,3})?\\.mssante\\.fr";
    let value = any::<String>();
    (mail_domain, value, [text(), text(), text()], time()).prop_map(
        |(mail_domain, value, [description, responsible, support], updated_at)| {
            let attribute = |kind: &str, value: String| {
                vec![Attribute {
                    kind: kind.to_owned(),
                    value,
                }]
            };
            TrustEntry {
                description,
                operator_dn: OperatorDn::new(vec![
                    attribute("C", "FR".to_owned()),
                    attribute("O", value),
                ]),
                responsible_contact: responsible,
                support_contact: support,
                updated_at,
                ..entry(&mail_domain, "C=FR")
            }
        },
    )
}

/// Lists of a few entries, not sorted; one of a later time than the reader's would be refused for that.
pub(super) fn any_list() -> impl Strategy<Value = TrustList> {
    let entries = proptest::collection::vec(any_entry(), 0..6);
    (time(), entries).prop_map(|(generated_at, entries)| TrustList {
        generated_at: generated_at.min(super::fixture::GENERATED_AT),
        entries,
    })
}

proptest! {
    #[test]
    fn any_list_that_is_written_reads_back(list in any_list()) {
        let signed = write_signed(&list, &*SIGNER).unwrap();
        prop_assert_eq!(read(&signed), Ok(list));
    }

    #[test]
    fn any_byte_that_is_changed_is_seen(place in any::<proptest::sample::Index>(), other in 1_u8..) {
        let mut bytes = SIGNED.clone();
        let place = place.index(bytes.len());
        bytes[place] ^= other;
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_refused(bytes in any::<Vec<u8>>()) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn anything_put_in_or_taken_out_is_seen(
        from in any::<proptest::sample::Index>(),
        length in 0_usize..40,
        put in "(<[A-Za-z:/!?-]{0,9}>?|&[a-z#0-9]{0,4};|[ \n\r\t\"'=é]|[a-zA-Z0-9+/]{4}){0,3}",
    ) {
        let mut bytes = SIGNED.clone();
        let from = from.index(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, put.bytes());
        if bytes != *SIGNED {
            let taken = read(&bytes);
            // Base64 may be folded at any letter, and lines may end at two places: nothing else.
            let folded = |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != b'\n').collect::<Vec<u8>>();
            prop_assert!(taken.is_err() || folded(&bytes) == folded(&SIGNED), "{put:?} at {from}");
        }
    }
}

#[test]
fn every_place_is_protected() {
    let mut bytes = SIGNED.clone();
    for place in 0..bytes.len() {
        bytes[place] ^= 1;
        assert!(read(&bytes).is_err(), "byte {place}");
        bytes[place] ^= 1;
    }
}

#[test]
fn what_the_format_cannot_hold_is_not_written() {
    for (character, place) in [('\r', 0), ('\0', 1), ('\u{B}', 2), ('\u{FFFF}', 1)] {
        let mut list = list();
        list.entries[place].description = format!("avant{character}après");
        let error = canonical(&list).unwrap_err();
        let domain = list.entries[place].mail_domain.as_str();
        assert!(
            matches!(error, WriteError::Character { entry, character: c, .. } if entry == place && c == character),
            "{error}"
        );
        assert!(
            error.to_string().contains(domain) && error.to_string().contains("Description"),
            "{error}"
        );
    }
    let mut late = list();
    late.generated_at += time::Duration::milliseconds(1);
    assert!(matches!(canonical(&late), Err(WriteError::ListTime { .. })));
    let mut late = list();
    late.entries[1].updated_at += time::Duration::milliseconds(1);
    assert!(matches!(
        canonical(&late),
        Err(WriteError::EntryTime { entry: 1, .. })
    ));
}
