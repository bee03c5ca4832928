//! A trust space made by the command line alone: an authority of its own by its ceremony, an operator of a
//! list, a gateway's certificate that two administrators had issued, and a published list.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use annuaire::domain::clock::{Clock as _, SystemClock};
use annuaire::domain::distinguished_name::OperatorDn;
use annuaire::domain::mail_domain::MailDomainName;
use annuaire::domain::trust_list::{TrustEntry, TrustList};
use annuaire::storage::embedded::Embedded;
use annuaire::trust::laboratory::{Laboratory, gateway_request};
use annuaire::trust::sign::PemSigner;
use annuaire::trust::xml::write_signed;
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;

use super::node::Node;
use super::peer::Gateway;
use crate::support::database::{block_on, server_options};
use crate::support::program::{Ended, Program, until};
use crate::support::scratch;

/// The mail domain that the gateway sends for.
pub(super) const DOMAIN: &str = "d1.mssante.fr";
/// The gateway's name.
const GATEWAY: &str = "CN=mx.hopital.test,OU=1440000040,O=HOPITAL FICTIF,ST=Paris (75),C=FR";
/// Longer than any test: an idle connection is not closed for being idle.
const IDLE: &str = "10m";

/// A trust space on a PostgreSQL that several nodes use.
pub(super) struct Space {
    files: PathBuf,
    data: PathBuf,
    server: Embedded,
    anne: String,
    bruno: String,
    /// Number of the gateway's certificate.
    certificate: i64,
}

/// A node and its listener for operators.
pub(super) struct Serving {
    pub(super) node: Node,
    pub(super) peers: SocketAddr,
}

impl Space {
    pub(super) fn founded(name: &str) -> Self {
        let data = scratch::directory(name);
        let server = block_on(Embedded::start(server_options(&data))).unwrap();
        let mut space = Self {
            files: scratch::directory("pki"),
            data,
            server,
            anne: String::new(),
            bruno: String::new(),
            certificate: 0,
        };
        let laboratory = Laboratory::new("AC FICTIVE", SystemClock.now()).unwrap();
        space.hold_ceremony();
        space.certify_ourselves(&laboratory);
        let token = |name: &str| {
            let added = space.run(&format!("admin add {name} --role administrator"));
            added.expect(0, "ann_").out.trim().to_owned()
        };
        (space.anne, space.bruno) = (token("anne"), token("bruno"));
        fs::write(space.file("bruno.token"), &space.bruno).unwrap();
        space.import();
        space.announce();
        space.issue();
        space.agreed("trust-list publish --reason premier", "version 1");
        space
    }

