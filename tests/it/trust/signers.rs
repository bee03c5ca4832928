//! Signing keys: announced before they sign, two known during a roll-over, one lost in an accident.

use annuaire::domain::act::Act;
use annuaire::domain::error::{
    APPROVAL_STALE, CERTIFICATE_REFUSED, SIGNER_NOT_FOUND, SIGNER_TRANSITION, SIGNER_UNREADABLE,
};
use annuaire::domain::list_version::SignerState;
use annuaire::service::trust_space::Requested;
use annuaire::trust::sidecar::{self, ListMeta, NotNext, SignerStatus};
use annuaire::trust::sign::{Signer, SignerCertificate};
use annuaire::trust::verify_at::VerifyAt;
use annuaire::trust::xml::{Limits, ListError, Pin, read_signed};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair};
use time::Duration;

use super::keys::{NOW, fingerprint, hexadecimal, signer, signer_until};
use super::publishing::{Publishing, with_entries, with_key};
use crate::support::signing;

fn switch(which: usize) -> Act {
    let sha256 = fingerprint(&*signer(which)).to_string();
    Act::SwitchSigner { sha256 }
}

fn withdraw(which: usize) -> Act {
    let sha256 = fingerprint(&*signer(which)).to_string();
    Act::WithdrawSigner { sha256 }
}

async fn states(fixture: &Publishing) -> Vec<SignerState> {
    let signers = fixture.space.signers().await.unwrap();
    signers.into_iter().map(|signer| signer.state).collect()
}

async fn refused(fixture: &Publishing, act: Act) -> &'static str {
    fixture.agree(act).await.unwrap_err().code.code
}

/// The side-car of a version, which this key must have signed.
async fn meta(fixture: &Publishing, sequence: u64, which: usize) -> ListMeta {
    let files = fixture.space.list_files(sequence).await.unwrap();
    let pins = [SignerCertificate::parse(signer(which).certificate()).unwrap()];
    sidecar::verify(files.meta_jws.as_bytes(), &pins, VerifyAt::ListTime).unwrap()
}

#[test]
fn a_key_takes_over_once_a_list_has_announced_it() {
    with_key(async |fixture| {
        assert_eq!(states(&fixture).await, [SignerState::Current]);
        fixture.publish().await;
        fixture.announce(&*signer(1)).await.unwrap();
        assert_eq!(
            states(&fixture).await,
            [SignerState::Current, SignerState::Next]
        );
        assert_eq!(
            refused(&fixture, switch(1)).await,
            SIGNER_TRANSITION.code,
            "nobody knows it"
        );
        assert_eq!(refused(&fixture, switch(0)).await, SIGNER_TRANSITION.code);

        fixture.publish().await;
        let announcing = meta(&fixture, 2, 0).await;
        let told: Vec<_> = announcing
            .signers
            .iter()
            .map(|it| (it.sha256, it.status))
            .collect();
        assert_eq!(
            told,
            [
                (fingerprint(&*signer(0)), SignerStatus::Current),
                (fingerprint(&*signer(1)), SignerStatus::Next),
            ]
        );
        fixture.agree(switch(1)).await.unwrap();
        assert_eq!(
            states(&fixture).await,
            [SignerState::Retired, SignerState::Current]
        );
        fixture.publish().await;
        let taken_over = meta(&fixture, 3, 1).await;
        assert_eq!(taken_over.follows(&announcing), Ok(()));

        // Who had both pins reads both lists; the past stays verifiable.
        let pins: Vec<Pin> = [0, 1]
            .map(|which| Pin::Sha256(fingerprint(&*signer(which))))
            .into();
        for sequence in 1..=3 {
            let xml = fixture
                .space
                .list_files(sequence)
                .await
                .unwrap()
                .xml()
                .unwrap();
            read_signed(&xml, &pins, VerifyAt::ListTime, &Limits::default()).unwrap();
        }
        let xml = fixture.space.list_files(3).await.unwrap().xml().unwrap();
        let only_old = read_signed(&xml, &pins[..1], VerifyAt::ListTime, &Limits::default());
        assert!(matches!(only_old, Err(ListError::NotPinned { .. })));
    });
}

#[test]
fn one_key_is_announced_at_a_time_and_can_be_taken_back() {
    with_key(async |fixture| {
        fixture.announce(&*signer(1)).await.unwrap();
        for which in [0, 1, 2] {
            let certificate = hexadecimal(&*signer(which));
            let act = Act::AnnounceSigner { certificate };
            assert_eq!(
                refused(&fixture, act).await,
                SIGNER_TRANSITION.code,
                "{which}"
            );
        }
        fixture.publish().await;
        fixture.agree(withdraw(1)).await.unwrap();
        assert_eq!(
            states(&fixture).await,
            [SignerState::Current, SignerState::Retired]
        );
        assert_eq!(refused(&fixture, switch(1)).await, SIGNER_TRANSITION.code);
        assert_eq!(refused(&fixture, withdraw(1)).await, SIGNER_TRANSITION.code);
        // A list says at once that it is no longer to come, though no entry changed.
        fixture.publish().await;
        assert_eq!(meta(&fixture, 2, 0).await.signers.len(), 1);
        // What was given up is not announced again: its past stays as it was.
        let certificate = hexadecimal(&*signer(1));
        let again = Act::AnnounceSigner { certificate };
        assert_eq!(refused(&fixture, again).await, SIGNER_TRANSITION.code);
        fixture.announce(&*signer(2)).await.unwrap();
        assert_eq!(refused(&fixture, switch(2)).await, SIGNER_TRANSITION.code);
    });
}

