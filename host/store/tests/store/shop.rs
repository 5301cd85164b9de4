//! A database in a temporary folder, with one channel, and short words for what tests do to it.

use std::path::PathBuf;

use tempfile::TempDir;
use wharf_catalog::{
    Lane, Patch, Problem, Sku, Value,
    declaration::Lanes,
    product::{PricePatch, StockLevel},
    projection::Fingerprint,
};
use wharf_store::{
    Applied, Candidate, ChannelDraft, ChannelState, Delivery, ListingState, Mode, ProductChange, Refusal,
    Selection, Settled, Settlement, Store, StoreSettings, Write,
};

/// Later than every time that these tests write.
pub(crate) const LATER: i64 = i64::MAX;

pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) store: Store,
    pub(crate) channel: i64,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(StoreSettings::default()).await
    }

    pub(crate) async fn with(settings: StoreSettings) -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("wharf.db"), &settings).await.unwrap();
        let channel = store.add_channel(&draft("shop")).await.unwrap();
        store.finish_marking(channel).await.unwrap();
        Self { folder, store, channel }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("wharf.db")
    }

    /// Ends this process's hold on the file and opens it again.
    pub(crate) async fn reopen(self) -> Self {
        self.store.close().await;
        let store = Store::open(&self.path(), &StoreSettings::default()).await.unwrap();
        Self { store, ..self }
    }

    pub(crate) async fn change(&self, changes: Vec<ProductChange>) -> Vec<Result<Applied, Refusal>> {
        self.store.change(changes).await.unwrap()
    }

    /// Makes changes of which none may be refused.
    pub(crate) async fn put(&self, changes: Vec<ProductChange>) -> Vec<Applied> {
        self.change(changes).await.into_iter().map(|outcome| outcome.unwrap()).collect()
    }

    pub(crate) async fn stock(&self, name: &str, location: &str, quantity: i64) -> Result<Applied, Refusal> {
        let level = StockLevel { sku: sku(name), location: location.into(), quantity };
        self.store.set_stock(&[level]).await.unwrap().remove(0)
    }

    pub(crate) async fn delete(&self, name: &str) {
        assert_eq!(self.store.delete(&[sku(name)]).await.unwrap(), [true]);
    }

    pub(crate) async fn due(&self, lane: Lane) -> Vec<Candidate> {
        let selection = Selection::Due { lane, now: LATER };
        self.store.page(self.channel, selection, 0, 1_000).await.unwrap()
    }

    /// Every listing, due or not.
    pub(crate) async fn all(&self) -> Vec<Candidate> {
        self.store.page(self.channel, Selection::All, 0, 1_000).await.unwrap()
    }

    /// The SKUs that are due in a lane.
    pub(crate) async fn due_skus(&self, lane: Lane) -> Vec<String> {
        self.due(lane).await.into_iter().map(|candidate| candidate.sku.to_string()).collect()
    }

    pub(crate) async fn all_due(&self) -> Vec<Candidate> {
        let mut due = self.due(Lane::Stock).await;
        due.extend(self.due(Lane::Price).await);
        due.extend(self.due(Lane::Content).await);
        due
    }

    pub(crate) async fn settle(&self, listings: Vec<Settled>) {
        self.store.settle(self.channel, Settlement { listings, ..Settlement::default() }).await.unwrap();
    }

    /// Has the channel acknowledge everything that is due.
    pub(crate) async fn acknowledge_all(&self) {
        let due = self.all_due().await;
        self.settle(due.iter().map(accepted).collect()).await;
        assert!(self.all_due().await.is_empty());
    }
}

pub(crate) fn draft(name: &str) -> ChannelDraft {
    ChannelDraft {
        name: name.into(),
        connector: "test-channel".into(),
        state: ChannelState::Enabled,
        configuration: "{}".into(),
    }
}

pub(crate) fn sku(name: &str) -> Sku {
    name.parse().unwrap()
}

pub(crate) fn change(name: &str, patch: Patch) -> ProductChange {
    ProductChange { sku: sku(name), patch, mode: Mode::Upsert, stock: Vec::new() }
}

pub(crate) fn titled(name: &str, title: &str) -> ProductChange {
    let attributes = [("title".to_owned(), Some(Value::Text(title.into())))].into();
    change(name, Patch { attributes, ..Patch::default() })
}

pub(crate) fn priced(name: &str, amount: &str) -> ProductChange {
    let price =
        PricePatch { list: "base".into(), currency: "EUR".into(), amount: Some(amount.parse().unwrap()) };
    change(name, Patch { prices: vec![price], ..Patch::default() })
}

pub(crate) fn child(name: &str, parent: &str) -> ProductChange {
    change(name, Patch { parent: Some(Some(sku(parent))), ..Patch::default() })
}

pub(crate) fn model(name: &str, parent: Option<&str>) -> ProductChange {
    change(
        name,
        Patch { model: Some(true), parent: parent.map(|parent| Some(sku(parent))), ..Patch::default() },
    )
}

pub(crate) fn accepted(candidate: &Candidate) -> Settled {
    let delivered =
        Write::Set(Delivery { fingerprint: fingerprint(candidate), revision: candidate.revision });
    Settled { delivered, ..outcome(candidate, ListingState::Accepted) }
}

pub(crate) fn outcome(candidate: &Candidate, state: ListingState) -> Settled {
    Settled {
        product_id: candidate.product_id,
        marked: candidate.marked,
        lanes: Lanes::ALL,
        state,
        delivered: Write::Keep,
        remote_id: Write::Keep,
        note: Write::Keep,
        problems: Some(Vec::new()),
        attempts: candidate.attempts + 1,
        next: None,
        spent: None,
    }
}

pub(crate) fn rejected(candidate: &Candidate, code: &str, field: &str) -> Settled {
    let problems = vec![Problem::error(code, Some(field), format!("{} is wrong", candidate.sku))];
    Settled { problems: Some(problems), ..outcome(candidate, ListingState::Rejected) }
}

/// Stands for the digest of what would be sent: the document and the stock, cut to what fits.
pub(crate) fn fingerprint(candidate: &Candidate) -> Fingerprint {
    let text = format!("{:?}{:?}", candidate.stock, candidate.document);
    let bytes = text.bytes().fold([1_u8; 48], |mut sum, byte| {
        sum.rotate_left(1);
        sum[0] = sum[0].wrapping_mul(31).wrapping_add(byte);
        sum
    });
    Fingerprint::from_bytes(&bytes).unwrap()
}
