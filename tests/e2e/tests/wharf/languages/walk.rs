//! A partner's way in any language, with the `wharf` binary alone: from `new` to an item that arrives at a channel.

use std::{
    collections::BTreeMap,
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use axum::{Json, Router, extract::State, routing::put};
use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_e2e::{binary, components::repository};

use crate::partner;

pub(super) const ASKED: &str = "WHARF_LANGUAGES";

/// npm shall end at once where there is no network.
const IMPATIENT: [(&str, &str); 2] =
    [("npm_config_fetch_retries", "0"), ("npm_config_fetch_timeout", "20000")];

/// A new connector that was built.
pub(super) struct Walk {
    folder: TempDir,
    pub(super) name: &'static str,
    /// The connector's folder.
    pub(super) source: PathBuf,
    pub(super) component: PathBuf,
}

impl Walk {
    /// The connector that the tests of [`partner`] make, so that it is compiled once.
    pub(super) fn in_rust() -> anyhow::Result<Self> {
        Self::of("corner-shop", partner::new_connector(), tempfile::tempdir()?)
    }

    /// Nothing where the tools are not at hand: then it has been said.
    pub(super) fn begin(language: &str, name: &'static str, tools: &[&str]) -> anyhow::Result<Option<Self>> {
        for tool in tools {
            if !Command::new(tool).arg("--version").output().is_ok_and(|output| output.status.success()) {
                ensure!(!asked(), "{ASKED} is set and `{tool}` does not run");
                say_that_it_was_not_tested(&format!("`{tool}` does not run here"));
                return Ok(None);
            }
        }
        let folder = tempfile::tempdir()?;
        let source = folder.path().join(name);
        let made = wharf(
            folder.path(),
            &["connector", "new", name, "--lang", language, "--output", &text(&source)],
        )?;
        ensure!(made.status.success(), "{made:?}");
        let built = wharf(folder.path(), &["--json", "connector", "build", &text(&source)])?;
        let said = String::from_utf8_lossy(&built.stderr);
        if said.contains("install` failed") && !asked() {
            say_that_it_was_not_tested(&format!("its packages cannot be had here: {said}"));
            return Ok(None);
        }
        ensure!(built.status.success(), "{said}");
        Ok(Some(Self::of(name, source, folder)?))
    }

    fn of(name: &'static str, source: PathBuf, folder: TempDir) -> anyhow::Result<Self> {
        let component = PathBuf::new();
        let mut walk = Self { folder, name, source, component };
        let built = walk.json(&["connector", "build", &text(&walk.source)])?;
        walk.component = built["component"].as_str().context("no component")?.into();
        Ok(walk)
    }

    /// Everything that comes after the build.
    pub(super) async fn to_the_end(&self) -> anyhow::Result<()> {
        let source = text(&self.source);
        let checked = self.json(&["connector", "check", &text(&self.component)])?;
        assert_eq!(checked["name"], self.name, "{checked}");
        let tested = self.json(&["connector", "test", &source])?;
        assert_eq!(
            (&tested["passed"], &tested["cases"][0]["passed"]),
            (&json!(true), &json!(true)),
            "{tested}"
        );
        let output = text(self.folder.path());
        let packed = self.json(&["connector", "pack", &source, "--output", &output])?;
        assert_eq!(packed["label"]["name"], self.name, "{packed}");
        self.arrives(packed["package"].as_str().context("no package")?).await
    }

    /// The package goes into a running host, and an imported item reaches the channel by itself.
    async fn arrives(&self, package: &str) -> anyhow::Result<()> {
        let shop = Shop::listen().await?;
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let _server = binary::start(&self.data(), &["serve", "--no-auth", "--listen", &address])?;
        self.run(&["connector", "install", package])?;
        let token = self.folder.path().join("token");
        fs::write(&token, "the-shops-token")?;
        self.run(&["secret", "set", self.name, "--from-file", &text(&token)])?;
        self.run(&["channel", "add", self.name, "--file", &text(&self.channel(shop.address)?)])?;
        self.run(&["import", &text(&self.source.join("sample/products.jsonl"))])?;
        let arrived = shop.item("OAK-1").await?;
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(self.source.join("cases/upsert.json"))?)?;
        assert_eq!(arrived, expected["exchanges"][0]["request"]["json"]);
        Ok(())
    }

    /// The template's channel, pointed at a local address.
    fn channel(&self, shop: SocketAddr) -> anyhow::Result<PathBuf> {
        let sample = fs::read_to_string(self.source.join("sample/channel.toml"))?;
        let local = format!(
            "\n[endpoints]\napi = \"http://{shop}\"\n\n[[grants]]\nhost = \"{shop}\"\nallow-private = true\n"
        );
        let file = self.folder.path().join("channel.toml");
        fs::write(&file, sample + &local)?;
        Ok(file)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = wharf(self.folder.path(), arguments)?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{arguments:?}: {}{said}", String::from_utf8_lossy(&output.stdout));
        Ok(String::from_utf8(output.stdout)?)
    }

    fn json(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.run(&[&["--json"], arguments].concat())?)?)
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Rust compiles into the folder of this checkout, where most of what a connector needs lies already.
fn wharf(folder: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(binary::wharf()?);
    command.env("CARGO_TARGET_DIR", repository().canonicalize()?.join("target")).envs(IMPATIENT);
    Ok(command.arg("--data").arg(folder.join("data")).args(arguments).output()?)
}

pub(super) fn asked() -> bool {
    env::var_os(ASKED).is_some_and(|value| value == "1")
}

#[expect(clippy::print_stderr, reason = "a test that passes without having tested says so")]
pub(super) fn say_that_it_was_not_tested(why: &str) {
    eprintln!("not tested: {why}");
}

/// The templates' shop. It stops with the test's runtime.
#[derive(Clone)]
struct Shop {
    address: SocketAddr,
    items: Arc<Mutex<BTreeMap<String, Value>>>,
}

impl Shop {
    async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let shop = Self { address: listener.local_addr()?, items: Arc::default() };
        let router = Router::new().route("/shops/corner/items/{sku}", put(take)).with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(shop)
    }

    /// What arrived under this SKU, as soon as it has.
    async fn item(&self, sku: &str) -> anyhow::Result<Value> {
        for _ in 0..1_200 {
            let arrived = self.items.lock().unwrap_or_else(PoisonError::into_inner).get(sku).cloned();
            match arrived {
                Some(item) => return Ok(item),
                None => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
        anyhow::bail!("{sku} did not arrive")
    }
}

async fn take(
    State(shop): State<Shop>,
    axum::extract::Path(sku): axum::extract::Path<String>,
    Json(item): Json<Value>,
) -> Json<Value> {
    shop.items.lock().unwrap_or_else(PoisonError::into_inner).insert(sku, item);
    Json(json!({"id": "7"}))
}
