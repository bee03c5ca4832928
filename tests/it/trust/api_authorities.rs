//! Our own authorities over REST, as who asks: nobody, an auditor, an administrator.

use annuaire::trust::revocation::RevocationList;
use rcgen::KeyPair;
use serde_json::json;

use super::ours::{ISSUING, OurPki, ROOT, csr, node, with_ours};
use super::registered::with_registered;
use super::web::{ANNE, CLAIRE_THE_AUDITOR, NOBODY, Web};

#[test]
fn authorities_are_for_everybody_and_made_known_by_administrators() {
    with_registered(async |mut registry| {
        registry.space = node(&registry, Some(OurPki::shared().issuing_key()));
        let web = Web::new(&registry.space);
        let ours = OurPki::shared();
        let body = json!({ "name": ROOT, "pem": ours.file("root.pem"), "reason": "a test" });
        let add = "POST /v1/authorities";
        let answer = web.json(NOBODY, add, &body).await;
        answer.refused(401, "authentication.required");
        let answer = web.json(CLAIRE_THE_AUDITOR, add, &body).await;
        answer.refused(403, "administrator.role");
        let answer = web.json(ANNE, add, &json!({ "name": ROOT })).await;
        answer.refused(400, "body.invalid");
        let answer = web.json(ANNE, add, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.header("location"), format!("/v1/authorities/{ROOT}"));
        assert_eq!(answer.value()["kind"], "root");
        let answer = web.json(ANNE, add, &body).await;
        answer.refused(409, "authority.exists");
        let leaf = json!({ "name": "autre", "pem": "nothing", "reason": "a test" });
        let answer = web.json(ANNE, add, &leaf).await;
        answer.refused(400, "authority.invalid");

        let listed = web.get(NOBODY, "/v1/authorities").await.value();
        assert_eq!(listed["items"][0]["name"], ROOT);
        assert_eq!(listed["items"][0]["pem"], ours.file("root.pem"));
        let answer = web.ask(NOBODY, "GET /v1/authorities/autre", &[], "").await;
        answer.refused(404, "authority.not_found");

        let list = ours.root_list(9, registry.now(), &[]);
        let body = json!({ "pem": list, "reason": "the ceremony's" });
        let bring = format!("POST /v1/authorities/{ROOT}/revocation-list");
        let answer = web.json(NOBODY, &bring, &body).await;
        answer.refused(401, "authentication.required");
        let answer = web.json(CLAIRE_THE_AUDITOR, &bring, &body).await;
        answer.refused(403, "administrator.role");
        let answer = web.json(ANNE, &bring, &body).await;
        assert_eq!(answer.value()["revocation_list"]["number"], "09");
        let answer = web.json(ANNE, &bring, &body).await;
        answer.refused(400, "revocation_list.refused");
        web.status.refresh(&registry.pool).await.unwrap();
        let served = web.get(NOBODY, &format!("/crl/{ROOT}.crl")).await.body;
        assert_eq!(
            RevocationList::read(&served, 1 << 20).unwrap().number(),
            [9]
        );
    });
}

