//! A PKCS#11 device for tests, `SoftHSM`, with a home of its own. The library finds its tokens by the
//! environment (`SOFTHSM2_CONF`): only a child process can be given one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where distributions put the library.
const LIBRARIES: [&str; 6] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// The library of the device.
pub(crate) fn library() -> PathBuf {
    let found = LIBRARIES
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists());
    found.expect("SoftHSM is not installed: `./run setup` installs it")
}

/// Makes a device with one token in a directory: its configuration.
pub(crate) fn token(home: &Path, label: &str, pin: &str) -> PathBuf {
    fs::create_dir(home.join("tokens")).unwrap();
    let conf = home.join("softhsm2.conf");
    let tokens = home.join("tokens");
    fs::write(
        &conf,
        format!("directories.tokendir = {}\n", tokens.display()),
    )
    .unwrap();
    util(
        home,
        &format!("--init-token --free --label {label} --so-pin 0000 --pin {pin}"),
    );
    conf
}

/// Puts a new RSA key of 2,048 bits on a token.
pub(crate) fn key(home: &Path, token: &str, label: &str, pin: &str) {
    let file = home.join("imported.key");
    fs::write(&file, super::signing::new_key()).unwrap();
    util(
        home,
        &format!("--import imported.key --token {token} --label {label} --id 01 --pin {pin}"),
    );
    fs::remove_file(file).unwrap();
}

fn util(home: &Path, arguments: &str) {
    let said = Command::new("softhsm2-util")
        .args(arguments.split(' '))
        .current_dir(home)
        .env("SOFTHSM2_CONF", home.join("softhsm2.conf"))
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success(), "{arguments}: {complaint}");
}
