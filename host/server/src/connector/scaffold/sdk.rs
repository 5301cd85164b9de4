//! Where a new connector takes the SDK from. It is on no registry: the binary carries its source and unpacks it beside
//! the connector, so that a Rust toolchain is all that a partner needs.

use std::{
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{ScaffoldError, manifest};
use crate::connector::{embedded, language::Language};

/// The lines of the template's manifest that the source decides.
const DEPENDENCY: &str = "wharf-sdk = { path = \"wharf/sdk\" }";
const ALONE: &str = "\n# Stands alone, whatever folder it lies in.\n[workspace]\nexclude = [\"wharf\"]\n";
const MANIFEST: &str = "Cargo.toml";

/// Where the SDK comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SdkSource {
    /// The source in this binary, unpacked into the connector's folder `wharf`. A connector that becomes a member of a
    /// workspace which shares `wharf-sdk`, such as Wharf's own, takes that one.
    Embedded,
    /// A folder on this machine.
    Folder(PathBuf),
    /// The address of a repository.
    Git(String),
}

impl FromStr for SdkSource {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_address = text.contains("://") || text.starts_with("git@");
        Ok(if is_address { Self::Git(text.to_owned()) } else { Self::Folder(text.into()) })
    }
}

impl SdkSource {
    /// Points the manifest among `files` at the SDK, and adds the SDK's own files where it is unpacked.
    pub(super) fn supply(
        &self,
        folder: &Path,
        files: &mut Vec<(String, String)>,
    ) -> Result<(), ScaffoldError> {
        match self {
            Self::Embedded if is_member(folder) => {
                edit(files, |text| text.replace(DEPENDENCY, "wharf-sdk.workspace = true").replace(ALONE, ""));
            }
            Self::Embedded => unpack(files)?,
            Self::Folder(sdk) => {
                let sdk = sdk_folder(sdk)?;
                let dependency = format!("wharf-sdk = {{ path = {} }}", quoted(&sdk.to_string_lossy()));
                edit(files, |text| point(text, &dependency));
            }
            Self::Git(address) => {
                let dependency = format!("wharf-sdk = {{ git = {} }}", quoted(address));
                edit(files, |text| point(text, &dependency));
            }
        }
        Ok(())
    }
}

fn edit(files: &mut [(String, String)], change: impl Fn(&str) -> String) {
    if let Some((_, text)) = files.iter_mut().find(|(path, _)| path == MANIFEST) {
        *text = change(text);
    }
}

fn point(manifest: &str, dependency: &str) -> String {
    manifest.replace(DEPENDENCY, dependency).replace("\nexclude = [\"wharf\"]", "")
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The language's SDK and the contract. Both keep the places that they have to each other in the repository.
pub(super) fn unpacked(language: Language) -> impl Iterator<Item = (String, String)> {
    let files = language.sdk().iter().chain(embedded::CONTRACT);
    files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
}

fn unpack(files: &mut Vec<(String, String)>) -> Result<(), ScaffoldError> {
    files.extend(unpacked(Language::Rust));
    let manifest = manifest::standalone(embedded::SDK_MANIFEST, embedded::WORKSPACE);
    files.push(("wharf/sdk/Cargo.toml".into(), manifest.map_err(ScaffoldError::Embedded)?));
    let lock = manifest::lock_of(embedded::LOCK, "wharf-sdk");
    files.push(("Cargo.lock".into(), lock.map_err(ScaffoldError::Embedded)?));
    Ok(())
}

/// The folder of the SDK, absolute. A checkout of Wharf may be named as a whole.
fn sdk_folder(named: &Path) -> Result<PathBuf, ScaffoldError> {
    let holds_sdk = |folder: &PathBuf| {
        let manifest = read_toml(&folder.join(MANIFEST))?;
        (manifest.get("package")?.get("name")?.as_str()? == "wharf-sdk").then_some(())
    };
    let found = [named.to_owned(), named.join("sdk")].into_iter().find(|folder| holds_sdk(folder).is_some());
    let absolute = found.and_then(|folder| folder.canonicalize().ok());
    absolute.ok_or_else(|| ScaffoldError::NoSdk(named.into()))
}

/// Whether a workspace around the folder takes it as a member, by a pattern such as `plugins/*`, and shares the SDK.
fn is_member(folder: &Path) -> bool {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
    let Some(parent) = absolute.parent() else { return false };
    let mut roots = parent.ancestors().skip(1);
    roots.any(|root| {
        let Some(workspace) = read_toml(&root.join(MANIFEST)) else { return false };
        let Some(workspace) = workspace.get("workspace") else { return false };
        let shares = workspace.get("dependencies").is_some_and(|shared| shared.get("wharf-sdk").is_some());
        let below = parent.strip_prefix(root).ok().and_then(Path::to_str).map(|below| format!("{below}/*"));
        let members = workspace.get("members").and_then(toml::Value::as_array);
        shares && members.into_iter().flatten().any(|member| member.as_str() == below.as_deref())
    })
}

fn read_toml(path: &Path) -> Option<toml::Table> {
    toml::from_str(&fs::read_to_string(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::scaffold::scaffold;

    fn manifest(folder: &Path, sdk: &SdkSource) -> Result<toml::Table, ScaffoldError> {
        scaffold(folder, &"corner-shop".parse().unwrap(), Language::Rust, sdk)?;
        Ok(read_toml(&folder.join(MANIFEST)).unwrap())
    }

    #[test]
    fn an_address_is_told_from_a_folder() {
        let source = |text: &str| text.parse::<SdkSource>().unwrap();
        assert_eq!(source("https://git.example/wharf"), SdkSource::Git("https://git.example/wharf".into()));
        assert_eq!(source("../wharf/sdk"), SdkSource::Folder("../wharf/sdk".into()));
    }

    #[test]
    fn the_manifest_points_at_the_sdk_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let git =
            manifest(&folder.path().join("a"), &SdkSource::Git("https://git.example/w".into())).unwrap();
        assert_eq!(git["dependencies"]["wharf-sdk"]["git"].as_str(), Some("https://git.example/w"));
        assert!(git["workspace"].as_table().unwrap().is_empty());

        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let path = manifest(&folder.path().join("b"), &SdkSource::Folder(checkout.clone())).unwrap();
        let expected = checkout.join("sdk").canonicalize().unwrap();
        assert_eq!(path["dependencies"]["wharf-sdk"]["path"].as_str(), expected.to_str());
        assert!(!folder.path().join("b/wharf").exists());

        let missing = manifest(&folder.path().join("c"), &SdkSource::Folder(folder.path().into()));
        assert!(matches!(missing, Err(ScaffoldError::NoSdk(_))));
    }

    #[test]
    fn a_member_of_a_workspace_that_shares_the_sdk_takes_that_one() {
        let folder = tempfile::tempdir().unwrap();
        let root = "[workspace]\nmembers = [\"plugins/*\"]\n[workspace.dependencies]\nwharf-sdk = { path = \"sdk\" }";
        fs::write(folder.path().join(MANIFEST), root).unwrap();
        let member = manifest(&folder.path().join("plugins/corner-shop"), &SdkSource::Embedded).unwrap();
        assert_eq!(member["dependencies"]["wharf-sdk"]["workspace"].as_bool(), Some(true));
        assert!(!member.contains_key("workspace"));
        let guest = manifest(&folder.path().join("elsewhere/corner-shop"), &SdkSource::Embedded).unwrap();
        assert!(
            guest.contains_key("workspace") && folder.path().join("elsewhere/corner-shop/wharf/sdk").is_dir()
        );
    }
}
