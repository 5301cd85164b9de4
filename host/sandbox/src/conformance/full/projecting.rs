//! What the connector makes of items: points 10 to 17.

use std::collections::BTreeMap;

use wharf_catalog::{Context, Operation, Problem};

use super::{
    Held, Question, failed,
    grouping::variants_beyond_the_limit,
    held,
    losses::{every_field_counts, the_last_of_many_counts},
    markup::only_allowed_elements,
    money::{amounts_are_exact, no_amount_is_a_float, nothing_is_rounded_silently, scales_follow_currencies},
    token,
    trial::{Trial, upsert, with},
};
use crate::{
    conformance::{Finding, difference::same, feeding, publishing},
    exchange::{Preparation, Request},
};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 10,
        name: "the-same-input-gives-the-same-bytes",
        why: "unchanged items are skipped, dry runs are exact and a crash costs a repeat, all because of this",
        without: "it takes no items",
        parts: &[preparing_repeats, a_file_repeats],
    },
    Question {
        number: 11,
        name: "order-and-size-of-a-batch-make-no-difference",
        why: "which items share a call is chance; what depends on it cannot be repeated",
        without: "it takes no items",
        parts: &[order_makes_no_difference, pieces_make_no_difference, slices_make_no_difference],
    },
    Question {
        number: 12,
        name: "numbers-do-not-follow-the-locale",
        why: "a channel reads one notation: `4.711,23` is another price, or none",
        without: "it takes no money, or writes none",
        parts: &[money_is_written_alike_everywhere],
    },
    Question {
        number: 13,
        name: "losses-are-declared",
        why: "an operator fills a field, sees the item accepted, and it never reaches the shopper",
        without: "it takes no fields",
        parts: &[every_field_counts, the_last_of_many_counts],
    },
    Question {
        number: 14,
        name: "a-missing-field-is-named",
        why: "the operator has to be led to the field that is to be filled",
        without: "it requires no field",
        parts: &[a_missing_field_is_named],
    },
    Question {
        number: 15,
        name: "amounts-are-exact",
        why: "a price that is off by a factor of a hundred, or by a cent, is sold at that price",
        without: "it takes no money, or writes none that can be read back",
        parts: &[
            amounts_are_exact,
            scales_follow_currencies,
            no_amount_is_a_float,
            nothing_is_rounded_silently,
        ],
    },
    Question {
        number: 16,
        name: "markup-keeps-to-the-grammar",
        why: "channels refuse a description for one element that they do not take",
        without: "it declares no grammar for any field",
        parts: &[only_allowed_elements],
    },
    Question {
        number: 17,
        name: "variants-beyond-the-limit-are-told",
        why: "vendors drop what is too many without a word, and the variant is not for sale",
        without: "it declares no limits on variants",
        parts: &[variants_beyond_the_limit],
    },
];

fn preparing_repeats(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    publishing::REPEATS.ask(&trial.subject)?;
    let count = trial.subject.operations().len();
    held(format!("{count} operations twice"), "the same requests")
}

fn a_file_repeats(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.feeds() {
        return Ok(None);
    }
    let rules = [feeding::OPENING, feeding::REPEATS, feeding::ENDING];
    rules.iter().try_for_each(|rule| rule.ask(&trial.subject))?;
    held("head, rows and tail twice", "the same bytes")
}

fn order_makes_no_difference(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    publishing::ORDER.ask(&trial.subject)?;
    held("one batch forwards and backwards", "the same for each item")
}

/// How the samples are cut.
const PIECES: [usize; 3] = [1, 3, 7];

fn pieces_make_no_difference(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    let operations = trial.operations_apart();
    let whole = trial.fates("all in one call", &operations)?;
    for size in PIECES {
        let tried = format!("the same operations {size} at a time and all at once");
        let mut pieces = BTreeMap::new();
        for piece in operations.chunks(size) {
            pieces.extend(trial.fates(&tried, piece)?);
        }
        for (sku, (piece, whole)) in pieces.iter().map(|(sku, fate)| (sku, (fate, &whole[sku]))) {
            same(&format!("{tried}: {sku:?}"), &piece.beside(whole), &whole.beside(piece))?;
        }
    }
    held(
        format!("{} operations whole and in pieces of 1, 3 and 7", operations.len()),
        "the same for each item",
    )
}

fn slices_make_no_difference(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.feeds() {
        return Ok(None);
    }
    feeding::SLICES.ask(&trial.subject)?;
    held("the rows of all items at once and one by one", "the same bytes")
}

