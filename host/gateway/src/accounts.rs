//! What the channels of one account at a vendor share: its budgets and its access tokens.
//!
//! Nothing is kept for its own sake: what no route uses any more is forgotten with the next look.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use crate::{
    budget::{Allowance, BudgetFigures, BudgetScope, BudgetSpec},
    error::GatewayError,
    token::{TokenSource, WeakTokenSource},
};

#[derive(Debug, Default)]
pub(crate) struct Accounts(Mutex<HashMap<String, Account>>);

#[derive(Debug, Default)]
struct Account {
    /// By name and figures: a connector's new version may promise others.
    budgets: HashMap<BudgetFigures, Weak<Allowance>>,
    tokens: Vec<WeakTokenSource>,
}

impl Accounts {
    /// The allowance of a budget: the account's, where it has the scope and the route an account.
    pub(crate) fn allowance(
        &self,
        account: Option<&str>,
        spec: &BudgetSpec,
    ) -> Result<Arc<Allowance>, GatewayError> {
        let Some(account) = account.filter(|_| spec.scope == BudgetScope::Account) else {
            return Allowance::new(spec).map(Arc::new);
        };
        let mut accounts = self.current();
        let budgets = &mut accounts.entry(account.to_owned()).or_default().budgets;
        if let Some(shared) = budgets.get(&spec.figures()).and_then(Weak::upgrade) {
            return Ok(shared);
        }
        let allowance = Arc::new(Allowance::new(spec)?);
        budgets.insert(spec.figures(), Arc::downgrade(&allowance));
        Ok(allowance)
    }

    /// The source to use: one of the account's that gives the same tokens, or this one from now on.
    pub(crate) fn tokens(&self, account: Option<&str>, source: &TokenSource) -> TokenSource {
        let Some(account) = account else { return source.clone() };
        let mut accounts = self.current();
        let tokens = &mut accounts.entry(account.to_owned()).or_default().tokens;
        let twin = tokens.iter().filter_map(WeakTokenSource::upgrade).find(|known| known.is_twin(source));
        if let Some(twin) = twin {
            twin.inherit(source);
            return twin;
        }
        tokens.push(source.downgrade());
        source.clone()
    }

    /// Those that some route still uses.
    fn current(&self) -> MutexGuard<'_, HashMap<String, Account>> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|_, account| {
            account.budgets.retain(|_, budget| budget.strong_count() > 0);
            account.tokens.retain(|tokens| tokens.upgrade().is_some());
            !account.budgets.is_empty() || !account.tokens.is_empty()
        });
        accounts
    }
}
