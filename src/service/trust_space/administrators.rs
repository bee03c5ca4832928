//! Administrators: added and disabled on the program's own machine, known by their tokens.

use super::TrustSpace;
use crate::domain::administrator::{
    self, Actor, Administrator, AdministratorRecord, AdministratorRole, CONSOLE,
};
use crate::domain::error::{
    ADMINISTRATOR_EXISTS, ADMINISTRATOR_INVALID, ADMINISTRATOR_NOT_FOUND, AUTHENTICATION_INVALID,
    Failure, INTERNAL, ROLE_INSUFFICIENT,
};
use crate::storage::registry_events::{self, RegistryEvent};
use crate::storage::{self, Connection, administrators};
use crate::trust::token::{self, Token};

/// An administrator who was just added.
pub struct NewAdministrator {
    /// Who.
    pub administrator: Administrator,
    /// Their token: shown once, kept nowhere.
    pub token: String,
}

impl TrustSpace {
    /// Adds an administrator; fails where the name is, or was, another's.
    pub async fn add_administrator(
        &self,
        name: &str,
        role: AdministratorRole,
    ) -> Result<NewAdministrator, Failure> {
        let name = administrator::name(name)
            .map_err(|error| Failure::new(&ADMINISTRATOR_INVALID, format!("The name: {error}.")))?;
        let token =
            Token::generate().map_err(|error| Failure::new(&INTERNAL, error.to_string()))?;
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        let id = administrators::add(&mut truth, &name, role, &token.sha256(), at)
            .await?
            .ok_or_else(|| {
                Failure::new(&ADMINISTRATOR_EXISTS, "The name stays with its holder.")
            })?;
        registry_events::append(
            &mut truth,
            &RegistryEvent {
                to_state: Some(role.as_str()),
                detail: serde_json::json!({ "administrator": name }),
                ..RegistryEvent::new(at, CONSOLE.to_owned(), "administrator.added")
            },
        )
        .await?;
        storage::commit(truth).await?;
        Ok(NewAdministrator {
            administrator: Administrator { id, name, role },
            token: token.reveal(),
        })
    }

    /// Takes an administrator's rights back at once: the token opens nothing more, and agreements of
    /// theirs to acts that still wait do not count.
    pub async fn disable_administrator(&self, name: &str) -> Result<(), Failure> {
        let at = self.clock.now();
        let mut connection = self.connection().await?;
        let mut truth = storage::begin(&mut connection).await?;
        if !administrators::disable(&mut truth, name, at).await? {
            return Err(Failure::new(
                &ADMINISTRATOR_NOT_FOUND,
                "Nobody of this name has rights that could be taken back.",
            ));
        }
        registry_events::append(
            &mut truth,
            &RegistryEvent {
                detail: serde_json::json!({ "administrator": name }),
                ..RegistryEvent::new(at, CONSOLE.to_owned(), "administrator.disabled")
            },
        )
        .await?;
        storage::commit(truth).await?;
        Ok(())
    }

    /// Everybody who is or was an administrator, in the order they came.
    pub async fn administrators(&self) -> Result<Vec<AdministratorRecord>, Failure> {
        let mut connection = self.connection().await?;
        Ok(administrators::list(&mut connection).await?)
    }

    /// Whose token this is. The same work is done for any text.
    pub async fn authenticate(&self, token: &str) -> Result<Actor, Failure> {
        let sha256 = token::sha256(token);
        let mut connection = self.connection().await?;
        administrators::of_token(&mut connection, &sha256)
            .await?
            .map(Actor::Administrator)
            .ok_or_else(|| {
                Failure::new(
                    &AUTHENTICATION_INVALID,
                    "It is unknown, or its holder's rights were taken back.",
                )
            })
    }
}

/// Refuses whoever may only look, and who lost their rights since they were recognised; what is
/// found holds until the transaction ends.
pub(super) async fn hold_rights(truth: &mut Connection, actor: &Actor) -> Result<(), Failure> {
    let Actor::Administrator(administrator) = actor else {
        return Ok(());
    };
    match administrators::hold(truth, administrator.id).await? {
        Some(AdministratorRole::Administrator) => Ok(()),
        Some(AdministratorRole::Auditor) => Err(Failure::new(
            &ROLE_INSUFFICIENT,
            "An auditor reads; acts are for administrators.",
        )),
        None => Err(Failure::new(
            &AUTHENTICATION_INVALID,
            "The rights of this administrator were taken back.",
        )),
    }
}