#[test]
fn certificates_of_ours_are_asked_for_read_and_refused_over_rest() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let web = Web::new(&registry.space);
        let request = |common_name: &str| {
            let key = KeyPair::generate().unwrap();
            json!({
                "operator": 1,
                "authority": ISSUING,
                "csr": csr(1, common_name, &key),
                "reason": "a test",
            })
        };
        let ask = "POST /v1/certificate-requests";
        let body = request("mx1.hopital.mssante.fr");
        let answer = web.json(NOBODY, ask, &body).await;
        answer.refused(401, "authentication.required");
        let answer = web.json(CLAIRE_THE_AUDITOR, ask, &body).await;
        answer.refused(403, "administrator.role");
        let mut foreign = body.clone();
        foreign["operator"] = json!(2);
        let problem = web.json(ANNE, ask, &foreign).await;
        let problem = problem.refused(400, "certificate_request.refused");
        let found = &problem["particulars"]["findings"][0];
        assert_eq!(found["rule"], "registry.number", "{problem}");
        let mut broken = body.clone();
        broken["csr"] = json!("-----BEGIN CERTIFICATE REQUEST-----");
        let answer = web.json(ANNE, ask, &broken).await;
        answer.refused(400, "certificate_request.unreadable");

        let answer = web.json(ANNE, ask, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.header("location"), "/v1/certificate-requests/1");
        assert_eq!(
            answer.value()["csr"],
            body["csr"].as_str().unwrap().replace('\r', "")
        );
        web.json(ANNE, ask, &body)
            .await
            .refused(409, "certificate_request.exists");
        let other = web
            .json(ANNE, ask, &request("mx2.hopital.mssante.fr"))
            .await;
        assert_eq!(other.status, 201);
        let other = other.value()["id"].clone();

        let list = "/v1/certificate-requests";
        let answer = web.ask(NOBODY, &format!("GET {list}"), &[], "").await;
        answer.refused(401, "authentication.required");
        let page = web
            .get(CLAIRE_THE_AUDITOR, &format!("{list}?limit=1"))
            .await;
        let page = page.value();
        assert_eq!(page["items"][0]["id"], 1);
        let next = page["next"].as_str().unwrap();
        let page = web
            .get(ANNE, &format!("{list}?limit=1&cursor={next}"))
            .await;
        assert_eq!(page.value()["items"][0]["id"], other);
        let answer = web
            .ask(ANNE, &format!("GET {list}?state=lost"), &[], "")
            .await;
        answer.refused(400, "parameter.invalid");
        for absent in ["999", "x"] {
            let answer = web
                .ask(ANNE, &format!("GET {list}/{absent}"), &[], "")
                .await;
            answer.refused(404, "certificate_request.not_found");
        }

        let answer = web
            .json(
                ANNE,
                &format!("POST {list}/{other}/refuse"),
                &json!({ "reason": "no" }),
            )
            .await;
        assert_eq!(answer.value()["state"], "refused");
        let wanted =
            json!({ "act": { "act": "issue_certificate", "request": 1 }, "reason": "a test" });
        let answer = web.json(ANNE, "POST /v1/acts", &wanted).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        let approval = answer.value()["approval"]["id"].as_i64().unwrap();
        registry
            .space
            .approve(&registry.bruno, approval)
            .await
            .unwrap();
        let issued = web
            .get(CLAIRE_THE_AUDITOR, &format!("{list}/1"))
            .await
            .value();
        assert_eq!(issued["state"], "issued");
        let certificate = web
            .get(ANNE, &format!("/v1/certificates/{}", issued["certificate"]))
            .await;
        assert_eq!(certificate.value()["state"], "pending");
    });
}

#[test]
fn revocation_lists_are_served_to_everybody_without_the_database() {
    with_registered(async |mut registry| {
        with_ours(&mut registry).await;
        let web = Web::new(&registry.space);
        let crl = format!("GET /crl/{ISSUING}.crl");
        let absent = web.ask(NOBODY, &crl, &[], "").await;
        absent.refused(404, "revocation_list.not_found");
        registry.space.publish_revocation_lists().await.unwrap();
        assert!(web.status.refresh(&registry.pool).await.unwrap());
        assert!(!web.status.refresh(&registry.pool).await.unwrap());
        registry.pool.close().await;
        for other in ["essai", "essai.pem", "autre.crl", ".crl"] {
            let answer = web.ask(NOBODY, &format!("GET /crl/{other}"), &[], "").await;
            answer.refused(404, "revocation_list.not_found");
        }
        let served = web
            .ask(NOBODY, &crl, &[("accept-encoding", "gzip")], "")
            .await;
        assert_eq!(served.status, 200);
        assert_eq!(served.header("content-type"), "application/pkix-crl");
        assert_eq!(served.header("content-encoding"), "");
        let caching = served.header("cache-control");
        assert!(caching.starts_with("public, max-age="), "{caching}");
        assert_eq!(
            served.header("last-modified"),
            "Sat, 21 Nov 2026 12:00:00 GMT"
        );
        let list = RevocationList::read(&served.body, 1 << 20).unwrap();
        assert!(list.is_by(&OurPki::shared().made.issuing).is_ok());
        let held = [("if-none-match", served.header("etag"))];
        let again = web.ask(NOBODY, &crl, &held, "").await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    });
}
