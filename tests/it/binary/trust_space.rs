//! The trust space by the command line alone, beside a node that serves it: keys, two administrators,
//! a list that is published, verified and proved, and what each refusal says.

use std::fs;
use std::path::{Path, PathBuf};

use annuaire::domain::distinguished_name::OperatorDn;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::trust_list::{TrustEntry, TrustList};
use annuaire::trust::sign::PemSigner;
use annuaire::trust::xml::write_signed;
use time::macros::datetime;

use super::node::Node;
use crate::support::program::{Ended, Program, until};
use crate::support::{scratch, signing};

/// A data directory with a signing key in its settings, and tokens of who may do what.
struct Place {
    data: PathBuf,
    settings: PathBuf,
    certificate: PathBuf,
}

/// Arguments of a command line, by spaces.
fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

impl Place {
    fn new(name: &str) -> Self {
        let data = scratch::directory(name);
        let (key, certificate) = signing_key(&data);
        let settings = data.join("annuaire.toml");
        let text = format!(
            "[[trust.signing_keys]]\ncertificate_file = \"{}\"\nkey_file = \"{}\"\n",
            certificate.display(),
            key.display()
        );
        fs::write(&settings, text).unwrap();
        Self {
            data,
            settings,
            certificate,
        }
    }

    fn program(&self, line: &str) -> Program {
        Program::new(words(line))
            .in_data_dir(&self.data)
            .with("--config", &self.settings)
    }

    /// Runs a command that needs no token.
    fn run(&self, line: &str) -> Ended {
        self.program(line).run()
    }

    /// Runs a command in somebody's name.
    fn run_as(&self, token: &str, line: &str) -> Ended {
        self.program(line).setting("ANNUAIRE_TOKEN", token).run()
    }

    /// Adds somebody and gives their token.
    fn admit(&self, name: &str, role: &str) -> String {
        let ended = self.run(&format!("admin add {name} --role {role}"));
        let token = ended.expect(0, "ann_").out.trim().to_owned();
        assert!(token.starts_with("ann_"), "the token alone: {token}");
        token
    }
}

/// A key that its owner alone may read, and its certificate.
fn signing_key(dir: &Path) -> (PathBuf, PathBuf) {
    let validity = (
        datetime!(2020-01-01 00:00:00 UTC),
        datetime!(2099-01-01 00:00:00 UTC),
    );
    signing::write_signer(dir, &signing::new_key(), "alb.invalid", validity)
}

/// A list of three mail domains of two operators, as another program would publish it.
fn signed_list(key: &Path, certificate: &Path) -> Vec<u8> {
    let entry = |domain: &str, dn: &str| TrustEntry {
        mail_domain: MailDomainName::parse(domain).unwrap(),
        description: "Un domaine fictif".to_owned(),
        operator_dn: OperatorDn::parse(dn).unwrap(),
        responsible_contact: "01 00 00 00 00".to_owned(),
        support_contact: "aide@fictif.invalid".to_owned(),
        updated_at: datetime!(2026-01-01 00:00:00 UTC),
    };
    let hospital = "CN=mail.hopital.invalid,OU=1440000040,O=HOPITAL FICTIF,ST=Paris (75),C=FR";
    let editor = "CN=mail.editeur.invalid,OU=318310021300028,O=EDITEUR FICTIF,ST=Paris (75),C=FR";
    let list = TrustList {
        generated_at: datetime!(2026-02-01 00:00:00 UTC),
        entries: vec![
            entry("d1.mssante.fr", hospital),
            entry("d2.mssante.fr", hospital),
            entry("d3.mssante.fr", editor),
        ],
    };
    write_signed(&list, &PemSigner::open(key, certificate).unwrap()).unwrap()
}

fn download(node: &Node, path: &str, to: &Path) {
    let url = format!("{}{path}", node.base);
    let bytes = until("the node serves the list", || {
        let mut answer = ureq::get(&url).call().ok()?;
        answer.body_mut().read_to_vec().ok()
    });
    fs::write(to, bytes).unwrap();
}

