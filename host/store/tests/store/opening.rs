//! Opening the file: what is kept, what is shared, what is refused.

use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;
use wharf_store::{Store, StoreError, StoreSettings};

use crate::shop::{Shop, titled};

#[tokio::test]
async fn folders_are_created_and_what_was_committed_is_found_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a/b/wharf.db");
    let store = Store::open(&path, &StoreSettings::default()).await.unwrap();
    store.change(vec![titled("A", "Tent")]).await.unwrap();
    store.close().await;
    let store = Store::open(&path, &StoreSettings::default()).await.unwrap();
    assert_eq!(store.product_count().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_may_write_to_one_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wharf.db");
    let settings = StoreSettings::default();
    let (server, tool) = tokio::join!(Store::open(&path, &settings), Store::open(&path, &settings));
    let (server, tool) = (server.unwrap(), tool.unwrap());
    let write = async |store: &Store, name: &str| {
        for number in 0..20 {
            store.change(vec![titled(&format!("{name}-{number}"), "Tent")]).await.unwrap();
        }
    };
    tokio::join!(write(&server, "server"), write(&tool, "tool"));
    assert_eq!(server.product_count().await.unwrap(), 40);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wharf.db");
    Store::open(&path, &StoreSettings::default()).await.unwrap().close().await;
    let mut raw = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("INSERT INTO _sqlx_migrations SELECT 9999, 'future', installed_on, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1")
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();
    let error = Store::open(&path, &StoreSettings::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { version: 9999, .. }), "{error}");
    assert!(error.to_string().contains("newer Wharf"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wharf.db");
    std::fs::write(&path, "this is a letter to my aunt, and it is longer than a header").unwrap();
    let error = Store::open(&path, &StoreSettings::default()).await.unwrap_err();
    assert!(error.to_string().contains("wharf.db"), "{error}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("this is a letter"));
}

#[tokio::test]
async fn a_damaged_document_is_named_by_its_sku() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent"), titled("B", "Stove")]).await;
    let mut raw = SqliteConnection::connect(&format!("sqlite://{}", shop.path().display())).await.unwrap();
    sqlx::query("UPDATE products SET document = '{' WHERE sku = 'B'").execute(&mut raw).await.unwrap();
    let page = shop.due(wharf_catalog::Lane::Content).await;
    assert!(page[0].product().is_ok());
    let error = page[1].product().unwrap_err();
    assert!(matches!(&error, StoreError::Document { sku, .. } if sku == "B"), "{error}");
}
