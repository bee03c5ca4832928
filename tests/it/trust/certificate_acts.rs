//! The life of a certificate: who may move it where, and what that does to the list.

use annuaire::domain::act::Act;
use annuaire::domain::approval::ApprovalState;
use annuaire::domain::certificate::RevocationReason;
use annuaire::domain::error::Failure;
use annuaire::service::trust_space::Requested;
use time::Duration;

use super::registered::{Registered, with_registered};

/// Asked for by one administrator and, where it takes two, agreed to by the other.
async fn act(registry: &Registered, act: Act) -> Result<(), Failure> {
    match registry
        .space
        .request(&registry.anne, act, "a test")
        .await?
    {
        Requested::Done { .. } => Ok(()),
        Requested::Pending(approval) => {
            let settled = registry.space.approve(&registry.bruno, approval.id).await?;
            assert_eq!(settled.state, ApprovalState::Executed, "{settled:?}");
            Ok(())
        }
        Requested::Scheduled { id } => panic!("scheduled as {id}"),
    }
}

const fn activate(certificate: i64) -> Act {
    Act::ActivateCertificate {
        certificate,
        replaces: None,
    }
}

const fn revoke(certificate: i64) -> Act {
    Act::RevokeCertificate {
        certificate,
        because: RevocationReason::KeyCompromise,
    }
}

/// When the entries of a certificate changed last.
async fn updated_at(registry: &Registered, certificate: i64) -> Vec<time::OffsetDateTime> {
    sqlx::query_scalar(
        "select updated_at from binding where certificate_id = $1 order by mail_domain",
    )
    .bind(certificate)
    .fetch_all(&registry.pool)
    .await
    .unwrap()
}

#[test]
fn from_the_first_day_to_the_last_the_list_follows_and_history_keeps_all_of_it() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        let entry = [format!("a.mssante.fr {certificate}")];
        for (step, is_listed) in [
            (activate(certificate), true),
            (Act::SuspendCertificate { certificate }, false),
            (Act::ReleaseCertificate { certificate }, true),
            (revoke(certificate), false),
        ] {
            registry.advance(Duration::HOUR);
            act(&registry, step.clone()).await.unwrap();
            let expected: &[String] = if is_listed { &entry } else { &[] };
            assert_eq!(registry.standing().await, expected, "{step:?}");
            if is_listed {
                assert_eq!(updated_at(&registry, certificate).await, [registry.now()]);
            }
        }
        assert_eq!(
            registry
                .texts(
                    "select concat_ws(' ', actor, approved_by, from_state, to_state, detail ->> 'revocation_reason')
                    from registry_event where action = 'certificate.moved' order by id"
                )
                .await,
            [
                "anne {} pending active",
                "anne {} active suspended",
                "anne {bruno} suspended active",
                "anne {bruno} active revoked keyCompromise",
            ]
        );
        let detail = registry.space.certificate(certificate).await.unwrap();
        assert_eq!(
            detail.record.revocation_reason,
            Some(RevocationReason::KeyCompromise)
        );
    });
}

#[test]
fn what_may_not_follow_is_refused_and_what_may_is_named() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        let acts = [
            activate(certificate),
            Act::SuspendCertificate { certificate },
            Act::ReleaseCertificate { certificate },
            Act::SupersedeCertificate { certificate },
            revoke(certificate),
        ];
        // In the order of the acts: whether each may follow.
        for (state, may, named) in [
            (
                "pending",
                [true, false, false, false, true],
                "active or revoked or expired",
            ),
            (
                "active",
                [false, true, false, true, true],
                "suspended or revoked or expired or superseded",
            ),
            (
                "suspended",
                [false, false, true, false, true],
                "active or revoked or expired",
            ),
            ("revoked", [false; 5], "nothing follows"),
            ("expired", [false, false, false, false, true], "revoked"),
            ("superseded", [false, false, false, false, true], "revoked"),
        ] {
            for (step, may) in acts.iter().zip(may) {
                registry.force_state(certificate, state).await;
                match act(&registry, step.clone()).await {
                    Ok(()) => assert!(may, "{state} {step:?}"),
                    Err(failure) => {
                        assert!(!may, "{state} {step:?}: {failure}");
                        assert_eq!(failure.code.code, "certificate.transition");
                        let is_hold = state == "suspended" && *step == activate(certificate);
                        let named = if is_hold { "ends by a release" } else { named };
                        assert!(failure.detail.contains(named), "{failure}");
                    }
                }
            }
        }
    });
}

