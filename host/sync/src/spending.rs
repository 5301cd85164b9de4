//! Budgets that the channel counts for every listing by itself, such as two inserts of a product a day. The gateway knows
//! no listings, so these are kept here, and what is used is stored with the listing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wharf_catalog::{
    Action, Problem,
    declaration::{Budget, BudgetRule, BudgetScope},
};
use wharf_sandbox::exchange::Request;

use crate::translate::Ticket;

/// What one listing has used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Spending {
    /// By the budget's name.
    budgets: BTreeMap<String, Used>,
    /// The whole item cannot go before; unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    whole_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Used {
    /// When the window began, in unix milliseconds.
    since: i64,
    units: u32,
}

impl Spending {
    /// What another version of Wharf wrote in another form counts as nothing used.
    pub(crate) fn parse(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("names and numbers always have a JSON form")
    }

    /// Until when the whole item has to wait, if it has to.
    pub(crate) fn held_until(&self, now: i64) -> Option<i64> {
        self.whole_at.filter(|at| *at > now)
    }

    /// When the budget has room again; nothing if it has.
    fn free_at(&self, budget: &Budget, now: i64) -> Option<i64> {
        let used = self.budgets.get(&budget.name).filter(|used| used.units >= budget.units.max(1))?;
        Some(used.since + window(budget)).filter(|end| *end > now)
    }

    fn spend(&mut self, budget: &Budget, now: i64) {
        let used = self.budgets.entry(budget.name.clone()).or_insert(Used { since: now, units: 0 });
        if used.since + window(budget) <= now {
            *used = Used { since: now, units: 0 };
        }
        used.units = used.units.saturating_add(1);
    }
}

fn window(budget: &Budget) -> i64 {
    i64::from(budget.per_seconds) * 1_000
}

/// Whether the connector declares budgets of single listings.
pub(crate) fn has_listing_budgets(budgets: &[Budget]) -> bool {
    budgets.iter().any(|budget| budget.scope == BudgetScope::Listing)
}

/// Counts a request against the budgets of its listings. Or counts nothing, and tells of each listing that has used one
/// up when it may go on.
pub(crate) fn spend(
    budgets: &[Budget],
    request: &Request,
    tickets: &mut [Ticket],
    now: i64,
) -> Vec<Option<(String, i64)>> {
    let counting: Vec<&Budget> = budgets
        .iter()
        .filter(|budget| budget.scope == BudgetScope::Listing && counts(budget, request))
        .collect();
    if counting.is_empty() {
        return Vec::new();
    }
    let used_up = |ticket: &Ticket| {
        let spending = ticket.spending.as_ref()?;
        let free = |budget: &&Budget| spending.free_at(budget, now).map(|at| (budget.name.clone(), at));
        counting.iter().filter_map(free).max_by_key(|(_, at)| *at)
    };
    let waiting: Vec<_> = tickets.iter().map(used_up).collect();
    if waiting.iter().any(Option::is_some) {
        return waiting;
    }
    for spending in tickets.iter_mut().filter_map(|ticket| ticket.spending.as_mut()) {
        counting.iter().for_each(|budget| spending.spend(budget, now));
    }
    Vec::new()
}

fn counts(budget: &Budget, request: &Request) -> bool {
    let applies = |rule: &BudgetRule| {
        rule.endpoint == request.endpoint
            && (rule.methods.is_empty() || rule.methods.contains(&request.method))
            && request.target.starts_with(&rule.path)
    };
    budget.counts.is_empty() || budget.counts.iter().any(applies)
}

/// Notes that a listing waits, and answers with what its operator is told.
pub(crate) fn wait(ticket: &mut Ticket, budget: &str, at: i64) -> Problem {
    if let Some(spending) =
        ticket.spending.as_mut().filter(|_| matches!(ticket.action, Action::Upsert | Action::Keep))
    {
        spending.whole_at = Some(at);
    }
    used_up(Some(budget), at)
}

/// What an operator is told of a listing that waits for its budget.
pub(crate) fn used_up(budget: Option<&str>, at: i64) -> Problem {
    let which = budget.map(|name| format!(" `{name}`")).unwrap_or_default();
    let when = Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default();
    let message = format!("the channel's budget{which} for this listing is used up; the rest goes at {when}");
    Problem::warning("listing-budget-used", None, message)
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::{Lanes, Method};
    use wharf_sandbox::exchange::Body;
    use wharf_store::Cover;

    use super::*;

    fn budget() -> Budget {
        Budget {
            name: "inserts".into(),
            scope: BudgetScope::Listing,
            units: 2,
            per_seconds: 10,
            burst: None,
            concurrent: None,
            counts: vec![BudgetRule { endpoint: 0, methods: vec![Method::Post], path: "/insert".into() }],
        }
    }

    fn request(method: Method) -> Request {
        Request {
            method,
            endpoint: 0,
            target: "/insert/1".into(),
            headers: Vec::new(),
            body: Body::None,
            cost: 1,
            unpack: false,
        }
    }

    fn ticket() -> Ticket {
        let cover = Cover { product_id: 1, marked: 1, revision: 1, lanes: Lanes::ALL, fingerprint: None };
        Ticket { spending: Some(Spending::default()), action: Action::Upsert, ..Ticket::from(cover) }
    }

    #[test]
    fn a_listing_waits_for_the_end_of_its_window() {
        let mut tickets = [ticket()];
        let mut post = |now| spend(&[budget()], &request(Method::Post), &mut tickets, now);
        assert_eq!(post(1_000), []);
        assert_eq!(post(5_000), []);
        assert_eq!(post(6_000), [Some(("inserts".into(), 11_000))]);
        assert_eq!(post(11_000), []);
        assert_eq!(post(12_000), []);
        assert_eq!(post(13_000), [Some(("inserts".into(), 21_000))]);
    }

    #[test]
    fn other_requests_do_not_count() {
        let mut tickets = [ticket()];
        for now in 0..5 {
            assert_eq!(spend(&[budget()], &request(Method::Patch), &mut tickets, now), []);
        }
        assert_eq!(tickets[0].spending, Some(Spending::default()));
    }

    #[test]
    fn one_listing_that_waits_keeps_a_shared_request_from_counting() {
        let mut tickets = [ticket(), ticket()];
        spend(&[budget()], &request(Method::Post), &mut tickets[..1], 0);
        spend(&[budget()], &request(Method::Post), &mut tickets[..1], 0);
        let waiting = spend(&[budget()], &request(Method::Post), &mut tickets, 1);
        assert_eq!(waiting, [Some(("inserts".into(), 10_000)), None]);
        assert_eq!(tickets[1].spending, Some(Spending::default()));
    }

    #[test]
    fn what_is_used_is_read_back_and_what_is_unreadable_counts_as_nothing() {
        let mut one = ticket();
        wait(&mut one, "inserts", 7);
        let spending = one.spending.unwrap();
        assert_eq!(Spending::parse(Some(&spending.text())), spending);
        assert_eq!((spending.held_until(6), spending.held_until(7)), (Some(7), None));
        assert_eq!(Spending::parse(Some("?")), Spending::default());
    }
}
