//! A conversation with an SMTP server (RFC 5321 §4), as far as a probe needs one.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::reply::{Reply, ReplyReader};
use super::trouble::{Trouble, within};

/// A conversation over a connection, in clear or inside TLS.
pub(super) struct Dialogue<S> {
    stream: S,
    reader: ReplyReader,
    limit: Duration,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Dialogue<S> {
    /// Begins on an open connection; each reply may take as long as `limit`.
    pub(super) fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            reader: ReplyReader::default(),
            limit,
        }
    }

    /// Waits for the next reply, all of it.
    pub(super) async fn reply(&mut self, step: &'static str) -> Result<Reply, Trouble> {
        let Self {
            stream,
            reader,
            limit,
        } = self;
        within(*limit, step, async {
            let mut bytes = [0; 1024];
            loop {
                if let Some(reply) = reader.next_reply()? {
                    return Ok(reply);
                }
                let count = stream.read(&mut bytes).await?;
                if count == 0 {
                    return Err(Trouble::Closed);
                }
                reader.push(bytes.get(..count).unwrap_or_default());
            }
        })
        .await
    }

    /// Sends lines, each with its end, as one piece.
    pub(super) async fn send(&mut self, lines: &str) -> Result<(), Trouble> {
        within(self.limit, "sending", async {
            self.stream.write_all(lines.as_bytes()).await?;
            self.stream.flush().await
        })
        .await
    }

    /// Waits for the greeting, which must be 220.
    pub(super) async fn greeting(&mut self) -> Result<(), Trouble> {
        let reply = self.reply("the greeting").await?;
        expect(220, "the connection", reply).map(drop)
    }

    /// Says `EHLO`, which must be answered by 250.
    pub(super) async fn ehlo(&mut self, name: &str) -> Result<Reply, Trouble> {
        self.send(&format!("EHLO {name}\r\n")).await?;
        let reply = self.reply("the reply to EHLO").await?;
        expect(250, "EHLO", reply)
    }

    /// Says `MAIL FROM`, which must be answered by 250.
    pub(super) async fn mail_from(&mut self, sender: &str) -> Result<(), Trouble> {
        self.send(&format!("MAIL FROM:<{sender}>\r\n")).await?;
        let reply = self.reply("the reply to MAIL FROM").await?;
        expect(250, "MAIL FROM", reply).map(drop)
    }

    /// Says `QUIT` and gives the reply, whatever it is.
    pub(super) async fn quit(&mut self) -> Result<Reply, Trouble> {
        self.send("QUIT\r\n").await?;
        self.reply("the reply to QUIT").await
    }

    /// Says `STARTTLS`, with `smuggled` lines in the same piece, and gives the bare connection, ready for a handshake.
    pub(super) async fn starttls(mut self, smuggled: &str) -> Result<S, Trouble> {
        self.send(&format!("STARTTLS\r\n{smuggled}")).await?;
        let reply = self.reply("the reply to STARTTLS").await?;
        expect(220, "STARTTLS", reply)?;
        match self.reader.left_over() {
            0 => Ok(self.stream),
            stray => Err(Trouble::StrayPlaintext(stray)),
        }
    }
}

fn expect(code: u16, to: &'static str, reply: Reply) -> Result<Reply, Trouble> {
    if reply.code == code {
        Ok(reply)
    } else {
        Err(Trouble::Answered { to, reply })
    }
}
