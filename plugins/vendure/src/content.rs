//! What of the items becomes a product's variants, checked against Vendure's rules before anything is written.

use wharf_sdk::{Action, Item, Problem, Rejection};

use crate::{
    VARIANTS,
    fields::{COLOR, DESCRIPTION, INTEGER, MATERIAL, NAME, PRICE, SIZE, STOCK, VARIANT_NAME},
    group::Member,
    media::Media,
    memo::{Loss, Product, Variant},
    settings::Settings,
    slug::slug,
};

/// The fields that become option groups, and what the groups are called. The first two are used when a variant has
/// them, the others while they are needed to tell the variants apart.
const AXES: [(u32, &str); 3] = [(COLOR, "Color"), (SIZE, "Size"), (MATERIAL, "Material")];

/// The axes that are used in any case.
const USUAL: usize = 2;

/// The option group of variants that differ in nothing else.
const VARIANT: &str = "Variant";

/// The option of a variant that has none of an axis that others have.
const NONE: &str = "–";

/// The members that can be sent and the product that they make up, and those that cannot.
pub(crate) fn checked<'a>(
    settings: &Settings,
    members: Vec<Member<'a>>,
) -> (Vec<Member<'a>>, Option<Product>, Vec<Rejection>) {
    let mut sound = Vec::with_capacity(members.len());
    let mut variants = Vec::with_capacity(members.len());
    let mut rejections = Vec::new();
    for member in members {
        match variant(settings, &member) {
            Ok(variant) => {
                sound.push(member);
                variants.push(variant);
            }
            Err(problems) => rejections.push(Rejection { index: member.index, problems }),
        }
    }
    let Some(first) = shown(&sound) else {
        return (sound, None, rejections);
    };
    if sound.len() > VARIANTS as usize {
        let message =
            format!("At most {VARIANTS} variants of one product can be written; split the product.");
        let problem = Problem::error("too-many-variants", message);
        rejections.extend(sound.iter().map(|member| member.reject(problem.clone())));
        return (Vec::new(), None, rejections);
    }
    let axes = options(&sound, &mut variants);
    for (member, variant) in sound.iter().zip(&mut variants) {
        finish(variant, first, member);
    }
    let code = slug("", first.group().unwrap_or(first.sku()));
    (sound, Some(Product { code, axes, variants, media: Media::default() }), rejections)
}

/// The item that stands for the product.
pub(crate) fn shown<'a>(members: &[Member<'a>]) -> Option<Item<'a>> {
    members.iter().find(|member| !member.is(Action::Delete)).map(|member| member.operation.item)
}

fn variant(settings: &Settings, member: &Member<'_>) -> Result<Variant, Vec<Problem>> {
    let item = member.operation.item;
    let mut variant = Variant {
        sku: member.sku().to_owned(),
        id: member.id().map(str::to_owned),
        deleted: member.is(Action::Delete),
        done: false,
        name: String::new(),
        price: (0, String::new()),
        options: Vec::new(),
        levels: Vec::new(),
        pictures: Vec::new(),
        losses: Vec::new(),
    };
    if variant.deleted {
        return Ok(variant);
    }
    let mut problems = Vec::new();
    if item.text(NAME).is_none_or(|name| name.trim().is_empty()) {
        problems.push(Problem::error("empty", "Vendure takes no product without a name.").at(NAME));
    }
    match price(settings, item) {
        Ok(price) => variant.price = price,
        Err(problem) => problems.push(problem),
    }
    match levels(settings, item) {
        Ok((levels, unknown)) => {
            variant.levels = levels;
            variant.losses.extend(unknown.map(Loss::Place));
        }
        Err(problem) => problems.push(problem),
    }
    if problems.is_empty() { Ok(variant) } else { Err(problems) }
}

/// As Vendure counts ([docs](https://docs.vendure.io/guides/core-concepts/money/)), and the currency.
pub(crate) fn price(settings: &Settings, item: Item<'_>) -> Result<(i64, String), Problem> {
    let Some(money) = item.money(PRICE) else {
        return Err(Problem::error("missing", "Vendure needs a price to sell at.").at(PRICE));
    };
    let digits = settings.digits(money.currency);
    match money.amount.scaled(digits) {
        Ok(amount) if (0..=INTEGER).contains(&amount) => Ok((amount, money.currency.to_owned())),
        Ok(_) => {
            let message = format!("Vendure stores prices from 0 to {INTEGER} of the smallest unit.");
            Err(Problem::error("price-out-of-range", message).at(PRICE))
        }
        Err(error) => {
            let message = format!(
                "Vendure counts {} with {digits} digits: {error}. Round the price, or correct `price_digits`.",
                money.currency
            );
            Err(Problem::error("inexact-price", message).at(PRICE))
        }
    }
}

