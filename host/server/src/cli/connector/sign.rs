//! `wharf connector keygen` and `sign`: what makes a component one's own. Neither asks anyone, so the private key may
//! lie on a machine without a network.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context;
use wharf_sync::signature::{SigningKey, digest};

use super::super::{Outcome, Session};

/// Makes a pair of keys; the private one goes into a file that only its owner can read.
pub(super) fn generate(session: &Session, target: &Path) -> anyhow::Result<Outcome> {
    let key = SigningKey::generate()?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(target).and_then(|mut file| file.write_all(key.to_text().as_bytes()));
    written.with_context(|| format!("cannot write {}, which must not exist yet", target.display()))?;
    let public = key.public();
    let value = serde_json::json!({"private": target, "public": public});
    session.output.either(&value, || {
        format!(
            "the private key is in {}; whoever trusts it lists the public one in wharf.toml:\n\n[connectors]\nkeys = [\"NAME:{public}\"]",
            target.display()
        )
    })?;
    Ok(Outcome::Done)
}

/// Signs a component; the signature lies beside it.
pub(super) fn sign(session: &Session, component: &Path, key: &Path) -> anyhow::Result<Outcome> {
    let signing = read_key(key)?;
    let target = signature_of(component);
    let bytes = fs::read(component).with_context(|| format!("cannot read {}", component.display()))?;
    let line = signing.sign(&digest(&bytes));
    fs::write(&target, line).with_context(|| format!("cannot write {}", target.display()))?;
    let value = serde_json::json!({"signature": target, "public": signing.public()});
    session.output.either(&value, || format!("signed: {}", target.display()))?;
    Ok(Outcome::Done)
}

/// A private key, as `keygen` has written it.
pub(super) fn read_key(file: &Path) -> anyhow::Result<SigningKey> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    SigningKey::parse(&String::from_utf8_lossy(&bytes)).with_context(|| file.display().to_string())
}

/// Where the signature of a component lies.
pub(super) fn signature_of(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}
