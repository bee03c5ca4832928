//! What each look-up finds, and how its answer is dressed.

use serde_json::Value;

use super::asking::{POSITION, Service};
use super::fixture;

fn ids(page: &Value, key: &str) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let of = |item: &Value| item[key].as_str().unwrap().to_owned();
    items.iter().map(of).collect()
}

#[tokio::test]
async fn people_are_found_by_every_parameter() {
    let service = Service::new();
    let physician = "899000000010";
    let pharmacist = "899000000028";
    for (query, found) in [
        ("q=eleonore%20heritier", vec![physician]),
        ("q=l%27h%C3%A9riter-fictif", vec![physician]),
        ("family=exemple&given=jean%20fictif", vec![pharmacist]),
        ("family=jean", vec![]),
        ("profession=m%C3%A9decin", vec![physician]),
        ("profession=10&profession=21", vec![pharmacist, physician]),
        (
            "specialty=m%C3%A9decine%20g%C3%A9n%C3%A9rale",
            vec![physician],
        ),
        ("specialty=SM04", vec![]),
        ("practice_mode=liberal", vec![pharmacist, physician]),
        ("practice_mode=S", vec![physician]),
        ("city=NANTES", vec![physician]),
        ("postal_code=77000", vec![physician]),
        ("department=2a", vec![pharmacist]),
        ("organization=26130008100153", vec![pharmacist]),
        ("organization=770816478", vec![physician]),
        ("has_mailbox=true", vec![physician]),
        // One and the same activity: the liberal one is in Nantes, the salaried one in Melun.
        ("practice_mode=L&city=nantes", vec![physician]),
        ("practice_mode=S&city=nantes", vec![]),
    ] {
        let page = service.get(&format!("/v1/practitioners?{query}")).await;
        assert_eq!(ids(&page, "national_id"), found, "{query}");
        assert_eq!(page["total"], found.len(), "{query}");
        assert_eq!(page["next"], Value::Null, "{query}");
    }
    let all = service.get("/v1/practitioners").await;
    assert_eq!(all["total"], 4);
    let first = &all["items"][0];
    assert_eq!(first["family"], "EXEMPLE");
    assert!(first["score"].is_u64());
}

#[tokio::test]
async fn structures_are_found_by_every_parameter() {
    let service = Service::new();
    let (practice, hospital) = ("R10100000000001", "F770816478");
    let pharmacies = ["R10100000000002", "R10100000000003"];
    for (query, found) in [
        ("q=fictif%20ch", vec![hospital]),
        ("city=nantes", vec![practice]),
        ("postal_code=77000", vec![hospital]),
        ("department=2A", pharmacies.to_vec()),
        ("sector=SA01", vec![hospital]),
        ("has_mailbox=true", vec![hospital]),
        ("has_mailbox=true&city=nantes", vec![]),
    ] {
        let page = service.get(&format!("/v1/organizations?{query}")).await;
        let mut listed = ids(&page, "id");
        listed.sort();
        assert_eq!(listed, found, "{query}");
    }
}

#[tokio::test]
async fn mailboxes_are_listed_by_every_parameter() {
    let service = Service::new();
    let personal = "eleonore.lheritier-fictif@medecin.mssante.fr";
    let at_work = "e.lheritier-fictif@ch-fictif.mssante.fr";
    let shared = "secretariat.cardiologie@ch-fictif.mssante.fr";
    for (query, found) in [
        ("", vec![at_work, personal, shared]),
        ("owner=899000000010", vec![at_work, personal]),
        ("owner=99000000010", vec![at_work, personal]),
        ("organization=770816478", vec![at_work, shared]),
        ("organization=R10100000000003", vec![shared]),
        ("domain=MEDECIN.mssante.fr", vec![personal]),
        ("kind=org", vec![shared]),
        ("kind=PER&domain=ch-fictif.mssante.fr", vec![at_work]),
        ("kind=APP", vec![]),
    ] {
        let page = service.get(&format!("/v1/mailboxes?{query}")).await;
        assert_eq!(ids(&page, "address"), found, "{query}");
    }
}

