//! A vendor's library, which a process has once: whoever uses it shares its state, its log-ins and its
//! faults, whatever tokens they talk to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

/// Every library that was loaded, under its path. None is ever unloaded: that would pull the code from
/// under threads it may have.
static LOADED: Mutex<BTreeMap<PathBuf, Arc<Library>>> = Mutex::new(BTreeMap::new());

/// A loaded library.
pub(super) struct Library {
    functions: Pkcs11,
    /// How many times it was initialized: a session of an earlier life is over, and its number may be
    /// another's by now.
    life: Mutex<u64>,
}

impl Library {
    /// The library at a path, loaded now or before.
    pub(super) fn load(path: &Path) -> Result<Arc<Self>, Error> {
        // One file under two names has one state. A bare name is found by the loader alone.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(library) = loaded.get(&path) {
            return Ok(Arc::clone(library));
        }
        let library = Arc::new(Self {
            functions: Pkcs11::new(&path)?,
            life: Mutex::new(0),
        });
        loaded.insert(path, Arc::clone(&library));
        Ok(library)
    }

    /// Waits until nobody else is inside, and initializes it where it is not: nobody may call it while
    /// it is finalized (PKCS #11 v2.40 §5.4).
    pub(super) fn enter(&self) -> Result<Inside<'_>, Error> {
        let mut inside = Inside {
            functions: &self.functions,
            life: self.life.lock().unwrap_or_else(PoisonError::into_inner),
        };
        inside.initialize()?;
        Ok(inside)
    }
}

/// The right to call a library; one has it at a time.
pub(super) struct Inside<'a> {
    functions: &'a Pkcs11,
    life: MutexGuard<'a, u64>,
}

impl Inside<'_> {
    pub(super) const fn functions(&self) -> &Pkcs11 {
        self.functions
    }

    pub(super) fn life(&self) -> u64 {
        *self.life
    }

    /// Begins a new life: many libraries look for their devices only then. It ends every session of
    /// the process; the other keys make theirs anew.
    pub(super) fn restart(&mut self) -> Result<(), Error> {
        // What it says does not matter: a library that is beyond it is initialized all the same.
        let _ = self.functions.clone().finalize();
        self.initialize()
    }

    fn initialize(&mut self) -> Result<(), Error> {
        let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        match self.functions.initialize(arguments) {
            Ok(()) => {
                *self.life += 1;
                Ok(())
            }
            Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
