//! Amounts in Shopify's `Money` and `Decimal`, which are decimal numbers as text.

use wharf_sdk::{Decimal, Item, Json, Money, Problem, inbound, minor_digits};

use crate::fields::{PRICE, SALE_PRICE};

/// What the shopper pays, and what it was before, if that was more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prices {
    price: Decimal,
    compare_at: Option<Decimal>,
}

impl Prices {
    /// Of an item with its price fields.
    pub(crate) fn of(item: Item<'_>) -> Result<Self, Vec<Problem>> {
        let Some(regular) = item.money(PRICE) else {
            return Err(vec![Problem::error("missing", "A variant needs a price.").at(PRICE)]);
        };
        let regular = amount(regular, PRICE);
        let sale = item.money(SALE_PRICE).map(|sale| amount(sale, SALE_PRICE)).transpose();
        match (regular, sale) {
            (Ok(regular), Ok(sale)) => Ok(Self::reduced(regular, sale)),
            (regular, sale) => Err(regular.err().into_iter().chain(sale.err()).collect()),
        }
    }

    fn reduced(regular: Decimal, sale: Option<Decimal>) -> Self {
        // Both have the currency's own places, so the coefficients tell which is lower.
        match sale.filter(|sale| sale.coefficient < regular.coefficient) {
            Some(sale) => Self { price: sale, compare_at: Some(regular) },
            None => Self { price: regular, compare_at: None },
        }
    }

    /// The members `price` and `compareAtPrice` of a variant.
    pub(crate) fn write(self, json: &mut Json) {
        json.key("price").decimal_text(self.price).key("compareAtPrice");
        match self.compare_at {
            Some(amount) => json.decimal_text(amount),
            None => json.null(),
        };
    }
}

fn amount(money: Money<'_>, field: u32) -> Result<Decimal, Problem> {
    match money.amount.with_places(minor_digits(money.currency)) {
        Ok(amount) if amount.coefficient >= 0 => Ok(amount),
        Ok(_) => Err(Problem::error("negative-price", "A price cannot be below zero.").at(field)),
        Err(error) => {
            let message = format!("The price does not fit {}: {error}. Round it.", money.currency);
            Err(Problem::error("inexact-price", message).at(field))
        }
    }
}

/// `amount` in `currency`, as Shopify writes them.
pub(crate) fn read(amount: &str, currency: &str) -> Option<inbound::Money> {
    amount.parse().ok().map(|amount| inbound::Money::new(amount, currency))
}

/// The sum of both; nothing past what a decimal holds.
pub(crate) fn plus(left: Decimal, right: Decimal) -> Option<Decimal> {
    let places = [left, right].iter().map(|number| -number.exponent).max()?.max(0).unsigned_abs();
    let sum = left.scaled(places).ok()?.checked_add(right.scaled(places).ok()?)?;
    Some(Decimal::new(sum, -i32::try_from(places).ok()?))
}

/// So many times the amount.
pub(crate) fn times(amount: Decimal, count: i64) -> Option<Decimal> {
    Some(Decimal::new(amount.coefficient.checked_mul(count)?, amount.exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_keep_the_finer_places() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let text = |number: Option<Decimal>| number.unwrap().to_string();
        assert_eq!(text(plus(decimal("12.9"), decimal("-0.05"))), "12.85");
        assert_eq!(text(times(decimal("0.35"), 3)), "1.05");
        assert_eq!(plus(Decimal::new(i64::MAX, 0), Decimal::new(1, 0)), None);
    }
}
