//! Which certificate may stand behind which mail domain.

use annuaire::domain::mail_domain::MailDomainName;

use super::registered::with_registered;

#[test]
fn a_certificate_stands_only_behind_mail_domains_of_its_operator() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        for (mail_domain, code) in [
            ("c.mssante.fr", "mail_domain.foreign"),
            ("none.mssante.fr", "mail_domain.not_found"),
        ] {
            let failure = registry.bind(mail_domain, certificate).await.unwrap_err();
            assert_eq!(failure.code.code, code, "{failure}");
        }
        let nothing = registry.bind("a.mssante.fr", 99).await.unwrap_err();
        assert_eq!(nothing.code.code, "certificate.not_found");
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        registry
            .bind("shared.mssante.fr", certificate)
            .await
            .unwrap();
        let detail = registry.space.certificate(certificate).await.unwrap();
        let names: Vec<&str> = detail
            .mail_domains
            .iter()
            .map(MailDomainName::as_str)
            .collect();
        assert_eq!(names, ["a.mssante.fr", "shared.mssante.fr"]);
        assert_eq!(registry.standing().await, [""; 0], "it is pending");
    });
}

#[test]
fn binding_twice_and_unbinding_twice_are_one_event_each() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        let name = MailDomainName::parse("a.mssante.fr").unwrap();
        for _ in 0..2 {
            registry.bind("a.mssante.fr", certificate).await.unwrap();
        }
        for _ in 0..2 {
            registry
                .space
                .unbind(&registry.bruno, &name, certificate, "moved away")
                .await
                .unwrap();
        }
        let auditor = registry
            .space
            .bind(&registry.claire, &name, certificate, "a test")
            .await;
        assert_eq!(auditor.unwrap_err().code.code, "administrator.role");
        assert_eq!(
            registry
                .texts(
                    "select actor || ' ' || action || ' ' || mail_domain || ' ' || reason
                    from registry_event where mail_domain is not null order by id"
                )
                .await,
            [
                "anne binding.added a.mssante.fr a test",
                "bruno binding.removed a.mssante.fr moved away"
            ]
        );
    });
}

#[test]
fn what_is_over_stands_behind_nothing_new() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        for state in ["expired", "superseded", "revoked"] {
            registry.force_state(certificate, state).await;
            let failure = registry
                .bind("a.mssante.fr", certificate)
                .await
                .unwrap_err();
            assert_eq!(failure.code.code, "certificate.transition");
            assert!(failure.detail.contains(state), "{failure}");
        }
        registry.force_state(certificate, "suspended").await;
        registry.bind("a.mssante.fr", certificate).await.unwrap();
    });
}
