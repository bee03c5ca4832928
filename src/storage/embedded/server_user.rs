//! Who runs the private server: ourselves, or an unprivileged user where we are root.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use super::EmbeddedError;

/// The user of the server's processes and files.
#[derive(Clone, Debug)]
pub enum ServerUser {
    /// The user of this process.
    Ourselves,
    /// Another, because PostgreSQL refuses to run as root.
    Other {
        /// Login name.
        name: String,
        /// User number.
        uid: u32,
        /// Group number.
        gid: u32,
    },
}

impl ServerUser {
    /// Ourselves, or `name` where we are root.
    pub fn choose(name: &str) -> Result<Self, EmbeddedError> {
        if !Uid::effective().is_root() {
            return Ok(Self::Ourselves);
        }
        let user = User::from_name(name)
            .ok()
            .flatten()
            .filter(|user| !user.uid.is_root())
            .ok_or_else(|| EmbeddedError::NoUser(name.to_owned()))?;
        Ok(Self::Other {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
        })
    }

    /// Makes a command run as this user, without our supplementary groups.
    pub fn become_in(&self, command: &mut Command) {
        match self {
            Self::Ourselves => {}
            Self::Other { uid, gid, .. } => {
                command.uid(*uid).gid(*gid);
            }
        }
    }

    /// Refuses a directory that this user cannot enter, naming the first one on the way.
    pub fn check_can_enter(&self, directory: &Path) -> Result<(), EmbeddedError> {
        let Self::Other { name, .. } = self else {
            return Ok(());
        };
        let mut ancestors: Vec<&Path> = directory.ancestors().collect();
        ancestors.reverse();
        for ancestor in ancestors {
            let mut command = Command::new("/bin/sh");
            command
                .args(["-c", "cd \"$0\""])
                .arg(ancestor)
                .current_dir("/")
                .stdin(Stdio::null())
                .stderr(Stdio::null());
            self.become_in(&mut command);
            let entered = command
                .status()
                .map_err(|error| EmbeddedError::io(Path::new("/bin/sh"), error))?;
            if !entered.success() {
                return Err(EmbeddedError::NotEnterable {
                    user: name.clone(),
                    directory: ancestor.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Makes a directory that only this user may enter; refuses one that belongs to another.
    pub fn own_directory(&self, directory: &Path) -> Result<(), EmbeddedError> {
        let failed = |error| EmbeddedError::io(directory, error);
        match fs::DirBuilder::new().mode(0o700).create(directory) {
            Ok(()) => {
                if let Self::Other { uid, gid, .. } = self {
                    chown(directory, Some(*uid), Some(*gid)).map_err(failed)?;
                }
                Ok(())
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let found = fs::symlink_metadata(directory).map_err(failed)?;
                let owner = match self {
                    Self::Ourselves => Uid::effective().as_raw(),
                    Self::Other { uid, .. } => *uid,
                };
                if !found.is_dir() || found.uid() != owner {
                    return Err(failed(std::io::Error::other(
                        "is there already and does not belong to the user who runs PostgreSQL",
                    )));
                }
                fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }
}
