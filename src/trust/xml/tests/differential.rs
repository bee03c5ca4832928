//! What our reader reads is what a reader of any XML reads, which knows nothing of the format's shape.

use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::{Reader, escape};
use time::format_description::well_known::Rfc3339;

use super::fixture::{GENERATED_AT, SIGNER, list};
use super::properties::any_list;
use super::real_list;
use crate::trust::verify_at::VerifyAt;
use crate::trust::xml::{Limits, VerifiedList, read_signed, write_signed};

/// Name and text of every element outside the signature that holds no other, in the order of the file.
fn leaves(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut open, mut text, mut leaves) = (Vec::new(), String::new(), Vec::new());
    let mut is_leaf = false;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                open.push(tag.name().0.to_owned());
                text.clear();
                is_leaf = true;
            }
            Event::Text(piece) => text.push_str(&piece),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().unwrap() {
                Some(character) => text.push(character),
                None => text.push_str(escape::resolve_predefined_entity(&reference).unwrap()),
            },
            Event::End(_) => {
                let is_signed = open.iter().all(|name| name != "Signature");
                let name = open.pop().unwrap();
                // The list itself is a leaf when nobody is in it.
                if is_leaf && is_signed && name != "ListeDomaines" {
                    leaves.push((name, std::mem::take(&mut text)));
                }
                is_leaf = false;
            }
            Event::Eof => return leaves,
            Event::Decl(_)
            | Event::Empty(_)
            | Event::Comment(_)
            | Event::CData(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

/// The same from what our reader took; names of certificates as the file spelt them.
fn taken(verified: &VerifiedList) -> Vec<(String, String)> {
    let leaf = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let list = &verified.list;
    let generated_at = list.generated_at.format(&Rfc3339).unwrap();
    let mut leaves = vec![leaf("DateDeGeneration", &generated_at)];
    let mut respelled = verified.respelled.iter().peekable();
    for (place, entry) in list.entries.iter().enumerate() {
        let dn = match respelled.next_if(|it| it.entry == place) {
            Some(respelled) => &respelled.written,
            None => entry.operator_dn.as_str(),
        };
        leaves.extend([
            leaf("Nom", entry.mail_domain.as_str()),
            leaf("Description", &entry.description),
            leaf("DNCertificatOperateur", dn),
            leaf("ResponsableContact", &entry.responsible_contact),
            leaf("SupportContact", &entry.support_contact),
            leaf("DateMAJ", &entry.updated_at.format(&Rfc3339).unwrap()),
        ]);
    }
    leaves
}

/// Leaf by leaf, so that a failure shows the first that differs and not two whole lists.
fn assert_same(xml: &[u8], verified: &VerifiedList) {
    let (read, taken) = (leaves(str::from_utf8(xml).unwrap()), taken(verified));
    for (place, (read, taken)) in read.iter().zip(&taken).enumerate() {
        assert_eq!(read, taken, "leaf {place}");
    }
    assert_eq!(read.len(), taken.len());
}

fn read_back(xml: &[u8]) -> VerifiedList {
    read_signed(
        xml,
        &[SIGNER.pin()],
        VerifyAt::At(GENERATED_AT),
        &Limits::default(),
    )
    .unwrap()
}

#[test]
fn another_reader_finds_the_same_in_a_list_of_ours() {
    let xml = write_signed(&list(), &*SIGNER).unwrap();
    let verified = read_back(&xml);
    assert_eq!(verified.list, list());
    assert_same(&xml, &verified);
}

#[test]
fn another_reader_finds_the_same_in_the_real_list() {
    if let Some((xml, _, verified)) = real_list::verified() {
        assert_same(&xml, &verified);
    }
}

proptest! {
    #[test]
    fn another_reader_finds_the_same_in_any_list(list in any_list()) {
        let xml = write_signed(&list, &*SIGNER).unwrap();
        assert_same(&xml, &read_back(&xml));
    }
}
