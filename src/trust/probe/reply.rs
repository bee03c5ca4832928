//! The replies of an SMTP server (RFC 5321 §4.2), read from untrusted bytes and bounded.

/// Longest line of a reply, in bytes with its end: the RFC's 512 (§4.5.3.1.5), doubled for servers that count
/// characters.
const MAX_LINE: usize = 1024;
/// Most bytes of one reply.
const MAX_REPLY: usize = 16 * 1024;
/// Most of a server's text that a report repeats, in characters.
const MAX_SHOWN: usize = 120;

/// Why what came is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    /// A line without end.
    #[error("it sent a line of more than {MAX_LINE} bytes")]
    LongLine,
    /// A reply without end.
    #[error("it sent a reply of more than {MAX_REPLY} bytes")]
    LongReply,
    /// No code, an odd separator, or a code that changes between lines.
    #[error("it sent {0:?}, which is no SMTP reply")]
    NotAReply(String),
}

/// A whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Three digits, 200 to 599.
    pub(super) code: u16,
    /// The text of each line, made printable.
    pub(super) lines: Vec<String>,
}

impl Reply {
    /// Whether it says no, for now (4yz) or for good (5yz).
    pub(super) fn is_negative(&self) -> bool {
        (400..600).contains(&self.code)
    }

    /// Whether a reply to `EHLO` offers this extension; the first line is a greeting.
    pub(super) fn offers(&self, keyword: &str) -> bool {
        self.lines.iter().skip(1).any(|line| {
            line.split(' ')
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
        })
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.lines.last().map_or("", String::as_str);
        let shown: String = text.chars().take(MAX_SHOWN).collect();
        write!(f, "\"{}\"", format!("{} {shown}", self.code).trim_end())
    }
}

/// Takes a reply from bytes as they come.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    unread: Vec<u8>,
    code: Option<u16>,
    lines: Vec<String>,
    taken: usize,
}

impl ReplyReader {
    /// Adds what came; the bytes are looked at by [`Self::next_reply`].
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.unread.extend_from_slice(bytes);
    }

    /// How many bytes came that belong to no reply yet.
    pub(super) fn left_over(&self) -> usize {
        self.unread.len()
    }

    /// The next whole reply, or nothing while it is not all there.
    pub(super) fn next_reply(&mut self) -> Result<Option<Reply>, Malformed> {
        while let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
            if end >= MAX_LINE {
                return Err(Malformed::LongLine);
            }
            let rest = self.unread.split_off(end + 1);
            let line = std::mem::replace(&mut self.unread, rest);
            self.taken += line.len();
            if self.taken > MAX_REPLY {
                return Err(Malformed::LongReply);
            }
            let parsed = parse_line(&line).filter(|line| self.code.is_none_or(|c| c == line.code));
            let Some(Line { code, last, text }) = parsed else {
                return Err(Malformed::NotAReply(printable(&line)));
            };
            self.lines.push(text);
            self.code = Some(code);
            if last {
                self.code = None;
                self.taken = 0;
                let lines = std::mem::take(&mut self.lines);
                return Ok(Some(Reply { code, lines }));
            }
        }
        if self.unread.len() >= MAX_LINE {
            return Err(Malformed::LongLine);
        }
        Ok(None)
    }
}

struct Line {
    code: u16,
    last: bool,
    text: String,
}

/// `ddd text`, `ddd-text` or `ddd`, ended by LF or CRLF.
fn parse_line(line: &[u8]) -> Option<Line> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let (last, text) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return None,
    };
    (200..600).contains(&code).then(|| Line {
        code,
        last,
        text: printable(text),
    })
}

