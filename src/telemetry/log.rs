//! The log: form and level come from the settings.
//!
//! No name, address, mailbox or identifier of a person is logged at level info or above.

use std::io::IsTerminal as _;

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Log;
use crate::config::log::LogFormat;

/// Why the log cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level is neither a level nor a list of directives.
    #[error("the setting log.level cannot be used: {0}")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// The process has a log already.
    #[error("the log is set up twice: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Sends the log of the whole process to its standard error.
pub fn init(settings: &Log) -> Result<(), LogError> {
    match settings.format {
        LogFormat::Text => text(settings, std::io::stderr)?.try_init()?,
        LogFormat::Json => json(settings, std::io::stderr)?.try_init()?,
    }
    Ok(())
}

fn text<W>(settings: &Log, writer: W) -> Result<impl Subscriber + Send + Sync + use<W>, LogError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    Ok(tracing_subscriber::fmt()
        .with_env_filter(filter(settings)?)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(writer)
        .finish())
}

/// The level of the settings; the database's notices ("already exists, skipping") are for nobody.
fn filter(settings: &Log) -> Result<EnvFilter, LogError> {
    let directives = format!("sqlx::postgres::notice=warn,{}", settings.level);
    Ok(EnvFilter::try_new(directives)?)
}

/// One JSON object a line, every field at its top level.
pub(crate) fn json<W>(
    settings: &Log,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + use<W>, LogError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    Ok(tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_env_filter(filter(settings)?)
        .with_writer(writer)
        .finish())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Log lines kept in memory.
    #[derive(Clone, Default)]
    pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        /// A log that writes here, as JSON.
        pub(crate) fn subscriber(&self, level: &str) -> impl Subscriber + Send + Sync + use<> {
            let settings = Log {
                format: LogFormat::Json,
                level: level.to_owned(),
            };
            let writer = self.clone();
            json(&settings, move || writer.clone()).unwrap()
        }

        /// What was written so far.
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_json_line_holds_its_fields_at_the_top() {
        let lines = Lines::default();
        tracing::subscriber::with_default(lines.subscriber("info"), || {
            tracing::info!(http.status = 200, "request");
            tracing::debug!("not at this level");
        });
        let line: serde_json::Value = serde_json::from_str(&lines.text()).unwrap();
        assert_eq!(line["http.status"], 200);
        assert_eq!(line["message"], "request");
    }

    #[test]
    fn a_level_that_is_none_is_refused() {
        let settings = Log {
            level: "annuaire=loudly".to_owned(),
            ..Log::default()
        };
        assert!(matches!(
            text(&settings, std::io::sink).map(drop),
            Err(LogError::Level(_))
        ));
    }
}
