//! Changing products and stock: what is written, what is refused, what is left alone.

use wharf_catalog::Patch;
use wharf_store::{Effect, Mode, ProductChange, ProductFilter, Refusal, StoreSettings};

use crate::shop::{Shop, change, child, model, priced, sku, titled};

#[tokio::test]
async fn a_product_comes_back_as_it_was_put_in() {
    let shop = Shop::open().await;
    let applied = shop.put(vec![titled("A", "Tent"), priced("A", "12.90")]).await;
    assert_eq!((applied[0].effect, applied[0].revision), (Effect::Created, 1));
    assert_eq!((applied[1].effect, applied[1].revision), (Effect::Updated, 2));
    let record = shop.store.product("A").await.unwrap().unwrap();
    assert_eq!((record.id, record.revision), (applied[0].id, 2));
    assert_eq!(record.product.prices[0].amount, "12.90".parse().unwrap());
    assert_eq!(shop.store.product("B").await.unwrap(), None);
}

#[tokio::test]
async fn the_same_again_changes_nothing_and_is_not_due() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent"), priced("A", "12.90")]).await;
    shop.acknowledge_all().await;
    let applied = shop.put(vec![titled("A", "Tent"), priced("A", "12.90")]).await;
    assert!(applied.iter().all(|applied| applied.effect == Effect::Unchanged && applied.revision == 2));
    assert!(shop.all_due().await.is_empty());
}

#[tokio::test]
async fn a_refused_change_leaves_the_rest_of_the_batch() {
    let shop = Shop::with(StoreSettings { maximum_document_bytes: 400, ..StoreSettings::default() }).await;
    shop.put(vec![titled("A", "Tent")]).await;
    let with = |mode, change| ProductChange { mode, ..change };
    let nameless = ProductChange { stock: vec![(String::new(), 1)], ..titled("E", "Stove") };
    let outcomes = shop
        .change(vec![
            with(Mode::Create, titled("A", "Other")),
            with(Mode::Update, titled("B", "Other")),
            titled("A", &"long".repeat(100)),
            titled("C", &"long".repeat(100)),
            nameless,
            titled("D", "Stove"),
        ])
        .await;
    assert_eq!(outcomes[0], Err(Refusal::Exists(sku("A"))));
    assert_eq!(outcomes[1], Err(Refusal::Unknown(sku("B"))));
    assert!(matches!(&outcomes[2], Err(Refusal::TooLarge { maximum: 400, .. })));
    assert!(matches!(&outcomes[3], Err(Refusal::TooLarge { .. })));
    assert_eq!(outcomes[4], Err(Refusal::Location(sku("E"))));
    assert_eq!(outcomes[5].as_ref().unwrap().effect, Effect::Created);
    let names: Vec<_> = list(&shop, &ProductFilter::default()).await;
    assert_eq!(names, ["A", "D"]);
    assert_eq!(shop.put(vec![titled("A", "Tent")]).await[0].effect, Effect::Unchanged);
}

#[tokio::test]
async fn a_batch_acts_as_its_changes_one_after_the_other() {
    let shop = Shop::open().await;
    let update = ProductChange { mode: Mode::Update, ..titled("A", "Stove") };
    let create = ProductChange { mode: Mode::Create, ..titled("A", "Lamp") };
    let outcomes = shop.change(vec![titled("A", "Tent"), update, create, titled("A", "Stove")]).await;
    let effects: Vec<_> =
        outcomes.iter().map(|outcome| outcome.as_ref().map(|applied| applied.effect)).collect();
    let exists = Refusal::Exists(sku("A"));
    assert_eq!(effects, [Ok(Effect::Created), Ok(Effect::Updated), Err(&exists), Ok(Effect::Unchanged)]);
    assert_eq!(shop.store.product("A").await.unwrap().unwrap().revision, 2);
}

#[tokio::test]
async fn no_product_becomes_its_own_ancestor() {
    let shop = Shop::open().await;
    shop.put(vec![model("root", None), model("middle", Some("root")), child("leaf", "middle")]).await;
    let refusal = |name: &str, parent: &str| Err(Refusal::Cycle { sku: sku(name), parent: sku(parent) });
    assert_eq!(shop.change(vec![child("root", "leaf")]).await, [refusal("root", "leaf")]);
    assert_eq!(shop.change(vec![child("leaf", "leaf")]).await, [refusal("leaf", "leaf")]);
    let free = change("middle", Patch { parent: Some(None), ..Patch::default() });
    shop.put(vec![free, child("root", "leaf")]).await;
    assert_eq!(shop.change(vec![child("middle", "root")]).await, [refusal("middle", "root")]);
    let outcomes = shop.change(vec![child("x", "y"), child("y", "z"), child("z", "x")]).await;
    assert_eq!(outcomes[2], refusal("z", "x"));
}

