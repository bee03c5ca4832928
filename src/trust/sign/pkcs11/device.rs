//! The talk with one device: library, slot, session, log-in, key; and what to make of its refusals.

use std::sync::Arc;

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{
    Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle,
};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;

use super::Pkcs11Key;
use super::library::{Inside, Library};
use crate::trust::sign::public_key::RsaPublicKey;

/// What a device is asked for.
pub(super) enum Question {
    /// The DER of the certificate under the key's label.
    Certificate,
    /// The `RSAPublicKey` of the key, DER.
    PublicKey,
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
    library: Option<Arc<Library>>,
    session: Option<OpenSession>,
    /// Why the PIN was refused, once it was: a few more tries would lock the token.
    refused: Option<String>,
}

/// A session, and the life of the library it is of.
struct OpenSession {
    session: Session,
    life: u64,
}

impl Device {
    pub(super) const fn new(key: Pkcs11Key) -> Self {
        Self {
            key,
            library: None,
            session: None,
            refused: None,
        }
    }

    /// Answers with the session at hand; where that fails with a new one, and where that fails with a
    /// new one of the library initialized anew.
    pub(super) fn answer(&mut self, question: &Question) -> Result<Vec<u8>, Trouble> {
        let library = self.library()?;
        let mut inside = library.enter()?;
        if let Some(session) = self.at_hand(&inside)
            && let Ok(answer) = self.ask(&session, question)
        {
            self.keep(session, &inside);
            return Ok(answer);
        }
        match self.answer_anew(question, &inside) {
            Err(Trouble::Device(_)) => {
                inside.restart()?;
                self.answer_anew(question, &inside)
            }
            decided => decided,
        }
    }

    fn answer_anew(
        &mut self,
        question: &Question,
        inside: &Inside<'_>,
    ) -> Result<Vec<u8>, Trouble> {
        let session = self.connect(inside.functions())?;
        let answer = self.ask(&session, question)?;
        self.keep(session, inside);
        Ok(answer)
    }

    fn at_hand(&mut self, inside: &Inside<'_>) -> Option<Session> {
        let open = self.session.take()?;
        if open.life == inside.life() {
            return Some(open.session);
        }
        // To let it go would close the session that has its number now.
        std::mem::forget(open.session);
        None
    }

    fn keep(&mut self, session: Session, inside: &Inside<'_>) {
        let life = inside.life();
        self.session = Some(OpenSession { session, life });
    }

    fn library(&mut self) -> Result<Arc<Library>, Trouble> {
        if let Some(library) = &self.library {
            return Ok(Arc::clone(library));
        }
        let path = &self.key.module;
        let library = Library::load(path).map_err(|cause| {
            Trouble::Unusable(format!("{} cannot be loaded: {cause}", path.display()))
        })?;
        Ok(Arc::clone(self.library.insert(library)))
    }

    fn ask(&self, session: &Session, question: &Question) -> Result<Vec<u8>, Trouble> {
        match question {
            Question::Certificate => self.certificate(session),
            Question::PublicKey => self.public_key(session),
            Question::Sign(message) => {
                // Looked up each time: a handle does not outlive the object's being made anew.
                let key = self.private_key(session)?;
                Ok(session.sign(&Mechanism::Sha256RsaPkcs, key, message)?)
            }
        }
    }

    fn connect(&mut self, library: &Pkcs11) -> Result<Session, Trouble> {
        if let Some(refused) = &self.refused {
            return Err(Trouble::Unusable(refused.clone()));
        }
        let session = library.open_ro_session(self.slot(library)?)?;
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
        only(&session.find_objects(&wanted)?, "RSA private keys")
    }

    fn certificate(&self, session: &Session) -> Result<Vec<u8>, Trouble> {
        let wanted = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            self.label(),
        ];
        let object = only(&session.find_objects(&wanted)?, "certificates")?;
        let values = session.get_attributes(object, &[AttributeType::Value])?;
        match values.into_iter().next() {
            Some(Attribute::Value(der)) => Ok(der),
            _ => Err(Trouble::Unusable("its certificate has no value".into())),
        }
    }

    /// Both numbers are attributes of the private key itself (PKCS #11 v2.40 §2.1.3): what they make is
    /// the public half of what signs, whatever other objects carry its label.
    fn public_key(&self, session: &Session) -> Result<Vec<u8>, Trouble> {
        let key = self.private_key(session)?;
        let wanted = [AttributeType::Modulus, AttributeType::PublicExponent];
        match session.get_attributes(key, &wanted)?.as_slice() {
            [
                Attribute::Modulus(modulus),
                Attribute::PublicExponent(exponent),
            ] => Ok(RsaPublicKey::encode(modulus, exponent)),
            _ => Err(Trouble::Unusable(
                "the token does not tell the public half of the key".into(),
            )),
        }
    }

    fn label(&self) -> Attribute {
        Attribute::Label(self.key.key_label.as_bytes().to_vec())
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // Within the library's turn, like every other call.
        if self.session.is_some()
            && let Ok(library) = self.library()
            && let Ok(inside) = library.enter()
        {
            drop(self.at_hand(&inside));
        }
    }
}

fn only(objects: &[ObjectHandle], what: &str) -> Result<ObjectHandle, Trouble> {
    match objects {
        [object] => Ok(*object),
        // A token that was emptied behind the session's back looks so too.
        [] => Err(Trouble::Device(format!("the token has no such {what}"))),
        many => Err(Trouble::Unusable(format!(
            "{} {what} have this label",
            many.len()
        ))),
    }
}
