//! Descriptions in fields that declare a grammar: elements, attributes and places that it does not allow.

use wharf_catalog::{FieldKind, item::Content};

use super::{
    Held, failed, held,
    trial::{Trial, with},
};
use crate::conformance::Finding;

/// An element that no vendor takes, in ways in which it gets past careless filters.
const FOREIGN: [&str; 6] = [
    "<p>before</p><wharfx>inside</wharfx>",
    "<wharfx onclick=\"wharfclick()\">inside",
    "<WHARFX\n>inside</WHARFX >",
    "<p>before<wharfx/>after</p>",
    "<<wharfx>wharfx>inside</wharfx>",
    "<p>a</p><!-- <wharfx> --><wharfx",
];

pub(super) fn only_allowed_elements(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut tried = 0;
    for (index, field) in trial.fields_of(&[FieldKind::Html]) {
        let Some(grammar) = &field.grammar else { continue };
        let element = grammar.elements.first().map_or("p", |element| element.name.as_str());
        let attribute = format!("<{element} onclick=\"wharfclick()\">inside</{element}>");
        let allowed_with_more = format!("<{element} onclick");
        for html in FOREIGN.iter().map(|it| (*it).to_owned()).chain([attribute]) {
            let item = with(&trial.item("WHARF-1"), index, Some(Content::Text(html.clone())));
            for output in trial.outputs(&item)? {
                if let Some(found) =
                    ["<wharfx", &allowed_with_more].iter().find(|tag| carries(&output.sent, tag))
                {
                    let tried = format!("{html:?} in `{}`, whose grammar has no such thing", field.name);
                    return failed(tried, format!("`{found}` goes out"));
                }
            }
            tried += 1;
        }
    }
    match tried {
        0 => Ok(None),
        _ => held(format!("{tried} descriptions with markup beyond the grammar"), "none of it goes out"),
    }
}

/// Whether the tag goes out as a tag, and not as the text that looks like it.
fn carries(sent: &[u8], tag: &str) -> bool {
    let sent = String::from_utf8_lossy(sent).to_lowercase();
    let in_json = tag.replace('<', "\\u003c");
    // In XML, markup is text and has its own bracket escaped; everywhere else an escaped bracket is a bracket.
    let is_xml = sent.contains("</") && !sent.contains('{');
    let in_xml = tag.replace('<', "&lt;");
    sent.contains(tag) || sent.contains(&in_json) || is_xml && sent.contains(&in_xml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_told_from_a_text_that_looks_like_it() {
        let found = |sent: &str| carries(sent.as_bytes(), "<wharfx");
        assert!(found(r#"{"d":"<p>a<WHARFX>"}"#) && found(r#"{"d":"\u003cwharfx"}"#));
        assert!(found("<d>&lt;wharfx&gt;</d>") && found("<d><![CDATA[<wharfx>]]></d>"));
        assert!(!found(r#"{"d":"&lt;wharfx</"}"#) && !found("<d>&amp;lt;wharfx&gt;</d>"));
    }
}
