//! Secrets: kept sealed, opened under their own name and the right key only.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;
use wharf_store::{KeyError, KeySource, SecretError, SecretKey, Secrets, Store, StoreSettings};

const VALUE: &str = "shpat_d41d8cd98f00b204e9800998";

/// A key source that holds what the test gives it.
#[derive(Debug, Default)]
struct Keys(Mutex<Vec<SecretKey>>);

impl KeySource for Keys {
    fn find(&self) -> Result<Vec<SecretKey>, KeyError> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn make(&self) -> Result<SecretKey, KeyError> {
        let key = SecretKey::generate()?;
        self.0.lock().unwrap().push(key.clone());
        Ok(key)
    }
}

/// A database in a temporary folder with the keys to it.
struct Safe {
    folder: TempDir,
    keys: Arc<Keys>,
    secrets: Secrets,
}

impl Safe {
    async fn open() -> Self {
        Self::with(TempDir::new().unwrap(), Arc::default()).await
    }

    async fn with(folder: TempDir, keys: Arc<Keys>) -> Self {
        let store = Store::open(&folder.path().join("wharf.db"), &StoreSettings::default()).await.unwrap();
        Self { folder, secrets: Secrets::new(store, Arc::clone(&keys) as Arc<dyn KeySource>), keys }
    }

    async fn reopen(self) -> Self {
        self.secrets.store().close().await;
        Self::with(self.folder, self.keys).await
    }

    async fn set(&self, name: &str, value: &str) {
        self.secrets.set(name, &SecretString::from(value)).await.unwrap();
    }

    async fn value(&self, name: &str) -> Result<String, SecretError> {
        let opened = self.secrets.open(&[name]).await?;
        Ok(opened.get(name).unwrap().expose_secret().to_owned())
    }

    fn hold(&self, keys: Vec<SecretKey>) {
        *self.keys.0.lock().unwrap() = keys;
    }

    async fn tamper(&self, statement: &'static str) {
        let path = self.folder.path().join("wharf.db");
        let mut raw = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
        sqlx::query(statement).execute(&mut raw).await.unwrap();
    }
}

