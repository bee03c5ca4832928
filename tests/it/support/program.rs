//! The real program as a process: what it says, how it ends; killed when dropped.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Longer than anything takes on the slowest machine: reaching it is the failure.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// A command line of the program, to be run or started.
pub(crate) struct Program(Command);

/// A process of the program.
pub(crate) struct Running {
    process: std::process::Child,
    lines: Receiver<Line>,
    heard: Vec<Line>,
    read: usize,
}

/// A process that is over.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Exit code; `None` where a signal killed it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

type Line = (Stream, String);

impl Program {
    /// The program with arguments, and with no setting of whoever runs the tests.
    pub(crate) fn new<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_annuaire"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ANNUAIRE") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .env("ANNUAIRE__HTTP__LISTEN", "127.0.0.1:0")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(command)
    }

    pub(crate) fn in_data_dir(mut self, data_dir: &Path) -> Self {
        self.0.arg("--data-dir").arg(data_dir);
        self
    }

    pub(crate) fn with(mut self, argument: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.arg(argument).arg(value);
        self
    }

    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn start(mut self) -> Running {
        let mut process = self.0.spawn().unwrap();
        let (sender, lines) = channel();
        pass_on(Stream::Out, process.stdout.take().unwrap(), sender.clone());
        pass_on(Stream::Err, process.stderr.take().unwrap(), sender);
        Running {
            process,
            lines,
            heard: Vec::new(),
            read: 0,
        }
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Ended {
        self.start().end()
    }
}

fn pass_on(stream: Stream, pipe: impl Read + Send + 'static, to: Sender<Line>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if to.send((stream, line)).is_err() {
                return;
            }
        }
    });
}

impl Running {
    /// Waits until it says something, on either output, and gives the line.
    pub(crate) fn says(&mut self, what: &str) -> String {
        let since = Instant::now();
        loop {
            while let Some((_, line)) = self.heard.get(self.read) {
                self.read += 1;
                if line.contains(what) {
                    return line.clone();
                }
            }
            match self
                .lines
                .recv_timeout(DEADLINE.saturating_sub(since.elapsed()))
            {
                Ok(line) => self.heard.push(line),
                Err(error) => panic!("{error}, and it never said {what:?}: {:#?}", self.heard),
            }
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.process.id()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let since = Instant::now();
        // Both outputs are closed when the process is over, and by nobody else: none of them is passed on.
        loop {
            match self
                .lines
                .recv_timeout(DEADLINE.saturating_sub(since.elapsed()))
            {
                Ok(line) => self.heard.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {:#?}", self.heard),
            }
        }
        let status = self.process.wait().unwrap();
        let all = |wanted: Stream| {
            let lines = self.heard.iter().filter(|(stream, _)| *stream == wanted);
            lines.fold(String::new(), |all, (_, line)| all + line + "\n")
        };
        Ended {
            code: status.code(),
            out: all(Stream::Out),
            err: all(Stream::Err),
        }
    }

    /// Kills it with -9.
    pub(crate) fn kill(self) {
        self.signal(Signal::SIGKILL);
        assert_eq!(self.end().code, None);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be over already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Ended {
    /// Fails unless it ended with this code and said this on standard error or standard output.
    #[track_caller]
    pub(crate) fn expect(self, code: i32, said: &str) -> Self {
        assert!(
            self.code == Some(code) && (self.err.contains(said) || self.out.contains(said)),
            "expected {code} and {said:?}: {self:#?}"
        );
        self
    }
}

/// Waits for something to become so; asks again and again.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(since.elapsed() < DEADLINE, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
