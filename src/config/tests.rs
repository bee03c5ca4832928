use super::*;

fn load(toml: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("annuaire.toml");
    std::fs::write(&file, toml).unwrap();
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_parts(Some(&file), variables, Overrides::default())
}

/// A commented line that is a setting, but not the second way to give one.
fn is_setting(line: &str) -> bool {
    let begins = [" = \"", " = {", "[["]
        .iter()
        .any(|mark| line.contains(mark));
    begins && !line.contains("url_file")
}

#[test]
fn the_commented_defaults_are_the_defaults() {
    assert_eq!(load(DEFAULTS, &[]).unwrap(), Config::default());
    assert_eq!(load("", &[]).unwrap(), Config::default());
    // A setting that is commented out is there all the same, and read once uncommented.
    let uncommented: String = DEFAULTS
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if is_setting(setting) => setting,
            _ => line,
        })
        .fold(String::new(), |all, line| all + line + "\n");
    let config = load(&uncommented, &[]).unwrap();
    assert_eq!(config.trust.signing_keys.len(), 2);
    let [in_a_file, in_a_device] = config.ca.authorities.as_slice() else {
        panic!("{:?}", config.ca.authorities);
    };
    assert!(in_a_file.key_file.is_some() && in_a_device.pkcs11.is_some());
    assert!(config.database.url.is_some());
    assert_eq!(config.index_dir(), Path::new("/var/lib/annuaire/index"));
    assert_eq!(config.data_dir, Path::new("/var/lib/annuaire"));
}

