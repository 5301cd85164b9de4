//! The way back: what channels sell and count comes in once, and the other channels are told.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};
use wharf_e2e::{
    binary,
    channel::{Channel, TOKEN},
    harbor::{GOOGLE, google, prepare_folder},
    products::product,
    till::{Till, till},
};
use wharf_server::Host;
use wharf_store::{OrderFilter, OrderRecord};
use wharf_sync::{Answer, ChannelConfiguration, ReceiveError, WebhookCall};

const TILL: &str = "till";

/// A host with a till that is read, and a market that is told.
struct Quay {
    host: Host,
    till: Till,
    market: Channel,
    folder: tempfile::TempDir,
}

impl Quay {
    async fn open() -> anyhow::Result<Self> {
        Self::open_with(|_| {}).await
    }

    async fn open_with(configure: impl FnOnce(&mut Value)) -> anyhow::Result<Self> {
        let folder = prepare_folder(&["plugins/google-merchant", "tests/reader"])?;
        let (till_channel, market) = (Till::listen().await?, Channel::listen().await?);
        let host = Host::open(&folder.path().join("data")).await?;
        let secret = folder.path().join("token");
        host.reconciler.add_channel(GOOGLE, &google(market.address, &secret)?).await?;
        let mut configuration = serde_json::to_value(till(till_channel.address, &secret)?)?;
        configure(&mut configuration);
        let configuration: ChannelConfiguration = serde_json::from_value(configuration)?;
        host.reconciler.add_channel(TILL, &configuration).await?;
        for applied in host.site.store.change(vec![product("A"), product("B")]).await? {
            applied?;
        }
        host.reconciler.sync(GOOGLE, Arc::default()).await?;
        Ok(Self { host, till: till_channel, market, folder })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn pull(&self, stream: &str) -> anyhow::Result<wharf_sync::PullReport> {
        Ok(self.host.reconciler.pull(TILL, stream).await?)
    }

    async fn units(&self, sku: &str) -> anyhow::Result<i64> {
        let levels = self.host.site.store.stock_of(sku).await?;
        Ok(levels.iter().map(|(_, units)| units).sum())
    }

    async fn orders(&self) -> anyhow::Result<Vec<OrderRecord>> {
        Ok(self.host.site.store.orders(&OrderFilter::default(), None, 100).await?)
    }

    /// What the market is told next.
    async fn availability(&self, sku: &str) -> anyhow::Result<Value> {
        self.host.reconciler.sync(GOOGLE, Arc::default()).await?;
        Ok(self.market.attribute(sku, "availability"))
    }

    async fn deliver(&self, body: &str, code: &str) -> Result<Answer, ReceiveError> {
        let call = WebhookCall {
            method: "POST".into(),
            target: String::new(),
            headers: vec![("x-signature".into(), code.into())],
            body: body.into(),
        };
        self.host.reconciler.admit(TILL).await?.receive(call).await
    }
}

/// An order that changed so many seconds from now.
fn order(id: &str, sku: &str, quantity: i64, state: &str, seconds: i64) -> String {
    let changed_at = Timestamp::now().as_millisecond() + seconds * 1_000;
    format!("order {id} {sku} {quantity} {state} {changed_at}")
}

/// The code that the channel would sign this with.
fn signed(body: &str) -> String {
    let mac = wharf_gateway::Mac::new(wharf_gateway::SigningAlgorithm::HmacSha256, &TOKEN.into());
    mac.sign(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_lowers_the_stock_that_the_other_channel_is_told_and_a_cancellation_raises_it()
-> anyhow::Result<()> {
    let quay = Quay::open().await?;
    assert_eq!(quay.availability("A").await?, "IN_STOCK");
    quay.till.sell(&[order("1", "A", 5, "paid", 1)]);
    let pulled = quay.pull("orders").await?;
    assert_eq!((pulled.taken.orders_new, pulled.taken.units_taken, pulled.ended), (1, 5, true));
    assert_eq!(quay.units("A").await?, 0);
    assert_eq!(quay.availability("A").await?, "OUT_OF_STOCK");
    quay.till.sell(&[order("1", "A", 5, "cancelled", 2)]);
    quay.host.site.store.forget_streams(quay.host.reconciler.channel(TILL).await?.id).await?;
    assert_eq!(quay.pull("orders").await?.taken.units_returned, 5);
    assert_eq!(quay.availability("A").await?, "IN_STOCK");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_is_killed_between_two_pages_goes_on_at_the_page_it_had_reached() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    let sold: Vec<String> = (1..=6).map(|id| order(&id.to_string(), "A", 1, "paid", 1)).collect();
    quay.till.sell(&sold);
    quay.till.hang_at("/orders?after=4");
    let data = quay.data();
    let pull = binary::start(&data, &["pull", "--channel", TILL, "--stream", "orders"])?;
    while !quay.till.was_asked("/orders?after=4") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    pull.kill()?;
    assert_eq!(quay.orders().await?.len(), 4, "what the first pages brought is there");
    quay.till.recover();
    quay.till.take_asked();
    let pulled = binary::json(&data, &["pull", "--channel", TILL, "--stream", "orders"])?;
    assert_eq!(pulled[0]["orders_new"], 2, "{pulled}");
    assert_eq!(pulled[0]["lines_troubled"], 1, "the sixth piece was never there");
    assert_eq!(quay.till.take_asked(), ["/orders?after=4", "/orders?after=6"], "no page is read twice");
    assert_eq!((quay.orders().await?.len(), quay.units("A").await?), (6, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_read_says_why_and_is_not_skipped() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    quay.till.sell(&[order("1", "A", 1, "paid", 1)]);
    quay.till.break_down(true);
    let pulled = quay.pull("orders").await?;
    assert_eq!((pulled.pages, pulled.ended), (0, false));
    let problem = pulled.problem.expect("it says why");
    assert_eq!(problem.code, "unanswered");
    let status = binary::json(&quay.data(), &["status", "--channel", TILL])?;
    assert_eq!(status[0]["streams"][0]["stream"], "orders", "{status}");
    assert_eq!(status[0]["streams"][0]["problem"]["code"], "unanswered");
    quay.till.break_down(false);
    assert_eq!(quay.pull("orders").await?.taken.orders_new, 1);
    let stream = quay.host.site.store.stream(quay.host.reconciler.channel(TILL).await?.id, "orders").await?;
    assert_eq!((stream.problem, stream.attempts), (None, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_answers_with_the_same_page_for_ever_is_left_alone() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    quay.till.sell(&[order("1", "A", 1, "paid", 1), order("2", "A", 1, "paid", 1)]);
    quay.till.repeat();
    let pulled = quay.pull("orders").await?;
    assert_eq!(pulled.problem.map(|problem| problem.code).as_deref(), Some("endless"));
    assert_eq!((quay.till.take_asked().len(), quay.units("A").await?), (2, 3));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_piece_sold_on_two_channels_is_told_to_a_person() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    let configuration = till(quay.till.address, &quay.folder.path().join("token"))?;
    quay.host.reconciler.add_channel("other-till", &configuration).await?;
    quay.till.sell(&[order("1", "A", 3, "paid", 5)]);
    quay.pull("orders").await?;
    let second = quay.host.reconciler.pull("other-till", "orders").await?;
    assert_eq!((second.taken.units_taken, second.taken.lines_troubled), (2, 1));
    assert_eq!(quay.units("A").await?, 0);
    let troubled = binary::json(&quay.data(), &["order", "list", "--troubled"])?;
    assert_eq!(troubled[0]["channel"], "other-till", "{troubled}");
    assert_eq!(troubled[0]["lines"][0]["short"], 1);
    assert_eq!(troubled[0]["lines"][0]["problems"][0]["code"], "oversold");
    let id = troubled[0]["id"].to_string();
    let shown = binary::run(&quay.data(), &["order", "show", &id])?;
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("oversold: 1 of 3 units of `A`"), "{shown}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_believed_only_where_the_operator_says_so() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    quay.till.count(&["A=2", "B=7"]);
    let pulled = quay.pull("stock").await?;
    assert_eq!((pulled.taken.levels_set, quay.units("A").await?), (0, 5));
    let status = binary::json(&quay.data(), &["status", "--channel", TILL])?;
    let told = status[0]["findings"][0]["message"].as_str().unwrap_or_default();
    assert!(told.contains("inbound.counts"), "{status}");

    let counting = Quay::open_with(|channel| channel["inbound"]["counts"] = json!({"": "berlin"})).await?;
    counting.till.count(&["A=0", "B=7", "STRANGER=1"]);
    let pulled = counting.pull("stock").await?;
    assert_eq!((pulled.taken.levels_set, pulled.taken.levels_ignored), (2, 1));
    assert_eq!((counting.units("A").await?, counting.units("B").await?), (0, 7));
    assert_eq!(counting.availability("A").await?, "OUT_OF_STOCK");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_taken_in_once_under_its_own_signature_alone() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    let body = order("1", "A", 2, "paid", 1);
    let forged = quay.deliver(&body, "00").await;
    assert!(matches!(forged, Err(ReceiveError::Unauthorized)), "{forged:?}");
    assert!(quay.orders().await?.is_empty());
    for _ in 0..3 {
        assert_eq!(quay.deliver(&body, &signed(&body)).await?.status, 200);
    }
    assert_eq!((quay.orders().await?.len(), quay.units("A").await?), (1, 3));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_reads_by_itself_and_takes_webhooks_without_a_token() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    quay.till.sell(&[order("1", "A", 3, "paid", 1)]);
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let _server = binary::start(&quay.data(), &["serve", "--listen", &address])?;
    let until = async |orders: usize| {
        for _ in 0..400 {
            if quay.orders().await.is_ok_and(|found| found.len() == orders) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    };
    assert!(until(1).await, "the stream is read at once, since it never was");
    let body = order("2", "A", 2, "paid", 1);
    assert_eq!(call(&address, "/webhooks/till", &body, &signed(&body)).await?, 200);
    assert_eq!(call(&address, "/webhooks/till", &body, &signed(&body)).await?, 200);
    assert!(until(2).await);
    assert_eq!(call(&address, "/webhooks/till", &body, "00").await?, 401);
    assert_eq!(call(&address, "/webhooks/nobody", &body, "00").await?, 404);
    assert_eq!(call(&address, &format!("/webhooks/{GOOGLE}"), &body, "00").await?, 404);
    assert_eq!(call(&address, "/webhooks/till", &"x".repeat(2 << 20), "00").await?, 413);
    assert_eq!(quay.units("A").await?, 0);
    for _ in 0..400 {
        if quay.market.attribute("A", "availability") == "OUT_OF_STOCK" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("the market was not told")
}

/// One request by hand; answers with the status.
async fn call(address: &str, path: &str, body: &str, code: &str) -> anyhow::Result<u16> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nx-signature: {code}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    // The server may answer and hang up before it has read everything.
    let _ = stream.write_all(body.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| anyhow::anyhow!("no answer: {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_in_by_its_channels_connector_and_what_it_leaves_out_stays() -> anyhow::Result<()> {
    let quay = Quay::open_with(|channel| channel["inbound"]["counts"] = json!({"": "berlin"})).await?;
    let file = quay.folder.path().join("levels.txt");
    let path = file.to_string_lossy().into_owned();
    std::fs::write(&file, "A=8\nSTRANGER=2\n")?;
    let output = binary::run(&quay.data(), &["--json", "import", &path, "--channel", TILL])?;
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!((&answer["levels_set"], &answer["levels_ignored"]), (&json!(1), &json!(1)), "{answer}");
    assert_eq!(output.status.code(), Some(1), "a stranger was refused");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("STRANGER"), "{told}");
    assert_eq!((quay.units("A").await?, quay.units("B").await?), (8, 5));
    // Cut short: the last row is half, and B is not named at all.
    std::fs::write(&file, "A=9\nB")?;
    binary::json(&quay.data(), &["import", &path, "--channel", TILL])?;
    assert_eq!((quay.units("A").await?, quay.units("B").await?), (9, 5));
    let market = binary::run(&quay.data(), &["import", &path, "--channel", GOOGLE])?;
    assert_eq!(market.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&market.stderr).contains("reads no files"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_told_to_come_later() -> anyhow::Result<()> {
    let quay = Quay::open().await?;
    let settings = wharf_sync::SyncSettings::default();
    let most = settings.deliveries_in_flight + settings.deliveries_waiting;
    let mut admitted = Vec::new();
    for _ in 0..most {
        admitted.push(quay.host.reconciler.admit(TILL).await?);
    }
    let one_more = quay.host.reconciler.admit(TILL).await;
    assert!(matches!(one_more, Err(ReceiveError::Busy)), "{one_more:?}");
    let other = quay.host.reconciler.admit(GOOGLE).await;
    assert!(other.is_ok(), "the flood is the till's own");
    drop(admitted);
    assert!(quay.host.reconciler.admit(TILL).await.is_ok());
    Ok(())
}