#[test]
fn one_administrator_cannot_end_a_hold() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        act(&registry, activate(certificate)).await.unwrap();
        act(&registry, Act::SuspendCertificate { certificate })
            .await
            .unwrap();
        let release = Act::ReleaseCertificate { certificate };
        let asked = registry
            .space
            .request(&registry.anne, release, "it was a mistake")
            .await;
        let Requested::Pending(approval) = asked.unwrap() else {
            panic!("done by one");
        };
        let own = registry.space.approve(&registry.anne, approval.id).await;
        assert_eq!(own.unwrap_err().code.code, "approval.own");
        let again = registry
            .space
            .request(&registry.anne, activate(certificate), "again")
            .await;
        assert_eq!(again.unwrap_err().code.code, "certificate.transition");
        assert_eq!(registry.standing().await, [""; 0]);
    });
}

#[test]
fn a_rotation_has_two_in_force_until_the_older_one_is_retired() {
    with_registered(async |registry| {
        let old = registry.add(1, "mx1", 60).await.unwrap();
        for mail_domain in ["a.mssante.fr", "b.mssante.fr"] {
            registry.bind(mail_domain, old).await.unwrap();
        }
        act(&registry, activate(old)).await.unwrap();
        let early = act(&registry, Act::SupersedeCertificate { certificate: old }).await;
        let early = early.unwrap_err();
        assert_eq!(early.code.code, "certificate.alone");
        assert!(early.detail.contains("a.mssante.fr and 1 other"), "{early}");

        registry.advance(Duration::DAY);
        let began_at = updated_at(&registry, old).await;
        let new = registry.add(1, "mx2", 365).await.unwrap();
        let replace = Act::ActivateCertificate {
            certificate: new,
            replaces: Some(old),
        };
        act(&registry, replace).await.unwrap();
        assert_eq!(
            registry.standing().await,
            [
                format!("a.mssante.fr {old}"),
                format!("a.mssante.fr {new}"),
                format!("b.mssante.fr {old}"),
                format!("b.mssante.fr {new}"),
            ]
        );
        assert_eq!(
            updated_at(&registry, old).await,
            began_at,
            "nothing changed of these"
        );
        assert_eq!(
            updated_at(&registry, new).await,
            [registry.now(); 2],
            "another name, new entries"
        );
        let told = registry
            .texts(
                "select detail::text from registry_event
                where action = 'certificate.moved' and detail <> '{}'",
            )
            .await;
        let expected = format!(
            r#"{{"mail_domains": ["a.mssante.fr", "b.mssante.fr"], "takes_over_from": [{old}]}}"#
        );
        assert_eq!(told, [expected]);
        act(&registry, Act::SupersedeCertificate { certificate: old })
            .await
            .unwrap();
        assert_eq!(
            registry.standing().await,
            [format!("a.mssante.fr {new}"), format!("b.mssante.fr {new}")]
        );
    });
}

#[test]
fn a_renewal_under_the_same_name_is_the_same_entry() {
    with_registered(async |registry| {
        let old = registry.add(1, "mx1", 60).await.unwrap();
        registry.bind("a.mssante.fr", old).await.unwrap();
        act(&registry, activate(old)).await.unwrap();
        let began_at = updated_at(&registry, old).await;
        registry.advance(Duration::DAY);
        // Behind the mail domain before it is active, or put there by taking over.
        for is_bound in [true, false] {
            let new = registry.add(1, "mx1", 365).await.unwrap();
            if is_bound {
                registry.bind("a.mssante.fr", new).await.unwrap();
            }
            let replace = Act::ActivateCertificate {
                certificate: new,
                replaces: Some(old),
            };
            act(&registry, replace).await.unwrap();
            assert_eq!(updated_at(&registry, new).await, began_at);
        }
        // Its twin keeps the entry in the list: nothing would go.
        let suspend = Act::SuspendCertificate { certificate: old };
        let impact = registry.space.preview(&suspend).await.unwrap();
        assert_eq!(
            (impact.entries, impact.of_entries),
            (0, 1),
            "{}",
            impact.sentence
        );
    });
}

