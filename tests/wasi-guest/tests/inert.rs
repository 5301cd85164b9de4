//! A component for `wasm32-wasip2` runs in the sandbox, finds nothing outside, and finds the same every time.

use std::{path::Path, process::Command};

use wharf_catalog::{Action, Context, FieldValue, Item, Operation, item::Content};
use wharf_sandbox::{
    Connector, Limits, Sandbox, conformance,
    exchange::{Body, Preparation},
};

const TARGET: &str = "wasm32-wasip2";

/// The component, or none where the target cannot be had.
fn component() -> Option<Vec<u8>> {
    let added = Command::new("rustup").args(["target", "add", TARGET]).output();
    if !added.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The workspace's own folder: what the guest is built with is mostly there already.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--lib", "--target", TARGET, "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo runs this test");
    assert!(built.success(), "the guest does not build");
    Some(std::fs::read(target.join(TARGET).join("release/wasi_guest.wasm")).expect("it was built"))
}

fn connector() -> Option<Connector> {
    let Some(component) = component() else {
        say_that_it_was_not_tested();
        return None;
    };
    let sandbox = Sandbox::new(Limits::default(), None).expect("a sandbox");
    Some(sandbox.load("wasi-guest.wasm", &component).unwrap_or_else(|error| panic!("{error}")))
}

#[expect(clippy::print_stderr, reason = "a test that passes without having tested says so")]
fn say_that_it_was_not_tested() {
    eprintln!("not tested: the Rust target {TARGET} cannot be added here");
}

fn prepare(connector: &Connector, title: &str) -> Preparation {
    let text = |text: &str| text.to_owned();
    let context =
        Context { settings: text("{}"), locale: text("de-DE"), country: text("DE"), currency: text("EUR") };
    let values = vec![FieldValue { field: 0, content: Content::Text(text(title)) }];
    let item = Item { sku: text("a"), group: None, values };
    let operation = Operation {
        action: Action::Upsert,
        item,
        remote_id: None,
        note: None,
        revision: 1,
        attempt: 0,
        as_of: 0,
    };
    connector.prepare(&context, &[operation]).expect("it publishes")
}

#[test]
fn a_connector_for_wasi_finds_no_world_and_the_same_one_each_time() {
    let Some(connector) = connector() else { return };
    let found = prepare(&connector, "look");
    assert_eq!(found, prepare(&connector, "look"), "the same bytes");
    assert!(found.faults.is_empty(), "{}", found.faults[0].error);
    let Body::Bytes(body) = &found.exchanges[0].request.body else { panic!("no bytes") };
    let found: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    for (nothing, expected) in [("variables", 0), ("arguments", 0), ("seconds", 0), ("input", 0)] {
        assert_eq!(found[nothing], expected, "{nothing}");
    }
    assert_eq!(found["slept"], true, "an hour passed at once");
    for refused in ["file", "directory", "connection", "name"] {
        assert_ne!(found[refused], "it worked", "{refused}");
    }

    let breach = conformance::quick(&connector).expect_err("what it finds changes from item to item");
    assert_eq!(breach.point, "order-does-not-matter", "{breach}");

    let exit = prepare(&connector, "exit").faults.remove(0).error.to_string();
    assert!(exit.contains("it called `exit` with"), "{exit}");
}
