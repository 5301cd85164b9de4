//! `wharf delete`: products leave the catalog, and with the next sync every channel.

use clap::Args;
use serde_json::json;
use wharf_catalog::Sku;

use super::{Outcome, Session, wake};
use crate::output::counted;

#[derive(Debug, Args)]
pub(super) struct Delete {
    #[arg(required = true, value_name = "SKU")]
    skus: Vec<Sku>,
}

impl Delete {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let site = session.existing_site().await?;
        let found = site.store.delete(&self.skus).await?;
        let (deleted, unknown): (Vec<_>, Vec<_>) = self.skus.iter().zip(found).partition(|(_, found)| *found);
        let names = |pairs: &[(&Sku, bool)]| pairs.iter().map(|(sku, _)| sku.to_string()).collect::<Vec<_>>();
        if !deleted.is_empty() {
            wake(&site.directory, session.output);
        }
        for (sku, _) in &unknown {
            session.output.note(format_args!("there is no product with the SKU {sku}"));
        }
        let value = json!({"deleted": names(&deleted), "unknown": names(&unknown)});
        session.output.either(&value, || format!("{} deleted", counted(deleted.len() as u64, "product")))?;
        Ok(Outcome::refused_if(!unknown.is_empty()))
    }
}
