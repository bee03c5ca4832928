//! Our own authorities by the command line, without a database: the ceremony, a root's revocation list
//! that ends an issuing authority, a responder, and a key in a device. openssl says whether it holds.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::program::{Ended, Program};
use crate::support::{device, scratch};

/// A place for the two directories of an authority.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        Self(scratch::directory(name))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn program(&self, command: &str) -> Program {
        let mut arguments: Vec<_> = vec!["ca".to_owned()];
        for word in command.split(' ') {
            // What begins with a dot is a place in here.
            arguments.push(match word.strip_prefix("./") {
                Some(name) => self.path(name).display().to_string(),
                None => word.to_owned(),
            });
        }
        Program::new(arguments)
    }

    fn run(&self, command: &str) -> Ended {
        self.program(command).run()
    }

    /// The ceremony, with short keys.
    fn init(&self, more: &str) -> Program {
        self.program(&format!(
            "init --root ./root --issuing ./issuing --name essai --public-url http://pki.essai.fr --root-bits 2048{more}"
        ))
        .with("--organization", "Hôpital d'essai")
        .with("--witness", "Anne")
        .with("--witness", "Bruno Petit")
    }

    /// What openssl says of the issuing authority, with the root's list at hand.
    fn verify(&self) -> String {
        openssl(
            &self.0,
            &[
                "verify",
                "-x509_strict",
                "-crl_check_all",
                "-CAfile",
                "root/root.pem",
                "-CRLfile",
                "root/root.crl",
                "root/issuing.pem",
            ],
        )
    }
}

fn openssl(dir: &Path, arguments: &[&str]) -> String {
    let said = Command::new("openssl")
        .args(arguments)
        .current_dir(dir)
        .output()
        .unwrap();
    String::from_utf8([said.stdout, said.stderr].concat()).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn serial(dir: &Path, file: &str) -> String {
    let said = openssl(dir, &["x509", "-noout", "-serial", "-in", file]);
    said.trim().strip_prefix("serial=").unwrap().to_owned()
}

#[test]
fn an_authority_is_made_answers_and_is_ended_without_a_database() {
    let place = Place::new("ca");
    let made = place
        .init(" --issuing-bits 2048")
        .run()
        .expect(0, "transcript");
    for name in ["root", "issuing"] {
        assert_eq!(mode(&place.path(name)), 0o700, "{name}");
        let key = place.path(name).join(format!("{name}.key"));
        assert_eq!(mode(&key), 0o600);
    }
    assert!(!place.path("issuing/root.key").exists());
    assert!(
        place.verify().contains("root/issuing.pem: OK"),
        "{}",
        place.verify()
    );

    let transcript = fs::read_to_string(place.path("root/transcript.txt")).unwrap();
    assert_eq!(
        transcript,
        fs::read_to_string(place.path("issuing/transcript.txt")).unwrap()
    );
    assert!(
        transcript.contains("Witnesses     Anne, Bruno Petit"),
        "{transcript}"
    );
    // What it says of every file is what another program finds.
    let sums = transcript
        .lines()
        .filter_map(|line| line.trim().strip_prefix("SHA-256 "))
        .filter(|sum| !sum.starts_with(' '));
    let files = transcript.lines().filter_map(|line| line.split_once("  /"));
    let sums: Vec<_> = files
        .zip(sums)
        .map(|((_, file), sum)| format!("{sum}  /{file}\n"))
        .collect();
    assert_eq!(sums.len(), 8, "{transcript}");
    fs::write(place.path("sums"), sums.concat()).unwrap();
    let checked = Command::new("sha256sum")
        .args(["--check", "--strict"])
        .arg(place.path("sums"))
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?} {transcript}");
    for certificate in ["root", "issuing"] {
        let file = format!("{certificate}/{certificate}.pem");
        let said = openssl(
            &place.0,
            &["x509", "-noout", "-fingerprint", "-sha256", "-in", &file],
        );
        let (_, told) = said.trim().split_once('=').unwrap();
        let told = told.replace(':', "").to_lowercase();
        assert!(
            made.out.contains(&told) && transcript.contains(&told),
            "{said}"
        );
    }

    // Keys are never written over.
    place.init("").run().expect(4, "it holds files");

    let responder = place.run("responder --issuing ./issuing --out ./responder");
    responder.expect(0, "responder.pem");
    assert_eq!(mode(&place.path("responder/responder.key")), 0o600);
    let said = openssl(
        &place.0,
        &[
            "verify",
            "-x509_strict",
            "-CAfile",
            "root/root.pem",
            "-untrusted",
            "issuing/issuing.pem",
            "responder/responder.pem",
        ],
    );
    assert!(said.contains("responder.pem: OK"), "{said}");
    let text = openssl(
        &place.0,
        &["x509", "-noout", "-text", "-in", "responder/responder.pem"],
    );
    assert!(
        text.contains("OCSP Signing") && text.contains("OCSP No Check"),
        "{text}"
    );

    let first = fs::read(place.path("root/root.crl")).unwrap();
    place.run("crl --root ./root").expect(0, "number  2");
    assert_eq!(fs::read(place.path("root/root-1.crl")).unwrap(), first);
    assert!(
        place.verify().contains("root/issuing.pem: OK"),
        "{}",
        place.verify()
    );

    let root = serial(&place.0, "root/root.pem");
    place
        .run(&format!("crl --root ./root --revoke {root}"))
        .expect(9, "issued no certificate");
    place
        .run("crl --root ./root --reason perhaps --revoke 01")
        .expect(2, "cACompromise");
    let number = serial(&place.0, "root/issuing.pem").to_lowercase();
    let revoke = format!("crl --root ./root --revoke {number} --reason cACompromise");
    place.run(&revoke).expect(0, "number  3");
    assert!(place.verify().contains("error 23"), "{}", place.verify());
    place.run(&revoke).expect(9, "was revoked at");
    // What was revoked stays so.
    place.run("crl --root ./root").expect(0, "number  4");
    assert!(place.verify().contains("error 23"), "{}", place.verify());
    let text = openssl(
        &place.0,
        &[
            "crl",
            "-inform",
            "DER",
            "-noout",
            "-text",
            "-in",
            "root/root.crl",
        ],
    );
    assert!(text.contains("CA Compromise"), "{text}");

    // A list that somebody else made is not continued.
    fs::copy(
        place.path("issuing/issuing.pem"),
        place.path("root/root.crl"),
    )
    .unwrap();
    place.run("crl --root ./root").expect(4, "cannot be used");
}

