//! Amounts on their way through the connector: currencies with and without decimals, many digits, large sums.
//!
//! Nobody but the vendor knows where in a request the price stands. So the items carry amounts with digits that nothing
//! else has, and whatever number leaves the connector with these digits is the price.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use wharf_catalog::{Context, Field, FieldKind, item::Content};

use super::{
    Held, failed, held,
    output::{Output, Way},
    token::{money, numbers},
    trial::{Trial, with},
};
use crate::conformance::Finding;

/// Powers of ten by which vendors write amounts in whole numbers: cents, thousandths, micros, nanos.
const SCALES: [u32; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

fn power(scale: u32) -> Decimal {
    Decimal::from(10_u64.pow(scale))
}

/// One amount on its way, and every number that came out.
struct Passage {
    output: Output,
    numbers: BTreeSet<Decimal>,
}

impl Passage {
    /// The power of ten by which the amount was written, if it came out exactly. An amount that is written in two parts,
    /// units and their fraction, counts as written whole.
    fn scale(&self, amount: Decimal) -> Option<u32> {
        let whole = SCALES.into_iter().find(|scale| {
            let written = amount.checked_mul(power(*scale));
            written.is_some_and(|it| (*scale == 0 || it.fract().is_zero()) && self.holds(it))
        });
        let parts = || {
            let fraction = |scale| amount.fract() * power(scale);
            let split =
                SCALES.into_iter().skip(1).map(fraction).any(|it| it.fract().is_zero() && self.holds(it));
            (self.holds(amount.trunc()) && split).then_some(0)
        };
        whole.or_else(parts)
    }

    fn holds(&self, number: Decimal) -> bool {
        self.numbers.contains(&number.normalize())
    }

    /// A number that is nearly the amount, at one of the scales.
    fn nearly(&self, amount: Decimal, distance: Decimal) -> Option<Decimal> {
        let near = |number: &&Decimal| {
            SCALES.into_iter().any(|scale| {
                let off = amount.checked_mul(power(scale)).map(|written| (**number - written).abs());
                off.is_some_and(|off| !off.is_zero() && off <= distance * power(scale))
            })
        };
        self.numbers.iter().find(near).copied()
    }
}

impl Trial<'_> {
    /// What comes out of an item with this content in one field, sold in this currency.
    fn passage(&self, way: Way, index: usize, content: Content, currency: &str) -> Result<Passage, Finding> {
        let mut item = self.item("WHARF");
        // Optional prices stand in some relation to the required one, so they stay out of each other's way.
        for (other, field) in self.fields_of(&[FieldKind::Money]) {
            item = with(&item, other, field.required.then(|| money(900_000_000, 0, currency)));
        }
        let item = with(&item, index, Some(content));
        let context = Context { currency: currency.into(), ..self.context().clone() };
        let output = self.output_in(&context, way, &item)?;
        // What a later request of the chain sends stands in the memo until then.
        let numbers = numbers(&[&output.sent[..], &output.noted].join(&b' '));
        Ok(Passage { output, numbers })
    }

    fn money_fields(&self) -> Vec<(usize, &Field, Way)> {
        let ways = |(index, field): (usize, _)| self.ways().into_iter().map(move |way| (index, field, way));
        self.fields_of(&[FieldKind::Money]).into_iter().flat_map(ways).collect()
    }
}

/// Amounts that are as a currency has them.
const ORDINARY: [(i64, u32, &str, u32); 3] =
    [(731_329, 2, "EUR", 2), (7_313_291, 0, "JPY", 0), (7_313_295, 3, "KWD", 3)];

