//! What can go wrong with the database itself. A bad product is no error but a [`crate::Refusal`].

use std::{io, path::PathBuf};

use sqlx::migrate::MigrateError;

use crate::database;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error("cannot create the folder {path} for the database; check that it may be written")]
    Folder { path: PathBuf, source: io::Error },
    #[error("cannot open the database {path}; check that it is a Wharf database and may be written")]
    Open { path: PathBuf, source: sqlx::Error },
    #[error(
        "the database {path} was made by a newer Wharf (it has migration {version}); run that version, or restore a backup"
    )]
    Newer { path: PathBuf, version: i64 },
    #[error("cannot bring the database {path} to this version's tables")]
    Migrate { path: PathBuf, source: MigrateError },
    #[error("{doing}: the database was kept locked for too long; try again or raise busy-timeout-ms")]
    Busy { doing: &'static str, source: sqlx::Error },
    #[error("{doing}: the database refused")]
    Query { doing: &'static str, source: sqlx::Error },
    #[error("the stored document of product {sku} is damaged; import the product again")]
    Document { sku: String, source: serde_json::Error },
    #[error("the stored {what} {value:?} is none that this version knows")]
    Damaged { what: &'static str, value: String },
    #[error("the name {name:?} is taken by another {kind}; choose a different one")]
    NameTaken { kind: &'static str, name: String },
    #[error("there is no channel with the id {0}")]
    UnknownChannel(i64),
}

/// Names what was being done when the database refused.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| {
            if database::is_busy(&source) {
                StoreError::Busy { doing, source }
            } else {
                StoreError::Query { doing, source }
            }
        })
    }
}
