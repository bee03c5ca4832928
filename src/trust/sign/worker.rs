//! A thread that talks to a device, so that whoever asks waits for a bounded time: a call into a
//! vendor's library cannot be interrupted, only left behind.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Why no answer came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Silence {
    /// The device was asked and has not answered yet.
    #[error("no answer within {} seconds", .0.as_secs_f32())]
    Late(Duration),
    /// It has not yet answered a question that was given up: nothing new was asked.
    #[error("still no answer to an earlier question")]
    Stuck,
    /// The thread is over.
    #[error("the thread that talks to it has ended")]
    Gone,
}

/// The thread, and the line to it: one question at a time, in the order they come.
pub(super) struct Worker<Q, A> {
    line: Mutex<Line<Q, A>>,
    patience: Duration,
}

struct Line<Q, A> {
    questions: Sender<Q>,
    answers: Receiver<A>,
    /// How many answers may still come to questions that were given up.
    owed: usize,
}

impl<Q: Send + 'static, A: Send + 'static> Worker<Q, A> {
    /// Starts a thread that answers questions until this is dropped. Each is waited for as long as
    /// `patience` says.
    pub(super) fn start(
        mut answer: impl FnMut(Q) -> A + Send + 'static,
        patience: Duration,
    ) -> std::io::Result<Self> {
        let (questions, asked) = channel();
        let (said, answers) = channel();
        std::thread::Builder::new()
            .name("signing-device".into())
            .spawn(move || {
                for question in asked {
                    if said.send(answer(question)).is_err() {
                        break;
                    }
                }
            })?;
        Ok(Self {
            line: Mutex::new(Line {
                questions,
                answers,
                owed: 0,
            }),
            patience,
        })
    }

    /// Asks, and waits for the answer.
    pub(super) fn ask(&self, question: Q) -> Result<A, Silence> {
        // Nothing below leaves the line half-changed, so that a panic elsewhere does not matter.
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        while line.owed > 0 {
            match line.answers.try_recv() {
                Ok(_late) => line.owed -= 1,
                Err(TryRecvError::Empty) => return Err(Silence::Stuck),
                Err(TryRecvError::Disconnected) => return Err(Silence::Gone),
            }
        }
        line.questions.send(question).map_err(|_| Silence::Gone)?;
        match line.answers.recv_timeout(self.patience) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => {
                line.owed += 1;
                Err(Silence::Late(self.patience))
            }
            Err(RecvTimeoutError::Disconnected) => Err(Silence::Gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn questions_are_answered_in_turn() {
        let mut count = 0;
        let worker = Worker::start(
            move |n: u32| {
                count += n;
                count
            },
            LONG,
        )
        .unwrap();
        assert_eq!(worker.ask(2), Ok(2));
        assert_eq!(worker.ask(3), Ok(5));
    }

    #[test]
    fn a_device_that_hangs_is_given_up_and_its_late_answer_is_not_taken_for_another() {
        let (go_on, may_go_on) = channel();
        let (tell, told) = channel();
        let mut worker = Worker::start(
            move |n: u32| {
                if n == 1 {
                    may_go_on.recv().unwrap();
                }
                tell.send(n).unwrap();
                n
            },
            SHORT,
        )
        .unwrap();
        assert_eq!(worker.ask(1), Err(Silence::Late(SHORT)));
        assert_eq!(worker.ask(2), Err(Silence::Stuck));
        go_on.send(()).unwrap();
        assert_eq!(told.recv(), Ok(1));
        worker.patience = LONG;
        // Its answer to the first question may still be on its way.
        let answer =
            std::iter::repeat_with(|| worker.ask(3)).find(|said| *said != Err(Silence::Stuck));
        assert_eq!(answer, Some(Ok(3)));
        assert_eq!(told.recv(), Ok(3), "the second question was never put");
    }

    #[test]
    fn a_thread_that_died_is_told_from_one_that_hangs() {
        let worker = Worker::start(|(): ()| panic!("a fault of the library"), LONG).unwrap();
        let first: Result<(), Silence> = worker.ask(());
        assert_eq!(first, Err(Silence::Gone));
        assert_eq!(worker.ask(()), Err(Silence::Gone));
    }
}
