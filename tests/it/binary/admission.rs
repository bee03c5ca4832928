//! Who is let in, by nodes that are processes of their own on one PostgreSQL: by REST, by OCSP and by TLS,
//! before and after a revocation; and by one that is cut off.

use rustls::{AlertDescription, Error};

use super::space::{Serving, Space, decides};
use crate::support::program::until;
use crate::support::proxy::Proxy;

const LONG: &str = "60s";
/// Of the node that is cut off.
const SHORT: &str = "3s";

/// Waits until the gateway is told who it is.
fn is_welcome(space: &Space, node: &Serving) {
    until("the gateway is let in", || {
        let told = space.gateway().connect(node.peers).asks().ok()?;
        (told["decision"]["verdict"] == "admit").then_some(())
    });
}

/// Waits until the gateway is turned away with this alert.
fn is_turned_away(space: &Space, node: &Serving, alert: AlertDescription) {
    until("the gateway is turned away", || {
        let error = space.gateway().connect(node.peers).asks().err()?;
        let cause = error.get_ref()?.downcast_ref::<Error>()?;
        (*cause == Error::AlertReceived(alert)).then_some(())
    });
}

#[test]
fn who_is_revoked_on_one_node_is_refused_by_every_node_in_every_way() {
    let space = Space::founded("nodes");
    let options = space.database();
    let socket = options.get_socket().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(async { Proxy::between(&options) });
    let mut nodes = ["a", "b", "c"].map(|name| space.serve(name, socket, LONG));
    let mut cut_off = space.serve("d", proxy.directory(), SHORT);
    let question = space.question();
    let asked = |node: &Serving| node.node.post("/v1/admission/decisions", &question).1;
    for node in nodes.iter().chain([&cut_off]) {
        decides(|| asked(node), None);
        until("its authority says that it is good", || {
            let said = space.ocsp(&node.node);
            let is_good = said.contains("gateway.pem: good");
            (is_good && said.contains("Response verify OK")).then_some(())
        });
        is_welcome(&space, node);
    }
    let mut open = space.gateway().connect(nodes[1].peers);
    open.asks().unwrap();
    let mut open_to_nobody = space.gateway().connect(cut_off.peers);
    open_to_nobody.asks().unwrap();

    proxy.cut();
    space.revoke(&nodes[0].node, &nodes[2].node);
    let closed = "the connection of a peer is closed";
    let said = nodes[1].node.says(closed);
    // By the registry's word, or by the revocation list where that was read with it.
    assert!(said.contains(".revoked\""), "{said}");
    open.ends();
    for node in &nodes {
        decides(|| asked(node), Some("certificate.revoked"));
        is_turned_away(&space, node, AlertDescription::CertificateRevoked);
        until("its authority says that it is revoked", || {
            let said = space.ocsp(&node.node);
            let is_revoked = said.contains("gateway.pem: revoked");
            (is_revoked && said.contains("keyCompromise")).then_some(())
        });
    }

    // Who cannot hear of it lets nobody in.
    decides(|| asked(&cut_off), Some("node.lease_lost"));
    let said = cut_off.node.says(closed);
    assert!(said.contains("\"node.lease_lost\""), "{said}");
    open_to_nobody.ends();
    space
        .gateway()
        .connect(cut_off.peers)
        .asks()
        .expect_err("it is cut off");
    proxy.mend();
    decides(|| asked(&cut_off), Some("certificate.revoked"));
    for node in nodes.into_iter().chain([cut_off]) {
        node.node.stop().expect(0, "\"stopped\"");
    }
    space.end();
}