    /// Where a file of keys, certificates or tokens is.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.files.join(name)
    }

    /// A command line of words; what begins with `./` is a file of ours.
    pub(super) fn program(&self, line: &str) -> Program {
        Program::new(line.split(' ').map(|word| match word.strip_prefix("./") {
            Some(name) => self.file(name).display().to_string(),
            None => word.to_owned(),
        }))
    }

    /// Runs one on the registry.
    pub(super) fn run(&self, line: &str) -> Ended {
        self.on_registry(line).run()
    }

    fn on_registry(&self, line: &str) -> Program {
        self.program(line)
            .in_data_dir(&self.data)
            .with("--config", self.file("annuaire.toml"))
    }

    fn run_as(&self, token: &str, line: &str) -> Ended {
        self.on_registry(line)
            .setting("ANNUAIRE_TOKEN", token)
            .run()
    }

    /// Anne asks, and Bruno agrees where two are needed.
    fn agreed(&self, line: &str, done: &str) {
        let asked = self.run_as(&self.anne, line);
        match asked.out.split_once("approval approve ") {
            Some((_, number)) => {
                let approve = format!("approval approve {}", number.trim());
                self.run_as(&self.bruno, &approve).expect(0, "executed");
            }
            None => drop(asked.expect(0, done)),
        }
    }

    fn write_secret(&self, name: &str, key: &str) {
        fs::write(self.file(name), key).unwrap();
        fs::set_permissions(self.file(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn hold_ceremony(&self) {
        self.program(
            "ca init --root ./root --issuing ./issuing --name essai --organization AGENCE \
             --public-url http://pki.essai.test --witness Anne --witness Bruno --root-bits 2048 \
             --issuing-bits 2048",
        )
        .run()
        .expect(0, "transcript");
        self.program("ca responder --issuing ./issuing --out ./responder")
            .run()
            .expect(0, "responder.pem");
    }

    /// The key of lists, what the listener for operators shows, and the settings of every node.
    fn certify_ourselves(&self, laboratory: &Laboratory) {
        let agency = OperatorDn::parse("CN=localhost,OU=1440000099,O=AGENCE FICTIVE,C=FR").unwrap();
        for (name, issued) in [
            ("signer", laboratory.list_signer(&agency, 30)),
            ("server", laboratory.gateway(&agency, &["localhost"], 30)),
        ] {
            let issued = issued.unwrap();
            self.write_secret(&format!("{name}.key"), &issued.key_pem);
            fs::write(self.file(&format!("{name}.pem")), issued.certificate_pem).unwrap();
        }
        fs::write(self.file("anchor.pem"), laboratory.anchor_pem()).unwrap();
        let settings = r#"
[trust]
anchor_files = ["@/anchor.pem", "@/root/root.pem"]
[[trust.signing_keys]]
certificate_file = "@/signer.pem"
key_file = "@/signer.key"
[ca]
public_url = "http://pki.essai.test"
[[ca.authorities]]
name = "essai"
certificate_file = "@/issuing/issuing.pem"
key_file = "@/issuing/issuing.key"
[ca.authorities.responder]
certificate_file = "@/responder/responder.pem"
key_file = "@/responder/responder.key"
[tls]
certificate_file = "@/server.pem"
key_file = "@/server.key"
"#;
        let settings = settings.replace('@', self.files.to_str().unwrap());
        fs::write(self.file("annuaire.toml"), settings).unwrap();
    }

    /// The operator and its mail domain, by a list that names its gateway.
    fn import(&self) {
        let now = SystemClock.now().replace_nanosecond(0).unwrap();
        let list = TrustList {
            generated_at: now,
            entries: vec![TrustEntry {
                mail_domain: MailDomainName::parse(DOMAIN).unwrap(),
                description: "Un domaine fictif".to_owned(),
                operator_dn: OperatorDn::parse(GATEWAY).unwrap(),
                responsible_contact: "01 00 00 00 00".to_owned(),
                support_contact: "aide@fictif.invalid".to_owned(),
                updated_at: now,
            }],
        };
        let signer = PemSigner::open(&self.file("signer.key"), &self.file("signer.pem")).unwrap();
        let bytes = write_signed(&list, &signer).unwrap();
        fs::write(self.file("source.xml"), bytes).unwrap();
        let import = "trust-list import ./source.xml --signer ./signer.pem --at list --second-token-file ./bruno.token";
        self.run_as(&self.anne, import).expect(0, "1 added");
    }

    fn announce(&self) {
        for line in [
            "authority add racine ./root/root.pem --reason essai",
            "authority crl racine ./root/root.crl --reason essai",
            "authority add essai ./issuing/issuing.pem --reason essai",
            "trust-list signer announce ./signer.pem --reason essai",
        ] {
            self.agreed(line, "");
        }
    }

    /// The gateway's certificate, in the place of the name that the list told.
    fn issue(&mut self) {
        let name = OperatorDn::parse(GATEWAY).unwrap();
        let (request, key) = gateway_request(&name, &["mx.hopital.test"]).unwrap();
        fs::write(self.file("gateway.csr"), request).unwrap();
        self.write_secret("gateway.key", &key);
        let line =
            "certificate request --operator 1 --authority essai --csr ./gateway.csr --reason essai";
        self.agreed(line, "operator");
        self.agreed("certificate issue 1 --reason essai", "issued");
        let told = self.run("certificate requests").expect(0, "certificate ");
        let (_, number) = told.out.rsplit_once("certificate ").unwrap();
        self.certificate = number.trim().parse().unwrap();
        let number = self.certificate;
        self.agreed(
            &format!("certificate activate {number} --reason essai"),
            "is active",
        );
        let shown = self.run(&format!("certificate show {number} --json"));
        let shown: Value = serde_json::from_str(&shown.expect(0, "pem").out).unwrap();
        let end = "-----END CERTIFICATE-----\n";
        let (own, _) = shown["pem"].as_str().unwrap().split_once(end).unwrap();
        let issuing = fs::read_to_string(self.file("issuing/issuing.pem")).unwrap();
        fs::write(
            self.file("gateway.pem"),
            [own, end, issuing.as_str()].concat(),
        )
        .unwrap();
    }

    /// How its database is reached.
    pub(super) fn database(&self) -> PgConnectOptions {
        self.server.connect_options()
    }

    /// A node with a listener for operators, which reaches the database by the socket in this directory.
    pub(super) fn serve(&self, name: &str, socket: &Path, lease: &str) -> Serving {
        let url = format!(
            "postgres://annuaire@localhost/annuaire?host={}",
            socket.display()
        );
        let program = Program::new(["serve"])
            .in_data_dir(&scratch::directory(name))
            .with("--config", self.file("annuaire.toml"))
            .setting("ANNUAIRE__DATABASE__URL", &url)
            .setting("ANNUAIRE__HTTP__HEADER_TIMEOUT", IDLE)
            .setting("ANNUAIRE__TLS__LISTEN", "127.0.0.1:0")
            .setting("ANNUAIRE__ADMISSION__NODE", name)
            .setting("ANNUAIRE__ADMISSION__LEASE", lease);
        let mut node = Node::listen(program);
        let line: Value = serde_json::from_str(&node.says("serving operators")).unwrap();
        let peers = line["tls.listen"].as_str().unwrap().parse().unwrap();
        Serving { node, peers }
    }

    /// The gateway, as operators' listeners see it.
    pub(super) fn gateway(&self) -> Gateway {
        let file = |name| self.file(name);
        Gateway::new(
            &file("gateway.pem"),
            &file("gateway.key"),
            &file("anchor.pem"),
        )
    }

    /// What a peer of the gateway asks a node.
    pub(super) fn question(&self) -> String {
        let chain = fs::read_to_string(self.file("gateway.pem")).unwrap();
        json!({ "chain": chain, "mail_domain": DOMAIN, "role": "smtp-client" }).to_string()
    }

    /// What openssl makes of a node's answer about the gateway.
    pub(super) fn ocsp(&self, node: &Node) -> String {
        let said = Command::new("openssl")
            .args(["ocsp", "-no_nonce", "-issuer", "issuing/issuing.pem"])
            .args(["-cert", "gateway.pem", "-CAfile", "root/root.pem", "-url"])
            .arg(format!("{}/ocsp", node.base))
            .current_dir(&self.files)
            .output()
            .unwrap();
        String::from_utf8([said.stdout, said.stderr].concat()).unwrap()
    }

    /// Anne asks one node to revoke the gateway's certificate, and Bruno agrees by another.
    pub(super) fn revoke(&self, asked: &Node, agreed: &Node) {
        let path = format!("/v1/certificates/{}/acts", self.certificate);
        let act = json!({ "act": "revoke", "because": "keyCompromise", "reason": "perdue" });
        let (code, waits) = asked.post_as(&self.anne, &path, Some(&act));
        assert_eq!(code, 202, "{waits}");
        let path = format!("/v1/approvals/{}/approve", waits["approval"]["id"]);
        let (code, done) = agreed.post_as(&self.bruno, &path, None);
        assert_eq!(code, 200, "{done}");
    }

    pub(super) fn end(self) {
        block_on(self.server.stop()).unwrap();
    }
}

/// Waits until whoever is asked like this admits, or refuses for this reason among others.
#[track_caller]
pub(super) fn decides(mut ask: impl FnMut() -> Value, reason: Option<&str>) {
    let mut last = Value::Null;
    let found = |decision: &Value| match reason {
        None => decision["verdict"] == "admit",
        Some(reason) => decision["verdict"] == "refuse" && is_reason(decision, reason),
    };
    let began = std::time::Instant::now();
    until("a decision", || {
        last = ask();
        let late = began.elapsed() > Duration::from_secs(50);
        assert!(!late || found(&last), "{reason:?} was expected: {last}");
        found(&last).then_some(())
    });
}

fn is_reason(decision: &Value, reason: &str) -> bool {
    let reasons = decision["reasons"].as_array();
    reasons.is_some_and(|reasons| reasons.iter().any(|it| it == reason))
}
