//! A server of HTTP for tests that says whatever it is told to, word for word.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Makes an answer of the body of a question.
pub(crate) type Make = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

/// Method and path of a question, and its body.
pub(crate) type Question = (String, Vec<u8>);

/// What is answered at a path.
#[derive(Clone)]
pub(crate) enum Said {
    /// These bytes, whatever they are, and the end of the connection.
    Raw(Vec<u8>),
    /// Nothing, with the connection open until the other side ends it.
    Nothing,
    /// A success whose body is this again and again, and never ends.
    Dripping(&'static [u8]),
    /// What this makes of the body that was sent.
    From(Arc<Make>),
}

impl Said {
    /// A success with this body.
    pub(crate) fn ok(body: &[u8]) -> Self {
        Self::Raw(answer("200 OK", "", body))
    }

    /// Another status, with these lines in its head.
    pub(crate) fn status(status: &str, head: &str) -> Self {
        Self::Raw(answer(status, head, b""))
    }
}

pub(crate) fn answer(status: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{head}\r\n")
            .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// The server; it lives as long as the process of the tests.
#[derive(Clone)]
pub(crate) struct Server {
    address: SocketAddr,
    said: Arc<Mutex<HashMap<String, Said>>>,
    asked: Arc<Mutex<Vec<Question>>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            said: Arc::default(),
            asked: Arc::default(),
        };
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.answer(stream));
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn says(&self, path: &str, said: Said) {
        self.said.lock().unwrap().insert(path.to_owned(), said);
    }

    /// Every question so far: method and path, and the body.
    pub(crate) fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }

    fn answer(&self, mut stream: TcpStream) {
        let Some((head, body)) = question(&mut stream) else {
            return;
        };
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let kept = (format!("{method} {path}"), body.clone());
        self.asked.lock().unwrap().push(kept);
        let said = self.said.lock().unwrap().get(path).cloned();
        let bytes = match said {
            Some(Said::Raw(bytes)) => bytes,
            Some(Said::From(make)) => make(&body),
            Some(Said::Nothing) => {
                let _ = stream.read(&mut [0]);
                return;
            }
            Some(Said::Dripping(drop)) => {
                let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
                let mut said = stream.write_all(head);
                while said.is_ok() {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    said = stream.write_all(drop);
                }
                return;
            }
            None => answer("404 Not Found", "", b""),
        };
        let _ = stream.write_all(&bytes);
    }
}

/// The head of a question, and its body as far as its length is told.
fn question(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut piece) {
            Ok(read @ 1..) => bytes.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut body = bytes.split_off(end + 4);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    while body.len() < length.unwrap_or_default() {
        match stream.read(&mut piece) {
            Ok(read @ 1..) => body.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    }
    Some((head, body))
}
