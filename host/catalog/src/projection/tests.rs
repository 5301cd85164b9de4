//! The behaviours of projection, told with one small shop.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::*;
use crate::{
    declaration::{Bounds, Categories, Field, FieldKind, Lane, LengthLimit, LengthUnit, Requirement},
    item::{Content, Measure, Money},
    mapping::{DetailedRule, Rule},
    product::{Price, Sku},
};

fn field(name: &str, kind: FieldKind, lane: Lane, source: &str) -> Field {
    Field { lane, source: Some(source.into()), ..Field::new(name, kind) }
}

fn channel(fields: Vec<Field>) -> Description {
    Description { fields, ..Description::new("shop", "1.0.0", "A shop") }
}

fn shop() -> Description {
    channel(vec![
        Field {
            required: true,
            length: Some(LengthLimit { maximum: 20, unit: LengthUnit::Characters, truncate: true }),
            ..field("title", FieldKind::Text, Lane::Content, "name")
        },
        field("price", FieldKind::Money, Lane::Price, "price"),
        field("quantity", FieldKind::Quantity, Lane::Stock, "stock"),
        Field {
            choices: vec!["blue".into(), "red".into()],
            ..field("color", FieldKind::Choice, Lane::Content, "color")
        },
    ])
}

fn germany() -> Scope {
    serde_json::from_str(r#"{"locale": "de-DE", "country": "DE", "currency": "EUR"}"#).unwrap()
}

fn projector(mapping: &[(&str, Rule)]) -> Projector {
    let mapping = Mapping(mapping.iter().map(|(field, rule)| ((*field).to_owned(), rule.clone())).collect());
    Projector::new(shop(), &mapping, germany()).unwrap()
}

fn product(sku: &str, attributes: &[(&str, &str)]) -> Product {
    let mut product = Product::new(Sku::from_str(sku).unwrap());
    for (key, text) in attributes {
        product.attributes.insert((*key).into(), Value::Text((*text).into()));
    }
    product
}

fn alone(product: &Product) -> Candidate<'_> {
    Candidate { product, ancestors: &[], stock: &[] }
}

#[track_caller]
fn listed(projection: Projection) -> (Item, Vec<Problem>) {
    match projection {
        Projection::Listed { item, warnings } => (item, warnings),
        other => panic!("expected a listed item, got {other:?}"),
    }
}

fn content(item: &Item, field: u32) -> Option<&Content> {
    item.values.iter().find(|value| value.field == field).map(|value| &value.content)
}

#[test]
fn the_channels_own_language_wins_over_text_without_a_language() {
    let product = product("A", &[("name", "Lamp"), ("name@de", "Lampe"), ("name@fr-FR", "Lampe de table")]);
    let (item, _) = listed(projector(&[]).project(alone(&product)));
    assert_eq!(content(&item, 0), Some(&Content::Text("Lampe".into())));
}

#[test]
fn a_variant_inherits_what_only_its_model_holds() {
    let mut model = product("M", &[("name", "Lamp"), ("color", "red")]);
    model.prices.push(Price { list: "base".into(), currency: "EUR".into(), amount: Decimal::new(1290, 2) });
    let mut variant = product("M-blue", &[("color", "blue")]);
    variant.parent = Some(model.sku.clone());
    let stock = [("berlin".to_owned(), 3), ("wien".to_owned(), 4)];
    let candidate = Candidate { product: &variant, ancestors: &[&model], stock: &stock };
    let (item, _) = listed(projector(&[]).project(candidate));
    assert_eq!(item.group.as_deref(), Some("M"));
    assert_eq!(content(&item, 3), Some(&Content::Text("blue".into())));
    assert_eq!(content(&item, 2), Some(&Content::Quantity(7)));
    let price = Money { amount: Decimal::new(1290, 2), currency: "EUR".into() };
    assert_eq!(content(&item, 1), Some(&Content::Money(price)));
}

#[test]
fn a_missing_required_field_names_the_field_and_what_would_fill_it() {
    let Projection::Incomplete(problems) = projector(&[]).project(alone(&product("A", &[]))) else {
        panic!("a product without a name must be incomplete");
    };
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field.as_deref(), Some("title"));
    assert_eq!(problems[0].message, "`title` is required and empty: fill `name` for de-DE in EUR");
}

