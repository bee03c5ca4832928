//! A name server on loopback that knows what a test told it.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use hickory_proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX};
use hickory_proto::rr::{Name, RData, Record};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// What the server says of one name.
#[derive(Clone)]
pub(super) enum Says {
    /// These exchangers, preference first.
    Mx(&'static [(u16, &'static str)]),
    /// These addresses.
    Addresses(Vec<IpAddr>),
    /// An alias of that name.
    Alias(&'static str),
    /// It exists, with nothing that a mail could use.
    Nothing,
    /// It failed (SERVFAIL).
    Failure,
    /// No word.
    Silence,
}

/// Runs until it is dropped.
pub(super) struct NameServer {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl NameServer {
    pub(super) async fn start(zone: &[(&'static str, Says)]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let zone: HashMap<_, _> = zone
            .iter()
            .map(|(name, says)| (name.to_string(), says.clone()))
            .collect();
        let task = tokio::spawn(async move {
            let mut bytes = [0; 1500];
            loop {
                let (count, from) = socket.recv_from(&mut bytes).await.unwrap();
                let question = Message::from_vec(&bytes[..count]).unwrap();
                if let Some(answer) = answer(&zone, &question) {
                    socket
                        .send_to(&answer.to_vec().unwrap(), from)
                        .await
                        .unwrap();
                }
            }
        });
        Self { address, task }
    }
}

fn answer(zone: &HashMap<String, Says>, question: &Message) -> Option<Message> {
    let query = question.queries()[0].clone();
    let mut answer = Message::new();
    answer
        .set_id(question.id())
        .set_message_type(MessageType::Response)
        .set_op_code(OpCode::Query)
        .set_recursion_desired(true)
        .set_recursion_available(true)
        .add_query(query.clone());
    let name = query.name().to_ascii().to_ascii_lowercase();
    let absolute = |name: &str| Name::from_ascii(format!("{name}.")).unwrap();
    let data = match zone.get(name.trim_end_matches('.')) {
        None => {
            answer.set_response_code(ResponseCode::NXDomain);
            Vec::new()
        }
        Some(Says::Silence) => return None,
        Some(Says::Failure) => {
            answer.set_response_code(ResponseCode::ServFail);
            Vec::new()
        }
        Some(Says::Nothing) => Vec::new(),
        Some(Says::Mx(exchangers)) => exchangers
            .iter()
            .map(|&(preference, host)| {
                let host = if host == "." {
                    Name::root()
                } else {
                    absolute(host)
                };
                RData::MX(MX::new(preference, host))
            })
            .collect(),
        Some(Says::Addresses(addresses)) => addresses
            .iter()
            .map(|address| match address {
                IpAddr::V4(address) => RData::A(A(*address)),
                IpAddr::V6(address) => RData::AAAA(AAAA(*address)),
            })
            .collect(),
        Some(Says::Alias(of)) => vec![RData::CNAME(CNAME(absolute(of)))],
    };
    for data in data {
        if data.record_type() == query.query_type() {
            answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
        }
    }
    Some(answer)
}
