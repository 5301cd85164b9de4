//! Nothing is lost without a word: what a field holds has to make a difference, down to its last character.

use wharf_catalog::{
    Context, Decimal, Field, FieldKind, Item,
    item::{Content, Level, Measure, Picture},
};

use serde_json::Value;

use super::{
    Held, failed, held,
    token::money,
    trial::{Trial, upsert, with},
};
use crate::{conformance::Finding, exchange::Preparation};

/// A field that nothing depends on is one that the operator fills in vain.
pub(super) fn every_field_counts(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if trial.ways().is_empty() || trial.fields().is_empty() {
        return Ok(None);
    }
    let contexts = trial.settings_variants();
    for (index, field) in trial.fields().iter().enumerate() {
        let mut lost = false;
        for context in &contexts {
            match trial.counts(context, index, field)? {
                Some(true) => {
                    lost = false;
                    break;
                }
                counts => lost |= counts == Some(false),
            }
        }
        if lost {
            let tried = format!("an item with this, with that and with nothing in `{}`", field.name);
            return failed(tried, "requests, rows and memos are the same, so whatever is in it gets lost");
        }
    }
    held(
        format!("each of {} fields filled, changed and empty", trial.fields().len()),
        "each makes a difference",
    )
}

impl Trial<'_> {
    /// Whether any way that an item can go depends on this field; nothing when no item with it goes out.
    fn counts(&self, context: &Context, index: usize, field: &Field) -> Result<Option<bool>, Finding> {
        let mut counts = None;
        let others = others(field);
        let sparse = with(&self.sparse_item("WHARF-1"), index, self.ordinary(index));
        for item in self.alone_and_as_variant().into_iter().chain([sparse]) {
            for way in self.ways_of(field.lane) {
                let first = self.output_in(context, way, &item)?;
                counts = counts.or(first.is_listed().then_some(false));
                let changes = others.iter().cloned().map(Some).chain([None]);
                for change in changes {
                    if self.output_in(context, way, &with(&item, index, change))? != first {
                        return Ok(Some(true));
                    }
                }
            }
        }
        Ok(match counts {
            Some(false) => Some(self.tells_variants_apart(context, index, &others)?),
            counts => counts,
        })
    }

    /// Whether the field matters in a product of two variants that differ in nothing else.
    fn tells_variants_apart(
        &self,
        context: &Context,
        index: usize,
        others: &[Content],
    ) -> Result<bool, Finding> {
        let [_, variant] = self.alone_and_as_variant();
        let alike = self.both(context, &variant, &variant)?;
        for other in others {
            let other = with(&variant, index, Some(other.clone()));
            if self.both(context, &variant, &other)? != alike {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What becomes of two variants in one call.
    fn both(&self, context: &Context, first: &Item, second: &Item) -> Result<Option<Preparation>, Finding> {
        if !self.publishes() {
            return Ok(None);
        }
        let second = Item { sku: "WHARF-2".into(), ..second.clone() };
        let prepared = self.connector().prepare(context, &[upsert(first.clone()), upsert(second)]);
        prepared.map(Some).map_err(|error| Finding::new("two variants of one product", error))
    }

    /// The sample context, and one for each choice that a setting offers beside the one that it has there.
    fn settings_variants(&self) -> Vec<Context> {
        let mut contexts = vec![self.context().clone()];
        let schema: Value =
            serde_json::from_str(&self.connector().description().settings_schema).unwrap_or_default();
        let Some(Value::Object(settings)) = self.settings() else { return contexts };
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let either = [Value::Bool(true), Value::Bool(false)];
            let offered = match &property["enum"] {
                Value::Array(choices) => choices.as_slice(),
                _ if property["type"] == "boolean" => &either,
                _ => &[],
            };
            for value in offered.iter().filter(|value| settings.get(name) != Some(value)) {
                let mut changed = settings.clone();
                changed.insert(name.clone(), value.clone());
                contexts
                    .push(Context { settings: Value::Object(changed).to_string(), ..self.context().clone() });
            }
        }
        contexts
    }
}

/// Contents that differ from the ordinary one in every way that could matter.
fn others(field: &Field) -> Vec<Content> {
    let text = |text: &str| Content::Text(text.to_owned());
    let within = |number: Decimal| {
        let Some(bounds) = field.bounds else { return number };
        let number = bounds.minimum.map_or(number, |minimum| number.max(minimum));
        bounds.maximum.map_or(number, |maximum| number.min(maximum))
    };
    match field.kind {
        FieldKind::Text => vec![text("Z9")],
        FieldKind::Html => vec![text("<p>Z9</p>")],
        FieldKind::Texts => vec![Content::Texts(vec!["Z9".into()])],
        FieldKind::Number => {
            vec![Content::Number(within(Decimal::from(3))), Content::Number(within(Decimal::ONE))]
        }
        FieldKind::Quantity => vec![Content::Quantity(0), Content::Quantity(3)],
        FieldKind::Levels => {
            let level = |quantity| Content::Levels(vec![Level { location: "main".into(), quantity }]);
            vec![level(0), level(3)]
        }
        FieldKind::Money => vec![money(501, 2, "EUR"), money(9_900_001, 2, "EUR")],
        FieldKind::Measure => {
            let unit = field.units.last().cloned().unwrap_or_else(|| "kg".into());
            vec![Content::Measure(Measure { amount: within(Decimal::from(3)), unit })]
        }
        FieldKind::Flag => vec![Content::Flag(false)],
        FieldKind::Url => vec![text("https://shop.example/other")],
        FieldKind::Images => vec![Content::Images(pictures(2))],
        FieldKind::Gtin => vec![text("9780201379624")],
        FieldKind::Date => vec![text("2031-12-24"), text("2019-02-03T04:05:06Z")],
        FieldKind::Choice => field.choices.iter().skip(1).take(3).map(|choice| text(choice)).collect(),
    }
}

/// Values in a list that declares no limit.
const MANY: usize = 300;

/// What comes last in a long list has to arrive, or be told of.
pub(super) fn the_last_of_many_counts(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let lists = trial.fields_of(&[FieldKind::Images, FieldKind::Texts]);
    for (index, field) in &lists {
        let most = field.maximum_values.map_or(MANY, |most| (most as usize).min(MANY));
        let list = |count| match field.kind {
            FieldKind::Images => Content::Images(pictures(count)),
            _ => Content::Texts((0..count).map(|number| format!("w{number}")).collect()),
        };
        if most < 3 {
            continue;
        }
        let about = format!("{most} values in `{}` and one fewer", field.name);
        trial.last_counts(&about, *index, [list(most), list(most - 1), list(1)])?;
    }
    match lists.is_empty() || trial.ways().is_empty() {
        true => Ok(None),
        false => held("lists as long as they may be", "the last of each arrives, or its loss is told"),
    }
}

impl Trial<'_> {
    /// Requires that contents which differ only at their very end differ on their way, or that more is noted or
    /// complained of than with a short one. Where the field makes no difference at all there is nothing to see.
    pub(super) fn last_counts(
        &self,
        tried: &str,
        index: usize,
        [long, almost, short]: [Content; 3],
    ) -> Result<(), Finding> {
        let field = &self.fields()[index];
        let mut silent = false;
        for item in self.alone_and_as_variant() {
            for way in self.ways_of(field.lane) {
                let pass = |content: &Content| self.output(way, &with(&item, index, Some(content.clone())));
                let (long, almost, short) = (pass(&long)?, pass(&almost)?, pass(&short)?);
                if long != almost {
                    return Ok(());
                }
                let told = long.noted != short.noted || !long.is_listed();
                silent |= !told && long.sent != short.sent;
            }
        }
        match silent {
            true => failed(tried, "both go out alike, and nothing tells of the loss"),
            false => Ok(()),
        }
    }

    /// An ordinary item by itself, and as the variant of a product: some fields matter only there.
    fn alone_and_as_variant(&self) -> [Item; 2] {
        let alone = self.item("WHARF-1");
        let variant = Item { group: Some("WHARF".into()), ..alone.clone() };
        [alone, variant]
    }
}

fn pictures(count: usize) -> Vec<Picture> {
    let picture = |number| Picture { url: format!("https://shop.example/i/{number}.jpg"), alt: None };
    (0..count).map(picture).collect()
}

impl Trial<'_> {
    /// Ordinary items whose longest text field holds about as many bytes as this, within its limit.
    pub(super) fn long_items(&self, count: usize, bytes: usize) -> Vec<Item> {
        let room = |field: &Field| field.length.map_or(usize::MAX, |length| length.maximum as usize);
        let texts = self.fields_of(&[FieldKind::Text, FieldKind::Html]);
        let longest = texts.into_iter().max_by_key(|(_, field)| room(field));
        let mut items = self.items(count);
        if let Some((index, field)) = longest {
            let text = "Regenjacke ".repeat(room(field).min(bytes) / 11);
            for item in &mut items {
                *item = with(item, index, Some(Content::Text(text.clone())));
            }
        }
        items
    }
}
