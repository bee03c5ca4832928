//! Exit codes: what a script may rely on.

use std::process::ExitCode;

use crate::app::AppError;
use crate::domain::error::{DATABASE_UNAVAILABLE, Failure, Kind};
use crate::ingest::ImportError;
use crate::storage::{OpenError, StorageError};

/// Why a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Something unexpected failed.
    Failure,
    /// The settings cannot be used.
    Config,
    /// The files given cannot be used.
    Input,
    /// The gate refused the import, or a decision the peer.
    Refused,
    /// Another process holds what is needed.
    Busy,
    /// The database cannot be had.
    Database,
    /// The service, or a signing key, is not ready.
    NotReady,
    /// Not valid, or refused by a rule of the trust space.
    Invalid,
    /// Ctrl-C or SIGTERM came before the end.
    Interrupted,
}

/// The table at the end of `--help`.
pub(super) const HELP: &str = "\
Exit codes:
  0  done; also an import whose very files are applied already
  1  something unexpected failed
  2  the command line cannot be understood
  3  the settings cannot be used
  4  the files given cannot be used
  5  refused: the import by the gate, with nothing changed (--force lets it pass), or the peer
     (admission check)
  6  another process holds the import, the index or the data directory
  7  the database cannot be reached, or refused
  8  the service (health) or the signing key (trust-list publish, ca) is not ready
  9  not valid (trust-list verify, prove), or refused by a rule of the trust space
  130  interrupted by Ctrl-C or SIGTERM

Every setting can be given as ANNUAIRE__SECTION__KEY, such as ANNUAIRE__HTTP__LISTEN=0.0.0.0:8080.

Examples:
  annuaire demo
  annuaire import rpps PS_LibreAcces_202601010300.zip --report report.json
  annuaire import mailboxes Extraction_Correspondance_MSSante_202601010300.zip --dry-run
  annuaire serve --config /etc/annuaire.toml
  annuaire admin add anne --role administrator
  annuaire trust-list verify listeblanchemssante.xml --signer signer.pem
  annuaire admission check --chain peer.pem --domain hopital.mssante.fr
  ANNUAIRE_TOKEN=ann_… annuaire trust-list publish --reason \"weekly\"";

impl Exit {
    /// The code of a failure, by the first cause that is known.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        error
            .chain()
            .find_map(|cause| {
                cause
                    .downcast_ref()
                    .map(Self::of_import)
                    .or_else(|| cause.downcast_ref().map(Self::of_opening))
                    .or_else(|| cause.downcast_ref::<StorageError>().map(|_| Self::Database))
                    .or_else(|| cause.downcast_ref().map(Self::of_app))
                    .or_else(|| cause.downcast_ref().map(Self::of_use_case))
            })
            .unwrap_or(Self::Failure)
    }

    fn of_use_case(failure: &Failure) -> Self {
        match failure.kind() {
            Kind::NotFound
            | Kind::Invalid
            | Kind::Conflict
            | Kind::Unauthenticated
            | Kind::Forbidden
            | Kind::TooLarge
            | Kind::RateLimited => Self::Invalid,
            Kind::Unavailable if *failure.code == DATABASE_UNAVAILABLE => Self::Database,
            Kind::Unavailable => Self::NotReady,
            Kind::Internal => Self::Failure,
        }
    }

    const fn of_import(error: &ImportError) -> Self {
        match error {
            ImportError::Input(_)
            | ImportError::Read(_)
            | ImportError::Digest { .. }
            | ImportError::NoSourceTime { .. } => Self::Input,
            ImportError::Busy => Self::Busy,
            ImportError::Storage(_) | ImportError::Uncertain { .. } => Self::Database,
            ImportError::Task(_) => Self::Failure,
        }
    }

    const fn of_opening(error: &OpenError) -> Self {
        use crate::storage::embedded::EmbeddedError;
        match error {
            OpenError::Embedded(EmbeddedError::Busy { .. }) => Self::Busy,
            OpenError::Address(_) => Self::Config,
            OpenError::Embedded(_) | OpenError::Storage(_) | OpenError::TooOld { .. } => {
                Self::Database
            }
        }
    }

    const fn of_app(error: &AppError) -> Self {
        match error {
            AppError::IndexInUse { .. } => Self::Busy,
            AppError::SigningKey(_)
            | AppError::Anchors { .. }
            | AppError::Tls(_)
            | AppError::TlsIncomplete => Self::Config,
            AppError::Index(_)
            | AppError::Listen { .. }
            | AppError::Asking(_)
            | AppError::Serve(_) => Self::Failure,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Failure => 1,
            Exit::Config => 3,
            Exit::Input => 4,
            Exit::Refused => 5,
            Exit::Busy => 6,
            Exit::Database => 7,
            Exit::NotReady => 8,
            Exit::Invalid => 9,
            Exit::Interrupted => 130,
        })
    }
}