#[test]
fn every_setting_that_is_printed_stands_in_the_commented_defaults() {
    let printed = Config::default().to_toml().unwrap();
    for line in printed.lines().filter(|line| !line.is_empty()) {
        let key = line.split(" = ").next().unwrap_or(line);
        assert!(DEFAULTS.contains(key), "{key} is not documented");
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_command_line_over_both() {
    let toml = "data_dir = \"/file\"\n[http]\nlisten = \"127.0.0.1:1\"\nrequest_timeout = \"3s\"\n[http.rate_limit]\nburst = 7";
    let variables = [
        ("ANNUAIRE__HTTP__LISTEN", "127.0.0.1:2"),
        ("ANNUAIRE__HTTP__RATE_LIMIT__BURST", "9"),
        ("ANNUAIRE__HTTP__TRUSTED_PROXIES", "[\"10.0.0.0/8\"]"),
        ("ANNUAIRE__DATABASE__URL", "postgres://env/db"),
        ("PATH", "/bin"),
    ];
    let config = load(toml, &variables).unwrap();
    assert_eq!(config.http.listen.port(), 2);
    assert_eq!(config.http.rate_limit.burst.get(), 9);
    assert_eq!(config.http.request_timeout.as_secs(), 3);
    assert_eq!(config.http.trusted_proxies.len(), 1);
    assert_eq!(config.data_dir, Path::new("/file"));

    let overrides = Overrides {
        data_dir: Some("/flag".into()),
        database_url: Some(Secret::new("postgres://flag/db")),
    };
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::from_parts(None, variables, overrides).unwrap();
    assert_eq!(config.data_dir, Path::new("/flag"));
    assert_eq!(
        config.database.address().unwrap(),
        Some(Secret::new("postgres://flag/db"))
    );
}

#[test]
fn what_cannot_be_used_is_named_with_its_place() {
    let file = "annuaire.toml";
    for (toml, variables, said) in [
        (
            "[http]\nlistn = 1",
            &[][..],
            vec![file, "\"http.listn\"", "did you mean \"http.listen\"?"],
        ),
        (
            "[htpp]\nlisten = 1",
            &[],
            vec![file, "\"htpp\"", "\"http\""],
        ),
        (
            "",
            &[("ANNUAIRE__HTTP__LISTN", "x")],
            vec!["ANNUAIRE__HTTP__LISTN", "http.listen"],
        ),
        (
            "",
            &[("ANNUAIRE__HTTP__RATE_LIMIT__BRUST", "1")],
            vec!["ANNUAIRE__HTTP__RATE_LIMIT__BRUST", "http.rate_limit.burst"],
        ),
        (
            "[http]\nmax_body = 64",
            &[],
            vec![file, "http.max_body", "unit"],
        ),
        (
            "[http]\nmax_body = \"64\"",
            &[],
            vec![file, "http.max_body", "unit"],
        ),
        (
            "[http]\nrequest_timeout = 30",
            &[],
            vec![file, "http.request_timeout", "duration"],
        ),
        (
            "[http]\nrequest_timeout = \"30\"",
            &[],
            vec![file, "http.request_timeout", "duration"],
        ),
        (
            "",
            &[("ANNUAIRE__HTTP__LISTEN", "here")],
            vec!["ANNUAIRE__HTTP__LISTEN", "http.listen"],
        ),
        (
            "[log]\nformat = \"xml\"",
            &[],
            vec![file, "log.format", "xml"],
        ),
        ("[http\n", &[], vec![file]),
        (
            "[import]\nmax_removed_share = 5",
            &[],
            vec!["import.max_removed_share"],
        ),
        ("[database]\nurl = \"mysql://x\"", &[], vec!["database.url"]),
        (
            "[database]\nurl = \"postgres://x\"\nurl_file = \"/y\"",
            &[],
            vec!["database.url", "both"],
        ),
        (
            "[database]\nurl_file = \"/nonexistent\"",
            &[],
            vec!["/nonexistent"],
        ),
        ("[search]\nthreads = 0", &[], vec!["search.threads"]),
    ] {
        let error = load(toml, variables).unwrap_err().to_string();
        for part in said {
            assert!(error.contains(part), "{toml:?} {variables:?}: {error}");
        }
    }
    assert!(matches!(
        Config::from_parts(Some(Path::new("/nonexistent")), [], Overrides::default()),
        Err(ConfigError::Unreadable { .. })
    ));
}

#[test]
fn printed_settings_show_no_secret_and_read_back() {
    let config = load("[database]\nurl = \"postgres://u:hunter2@h/d\"", &[]).unwrap();
    let printed = config.to_toml().unwrap();
    assert!(!printed.contains("hunter2"));
    assert!(printed.contains(secret::MASK));
    assert!(!format!("{config:?}").contains("hunter2"));
    let printed = Config::default().to_toml().unwrap();
    assert_eq!(load(&printed, &[]).unwrap(), Config::default());
}

#[test]
fn a_file_that_is_not_toml_is_named_by_line_and_keeps_its_secrets() {
    let error = load("[database]\nurl = \"postgres://u:hunter2@h/d\n", &[]).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("annuaire.toml: line 2: "), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn data_lies_where_the_user_may_write() {
    for (user, xdg, home, expected) in [
        (User::Root, Some("/x"), Some("/root"), "/var/lib/annuaire"),
        (User::Ordinary, Some("/x"), Some("/home/a"), "/x/annuaire"),
        (
            User::Ordinary,
            None,
            Some("/home/a"),
            "/home/a/.local/share/annuaire",
        ),
        (
            User::Ordinary,
            Some("relative"),
            Some("/home/a"),
            "/home/a/.local/share/annuaire",
        ),
        (User::Ordinary, None, None, "annuaire-data"),
    ] {
        let variable = |name: &str| match name {
            "XDG_DATA_HOME" => xdg.map(PathBuf::from),
            _ => home.map(PathBuf::from),
        };
        assert_eq!(default_data_dir(user, variable), Path::new(expected));
    }
}

#[test]
fn settings_of_the_trust_space_that_make_no_sense_are_refused() {
    for (toml, key) in [
        ("max_removed_share = 7.5", "trust.max_removed_share"),
        ("approval_lifetime = \"0s\"", "trust.approval_lifetime"),
        ("list_lifetime = \"0s\"", "trust.list_lifetime"),
        ("publish_every = \"0s\"", "trust.publish_every"),
        ("publish_every = \"3days\"", "trust.publish_every"),
    ] {
        let refused = load(&format!("[trust]\n{toml}"), &[]).unwrap_err();
        assert!(
            matches!(&refused, ConfigError::Rule { key: found, .. } if *found == key),
            "{toml}: {refused}"
        );
    }
    assert!(load("[trust]\npublish_every = \"1day\"", &[]).is_ok());
}
