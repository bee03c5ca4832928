//! The talk with one device: library, slot, session, log-in, key; and what to make of its refusals.

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{
    Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle,
};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;

use super::Pkcs11Key;

/// What a device is asked for.
pub(super) enum Question {
    /// The DER of the certificate under the key's label.
    Certificate,
    /// A signature of this message.
    Sign(Vec<u8>),
}

impl Question {
    pub(super) fn sign(message: &[u8]) -> Self {
        Self::Sign(message.to_vec())
    }
}

/// Why a device did not do what it was asked.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// It is away or failing: another time may do.
    Device(String),
    /// The configuration has to change first.
    Unusable(String),
}

impl From<Error> for Trouble {
    fn from(cause: Error) -> Self {
        // The name of the return value says more to who runs a device than the library's sentence.
        match cause {
            Error::Pkcs11(value, function) => Self::Device(format!("{value:?} from {function:?}")),
            other => Self::Device(other.to_string()),
        }
    }
}

/// A device, connected to or not.
pub(super) struct Device {
    key: Pkcs11Key,
    session: Option<Session>,
    /// Why the PIN was refused, once it was: three more tries would lock the token.
    refused: Option<String>,
}

impl Device {
    pub(super) const fn new(key: Pkcs11Key) -> Self {
        Self {
            key,
            session: None,
            refused: None,
        }
    }

    /// Answers with the session at hand and, where that fails, once more with a new one.
    pub(super) fn answer(&mut self, question: Question) -> Result<Vec<u8>, Trouble> {
        if let Some(session) = self.session.take()
            && let Ok(answer) = self.ask(&session, &question)
        {
            self.session = Some(session);
            return Ok(answer);
        }
        let session = self.connect()?;
        let answer = self.ask(&session, &question)?;
        self.session = Some(session);
        Ok(answer)
    }

    fn ask(&self, session: &Session, question: &Question) -> Result<Vec<u8>, Trouble> {
        match question {
            Question::Certificate => self.certificate(session),
            Question::Sign(message) => {
                // Looked up each time: a handle does not outlive the object's being made anew.
                let key = self.private_key(session)?;
                Ok(session.sign(&Mechanism::Sha256RsaPkcs, key, message)?)
            }
        }
    }

    fn connect(&mut self) -> Result<Session, Trouble> {
        if let Some(refused) = &self.refused {
            return Err(Trouble::Unusable(refused.clone()));
        }
        let library = self.library()?;
        let session = library.open_ro_session(self.slot(&library)?)?;
        match session.login(UserType::User, Some(&self.key.pin.0)) {
            // A log-in is of the whole process: another key of this token has done it.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
            Err(Error::Pkcs11(
                value @ (RvError::PinIncorrect
                | RvError::PinInvalid
                | RvError::PinLenRange
                | RvError::PinExpired
                | RvError::PinLocked),
                _,
            )) => {
                let refused =
                    format!("the token refuses the PIN ({value:?}); it is not tried again");
                self.refused = Some(refused.clone());
                Err(Trouble::Unusable(refused))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// The library, loaded and initialized. It is never finalized: that is of the whole process, and
    /// would end the sessions of every other key.
    fn library(&self) -> Result<Pkcs11, Trouble> {
        let path = &self.key.module;
        let library = Pkcs11::new(path).map_err(|cause| {
            Trouble::Unusable(format!("{} cannot be loaded: {cause}", path.display()))
        })?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(library),
            Err(other) => Err(other.into()),
        }
    }

    fn slot(&self, library: &Pkcs11) -> Result<Slot, Trouble> {
        let label = &self.key.token_label;
        let mut found = Vec::new();
        for slot in library.get_slots_with_token()? {
            // A slot may be emptied between the two questions.
            if library
                .get_token_info(slot)
                .is_ok_and(|token| token.label() == label)
            {
                found.push(slot);
            }
        }
        match found.as_slice() {
            [slot] => Ok(*slot),
            [] => Err(Trouble::Device(format!("no slot holds the token {label}"))),
            many => Err(Trouble::Unusable(format!(
                "{} tokens are labelled {label}",
                many.len()
            ))),
        }
    }

    fn private_key(&self, session: &Session) -> Result<ObjectHandle, Trouble> {
        let wanted = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::KeyType(KeyType::RSA),
            self.label(),
        ];
        only(session.find_objects(&wanted)?, "RSA private keys")
    }

    fn certificate(&self, session: &Session) -> Result<Vec<u8>, Trouble> {
        let wanted = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            self.label(),
        ];
        let object = only(session.find_objects(&wanted)?, "certificates")?;
        let values = session.get_attributes(object, &[AttributeType::Value])?;
        match values.into_iter().next() {
            Some(Attribute::Value(der)) => Ok(der),
            _ => Err(Trouble::Unusable("its certificate has no value".into())),
        }
    }

    fn label(&self) -> Attribute {
        Attribute::Label(self.key.key_label.as_bytes().to_vec())
    }
}

fn only(objects: Vec<ObjectHandle>, what: &str) -> Result<ObjectHandle, Trouble> {
    match objects.as_slice() {
        [object] => Ok(*object),
        // A token that was emptied behind the session's back looks so too.
        [] => Err(Trouble::Device(format!("the token has no such {what}"))),
        many => Err(Trouble::Unusable(format!(
            "{} {what} have this label",
            many.len()
        ))),
    }
}
