//! Which mapping a file is read with: one the operator names, or the one that its kind suggests.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use wharf_catalog::import::ImportMapping;

use crate::output::Output;

/// Mappings that come with Wharf, by name.
const SHIPPED: [(&str, &str); 4] = [
    ("icecat-models", include_str!("../../../assets/mappings/icecat-models.toml")),
    ("icecat-products", include_str!("../../../assets/mappings/icecat-products.toml")),
    ("magento-bags", include_str!("../../../assets/mappings/magento-bags.toml")),
    ("magento-products", include_str!("../../../assets/mappings/magento-products.toml")),
];

/// A CSV file that speaks the catalog's own words.
const PLAIN: &str = r#"
parent = { column = "parent", optional = true }
status = { column = "status", optional = true, true = ["active"], false = ["disabled"] }
family = { column = "family", optional = true }
categories = { column = "categories", optional = true, type = "list" }
[headers]
style = "plain"
"#;

pub(super) const HELP: &str = "\
What the file's columns mean: a TOML file, or the name of a mapping that comes with Wharf: icecat-models, \
icecat-products, magento-bags, magento-products. Left out, a JSON Lines file is read as `wharf export` writes it, \
and in a CSV file `sku`, `parent`, `status`, `family` and `categories` have their own meaning while every other \
column is a text attribute of its name.";

pub(super) fn find(named: Option<&str>, file: &Path, output: Output) -> anyhow::Result<ImportMapping> {
    let Some(name) = named else { return default(file, output) };
    if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
        return parse(text, name);
    }
    let text = match fs::read_to_string(name) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let shipped: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
            bail!("there is no mapping file {name}; mappings that come with Wharf: {}", shipped.join(", "))
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read the mapping {name}")),
    };
    parse(&text, name)
}

fn parse(text: &str, name: &str) -> anyhow::Result<ImportMapping> {
    toml::from_str(text).with_context(|| format!("the mapping {name} cannot be used"))
}

fn default(file: &Path, output: Output) -> anyhow::Result<ImportMapping> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if matches!(extension, "jsonl" | "ndjson") {
        return Ok(ImportMapping::native());
    }
    output.note(
        "no --mapping: every column but sku, parent, status, family and categories is a text attribute",
    );
    parse(PLAIN, "for plain files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mapping_that_comes_with_wharf_can_be_used() {
        for (name, _) in SHIPPED {
            find(Some(name), Path::new("a.csv"), Output::new(false)).unwrap();
            assert!(HELP.contains(name), "{name} is not in the help");
        }
        parse(PLAIN, "plain").unwrap();
    }

    #[test]
    fn a_mapping_that_is_not_there_is_answered_with_those_that_are() {
        let error = find(Some("icecat"), Path::new("a.csv"), Output::new(false)).unwrap_err();
        assert!(error.to_string().contains("icecat-products"), "{error}");
    }
}