/// Units by Vendure's locations, and a place that the settings do not name.
pub(crate) type Levels = (Vec<(String, i64)>, Option<String>);

pub(crate) fn levels(settings: &Settings, item: Item<'_>) -> Result<Levels, Problem> {
    let mut levels = Vec::new();
    let mut unknown = None;
    for level in item.levels(STOCK) {
        if level.quantity > INTEGER {
            let message = format!("Vendure counts up to {INTEGER} units; `{}` has more.", level.location);
            return Err(Problem::error("stock-out-of-range", message).at(STOCK));
        }
        match settings.stock_locations.get(level.location) {
            Some(location) => levels.push((location.clone(), level.quantity)),
            None => unknown = unknown.or_else(|| Some(level.location.to_owned())),
        }
    }
    Ok((levels, unknown))
}

/// Gives every variant its options, so that no two have the same; says in which groups.
///
/// Vendure wants an option of every group from every variant, and lets a product without groups have one variant
/// ([docs](https://docs.vendure.io/guides/core-concepts/products/)).
fn options(members: &[Member<'_>], variants: &mut [Variant]) -> Vec<String> {
    let written: Vec<usize> =
        (0..members.len()).filter(|index| !members[*index].is(Action::Delete)).collect();
    let grouped = members.iter().any(|member| member.operation.item.group().is_some());
    let mut names = Vec::new();
    for (index, (field, name)) in AXES.iter().enumerate() {
        let filled = written.iter().any(|at| value(members[*at].operation.item, *field).is_some());
        let needed = index < USUAL || !distinct(variants, &written);
        if grouped && filled && needed {
            for at in &written {
                let value = value(members[*at].operation.item, *field).unwrap_or(NONE);
                variants[*at].options.push(value.to_owned());
            }
            names.push((*name).to_owned());
        }
    }
    if !distinct(variants, &written) {
        for at in &written {
            let item = members[*at].operation.item;
            let value = value(item, VARIANT_NAME).filter(|_| distinct_names(members, &written));
            variants[*at].options.push(value.unwrap_or(item.sku()).to_owned());
        }
        names.push(VARIANT.to_owned());
    }
    names
}

fn value(item: Item<'_>, field: u32) -> Option<&str> {
    item.text(field).map(str::trim).filter(|text| !text.is_empty())
}

fn distinct(variants: &[Variant], written: &[usize]) -> bool {
    let mut options: Vec<&[String]> = written.iter().map(|at| &variants[*at].options[..]).collect();
    options.sort_unstable();
    options.windows(2).all(|pair| pair[0] != pair[1])
}

fn distinct_names(members: &[Member<'_>], written: &[usize]) -> bool {
    let mut names: Vec<Option<&str>> =
        written.iter().map(|at| value(members[*at].operation.item, VARIANT_NAME)).collect();
    names.sort_unstable();
    names.iter().all(Option::is_some) && names.windows(2).all(|pair| pair[0] != pair[1])
}

/// The variant's name, and what it says otherwise than the item that stands for the product.
fn finish(variant: &mut Variant, shown: Item<'_>, member: &Member<'_>) {
    if variant.deleted {
        return;
    }
    let item = member.operation.item;
    let own = value(item, VARIANT_NAME).map(str::to_owned);
    variant.name = own.unwrap_or_else(|| {
        let options = variant.options.iter().map(String::as_str).filter(|option| *option != NONE);
        let parts: Vec<&str> = value(item, NAME).into_iter().chain(options).collect();
        wharf_sdk::cut(&parts.join(" "), 255, wharf_sdk::LengthUnit::Characters).to_owned()
    });
    for (field, loss) in [(NAME, Loss::Name), (DESCRIPTION, Loss::Description)] {
        if item.text(field) != shown.text(field) {
            variant.losses.push(loss);
        }
    }
}