/// What may stand in a report of a stranger's bytes: printable ASCII, cut.
fn printable(bytes: &[u8]) -> String {
    bytes
        .trim_ascii_end()
        .iter()
        .take(MAX_LINE)
        .map(|&byte| match byte {
            b' '..=b'~' => char::from(byte),
            _ => '?',
        })
        .take(MAX_SHOWN)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<Reply, Malformed>> {
        let mut reader = ReplyReader::default();
        reader.push(bytes);
        std::iter::from_fn(|| reader.next_reply().transpose())
            .scan(false, |failed, reply| {
                (!std::mem::replace(failed, reply.is_err())).then_some(reply)
            })
            .collect()
    }

    fn reply(code: u16, lines: &[&str]) -> Reply {
        Reply {
            code,
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
        }
    }

    #[test]
    fn replies_of_one_and_several_lines_are_read_and_others_refused() {
        let yes = |code, lines: &[&str]| Ok(reply(code, lines));
        let not = |text: &str| Err(Malformed::NotAReply(text.to_owned()));
        for (bytes, expected) in [
            ("220 mx ready\r\n", vec![yes(220, &["mx ready"])]),
            ("250\r\n", vec![yes(250, &[""])]),
            ("250 \n", vec![yes(250, &[""])]),
            (
                "250-mx\r\n250-SIZE 10\r\n250 STARTTLS\r\n",
                vec![yes(250, &["mx", "SIZE 10", "STARTTLS"])],
            ),
            (
                "220 a\r\n250 b\r\n",
                vec![yes(220, &["a"]), yes(250, &["b"])],
            ),
            ("220 \u{1b}[2Jmx\r\n", vec![yes(220, &["?[2Jmx"])]),
            ("22", vec![]),
            ("220 no end", vec![]),
            ("250-a\r\n251 b\r\n", vec![not("251 b")]),
            ("HTTP/1.1 400\r\n", vec![not("HTTP/1.1 400")]),
            ("\r\n", vec![not("")]),
            ("199 a\r\n", vec![not("199 a")]),
            ("600 a\r\n", vec![not("600 a")]),
            ("220+a\r\n", vec![not("220+a")]),
        ] {
            assert_eq!(read(bytes.as_bytes()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_reply_without_end_is_cut_off() {
        let line = vec![b'2'; MAX_LINE];
        assert_eq!(read(&line), [Err(Malformed::LongLine)]);
        assert_eq!(
            read(&[&line[..], b"\n"].concat()),
            [Err(Malformed::LongLine)]
        );
        let many = "220-more\r\n".repeat(MAX_REPLY / 10 + 1);
        assert_eq!(read(many.as_bytes()), [Err(Malformed::LongReply)]);
    }

    #[test]
    fn an_extension_is_offered_by_its_whole_keyword_after_the_greeting() {
        let offers = |text: &str| {
            read(text.as_bytes())[0]
                .as_ref()
                .unwrap()
                .offers("STARTTLS")
        };
        assert!(offers("250-mx\r\n250 starttls\r\n"));
        assert!(!offers("250 STARTTLS\r\n"));
        assert!(!offers("250-mx\r\n250 STARTTLSX\r\n"));
        assert!(!offers("250-mx\r\n250 X STARTTLS\r\n"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_the_same_whole_or_by_the_byte(
            bytes in prop::collection::vec(prop::sample::select(&b"25 0-\r\nx\xff"[..]), 0..60)
        ) {
            let mut reader = ReplyReader::default();
            let mut replies = Vec::new();
            'all: for byte in &bytes {
                reader.push(&[*byte]);
                while let Some(reply) = reader.next_reply().transpose() {
                    replies.push(reply.clone());
                    if reply.is_err() {
                        break 'all;
                    }
                }
            }
            prop_assert_eq!(replies, read(&bytes));
        }

        #[test]
        fn a_written_reply_is_read_back(code in 200_u16..600, lines in prop::collection::vec("[!-~]{1,20}", 1..5)) {
            let (last, first) = lines.split_last().unwrap();
            let first: Vec<_> = first.iter().map(|line| format!("{code}-{line}\r\n")).collect();
            let text = format!("{}{code} {last}\r\n", first.concat());
            prop_assert_eq!(read(text.as_bytes()), vec![Ok(Reply { code, lines })]);
        }
    }
}
