//! Exit codes, each of the table at the end of `--help`, and what is said with them.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use super::country::{self, applied, days, first_day, generate, import};
use super::node::Node;
use super::truth;
use crate::support::program::Program;
use crate::support::scratch;

fn json(path: &Path) -> Value {
    serde_json::from_reader(File::open(path).unwrap()).unwrap()
}

#[test]
fn a_command_line_that_is_none_is_2_and_help_is_0() {
    for (arguments, code, said) in [
        (&["--help"][..], 0, "Exit codes:"),
        (&[], 2, "Usage:"),
        (&["imprt"], 2, "imprt"),
        (&["import", "rpps"], 2, "<PATH>"),
        (
            &["import", "rpps", "x", "--source-time", "soon"],
            2,
            "2026-01-31T03:00",
        ),
    ] {
        Program::new(arguments).run().expect(code, said);
    }
}

#[test]
fn a_setting_that_is_none_is_3_and_named() {
    for (name, value, said) in [
        ("ANNUAIRE__HTTP__LISTN", "127.0.0.1:0", "listn"),
        ("ANNUAIRE__HTTP__REQUEST_TIMEOUT", "soon", "request_timeout"),
        (
            "ANNUAIRE__DATABASE__URL_FILE",
            "/nowhere/url",
            "/nowhere/url",
        ),
    ] {
        Program::new(["config", "check"])
            .setting(name, value)
            .run()
            .expect(3, said);
    }
    Program::new(["config", "check"])
        .run()
        .expect(0, "can be used");
}

#[test]
fn a_database_that_is_not_there_is_7() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let url = format!("postgres://nobody@127.0.0.1:{}/x", port.unwrap().port());
    Program::new(["migrate", "--database-url", &url])
        .run()
        .expect(7, "annuaire: ");
}

#[test]
fn files_that_cannot_be_used_are_4_and_change_nothing() {
    let data = first_day();
    let node = Node::ready(&data);
    let before = truth::whole(&data);
    let second = &days().second;
    let bad = scratch::directory("bad");
    let broken = bad.join("PS_LibreAcces_202601020300.zip");
    fs::write(&broken, "PK\x03\x04 and no more").unwrap();
    let columns = bad.join("PS_LibreAcces_Personne_activite_202601020300.txt");
    fs::write(&columns, "Identifiant PP|Nom d'exercice\n1|X\n").unwrap();
    let undated = bad.join("undated.txt");
    let activities = country::file(second, "PS_LibreAcces_Pers", ".txt");
    fs::copy(activities, &undated).unwrap();
    for (source, path, said) in [
        ("rpps", broken, "PS_LibreAcces_202601020300.zip"),
        ("rpps", columns, "Identification nationale PP"),
        ("rpps", undated, "--source-time"),
        ("rpps", bad.join("absent.zip"), "absent.zip"),
        ("rpps", country::mailboxes(second), "import mailboxes"),
        ("mailboxes", country::rpps(second), "import rpps"),
    ] {
        import(source, &path, &data).run().expect(4, said);
    }
    assert_eq!(truth::whole(&data), before);
    node.stop().expect(0, "\"stopped\"");
}

#[test]
fn a_refusal_is_5_with_its_figures_and_yields_to_force() {
    let data = first_day();
    let node = Node::ready(&data);
    let before = truth::whole(&data);
    let shrunk = generate("100", "2");
    let (report, rejects) = (data.join("report.json"), data.join("rejects.csv"));
    let again = || {
        import("rpps", &country::rpps(&shrunk), &data)
            .with("--report", &report)
            .with("--rejects", &rejects)
    };
    again().run().expect(5, "--force");
    assert_eq!(json(&report)["state"], "refused");
    let message = json(&report)["message"].as_str().unwrap().to_owned();
    assert!(message.contains(" of 300 practitioner rows"), "{message}");
    assert_eq!(
        fs::read_to_string(&rejects).unwrap(),
        "file,line,code,detail\n"
    );
    assert_eq!(truth::whole(&data), before);

    let forced = Program::new([
        "import".as_ref(),
        "rpps".as_ref(),
        country::rpps(&shrunk).as_os_str(),
        "--force".as_ref(),
    ]);
    applied(forced.in_data_dir(&data).run());
    // The day before is older than what is applied now.
    let older = import("rpps", &country::rpps(&days().second), &data);
    older.run().expect(5, "is older than");
    node.stop().expect(0, "\"stopped\"");
}

#[test]
fn a_report_that_cannot_be_written_stops_the_import_before_it_begins() {
    let data = first_day();
    let node = Node::ready(&data);
    let before = truth::whole(&data);
    for option in ["--report", "--rejects"] {
        import("rpps", &country::rpps(&days().second), &data)
            .with(option, data.join("absent/file"))
            .run()
            .expect(1, "absent/file cannot be written");
    }
    assert_eq!(truth::whole(&data), before);
    node.stop().expect(0, "\"stopped\"");
}

#[test]
fn rejected_rows_are_written_with_file_and_line() {
    let data = scratch::directory("rejects");
    let node = Node::ready(&data);
    let file = country::file(&days().first, "PS_LibreAcces_Pers", ".txt");
    let mut text = fs::read_to_string(&file).unwrap();
    let line = text.lines().count() + 1;
    text.push_str("8|too|short\n");
    let name = file.file_name().unwrap().to_str().unwrap();
    let changed = scratch::directory("changed").join(name);
    fs::write(&changed, text).unwrap();
    let rejects = data.join("rejects.csv");
    applied(
        import("rpps", &changed, &data)
            .with("--rejects", &rejects)
            .run(),
    );
    let csv = fs::read_to_string(&rejects).unwrap();
    let row = csv.lines().nth(1).unwrap();
    assert!(row.starts_with(&format!("{name},{line},")), "{csv}");
    node.stop().expect(0, "\"stopped\"");
}

#[test]
fn an_index_in_use_is_6_and_health_tells_8_from_0() {
    let data = scratch::directory("health");
    let node = Node::ready(&data);
    Program::new(["index", "rebuild"])
        .in_data_dir(&data)
        .run()
        .expect(6, "running node");
    let health = |base: &str| Program::new(["health", "--url", base]).run();
    let base = node.base.clone();
    health(&base).expect(0, "ready");
    node.stop().expect(0, "\"stopped\"");
    health(&base).expect(8, "annuaire: ");
}
