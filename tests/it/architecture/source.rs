//! A Rust source as a list of the paths it names, without its comments, texts and tests.

use std::fs;
use std::path::{Path, PathBuf};

/// One file below `src/`.
pub(super) struct Source {
    /// Below the folder that was read.
    pub(super) path: PathBuf,
    pub(super) lines_before_tests: usize,
    /// Every path that is named, `use` groups written out.
    paths: Vec<Vec<String>>,
}

/// Every source of a folder of this package, but for the files that are tests as a whole.
pub(super) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 10, "{}", root.display());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_tests = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() && !is_tests {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_tests {
            let text = fs::read_to_string(&path).unwrap();
            found.push(Source::new(path.strip_prefix(root).unwrap(), &text));
        }
    }
}

impl Source {
    pub(super) fn new(path: &Path, text: &str) -> Self {
        let mut tokens = without_tests(tokens(text));
        let mut paths = Vec::new();
        while !tokens.is_empty() {
            let before = tokens.len();
            read_paths(&mut tokens, &[], &mut paths);
            if tokens.len() == before {
                tokens.remove(0);
            }
        }
        let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
        Self {
            path: path.to_owned(),
            lines_before_tests: lines.count(),
            paths,
        }
    }

    /// The first folder, or the file in `src/` itself.
    pub(super) fn layer(&self) -> &str {
        let first = self.path.iter().next().unwrap().to_str().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The layers that are named, by `crate::` or by leaving the own one by `super::`.
    pub(super) fn named_layers(&self) -> Vec<String> {
        let is_mod = self.path.file_stem().is_some_and(|stem| stem == "mod");
        let depth = self.path.iter().count() - usize::from(is_mod);
        self.paths
            .iter()
            .filter_map(|path| {
                let ups = path.iter().take_while(|part| *part == "super").count();
                match path.first().map(String::as_str) {
                    Some("crate") => path.get(1).cloned(),
                    Some("super") if ups >= depth => path.get(ups).cloned(),
                    _ => None,
                }
            })
            .collect()
    }

    /// Whether something in this crate or module is named, such as `sqlx` or `std::fs`; a lone word
    /// may be anything.
    pub(super) fn names(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split("::").collect();
        self.paths.iter().any(|path| {
            path.len() >= wanted.len().max(2)
                && path
                    .iter()
                    .zip(&wanted)
                    .all(|(part, wanted)| part == wanted)
        })
    }

    /// Whether a word stands by itself, such as `async`.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.paths.iter().any(|path| path.as_slice() == [word])
    }
}

/// Reads the path at the beginning, or the group of them, each put after `prefix`.
fn read_paths(tokens: &mut Vec<String>, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = prefix.to_vec();
    loop {
        match tokens.first().map(String::as_str) {
            Some("{") if !path.is_empty() => {
                tokens.remove(0);
                while !tokens.is_empty() && tokens[0] != "}" {
                    let before = tokens.len();
                    read_paths(tokens, &path, found);
                    if tokens.len() == before {
                        tokens.remove(0);
                    }
                }
                // its own closing brace; there is none in a text cut short
                drop(tokens.drain(..tokens.len().min(1)));
                return;
            }
            Some(part) if is_name(part) => {
                path.push(tokens.remove(0));
                if tokens.first().is_some_and(|next| next == "::") {
                    tokens.remove(0);
                    continue;
                }
                found.push(path);
                return;
            }
            Some("::") if path.is_empty() => {
                tokens.remove(0);
            }
            _ => return,
        }
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single signs; comments, texts and characters are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if let Some(length) = raw_text(rest) {
            length
        } else if first == '"' {
            quoted(rest, '"')
        } else if first == '\'' {
            character(rest)
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let length = end.unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// Length of a comment that may hold others.
fn comment(text: &str) -> usize {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().unwrap().len_utf8();
        }
    }
    at
}

/// Length of `r"…"`, `r#"…"#`, `br"…"`; `None` where there is none.
fn raw_text(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes: String = after.chars().take_while(|c| *c == '#').collect();
    let body = after[hashes.len()..].strip_prefix('"')?;
    let end = format!("\"{hashes}");
    let start = text.len() - body.len();
    Some(
        body.find(&end)
            .map_or(text.len(), |at| start + at + end.len()),
    )
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// A character is closed by a quote; a lifetime is not.
fn character(text: &str) -> usize {
    let mut after = text.chars().skip(1);
    match (after.next(), after.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, '\''),
        _ => 1,
    }
}

/// Leaves out what stands behind `#[cfg(test)]`: up to the end of its braces, or the next semicolon.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some(first) = rest.first() {
        if !rest.iter().map(String::as_str).take(MARK.len()).eq(MARK) {
            kept.push(first.clone());
            rest = &rest[1..];
            continue;
        }
        let mut depth = 0_u32;
        let mut end = rest.len();
        for (at, token) in rest.iter().enumerate().skip(MARK.len()) {
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 && matches!(token.as_str(), "}" | ";") {
                end = at + 1;
                break;
            }
        }
        rest = &rest[end..];
    }
    kept
}
