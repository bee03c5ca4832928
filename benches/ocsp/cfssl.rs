//! The responder of another program, `cfssl ocspserve`, with the answers that ours signed ahead: a process of its own on the
//! same processors. It must not know what is measured.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::bail;
use base64::prelude::{BASE64_STANDARD, Engine as _};

/// It runs until this is dropped.
pub(crate) struct Cfssl {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Cfssl {
    /// Starts it with these answers; none where it is not installed.
    pub(crate) fn start(dir: &Path, answers: &[Vec<u8>]) -> anyhow::Result<Option<Self>> {
        let file = dir.join("answers");
        let lines: Vec<_> = answers
            .iter()
            .map(|der| BASE64_STANDARD.encode(der))
            .collect();
        fs::write(&file, lines.join("\n"))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let port = address.port().to_string();
        let started = Command::new("cfssl")
            .args([
                "ocspserve",
                "-address",
                "127.0.0.1",
                "-loglevel",
                "5",
                "-port",
                &port,
            ])
            .arg("-responses")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            return Ok(None);
        };
        let running = Self { process, address };
        for _ in 0..100 {
            if TcpStream::connect(address).is_ok() {
                return Ok(Some(running));
            }
            sleep(Duration::from_millis(50));
        }
        bail!("cfssl does not listen");
    }
}

impl Drop for Cfssl {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
