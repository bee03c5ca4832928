//! Settings given by environment variables: `ANNUAIRE__SECTION__KEY`.

use figment::value::{Dict, Value};

/// What every variable of ours begins with.
pub const PREFIX: &str = "ANNUAIRE__";

/// The settings held by these variables, nested by `__`; other variables are left alone.
///
/// Values are read as TOML values where they look like one, else as texts. The environment comes in
/// as a parameter, so that tests need not change that of their process.
pub fn settings(variables: impl IntoIterator<Item = (String, String)>) -> Dict {
    let mut settings = Dict::new();
    for (name, text) in variables {
        if let Some(key) = name.strip_prefix(PREFIX) {
            let path: Vec<String> = key.split("__").map(str::to_lowercase).collect();
            let value: Value = match text.parse() {
                Ok(value) => value,
                Err(never) => match never {},
            };
            insert(&mut settings, &path, value);
        }
    }
    settings
}

/// The variable of a setting, such as `ANNUAIRE__HTTP__LISTEN` for `http.listen`.
pub fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn insert(settings: &mut Dict, path: &[String], value: Value) {
    match path {
        [] => {}
        [last] => {
            settings.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let section = settings
                .entry(first.clone())
                .or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, section) = section {
                insert(section, rest, value);
            }
        }
    }
}
