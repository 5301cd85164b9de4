//! A partner's way with the binary alone: a new connector, its tests, its package, its output on a channel.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_e2e::{
    binary,
    components::{component, repository},
};

/// What `wharf connector new` makes, built once: it needs no changes to be tried.
static NEW: LazyLock<Made> = LazyLock::new(|| Made::new().expect("a new connector is made and builds"));

struct Made {
    folder: PathBuf,
    component: PathBuf,
}

impl Made {
    /// In a place that stays, so that its second build is a short one.
    fn new() -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("partner");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let made = Self { component: folder.join("corner_shop.wasm"), folder };
        let (shop, folder) = (text(&made.shop()), text(&made.folder));
        run(&made.folder, &["connector", "new", "corner-shop", "--output", &shop])?;
        run(&made.folder, &["connector", "build", &shop, "--output", &folder])?;
        Ok(made)
    }

    fn shop(&self) -> PathBuf {
        self.folder.join("corner-shop")
    }

    /// The component in a folder of its own, with the template's case.
    fn beside_its_case(&self) -> anyhow::Result<(TempDir, PathBuf)> {
        let folder = tempfile::tempdir()?;
        fs::copy(&self.component, folder.path().join("shop.wasm"))?;
        fs::create_dir(folder.path().join("cases"))?;
        let case = folder.path().join("cases/upsert.json");
        fs::copy(self.shop().join("cases/upsert.json"), &case)?;
        Ok((folder, case))
    }
}

/// The folder of the new connector in Rust.
pub(crate) fn new_connector() -> PathBuf {
    NEW.shop()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Compiles into the folder of this checkout, where most of what a connector needs lies already.
fn wharf(folder: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(binary::wharf()?);
    command.env("CARGO_TARGET_DIR", repository().canonicalize()?.join("target"));
    Ok(command.arg("--data").arg(folder.join("data")).args(arguments).output()?)
}

fn run(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = wharf(folder, arguments)?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "{arguments:?}: {}{said}",
        String::from_utf8_lossy(&output.stdout)
    );
    Ok(String::from_utf8(output.stdout)?)
}

fn edit(file: &Path, change: impl FnOnce(&mut Value)) -> anyhow::Result<()> {
    let mut value = serde_json::from_str(&fs::read_to_string(file)?)?;
    change(&mut value);
    Ok(fs::write(file, value.to_string())?)
}

#[test]
fn a_new_connector_passes_everything_at_once() -> anyhow::Result<()> {
    let shop = text(&NEW.shop());
    let tested: Value = serde_json::from_str(&run(&NEW.folder, &["--json", "connector", "test", &shop])?)?;
    assert_eq!(tested["passed"], true, "{tested}");
    assert_eq!(tested["conformance"]["connector"], "corner-shop");
    assert!(tested["cases"].as_array().is_some_and(|cases| !cases.is_empty()), "{tested}");
    Ok(())
}

#[test]
fn a_new_connectors_own_tests_pass_without_a_host() -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tested = Command::new(cargo)
        .args(["test", "-q", "--manifest-path"])
        .arg(NEW.shop().join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", repository().canonicalize()?.join("target"))
        .output()?;
    let said = String::from_utf8_lossy(&tested.stdout);
    assert!(tested.status.success() && said.contains("6 passed"), "{said}{:?}", tested.stderr);
    Ok(())
}

#[test]
fn a_name_or_a_folder_that_cannot_be_taken_is_refused() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for (name, word) in [("Corner", "small letters"), ("match", "means something to Rust")] {
        let output =
            wharf(folder.path(), &["connector", "new", name, "--output", &text(&folder.path().join("x"))])?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(word), "{said}");
    }
    let output = wharf(folder.path(), &["connector", "new", "shop", "--output", &text(&NEW.shop())])?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("not empty"), "{said}");
    Ok(())
}

