//! The pages of the specification: all there, and nothing of another host.

use super::asking::Service;

#[tokio::test]
async fn the_pages_load_nothing_from_elsewhere() {
    let service = Service::new();
    let page = service.ask("GET", "/docs/", &[]).await;
    assert_eq!(page.status, 200);
    let html = page.text();
    assert!(html.contains("swagger-ui"));
    // What the policy forbids must not be needed: scripts in the page itself.
    assert!(!html.contains("<script>"), "{html}");
    let mut loaded = 0;
    for attribute in ["src=\"", "href=\""] {
        for part in html.split(attribute).skip(1) {
            let target = part.split('"').next().unwrap();
            assert!(!target.contains("//"), "{target}");
            let path = target.trim_start_matches("./");
            let answer = service.ask("GET", &format!("/docs/{path}"), &[]).await;
            assert_eq!(answer.status, 200, "{target}");
            loaded += 1;
        }
    }
    assert!(loaded >= 3, "{html}");
    let start = service
        .ask("GET", "/docs/swagger-initializer.js", &[])
        .await;
    assert!(start.text().contains("/openapi.json"));
    assert!(!start.text().contains("http"), "{}", start.text());

    let specification = service.get("/openapi.json").await;
    assert!(specification["openapi"].is_string());
    let bare = service.ask("GET", "/docs", &[]).await;
    assert_eq!(bare.header("location"), "/docs/");
    assert_eq!(service.refused("/docs/absent.js").await.0, 404);
}
