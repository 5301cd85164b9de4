//! The channel's settings, and what is wrong with the connector today.

use serde::Deserialize;
use wharf_sdk::{Context, Problem, Reason};

use crate::Defect;

#[derive(Debug, Deserialize)]
struct Given {
    shop: Option<String>,
    #[serde(default)]
    batched: bool,
    #[serde(default)]
    defect: Defect,
}

/// Settings that can be worked with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) shop: String,
    pub(crate) batched: bool,
    pub(crate) defect: Defect,
}

impl Settings {
    pub(crate) fn of(context: &Context) -> Result<Self, Problem> {
        let Given { shop, batched, defect } = context.settings()?;
        let problem = |message| Problem::error("invalid-settings", message).reason(Reason::Settings);
        match (shop, defect) {
            (_, Defect::RefusesSettings) => Err(problem("The shop has no such name.")),
            (Some(shop), _) => Ok(Self { shop, batched, defect }),
            (None, Defect::GuessesSettings) => Ok(Self { shop: "main".into(), batched, defect }),
            (None, _) => Err(problem("The setting `shop` is missing; name the shop.")),
        }
    }

    pub(crate) fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }
}
