//! Connectors in other languages: the examples of `sdk/typescript` and `sdk/python`, built with their own tools in a
//! temporary folder, hold to the contract like any other.
//!
//! Where the tools are not at hand, a test says so and passes. With `WHARF_LANGUAGES=1` they have to be, and Python, whose
//! build takes a minute, is tested too.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_catalog::{
    Action, Context, Decimal, FieldValue, Item, Money, Operation, Reason, declaration::Method, item::Content,
    item::Picture,
};
use wharf_e2e::components::repository;
use wharf_sandbox::{
    Connector, Limits, Sandbox, conformance,
    exchange::{Answer, Body, Exchange, Response, Settlement, Verdict},
};

const ASKED: &str = "WHARF_LANGUAGES";

const TITLE: &str = "Bära 漢字 🎒 Rucksack";

#[test]
fn a_connector_in_typescript_publishes() -> anyhow::Result<()> {
    let tools = [("node", ["--version"]), ("npm", ["--version"])];
    let Some(folder) = workshop("typescript", &tools)? else { return Ok(()) };
    // Without a network it shall end at once.
    let install =
        "install --no-audit --no-fund --prefer-offline --fetch-retries=0 --fetch-timeout=20000".split(' ');
    if !installed(command(&folder, "npm").args(install))? {
        return Ok(());
    }
    succeeds(command(&folder, "npm").args(["run", "build"]))?;
    succeeds(command(&folder, "npm").arg("test"))?;
    let connector = loaded(&folder.path().join("sdk/typescript/build/shop.wasm"))?;
    publishes(&connector)?;
    rejects_what_javascript_would_round(&connector)
}

#[test]
fn a_connector_in_python_publishes() -> anyhow::Result<()> {
    if !asked() {
        say_that_it_was_not_tested(&format!("installing and building takes a minute; {ASKED}=1 asks for it"));
        return Ok(());
    }
    let tools = [("python3", ["--version"])];
    let Some(folder) = workshop("python", &tools)? else { return Ok(()) };
    succeeds(command(&folder, "python3").args(["-m", "venv", ".venv"]))?;
    let environment = folder.path().join("sdk/python/.venv");
    let tool = |name: &str| {
        let mut tool = command(&folder, environment.join("bin").join(name));
        tool.env("VIRTUAL_ENV", &environment);
        tool
    };
    if !installed(tool("pip").args(["install", "--requirement", "requirements.txt"]))? {
        return Ok(());
    }
    let world = ["-d", "../../wit/v1", "-w", "publishing", "componentize"];
    succeeds(tool("componentize-py").args(world).args("-p . -p example shop -o shop.wasm".split(' ')))?;
    publishes(&loaded(&folder.path().join("sdk/python/shop.wasm"))?)
}

fn publishes(connector: &Connector) -> anyhow::Result<()> {
    conformance::quick(connector)?;
    let report = conformance::full(connector);
    ensure!(report.passed(), "{report}");
    let operations = [
        operation(Action::Upsert, "NH-BÄR/24", content(Decimal::new(1_290, 2))),
        operation(Action::Stock, "二", vec![field(2, Content::Quantity(7))]),
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
        field(1, Content::Money(Money { amount: price, currency: "EUR".to_owned() })),
        field(2, Content::Quantity(5_000_000_000)),
        field(3, Content::Images(vec![picture(1), picture(2)])),
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

/// The language's folder and the contract, as they lie in the repository; none without the tools.
fn workshop(language: &'static str, tools: &[(&str, [&str; 1])]) -> anyhow::Result<Option<Workshop>> {
    for (tool, version) in tools {
        if !Command::new(tool).args(version).output().is_ok_and(|output| output.status.success()) {
            ensure!(!asked(), "{ASKED} is set and `{tool}` does not run");
            say_that_it_was_not_tested(&format!("`{tool}` does not run here"));
            return Ok(None);
        }
    }
    let folder = tempfile::tempdir()?;
    for part in ["wit/v1", &format!("sdk/{language}")] {
        copy(&repository().join(part), &folder.path().join(part))?;
    }
    Ok(Some(Workshop { folder, language }))
}

struct Workshop {
    folder: TempDir,
    language: &'static str,
}

impl Workshop {
    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Without what an earlier build left.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    const LEFT: [&str; 4] = ["node_modules", "build", ".venv", "__pycache__"];
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        if LEFT.iter().any(|name| entry.file_name() == *name) {
            continue;
        } else if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn command(workshop: &Workshop, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workshop.path().join("sdk").join(workshop.language));
    command
}

fn succeeds(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(output.status.success(), "{command:?}:\n{}{}", text(&output.stdout), text(&output.stderr));
    Ok(())
}

/// Without a network there is nothing to test, unless somebody asked for it.
fn installed(command: &mut Command) -> anyhow::Result<bool> {
    match succeeds(command) {
        Ok(()) => Ok(true),
        Err(error) if asked() => Err(error),
        Err(_) => {
            say_that_it_was_not_tested(&format!("this does not work here: {command:?}"));
            Ok(false)
        }
    }
}

fn asked() -> bool {
    env::var_os(ASKED).is_some_and(|value| value == "1")
}

#[expect(clippy::print_stderr, reason = "a test that passes without having tested says so")]
fn say_that_it_was_not_tested(why: &str) {
    eprintln!("not tested: {why}");
}