#[test]
fn a_lost_key_is_replaced_and_nodes_see_that_it_was_not_announced() {
    with_key(async |fixture| {
        fixture.publish().await;
        fixture.agree(withdraw(0)).await.unwrap();
        assert_eq!(states(&fixture).await, [SignerState::Retired]);
        fixture.announce(&*signer(2)).await.unwrap();
        assert_eq!(
            states(&fixture).await,
            [SignerState::Retired, SignerState::Current]
        );
        fixture.publish().await;
        let (before, after) = (meta(&fixture, 1, 0).await, meta(&fixture, 2, 2).await);
        assert_eq!(after.follows(&before), Err(NotNext::Signer));
        // Where one was announced, it takes over at once.
        fixture.announce(&*signer(1)).await.unwrap();
        fixture.agree(withdraw(2)).await.unwrap();
        let current = fixture.space.signers().await.unwrap();
        let current = current
            .iter()
            .find(|it| it.state == SignerState::Current)
            .unwrap();
        assert_eq!(current.sha256, fingerprint(&*signer(1)));
        // History tells of both keys.
        let told: Vec<String> = sqlx::query_scalar(
            "select concat_ws(' ', action, from_state, to_state, detail->>'sha256')
            from registry_event where action like 'signer.%' order by id desc limit 2",
        )
        .fetch_all(fixture.pool())
        .await
        .unwrap();
        let (given_up, heir) = (fingerprint(&*signer(2)), fingerprint(&*signer(1)));
        assert_eq!(
            told,
            [
                format!("signer.switched next current {heir}"),
                format!("signer.withdrawn current retired {given_up}"),
            ]
        );
    });
}

#[test]
fn an_agreement_to_give_up_the_next_key_is_none_to_give_up_the_current_one() {
    with_key(async |fixture| {
        fixture.announce(&*signer(1)).await.unwrap();
        fixture.publish().await;
        let space = &fixture.space;
        let asked = space.request(&fixture.anne, withdraw(1), "un test").await;
        let Requested::Pending(waiting) = asked.unwrap() else {
            panic!("a key was given up by one");
        };
        let sentence = &waiting.impact.sentence;
        assert!(
            sentence.contains("announcement of this key is taken back"),
            "{sentence}"
        );
        fixture.agree(switch(1)).await.unwrap();
        let agreed = space.approve(&fixture.bruno, waiting.id).await;
        assert_eq!(agreed.unwrap_err().code, &APPROVAL_STALE);
        let both = [SignerState::Retired, SignerState::Current];
        assert_eq!(states(&fixture).await, both);
        let impact = space.preview(&withdraw(1)).await.unwrap();
        assert!(
            impact.sentence.contains("none is announced"),
            "{}",
            impact.sentence
        );
    });
}

#[test]
fn a_key_whose_certificate_has_ended_does_not_take_over() {
    with_key(async |fixture| {
        let short = signer_until(1, NOW + Duration::days(60));
        let sha256 = fingerprint(&*short).to_string();
        fixture.announce(&*short).await.unwrap();
        fixture.publish().await;
        fixture.advance(Duration::days(90));
        let switch = Act::SwitchSigner {
            sha256: sha256.clone(),
        };
        assert_eq!(refused(&fixture, switch).await, SIGNER_TRANSITION.code);
        // Nor in the place of one that is lost: first it is given up itself.
        assert_eq!(refused(&fixture, withdraw(0)).await, SIGNER_TRANSITION.code);
        fixture.agree(Act::WithdrawSigner { sha256 }).await.unwrap();
        fixture.agree(withdraw(0)).await.unwrap();
        assert_eq!(states(&fixture).await, [SignerState::Retired; 2]);
    });
}

#[test]
fn a_certificate_that_breaks_the_rules_is_not_announced() {
    with_entries(async |fixture| {
        let key = KeyPair::from_pem(&signing::new_key()).unwrap();
        let mut params = CertificateParams::default();
        params.not_after = NOW + Duration::days(365);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = hex::encode(params.self_signed(&key).unwrap().der());
        let act = Act::AnnounceSigner { certificate };
        let failure = fixture.agree(act).await.unwrap_err();
        assert_eq!(failure.code, &CERTIFICATE_REFUSED, "{failure}");
        let findings = &failure.particulars.unwrap()["findings"];
        let rules: Vec<&str> = findings
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        for rule in [
            "usage.present",
            "extended_usage.role",
            "identifier.authority",
            "name.structure",
        ] {
            assert!(rules.contains(&rule), "{rule} is not in {rules:?}");
        }
        assert!(states(&fixture).await.is_empty());
    });
}

#[test]
fn what_cannot_sign_is_not_announced() {
    with_entries(async |fixture| {
        let ended = signer_until(0, NOW - Duration::DAY);
        let failure = fixture.announce(&*ended).await.unwrap_err();
        assert_eq!(failure.code, &SIGNER_TRANSITION, "{failure}");
        let elliptic = rcgen::generate_simple_self_signed(["alb.invalid".to_owned()]).unwrap();
        let elliptic = hex::encode(elliptic.cert.der());
        let whole = hexadecimal(&*signer(0));
        for certificate in [
            elliptic,
            String::new(),
            "zz".to_owned(),
            whole[..whole.len() - 2].to_owned(),
        ] {
            let act = Act::AnnounceSigner { certificate };
            assert_eq!(refused(&fixture, act).await, SIGNER_UNREADABLE.code);
        }
        assert_eq!(refused(&fixture, switch(0)).await, SIGNER_NOT_FOUND.code);
        assert!(states(&fixture).await.is_empty());
    });
}
