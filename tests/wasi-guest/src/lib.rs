//! A connector that looks for a world outside, as libraries made for servers do: the test in `tests/` compiles it
//! for `wasm32-wasip2` and shows that it finds none, and the same none in every call.

mod world;

use wharf_sdk::*;

fields! {
    TITLE = Field::text("title").source("name");
}

/// What it prepares for an item is what it found.
#[derive(Debug)]
pub struct WasiGuest;

impl Connector for WasiGuest {
    fn describe() -> Description {
        Description::new("wasi-guest", "0.1.0", "Looks for a world outside the sandbox.")
            .fields(fields())
            .endpoint(Endpoint::new("api", "https://api.example", &[Method::Post]))
            .publishing(Publishing::new(100))
    }
}

/// None are needed.
#[derive(Debug, serde::Deserialize)]
pub struct Settings {}

impl ItemPublisher for WasiGuest {
    type Settings = Settings;

    /// An item titled `exit` ends the process instead.
    fn prepare_one(_: &Context, _: &Settings, operation: Operation<'_>) -> Result<Exchange, Vec<Problem>> {
        if operation.item.text(TITLE) == Some("exit") {
            world::end();
        }
        Ok(Request::post(0, "/found").json(world::found()).into())
    }

    fn settle_one(_: &Context, _: &Settings, _: &Answer) -> Settlement {
        Verdict::accepted().into()
    }
}

connector!(WasiGuest: Publisher);