#[test]
fn a_variant_whose_model_is_missing_is_held_back() {
    let mut variant = product("A", &[("name", "Lamp")]);
    variant.parent = Some(Sku::from_str("M").unwrap());
    let Projection::Incomplete(problems) = projector(&[]).project(alone(&variant)) else {
        panic!("an orphan must be incomplete");
    };
    assert_eq!(problems[0].code, "parent-missing");
}

#[test]
fn long_text_is_cut_at_a_word_and_the_loss_is_said() {
    let product = product("A", &[("name", "A lamp that is bright and green")]);
    let (item, warnings) = listed(projector(&[]).project(alone(&product)));
    assert_eq!(content(&item, 0), Some(&Content::Text("A lamp that is".into())));
    assert_eq!(warnings[0].code, "truncated");
}

#[test]
fn a_template_joins_sources_and_a_translation_meets_the_channels_choices() {
    let rules = [
        (
            "title",
            Rule::Detailed(DetailedRule {
                template: Some("{{ brand }} {{ name }}".into()),
                ..DetailedRule::default()
            }),
        ),
        (
            "color",
            Rule::Detailed(DetailedRule {
                from: Some(vec!["farbe".into()]),
                translate: [("Blau".to_owned(), "BLUE".to_owned())].into(),
                ..DetailedRule::default()
            }),
        ),
    ];
    let product = product("A", &[("name", "Lampe"), ("brand", "Lux"), ("farbe", "Blau")]);
    let (item, _) = listed(projector(&rules).project(alone(&product)));
    assert_eq!(content(&item, 0), Some(&Content::Text("Lux Lampe".into())));
    assert_eq!(content(&item, 3), Some(&Content::Text("blue".into())));
}

#[test]
fn a_value_outside_the_choices_is_refused_by_name() {
    let product = product("A", &[("name", "Lampe"), ("color", "mauve")]);
    let Projection::Incomplete(problems) = projector(&[]).project(alone(&product)) else {
        panic!("mauve is not a choice");
    };
    assert_eq!(problems[0].code, "unknown-choice");
    assert!(problems[0].message.contains("blue, red") && problems[0].message.contains("\"mauve\""));
}

#[test]
fn a_rule_for_an_unknown_field_suggests_the_nearest() {
    let mapping = Mapping([("tilte".to_owned(), Rule::Source("name".into()))].into());
    let error = Projector::new(shop(), &mapping, germany()).unwrap_err();
    assert!(error.to_string().ends_with("did you mean `title`?"), "{error}");
}

#[test]
fn stock_is_buffered_capped_and_never_negative() {
    let scope = Scope { stock_buffer: 2, stock_maximum: Some(5), locations: vec!["a".into()], ..germany() };
    let at = |units: i64| [("a".to_owned(), units), ("b".to_owned(), 100)];
    assert_eq!(scope.allocate(&at(1)), Some(0));
    assert_eq!(scope.allocate(&at(4)), Some(2));
    assert_eq!(scope.allocate(&at(50)), Some(5));
    assert_eq!(scope.allocate(&[("b".to_owned(), 9)]), None, "unknown is not zero");
}

#[test]
fn only_the_lane_that_changed_disagrees() {
    let projector = projector(&[]);
    let seed = Seed::new(["digest", "{}"]);
    let fields = &projector.description().fields;
    let product = product("A", &[("name", "Lampe")]);
    let with_stock = |units| {
        let stock = [("a".to_owned(), units)];
        let candidate = Candidate { product: &product, ancestors: &[], stock: &stock };
        Fingerprint::new(&seed, &listed(projector.project(candidate)).0, fields)
    };
    let (before, after) = (with_stock(1), with_stock(2));
    assert!(!before.agrees(&after, Lane::Stock));
    assert!(before.agrees(&after, Lane::Price) && before.agrees(&after, Lane::Content));
    assert_eq!(Fingerprint::from_bytes(&after.to_bytes()), Some(after));
    let elsewhere = Seed::new(["digest{", "}"]);
    assert!(
        !Fingerprint::new(&elsewhere, &Item::default(), fields)
            .agrees(&Fingerprint::new(&seed, &Item::default(), fields), Lane::Stock)
    );
}

