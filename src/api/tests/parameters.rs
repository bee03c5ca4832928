//! Parameters that are wrong, one table for all lists.

use super::asking::Service;

#[tokio::test]
async fn a_wrong_parameter_is_named_and_what_was_meant_suggested() {
    let service = Service::new();
    for (request, code, said) in [
        ("practitioners?ctiy=x", "parameter.unknown", "`city`"),
        (
            "practitioners?practicemode=L",
            "parameter.unknown",
            "`practice_mode`",
        ),
        (
            "practitioners?q=a&q=b",
            "parameter.invalid",
            "more than once",
        ),
        (
            "practitioners?city=",
            "parameter.invalid",
            "`city` is empty",
        ),
        (
            "practitioners?profession=medcin",
            "parameter.invalid",
            "\"Médecin\" (10)",
        ),
        (
            "practitioners?specialty=cardiologi+vasculaire",
            "parameter.invalid",
            "Cardiologie",
        ),
        (
            "practitioners?practice_mode=zzz",
            "parameter.invalid",
            "/v1/codes/practice-mode",
        ),
        (
            "practitioners?department=443",
            "parameter.invalid",
            "`department`",
        ),
        (
            "practitioners?has_mailbox=yes",
            "parameter.invalid",
            "`true` nor `false`",
        ),
        ("practitioners?limit=0", "parameter.invalid", "1 to 100"),
        ("practitioners?limit=101", "parameter.invalid", "1 to 100"),
        (
            "practitioners?postal_code=12345678901",
            "parameter.too_long",
            "10 characters",
        ),
        ("organizations?name=x", "parameter.unknown", "`q`"),
        (
            "organizations?sector=zzz",
            "parameter.invalid",
            "/v1/codes/activity-sector",
        ),
        ("mailboxes?kind=BOX", "parameter.invalid", "`PER`"),
        ("mailboxes?owner=x", "parameter.invalid", "`owner`"),
        ("mailboxes?address=x", "parameter.unknown", "`owner`"),
        ("codes/speciality", "code_system.not_found", "`specialty`"),
    ] {
        let (_, problem) = service.refused(&format!("/v1/{request}")).await;
        assert_eq!(problem["code"], code, "{request}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{request}: {detail}");
    }
}
