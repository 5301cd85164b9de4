//! What all channels share: the clients with their connection pools, the accounts, and the limits.

use std::{fmt, sync::Arc};

use http::HeaderValue;

use crate::{
    accounts::Accounts,
    client::Clients,
    error::GatewayError,
    route::{Route, RouteSpec},
    settings::GatewaySettings,
};

/// The one place from which requests leave. Cheap to clone; clones share the connection pools.
#[derive(Clone)]
pub struct Gateway(Arc<Shared>);

struct Shared {
    settings: GatewaySettings,
    user_agent: HeaderValue,
    clients: Clients,
    accounts: Accounts,
}

impl Gateway {
    /// Reads the machine's certificate authorities; opens no connection.
    pub fn new(settings: GatewaySettings) -> Result<Self, GatewayError> {
        settings.check()?;
        let user_agent = HeaderValue::from_str(&settings.user_agent).map_err(|_| GatewayError::Setting {
            setting: "user-agent",
            rule: "must be a valid header value",
        })?;
        let clients = Clients::new(&settings)?;
        Ok(Self(Arc::new(Shared { settings, user_agent, clients, accounts: Accounts::default() })))
    }

    /// Checks a channel's endpoints against its grants. A route is made once and kept, since it holds the
    /// channel's budgets, pauses, circuit breakers and figures; what is the account's, it shares with the
    /// account's other routes.
    pub fn route(&self, spec: RouteSpec) -> Result<Route, GatewayError> {
        Route::new(self, spec)
    }

    pub(crate) fn settings(&self) -> &GatewaySettings {
        &self.0.settings
    }

    pub(crate) fn user_agent(&self) -> &HeaderValue {
        &self.0.user_agent
    }

    pub(crate) fn clients(&self) -> &Clients {
        &self.0.clients
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.0.accounts
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}