#[test]
fn root_and_issuing_authority_are_kept_apart() {
    let place = Place::new("ca-apart");
    let said = |root: &str, issuing: &str| {
        place
            .run(&format!("init --root {root} --issuing {issuing} --name essai --organization E --witness A --public-url http://pki.essai.fr"))
            .expect(9, "locked away")
    };
    said("./same", "./same");
    said("./one", "./one/inside");
    let nobody = place.run("init --root ./r --issuing ./i --name essai --organization E --public-url http://pki.essai.fr");
    nobody.expect(2, "--witness");
    let name = place.run("init --root ./r --issuing ./i --name Essai --organization E --witness A --public-url http://pki.essai.fr");
    name.expect(2, "lower-case");
    assert!(!place.path("r").exists());
}

#[test]
fn the_issuing_key_may_stay_in_a_device() {
    let place = Place::new("ca-device");
    let home = place.path("device");
    fs::create_dir(&home).unwrap();
    let conf = device::token(&home, "igc", "1234");
    device::key(&home, "igc", "issuing", "1234");
    fs::write(place.path("pin"), "1234\n").unwrap();
    let library = device::library();
    let more = format!(
        " --pkcs11-module {} --pkcs11-token igc --pkcs11-key issuing --pkcs11-pin-file ./pin",
        library.display()
    )
    .replace("./pin", &place.path("pin").display().to_string());
    let conf = conf.display().to_string();
    let made = place.init(&more).setting("SOFTHSM2_CONF", &conf).run();
    made.expect(0, "transcript");
    assert!(!place.path("issuing/issuing.key").exists());
    let transcript = fs::read_to_string(place.path("issuing/transcript.txt")).unwrap();
    assert!(transcript.contains("issuing of token igc"), "{transcript}");
    assert!(
        place.verify().contains("root/issuing.pem: OK"),
        "{}",
        place.verify()
    );

    let responder = place
        .program(&format!(
            "responder --issuing ./issuing --out ./responder{more}"
        ))
        .setting("SOFTHSM2_CONF", &conf)
        .run();
    responder.expect(0, "responder.pem");
    let said = openssl(
        &place.0,
        &[
            "verify",
            "-x509_strict",
            "-CAfile",
            "root/root.pem",
            "-untrusted",
            "issuing/issuing.pem",
            "responder/responder.pem",
        ],
    );
    assert!(said.contains("responder.pem: OK"), "{said}");

    // Without the device there is no key, and a wrong label is said.
    place
        .run("responder --issuing ./issuing --out ./other")
        .expect(4, "issuing.key");
    let other = more.replace("--pkcs11-key issuing", "--pkcs11-key autre");
    let other = place
        .program(&format!(
            "responder --issuing ./issuing --out ./other{other}"
        ))
        .setting("SOFTHSM2_CONF", &conf)
        .run();
    other.expect(8, "private key");
}
