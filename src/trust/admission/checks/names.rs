//! What the list has: the mail domain, and behind it the name of the peer; and whether a server is the one
//! that was connected to.

use super::super::ListInForce;
use super::super::listed::Listed;
use super::super::report::{Ended, failed, held, skipped};
use super::presented::Presented;
use super::{A_SIGNER, NO_CHAIN, NO_LIST, NO_MAIL_DOMAIN, NOT_ASKED};
use crate::domain::admission::{Question, Reason, Role};
use crate::trust::chain::is_for_host;

/// The names that the list has behind the mail domain: that one, no subdomain of it and nothing above.
pub(in super::super) fn mail_domain<'a>(
    question: &Question,
    list: Option<&ListInForce>,
    listed: &'a Listed,
) -> Ended<&'a [usize]> {
    match (question.role, &question.mail_domain) {
        (Role::ListSigner, _) => return skipped(A_SIGNER),
        (Role::SmtpClient, None) => return skipped(NOT_ASKED),
        (Role::SmtpServer, None) => {
            return failed(
                Reason::MailDomainMissing,
                Reason::MailDomainMissing.sentence(),
            );
        }
        (Role::SmtpClient | Role::SmtpServer, Some(_)) if list.is_none() => {
            return skipped(NO_LIST);
        }
        (Role::SmtpClient | Role::SmtpServer, Some(_)) => {}
    }
    let row = question
        .mail_domain
        .as_ref()
        .and_then(|name| Some((name, listed.row(name)?)));
    match row {
        Some((name, row)) => held(row, format!("{name}: {} names behind it", row.len())),
        None => failed(
            Reason::MailDomainUntrusted,
            Reason::MailDomainUntrusted.sentence(),
        ),
    }
}

/// Whether a server's certificate is for the host that was connected to, where that is told.
pub(in super::super) fn host(question: &Question, presented: Option<&Presented>) -> Ended<()> {
    let host = match (question.role, &question.host) {
        (Role::SmtpServer, Some(host)) => host,
        (Role::SmtpServer, None) | (Role::SmtpClient | Role::ListSigner, _) => {
            return skipped(NOT_ASKED);
        }
    };
    let Some(presented) = presented else {
        return skipped(NO_CHAIN);
    };
    // What is told comes from outside and may be of any length.
    let shown: String = host.chars().take(253).collect();
    if is_for_host(&presented.leaf, host) {
        held((), shown)
    } else {
        let hosts: Vec<&str> = presented.leaf.extensions.dns_names().take(8).collect();
        let found = format!("{shown} is none of: {}", hosts.join(" "));
        failed(Reason::HostMismatch, found)
    }
}

/// Whether the list has the peer's name behind the mail domain, or behind any where none is asked about.
pub(in super::super) fn name(
    question: &Question,
    presented: Option<&Presented>,
    list: Option<&ListInForce>,
    row: Option<&[usize]>,
    listed: &Listed,
) -> Ended<()> {
    if question.role == Role::ListSigner {
        return skipped(A_SIGNER);
    }
    let Some(presented) = presented else {
        return skipped(NO_CHAIN);
    };
    if list.is_none() {
        return skipped(NO_LIST);
    }
    if row.is_none() && question.mail_domain.is_some() {
        return skipped(NO_MAIL_DOMAIN);
    }
    let subject = &presented.leaf.subject;
    let found = listed
        .matching(subject)
        .into_iter()
        .find(|place| row.is_none_or(|row| row.contains(place)));
    match found.and_then(|place| listed.name(place)) {
        Some(listed) => held((), format!("{subject} is listed as {listed}")),
        None => failed(
            Reason::NameNotListed,
            format!("{subject} is none of the names that the list has there"),
        ),
    }
}