/// Whether any file of the folder holds these bytes.
fn is_written(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

#[tokio::test]
async fn a_secret_comes_back_after_a_restart_and_stands_in_no_file() {
    let safe = Safe::open().await;
    safe.set("shop", VALUE).await;
    assert!(is_written(safe.folder.path(), "shop"), "the name can be found, so a value would be");
    assert!(!is_written(safe.folder.path(), VALUE));
    let safe = safe.reopen().await;
    assert_eq!(safe.value("shop").await.unwrap(), VALUE);
    assert!(!is_written(safe.folder.path(), VALUE));
    assert!(!is_written(safe.folder.path(), safe.keys.find().unwrap()[0].encode().expose_secret()));
}

#[tokio::test]
async fn a_list_has_names_and_times_and_nothing_prints_a_value() {
    let safe = Safe::open().await;
    safe.set("b", VALUE).await;
    safe.set("a", "another-value").await;
    let first = safe.secrets.list().await.unwrap();
    assert_eq!(first.iter().map(|record| record.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    safe.set("b", "a-newer-value").await;
    let second = safe.secrets.list().await.unwrap();
    assert_eq!(second[1].created_at, first[1].created_at);
    assert!(second[1].updated_at >= first[1].updated_at);
    let opened = safe.secrets.open(&["a", "b"]).await.unwrap();
    let printed = format!("{opened:?} {second:?} {:?} {:?}", safe.secrets, safe.keys);
    let key = safe.keys.find().unwrap()[0].encode();
    for hidden in ["a-newer-value", "another-value", key.expose_secret()] {
        assert!(!printed.contains(hidden), "{printed}");
    }
}

#[tokio::test]
async fn each_change_has_a_greater_revision_even_after_a_removal() {
    let safe = Safe::open().await;
    safe.set("a", "1").await;
    let first = safe.secrets.open(&["a"]).await.unwrap().revisions;
    assert_eq!(safe.secrets.revisions(&["a"]).await.unwrap(), first);
    safe.set("b", "1").await;
    assert_eq!(safe.secrets.revisions(&["a"]).await.unwrap(), first, "another secret is no change");
    assert!(safe.secrets.remove("a").await.unwrap());
    assert!(!safe.secrets.remove("a").await.unwrap());
    assert!(safe.secrets.revisions(&["a"]).await.unwrap().is_empty());
    safe.set("a", "1").await;
    assert!(safe.secrets.revisions(&["a"]).await.unwrap()["a"] > first["a"]);
}

#[tokio::test]
async fn what_a_vendor_replaced_is_kept_under_the_same_revision_unless_an_operator_was_faster() {
    let safe = Safe::open().await;
    safe.set("a", "first").await;
    let revisions = safe.secrets.open(&["a"]).await.unwrap().revisions;
    assert!(safe.secrets.renew("a", revisions["a"], &"second".into()).await.unwrap());
    assert_eq!(safe.value("a").await.unwrap(), "second");
    assert_eq!(safe.secrets.revisions(&["a"]).await.unwrap(), revisions);
    safe.set("a", "by hand").await;
    assert!(!safe.secrets.renew("a", revisions["a"], &"third".into()).await.unwrap());
    assert_eq!(safe.value("a").await.unwrap(), "by hand");
    assert!(!safe.secrets.renew("gone", 1, &"x".into()).await.unwrap());
}

#[tokio::test]
async fn a_ciphertext_opens_under_its_own_name_only() {
    let safe = Safe::open().await;
    safe.set("mine", VALUE).await;
    safe.set("yours", "another-value").await;
    safe.tamper(
        "UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE name = 'mine') WHERE name = 'yours'",
    )
    .await;
    assert_eq!(safe.value("mine").await.unwrap(), VALUE);
    let error = safe.value("yours").await.unwrap_err();
    assert!(matches!(&error, SecretError::Altered { name } if name == "yours"), "{error}");
    assert!(error.to_string().contains("wharf secret set yours"), "{error}");
}

#[tokio::test]
async fn an_altered_row_is_named() {
    for alteration in [
        "UPDATE secrets SET sealed = x'00'",
        "UPDATE secrets SET sealed = x''",
        "UPDATE secrets SET sealed = sealed || x'00'",
        "UPDATE secrets SET sealed = substr(sealed, 1, length(sealed) - 1)",
    ] {
        let safe = Safe::open().await;
        safe.set("shop", VALUE).await;
        safe.tamper(alteration).await;
        let error = safe.value("shop").await.unwrap_err();
        assert!(matches!(&error, SecretError::Altered { name } if name == "shop"), "{alteration}: {error}");
    }
}

#[tokio::test]
async fn a_wrong_key_and_a_missing_one_are_told_apart_with_the_remedy() {
    let safe = Safe::open().await;
    safe.set("shop", VALUE).await;
    safe.hold(vec![SecretKey::generate().unwrap()]);
    let error = safe.value("shop").await.unwrap_err();
    assert!(matches!(&error, SecretError::OtherKey { name } if name == "shop"), "{error}");
    assert!(error.to_string().contains("WHARF_SECRET_KEY"), "{error}");
    safe.hold(Vec::new());
    assert!(matches!(safe.value("shop").await.unwrap_err(), SecretError::NoKey));
    let again = safe.secrets.set("other", &SecretString::from("x")).await;
    assert!(
        matches!(again, Err(SecretError::NoKey)),
        "a second key would hide that the first is gone: {again:?}"
    );
    assert!(safe.keys.find().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_sealed_under_a_lost_key_can_be_set_again_under_another() {
    let safe = Safe::open().await;
    safe.set("shop", VALUE).await;
    safe.hold(vec![SecretKey::generate().unwrap()]);
    safe.set("shop", "fresh").await;
    assert_eq!(safe.value("shop").await.unwrap(), "fresh");
}

#[tokio::test]
async fn another_key_takes_over_all_secrets_and_their_revisions_stay() {
    let safe = Safe::open().await;
    safe.set("a", VALUE).await;
    safe.set("b", "another-value").await;
    let before = safe.secrets.open(&["a", "b"]).await.unwrap().revisions;
    let (old, new) = (safe.keys.find().unwrap()[0].clone(), SecretKey::generate().unwrap());
    assert_eq!(safe.secrets.reseal(&new).await.unwrap(), 2);
    safe.hold(vec![new.clone(), old.clone()]);
    assert_eq!(
        safe.secrets.reseal(&new).await.unwrap(),
        2,
        "a change of keys that was cut short can be repeated"
    );
    safe.hold(vec![new]);
    assert_eq!(safe.value("a").await.unwrap(), VALUE);
    assert_eq!(safe.value("b").await.unwrap(), "another-value");
    assert_eq!(safe.secrets.revisions(&["a", "b"]).await.unwrap(), before);
    safe.hold(vec![old]);
    assert!(matches!(safe.value("a").await.unwrap_err(), SecretError::OtherKey { .. }));
}

#[tokio::test]
async fn a_change_of_keys_is_made_for_all_secrets_or_for_none() {
    let safe = Safe::open().await;
    safe.set("a", VALUE).await;
    safe.set("b", "another-value").await;
    safe.tamper("UPDATE secrets SET sealed = x'00' WHERE name = 'b'").await;
    let error = safe.secrets.reseal(&SecretKey::generate().unwrap()).await.unwrap_err();
    assert!(matches!(&error, SecretError::Altered { name } if name == "b"), "{error}");
    assert_eq!(safe.value("a").await.unwrap(), VALUE);
}

#[tokio::test]
async fn what_cannot_be_a_secret_is_refused_without_its_value() {
    let safe = Safe::open().await;
    let long = VALUE.repeat(4_000);
    let name = "n".repeat(65);
    for (name, value, expected) in [
        ("", VALUE, "no name for a secret"),
        ("a/b", VALUE, "no name for a secret"),
        (name.as_str(), VALUE, "no name for a secret"),
        ("shop", "", "is empty"),
        ("shop", long.as_str(), "maximum-secret-bytes"),
    ] {
        let error = safe.secrets.set(name, &SecretString::from(value)).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains(VALUE));
    }
    assert!(safe.keys.find().unwrap().is_empty(), "no key is made for nothing");
    let missing = safe.secrets.open(&["shop"]).await.unwrap_err();
    assert!(missing.to_string().contains("`wharf secret set shop`"), "{missing}");
}

#[test]
fn a_key_is_32_bytes_of_base64_and_nothing_else() {
    let key = SecretKey::generate().unwrap();
    let text = format!(" {}\n", key.encode().expose_secret());
    let parsed = SecretKey::parse(&text.into(), "the test").unwrap();
    assert_eq!(parsed.encode().expose_secret(), key.encode().expose_secret());
    for wrong in ["", "c2hvcnQ=", "not base64!", &"A".repeat(60)] {
        let error = SecretKey::parse(&wrong.into(), "the file `key`").unwrap_err().to_string();
        assert!(error.contains("the file `key`") && error.contains("32 bytes"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_text_is_set_is_what_a_run_gets(values in proptest::collection::vec("\\PC{1,200}", 1..12)) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let safe = Safe::open().await;
            let names: Vec<String> = (0..values.len()).map(|number| format!("secret-{number}")).collect();
            for (name, value) in names.iter().zip(&values) {
                safe.set(name, value).await;
            }
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let opened = safe.secrets.open(&names).await.unwrap();
            for (name, value) in names.iter().zip(&values) {
                assert_eq!(opened.get(name).unwrap().expose_secret(), value);
            }
        });
    }
}
