//! The list as everybody gets it: its forms, its versions, and the proofs that there is one log.

use std::io::Read as _;

use annuaire::domain::digest::Digest;
use annuaire::trust::log::{ConsistencyProof, InclusionProof};
use flate2::read::GzDecoder;
use serde_json::json;

use super::publishing::{ENTRIES, with_key};
use super::web::{ANNE, BRUNO, NOBODY, Web};

const XML: &str = "/trust/listeblanchemssante.xml";

#[test]
fn the_list_is_served_whole_compressed_or_not_at_all_as_one_has_it() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        let none = web.ask(NOBODY, &format!("GET {XML}"), &[], "").await;
        none.refused(404, "trust_list.not_found");
        let version = fixture.publish().await;
        assert!(web.list.refresh(fixture.pool()).await.unwrap());

        let plain = web.get(NOBODY, XML).await;
        assert_eq!(plain.header("content-type"), "application/xml");
        assert_eq!(plain.header("content-encoding"), "");
        assert_eq!(plain.header("etag"), format!("\"{}\"", version.sha256));
        assert_eq!(plain.header("vary"), "accept-encoding");
        assert!(plain.header("cache-control").contains("max-age"));
        assert_eq!(u64::try_from(plain.body.len()).unwrap(), version.bytes);

        // Compressed once for all: whatever else the client takes, these are the bytes.
        for accepted in ["gzip", "br, gzip", "gzip, deflate, br"] {
            let coded = web
                .ask(
                    NOBODY,
                    &format!("GET {XML}"),
                    &[("accept-encoding", accepted)],
                    "",
                )
                .await;
            assert_eq!(coded.header("content-encoding"), "gzip", "{accepted}");
            assert_eq!(coded.header("etag"), format!("\"{}-gzip\"", version.sha256));
            let mut unpacked = Vec::new();
            GzDecoder::new(&coded.body[..])
                .read_to_end(&mut unpacked)
                .unwrap();
            assert_eq!(unpacked, plain.body);
        }
        // Not by the edge either, which would make other bytes under the same tag.
        let brotli = web
            .ask(
                NOBODY,
                &format!("GET {XML}"),
                &[("accept-encoding", "br")],
                "",
            )
            .await;
        assert_eq!(brotli.header("content-encoding"), "");
        assert_eq!(brotli.body, plain.body);

        for (name, value) in [
            ("if-none-match", plain.header("etag")),
            ("if-modified-since", plain.header("last-modified")),
        ] {
            let held = web
                .ask(NOBODY, &format!("GET {XML}"), &[(name, value)], "")
                .await;
            assert_eq!((held.status.as_u16(), held.body.len()), (304, 0), "{name}");
            assert_eq!(held.header("etag"), plain.header("etag"));
        }
        let head = web.ask(NOBODY, &format!("HEAD {XML}"), &[], "").await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        assert_eq!(head.header("content-length"), version.bytes.to_string());

        let meta = web.get(NOBODY, "/trust/listeblanchemssante.meta.jws").await;
        assert_eq!(meta.header("content-type"), "application/jose");
        assert_eq!(meta.text().split('.').count(), 3);
        let twin = web.get(NOBODY, "/trust/listeblanchemssante.json").await;
        let entries = twin.value()["entries"].as_array().unwrap().len();
        assert_eq!(u64::try_from(entries).unwrap(), ENTRIES);

        // Served on while the database is away.
        let gone = fixture.database.end_connections();
        tokio::task::spawn_blocking(gone).await.unwrap();
        fixture.pool().close().await;
        assert_eq!(web.get(NOBODY, XML).await.body, plain.body);
        web.ask(NOBODY, "GET /v1/trust-lists", &[], "")
            .await
            .refused(503, "database.unavailable");
    });
}