#[test]
fn a_number_outside_its_bounds_is_named_with_them() {
    let bounds = Bounds { minimum: Some(Decimal::ONE), maximum: Some(Decimal::TEN) };
    let weight =
        Field { bounds: Some(bounds), ..field("weight", FieldKind::Number, Lane::Content, "weight") };
    let projector = Projector::new(channel(vec![weight]), &Mapping::default(), germany()).unwrap();
    let heavy = product("A", &[("weight", "10.5")]);
    let Projection::Incomplete(problems) =
        projector.project(Candidate { product: &heavy, ancestors: &[], stock: &[] })
    else {
        panic!("it is listed")
    };
    assert_eq!(problems[0].code, "out-of-bounds");
    assert!(problems[0].message.contains("1 to 10"), "{}", problems[0].message);
}

#[test]
fn a_measure_is_read_from_text_in_the_channels_spelling_of_the_unit() {
    let units = vec!["kg".into(), "g".into()];
    let weight = Field { units, ..field("weight", FieldKind::Measure, Lane::Content, "weight") };
    let projector = Projector::new(channel(vec![weight]), &Mapping::default(), germany()).unwrap();
    let project = |text: &str| {
        let product = product("A", &[("weight", text)]);
        projector.project(Candidate { product: &product, ancestors: &[], stock: &[] })
    };
    let Projection::Listed { item, .. } = project("1.25 KG") else { panic!("it is refused") };
    let measure = Measure { amount: Decimal::new(125, 2), unit: "kg".into() };
    assert_eq!(item.values[0].content, Content::Measure(measure));
    for bad in ["1.25 lb", "heavy", "1.25"] {
        assert!(matches!(project(bad), Projection::Incomplete(_)), "{bad}");
    }
}

#[test]
fn a_category_may_require_a_field_and_narrow_its_choices() {
    let mut description = channel(vec![
        field("category", FieldKind::Text, Lane::Content, "category"),
        field("size", FieldKind::Text, Lane::Content, "size"),
    ]);
    let requirement = |choices: &[&str]| Requirement {
        category: "Shoes".into(),
        field: 1,
        required: true,
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
    };
    description.categories = Some(Categories { field: 0, requirements: vec![requirement(&["41", "42"])] });
    let projector = Projector::new(description, &Mapping::default(), germany()).unwrap();
    let code = |attributes: &[(&str, &str)]| {
        let product = product("A", attributes);
        match projector.project(Candidate { product: &product, ancestors: &[], stock: &[] }) {
            Projection::Incomplete(problems) => problems[0].code.clone(),
            _ => String::new(),
        }
    };
    assert_eq!(code(&[("category", "Shoes > Boots")]), "missing");
    assert_eq!(code(&[("category", "Shoes > Boots"), ("size", "XL")]), "unknown-choice");
    assert_eq!(code(&[("category", "Shoes"), ("size", "42")]), "");
    assert_eq!(code(&[("category", "Bags")]), "");
}

#[test]
fn stock_by_location_adds_up_to_what_other_channels_are_told() {
    let levels = Field { lane: Lane::Stock, ..Field::new("levels", FieldKind::Levels) };
    let scope = Scope { stock_buffer: 4, locations: vec!["a".into(), "b".into()], ..germany() };
    let projector = Projector::new(channel(vec![levels]), &Mapping::default(), scope).unwrap();
    let stock = [("a".to_owned(), 5), ("b".to_owned(), 3), ("c".to_owned(), 9)];
    let product = product("A", &[]);
    let Projection::Listed { item, .. } =
        projector.project(Candidate { product: &product, ancestors: &[], stock: &stock })
    else {
        panic!("it is refused")
    };
    let Content::Levels(levels) = &item.values[0].content else { panic!("{item:?}") };
    let shown: Vec<_> = levels.iter().map(|level| (level.location.as_str(), level.quantity)).collect();
    assert_eq!(shown, [("a", 4), ("b", 0)]);
}
