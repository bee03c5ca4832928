//! Signing keys in a real PKCS#11 device, `SoftHSM`: what it signs, what it refuses, and what happens
//! when it goes away.
//!
//! The library finds its tokens by an environment variable, so that each story is told in a child
//! process with a configuration of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use annuaire::trust::sign::{
    CertificateSource, PATIENCE, PemSigner, Pin, Pkcs11Key, Pkcs11Signer, SignError, Signer,
    SignerCertificate,
};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::object::{Attribute, CertificateType, ObjectClass};
use cryptoki::session::UserType;
use cryptoki::slot::Slot;

use crate::support::device::library;

const STORY: &str = "ANNUAIRE_TEST_SIGNER_STORY";
const HOME: &str = "ANNUAIRE_TEST_SIGNER_HOME";

type Story = fn(&Device);

const STORIES: [(&str, Story); 8] = [
    ("signs", signs),
    ("misconfigured", misconfigured),
    ("vanishes", vanishes),
    ("refuses_the_pin", refuses_the_pin),
    ("drops_the_session", drops_the_session),
    ("is_shared", is_shared),
    ("begins_anew", begins_anew),
    ("holds_the_certificate", holds_the_certificate),
];

fn run(dir: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(dir)
        .env("SOFTHSM2_CONF", dir.join("softhsm2.conf"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A directory with a configuration, its tokens, and the files of two keys.
struct Device {
    dir: PathBuf,
}

impl Device {
    /// A token `liste` that holds the key `signer`, whose certificate is `signer.cert`.
    fn make(dir: &Path) -> Self {
        fs::create_dir(dir.join("tokens")).unwrap();
        let conf = format!("directories.tokendir = {}\n", dir.join("tokens").display());
        fs::write(dir.join("softhsm2.conf"), conf).unwrap();
        let device = Self {
            dir: dir.to_owned(),
        };
        for name in ["signer", "other"] {
            device.openssl(&format!(
                "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.cert -days 2 -subj /CN={name}"
            ));
        }
        device.token("liste", "1234");
        device.import("liste", "signer", "signer", "01");
        device
    }

    fn openssl(&self, arguments: &str) -> String {
        run(
            &self.dir,
            "openssl",
            &arguments.split(' ').collect::<Vec<_>>(),
        )
    }

    fn util(&self, arguments: &str) {
        run(
            &self.dir,
            "softhsm2-util",
            &arguments.split(' ').collect::<Vec<_>>(),
        );
    }

    fn token(&self, label: &str, pin: &str) {
        self.util(&format!(
            "--init-token --free --label {label} --so-pin 0000 --pin {pin}"
        ));
    }

    fn import(&self, token: &str, file: &str, label: &str, id: &str) {
        self.util(&format!(
            "--import {file}.key --token {token} --label {label} --id {id} --pin 1234"
        ));
    }

    fn key(&self) -> Pkcs11Key {
        Pkcs11Key {
            module: library(),
            token_label: "liste".into(),
            key_label: "signer".into(),
            pin: Pin::new("1234"),
            certificate: CertificateSource::File(self.dir.join("signer.cert")),
            patience: PATIENCE,
        }
    }

    fn refusal(&self, change: impl FnOnce(&mut Pkcs11Key)) -> SignError {
        let mut key = self.key();
        change(&mut key);
        Pkcs11Signer::open(key).unwrap_err()
    }

    /// The same key in its file.
    fn in_a_file(&self) -> PemSigner {
        PemSigner::open(&self.dir.join("signer.key"), &self.dir.join("signer.cert")).unwrap()
    }
}

fn verifies(signer: &dyn Signer, message: &[u8], signature: &[u8]) -> bool {
    SignerCertificate::parse(signer.certificate())
        .unwrap()
        .verifies(message, signature)
}

fn tell(story: &str) {
    let home = tempfile::tempdir().unwrap();
    Device::make(home.path());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trust_signers::enter", "--nocapture"])
        .env(STORY, story)
        .env(HOME, home.path())
        .env("SOFTHSM2_CONF", home.path().join("softhsm2.conf"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaint}");
    assert!(said.contains(&format!("told: {story}")), "{said}");
}

/// Where a child begins; nothing in the test process itself.
#[test]
fn enter() {
    let Ok(name) = std::env::var(STORY) else {
        return;
    };
    let dir = PathBuf::from(std::env::var(HOME).unwrap());
    let (_, story) = STORIES
        .into_iter()
        .find(|(known, _)| *known == name)
        .unwrap();
    story(&Device { dir });
    println!("told: {name}");
}

#[test]
fn a_key_in_a_device_signs_as_the_same_key_in_a_file() {
    tell("signs");
}

fn signs(device: &Device) {
    let signer = Pkcs11Signer::open(device.key()).unwrap();
    let in_a_file = device.in_a_file();
    assert_eq!(signer.certificate(), in_a_file.certificate());
    for message in [&b""[..], b"liste", &vec![0xe9; 100_000]] {
        // The padding has nothing random: the two are equal to the last bit.
        let expected = in_a_file.sign(message).unwrap();
        assert_eq!(signer.sign(message).unwrap(), expected);
    }
    let shown = format!("{signer:?} {:?}", device.key());
    assert!(!shown.contains("1234"), "{shown}");
}

#[test]
fn each_wrong_setting_is_named() {
    tell("misconfigured");
}

fn misconfigured(device: &Device) {
    let absent = device.refusal(|key| key.module = device.dir.join("absent.so"));
    assert!(
        matches!(&absent, SignError::Unusable { problem, .. } if problem.contains("absent.so"))
    );
    let no_library = device.refusal(|key| key.module = device.dir.join("signer.cert"));
    assert!(
        matches!(no_library, SignError::Unusable { .. }),
        "{no_library}"
    );

    let token = device.refusal(|key| key.token_label = "autre".into());
    assert!(matches!(&token, SignError::Device { problem, .. } if problem.contains("autre")));
    let key = device.refusal(|key| key.key_label = "autre".into());
    assert!(matches!(&key, SignError::Device { problem, .. } if problem.contains("private key")));

    let pin = device.refusal(|key| key.pin = Pin::new("4321"));
    assert!(matches!(&pin, SignError::Unusable { problem, .. } if problem.contains("PIN")));
    assert!(!pin.to_string().contains("4321"), "{pin}");

    let other = device.dir.join("other.cert");
    let mismatch = device.refusal(|key| key.certificate = CertificateSource::File(other));
    assert!(matches!(mismatch, SignError::Mismatch { .. }), "{mismatch}");
    let none = device.refusal(|key| key.certificate = CertificateSource::Token);
    assert!(matches!(&none, SignError::Device { problem, .. } if problem.contains("certificate")));

    device.import("liste", "other", "signer", "02");
    let two = device.refusal(|_| ());
    assert!(
        matches!(&two, SignError::Unusable { problem, .. } if problem.contains("2 RSA")),
        "{two}"
    );
}

#[test]
fn a_device_that_goes_away_is_told_and_is_used_again_when_it_is_back() {
    tell("vanishes");
}

fn vanishes(device: &Device) {
    let signer = Pkcs11Signer::open(device.key()).unwrap();
    // As the next signer would be: the library stays loaded and in use.
    let idle = Pkcs11Signer::open(device.key()).unwrap();
    let (here, away) = (device.dir.join("tokens"), device.dir.join("away"));
    for round in 0..3 {
        fs::rename(&here, &away).unwrap();
        let said = signer.sign(b"liste");
        assert!(
            matches!(said, Err(SignError::Device { .. })),
            "{round}: {said:?}"
        );
        let again = signer.sign(b"liste");
        assert!(
            matches!(again, Err(SignError::Device { .. })),
            "{round}: {again:?}"
        );
        fs::rename(&away, &here).unwrap();
        let signature = signer.sign(b"liste").unwrap();
        assert!(verifies(&signer, b"liste", &signature), "{round}");
    }
    idle.sign(b"liste").unwrap();
}

#[test]
fn a_pin_that_is_refused_is_not_tried_again() {
    tell("refuses_the_pin");
}

fn refuses_the_pin(device: &Device) {
    let signer = Pkcs11Signer::open(device.key()).unwrap();
    change_pin("1234", "9876");
    let said = signer.sign(b"liste");
    let is_about_the_pin = |said: &Result<Vec<u8>, SignError>| matches!(said, Err(SignError::Unusable { problem, .. }) if problem.contains("PIN"));
    assert!(is_about_the_pin(&said), "{said:?}");
    // The PIN would be right again, but this signer cannot know and three wrong ones lock a token.
    change_pin("9876", "1234");
    let said = signer.sign(b"liste");
    assert!(is_about_the_pin(&said), "{said:?}");
    Pkcs11Signer::open(device.key()).unwrap();
}

#[test]
fn a_session_that_the_device_dropped_is_made_anew_without_a_word() {
    tell("drops_the_session");
}

fn drops_the_session(device: &Device) {
    let signer = Pkcs11Signer::open(device.key()).unwrap();
    // A log-out is of the whole process: the signer's session no longer sees its key.
    let (library, slot) = token();
    library.open_ro_session(slot).unwrap().logout().unwrap();
    signer.sign(b"liste").unwrap();
    // And this ends every session of the process.
    library.finalize().unwrap();
    signer.sign(b"liste").unwrap();
}

fn change_pin(from: &str, to: &str) {
    let (library, slot) = token();
    let session = library.open_rw_session(slot).unwrap();
    // The signer may have done it for the whole process.
    let _ = session.login(UserType::User, Some(&from.into()));
    session.set_pin(&from.into(), &to.into()).unwrap();
    session.logout().unwrap();
}

/// The library beside the signer's use of it, and the slot of the only token.
fn token() -> (Pkcs11, Slot) {
    let library = Pkcs11::new(library()).unwrap();
    // It may be initialized already.
    let _ = library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    let slot = library.get_slots_with_initialized_token().unwrap()[0];
    (library, slot)
}

#[test]
fn two_keys_of_one_token_are_open_at_once() {
    tell("is_shared");
}

fn is_shared(device: &Device) {
    device.import("liste", "other", "next", "02");
    let current = Pkcs11Signer::open(device.key()).unwrap();
    let mut key = device.key();
    key.key_label = "next".into();
    key.certificate = CertificateSource::File(device.dir.join("other.cert"));
    let next = Pkcs11Signer::open(key).unwrap();
    std::thread::scope(|scope| {
        for signer in [&current, &next] {
            for _ in 0..4 {
                scope.spawn(move || {
                    for n in 0_u32..20 {
                        let message = n.to_be_bytes();
                        let signature = signer.sign(&message).unwrap();
                        assert!(verifies(signer, &message, &signature));
                    }
                });
            }
        }
    });
    // The log-in is of the whole process: to let one go must not log the other out.
    drop(current);
    next.sign(b"liste").unwrap();
}

#[test]
fn a_session_of_a_library_begun_anew_is_not_taken_for_another_of_its_number() {
    tell("begins_anew");
}

fn begins_anew(device: &Device) {
    device.token("autre", "1234");
    device.import("autre", "other", "signer", "01");
    let mut key = device.key();
    key.token_label = "autre".into();
    key.certificate = CertificateSource::File(device.dir.join("other.cert"));
    // The first session of the library is its; after the outage the first is the other's.
    let other = Pkcs11Signer::open(key).unwrap();
    let signer = Pkcs11Signer::open(device.key()).unwrap();
    let (here, away) = (device.dir.join("tokens"), device.dir.join("away"));
    fs::rename(&here, &away).unwrap();
    signer.sign(b"liste").unwrap_err();
    fs::rename(&away, &here).unwrap();
    for signer in [&signer, &other, &signer, &other] {
        let signature = signer.sign(b"liste").unwrap();
        assert!(verifies(signer, b"liste", &signature));
    }
}

#[test]
fn the_certificate_may_be_on_the_token() {
    tell("holds_the_certificate");
}

fn holds_the_certificate(device: &Device) {
    let in_a_file = device.in_a_file();
    put_certificate(in_a_file.certificate());
    let mut key = device.key();
    key.certificate = CertificateSource::Token;
    let signer = Pkcs11Signer::open(key).unwrap();
    assert_eq!(signer.certificate(), in_a_file.certificate());
}

fn put_certificate(der: &[u8]) {
    let (library, slot) = token();
    let session = library.open_rw_session(slot).unwrap();
    session.login(UserType::User, Some(&"1234".into())).unwrap();
    session
        .create_object(&[
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Subject(b"0".to_vec()),
            Attribute::Label(b"signer".to_vec()),
            Attribute::Value(der.to_vec()),
        ])
        .unwrap();
}