#[test]
fn every_version_stays_and_two_are_compared() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        let first = fixture.publish().await;
        fixture
            .sql("update binding set updated_at = '2026-03-03 03:03:03Z' where mail_domain = 'd1.mssante.fr';
                  delete from binding where mail_domain = 'd2.mssante.fr'")
            .await;
        let second = fixture.publish().await;

        let page = web.get(NOBODY, "/v1/trust-lists?limit=1").await;
        assert_eq!(page.value()["items"][0]["sequence"], 2);
        let next = page.value()["next"].as_str().unwrap().to_owned();
        assert!(page.header("link").contains(&next));
        let rest = web
            .get(NOBODY, &format!("/v1/trust-lists?limit=1&cursor={next}"))
            .await
            .value();
        assert_eq!(rest["items"][0]["sequence"], 1);
        assert!(rest["next"].is_null(), "{rest}");

        for version in [&first, &second] {
            let at = format!("/v1/trust-lists/{}", version.sequence);
            let told = web.get(NOBODY, &at).await.value();
            assert_eq!(told["sha256"], version.sha256.to_string());
            let xml = web.get(NOBODY, told["xml"].as_str().unwrap()).await;
            assert_eq!(u64::try_from(xml.body.len()).unwrap(), version.bytes);
            assert!(
                xml.header("content-disposition")
                    .contains("listeblanchemssante-")
            );
            let meta = web.get(NOBODY, told["meta"].as_str().unwrap()).await;
            assert_eq!(meta.text().split('.').count(), 3);
        }
        let diff = web
            .get(NOBODY, "/v1/trust-lists/diff?from=1&to=2")
            .await
            .value();
        assert_eq!(diff["removed"][0]["mail_domain"], "d2.mssante.fr");
        assert_eq!(diff["changed"][0]["mail_domain"], "d1.mssante.fr");
        assert_eq!(diff["added"], json!([]));
        assert_eq!(
            diff["counts"],
            json!({ "added": 0, "removed": 1, "changed": 1 })
        );
        let back = web
            .get(NOBODY, "/v1/trust-lists/diff?from=2&to=1")
            .await
            .value();
        assert_eq!(back["added"], diff["removed"]);

        for (uri, status, code) in [
            ("/v1/trust-lists/3", 404, "trust_list.not_found"),
            ("/v1/trust-lists/0/xml", 404, "trust_list.not_found"),
            ("/v1/trust-lists/one/meta", 404, "trust_list.not_found"),
            ("/v1/trust-lists/diff?from=1", 400, "parameter.invalid"),
            (
                "/v1/trust-lists/diff?from=1&to=9",
                404,
                "trust_list.not_found",
            ),
            ("/v1/trust-lists?cursor=zzz", 400, "cursor.invalid"),
        ] {
            web.ask(NOBODY, &format!("GET {uri}"), &[], "")
                .await
                .refused(status, code);
        }
    });
}

#[test]
fn proofs_hold_for_whoever_checks_them() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        for _ in 0..3 {
            fixture.publish().await;
        }
        let log = "/v1/trust-lists/log";
        let head = web.get(NOBODY, &format!("{log}/head")).await.value();
        assert_eq!(head["size"], 3);
        let root = Digest::parse(head["root"].as_str().unwrap()).unwrap();
        let proof = web
            .get(NOBODY, &format!("{log}/consistency?from=1&to=3"))
            .await;
        let proof: ConsistencyProof = serde_json::from_slice(&proof.body).unwrap();
        assert_eq!(proof.to_root, root);
        proof.verify().unwrap();
        let old = web.get(NOBODY, &format!("{log}/head?size=1")).await.value();
        assert_eq!(old["root"], proof.from_root.to_string());
        // With one leaf, the root is the leaf.
        let proof = web
            .get(NOBODY, &format!("{log}/inclusion?sequence=1&size=3"))
            .await;
        let proof: InclusionProof = serde_json::from_slice(&proof.body).unwrap();
        assert_eq!(proof.root, root);
        proof
            .verify(&Digest::parse(old["root"].as_str().unwrap()).unwrap())
            .unwrap();
        for (asked, status) in [
            ("inclusion?sequence=4", 404),
            ("inclusion?sequence=3&size=2", 404),
            ("inclusion", 400),
            ("consistency?from=0", 404),
            ("consistency?from=2&to=9", 404),
            ("head?size=9", 404),
        ] {
            let answer = web
                .ask(NOBODY, &format!("GET {log}/{asked}"), &[], "")
                .await;
            assert_eq!(answer.status, status, "{asked}: {}", answer.text());
        }
        let signers = web.get(NOBODY, "/v1/signers").await.value();
        assert_eq!(signers["items"][0]["state"], "current");
        let pem = signers["items"][0]["certificate"].as_str().unwrap();
        assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    });
}

#[test]
fn publishing_answers_with_the_version_or_with_what_waits() {
    with_key(async |fixture| {
        let web = Web::new(&fixture.space);
        let publish = "POST /v1/trust-lists/publish";
        let why = json!({ "reason": "premier" });
        let first = web.json(ANNE, publish, &why).await;
        assert_eq!(first.status, 200, "{}", first.text());
        assert_eq!(first.value()["outcome"], "published");
        assert_eq!(first.value()["version"]["entries"], ENTRIES);
        fixture.advance(time::Duration::seconds(2));
        let again = web.json(ANNE, publish, &why).await.value();
        assert_eq!(again["outcome"], "unchanged");
        assert_eq!(again["version"]["sequence"], 1);

        fixture.advance(time::Duration::HOUR);
        fixture
            .sql("delete from binding where mail_domain like 'd1%'")
            .await;
        let waits = web.json(ANNE, publish, &why).await;
        assert_eq!(waits.status, 202, "{}", waits.text());
        let approval = waits.header("location").to_owned();
        assert_eq!(
            waits.value()["approval"]["act"]["act"],
            "publish_trust_list"
        );
        let approve = format!("POST {approval}/approve");
        web.json(ANNE, &approve, &json!({}))
            .await
            .refused(403, "approval.own");
        let done = web.json(BRUNO, &approve, &json!({})).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(done.value()["state"], "executed");
        let versions = web.get(NOBODY, "/v1/trust-lists").await.value();
        assert_eq!(versions["items"][0]["sequence"], 2);
    });
}
