//! What tells one question from another: a digest of all of it. The one who asks chooses the bytes, so
//! that nothing weaker than SHA-256 will do.

use super::asked::{Asked, MailDomainAsked};
use crate::domain::digest::Digest;
use crate::trust::digest::sha256_of;

/// The digest of a question; a mail domain that is no name counts as none. Before the bytes of the certificates stand the lengths of everything, so
/// that no two questions make the same text.
pub(super) fn of(asked: &Asked) -> Digest {
    let Asked {
        chain,
        mail_domain,
        role,
        host,
        stapled,
    } = asked;
    let mut head = Vec::with_capacity(256);
    count(&mut head, chain.len());
    for certificate in &**chain {
        count(&mut head, certificate.len());
    }
    text(&mut head, Some(role.as_str()));
    let mail_domain = match mail_domain {
        MailDomainAsked::Named(name) => Some(name.as_str()),
        MailDomainAsked::Any | MailDomainAsked::Invalid(_) => None,
    };
    text(&mut head, mail_domain);
    text(&mut head, host.as_deref());
    head.push(u8::from(stapled.is_some()));
    let mut pieces = vec![head.as_slice()];
    pieces.extend(chain.iter().map(Vec::as_slice));
    pieces.extend(stapled.as_deref());
    sha256_of(&pieces)
}

fn count(head: &mut Vec<u8>, count: usize) {
    head.extend(u64::try_from(count).unwrap_or(u64::MAX).to_be_bytes());
}

fn text(head: &mut Vec<u8>, text: Option<&str>) {
    head.push(u8::from(text.is_some()));
    if let Some(text) = text {
        count(head, text.len());
        head.extend(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::admission::Role;

    #[test]
    fn every_part_of_a_question_counts() {
        let bytes = |parts: &[&[u8]]| parts.iter().map(|part| part.to_vec()).collect();
        let plain = Asked {
            chain: bytes(&[b"ab", b"c"]),
            mail_domain: MailDomainAsked::Any,
            role: Role::SmtpClient,
            host: None,
            stapled: None,
        };
        let host = |host: &str| Some(host.to_owned());
        let with = |change: &dyn Fn(&mut Asked)| {
            let mut asked = plain.clone();
            change(&mut asked);
            asked
        };
        let questions = [
            plain.clone(),
            with(&|it| it.chain = bytes(&[b"a", b"bc"])),
            with(&|it| it.chain = bytes(&[b"abc"])),
            with(&|it| it.chain = bytes(&[b"ab", b"c", b""])),
            with(&|it| it.chain = bytes(&[])),
            with(&|it| it.mail_domain = MailDomainAsked::of("a.fr")),
            with(&|it| it.mail_domain = MailDomainAsked::of("b.fr")),
            with(&|it| it.role = Role::SmtpServer),
            with(&|it| it.host = host("")),
            with(&|it| it.host = host("a.fr")),
            with(&|it| it.stapled = Some(Vec::new())),
            with(&|it| it.stapled = Some(b"c".to_vec())),
            with(&|it| {
                it.chain = bytes(&[b"ab"]);
                it.stapled = Some(b"c".to_vec());
            }),
        ];
        let mut seen = BTreeMap::new();
        for (place, asked) in questions.iter().enumerate() {
            assert_eq!(seen.insert(of(asked), place), None, "{place}");
            assert_eq!(of(asked), of(&asked.clone()));
        }
    }
}