#[test]
fn a_certificate_takes_over_from_what_a_list_told_of_by_its_name() {
    with_registered(async |registry| {
        let named = registry
            .add_by_name(
                1,
                "CN=MX1,OU=1440000040,O=\"Hopital  fictif\",ST=Paris (75),C=FR",
                &["a.mssante.fr", "shared.mssante.fr"],
            )
            .await;
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        assert_eq!(
            registry.standing().await.len(),
            2,
            "nothing happens before it is active"
        );
        act(&registry, activate(certificate)).await.unwrap();
        assert_eq!(
            registry.standing().await,
            [
                format!("a.mssante.fr {certificate}"),
                format!("shared.mssante.fr {certificate}")
            ]
        );
        assert_eq!(
            registry
                .texts("select distinct description from standing_entry")
                .await,
            ["as the list said"]
        );
        assert_eq!(
            registry
                .texts(
                    "select certificate_id || ' ' || from_state || ' ' || to_state
                    from registry_event where action = 'certificate.moved' order by id"
                )
                .await,
            [
                format!("{named} active superseded"),
                format!("{certificate} pending active")
            ]
        );
    });
}

#[test]
fn a_hold_on_a_name_is_not_lifted_by_registering_its_certificate() {
    with_registered(async |registry| {
        let dn = "CN=mx1,OU=1440000040,O=HOPITAL FICTIF,ST=Paris (75),C=FR";
        let named = registry.add_by_name(1, dn, &["a.mssante.fr"]).await;
        registry.force_state(named, "suspended").await;
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        let held = act(&registry, activate(certificate)).await.unwrap_err();
        assert_eq!(held.code.code, "certificate.transition");
        assert!(
            held.detail.contains(&format!("certificate {named}")),
            "{held}"
        );
        assert_eq!(registry.standing().await, [""; 0]);
    });
}

#[test]
fn a_certificate_is_activated_within_its_time_and_for_its_own_operator() {
    with_registered(async |registry| {
        let mine = registry.add(1, "mx1", 30).await.unwrap();
        let pending = registry.add(1, "mx2", 30).await.unwrap();
        let other = registry.add(2, "mx3", 30).await.unwrap();
        act(&registry, activate(other)).await.unwrap();
        for (replaces, word) in [
            (other, "the same operator"),
            (mine, "another one"),
            (pending, "never in the list"),
        ] {
            let wrong = Act::ActivateCertificate {
                certificate: mine,
                replaces: Some(replaces),
            };
            let failure = act(&registry, wrong).await.unwrap_err();
            assert_eq!(failure.code.code, "certificate.transition");
            assert!(failure.detail.contains(word), "{failure}");
        }
        registry.advance(Duration::days(31));
        let late = act(&registry, activate(mine)).await.unwrap_err();
        assert_eq!(late.code.code, "certificate.transition");
        assert!(late.detail.contains("2026-12-21"), "{late}");
        let nothing = act(&registry, activate(99)).await.unwrap_err();
        assert_eq!(nothing.code.code, "certificate.not_found");
    });
}

#[test]
fn the_last_second_passes_by_itself_and_once() {
    with_registered(async |registry| {
        let listed = registry.add(1, "mx1", 30).await.unwrap();
        let waiting = registry.add(1, "mx2", 30).await.unwrap();
        let retired = registry.add(1, "mx3", 30).await.unwrap();
        let later = registry.add(1, "mx4", 31).await.unwrap();
        registry.bind("a.mssante.fr", listed).await.unwrap();
        act(&registry, activate(listed)).await.unwrap();
        registry.force_state(retired, "superseded").await;
        registry.advance(Duration::days(30));
        let expire = || registry.space.expire_certificates();
        assert_eq!(expire().await.unwrap(), [0; 0], "the last second counts");
        registry.advance(Duration::SECOND);
        let (one, other) = tokio::join!(expire(), expire());
        let mut moved = [one.unwrap(), other.unwrap()].concat();
        moved.sort_unstable();
        assert_eq!(moved, [listed, waiting], "by one of two nodes");
        assert_eq!(registry.standing().await, [""; 0]);
        assert_eq!(
            registry
                .texts(
                    "select actor || ' ' || certificate_id || ' ' || from_state
                    from registry_event where to_state = 'expired' order by certificate_id"
                )
                .await,
            [
                format!("schedule {listed} active"),
                format!("schedule {waiting} pending")
            ]
        );
        let record = registry.space.certificate(later).await.unwrap().record;
        assert_eq!(record.state.as_str(), "pending");
    });
}

