use std::collections::BTreeMap;
use std::time::Instant;
use wharf_catalog::product::*;
use wharf_catalog::*;
use wharf_store::*;
fn patch(i: usize, stock: bool) -> ProductChange {
    let mut attributes = BTreeMap::new();
    for a in 0..30 {
        let v = if a % 5 == 0 {
            Value::Number(Decimal::new((i * 7 + a) as i64, 2))
        } else {
            Value::Text(format!("value {a} of product {i} with some words to fill it {}", a * i))
        };
        attributes.insert(format!("attribute_{a:02}"), Some(v));
    }
    ProductChange {
        sku: format!("SKU-{i:07}").parse().unwrap(),
        mode: Mode::Upsert,
        patch: Patch {
            attributes,
            prices: vec![PricePatch {
                list: "base".into(),
                currency: "EUR".into(),
                amount: Some(Decimal::new(1999, 2)),
            }],
            ..Patch::default()
        },
        stock: if stock { vec![("berlin".into(), i as i64 % 50), ("wien".into(), 3)] } else { vec![] },
    }
}
fn rss() -> u64 {
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    s.lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        / 1024
}
#[tokio::main]
async fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let stock = std::env::args().nth(2).as_deref() == Some("stock");
    let batch: usize = std::env::args().nth(3).map_or(500, |b| b.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("w.db"), &StoreSettings::default()).await.unwrap();
    let draft = |name: &str| ChannelDraft {
        name: name.into(),
        connector: "c".into(),
        state: ChannelState::Enabled,
        configuration: "{}".into(),
    };
    let channel = store.add_channel(&draft("a")).await.unwrap();
    store.finish_marking(channel).await.unwrap();
    let report = |what: &str, n: usize, t: Instant| {
        println!(
            "{what}: {:.0}/s ({:.2} s) peak rss {} MB",
            n as f64 / t.elapsed().as_secs_f64(),
            t.elapsed().as_secs_f64(),
            rss()
        )
    };
    let t = Instant::now();
    for i in 0..n {
        std::hint::black_box(patch(i, stock));
    }
    report("  building patches alone", n, t);
    let t = Instant::now();
    for c in (0..n).step_by(batch) {
        let r = store.change((c..(c + batch).min(n)).map(|i| patch(i, stock)).collect()).await.unwrap();
        assert!(r.iter().all(|r| r.is_ok()));
    }
    report("import new", n, t);
    println!("file {} MB", std::fs::metadata(dir.path().join("w.db")).unwrap().len() >> 20);
    let t = Instant::now();
    for c in (0..n).step_by(batch) {
        store.change((c..(c + batch).min(n)).map(|i| patch(i, stock)).collect()).await.unwrap();
    }
    report("import again unchanged", n, t);
    for (parse, limit) in [(false, 500), (true, 500), (false, 2000)] {
        let t = Instant::now();
        let mut after = 0;
        let mut seen = 0;
        loop {
            let page = store
                .page(channel, Selection::Due { lane: Lane::Content, now: 1 }, after, limit)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            after = last.product_id;
            seen += page.len();
            if parse {
                for c in &page {
                    std::hint::black_box(c.product().unwrap());
                }
            }
        }
        report(&format!("page {limit} parse={parse}"), seen, t);
    }
    let t = Instant::now();
    println!("due_summary {:?} in {:?}", store.due_summary(channel, 1).await.unwrap(), t.elapsed());
    for limit in [500u32, 2000] {
        let mut after = 0;
        let mut seen = 0;
        let mut spent = std::time::Duration::ZERO;
        loop {
            let page = store
                .page(channel, Selection::Due { lane: Lane::Content, now: 1 }, after, limit)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            after = last.product_id;
            seen += page.len();
            let listings = page
                .iter()
                .map(|c| Settled {
                    product_id: c.product_id,
                    marked: c.marked,
                    state: ListingState::Accepted,
                    delivered: Write::Set(Delivery { fingerprint: vec![7; 48], revision: c.revision }),
                    remote_id: Write::Keep,
                    problems: vec![],
                    attempts: 1,
                    next: None,
                })
                .collect();
            let t = Instant::now();
            store.settle(channel, Settlement { listings, ..Settlement::default() }).await.unwrap();
            spent += t.elapsed();
        }
        println!("settle {limit}: {:.0}/s ({spent:?})", seen as f64 / spent.as_secs_f64());
        if limit == 500 {
            let t = Instant::now();
            store.mark_all(channel, Lane::Content).await.unwrap();
            report("mark_all", n, t);
        }
    }
    let t = Instant::now();
    println!("counts {:?} in {:?}", store.counts(channel).await.unwrap(), t.elapsed());
    let t = Instant::now();
    println!("due_summary idle {:?} in {:?}", store.due_summary(channel, 1).await.unwrap(), t.elapsed());
    let t = Instant::now();
    let k = 1000.min(n);
    for c in (0..k).step_by(500) {
        store
            .change(
                (c..(c + 500).min(k))
                    .map(|i| {
                        let mut p = patch(i * (n / k), false);
                        p.patch.attributes.insert("attribute_00".into(), Some(Value::Text("new".into())));
                        p
                    })
                    .collect(),
            )
            .await
            .unwrap();
    }
    report("1000 spread changes", k, t);
    let t = Instant::now();
    let mut after = 0;
    let mut seen = 0;
    loop {
        let page =
            store.page(channel, Selection::Due { lane: Lane::Content, now: 1 }, after, 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.product_id;
        seen += page.len();
    }
    report("page the changes", seen, t);
    let t = Instant::now();
    store.remove_channel(channel).await.unwrap();
    report("remove channel", n, t);
}
