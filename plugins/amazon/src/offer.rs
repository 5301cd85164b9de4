//! The two attributes that change most: what the offer costs, and how many units of it there are.

use wharf_sdk::{Money, Problem};

use crate::{fields::*, listing::Listing};

impl<'a> Listing<'a> {
    /// Prices stand under schedules. Replacing the offer without a reduced price ends the reduction.
    pub(crate) fn offer(&mut self) {
        let Some(price) = self.exact(PRICE) else { return };
        let sale = self.sale();
        self.each(|json| {
            json.member("audience", "ALL").member("currency", price.currency);
            json.key("our_price").begin_array().begin_object();
            json.key("schedule").begin_array().begin_object();
            json.key("value_with_tax").decimal(price.amount);
            json.end_object().end_array().end_object().end_array();
            if let Some((reduced, start, end)) = &sale {
                json.key("discounted_price").begin_array().begin_object();
                json.key("schedule").begin_array().begin_object();
                json.key("value_with_tax").decimal(reduced.amount);
                json.member("start_at", start).member("end_at", end);
                json.end_object().end_array().end_object().end_array();
            }
            json
        });
    }

    /// The reduced price with the days between which it holds.
    fn sale(&mut self) -> Option<(Money<'a>, &'a str, &'a str)> {
        let reduced = self.exact(SALE_PRICE)?;
        let mut day = |field| {
            let day = self.item.text(field);
            if day.is_none() {
                let message = "Amazon takes a reduced price only with its first and last day; fill it.";
                self.problems.push(Problem::error("missing", message).at(field));
            }
            day
        };
        let (start, end) = (day(SALE_START), day(SALE_END));
        Some((reduced, start?, end?))
    }

    pub(crate) fn availability(&mut self) {
        let market = self.market;
        self.json.begin_object();
        self.json.member("fulfillment_channel_code", &market.settings.fulfillment_channel);
        if !market.is_fulfilled_by_amazon() {
            self.json.key("quantity").integer(self.item.quantity(QUANTITY).unwrap_or_default());
            if let Some(days) = self.item.number(LEAD_TIME) {
                self.json.key("lead_time_to_ship_max_days").decimal(days);
            }
        }
        self.json.end_object();
    }
}
