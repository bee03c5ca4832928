//! Certificates that share a name or a key: what is decided of one is decided of all, or told.

use annuaire::domain::act::Act;
use annuaire::domain::approval::ApprovalState;
use annuaire::domain::certificate::RevocationReason;
use annuaire::domain::error::Failure;
use annuaire::service::trust_space::Requested;
use rcgen::KeyPair;

use super::pki::{Authority, gateway};
use super::registered::{NUMBERS, Registered, with_registered};

async fn act(registry: &Registered, act: Act) -> Result<(), Failure> {
    match registry
        .space
        .request(&registry.anne, act, "a test")
        .await?
    {
        Requested::Done { .. } => {}
        Requested::Pending(approval) => {
            let settled = registry.space.approve(&registry.bruno, approval.id).await?;
            assert_eq!(settled.state, ApprovalState::Executed, "{settled:?}");
        }
        Requested::Scheduled { id } => panic!("scheduled as {id}"),
    }
    Ok(())
}

const fn activate(certificate: i64) -> Act {
    Act::ActivateCertificate {
        certificate,
        replaces: None,
    }
}

async fn on_key(registry: &Registered, common_name: &str, key: &KeyPair) -> i64 {
    let upload = Authority::trusted().chain_on(&gateway(common_name, NUMBERS[0], 365), key);
    let added = registry
        .space
        .add_certificate(&registry.anne, 1, &upload, "a test")
        .await;
    added.unwrap().id
}

/// Two certificates in force on one key, behind one mail domain each.
async fn two_on_one_key(registry: &Registered) -> [i64; 2] {
    let key = KeyPair::generate().unwrap();
    let twins = [
        on_key(registry, "mx1", &key).await,
        on_key(registry, "mx2", &key).await,
    ];
    for (mail_domain, twin) in ["a.mssante.fr", "b.mssante.fr"].into_iter().zip(twins) {
        registry.bind(mail_domain, twin).await.unwrap();
        act(registry, activate(twin)).await.unwrap();
    }
    twins
}

async fn moves(registry: &Registered) -> Vec<String> {
    registry
        .texts(
            "select concat_ws(' ', certificate_id, approved_by, from_state, to_state, detail ->> 'with_certificate')
            from registry_event where action = 'certificate.moved' and to_state <> 'active' order by id",
        )
        .await
}

#[test]
fn a_leaked_key_serves_no_sibling_either() {
    with_registered(async |registry| {
        let [one, other] = two_on_one_key(&registry).await;
        let revoke = Act::RevokeCertificate {
            certificate: one,
            because: RevocationReason::KeyCompromise,
        };
        let impact = registry.space.preview(&revoke).await.unwrap();
        assert_eq!(impact.entries, 2, "{}", impact.sentence);
        let told = format!("name or key: certificate {other}.");
        assert!(impact.sentence.contains(&told), "{}", impact.sentence);
        act(&registry, revoke).await.unwrap();
        assert_eq!(registry.standing().await, [""; 0]);
        assert_eq!(
            moves(&registry).await,
            [
                format!("{one} {{bruno}} active revoked"),
                format!("{other} {{bruno}} active revoked {one}"),
            ]
        );
    });
}

#[test]
fn who_ends_a_certificate_without_doubt_about_its_key_is_told_of_the_sibling() {
    with_registered(async |registry| {
        let [one, other] = two_on_one_key(&registry).await;
        let revoke = Act::RevokeCertificate {
            certificate: one,
            because: RevocationReason::CessationOfOperation,
        };
        let impact = registry.space.preview(&revoke).await.unwrap();
        assert_eq!(impact.entries, 1, "{}", impact.sentence);
        let told = format!("its key stays in use by certificate {other}.");
        assert!(impact.sentence.contains(&told), "{}", impact.sentence);
        act(&registry, revoke).await.unwrap();
        assert_eq!(registry.standing().await, [format!("b.mssante.fr {other}")]);
    });
}

#[test]
fn a_key_on_hold_is_not_let_in_by_one_under_another_name() {
    with_registered(async |registry| {
        let key = KeyPair::generate().unwrap();
        let held = on_key(&registry, "mx1", &key).await;
        let other = on_key(&registry, "mx2", &key).await;
        registry.bind("a.mssante.fr", held).await.unwrap();
        act(&registry, activate(held)).await.unwrap();
        act(&registry, Act::SuspendCertificate { certificate: held })
            .await
            .unwrap();
        let replaced = Act::ActivateCertificate {
            certificate: other,
            replaces: Some(held),
        };
        let refused = act(&registry, replaced).await.unwrap_err();
        assert_eq!(refused.code.code, "certificate.transition");
        assert!(
            refused.detail.contains(&format!("certificate {held}")),
            "{refused}"
        );
        assert_eq!(registry.standing().await, [""; 0]);
    });
}

#[test]
fn a_name_leaves_and_comes_back_in_all_its_spellings() {
    with_registered(async |registry| {
        let plain = registry
            .add_by_name(1, "CN=m1,O=Hopital,C=FR", &["a.mssante.fr"])
            .await;
        let shouted = registry
            .add_by_name(1, "CN=M1,O=HOPITAL,C=FR", &["b.mssante.fr"])
            .await;
        registry
            .add_by_name(2, "CN=m2,O=Editeur,C=FR", &["c.mssante.fr"])
            .await;
        let suspend = Act::SuspendCertificate { certificate: plain };
        let impact = registry.space.preview(&suspend).await.unwrap();
        assert_eq!(
            (impact.entries, impact.of_entries),
            (2, 3),
            "{}",
            impact.sentence
        );
        act(&registry, suspend).await.unwrap();
        assert_eq!(registry.standing().await.len(), 1);
        assert_eq!(
            moves(&registry).await,
            [
                format!("{plain} {{}} active suspended"),
                format!("{shouted} {{}} active suspended {plain}"),
            ]
        );
        let release = Act::ReleaseCertificate {
            certificate: shouted,
        };
        let impact = registry.space.preview(&release).await.unwrap();
        assert_eq!(impact.entries, 2, "{}", impact.sentence);
        act(&registry, release).await.unwrap();
        assert_eq!(registry.standing().await.len(), 3);
    });
}

#[test]
fn a_name_that_another_certificate_keeps_in_the_list_is_told_of() {
    with_registered(async |registry| {
        let leaked = registry.add(1, "mx1", 60).await.unwrap();
        let renewed = registry.add(1, "mx1", 365).await.unwrap();
        for certificate in [leaked, renewed] {
            registry.bind("a.mssante.fr", certificate).await.unwrap();
            act(&registry, activate(certificate)).await.unwrap();
        }
        let revoke = Act::RevokeCertificate {
            certificate: leaked,
            because: RevocationReason::KeyCompromise,
        };
        let impact = registry.space.preview(&revoke).await.unwrap();
        assert_eq!(impact.entries, 0);
        let told = format!("its name stays in the list by certificate {renewed}:");
        assert!(impact.sentence.contains(&told), "{}", impact.sentence);
    });
}
