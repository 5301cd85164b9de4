//! A stored secret serves its channel, can be replaced while the server runs, and is nowhere to be read.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use wharf_e2e::{
    binary,
    channel::{Channel, TOKEN},
    harbor::{GOOGLE, prepare_folder},
    products::{product, renamed},
};
use wharf_server::Host;
use wharf_store::ProductChange;

const SECRET: &str = "shop-token";
const WRONG: &str = "a-token-that-the-channel-does-not-take";

/// A data directory with one channel whose credentials name a stored secret.
struct Quay {
    folder: TempDir,
    channel: Channel,
}

impl Quay {
    async fn open(token: &str) -> anyhow::Result<Self> {
        let quay =
            Self { folder: prepare_folder(&["plugins/google-merchant"])?, channel: Channel::listen().await? };
        succeeded(&quay.set(token)?)?;
        succeeded(&quay.add_channel()?)?;
        Ok(quay)
    }

    fn add_channel(&self) -> anyhow::Result<Output> {
        let address = self.channel.address;
        let line = format!(
            "channel add {GOOGLE} --connector google-merchant --setting account=1 --setting data_source=2 \
             --locale de-DE --country DE --currency EUR --endpoint api=http://{address} --grant-private {address} \
             --credential-secret {SECRET} --credential-bearer"
        );
        self.wharf(&line.split_whitespace().collect::<Vec<_>>())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn wharf(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        binary::run(&self.data(), arguments)
    }

    /// Through standard input, as a script would.
    fn set(&self, value: &str) -> anyhow::Result<Output> {
        let mut command = Command::new(binary::wharf()?);
        command.arg("--data").arg(self.data()).args(["secret", "set", SECRET]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{value}")?;
        }
        Ok(child.wait_with_output()?)
    }

    async fn change(&self, changes: Vec<ProductChange>) -> anyhow::Result<()> {
        let host = Host::open(&self.data()).await?;
        for applied in host.site.store.change(changes).await? {
            applied?;
        }
        host.site.store.close().await;
        Ok(())
    }

    /// With everything logged that can be, into `log` beside the data directory.
    fn serve(&self, address: &str) -> anyhow::Result<Server> {
        let log = File::create(self.folder.path().join("log"))?;
        let mut command = Command::new(binary::wharf()?);
        command.arg("--data").arg(self.data()).args(["serve", "--no-auth", "--listen", address]);
        command.env("WHARF_LOG", "trace").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(Server(command.spawn()?))
    }

    fn status(&self) -> anyhow::Result<String> {
        Ok(binary::json(&self.data(), &["status"])?.to_string())
    }
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn succeeded(output: &Output) -> anyhow::Result<()> {
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn fetch(address: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The files under a folder that hold these bytes.
fn holders(folder: &Path, text: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut holders(&path, text)?);
        } else if std::fs::read(&path)?.windows(text.len()).any(|part| part == text.as_bytes()) {
            found.push(path);
        }
    }
    Ok(found)
}

async fn eventually(mut reached: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<bool> {
    for _ in 0..400 {
        if reached()? {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Ok(false)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_set_anew_is_used_without_a_restart_and_can_be_read_nowhere() -> anyhow::Result<()> {
    let quay = Quay::open(WRONG).await?;
    quay.change(vec![product("A")]).await?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let server = quay.serve(&address)?;
    assert!(eventually(|| Ok(quay.status()?.contains("401"))).await?, "{}", quay.status()?);
    assert!(quay.channel.offers().is_empty());

    let set = quay.set(TOKEN)?;
    succeeded(&set)?;
    assert!(eventually(|| Ok(quay.channel.offers() == ["A"])).await?, "{}", quay.status()?);

    let mut shown =
        [set.stdout, set.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("");
    for path in ["/v1/secrets", "/v1/channels", "/v1/channels/google-de/status", "/metrics", "/openapi.json"]
    {
        shown += &fetch(&address, path)?;
    }
    drop(server);
    for arguments in
        [&["secret", "list"][..], &["channel", "show", GOOGLE], &["channel", "list"], &["status"]]
    {
        shown += &binary::json(&quay.data(), arguments)?.to_string();
    }
    shown += &std::fs::read_to_string(quay.folder.path().join("log"))?;
    assert!(shown.contains(SECRET), "{shown}");
    for value in [TOKEN, WRONG] {
        assert!(!shown.contains(value), "something shows {value}");
        let holders = holders(&quay.data(), value)?;
        assert!(holders.is_empty(), "{holders:?} hold {value}");
    }
    assert!(!holders(&quay.data(), SECRET)?.is_empty(), "the search finds what is there");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_goes_on_under_another_key_and_says_which_secret_a_lost_key_has_closed()
-> anyhow::Result<()> {
    let quay = Quay::open(TOKEN).await?;
    let key = quay.data().join("secret.key");
    let old = std::fs::read_to_string(&key)?;
    quay.change(vec![product("A")]).await?;
    succeeded(&quay.wharf(&["secret", "rotate-key"])?)?;
    assert_ne!(std::fs::read_to_string(&key)?, old);
    succeeded(&quay.wharf(&["sync", "--wait"])?)?;
    assert_eq!(quay.channel.offers(), ["A"]);

    std::fs::write(&key, old)?;
    quay.change(vec![renamed("A", "Another lamp")]).await?;
    let closed = quay.wharf(&["sync", "--wait"])?;
    assert_eq!(closed.status.code(), Some(1));
    let said = String::from_utf8_lossy(&closed.stdout);
    assert!(said.contains("`wharf secret set shop-token`") && said.contains("WHARF_SECRET_KEY"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_there_before_its_channel_and_not_removed_before_it() -> anyhow::Result<()> {
    let quay = Quay::open(TOKEN).await?;
    let removed = quay.wharf(&["secret", "remove", SECRET])?;
    assert_eq!(removed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&removed.stderr).contains(GOOGLE));
    succeeded(&quay.wharf(&["channel", "remove", GOOGLE])?)?;
    succeeded(&quay.wharf(&["secret", "remove", SECRET])?)?;
    let added = quay.add_channel()?;
    assert_eq!(added.status.code(), Some(1));
    let said = String::from_utf8_lossy(&added.stderr);
    assert!(said.contains("`wharf secret set shop-token`"), "{said}");
    Ok(())
}
