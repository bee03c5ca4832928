//! Keys in files: what openssl makes is taken, and everything half-right is refused, saying why.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::super::testing::{Identity, openssl};
use super::*;

/// A directory that holds the first identity's files under their names, to be spoilt.
fn spoilable() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let (key, certificate) = (dir.path().join("key.pem"), dir.path().join("cert.pem"));
    fs::copy(Identity::first().key(), &key).unwrap();
    fs::copy(Identity::first().certificate(), &certificate).unwrap();
    (dir, key, certificate)
}

fn refusal(key: &Path, certificate: &Path) -> String {
    PemSigner::open(key, certificate).unwrap_err().to_string()
}

#[test]
fn what_it_signs_openssl_verifies() {
    let (dir, key, certificate) = spoilable();
    openssl(dir.path(), "rsa -in key.pem -traditional -out pkcs1.pem");
    for key in [key, dir.path().join("pkcs1.pem")] {
        let signer = PemSigner::open(&key, &certificate).unwrap();
        fs::write(dir.path().join("message"), "liste").unwrap();
        fs::write(dir.path().join("signature"), signer.sign(b"liste").unwrap()).unwrap();
        let public = openssl(dir.path(), "x509 -in cert.pem -pubkey -noout");
        fs::write(dir.path().join("public.pem"), public).unwrap();
        let said = openssl(
            dir.path(),
            "dgst -sha256 -verify public.pem -signature signature message",
        );
        assert_eq!(said.trim(), "Verified OK");
        let der = openssl_der(dir.path());
        assert_eq!(signer.certificate(), der);
    }
}

fn openssl_der(dir: &Path) -> Vec<u8> {
    openssl(dir, "x509 -in cert.pem -outform DER -out cert.der");
    fs::read(dir.join("cert.der")).unwrap()
}

#[test]
fn a_file_that_is_not_one_good_key_is_refused_saying_why() {
    let (dir, key, certificate) = spoilable();
    let good = fs::read_to_string(&key).unwrap();
    let at = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    openssl(dir.path(), "genrsa -out short.pem 1024");
    openssl(dir.path(), "ecparam -name prime256v1 -genkey -out ec.pem");
    openssl(dir.path(), "pkcs8 -topk8 -nocrypt -in ec.pem -out ec8.pem");
    openssl(
        dir.path(),
        "pkcs8 -topk8 -in key.pem -passout pass:secret -out encrypted.pem",
    );
    openssl(
        dir.path(),
        "rsa -in key.pem -traditional -aes128 -passout pass:secret -out older.pem",
    );
    let half = good.len() / 2;
    let lines: Vec<&str> = good.lines().collect();
    let without_a_line = [&lines[..5], &lines[6..]].concat().join("\n");
    let cases = [
        (String::new(), "no PEM private key"),
        ("a text\n".into(), "no PEM private key"),
        (good[..half].into(), "cut off"),
        (lines[..lines.len() - 1].join("\n"), "cut off"),
        (without_a_line, "not a whole RSA key"),
        (good.replace(lines[3], "&&&"), "a line is not PEM"),
        (format!("{good}{good}"), "2 PEM blocks"),
        (format!("{good}{}", at("cert.pem")), "2 PEM blocks"),
        (at("cert.pem"), "not a private key"),
        (at("short.pem"), "2048"),
        (at("ec.pem"), "elliptic-curve"),
        (at("ec8.pem"), "not a whole RSA key"),
        (at("encrypted.pem"), "encrypted"),
        (at("older.pem"), "encrypted"),
        ("x".repeat(70_000), "more than 65536 bytes"),
    ];
    for (text, word) in cases {
        fs::write(&key, &text).unwrap();
        let said = refusal(&key, &certificate);
        assert!(said.contains(word), "{word}: {said}");
        assert!(said.contains("key.pem"), "{said}");
        for line in text
            .lines()
            .filter(|line| line.len() > 20 && !line.starts_with('-'))
        {
            assert!(!said.contains(line), "the file is quoted: {said}");
        }
    }
}

#[test]
fn a_key_others_may_read_is_refused_saying_how_to_mend_it() {
    let (_dir, key, certificate) = spoilable();
    for mode in [0o644, 0o640, 0o602, 0o610] {
        fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        let said = refusal(&key, &certificate);
        assert!(
            said.contains(&format!("(mode {mode:o}): chmod 600 /")),
            "{said}"
        );
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        PemSigner::open(&key, &certificate).unwrap();
    }
}

#[test]
fn a_place_that_is_no_file_is_refused_and_nobody_waits_for_a_pipe() {
    let (dir, key, certificate) = spoilable();
    let pipe = dir.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    for place in [pipe.as_path(), dir.path()] {
        assert!(refusal(place, &certificate).contains("not a file"));
        assert!(refusal(&key, place).contains("not a file"));
    }
    let absent = dir.path().join("absent");
    assert!(refusal(&absent, &certificate).contains("No such file"));
}

#[test]
fn a_certificate_must_be_one_and_of_this_key() {
    let (dir, key, certificate) = spoilable();
    let other = Identity::second().certificate();
    let mismatch = PemSigner::open(&key, &other).unwrap_err();
    assert!(matches!(mismatch, SignError::Mismatch { .. }), "{mismatch}");

    let good = fs::read_to_string(&certificate).unwrap();
    openssl(
        dir.path(),
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -out ec.pem -subj /CN=ec",
    );
    openssl(
        dir.path(),
        "req -x509 -newkey rsa:1024 -nodes -keyout k -out short.pem -subj /CN=short",
    );
    let at = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    for (text, word) in [
        (at("ec.pem"), "not an RSA key"),
        (at("short.pem"), "1024 bits"),
        (at("key.pem"), "not a certificate"),
        (format!("{good}{}", at("ec.pem")), "2 PEM blocks"),
        (good.replace("\n-----END", "AAAA\n-----END"), "certificate"),
    ] {
        fs::write(&certificate, text).unwrap();
        let said = refusal(&key, &certificate);
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn a_signer_is_shown_without_its_key() {
    let shown = format!("{:?}", Identity::first().signer());
    let path = Identity::first().key();
    assert_eq!(
        shown,
        format!("PemSigner {{ key: {:?}, .. }}", path.display().to_string())
    );
}
