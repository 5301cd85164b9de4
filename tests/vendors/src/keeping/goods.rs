//! Any catalog: products with one variant or a few, whose texts agree or not, with markup that not every channel takes
//! and stock at a place that the channel may not know.

use proptest::prelude::*;

/// Where the channel sells from.
pub const PLACES: [&str; 2] = ["berlin", "hamburg"];

/// Where there is stock, too, of which the channel's settings know nothing.
pub const UNKNOWN_PLACE: &str = "vienna";

/// One variant of the catalog.
#[derive(Debug, Clone)]
pub struct Article {
    pub sku: String,
    pub group: Option<String>,
    pub name: String,
    /// HTML.
    pub description: Option<String>,
    pub cents: i64,
    /// Below [`Article::cents`], or not.
    pub sale_cents: Option<i64>,
    /// At [`PLACES`], in that order.
    pub stock: [i64; 2],
    /// At [`UNKNOWN_PLACE`].
    pub elsewhere: Option<i64>,
}

impl Article {
    /// Units by place.
    pub fn levels(&self) -> Vec<(&'static str, i64)> {
        let elsewhere = self.elsewhere.map(|units| (UNKNOWN_PLACE, units));
        PLACES.into_iter().zip(self.stock).chain(elsewhere).collect()
    }
}

/// A few products. SKUs of one product differ in more than their case, or only in it.
pub fn catalog() -> impl Strategy<Value = Vec<Article>> {
    const SUFFIXES: [&str; 3] = ["ä", "s", "S"];
    let product = prop::collection::vec(article(), 1..=SUFFIXES.len());
    prop::collection::vec((product, any::<bool>()), 1..5).prop_map(|products| {
        let mut catalog = Vec::new();
        for (number, (variants, alike)) in (0..).zip(products) {
            let group = (variants.len() > 1).then(|| format!("G/{number}"));
            let first = variants.first().filter(|_| alike).cloned();
            for (variant, suffix) in variants.into_iter().zip(SUFFIXES) {
                let Article { name, description, .. } = first.clone().unwrap_or_else(|| variant.clone());
                let sku = format!("{number}-{suffix}");
                catalog.push(Article { sku, group: group.clone(), name, description, ..variant });
            }
        }
        catalog
    })
}

fn article() -> impl Strategy<Value = Article> {
    let name = "[A-Z][a-zäß&<\" ]{0,8}[a-z]";
    let html = "(<p>|</p>|<b>x</b>|<blink>|<a href='x' onclick=y>|oak|&amp;|&| |ü|<script>x</script>){0,8}z";
    let stock = [0_i64..500, 0_i64..500];
    (
        name,
        prop::option::of(html),
        0_i64..1_000_000,
        prop::option::of(0_i64..1_000_000),
        stock,
        prop::option::of(1_i64..9),
    )
        .prop_map(|(name, description, cents, sale_cents, stock, elsewhere)| Article {
            sku: String::new(),
            group: None,
            name,
            description,
            cents,
            sale_cents,
            stock,
            elsewhere,
        })
}

/// The one whose texts stand for all variants of the product: the first by SKU.
pub fn shown<'a>(catalog: &'a [Article], article: &'a Article) -> &'a Article {
    let same = |other: &&Article| article.group.is_some() && other.group == article.group;
    catalog.iter().filter(same).min_by_key(|other| &other.sku).unwrap_or(article)
}

/// Text without its blanks, which markup may move.
pub fn words(text: &str) -> String {
    text.split_whitespace().collect()
}