#[tokio::test]
async fn a_deleted_product_can_come_back_as_a_new_one() {
    let shop = Shop::open().await;
    let first = shop.put(vec![titled("A", "Tent")]).await;
    shop.stock("A", "berlin", 3).await.unwrap();
    shop.delete("A").await;
    assert_eq!(shop.store.product("A").await.unwrap(), None);
    assert_eq!(shop.store.product_count().await.unwrap(), 0);
    assert_eq!(shop.store.delete(&[sku("A"), sku("B")]).await.unwrap(), [false, false]);
    let again = shop.put(vec![priced("A", "5")]).await;
    assert_eq!((again[0].id, again[0].revision, again[0].effect), (first[0].id, 3, Effect::Created));
    let product = shop.store.product("A").await.unwrap().unwrap().product;
    assert!(product.attributes.is_empty(), "the deleted title has come back");
    assert!(shop.store.stock_of("A").await.unwrap().is_empty());
}

#[tokio::test]
async fn stock_is_set_by_location_and_only_for_known_products() {
    let shop = Shop::open().await;
    let with_stock =
        ProductChange { stock: vec![("wien".into(), 4), ("berlin".into(), 1)], ..titled("A", "Tent") };
    shop.put(vec![with_stock.clone()]).await;
    assert_eq!(shop.put(vec![with_stock]).await[0].effect, Effect::Unchanged);
    assert_eq!(shop.stock("A", "berlin", -2).await.unwrap().effect, Effect::Updated);
    assert_eq!(shop.stock("A", "berlin", -2).await.unwrap().effect, Effect::Unchanged);
    assert_eq!(shop.stock("B", "berlin", 1).await, Err(Refusal::Unknown(sku("B"))));
    assert_eq!(shop.store.stock_of("A").await.unwrap(), [("berlin".to_owned(), -2), ("wien".to_owned(), 4)]);
    let only_stock = ProductChange { stock: vec![("wien".into(), 5)], ..titled("A", "Tent") };
    assert_eq!(shop.put(vec![only_stock]).await[0].effect, Effect::Updated);
}

#[tokio::test]
async fn products_are_listed_by_sku_page_by_page() {
    let shop = Shop::open().await;
    shop.put(vec![
        child("B-2", "M"),
        titled("A-1", "a"),
        model("M", None),
        titled("B-1", "b"),
        titled("Z", "z"),
    ])
    .await;
    shop.delete("Z").await;
    let all = ProductFilter::default();
    assert_eq!(list(&shop, &all).await, ["A-1", "B-1", "B-2", "M"]);
    let page = shop.store.products(Some(&sku("A-1")), 2, &all).await.unwrap();
    assert_eq!(page.iter().map(|record| record.product.sku.as_str()).collect::<Vec<_>>(), ["B-1", "B-2"]);
    let prefix = ProductFilter { sku_prefix: Some("B-".into()), ..ProductFilter::default() };
    assert_eq!(list(&shop, &prefix).await, ["B-1", "B-2"]);
    let children = ProductFilter { parent: Some(sku("M")), ..ProductFilter::default() };
    assert_eq!(list(&shop, &children).await, ["B-2"]);
    let future = ProductFilter { updated_since: Some(i64::MAX), ..ProductFilter::default() };
    assert!(list(&shop, &future).await.is_empty());
}

#[tokio::test]
async fn a_batch_larger_than_every_portion_goes_in_whole() {
    let shop = Shop::open().await;
    let names: Vec<String> = (0..1_337).map(|number| format!("S-{number:05}")).collect();
    shop.put(names.iter().map(|name| titled(name, "Tent")).collect()).await;
    let applied = shop.put(names.iter().map(|name| priced(name, "3")).collect()).await;
    assert!(applied.iter().all(|applied| applied.effect == Effect::Updated && applied.revision == 2));
    assert_eq!(shop.store.product_count().await.unwrap(), 1_337);
    assert_eq!(shop.store.product("S-01336").await.unwrap().unwrap().product.prices.len(), 1);
}

async fn list(shop: &Shop, filter: &ProductFilter) -> Vec<String> {
    let records = shop.store.products(None, 100, filter).await.unwrap();
    records.into_iter().map(|record| record.product.sku.to_string()).collect()
}
