//! Texts, numbers under barcodes and everything that a careless program chokes on: points 18 to 20.

use wharf_catalog::{
    FieldKind,
    declaration::{LengthLimit, LengthUnit},
    item::{Content, Picture},
};

use super::{
    Held, Question, failed,
    form::{self, Form},
    held, intake,
    output::contents,
    trial::{Trial, with},
};
use crate::{
    conformance::Finding,
    exchange::{Body, Exchange},
};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 18,
        name: "gtins-keep-their-digits",
        why: "a GTIN that lost its zeros, or is refused though it is right, belongs to no article or to another",
        without: "it takes no GTIN",
        parts: &[gtins_keep_their_digits],
    },
    Question {
        number: 19,
        name: "texts-go-to-their-declared-limit",
        why: "the host lets through what the declaration allows; characters, bytes and UTF-16 units are three limits",
        without: "no field declares a length",
        parts: &[texts_go_to_their_limit],
    },
    Question {
        number: 20,
        name: "hostile-texts-stay-texts",
        why: "one quotation mark in a name must not turn a file of a million rows into one that nobody can read",
        without: "it neither writes nor reads anything",
        parts: &[
            requests_are_well_formed,
            a_file_is_well_formed,
            a_megabyte_is_survived,
            hundreds_are_survived,
            intake::garbage_is_survived,
        ],
    },
];

/// All right, of every length; the third has the check digit 0, and the last two lead with zeros.
const GTINS: [&str; 6] =
    ["4006381333931", "9780201379624", "4000000000020", "036000291452", "00012345678905", "96385074"];

fn gtins_keep_their_digits(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let fields = trial.fields_of(&[FieldKind::Gtin]);
    let mut arrived = 0;
    for (index, field) in &fields {
        let mut refused = Vec::new();
        for gtin in GTINS {
            let item = with(&trial.item("WHARF"), *index, Some(Content::Text(gtin.into())));
            for output in trial.outputs(&item)? {
                if output.rejects(&field.name) {
                    refused.push(gtin);
                } else if let Some(found) = digits(&output.sent, gtin) {
                    if !is_same_number(found, gtin) {
                        return failed(
                            format!("the GTIN {gtin} in `{}`", field.name),
                            format!("{found} goes out"),
                        );
                    }
                    arrived += 1;
                }
            }
        }
        if refused.contains(&GTINS[2]) && !refused.contains(&GTINS[0]) {
            return failed(
                format!("the GTIN {} in `{}`", GTINS[2], field.name),
                "a right check digit 0 is refused",
            );
        }
        for wrong in ["4006381333932", "0000000000000", "40063813339", "40063813339E1", ""] {
            trial.outputs(&with(&trial.item("WHARF"), *index, Some(Content::Text(wrong.into()))))?;
        }
    }
    match fields.is_empty() {
        true => Ok(None),
        false => {
            held("GTINs of every length, right and wrong", format!("{arrived} arrive with their digits"))
        }
    }
}

/// The run of digits that ends as this GTIN does, if one goes out.
fn digits<'a>(sent: &'a [u8], gtin: &str) -> Option<&'a str> {
    let core = gtin.trim_start_matches('0');
    let runs = sent.split(|byte| !byte.is_ascii_digit()).filter_map(|run| std::str::from_utf8(run).ok());
    runs.filter(|run| run.len() <= 14).find(|run| run.trim_start_matches('0') == core)
}

/// Whether these digits are the GTIN, as it was written or in another of its lengths.
fn is_same_number(found: &str, gtin: &str) -> bool {
    found.len() == gtin.len() || matches!(found.len(), 8 | 12..=14)
}

/// Alphabets whose letters have one, two and four bytes; the last one's are two units of UTF-16.
const ALPHABETS: [&str; 3] = ["Wanderschuh ", "äöü ß ", "\u{1f97e}\u{1f392}"];

fn texts_go_to_their_limit(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut tried = 0;
    for (index, field) in trial.fields_of(&[FieldKind::Text, FieldKind::Html]) {
        let Some(limit) = field.length else { continue };
        for alphabet in ALPHABETS {
            let text = filled(alphabet, limit);
            let about = format!("{} {} of {alphabet:?} in `{}`", limit.maximum, unit(limit.unit), field.name);
            let item = with(&trial.item("WHARF-1"), index, Some(Content::Text(text.clone())));
            for (plain, output) in trial.outputs(&trial.item("WHARF-1"))?.iter().zip(trial.outputs(&item)?) {
                if plain.is_listed() && output.rejects(&field.name) {
                    return failed(
                        about,
                        format!("it declares the length and refuses it: {:?}", output.rejected),
                    );
                }
            }
            let almost = changed_at_the_end(&text);
            let contents = [text.as_str(), &almost, "a"].map(|text| Content::Text(text.to_owned()));
            trial.last_counts(&format!("{about}, and the same with another end"), index, contents)?;
            tried += 1;
        }
    }
    match tried {
        0 => Ok(None),
        _ => held(format!("{tried} texts that are as long as their fields allow"), "all arrive to their end"),
    }
}

/// As many of these letters as the limit takes, with a letter of ASCII at the end.
fn filled(alphabet: &str, limit: LengthLimit) -> String {
    let maximum = limit.maximum as usize;
    let mut text = String::new();
    let mut length = 0;
    for letter in alphabet.chars().cycle() {
        let more = limit.unit.measure(letter.encode_utf8(&mut [0; 4]));
        if length + more >= maximum {
            break;
        }
        text.push(letter);
        length += more;
    }
    text.extend(std::iter::repeat_n('x', maximum - length));
    text
}

/// The same but for its last letter.
fn changed_at_the_end(text: &str) -> String {
    let mut changed = text.to_owned();
    changed.pop();
    changed.push('y');
    changed
}