#[test]
fn two_administrators_bring_a_list_to_everybody_who_checks_it() {
    let place = Place::new("trust");
    // The server of the node is the one that commands join.
    let node = Node::configured(&place.data, &place.settings);
    let anne = place.admit("anne", "administrator");
    let bruno = place.admit("bruno", "administrator");
    let claire = place.admit("claire", "auditor");
    place
        .run("admin add anne --role auditor")
        .expect(9, "administrator.exists");
    place.run("admin list").expect(0, "auditor        claire");

    // Who acts says who they are, and may.
    let add =
        "operator add HOPITAL-FICTIF --kind establishment --number 1440000040 --reason dossier";
    place.run(add).expect(9, "ANNUAIRE_TOKEN");
    place
        .run_as("ann_x", add)
        .expect(9, "authentication.invalid");
    place.run_as(&claire, add).expect(9, "administrator.role");
    place.run_as(&anne, add).expect(0, "operator 1");
    place
        .run("operator list --state candidate")
        .expect(0, "HOPITAL-FICTIF");
    place
        .run_as(&anne, "operator move 1 active --reason vite")
        .expect(9, "operator.transition");
    place
        .run("operator show 1")
        .expect(0, "may become: engaged, withdrawn");

    // A key signs once two agreed to it; nothing is signed before.
    let publish = "trust-list publish --reason premier";
    place
        .run_as(&anne, publish)
        .expect(8, "trust_list.not_signed");
    let announce = format!(
        "trust-list signer announce {} --reason clef",
        place.certificate.display()
    );
    place
        .run_as(&anne, &announce)
        .expect(0, "Z: annuaire approval approve 1");
    place.run("approval list").expect(0, "asked by anne");
    let approve = "approval approve 1";
    place.run_as(&anne, approve).expect(9, "approval.own");
    let token_file = place.data.join("bruno.token");
    fs::write(&token_file, format!("{bruno}\n")).unwrap();
    let agreed = place.program(approve).with("--token-file", &token_file);
    agreed.run().expect(0, "executed");
    place.run("trust-list signer list").expect(0, "current");

    // Nobody is in the list yet: an empty one breaks a rule, and is not signed.
    assert_ne!(place.run_as(&anne, publish).code, Some(0));
    place.run("alerts").expect(0, "trust_list.not_published");
    node.stop().expect(0, "\"stopped\"");

    // A key of the settings that is not there is a setting that cannot be used, and named.
    fs::remove_file(&place.certificate).unwrap();
    place.run("alerts").expect(3, "signer.pem");
}

#[test]
fn an_imported_list_is_published_verified_and_proved() {
    let place = Place::new("trust-import");
    let node = Node::configured(&place.data, &place.settings);
    let anne = place.admit("anne", "administrator");
    let bruno = place.admit("bruno", "administrator");
    let source = place.data.join("source.xml");
    let (key, certificate) = signing_key(&scratch::directory("source-signer"));
    fs::write(&source, signed_list(&key, &certificate)).unwrap();
    let second = place.data.join("bruno.token");
    fs::write(&second, &bruno).unwrap();
    let import = format!(
        "trust-list import {} --signer {} --at list --second-token-file {}",
        source.display(),
        certificate.display(),
        second.display()
    );
    let foreign = import.replace(
        certificate.to_str().unwrap(),
        place.certificate.to_str().unwrap(),
    );
    place
        .run_as(&anne, &foreign)
        .expect(9, "trust_list.invalid");
    // Who lets operators in does not do it alone.
    place.run_as(&bruno, &import).expect(9, "approval.own");
    place
        .run_as(&anne, &import)
        .expect(0, "3 listed       3 added");

    let announce = format!(
        "trust-list signer announce {} --reason clef",
        place.certificate.display()
    );
    place.run_as(&anne, &announce).expect(0, "approve 1");
    place
        .run_as(&bruno, "approval approve 1")
        .expect(0, "executed");
    let publish = "trust-list publish --reason premier";
    place
        .run_as(&anne, publish)
        .expect(0, "version 1 of 3 entries");
    place.run("trust-list versions").expect(0, "3 entries");

    let (list, meta) = (place.data.join("list.xml"), place.data.join("meta.jws"));
    download(&node, "/trust/listeblanchemssante.xml", &list);
    download(&node, "/trust/listeblanchemssante.meta.jws", &meta);
    let verify = |file: &Path, signer: &Path, at: &str| {
        let line = format!(
            "trust-list verify {} --signer {} --at {at}",
            file.display(),
            signer.display()
        );
        Program::new(words(&line)).run()
    };
    verify(&list, &place.certificate, "now").expect(0, "a valid list of 3 entries");
    verify(&list, &place.certificate, "list").expect(0, "CN=alb.invalid");
    verify(&list, &certificate, "now").expect(9, "list.signer_not_pinned");
    verify(&list, &place.certificate, "2100-01-01T00:00:00Z").expect(9, "list.signer_validity");
    verify(&list, &place.certificate, "later").expect(2, "2026-01-31T03:00:00Z");
    verify(&place.data.join("absent"), &place.certificate, "now").expect(4, "absent");
    verify(&list, &meta, "now").expect(4, "meta.jws cannot be used");
    let changed = place.data.join("changed.xml");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&changed, text.replacen("d1.mssante.fr", "d9.mssante.fr", 1)).unwrap();
    verify(&changed, &place.certificate, "now").expect(9, "list.digest");
    verify(&meta, &place.certificate, "now").expect(9, "list.declaration");

    let prove = |file: &Path, more: &str| {
        let line = format!(
            "trust-list prove {} --meta {} --signer {} --registry {}{more}",
            file.display(),
            meta.display(),
            place.certificate.display(),
            node.base
        );
        Program::new(words(&line)).run()
    };
    let proved = prove(&list, "");
    assert!(!proved.out.contains("NOT OK"), "{proved:#?}");
    proved.expect(0, "inclusion.proof");
    prove(&changed, "").expect(9, "list.digest");
    // The log of a later day continues the one that was seen.
    let since = format!(" --since {}", meta.display());
    prove(&list, &since).expect(0, "witness.consistency");
    let base = node.base.clone();
    node.stop().expect(0, "\"stopped\"");
    let line = format!(
        "trust-list prove {} --meta {} --signer {} --registry {base}",
        list.display(),
        meta.display(),
        place.certificate.display()
    );
    Program::new(words(&line)).run().expect(8, &base);
}