/// What `prepare` did about one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Rejected(Vec<Problem>),
    Alone(Box<Request>),
    /// By a request that is for others, too.
    Together,
}

impl Fate {
    /// As much of it as can be compared with the other: a request for several is nobody's own.
    pub(super) fn beside(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Alone(_), Self::Together) => Self::Together,
            _ => self.clone(),
        }
    }
}

impl Trial<'_> {
    /// The sample operations, each in a group of its own, so that they may be cut anywhere.
    pub(super) fn operations_apart(&self) -> Vec<Operation> {
        let mut operations = self.subject.operations();
        for Operation { item, .. } in &mut operations {
            item.group = item.group.as_ref().map(|group| format!("{group} of {}", item.sku));
        }
        operations
    }

    /// What one call does about each operation, by SKU.
    pub(super) fn fates(
        &self,
        tried: &str,
        operations: &[Operation],
    ) -> Result<BTreeMap<String, Fate>, Finding> {
        let Preparation { exchanges, rejections, .. } = self.subject.prepare_all(tried, operations)?;
        let sku = |index: u32| operations[index as usize].item.sku.clone();
        let mut fates = BTreeMap::new();
        for exchange in exchanges {
            match exchange.covers[..] {
                [index] => drop(fates.insert(sku(index), Fate::Alone(Box::new(exchange.request)))),
                _ => fates.extend(exchange.covers.iter().map(|index| (sku(*index), Fate::Together))),
            }
        }
        fates.extend(rejections.into_iter().map(|it| (sku(it.index), Fate::Rejected(it.problems))));
        Ok(fates)
    }
}

/// Languages that write numbers, or fold letters, in ways of their own.
const LOCALES: [&str; 6] = ["en-US", "fr-FR", "de-CH", "tr-TR", "ar-EG", "hi-IN"];

fn money_is_written_alike_everywhere(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut item = trial.item("WHARF-1");
    for (index, _) in trial.fields_of(&[wharf_catalog::FieldKind::Money]) {
        item = with(&item, index, Some(token::money(471_123, 2, "EUR")));
    }
    let at_home = trial.notations(trial.context(), &item)?;
    if at_home.is_empty() {
        return Ok(None);
    }
    for locale in LOCALES {
        let context = Context { locale: locale.into(), ..trial.context().clone() };
        let there = trial.notations(&context, &item)?;
        if there != at_home {
            let tried = format!("a price of 4711.23 for {} and for {locale}", trial.context().locale);
            return failed(tried, format!("{at_home:?} and {there:?}"));
        }
    }
    held("a price of 4711.23 for seven locales", format!("always {}", at_home.join(" and ")))
}

impl Trial<'_> {
    /// The notations of 4711.23 that leave the connector.
    fn notations(&self, context: &Context, item: &wharf_catalog::Item) -> Result<Vec<&'static str>, Finding> {
        let tried = format!("an item for {}", context.locale);
        let error = |error| Finding::new(tried.clone(), error);
        let mut sent = Vec::new();
        if self.publishes() {
            let prepared = self.connector().prepare(context, &[upsert(item.clone())]).map_err(error)?;
            let exchanges = prepared.exchanges.iter();
            sent.extend(exchanges.flat_map(|it| [super::output::sent(it), it.memo.clone()].concat()));
        }
        if self.feeds() {
            sent.extend(self.connector().rows(context, std::slice::from_ref(item)).map_err(error)?.content);
        }
        Ok(token::notations_of_4711_23(&sent))
    }
}

fn a_missing_field_is_named(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let item = trial.item("WHARF-1");
    let mut named = 0;
    let required: Vec<_> = trial.fields().iter().enumerate().filter(|(_, field)| field.required).collect();
    if required.is_empty() {
        return Ok(None);
    }
    for (index, field) in &required {
        let whole = trial.outputs(&item)?;
        for (output, whole) in trial.outputs(&with(&item, *index, None))?.iter().zip(whole) {
            if whole.is_listed() && !output.is_listed() && !output.rejects(&field.name) {
                let tried = format!("an item without the required `{}`", field.name);
                return failed(
                    tried,
                    format!("it is rejected without naming the field: {:?}", output.rejected),
                );
            }
            named += usize::from(output.rejects(&field.name));
        }
    }
    let tried = format!("an item without each of {} required fields", required.len());
    held(tried, format!("{named} are named, and the others left to the host, which asks for them before"))
}
