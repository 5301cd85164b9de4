//! The house: which room may know which.

use std::{collections::BTreeSet, fs};

use wharf_e2e::components::repository;

/// Every arrow that is allowed, by folder.
const ARROWS: [(&str, &[&str]); 15] = [
    ("host/catalog", &[]),
    ("host/store", &["wharf-catalog"]),
    ("host/sandbox", &["wharf-catalog"]),
    ("host/gateway", &[]),
    ("host/sync", &["wharf-catalog", "wharf-gateway", "wharf-sandbox", "wharf-store"]),
    ("host/server", &["wharf-catalog", "wharf-gateway", "wharf-sandbox", "wharf-store", "wharf-sync"]),
    ("sdk", &[]),
    ("plugins/amazon", &["wharf-sdk"]),
    ("plugins/google-merchant", &["wharf-sdk"]),
    ("plugins/product-feed", &["wharf-sdk"]),
    ("plugins/shopify", &["wharf-sdk"]),
    ("plugins/square", &["wharf-sdk"]),
    ("plugins/supplier-csv", &["wharf-sdk"]),
    ("plugins/vendure", &["wharf-sdk"]),
    // The tests of the connectors use it, so it must not bring the host along.
    ("tests/vendors", &[]),
];

/// Which one crate of the host may name a technology.
const OWNERS: [(&str, &str); 6] = [
    ("wasmtime", "host/sandbox"),
    ("sqlx", "host/store"),
    ("hyper", "host/gateway"),
    ("hyper-util", "host/gateway"),
    ("axum", "host/server"),
    ("wit-bindgen", "sdk"),
];

fn dependencies(folder: &str, kind: &str) -> anyhow::Result<BTreeSet<String>> {
    let manifest: toml::Table = fs::read_to_string(repository().join(folder).join("Cargo.toml"))?.parse()?;
    let names = manifest.get(kind).and_then(toml::Value::as_table);
    Ok(names.into_iter().flat_map(|table| table.keys().cloned()).collect())
}

#[test]
fn arrows_point_one_way() -> anyhow::Result<()> {
    for (folder, allowed) in ARROWS {
        for name in dependencies(folder, "dependencies")?.iter().filter(|name| name.starts_with("wharf-")) {
            assert!(allowed.contains(&name.as_str()), "{folder} must not know {name}");
        }
    }
    Ok(())
}

/// A connector's tests call it natively and hold what it sends against the vendor's contract; whatever needs the host is
/// a test of the whole.
#[test]
fn the_tests_of_connectors_know_no_host() -> anyhow::Result<()> {
    for (folder, _) in ARROWS.iter().filter(|(folder, _)| folder.starts_with("plugins/")) {
        for name in dependencies(folder, "dev-dependencies")?.iter().filter(|name| name.starts_with("wharf-"))
        {
            assert_eq!(name, "wharf-vendors", "the tests of {folder} must not know {name}");
        }
    }
    Ok(())
}

#[test]
fn every_plugin_and_every_room_is_in_the_list() -> anyhow::Result<()> {
    for parent in ["host", "plugins"] {
        for entry in fs::read_dir(repository().join(parent))? {
            let folder = format!("{parent}/{}", entry?.file_name().to_string_lossy());
            assert!(ARROWS.iter().any(|(known, _)| *known == folder), "{folder} has no arrows yet: add them");
        }
    }
    Ok(())
}

#[test]
fn each_outside_technology_has_one_owner() -> anyhow::Result<()> {
    for (folder, _) in ARROWS {
        for (technology, owner) in OWNERS {
            let uses = dependencies(folder, "dependencies")?.contains(technology);
            assert!(!uses || folder == owner, "{folder} names {technology}, which belongs to {owner}");
        }
    }
    Ok(())
}
