//! Whether a gateway still speaks TLS 1.0 or 1.1 (RFC 8996 forbids both). No library offers them any more,
//! so the first message of such a handshake is written by hand, and only the first bytes of the answer are read.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::endpoint::Endpoint;
use super::finding::Finding;
use super::plan::ProbeSettings;
use super::trouble::{Trouble, within};

/// A version that must be turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OldVersion {
    Tls10,
    Tls11,
}

impl OldVersion {
    const ALL: [Self; 2] = [Self::Tls10, Self::Tls11];

    const fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
        }
    }

    /// As it stands on the wire (RFC 2246 §6.2.1, RFC 4346 §6.2.1).
    const fn wire(self) -> [u8; 2] {
        match self {
            Self::Tls10 => [3, 1],
            Self::Tls11 => [3, 2],
        }
    }
}

/// What the first bytes of the answer say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// A `ServerHello`: the gateway goes along.
    Accepted,
    /// An alert, with its number (RFC 5246 §7.2).
    Alert(u8),
    /// Neither.
    Odd,
}

/// Are all old versions turned away?
pub(super) async fn probe(endpoint: &Endpoint, settings: &ProbeSettings) -> Finding {
    let mut seen = Vec::new();
    for version in OldVersion::ALL {
        let name = version.name();
        let stream = match endpoint.reach(settings).await {
            Ok(stream) => stream,
            Err(trouble) => {
                return Finding::failed(format!("{name} could not be tried: {trouble}"));
            }
        };
        let hello = client_hello(version, &endpoint.host);
        match within(settings.step_timeout, "the answer", ask(stream, &hello)).await {
            Ok(Answer::Accepted) => {
                return Finding::failed(format!(
                    "it goes along with {name}, which must be turned away"
                ));
            }
            Ok(Answer::Alert(number)) => seen.push(format!("{name} by alert {number}")),
            Ok(Answer::Odd) => {
                return Finding::failed(format!(
                    "it answered {name} with something that is not TLS; an alert is expected"
                ));
            }
            Err(Trouble::Closed) => seen.push(format!("{name} by closing")),
            Err(trouble) => {
                return Finding::failed(format!("it did not turn {name} away: {trouble}"));
            }
        }
    }
    Finding::passed(format!("it turns away {}", seen.join(", ")))
}

async fn ask(mut stream: TcpStream, hello: &[u8]) -> Result<Answer, Trouble> {
    stream.write_all(hello).await?;
    // Record header (type, version, length) and the first byte of what it holds.
    let mut head = [0; 6];
    stream.read_exact(&mut head).await?;
    let answer = match head {
        [22, 3, _, _, _, 2] => Answer::Accepted,
        [21, 3, _, 0, 2, _] => Answer::Alert(stream.read_u8().await?),
        _ => Answer::Odd,
    };
    Ok(answer)
}

/// Suites that those versions had and that servers kept longest: CBC with SHA-1, elliptic and plain, RSA and
/// ECDSA; and the sign that renegotiation is understood (RFC 5746 §3.3).
const SUITES: [u16; 11] = [
    0xc00a, 0xc014, 0xc009, 0xc013, 0x0039, 0x0033, 0x0035, 0x002f, 0xc012, 0x000a, 0x00ff,
];
/// P-256, P-384, P-521 (RFC 8422 §5.1.1).
const GROUPS: [u16; 3] = [23, 24, 25];

/// A `ClientHello` in its record (RFC 4346 §7.4.1.2). Its random is not: no key ever comes of this handshake.
fn client_hello(version: OldVersion, host: &str) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(version.wire());
    body.extend([0x5a; 32]);
    body.push(0); // no session to resume
    sized(&mut body, &shorts(&SUITES));
    body.extend([1, 0]); // no compression

    let mut extensions = Vec::new();
    let mut name = vec![0]; // a host name (RFC 6066 §3)
    sized(&mut name, host.as_bytes());
    let mut names = Vec::new();
    sized(&mut names, &name);
    extension(&mut extensions, 0, &names);
    let mut groups = Vec::new();
    sized(&mut groups, &shorts(&GROUPS));
    extension(&mut extensions, 10, &groups);
    extension(&mut extensions, 11, &[1, 0]); // uncompressed points
    sized(&mut body, &extensions);

    let mut message = vec![1, 0]; // ClientHello; its length takes three bytes
    sized(&mut message, &body);
    let mut record = vec![22, 3, 1]; // a first record says 1.0 for old servers (RFC 5246 §E.1)
    sized(&mut record, &message);
    record
}

fn extension(into: &mut Vec<u8>, kind: u16, content: &[u8]) {
    into.extend(kind.to_be_bytes());
    sized(into, content);
}

/// Appends content behind its length in two bytes; a host name is the longest, of 253.
fn sized(into: &mut Vec<u8>, content: &[u8]) {
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    into.extend(length.to_be_bytes());
    into.extend_from_slice(content);
}

fn shorts(values: &[u16]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}
