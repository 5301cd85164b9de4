//! Connectors written by hand in WebAssembly text, so that they can misbehave in ways no toolchain produces.

use wharf_catalog::{Action, Context, Item, Operation};
use wharf_sandbox::{
    Connector, LoadError, Sandbox,
    exchange::{Answer, Response},
};

/// Where the description lies in the connector's memory.
const DESCRIPTION: usize = 1024;

/// A connector that works, except for what a test changes about it.
#[derive(Debug, Clone)]
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    /// Instructions that run on a SKU or response body that begins with `X`.
    pub(crate) poison: &'static str,
    /// Instructions that run in `describe`.
    pub(crate) describe: &'static str,
    /// Further definitions of the core module.
    pub(crate) extra: &'static str,
    /// Further imports of the component.
    pub(crate) import: &'static str,
    /// How many operations `prepare` forgets to cover.
    pub(crate) lost: u32,
    pub(crate) exports: &'static [(&'static str, &'static [&'static str])],
    /// Whether it declares that it takes stock and prices alone.
    pub(crate) alone: bool,
    /// Instructions at the beginning of `prepare`, with `$operations` and `$count`.
    pub(crate) prepare: &'static str,
    /// Instructions at the beginning of `settle`, with `$answers` and `$count`.
    pub(crate) settle: &'static str,
    /// Instructions in the functions of the feed; `rows` has `$items` and `$count`.
    pub(crate) head: &'static str,
    pub(crate) rows: &'static str,
    pub(crate) tail: &'static str,
}

pub(crate) const CONNECTOR: (&str, &[&str]) = ("connector", &["describe"]);
pub(crate) const PUBLISHER: (&str, &[&str]) = ("publisher", &["prepare", "settle"]);
pub(crate) const FEED: (&str, &[&str]) = ("feed", &["head", "rows", "tail"]);

impl Default for Hostile {
    fn default() -> Self {
        Self {
            name: "hostile",
            poison: "unreachable",
            describe: "",
            extra: "",
            import: "",
            lost: 0,
            exports: &[CONNECTOR, PUBLISHER],
            alone: false,
            prepare: "",
            settle: "",
            head: "",
            rows: "",
            tail: "",
        }
    }
}

impl Hostile {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let core = include_str!("core.wat")
            .replace("\"DESCRIPTION\"", &literal(&description(self.name, self.alone)))
            .replace("EXTRA", self.extra)
            .replace("POISON", self.poison)
            .replace("DESCRIBE", self.describe)
            .replace("LOST", &self.lost.to_string())
            .replace("PREPARE", self.prepare)
            .replace("SETTLE", self.settle)
            .replace("HEAD", self.head)
            .replace("ROWS", self.rows)
            .replace("TAIL", self.tail);
        let text = include_str!("component.wat")
            .replace("IMPORT", self.import)
            .replace("TYPES", include_str!("types.wat"))
            .replace("CORE", &core)
            .replace("EXPORTS", &exports(self.exports));
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn load(&self, sandbox: &Sandbox) -> Result<Connector, LoadError> {
        sandbox.load("hostile.wasm", &self.bytes())
    }
}

/// Each interface as an instance that exports every type by name, as validation asks for.
fn exports(interfaces: &[(&str, &[&str])]) -> String {
    let types: String = include_str!("types.wat")
        .lines()
        .filter_map(|line| line.strip_prefix("(type $")?.split([' ', '(']).next())
        .map(|name| format!("(export \"{name}\" (type ${name}))\n"))
        .collect();
    let mut text = String::new();
    for (interface, functions) in interfaces {
        let functions: String =
            functions.iter().map(|name| format!("(export \"{name}\" (func ${name}))")).collect();
        text += &format!(
            "(instance ${interface} {types} {functions})\n\
             (export \"wharf:connector/{interface}@0.1.0\" (instance ${interface}))\n"
        );
    }
    text
}

/// The record `description` as the canonical ABI lays it out, with one endpoint that takes POST.
fn description(name: &str, alone: bool) -> Vec<u8> {
    let mut record = Layout { fixed: Vec::new(), texts: Vec::new(), texts_at: DESCRIPTION + 92 + 32 };
    for text in [name, "1.0.0", "A connector that tests misuse"] {
        record.text(text);
    }
    record.list(0, 0);
    record.text("{}");
    record.words(&[0, 0, 0]);
    record.list(DESCRIPTION + 92, 1);
    record.list(0, 0);
    record.words(&[1, if alone { 0x0101 } else { 0 }, 1_000, 0, 0, 0]);
    record.text("api");
    record.text("https://api.example");
    record.text("\u{1}");
    record.list(0, 0);
    assert_eq!(record.fixed.len(), 92 + 32);
    [record.fixed, record.texts].concat()
}

struct Layout {
    fixed: Vec<u8>,
    texts: Vec<u8>,
    texts_at: usize,
}

impl Layout {
    fn words(&mut self, words: &[u32]) {
        self.fixed.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }

    fn list(&mut self, at: usize, count: usize) {
        self.words(&[u32::try_from(at).unwrap(), u32::try_from(count).unwrap()]);
    }

    fn text(&mut self, text: &str) {
        self.list(self.texts_at + self.texts.len(), text.len());
        self.texts.extend(text.as_bytes());
    }
}

fn literal(bytes: &[u8]) -> String {
    format!("\"{}\"", bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>())
}

pub(crate) fn context() -> Context {
    Context { settings: "{}".into(), locale: "de-DE".into(), country: "DE".into(), currency: "EUR".into() }
}

/// Operations on these SKUs; those that begin with `X` are poison.
pub(crate) fn operations(skus: &[&str]) -> Vec<Operation> {
    let operation = |sku: &&str| Operation {
        action: Action::Upsert,
        item: Item { sku: (*sku).into(), group: None, values: vec![] },
        remote_id: None,
        note: None,
        revision: 1,
        attempt: 0,
        as_of: 0,
    };
    skus.iter().map(operation).collect()
}

/// An answer to an exchange that covers two operations; a body that begins with `X` is poison.
pub(crate) fn answer(body: &str) -> Answer {
    Answer { memo: vec![], covers: 2, response: Response { status: 200, headers: vec![], body: body.into() } }
}
