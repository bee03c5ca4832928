//! A request of Postfix: lines of `name=value`, ended by an empty one.

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// Longest line, in bytes: Postfix itself cuts what it sends below this.
const MAX_LINE: u64 = 8 << 10;
/// Most lines of one request: Postfix sends about forty.
const MAX_LINES: usize = 200;

/// What is looked at of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `request`: what kind it is.
    pub kind: String,
    /// `sender`: the address of MAIL FROM; empty for the null sender.
    pub sender: String,
    /// `ccert_fingerprint`: of the certificate that the client proved to hold; empty where it showed none.
    pub fingerprint: String,
    /// `ccert_pubkey_fingerprint`: of its key.
    pub key_fingerprint: String,
}

/// Why what was sent is no request. Postfix defers the mail of a request that is not answered.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// A line is too long, or there are too many.
    #[error("a request is longer than it may be")]
    TooLong,
    /// A line is not `name=value`.
    #[error("a line is not name=value")]
    Form,
    /// An attribute that is looked at stands twice.
    #[error("an attribute stands twice")]
    Twice,
    /// It ends in the middle.
    #[error("a request ends in the middle")]
    Cut,
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Io(#[from] std::io::Error),
}

impl Request {
    /// Reads the next request; none where the connection ends between two.
    pub async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Self>, Unreadable> {
        let mut request = Self::default();
        let mut seen = [false; 4];
        let mut line = Vec::new();
        for number in 0..MAX_LINES {
            line.clear();
            let read = (&mut *from)
                .take(MAX_LINE)
                .read_until(b'\n', &mut line)
                .await?;
            if read == 0 && number == 0 {
                return Ok(None);
            }
            match line.pop() {
                Some(b'\n') => {}
                Some(_) if u64::try_from(read) == Ok(MAX_LINE) => return Err(Unreadable::TooLong),
                Some(_) | None => return Err(Unreadable::Cut),
            }
            if line.is_empty() {
                return if number == 0 {
                    Err(Unreadable::Form)
                } else {
                    Ok(Some(request))
                };
            }
            request.take(&line, &mut seen)?;
        }
        Err(Unreadable::TooLong)
    }

    fn take(&mut self, line: &[u8], seen: &mut [bool; 4]) -> Result<(), Unreadable> {
        let middle = line.iter().position(|byte| *byte == b'=');
        let (name, value) = line.split_at(middle.ok_or(Unreadable::Form)?);
        let value = value.get(1..).unwrap_or_default();
        let [kind, sender, fingerprint, key_fingerprint] = seen;
        let (place, seen) = match name {
            b"request" => (&mut self.kind, kind),
            b"sender" => (&mut self.sender, sender),
            b"ccert_fingerprint" => (&mut self.fingerprint, fingerprint),
            b"ccert_pubkey_fingerprint" => (&mut self.key_fingerprint, key_fingerprint),
            // Whatever else there is, `ccert_subject` above all, decides nothing.
            _ => return Ok(()),
        };
        if std::mem::replace(seen, true) {
            return Err(Unreadable::Twice);
        }
        // What is no UTF-8 is the name of no domain and no fingerprint.
        *place = String::from_utf8_lossy(value).into_owned();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(mut bytes: &[u8]) -> Result<Option<Request>, String> {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().unwrap();
        let read = runtime.block_on(Request::read(&mut bytes));
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn attributes_are_read_whatever_stands_between() {
        let text = b"request=smtpd_access_policy\nprotocol_state=MAIL\nsender=a=b@x.fr\n\
            ccert_subject=anything\nccert_fingerprint=AB:CD\nccert_pubkey_fingerprint=\n\nrest";
        let expected = Request {
            kind: "smtpd_access_policy".to_owned(),
            sender: "a=b@x.fr".to_owned(),
            fingerprint: "AB:CD".to_owned(),
            key_fingerprint: String::new(),
        };
        assert_eq!(read(text), Ok(Some(expected)));
        assert_eq!(read(b""), Ok(None));
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let long = format!("sender={}\n\n", "x".repeat(9_000));
        let many = format!("{}\n", "a=b\n".repeat(300));
        for (text, why) in [
            ("\n", "name=value"),
            ("request\n\n", "name=value"),
            ("request=x\n", "middle"),
            ("request=x", "middle"),
            ("sender=a\nsender=b\n\n", "twice"),
            (long.as_str(), "longer"),
            (many.as_str(), "longer"),
        ] {
            let refused = read(text.as_bytes()).unwrap_err();
            assert!(refused.contains(why), "{why}: {refused}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn what_is_written_reads_back(sender in "[ -~]{0,60}", fingerprint in "[0-9A-F:]{0,95}") {
            let text = format!("sender={sender}\nccert_fingerprint={fingerprint}\n\n");
            let request = read(text.as_bytes()).unwrap().unwrap();
            prop_assert_eq!((request.sender, request.fingerprint), (sender, fingerprint));
        }
    }
}
