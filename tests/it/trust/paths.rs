//! What leads to no authority any more: not let in again, and told while it is in.

use annuaire::config;
use annuaire::domain::act::Act;
use annuaire::domain::error::Failure;
use annuaire::service::trust_space::{Requested, TrustSpace};
use std::path::PathBuf;
use std::sync::Arc;

use super::pki::Authority;
use super::registered::{Registered, with_registered};

/// The same trust space under other authorities.
fn under(registry: &Registered, anchor_files: Vec<PathBuf>) -> TrustSpace {
    let settings = config::Trust {
        anchor_files,
        ..config::Trust::default()
    };
    TrustSpace::new(
        registry.pool.clone(),
        registry.clock(),
        Arc::new(settings),
        Vec::new(),
    )
}

async fn asked(space: &TrustSpace, registry: &Registered, act: Act) -> Result<Requested, Failure> {
    space.request(&registry.anne, act, "a test").await
}

#[test]
fn a_certificate_is_judged_again_when_it_is_to_stand_in_the_list() {
    with_registered(async |registry| {
        let other = under(&registry, vec![Authority::unknown().anchor_file.clone()]);
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        let activate = Act::ActivateCertificate {
            certificate,
            replaces: None,
        };
        let refused = asked(&other, &registry, activate.clone())
            .await
            .unwrap_err();
        assert_eq!(refused.code.code, "certificate.refused");
        assert!(refused.detail.contains("path."), "{refused}");
        asked(&registry.space, &registry, activate).await.unwrap();
        // Whoever must go is kept in by no file.
        let suspend = Act::SuspendCertificate { certificate };
        let unreadable = under(&registry, vec![PathBuf::from("/nonexistent/anchor.pem")]);
        asked(&unreadable, &registry, suspend).await.unwrap();
        let release = Act::ReleaseCertificate { certificate };
        let refused = asked(&other, &registry, release).await.unwrap_err();
        assert_eq!(refused.code.code, "certificate.refused");
    });
}

#[test]
fn a_certificate_that_lost_its_authority_is_an_alert() {
    with_registered(async |registry| {
        let certificate = registry.add(1, "mx1", 365).await.unwrap();
        registry.bind("a.mssante.fr", certificate).await.unwrap();
        let activate = Act::ActivateCertificate {
            certificate,
            replaces: None,
        };
        asked(&registry.space, &registry, activate).await.unwrap();
        let anchor = Authority::unknown().anchor_file.clone();
        let unreadable = PathBuf::from("/nonexistent/anchor.pem");
        for (anchor_files, expected) in [
            (vec![Authority::trusted().anchor_file.clone()], None),
            (Vec::new(), None),
            (vec![anchor], Some(format!("certificate:{certificate}"))),
            (vec![unreadable], Some(String::new())),
        ] {
            let alerts = under(&registry, anchor_files).alerts().await.unwrap();
            let found = alerts
                .into_iter()
                .find(|alert| alert.code.as_str() == "certificate.without_path");
            assert_eq!(found.map(|alert| alert.subject), expected);
        }
    });
}
