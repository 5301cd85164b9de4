//! Connectors in every language that `wharf connector new` knows: each goes from nothing to a channel, with its own tools.
//!
//! Where the tools are not at hand, a test says so and passes. With `WHARF_LANGUAGES=1` they have to be, and Python, whose
//! build takes longest, is tested too.

mod walk;

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use wharf_catalog::{
    Action, Context, Decimal, FieldValue, Item, Money, Operation, Reason, declaration::Method, item::Content,
    item::Picture,
};
use wharf_e2e::{binary, components::repository};
use wharf_sandbox::{
    Connector, Limits, Sandbox,
    exchange::{Answer, Body, Exchange, Response, Settlement, Verdict},
};

use walk::{ASKED, Walk, asked, say_that_it_was_not_tested};

/// Position among the templates' fields.
const QUANTITY: u32 = 3;

const TITLE: &str = "Bära 漢字 🎒 Rucksack";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connector_in_rust_brings_an_item_to_a_channel() -> anyhow::Result<()> {
    Walk::in_rust()?.to_the_end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connector_in_typescript_brings_an_item_to_a_channel() -> anyhow::Result<()> {
    let Some(walk) = Walk::begin("typescript", "shop-in-typescript", &["node", "npm"])? else {
        return Ok(());
    };
    let connector = loaded(&walk.component)?;
    publishes(&connector)?;
    rejects_what_javascript_would_round(&connector)?;
    the_library_passes_its_own_tests(&walk)?;
    walk.to_the_end().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connector_in_python_brings_an_item_to_a_channel() -> anyhow::Result<()> {
    if !asked() {
        say_that_it_was_not_tested(&format!("building takes long in Python; {ASKED}=1 asks for it"));
        return Ok(());
    }
    let Some(walk) = Walk::begin("python", "shop-in-python", &["python3"])? else { return Ok(()) };
    publishes(&loaded(&walk.component)?)?;
    walk.to_the_end().await
}

#[test]
fn a_tool_that_is_missing_is_named_with_its_remedy() -> anyhow::Result<()> {
    for (language, words) in
        [("typescript", ["`node`", "https://nodejs.org"]), ("python", ["python3", "python.org"])]
    {
        let folder = tempfile::tempdir()?;
        let shop = folder.path().join("shop");
        let arguments = ["connector", "new", "shop", "--lang", language, "--output"];
        assert!(Command::new(binary::wharf()?).args(arguments).arg(&shop).output()?.status.success());
        let build = ["connector", "build"];
        let refused =
            Command::new(binary::wharf()?).args(build).arg(&shop).env("PATH", folder.path()).output()?;
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
    Ok(())
}

/// What stands in for what QuickJS lacks, held against Node's own, with the compiler that the new connector installed.
fn the_library_passes_its_own_tests(walk: &Walk) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let library = repository().join("sdk/typescript");
    for part in ["wharf", "wharf/contract", "test"] {
        copy(&library.join(part), &folder.path().join(part))?;
    }
    for file in ["tsconfig.json", "package.json"] {
        fs::copy(library.join(file), folder.path().join(file))?;
    }
    let compiler = walk.source.join("node_modules/.bin/tsc");
    succeeds(Command::new(compiler).current_dir(&folder))?;
    succeeds(Command::new("node").args(["--test", "test"]).current_dir(&folder))
}

/// The files that lie in a folder itself.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn succeeds(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(output.status.success(), "{command:?}:\n{}{}", text(&output.stdout), text(&output.stderr));
    Ok(())
}

fn publishes(connector: &Connector) -> anyhow::Result<()> {
    let operations = [
        operation(Action::Upsert, "NH-BÄR/24", content(Decimal::new(1_290, 2))),
        operation(Action::Stock, "二", vec![field(QUANTITY, Content::Quantity(7))]),
        operation(Action::Delete, "c", Vec::new()),
    ];
    let prepared = connector.prepare(&context(), &operations)?;
    ensure!(prepared.faults.is_empty(), "{}", prepared.faults[0].error);
    assert_eq!(prepared.rejections, []);
    assert_eq!(
        prepared.exchanges.iter().map(shown).collect::<anyhow::Result<Vec<_>>>()?,
        [
            (Method::Put, "/shops/corner/items/NH-B%C3%84R%2F24", upserted()),
            (Method::Patch, "/shops/corner/items/%E4%BA%8C", json!({ "quantity": 7 })),
            (Method::Delete, "/shops/corner/items/c", Value::Null),
        ]
    );
    settles(connector, &prepared.exchanges)
}

/// What the shop is sent for [`content`].
fn upserted() -> Value {
    json!({
        "title": TITLE,
        "description": "Größer als alles davor",
        "price": { "amount": "12.90", "currency": "EUR" },
        "quantity": 5_000_000_000_u64,
        "pictures": ["https://cdn.shop.example/1.jpg", "https://cdn.shop.example/2.jpg"],
    })
}

fn settles(connector: &Connector, exchanges: &[Exchange]) -> anyhow::Result<()> {
    let [upsert, stock, delete] = exchanges else { anyhow::bail!("{} exchanges", exchanges.len()) };
    // As deep as the libraries let through: the stack has to hold it.
    let deep = format!(r#"{{"id":"deep","more":{}{}}}"#, "[".repeat(127), "]".repeat(127));
    let answers = [
        answer(upsert, 200, r#"{"id":"ä-🎒-7"}"#),
        answer(upsert, 200, &deep),
        answer(upsert, 422, r#"{"error":"Größe fehlt: \ud800"}"#),
        answer(stock, 404, ""),
        answer(delete, 404, ""),
    ];
    let settlements = connector.settle(&context(), &answers)?;
    let settlements = settlements.into_iter().collect::<Result<Vec<_>, _>>()?;
    let [taken, deep, refused, missing, gone] = settlements.as_slice() else {
        anyhow::bail!("{settlements:?}")
    };
    assert_eq!(accepted(taken), Some(Some("ä-🎒-7")));
    assert_eq!(accepted(deep), Some(Some("deep")));
    assert_eq!(accepted(gone), Some(None));
    let Verdict::Rejected(problems) = &refused.outcomes[0].verdict else { anyhow::bail!("{refused:?}") };
    assert_eq!(problems[0].code, "refused");
    assert!(problems[0].message.contains("Größe fehlt: "), "{}", problems[0].message);
    let Verdict::Retry { problem, .. } = &missing.outcomes[0].verdict else { anyhow::bail!("{missing:?}") };
    assert_eq!(problem.reason, Reason::Missing);
    Ok(())
}

/// Two to the power of 53 and one: the nearest number that JavaScript has is one less.
fn rejects_what_javascript_would_round(connector: &Connector) -> anyhow::Result<()> {
    let price = Decimal::new(9_007_199_254_740_993, 2);
    let operations = [operation(Action::Upsert, "dear", content(price))];
    let prepared = connector.prepare(&context(), &operations)?;
    assert_eq!((prepared.exchanges.len(), prepared.faults.len()), (0, 0));
    assert_eq!(prepared.rejections[0].problems[0].code, "inexact-number");
    Ok(())
}

fn context() -> Context {
    let text = |text: &str| text.to_owned();
    let settings = json!({ "shop": "corner" }).to_string();
    Context { settings, locale: text("de-DE"), country: text("DE"), currency: text("EUR") }
}

fn field(field: u32, content: Content) -> FieldValue {
    FieldValue { field, content }
}

fn content(price: Decimal) -> Vec<FieldValue> {
    let picture = |number| Picture {
        url: format!("https://cdn.shop.example/{number}.jpg"),
        alt: Some("Größer als alles davor".to_owned()),
    };
    vec![
        field(0, Content::Text(TITLE.to_owned())),
        field(1, Content::Text("Größer als alles davor".to_owned())),
        field(2, Content::Money(Money { amount: price, currency: "EUR".to_owned() })),
        field(QUANTITY, Content::Quantity(5_000_000_000)),
        field(4, Content::Images(vec![picture(1), picture(2)])),
    ]
}

fn operation(action: Action, sku: &str, values: Vec<FieldValue>) -> Operation {
    let item = Item { sku: sku.to_owned(), group: None, values };
    let remote_id = (action != Action::Upsert).then(|| format!("ï-{sku}"));
    Operation { action, item, remote_id, note: None, revision: 1, attempt: 0, as_of: 0 }
}

/// Method, target and the JSON of the body.
fn shown(exchange: &Exchange) -> anyhow::Result<(Method, &str, Value)> {
    let body = match &exchange.request.body {
        Body::None => Value::Null,
        Body::Text(text) => serde_json::from_str(text)?,
        other => anyhow::bail!("{other:?} is no text"),
    };
    Ok((exchange.request.method, &exchange.request.target, body))
}

fn answer(exchange: &Exchange, status: u16, body: &str) -> Answer {
    let response = Response { status, headers: Vec::new(), body: body.into() };
    Answer { memo: exchange.memo.clone(), covers: 1, response }
}

/// The channel's id of an operation that was accepted, if the channel gave one.
fn accepted(settlement: &Settlement) -> Option<Option<&str>> {
    let [outcome] = settlement.outcomes.as_slice() else { return None };
    matches!(outcome.verdict, Verdict::Accepted(_)).then_some(outcome.remote_id.as_deref())
}

fn loaded(component: &Path) -> anyhow::Result<Connector> {
    let bytes = fs::read(component).with_context(|| component.display().to_string())?;
    let sandbox = Sandbox::new(Limits::default(), None)?;
    Ok(sandbox.load(&component.display().to_string(), &bytes)?)
}
