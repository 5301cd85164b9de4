//! The variants of a group that can be listed together, and what keeps the others away.

use std::collections::{BTreeSet, HashSet};

use wharf_sdk::{Item, LengthUnit, Problem, Rejection};

use crate::{
    fields::*,
    memo::{Flags, Level, Loss},
    money::Prices,
    note::{self, Note},
    plan::Numbered,
    settings::Settings,
    stock,
};

/// The most variants of one product, in the schema's words "By default, stores have a limit of 2048".
pub(crate) const MAXIMUM_VARIANTS: u32 = 2_048;

/// Shopify's longest SKU, as of other short texts.
const SKU_LENGTH: usize = 255;

/// A variant that is to be there.
pub(crate) struct Candidate<'a> {
    pub(crate) numbered: Numbered<'a>,
    /// Shopify's number of the variant, when it is there already.
    pub(crate) variant: Option<u64>,
    pub(crate) note: Option<Note>,
    pub(crate) levels: Vec<Level>,
    /// Whether the quantities travel with the product.
    pub(crate) stock_in_set: bool,
    pub(crate) flags: Flags,
}

impl<'a> Candidate<'a> {
    pub(crate) fn of(numbered: Numbered<'a>, product: Option<u64>, group: u64) -> Self {
        let here = |note: &Note| note.group == group && Some(note.product) == product;
        let note = Note::of(&numbered.operation).filter(here);
        let variant = note.as_ref().and_then(|_| note::variant(&numbered.operation));
        let flags = Flags::new(numbered.operation.action);
        Self { numbered, variant, note, levels: Vec::new(), stock_in_set: false, flags }
    }

    /// What Shopify would refuse of the variant by itself.
    fn problems(&self, axes: &[u32]) -> Vec<Problem> {
        let item = self.numbered.operation.item;
        let mut problems = Prices::of(item).err().unwrap_or_default();
        if LengthUnit::Characters.measure(item.sku()) > SKU_LENGTH {
            let message = format!("Shopify takes SKUs of at most {SKU_LENGTH} characters.");
            problems.push(Problem::error("sku-too-long", message));
        }
        problems.extend(stock::problem(item));
        for axis in axes.iter().filter(|axis| item.text(**axis).is_none()) {
            let message = "Other variants of the product differ in this; say what this one has.";
            problems.push(Problem::error("missing-option", message).at(*axis));
        }
        problems
    }

    fn options(&self) -> [Option<&'a str>; 3] {
        OPTIONS.map(|field| self.numbered.operation.item.text(field))
    }

    /// A kept listing, and an item without stock, leave what is set as it is.
    pub(crate) fn take_stock(&mut self, settings: &Settings, compared: bool) {
        let item = self.numbered.operation.item;
        if self.flags.is_kept() || item.value(QUANTITIES).is_none() {
            let stock = self.note.iter().flat_map(|note| &note.stock);
            let unchanged = |(location, quantity): (&u64, &i64)| Level {
                location: *location,
                quantity: *quantity,
                from: Some(*quantity),
            };
            self.levels = if compared { stock.map(unchanged).collect() } else { Vec::new() };
            return;
        }
        let (levels, complete) = stock::levels(settings, item, self.note.as_ref());
        self.levels = levels;
        self.stock_in_set = self.variant.is_none() || !compared;
        if !complete {
            self.flags.add(Loss::Locations);
        }
    }

    /// What travels with the product is set when the product is.
    pub(crate) fn remembered(&self, compared: bool) -> Vec<Level> {
        let set = |level: &Level| Level { from: Some(level.quantity), ..*level };
        match (compared, self.stock_in_set) {
            (false, _) => Vec::new(),
            (true, true) => self.levels.iter().map(set).collect(),
            (true, false) => self.levels.clone(),
        }
    }

    pub(crate) fn note_losses(&mut self, first: Item<'_>, loses_images: bool) {
        let item = self.numbered.operation.item;
        if loses_images {
            self.flags.add(Loss::Images);
        }
        if [TITLE, DESCRIPTION, VENDOR, PRODUCT_TYPE]
            .iter()
            .any(|field| item.text(*field) != first.text(*field))
        {
            self.flags.add(Loss::Shared);
        }
    }
}

/// Variants that can be listed together.
pub(crate) struct Selected<'a> {
    pub(crate) variants: Vec<Candidate<'a>>,
    /// The option fields in which they differ.
    pub(crate) axes: Vec<u32>,
}

impl<'a> Selected<'a> {
    /// Without the variants that cannot be listed. Nothing when none is left, or when a variant that is listed cannot be:
    /// without it, Shopify would delete it, so the group waits.
    pub(crate) fn of(
        mut variants: Vec<Candidate<'a>>,
        deleted: &[Numbered<'a>],
        rejections: &mut Vec<Rejection>,
    ) -> Option<Self> {
        loop {
            let axes = axes(&variants);
            let problems = problems(&variants, &axes);
            if problems.iter().all(Vec::is_empty) {
                return (!variants.is_empty()).then_some(Self { variants, axes });
            }
            let held = variants
                .iter()
                .zip(&problems)
                .any(|(variant, problems)| variant.variant.is_some() && !problems.is_empty());
            if held || problems.iter().all(|problems| !problems.is_empty()) {
                hold(&variants, problems, deleted, rejections);
                return None;
            }
            let mut rest = Vec::with_capacity(variants.len());
            for (variant, problems) in variants.into_iter().zip(problems) {
                match problems.is_empty() {
                    true => rest.push(variant),
                    false => rejections.push(variant.numbered.rejected(problems)),
                }
            }
            variants = rest;
        }
    }
}

/// The options in which not all variants agree.
fn axes(variants: &[Candidate<'_>]) -> Vec<u32> {
    let differs = |field: &u32| {
        let values: BTreeSet<_> =
            variants.iter().map(|variant| variant.numbered.operation.item.text(*field)).collect();
        values.len() > 1
    };
    OPTIONS.into_iter().filter(differs).collect()
}

fn problems<'a>(variants: &[Candidate<'a>], axes: &[u32]) -> Vec<Vec<Problem>> {
    let mut seen = HashSet::with_capacity(variants.len());
    let most = MAXIMUM_VARIANTS as usize;
    let judge = |(position, variant): (usize, &Candidate<'a>)| {
        let mut problems = variant.problems(axes);
        if !seen.insert(variant.options()) {
            let message =
                "Another variant of the product has the same options; map what they differ in to `option1`.";
            problems.push(Problem::error("duplicate-variant", message).at(OPTION_1));
        }
        if position >= most {
            let message = format!("A product has at most {most} variants; split it.");
            problems.push(Problem::error("too-many-variants", message));
        }
        problems
    };
    variants.iter().enumerate().map(judge).collect()
}

/// Rejects the whole group, saying of the others on which one they wait.
fn hold(
    variants: &[Candidate<'_>],
    problems: Vec<Vec<Problem>>,
    deleted: &[Numbered<'_>],
    rejections: &mut Vec<Rejection>,
) {
    let culprit = variants.iter().zip(&problems).find(|(_, problems)| !problems.is_empty());
    let sku = culprit.map_or("", |(variant, _)| variant.numbered.operation.item.sku());
    let waits = || {
        let message =
            format!("Shopify takes a product whole, and its variant `{sku}` cannot be sent; put that right.");
        vec![Problem::error("held", message)]
    };
    for (variant, own) in variants.iter().zip(problems) {
        let own = if own.is_empty() { waits() } else { own };
        rejections.push(variant.numbered.rejected(own));
    }
    rejections.extend(deleted.iter().map(|numbered| numbered.rejected(waits())));
}