#[test]
fn a_preview_counts_what_rests_on_a_certificate_alone() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        for mail_domain in ["a.mssante.fr", "shared.mssante.fr"] {
            registry.bind(mail_domain, certificate).await.unwrap();
        }
        registry
            .add_by_name(2, "CN=mx9,C=FR", &["c.mssante.fr"])
            .await;
        sqlx::raw_sql(
            "insert into mailbox (address, kind, accepts_paperless, unlisted, flags, digest, closed_on, import_id)
            select address, 'PER', false, unlisted, '', gen_random_uuid(), closed_on::date, 1
            from (values
                ('x@a.mssante.fr', false, null), ('y@a.mssante.fr', false, null),
                ('secret@a.mssante.fr', true, null), ('gone@a.mssante.fr', false, '2025-01-01'),
                ('z@c.mssante.fr', false, null), ('v@sub.a.mssante.fr', false, null)
            ) as listed (address, unlisted, closed_on)",
        )
        .execute(&registry.pool)
        .await
        .unwrap();
        let impact = registry
            .space
            .preview(&activate(certificate))
            .await
            .unwrap();
        assert_eq!(
            (
                impact.entries,
                impact.of_entries,
                impact.mail_domains,
                impact.mailboxes
            ),
            (2, 1, 2, 2),
            "{}",
            impact.sentence
        );
        act(&registry, activate(certificate)).await.unwrap();
        let impact = registry.space.preview(&revoke(certificate)).await.unwrap();
        assert_eq!(
            (
                impact.entries,
                impact.of_entries,
                impact.mail_domains,
                impact.mailboxes
            ),
            (2, 3, 2, 2),
            "{}",
            impact.sentence
        );
        let nothing = registry
            .space
            .preview(&activate(certificate))
            .await
            .unwrap();
        assert_eq!(nothing.entries, 0);
    });
}

#[test]
fn two_administrators_who_press_at_once_do_it_once() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        act(&registry, activate(certificate)).await.unwrap();
        let suspend = Act::SuspendCertificate { certificate };
        let press = |actor| registry.space.request(actor, suspend.clone(), "at once");
        let (one, other) = tokio::join!(press(&registry.anne), press(&registry.bruno));
        let refused = match (one, other) {
            (Ok(Requested::Done { .. }), Err(refused))
            | (Err(refused), Ok(Requested::Done { .. })) => refused,
            both => panic!("{both:?}"),
        };
        assert_eq!(refused.code.code, "certificate.transition");
        assert_eq!(
            registry
                .texts("select reason from registry_event where to_state = 'suspended'")
                .await,
            ["at once"]
        );
    });
}

#[test]
fn an_agreement_to_what_changed_meanwhile_does_nothing() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        act(&registry, activate(certificate)).await.unwrap();
        act(&registry, Act::SuspendCertificate { certificate })
            .await
            .unwrap();
        let release = Act::ReleaseCertificate { certificate };
        let asked = registry
            .space
            .request(&registry.anne, release, "mended")
            .await;
        let Requested::Pending(approval) = asked.unwrap() else {
            panic!("done by one");
        };
        // The certificate's last second passes while the approval waits.
        registry.force_state(certificate, "expired").await;
        let settled = registry.space.approve(&registry.bruno, approval.id).await;
        assert_eq!(settled.unwrap_err().code.code, "approval.stale");
        assert_eq!(registry.standing().await, [""; 0]);
    });
}
