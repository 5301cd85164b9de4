//! What comes back: pulls, webhooks and files through a connector, in the sandbox and nothing else around it.

use std::sync::Arc;

use wharf_catalog::{Context, declaration::DigestAlgorithm, inbound::Entry};
use wharf_e2e::components::component;
use wharf_sandbox::{
    ChannelLimits, Connector, Limits, Sandbox, Signer, conformance,
    exchange::Response,
    inbound::{Delivery, Position, Rest, Source},
};

fn reader() -> anyhow::Result<Connector> {
    let sandbox = Sandbox::new(Limits::default(), None)?;
    Ok(sandbox.load("reader.wasm", &component("tests/reader")?)?)
}

fn context() -> Context {
    Context { settings: "{}".into(), locale: "de-DE".into(), country: "DE".into(), currency: "EUR".into() }
}

fn answer(body: &str) -> Response {
    Response { status: 200, headers: Vec::new(), body: body.into() }
}

/// SKU and quantity of each entry.
fn counts(entries: &[Entry]) -> Vec<(String, i64)> {
    let count = |entry: &Entry| match entry {
        Entry::Stock(level) => (level.key.sku.clone().unwrap_or_default(), level.quantity),
        other => panic!("{other:?}"),
    };
    entries.iter().map(count).collect()
}

#[test]
fn the_abilities_are_read_from_the_exports() -> anyhow::Result<()> {
    let reader = reader()?;
    assert_eq!(reader.abilities().names(), ["puller", "receiver", "intake", "fulfiller"]);
    conformance::quick(&reader).map_err(|breach| anyhow::anyhow!("{breach}"))?;
    let error = reader.prepare(&context(), &[]).unwrap_err();
    assert_eq!(error.to_string(), "connector `test-reader` does not export `publisher`");
    Ok(())
}

#[test]
fn a_pull_goes_from_page_to_page_and_leaves_a_cursor() -> anyhow::Result<()> {
    let reader = reader()?;
    let first = reader.request(&context(), 0, &Position::default())?;
    assert_eq!(first.request.target, "/stock?after=");
    let page = reader.digest_page(&context(), 0, &first.memo, &answer("A=1\nB=2\n"))?;
    assert_eq!(counts(&page.entries), [("A".to_owned(), 1), ("B".to_owned(), 2)]);
    let Rest::Checkpoint(cursor, next) = page.rest else { panic!("{:?}", page.rest) };
    assert_eq!((cursor.as_slice(), next.request.target.as_str()), (&b"B"[..], "/stock?after=B"));

    let end = reader.digest_page(&context(), 0, &next.memo, &answer(""))?;
    assert_eq!(end.rest, Rest::End { cursor: Some(b"B".to_vec()), complete: true });
    let again = Position { cursor: Some(cursor), ..Position::default() };
    assert_eq!(reader.request(&context(), 0, &again)?.request, next.request);

    let outage = Response { status: 503, ..answer("") };
    assert!(matches!(reader.digest_page(&context(), 0, b"", &outage)?.rest, Rest::Retry { .. }));
    Ok(())
}

/// Knows one secret, whose code is the data itself.
struct Echo;

impl Signer for Echo {
    fn sign(&self, _: &str, _: DigestAlgorithm, data: &[u8]) -> Result<Vec<u8>, String> {
        Ok(data.to_vec())
    }

    fn verify(&self, secret: &str, _: DigestAlgorithm, data: &[u8], code: &[u8]) -> Result<bool, String> {
        assert_eq!(secret, "webhook_key", "the name that the settings give it");
        Ok(data == code)
    }
}

#[test]
fn a_webhook_is_checked_with_a_secret_that_the_connector_never_sees() -> anyhow::Result<()> {
    let reader = reader()?;
    let trusted = reader.for_channel(&ChannelLimits::default(), Some(Arc::new(Echo)));
    let delivery = |code: &str| Delivery {
        method: "POST".into(),
        target: "/".into(),
        headers: vec![("X-Signature".into(), code.into()), ("cookie".into(), "not for it".into())],
        body: "A=7".into(),
    };
    let genuine = delivery("413d37");
    assert_eq!(counts(&trusted.receive(&context(), &genuine)?.entries), [("A".to_owned(), 7)]);
    let forged = trusted.receive(&context(), &delivery("00"))?;
    assert_eq!((forged.entries.len(), forged.reply.map(|reply| reply.status)), (0, Some(401)));
    let without = reader.receive(&context(), &genuine)?;
    assert_eq!(without.reply.map(|reply| reply.status), Some(500), "no channel, no secret");
    Ok(())
}

#[test]
fn a_file_is_read_alike_in_chunks_of_any_size() -> anyhow::Result<()> {
    let reader = reader()?;
    let file = b"A=1\nB=22\nC=333";
    let expected = [("A".to_owned(), 1), ("B".to_owned(), 22), ("C".to_owned(), 333)];
    for size in [1, 2, 5, file.len()] {
        let (mut state, mut found) = (Vec::new(), Vec::new());
        let chunks: Vec<_> = file.chunks(size).collect();
        for (number, chunk) in chunks.iter().enumerate() {
            let last = number + 1 == chunks.len();
            let progress = reader.parse(&context(), &Source::default(), &state, chunk, last)?;
            state = progress.state;
            found.extend(counts(&progress.entries));
        }
        assert_eq!(found, expected, "in chunks of {size}");
    }
    Ok(())
}

#[test]
fn a_probe_is_a_request_like_any_other() -> anyhow::Result<()> {
    let reader = reader()?;
    let probe = reader.probe(&context())?.expect("it has one");
    assert_eq!(probe.target, "/stock");
    assert!(reader.probed(&context(), &answer(""))?.is_empty());
    let refused = Response { status: 403, ..answer("") };
    assert!(reader.probed(&context(), &refused)?[0].is_error());
    Ok(())
}
