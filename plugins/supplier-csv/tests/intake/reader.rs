//! A host for one file: hands it over in chunks, and keeps to the contract and the sandbox's usual limits.

use proptest::sample::Index;
use serde_json::Value as Json;
use supplier_csv::SupplierCsv;
pub(crate) use wharf_sdk::testing::context;
use wharf_sdk::{
    Finding, Intake, Problem, Progress, Source,
    inbound::{AttributeValue, Entry, ProductPatch},
};

/// The sandbox's limits `entries` and `state-bytes`, unless the operator says otherwise.
const ENTRIES: usize = 10_000;
const STATE_BYTES: usize = 16 << 20;

/// Everything that a file brought.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Brought {
    pub(crate) entries: Vec<Entry>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) complete: bool,
    pub(crate) failed: Option<Problem>,
    /// The largest state between two calls. Not part of what the file says.
    pub(crate) state_bytes: Largest,
}

/// A figure that equals any other, as it depends on the chunks.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Largest(pub(crate) usize);

impl PartialEq for Largest {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

pub(crate) fn source(file_name: &str, member: &str) -> Source {
    Source { file_name: file_name.into(), media_type: String::new(), member: member.into() }
}

/// A file, or the members of a zip file in their order.
pub(crate) struct File<'a> {
    pub(crate) name: &'a str,
    pub(crate) parts: Vec<(String, Vec<u8>)>,
}

impl<'a> File<'a> {
    pub(crate) fn new(name: &'a str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name, parts: vec![(String::new(), bytes.into())] }
    }

    /// Reads it all, every part cut at these places.
    pub(crate) fn read_cut(&self, settings: &Json, cuts: &[Index]) -> Brought {
        let mut chunks = Vec::new();
        for (member, bytes) in &self.parts {
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            ends.push(bytes.len());
            ends.sort_unstable();
            let starts = std::iter::once(0).chain(ends.iter().copied());
            chunks.extend(starts.zip(&ends).map(|(start, end)| (member.as_str(), &bytes[start..*end])));
        }
        self.read_chunks(settings, &chunks)
    }

    /// Reads it all in chunks of so many bytes.
    pub(crate) fn read_by(&self, settings: &Json, size: usize) -> Brought {
        let parts = self.parts.iter();
        let chunks: Vec<(&str, &[u8])> = parts
            .flat_map(|(member, bytes)| bytes.chunks(size).map(move |chunk| (member.as_str(), chunk)))
            .collect();
        self.read_chunks(settings, &chunks)
    }

    /// Reads it in one go.
    pub(crate) fn read(&self, settings: &Json) -> Brought {
        self.read_by(settings, usize::MAX)
    }

    fn read_chunks(&self, settings: &Json, chunks: &[(&str, &[u8])]) -> Brought {
        let (context, mut brought, mut state) = (context(settings), Brought::default(), Vec::new());
        let chunks = if chunks.is_empty() { &[("", &b""[..])] } else { chunks };
        for (index, (member, chunk)) in chunks.iter().enumerate() {
            let (source, last) = (source(self.name, member), index + 1 == chunks.len());
            let mut chunk = *chunk;
            loop {
                let progress = SupplierCsv::parse(&context, &source, &state, chunk, last);
                let more = progress.more;
                let most = settings["rows_per_call"].as_u64().unwrap_or(ENTRIES as u64);
                assert!(progress.entries.len() as u64 <= most);
                state.clone_from(&progress.state);
                brought.add(progress);
                if brought.failed.is_some() {
                    return brought;
                }
                if !more {
                    break;
                }
                chunk = &[];
            }
        }
        brought
    }
}

impl Brought {
    fn add(&mut self, progress: Progress) {
        assert!(progress.entries.len() <= ENTRIES && progress.findings.len() <= ENTRIES);
        assert!(progress.state.len() <= STATE_BYTES);
        self.state_bytes.0 = self.state_bytes.0.max(progress.state.len());
        self.entries.extend(progress.entries);
        self.findings.extend(progress.findings);
        self.complete |= progress.complete;
        self.failed = progress.failed;
    }

    /// The products, of a file that brings nothing else.
    pub(crate) fn products(&self) -> Vec<&ProductPatch> {
        fn product(entry: &Entry) -> &ProductPatch {
            match entry {
                Entry::Product(patch) => patch,
                other => panic!("no product: {other:?}"),
            }
        }
        self.entries.iter().map(product).collect()
    }

    pub(crate) fn only_product(&self) -> &ProductPatch {
        assert_eq!((&self.findings[..], &self.failed), (&[][..], &None));
        let products = self.products();
        assert_eq!(products.len(), 1);
        products[0]
    }

    /// SKU, location and units of every level.
    pub(crate) fn levels(&self) -> Vec<(&str, &str, i64)> {
        let levels = self.entries.iter().flat_map(|entry| match entry {
            Entry::Stock(level) => std::slice::from_ref(level),
            Entry::Product(patch) => patch.stock.as_slice(),
            other => panic!("no stock: {other:?}"),
        });
        levels
            .map(|level| (level.key.sku.as_deref().unwrap(), level.location.as_str(), level.quantity))
            .collect()
    }

    /// Row, column and rule of every finding.
    pub(crate) fn told(&self) -> Vec<(u64, &str, &str)> {
        let findings = self.findings.iter();
        findings
            .map(|finding| {
                (finding.row, finding.column.as_deref().unwrap_or_default(), finding.problem.code.as_str())
            })
            .collect()
    }

    pub(crate) fn failure(&self) -> (&str, &str) {
        let problem = self.failed.as_ref().expect("the file is refused");
        (&problem.code, &problem.message)
    }
}

/// The text under a code, when it is one.
pub(crate) fn text<'a>(patch: &'a ProductPatch, code: &str) -> Option<&'a str> {
    let attribute = patch.attributes.iter().find(|attribute| attribute.code == code)?;
    match &attribute.value {
        Some(AttributeValue::Text(text)) => Some(text),
        _ => None,
    }
}

/// List, amount and currency of every price.
pub(crate) fn prices(patch: &ProductPatch) -> Vec<(&str, String, &str)> {
    let prices = patch.prices.iter();
    prices
        .map(|it| (it.price_list.as_str(), it.price.amount.to_string(), it.price.currency.as_str()))
        .collect()
}
