//! Who may name whom, read from the sources, and how long a file may be.

mod source;

use std::collections::BTreeSet;
use std::path::Path;

use source::{Source, sources};

/// A layer: a folder or file of `src/`, and the other layers it may name.
struct Layer {
    name: &'static str,
    may_name: &'static [&'static str],
}

/// From the bottom to the top; who composes may name everything.
const LAYERS: &[Layer] = &[
    Layer {
        name: "domain",
        may_name: &[],
    },
    Layer {
        name: "config",
        may_name: &["domain"],
    },
    Layer {
        name: "telemetry",
        may_name: &["config", "domain"],
    },
    Layer {
        name: "storage",
        may_name: &["domain"],
    },
    Layer {
        name: "search",
        may_name: &["domain", "storage"],
    },
    Layer {
        name: "ingest",
        may_name: &["domain", "storage"],
    },
    Layer {
        name: "trust",
        may_name: &["domain"],
    },
    Layer {
        name: "remote",
        may_name: &["domain"],
    },
    Layer {
        name: "service",
        may_name: &[
            "config",
            "domain",
            "ingest",
            "remote",
            "search",
            "storage",
            "telemetry",
            "trust",
        ],
    },
    Layer {
        name: "policy",
        may_name: &["config", "domain", "service", "telemetry"],
    },
    Layer {
        name: "api",
        may_name: &["config", "domain", "service", "telemetry"],
    },
    Layer {
        name: "app",
        may_name: EVERYTHING,
    },
    Layer {
        name: "cli",
        may_name: EVERYTHING,
    },
    Layer {
        name: "main",
        may_name: &["cli"],
    },
];

const EVERYTHING: &[&str] = &[
    "api",
    "app",
    "config",
    "domain",
    "ingest",
    "policy",
    "remote",
    "search",
    "service",
    "storage",
    "telemetry",
    "trust",
];

/// Crates that belong to some layers, so that what they stand for can be changed in one place.
const CRATES: &[(&str, &[&str])] = &[
    ("sqlx", &["storage", "app"]),
    ("axum", &["api", "app"]),
    ("governor", &["api"]),
    ("tower", &["api"]),
    ("tower_http", &["api"]),
    ("utoipa", &["api"]),
    ("utoipa_axum", &["api"]),
    ("utoipa_swagger_ui", &["api"]),
    ("tantivy", &["search"]),
    ("imbl", &["search"]),
    ("postcard", &["search"]),
    ("aws_lc_rs", &["trust"]),
    ("cryptoki", &["trust"]),
    ("hickory_resolver", &["trust"]),
    ("quick_xml", &["trust"]),
    ("rcgen", &["trust"]),
    ("rustls", &["trust", "remote"]),
    ("tokio_rustls", &["trust"]),
    ("webpki", &["trust"]),
    ("x509_parser", &["trust"]),
    ("yasna", &["trust"]),
    ("quick_cache", &["service", "trust"]),
    ("annuaire_importers", &["ingest", "cli"]),
    // Written for people to download; published files are read by the importers alone.
    ("csv", &["ingest"]),
    ("encoding_rs", &[]),
    ("zip", &[]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("ureq", &["cli", "remote"]),
    ("anyhow", &["app", "cli", "main"]),
    ("figment", &["config"]),
    ("toml", &["config"]),
    ("prometheus_client", &["telemetry"]),
    ("tracing_subscriber", &["telemetry"]),
];

/// What knows no input, output or time: values and rules.
const PURE: &str = "domain";
const IMPURE: &[&str] = &[
    "tokio",
    "std::fs",
    "std::io",
    "std::net",
    "std::process",
    "std::thread",
];

/// What the readers of files must not know.
const FOREIGN_TO_IMPORTERS: &[&str] = &["annuaire", "axum", "sqlx", "tantivy", "tokio"];

/// Every breach in a file of `src/`, as sentences.
fn breaches(file: &Source) -> BTreeSet<String> {
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == file.layer()) else {
        return match file.layer() {
            "lib" => BTreeSet::new(),
            unknown => BTreeSet::from([format!("{unknown} is in no layer: add it to the table")]),
        };
    };
    let mut found = BTreeSet::new();
    for named in file.named_layers() {
        if named != layer.name && !layer.may_name.contains(&named.as_str()) {
            found.insert(format!("{} names {named}", layer.name));
        }
    }
    for (krate, layers) in CRATES {
        if file.names(krate) && !layers.contains(&layer.name) {
            found.insert(format!("{} uses {krate}", layer.name));
        }
    }
    if layer.name == PURE {
        let named = IMPURE.iter().filter(|path| file.names(path));
        let written = ["async"].iter().filter(|word| file.has_word(word));
        found.extend(
            named
                .chain(written)
                .map(|what| format!("{PURE} uses {what}")),
        );
    }
    found
}