#[test]
fn a_case_that_expects_something_else_fails_by_place_and_is_blessed() -> anyhow::Result<()> {
    let (folder, case) = NEW.beside_its_case()?;
    let file = text(&folder.path().join("shop.wasm"));
    edit(&case, |case| {
        case["exchanges"][0]["request"]["json"]["price"]["amount"] = "129.9".into();
        case["exchanges"][0]["response"] = json!({"status": 422, "json": {"error": "No tables."}});
    })?;
    let failed = wharf(folder.path(), &["connector", "test", &file])?;
    let said = String::from_utf8_lossy(&failed.stdout).into_owned();
    assert_eq!(failed.status.code(), Some(1), "{said}");
    for part in [
        "FAILED",
        "exchanges[0].request.json.price.amount",
        "expected  \"129.9\"",
        "seen      \"129.90\"",
        "outcomes.OAK-1.verdict",
        "1 case, 1 failed",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(run(folder.path(), &["connector", "test", &file, "--bless"])?.contains("blessed"));
    let blessed: Value = serde_json::from_str(&fs::read_to_string(&case)?)?;
    let outcome = &blessed["outcomes"]["OAK-1"];
    assert_eq!(
        (&outcome["verdict"], &outcome["problems"][0]["code"]),
        (&json!("rejected"), &json!("refused"))
    );
    assert!(run(folder.path(), &["connector", "test", &file])?.contains("1 case, 0 failed"));
    Ok(())
}

#[test]
fn a_case_that_cannot_be_played_says_why() -> anyhow::Result<()> {
    let (folder, case) = NEW.beside_its_case()?;
    let file = text(&folder.path().join("shop.wasm"));
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 4] = [
        ("no field `colour`", |case| case["operations"][0]["values"]["colour"] = "red".into()),
        ("`\"129.90 EUR\"`", |case| case["operations"][0]["values"]["price"] = 129.9.into()),
        ("unknown field `answer`", |case| case["exchanges"][0]["answer"] = json!({})),
        ("exactly one of them", |case| case["operations"] = json!([])),
    ];
    let whole = fs::read(&case)?;
    for (word, change) in cases {
        fs::write(&case, &whole)?;
        edit(&case, change)?;
        let output = wharf(folder.path(), &["connector", "test", &file])?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(word), "{word} in {said}");
    }
    Ok(())
}

/// Another connector beside one case; what became of the case.
struct Beside {
    folder: TempDir,
    case: PathBuf,
}

impl Beside {
    fn of(connector: &str, case: &Value) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("it.wasm"), component(connector)?)?;
        fs::create_dir(folder.path().join("cases"))?;
        let file = folder.path().join("cases/case.json");
        fs::write(&file, case.to_string())?;
        Ok(Self { folder, case: file })
    }

    /// Blesses the case, and reads it.
    fn blessed(&self) -> anyhow::Result<Value> {
        let file = text(&self.folder.path().join("it.wasm"));
        let tested = wharf(self.folder.path(), &["--json", "connector", "test", &file, "--bless"])?;
        let tested: Value = serde_json::from_slice(&tested.stdout)?;
        anyhow::ensure!(tested["cases"][0]["passed"] == true, "{}", tested["cases"]);
        Ok(serde_json::from_str(&fs::read_to_string(&self.case)?)?)
    }
}

#[test]
fn a_chain_of_steps_is_blessed_answer_by_answer() -> anyhow::Result<()> {
    let item =
        |sku: &str| json!({"action": "upsert", "sku": sku, "values": {"title": sku, "price": "1.00 EUR"}});
    let beside = Beside::of(
        "tests/bulk",
        &json!({
            "about": "A batch is submitted as a job and polled.",
            "channel": {
                "settings": {"job": true, "poll_ms": 50}, "locale": "de-DE", "country": "DE", "currency": "EUR",
            },
            "operations": [item("A"), item("B")],
        }),
    )?;
    let case = beside.blessed()?;
    assert_eq!(case["exchanges"].as_array().map(Vec::len), Some(1));
    assert_eq!((&case["exchanges"][0]["covers"], &case["outcomes"]), (&json!(["A", "B"]), &Value::Null));
    edit(&beside.case, |case| {
        case["exchanges"][0]["response"] = json!({"status": 202, "json": {"job": "j/1"}});
    })?;
    let case = beside.blessed()?;
    assert_eq!(case["exchanges"][1]["request"]["target"], "/bulk/jobs/j%2F1");
    assert_eq!(case["exchanges"][1]["delay-ms"], 50);
    edit(&beside.case, |case| case["exchanges"][1]["response"] = json!({"status": 404}))?;
    let case = beside.blessed()?;
    for sku in ["A", "B"] {
        let outcome = &case["outcomes"][sku];
        assert_eq!(
            (&outcome["verdict"], &outcome["problems"][0]["code"]),
            (&json!("retry"), &json!("job-lost"))
        );
    }
    Ok(())
}

