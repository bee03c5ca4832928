//! The other side is `openssl ocsp`: its requests, its answers, and what it says of ours.

use time::Duration;
use time::macros::datetime;

use super::Space;
use crate::domain::authority::IssuedStatus;
use crate::domain::certificate::RevocationReason;
use crate::domain::clock::{Clock as _, SystemClock};
use crate::trust::certificate::Certificate;
use crate::trust::ocsp::{Answer, CertIdHash, IssuerId, Untrusted, read_request};
use crate::trust::sign::testing::openssl;

#[test]
fn its_requests_are_read() {
    let space = Space::new("AC");
    let dir = tempfile::tempdir().unwrap();
    space.write(dir.path());
    let issuer = IssuerId::of(&space.root).unwrap();
    for (options, hash, has_nonce) in [
        ("", CertIdHash::Sha1, true),
        (" -no_nonce", CertIdHash::Sha1, false),
        (" -sha256", CertIdHash::Sha256, true),
    ] {
        let digest = options.replace(" -no_nonce", "");
        let nonce = if has_nonce { "" } else { " -no_nonce" };
        openssl(
            dir.path(),
            &format!("ocsp{digest} -issuer root.pem -cert gateway.pem -reqout request.der{nonce}"),
        );
        let bytes = std::fs::read(dir.path().join("request.der")).unwrap();
        let read = read_request(&bytes).unwrap();
        assert_eq!(issuer.hash_of(&read.certificate), Some(hash), "{options}");
        assert_eq!(read.certificate.serial, space.gateway.serial);
        assert_eq!(read.nonce.is_some(), has_nonce, "{options}");
    }
}

#[test]
fn it_believes_our_answers() {
    // It compares with the clock of the machine, whatever it is told.
    let now = SystemClock.now();
    let space = Space::around(now);
    let dir = tempfile::tempdir().unwrap();
    space.write(dir.path());
    let responder = space.responder();
    let times = responder.times(now, Duration::hours(1)).unwrap();
    let at = datetime!(2026-05-01 8:00 UTC);
    for (status, words) in [
        (IssuedStatus::Good, "gateway.pem: good"),
        (IssuedStatus::OnHold(at), "Reason: certificateHold"),
        (
            IssuedStatus::Revoked(at, RevocationReason::KeyCompromise),
            "Reason: keyCompromise",
        ),
        (
            IssuedStatus::Revoked(at, RevocationReason::Unspecified),
            "gateway.pem: revoked",
        ),
    ] {
        for (hash, option) in [(CertIdHash::Sha1, "-sha1"), (CertIdHash::Sha256, "-sha256")] {
            let serial = &space.gateway.serial;
            let answer = responder.answer(hash, serial, status, times, None).unwrap();
            std::fs::write(dir.path().join("answer.der"), answer).unwrap();
            let said = openssl(
                dir.path(),
                &format!(
                    "ocsp {option} -issuer root.pem -cert gateway.pem -CAfile root.pem -no_nonce -respin answer.der"
                ),
            );
            assert!(said.contains(words), "{said}");
        }
    }
}

/// What `openssl ca` would keep: a good certificate, one on hold, one that is revoked.
const INDEX: &str = "\
V\t371231235959Z\t\t1F010203\tunknown\t/CN=good
R\t371231235959Z\t260501080000Z,certificateHold\t1F010204\tunknown\t/CN=held
R\t371231235959Z\t260501080000Z,keyCompromise\t1F010205\tunknown\t/CN=revoked
";

#[test]
fn its_answers_are_judged() {
    for algorithm in ["rsa:2048", "ec"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path();
        let run = |arguments: &str| openssl(path, arguments);
        std::fs::write(path.join("index.txt"), INDEX).unwrap();
        std::fs::write(
            path.join("delegate.ext"),
            "extendedKeyUsage=OCSPSigning\nkeyUsage=critical,digitalSignature\nnoCheck=ignored\n",
        )
        .unwrap();
        let key = |name: &str| match algorithm {
            "ec" => {
                format!("-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key")
            }
            rsa => format!("-newkey {rsa} -nodes -keyout {name}.key"),
        };
        run(&format!(
            "req -x509 {} -out ca.pem -days 30 -subj /CN=AC",
            key("ca")
        ));
        for (name, options) in [
            ("delegate", "-set_serial 2 -extfile delegate.ext"),
            ("good", "-set_serial 0x1F010203"),
            ("held", "-set_serial 0x1F010204"),
            ("revoked", "-set_serial 0x1F010205"),
            ("unknown", "-set_serial 0x1F010206"),
        ] {
            run(&format!(
                "req {} -out {name}.csr -subj /CN={name}",
                key(name)
            ));
            std::fs::write(path.join("v3.ext"), "basicConstraints=CA:FALSE\n").unwrap();
            let extensions = if name == "delegate" {
                ""
            } else {
                " -extfile v3.ext"
            };
            run(&format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -days 20 -out {name}.pem {options}{extensions}"
            ));
        }
        let read = |name: &str| {
            run(&format!("x509 -in {name}.pem -outform DER -out {name}.der"));
            Certificate::parse(&std::fs::read(path.join(format!("{name}.der"))).unwrap()).unwrap()
        };
        let issuer = read("ca");
        let at = datetime!(2026-05-01 8:00 UTC);
        let now = SystemClock.now();
        for (name, expected) in [
            ("good", Some(IssuedStatus::Good)),
            ("held", Some(IssuedStatus::OnHold(at))),
            (
                "revoked",
                Some(IssuedStatus::Revoked(at, RevocationReason::KeyCompromise)),
            ),
            ("unknown", None),
        ] {
            let certificate = read(name);
            for (signer, options) in [
                ("ca", ""),
                ("delegate", ""),
                ("delegate", " -resp_key_id -rmd sha384"),
            ] {
                for digest in ["", " -sha256"] {
                    run(&format!(
                        "ocsp{digest} -index index.txt -rsigner {signer}.pem -rkey {signer}.key -CA ca.pem -issuer ca.pem -cert {name}.pem -respout answer.der -ndays 1{options}"
                    ));
                    let bytes = std::fs::read(path.join("answer.der")).unwrap();
                    let answer = Answer::read(&bytes).unwrap();
                    let word = answer.judge(&certificate, &issuer, now, Duration::minutes(2));
                    match expected {
                        Some(status) => assert_eq!(word.unwrap().status, status, "{name}"),
                        None => assert_eq!(word, Err(Untrusted::Unknown)),
                    }
                }
            }
        }
        // A certificate of the authority that is not a responder's.
        run(
            "ocsp -index index.txt -rsigner held.pem -rkey held.key -CA ca.pem -issuer ca.pem -cert good.pem -respout answer.der -ndays 1",
        );
        let answer = Answer::read(&std::fs::read(path.join("answer.der")).unwrap()).unwrap();
        let refused = answer.judge(&read("good"), &issuer, now, Duration::minutes(2));
        assert!(
            matches!(refused, Err(Untrusted::Delegate(_))),
            "{refused:?}"
        );
    }
}
