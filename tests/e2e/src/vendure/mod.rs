//! A real Vendure server: installed from npm, started for one test, furnished through its own API, and read back
//! without any of Wharf's code.
//!
//! - `install`: its packages, once per checkout.
//! - `server`: the process, which ends with the test.
//! - `graphql`: its two APIs, the administrator's and the shop's.
//! - `furnish`: what a shop needs before it can sell: a zone, taxes, a currency, stock locations, a way to pay.
//! - `shown`: what it shows, as its administrator sees it.
//! - `customer`: somebody who buys.

mod customer;
mod furnish;
mod graphql;
mod install;
mod server;
mod shown;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wharf_sync::ChannelConfiguration;

pub use customer::Placed;
pub use graphql::Api;
pub use shown::{ShownLevel, ShownProduct, ShownVariant};

use furnish::Furnished;
use server::Server;

/// The variable that asks for tests against the real server: the first one installs 170 MB.
pub const ASKED: &str = "WHARF_VENDURE";

/// What the shop is set up for.
#[derive(Debug, Clone, Copy)]
pub struct Market {
    /// Vendure's code, such as `de`.
    pub language: &'static str,
    /// BCP 47 tag of the same.
    pub locale: &'static str,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    pub currency: &'static str,
    /// Wharf's names of the places; the first one is Vendure's default location.
    pub places: &'static [&'static str],
}

/// A running shop. It ends when it is dropped.
#[derive(Debug)]
pub struct Vendure {
    pub admin: Api,
    pub market: Market,
    /// Vendure's id of the stock location by Wharf's name of the place.
    pub locations: Vec<(String, String)>,
    /// An API key for Wharf. Vendure hashes it anew with every request, for which it takes a third of a second.
    pub key: String,
    /// The session of an administrator who may do what the connector does, and nothing else.
    session: Api,
    server: Server,
}

impl Vendure {
    /// A shop that can sell and sells nothing yet; none where the test was not asked for or cannot be, which is said.
    pub async fn open(market: Market) -> anyhow::Result<Option<Self>> {
        let Some(folder) = tokio::task::spawn_blocking(installed).await?? else { return Ok(None) };
        let server = tokio::task::spawn_blocking(move || Server::start(&folder)).await??;
        let admin = Api::new(server.address(), "admin-api")?;
        let Furnished { locations, role, key } = furnish::furnish(&admin, &market, server.password()).await?;
        let session = Api::new(server.address(), "admin-api")?;
        furnish::log_in(&admin, &session, &role, server.password()).await?;
        Ok(Some(Self { admin, market, locations, key, session, server }))
    }

    /// A new customer's way into the shop.
    pub fn shop(&self) -> anyhow::Result<Api> {
        Api::new(self.server.address(), "shop-api")
    }

    /// A channel of the connector `vendure` onto this shop, with the token of a session in the file `secret`.
    /// Pictures stay at home: those of the catalogs have no address that is real.
    pub fn channel(&self, secret: &Path, mapping: &Value) -> anyhow::Result<ChannelConfiguration> {
        std::fs::write(secret, self.session.token())?;
        let Market { locale, country, currency, .. } = self.market;
        let locations: serde_json::Map<String, Value> =
            self.locations.iter().map(|(place, id)| (place.clone(), id.as_str().into())).collect();
        let mut mapping = mapping.clone();
        mapping["assets"] = json!({"from": []});
        let scope = json!({"locale": locale, "country": country, "currency": currency});
        Ok(serde_json::from_value(json!({
            "connector": "vendure",
            "settings": {"stock_locations": locations},
            "scope": scope,
            "mapping": mapping,
            "endpoints": {"api": format!("http://{}", self.server.address())},
            "grants": [{"host": self.server.address(), "allow-private": true}],
            "credentials": {"file": secret, "scheme": "bearer"},
        }))?)
    }

    /// What the server complained of so far.
    pub fn complaints(&self) -> String {
        self.server.complaints()
    }
}

/// The folder that Vendure is installed in; none where the test was not asked for or cannot be, which is said.
pub fn installed() -> anyhow::Result<Option<PathBuf>> {
    if std::env::var_os(ASKED).is_some_and(|value| value == "1") {
        return install::install();
    }
    say_that_it_was_not_tested(&format!("a real Vendure has to be installed; {ASKED}=1 asks for it"));
    Ok(None)
}

#[expect(clippy::print_stderr, reason = "a test that passes without having tested says so")]
fn say_that_it_was_not_tested(why: &str) {
    eprintln!("not tested: {why}");
}