#[tokio::test]
async fn one_resource_goes_by_each_of_its_names() {
    let service = Service::new();
    for (path, key, value) in [
        ("practitioners/899000000010", "national_id", "899000000010"),
        ("practitioners/99000000010", "national_id", "899000000010"),
        ("practitioners/99000000010", "rpps", "99000000010"),
        ("practitioners/0990000001", "adeli", "990000001"),
        ("organizations/770816478", "id", "F770816478"),
        ("organizations/F770816478", "finess", "770816478"),
        ("organizations/1770816478", "id", "F770816478"),
        ("organizations/26130008100153", "id", "R10100000000002"),
        (
            "mailboxes/E.LHeritier-Fictif@CH-Fictif.mssante.fr",
            "address",
            "e.lheritier-fictif@ch-fictif.mssante.fr",
        ),
        ("codes/TRE_R23-ModeExercice", "system", "practice-mode"),
    ] {
        let found = service.get(&format!("/v1/{path}")).await;
        assert_eq!(found[key], value, "{path}");
    }
    let shared = service.get("/v1/organizations/26130008100153").await;
    assert_eq!(shared["also"], serde_json::json!(["R10100000000003"]));
    for (path, code) in [
        ("practitioners/899000000099", "practitioner.not_found"),
        ("practitioners/x", "practitioner.not_found"),
        ("organizations/770816479", "organization.not_found"),
        (
            "mailboxes/personne@ch-fictif.mssante.fr",
            "mailbox.not_found",
        ),
        ("codes/zodiac", "code_system.not_found"),
        ("imports/2/rejects.csv", "import.not_found"),
        ("imports/two/rejects.csv", "import.not_found"),
        ("nothing", "route.not_found"),
    ] {
        let (status, problem) = service.refused(&format!("/v1/{path}")).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (404, Some(code)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_code_comes_with_the_label_of_the_extract() {
    let service = Service::new();
    let modes = service.get("/v1/codes/practice-mode").await;
    let items = modes["items"].as_array().unwrap();
    assert_eq!(modes["total"], items.len());
    let liberal = items.iter().find(|item| item["code"] == "L").unwrap();
    assert_eq!(liberal["label"], "Libéral");
    let person = service.get("/v1/practitioners/99000000010").await;
    assert_eq!(person["roles"][0]["practice_mode"]["label"], "Libéral");
    assert_eq!(person["specialties"][0]["specialty"]["code"], "SM54");
}

#[tokio::test]
async fn pages_follow_each_other_through_a_switch_of_the_index() {
    let service = Service::new();
    let whole = ids(&service.get("/v1/practitioners").await, "national_id");
    let mut walked = Vec::new();
    let mut uri = "/v1/practitioners?limit=1".to_owned();
    loop {
        let answer = service.ask("GET", &uri, &[]).await;
        let page = answer.json();
        assert_eq!(page["total"], 4);
        walked.extend(ids(&page, "national_id"));
        let link = answer.header("link").to_owned();
        let Some(next) = page["next"].as_str() else {
            assert_eq!(link, "");
            break;
        };
        assert!(link.contains(next), "{link}");
        uri = link[1..link.find('>').unwrap()].to_owned();
        service.load(&fixture::documents(), POSITION + 1);
    }
    assert_eq!(walked, whole);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_search() {
    let service = Service::new();
    let page = service.get("/v1/practitioners?limit=1").await;
    let next = page["next"].as_str().unwrap();
    for query in [
        format!("q=fictif&cursor={next}"),
        "cursor=AAAA".to_owned(),
        "cursor=%00".to_owned(),
    ] {
        let (status, problem) = service.refused(&format!("/v1/practitioners?{query}")).await;
        let code = problem["code"].as_str().unwrap();
        let expected = if query.ends_with("%00") {
            "parameter.invalid"
        } else {
            "cursor.invalid"
        };
        assert_eq!((status, code), (400, expected), "{query}");
    }
    // Another page size is the same search.
    let rest = service
        .get(&format!("/v1/practitioners?limit=50&cursor={next}"))
        .await;
    assert_eq!(ids(&rest, "national_id").len(), 3);
}

#[tokio::test]
async fn answers_say_which_change_they_rest_on() {
    let service = Service::new();
    for path in [
        "practitioners",
        "organizations/770816478",
        "codes/profession",
    ] {
        let answer = service.ask("GET", &format!("/v1/{path}"), &[]).await;
        assert_eq!(
            answer.header("annuaire-position"),
            POSITION.to_string(),
            "{path}"
        );
        assert_eq!(answer.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn what_is_not_loaded_yet_is_unavailable() {
    let service = Service::empty(crate::config::Http::default());
    for path in [
        "/v1/practitioners",
        "/v1/practitioners/99000000010",
        "/v1/mailboxes",
        "/v1/organizations/1",
        "/v1/codes/profession",
        "/readyz",
    ] {
        let (status, problem) = service.refused(path).await;
        assert_eq!(problem["code"], "index.not_ready", "{path}");
        assert_eq!(status, 503);
    }
}