#[test]
fn layers_name_only_what_is_below_them() {
    let mut found = Vec::new();
    for file in sources("src") {
        found.extend(
            breaches(&file)
                .into_iter()
                .map(|breach| format!("{}: {breach}", file.path.display())),
        );
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_readers_of_files_know_files_only() {
    for file in sources("importers/src") {
        for krate in FOREIGN_TO_IMPORTERS {
            assert!(!file.names(krate), "{} uses {krate}", file.path.display());
        }
    }
}

#[test]
fn the_table_finds_made_up_breaches() {
    for (path, text, breach) in [
        (
            "api/v1/x.rs",
            "use crate::storage::mailboxes;",
            Some("api names storage"),
        ),
        (
            "api/v1/x.rs",
            "fn f() { crate::search::open() }",
            Some("api names search"),
        ),
        (
            "api/v1/x.rs",
            "use crate::{domain::ids, storage};",
            Some("api names storage"),
        ),
        (
            "api/v1/x.rs",
            "use crate::{\n service::{a, b},\n search::c };",
            Some("api names search"),
        ),
        (
            "api/v1/x.rs",
            "use super::super::super::storage;",
            Some("api names storage"),
        ),
        ("api/v1/x.rs", "use super::super::storage;", None),
        (
            "api/mod.rs",
            "use super::storage;",
            Some("api names storage"),
        ),
        ("search/x.rs", "use sqlx::PgPool;", Some("search uses sqlx")),
        (
            "search/x.rs",
            "fn f(pool: &::sqlx::PgPool) {}",
            Some("search uses sqlx"),
        ),
        (
            "service/x.rs",
            "use crate::api::problem;",
            Some("service names api"),
        ),
        (
            "service/x.rs",
            "use tantivy::Index;",
            Some("service uses tantivy"),
        ),
        ("domain/x.rs", "async fn f() {}", Some("domain uses async")),
        ("domain/x.rs", "use std::fs;", Some("domain uses std::fs")),
        (
            "domain/x.rs",
            "use std::{fmt, fs};",
            Some("domain uses std::fs"),
        ),
        (
            "ldap/x.rs",
            "",
            Some("ldap is in no layer: add it to the table"),
        ),
        ("app.rs", "use crate::storage; use sqlx::PgPool;", None),
        (
            "search/x.rs",
            "// use sqlx::PgPool;\n/* crate::api /* nested */ crate::ingest */",
            None,
        ),
        (
            "search/x.rs",
            "//! See [`crate::ingest`].\nconst A: &str = \"crate::api\";",
            None,
        ),
        (
            "search/x.rs",
            "const A: &str = r#\"a \" crate::api\"#; const B: char = '\"';",
            None,
        ),
        (
            "search/x.rs",
            "const B: char = '\"'; use crate::api; const C: char = '\"';",
            Some("search names api"),
        ),
        (
            "search/x.rs",
            "fn f<'a>(a: &'a str) { crate::api::x(a) }",
            Some("search names api"),
        ),
        (
            "search/x.rs",
            "#[cfg(test)]\nmod tests {\n use crate::api; fn f() { {} }\n}",
            None,
        ),
        (
            "search/x.rs",
            "#[cfg(test)]\nuse crate::api;\nfn f() {}",
            None,
        ),
        (
            "search/x.rs",
            "#[cfg(test)]\nmod tests { }\nuse crate::api;",
            Some("search names api"),
        ),
        (
            "search/x.rs",
            "#[cfg(not(test))]\nuse crate::api;",
            Some("search names api"),
        ),
    ] {
        let file = Source::new(Path::new(path), text);
        let expected: BTreeSet<String> = breach.into_iter().map(str::to_owned).collect();
        assert_eq!(breaches(&file), expected, "{path}: {text}");
    }
}

/// The budget of lines before a file's tests.
#[test]
fn files_are_short() {
    for (folder, typical) in [("src", 120), ("importers/src", 120), ("tests/it", 400)] {
        let mut lengths: Vec<(usize, String)> = sources(folder)
            .iter()
            .map(|file| (file.lines_before_tests, file.path.display().to_string()))
            .collect();
        lengths.sort();
        let (longest, path) = &lengths[lengths.len() - 1];
        assert!(
            *longest <= 600,
            "{folder}: {path} has {longest} lines: it has two topics"
        );
        let (long, path) = &lengths[lengths.len() * 95 / 100];
        assert!(
            *long <= 400,
            "{folder}: one file in twenty is as long as {path}, {long} lines"
        );
        let (median, path) = &lengths[lengths.len() / 2];
        assert!(
            *median <= typical,
            "{folder}: half of the files are as long as {path}, {median} lines"
        );
    }
}