pub(super) fn amounts_are_exact(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut seen = 0;
    for (index, field, way) in trial.money_fields() {
        for (mantissa, digits, currency, _) in ORDINARY {
            let amount = Decimal::new(mantissa, digits);
            let passage = trial.passage(way, index, money(mantissa, digits, currency), currency)?;
            if passage.scale(amount).is_some() {
                seen += 1;
            } else if let Some(other) = passage.nearly(amount, Decimal::ONE)
                && passage.output.is_listed()
            {
                return failed(
                    format!("{amount} {currency} in `{}`", field.name),
                    format!("{other} goes out"),
                );
            }
        }
        for (mantissa, digits) in [(0, 2), (0, 0), (1, 2), (999_999_999_999_999, 2)] {
            trial.passage(way, index, money(mantissa, digits, "EUR"), "EUR")?;
        }
    }
    match seen {
        0 => Ok(None),
        _ => held(
            "EUR with two, JPY with no and KWD with three decimals, nothing and a fortune",
            "exact amounts",
        ),
    }
}

/// An integer of cents must not become one of hundredths of a yen.
pub(super) fn scales_follow_currencies(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut seen = BTreeSet::new();
    for (index, field, way) in trial.money_fields() {
        let mut scales = Vec::new();
        for (mantissa, digits, currency, minor) in ORDINARY {
            let passage = trial.passage(way, index, money(mantissa, digits, currency), currency)?;
            let scale = passage.scale(Decimal::new(mantissa, digits));
            scales.extend(scale.map(|scale| (currency, scale, minor)));
        }
        let minor_units = scales.iter().all(|(_, scale, minor)| scale == minor);
        let alike = scales.windows(2).all(|pair| pair[0].1 == pair[1].1);
        // Hundredths of every currency are what comes of taking all of them for euros.
        let hundredths = scales.iter().any(|(_, scale, _)| *scale == 2);
        if !minor_units && (!alike || hundredths) {
            let written = scales.iter().map(|(currency, scale, _)| format!("{currency} times 10^{scale}"));
            let written = written.collect::<Vec<_>>().join(", ");
            return failed(
                format!("amounts of three currencies in `{}`", field.name),
                format!("{written} go out"),
            );
        }
        seen.extend(scales.into_iter().map(|(_, scale, _)| scale));
    }
    match seen.is_empty() {
        true => Ok(None),
        false => held("amounts of three currencies", format!("written times 10^{seen:?}")),
    }
}

/// One more than what a float of 64 bits can tell apart, in cents.
const BEYOND_FLOATS: i64 = (1 << 53) + 1;

pub(super) fn no_amount_is_a_float(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let amount = Decimal::new(BEYOND_FLOATS, 2);
    for (index, field, way) in trial.money_fields() {
        let passage = trial.passage(way, index, money(BEYOND_FLOATS, 2, "EUR"), "EUR")?;
        let other = passage.nearly(amount, Decimal::new(5, 1));
        if let (None, Some(other)) = (passage.scale(amount), other) {
            return failed(
                format!("{amount} EUR in `{}`", field.name),
                format!("{other} goes out, as after a calculation with floats"),
            );
        }
    }
    match trial.money_fields().is_empty() {
        true => Ok(None),
        false => held(format!("{amount} EUR"), "exact, or not taken"),
    }
}

/// More decimals than the currency has, as prices per litre do.
pub(super) fn nothing_is_rounded_silently(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let amount = Decimal::new(81_374_567, 4);
    for (index, field, way) in trial.money_fields() {
        let fine = trial.passage(way, index, money(81_374_567, 4, "EUR"), "EUR")?;
        let rounded = fine.nearly(amount, Decimal::new(1, 2));
        if let (true, None, Some(rounded)) = (fine.output.is_listed(), fine.scale(amount), rounded) {
            let coarse = trial.passage(way, index, money(813_746, 2, "EUR"), "EUR")?;
            if coarse.output.noted == fine.output.noted {
                return failed(
                    format!("{amount} EUR in `{}`", field.name),
                    format!("{rounded} goes out, and nothing tells of the loss"),
                );
            }
        }
    }
    match trial.money_fields().is_empty() {
        true => Ok(None),
        false => held(format!("{amount} EUR"), "exact, refused, or told as a loss"),
    }
}