#[test]
fn a_feeds_case_holds_its_file() -> anyhow::Result<()> {
    let beside = Beside::of(
        "plugins/product-feed",
        &json!({
            "about": "One row, as CSV, and one item that lacks nearly everything.",
            "channel": {"settings": {"format": "csv"}, "locale": "en-US", "country": "US", "currency": "USD"},
            "items": [
                {"sku": "OAK-1", "values": {
                    "title": "Oak table",
                    "description": "Solid oak.",
                    "link": "https://shop.example/oak",
                    "image_link": ["https://shop.example/oak.jpg"],
                    "availability": 4,
                    "price": "129.90 USD",
                    "brand": "Lux",
                    "condition": "new",
                }},
                {"sku": "OAK-2", "values": {"title": "Oak chair"}},
            ],
        }),
    )?;
    let case = beside.blessed()?;
    let file = case["file"]["text"].as_str().unwrap_or_default();
    assert!(file.contains("OAK-1,Oak table,Solid oak.") && !file.contains("OAK-2"), "{case}");
    let verdict = |sku: &str| case["outcomes"][sku]["verdict"].clone();
    assert_eq!((verdict("OAK-1"), verdict("OAK-2")), (json!("listed"), json!("rejected")));
    Ok(())
}

#[test]
fn what_a_new_connector_would_send_is_shown_on_a_channel() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let sample = |file: &str| text(&NEW.shop().join("sample").join(file));
    run(folder.path(), &["connector", "install", &text(&NEW.component)])?;
    run(folder.path(), &["import", &sample("products.jsonl")])?;
    let token = folder.path().join("token");
    fs::write(&token, "the-shops-token")?;
    run(folder.path(), &["secret", "set", "corner-shop", "--from-file", &text(&token)])?;
    run(folder.path(), &["channel", "add", "corner-shop", "--file", &sample("channel.toml")])?;
    let shown = run(folder.path(), &["sync", "--dry-run"])?;
    assert!(shown.contains("/shops/corner/items/OAK-1") && shown.contains("129.90"), "{shown}");
    Ok(())
}

#[test]
fn a_package_carries_its_signature_to_whoever_trusts_the_key() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let key = text(&folder.path().join("key"));
    let made = binary::json(folder.path(), &["connector", "keygen", "--out", &key])?;
    let public = made["public"].as_str().unwrap_or_default();
    let pack = |arguments: &[&str]| {
        let shop = text(&NEW.shop());
        let output = text(folder.path());
        run(folder.path(), &[&["connector", "pack", &shop, "--output", &output], arguments].concat())
    };
    pack(&[])?;
    let package = folder.path().join("corner-shop-0.1.0.wharf");
    let data = folder.path().join("data");
    fs::create_dir_all(&data)?;
    fs::write(data.join("wharf.toml"), format!("[connectors]\nkeys = [\"corner:{public}\"]"))?;
    let refused = wharf(folder.path(), &["connector", "install", &text(&package)])?;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not signed"), "{refused:?}");

    pack(&["--key", &key])?;
    let installed = run(folder.path(), &["connector", "install", &text(&package)])?;
    assert!(
        installed.contains("corner-shop 0.1.0 installed") && installed.contains("serving"),
        "{installed}"
    );
    let served = fs::read(data.join("connectors/corner-shop.wasm"))?;
    assert_eq!(served, fs::read(&NEW.component)?, "what serves is the component that was signed");
    assert!(run(folder.path(), &["connector", "check", &text(&package)])?.contains("package    signed"));

    let mut bytes = fs::read(&package)?;
    bytes.push(0);
    fs::write(&package, bytes)?;
    let refused = wharf(folder.path(), &["connector", "install", &text(&package)])?;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("damaged"), "{refused:?}");
    Ok(())
}
