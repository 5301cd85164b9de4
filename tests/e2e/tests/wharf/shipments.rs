//! Parcels: a channel is told of each once it left, whatever comes in between, and never of more than it sold.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};
use wharf_e2e::{
    binary,
    channel::Channel,
    components::{component, replaced},
    harbor::{GOOGLE, google, prepare_folder},
    products::product,
    till::{Till, Told, till},
};
use wharf_sandbox::{
    Limits, Sandbox,
    exchange::{Answer, Body, Response, Verdict},
};
use wharf_server::Host;
use wharf_store::ShipmentState;

const TILL: &str = "till";

/// A host with a channel that has sold one order: three units in line 1.
struct Dock {
    host: Host,
    till: Till,
    folder: tempfile::TempDir,
    order: i64,
}

impl Dock {
    async fn open() -> anyhow::Result<Self> {
        let folder = prepare_folder(&["tests/reader"])?;
        let till_channel = Till::listen().await?;
        let host = Host::open(&folder.path().join("data")).await?;
        let configuration = till(till_channel.address, &folder.path().join("token"))?;
        host.reconciler.add_channel(TILL, &configuration).await?;
        for applied in host.site.store.change(vec![product("A")]).await? {
            applied?;
        }
        let sold_at = Timestamp::now().as_millisecond();
        till_channel.sell(&[format!("order O/1 A 3 paid {sold_at}")]);
        host.reconciler.pull(TILL, "orders").await?;
        let channel = host.reconciler.channel(TILL).await?.id;
        let order = host.site.store.find_order(channel, "O/1").await?.expect("it was pulled");
        Ok(Self { host, till: till_channel, folder, order })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Records a parcel at the command line.
    fn ship(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        binary::json(
            &self.data(),
            &[&["order", "ship", TILL, "O/1", "--tracking", "T-1"], arguments].concat(),
        )
    }

    /// What the command line shows of the order.
    fn shown(&self) -> anyhow::Result<Value> {
        binary::json(&self.data(), &["order", "show", &self.order.to_string()])
    }

    async fn tell(&self) -> anyhow::Result<Option<String>> {
        Ok(self.host.reconciler.ship(TILL, &Default::default()).await?)
    }

    async fn states(&self) -> anyhow::Result<Vec<ShipmentState>> {
        let shipments = self.host.site.store.shipments(self.order).await?;
        Ok(shipments.into_iter().map(|shipment| shipment.state).collect())
    }

    /// Tells until nothing is left to tell, waiting out pauses.
    async fn tell_until_calm(&self) -> anyhow::Result<()> {
        for _ in 0..200 {
            self.tell().await?;
            if self.host.site.store.next_shipments().await?.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("there is always something left to tell")
    }
}

/// The gateway repeats a 503 by itself, three times in all under the tests' settings.
const REPEATS: usize = 3;

fn outage(parcels: usize) -> Vec<Told> {
    vec![Told::Status(503); REPEATS * parcels]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_leaves_in_two_parcels_is_shipped_once_the_channel_has_both() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    let first = dock.ship(&["--line", "1=2", "--carrier", "DHL", "--shipped-at", "2026-01-31T12:00:00Z"])?;
    assert_eq!((&first["state"], &first["shipped_at"]), (&json!("due"), &json!("2026-01-31T12:00:00Z")));
    let second = dock.ship(&[])?;
    assert_eq!(second["lines"], json!([{"line": "1", "sku": "A", "quantity": 1}]));
    dock.till.answer_parcels(outage(2));
    dock.tell().await?;
    let shown = dock.shown()?;
    for shipment in shown["shipments"].as_array().expect("they are listed") {
        assert_eq!(
            (&shipment["state"], &shipment["problems"][0]["code"]),
            (&json!("in-flight"), &json!("unanswered"))
        );
    }
    assert_eq!((&shown["state"], &shown["lines"][0]["shipped"]), (&json!("paid"), &json!(0)));

    dock.tell_until_calm().await?;
    let shown = dock.shown()?;
    assert_eq!((&shown["state"], &shown["lines"][0]["shipped"]), (&json!("shipped"), &json!(3)));
    let remote_id = format!("parcel-{}", first["id"]);
    assert_eq!(shown["shipments"][0]["remote_id"], remote_id);
    let mut told = dock.till.told();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 2, "every repeat was of the same bytes: {told:?}");
    assert_eq!(told[0], (format!("O/1/{}", first["id"]), "T-1\n1=2\n".to_owned()));
    let listed = binary::json(&dock.data(), &["order", "list", "--state", "shipped"])?;
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let status = binary::json(&dock.data(), &["status", "--channel", TILL])?;
    assert_eq!(status[0]["shipments"], json!({}));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_sending_and_storing_repeats_the_same_bytes_under_the_same_id() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    let recorded = dock.ship(&[])?;
    dock.till.answer_parcels([Told::Hung]);
    let sync = binary::start(&dock.data(), &["sync", "--channel", TILL])?;
    while dock.till.told().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sync.kill()?;
    assert_eq!(dock.states().await?, [ShipmentState::InFlight]);
    // The gateway may have repeated it before the kill, too.
    dock.tell_until_calm().await?;
    let told = dock.till.told();
    assert!(told.len() >= 2 && told.iter().all(|one| *one == told[0]), "{told:?}");
    assert!(told[0].0.ends_with(&format!("/{}", recorded["id"])));
    assert_eq!(dock.states().await?, [ShipmentState::Accepted]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_followed_in_the_same_sync() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.ship(&[])?;
    dock.till.answer_parcels([Told::Receipt]);
    let synced = binary::run(&dock.data(), &["sync", "--channel", TILL])?;
    assert!(synced.status.success(), "{}", String::from_utf8_lossy(&synced.stderr));
    assert_eq!(dock.states().await?, [ShipmentState::Accepted]);
    assert_eq!(dock.till.told().len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_channel_refuses_waits_for_a_person_and_its_units_are_free_again() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    dock.ship(&["--line", "1=3"])?;
    dock.till.answer_parcels([Told::Status(422)]);
    dock.tell_until_calm().await?;
    assert_eq!(dock.states().await?, [ShipmentState::Rejected]);
    let status = binary::run(&dock.data(), &["status", "--channel", TILL])?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("1 rejected"), "{status}");
    let troubled = binary::json(&dock.data(), &["order", "list", "--troubled"])?;
    assert_eq!(troubled.as_array().map(Vec::len), Some(1));
    let again = binary::json(&dock.data(), &["order", "retry", &dock.order.to_string()])?;
    assert_eq!(again["shipments_due"], 1, "{again}");
    dock.tell_until_calm().await?;
    assert_eq!(dock.states().await?, [ShipmentState::Accepted]);
    let troubled = binary::json(&dock.data(), &["order", "list", "--troubled"])?;
    assert_eq!(troubled, json!([]));
    let more = binary::run(&dock.data(), &["order", "ship", TILL, "O/1"])?;
    assert_eq!(more.status.code(), Some(1));
    let told = String::from_utf8_lossy(&more.stderr).into_owned();
    assert!(told.contains("nothing of the order is left to ship"), "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_connector_would_not_send_is_told_at_once() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    binary::json(&dock.data(), &["order", "ship", TILL, "O/1", "--line", "1=1"])?;
    dock.ship(&["--line", "1=1"])?;
    dock.tell_until_calm().await?;
    assert_eq!(dock.states().await?, [ShipmentState::Rejected, ShipmentState::Accepted]);
    assert_eq!(dock.till.told().len(), 1, "one bad parcel does not spoil the other");
    let shown = dock.shown()?;
    assert_eq!(shown["shipments"][0]["problems"][0]["code"], "no-tracking-number");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_tells_the_channel_as_soon_as_a_parcel_is_recorded() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let _server = binary::start(&dock.data(), &["serve", "--no-auth", "--listen", &address])?;
    for _ in 0..400 {
        if std::net::TcpStream::connect(&address).is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    dock.till.answer_parcels(outage(1));
    dock.ship(&[])?;
    for _ in 0..400 {
        if dock.states().await? == [ShipmentState::Accepted] {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("the channel was not told: {:?}", dock.states().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_cannot_be_told_keeps_the_parcel_as_recorded_only() -> anyhow::Result<()> {
    let dock = Dock::open().await?;
    // The same connector as it was before it knew of shipments.
    let older = component("plugins/google-merchant")?;
    std::fs::write(dock.data().join("connectors/market.wasm"), &older)?;
    dock.host.reconciler.connectors().scan().await?;
    let market = Channel::listen().await?;
    dock.host
        .reconciler
        .add_channel(GOOGLE, &google(market.address, &dock.folder.path().join("token"))?)
        .await?;
    let sold = wharf_store::Arrival { orders: vec![sold()], ..Default::default() };
    let id = dock.host.reconciler.channel(GOOGLE).await?.id;
    let sender = wharf_store::Sender {
        channel_id: id,
        channel: GOOGLE.into(),
        source: "test".into(),
        terms: Default::default(),
    };
    dock.host.site.store.take_in(&sender, sold, wharf_store::Bookmark::None).await?;
    let recorded = binary::json(&dock.data(), &["order", "ship", GOOGLE, "G-1"])?;
    assert_eq!(recorded["state"], "not-carried");
    let why = recorded["problems"][0]["message"].as_str().unwrap_or_default();
    assert!(why.contains("`google-merchant` tells its channel of no shipments"), "{why}");
    let order = dock.host.site.store.find_order(id, "G-1").await?.expect("it is there");
    let order = dock.host.site.store.order(order).await?.expect("it is there");
    assert_eq!((order.lines[0].line.shipped, order.lines[0].left), (2, 0));
    Ok(())
}

fn sold() -> wharf_catalog::inbound::Order {
    let order = json!({
        "remote_id": "G-1", "number": "1", "state": "paid", "placed_at": 1, "changed_at": 1, "tax_included": true,
        "lines": [{
            "remote_id": "1", "sku": "A", "listing_id": null, "title": "Lamp", "quantity": 2, "cancelled": 0,
            "shipped": 0, "returned": 0, "unit_price": {"amount": "1.00", "currency": "EUR"}, "tax": null,
            "discount": null
        }],
        "shipping": null, "total": {"amount": "2.00", "currency": "EUR"}, "buyer": null, "ship_to": null
    });
    serde_json::from_value(order).expect("an order as the catalog writes it")
}

/// A connector that was built before there were shipments and forms is served as it is.
#[test]
fn a_component_of_the_contracts_first_release_loads_and_works() -> anyhow::Result<()> {
    let today = component("plugins/google-merchant")?;
    let older = replaced(&today, "@1.1.0", "@1.0.0")?;
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let (today, older) = (sandbox.load("today.wasm", &today)?, sandbox.load("older.wasm", &older)?);
    assert_eq!(older.abilities(), today.abilities());
    assert_eq!(older.description(), today.description());
    wharf_sandbox::conformance::quick(&older).map_err(|breach| anyhow::anyhow!("{breach}"))?;
    let error = older.prepare_shipments(&context(), &[]).unwrap_err();
    assert_eq!(error.to_string(), "connector `google-merchant` does not export `fulfiller`");
    Ok(())
}

fn context() -> wharf_catalog::Context {
    wharf_catalog::Context {
        settings: "{}".into(),
        locale: "de-DE".into(),
        country: "DE".into(),
        currency: "EUR".into(),
    }
}

#[test]
fn every_shipment_is_covered_once_and_every_answer_settled() -> anyhow::Result<()> {
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let reader = sandbox.load("reader.wasm", &component("tests/reader")?)?;
    let shipment = |id: &str, tracking: Option<&str>| wharf_catalog::shipment::Shipment {
        id: id.into(),
        order: "O/1".into(),
        lines: vec![wharf_catalog::shipment::ShippedLine { remote_id: "1".into(), sku: None, quantity: 2 }],
        parcel: wharf_catalog::shipment::Parcel {
            tracking_number: tracking.map(str::to_owned),
            ..Default::default()
        },
        note: None,
        attempt: 0,
    };
    let shipments = [shipment("7", Some("T")), shipment("8", None), shipment("9", Some("U"))];
    let prepared = reader.prepare_shipments(&context(), &shipments)?;
    assert_eq!(prepared.exchanges.iter().map(|it| it.covers.clone()).collect::<Vec<_>>(), [vec![0], vec![2]]);
    assert_eq!(prepared.rejections.iter().map(|it| it.index).collect::<Vec<_>>(), [1]);
    assert_eq!(prepared.exchanges[0].request.target, "/shipments/O%2F1/7");
    assert_eq!(prepared.exchanges[0].request.body, Body::Bytes(b"T\n1=2\n".to_vec()));
    let answer = |status, body: &str| Answer {
        memo: prepared.exchanges[0].memo.clone(),
        covers: 1,
        response: Response { status, headers: Vec::new(), body: body.into() },
    };
    let settled =
        reader.settle_shipments(&context(), &[answer(200, "parcel-7"), answer(400, ""), answer(202, "7")])?;
    let outcomes: Vec<_> = settled.into_iter().collect::<Result<_, _>>()?;
    assert_eq!(outcomes[0].outcomes[0].remote_id.as_deref(), Some("parcel-7"));
    assert!(matches!(outcomes[1].outcomes[0].verdict, Verdict::Rejected(_)));
    assert_eq!(outcomes[2].further[0].request.target, "/shipments/receipts/7");
    Ok(())
}