fn unit(unit: LengthUnit) -> &'static str {
    match unit {
        LengthUnit::Characters => "characters",
        LengthUnit::Bytes => "bytes",
        LengthUnit::Utf16 => "UTF-16 units",
    }
}

fn requests_are_well_formed(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    let mut read = 0;
    for sample in &trial.subject.samples.operations {
        let tried = format!("{:?} of {}", sample.operation.action, sample.about);
        let prepared = trial.subject.prepare_all(&tried, std::slice::from_ref(&sample.operation))?;
        for exchange in &prepared.exchanges {
            for (form, body) in bodies(trial, exchange) {
                if let Err(what) = form::check(form, body) {
                    return failed(tried, format!("the body is no {form}: {what}"));
                }
                read += 1;
            }
        }
    }
    held("operations on items with nasty values", format!("{read} bodies, all well formed"))
}

/// Body and document, with the form that each claims to have.
fn bodies<'a>(trial: &Trial<'_>, exchange: &'a Exchange) -> Vec<(Form, &'a [u8])> {
    let request = &exchange.request;
    let endpoint = trial.connector().description().endpoints.get(request.endpoint as usize);
    let constant = endpoint.into_iter().flat_map(|endpoint| &endpoint.headers);
    let named = request.headers.iter().chain(constant).find(|(name, _)| name == "content-type");
    let declared = named.and_then(|(_, value)| Form::of(value));
    let is_form = matches!(request.body, Body::Form(_));
    let document = exchange.document.as_deref().unwrap_or_default();
    let form = |(own, bytes): (Option<&str>, &'a [u8])| {
        let declared = own.and_then(Form::of).or(declared.filter(|_| !is_form));
        declared.or_else(|| Form::guessed(bytes)).map(|it| (it, bytes))
    };
    let bodies = contents(&request.body).into_iter().filter_map(form);
    let document = Form::guessed(document).map(|it| (it, document));
    bodies.chain(document).filter(|(_, bytes)| !bytes.is_empty()).collect()
}

fn a_file_is_well_formed(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "a file of items with nasty values";
    if !trial.feeds() {
        return Ok(None);
    }
    let Some(opening) = trial.subject.head()? else { return Ok(None) };
    let items = trial.subject.items();
    let rows = trial.subject.rows(TRIED, &items)?;
    let listed = items.len() - rows.rejections.len();
    let mut file = opening.content;
    file.extend(rows.content);
    let tail = trial.connector().tail(trial.context(), listed as u64);
    file.extend(tail.map_err(|error| Finding::new(TRIED, error))?);
    let Some(form) = Form::of(&opening.content_type) else { return Ok(None) };
    match form::check(form, &file) {
        Ok(()) => held(TRIED, format!("{listed} rows of well-formed {form}")),
        Err(what) => failed(TRIED, format!("the file is no {form}: {what}")),
    }
}

/// Fields that get a text of a megabyte.
const MEGABYTE_FIELDS: usize = 3;

fn a_megabyte_is_survived(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let fields = trial.fields_of(&[FieldKind::Text, FieldKind::Html]);
    let unlimited = fields.into_iter().filter(|(_, field)| field.length.is_none()).take(MEGABYTE_FIELDS);
    let mut tried = 0;
    for (index, _) in unlimited {
        let text = "<b>\"\\ä\u{0}&</b> ".repeat((1 << 20) / 17);
        trial.outputs(&with(&trial.item("WHARF-1"), index, Some(Content::Text(text))))?;
        tried += 1;
    }
    match tried {
        0 => Ok(None),
        _ => held(format!("a text of a megabyte in {tried} fields"), "taken or refused"),
    }
}

/// Values in lists without a limit.
const HUNDREDS: usize = 500;

fn hundreds_are_survived(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let fields = trial.fields_of(&[FieldKind::Images, FieldKind::Texts]);
    for (index, field) in &fields {
        let count = field.maximum_values.map_or(HUNDREDS, |most| (most as usize).min(HUNDREDS));
        let picture = |number| Picture {
            url: format!("https://shop.example/i/{number}.jpg?a=%22&b='(1)'"),
            alt: Some("\"=1+1\u{202e}".into()),
        };
        let list = match field.kind {
            FieldKind::Images => Content::Images((0..count).map(picture).collect()),
            _ => Content::Texts(vec!["a,b;\"c\"\n".into(); count]),
        };
        trial.outputs(&with(&trial.item("WHARF-1"), *index, Some(list)))?;
    }
    match fields.is_empty() || trial.ways().is_empty() {
        true => Ok(None),
        false => held("hundreds of images and texts", "taken or refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_text_is_exactly_as_long_as_allowed_in_its_unit() {
        for alphabet in ALPHABETS {
            for unit in [LengthUnit::Characters, LengthUnit::Bytes, LengthUnit::Utf16] {
                for maximum in [5, 39, 70] {
                    let text = filled(alphabet, LengthLimit { maximum, unit, truncate: false });
                    assert_eq!(unit.measure(&text), maximum as usize, "{text}");
                    let changed = changed_at_the_end(&text);
                    assert!(changed != text && unit.measure(&changed) == maximum as usize);
                }
            }
        }
    }

    #[test]
    fn a_gtin_may_change_its_length_and_not_its_number() {
        assert!(is_same_number(
            digits(b"{\"gtin\":\"012345678905\"}", "00012345678905").unwrap(),
            "00012345678905"
        ));
        assert!(!is_same_number(
            digits(b"{\"gtin\":12345678905}", "00012345678905").unwrap(),
            "00012345678905"
        ));
        assert_eq!(digits(b"no number", "00012345678905"), None);
    }
}
