//! What holds for any text that is brought to a markup.

use proptest::prelude::*;

use super::{Markup, Rule, strip_html};
use crate::LengthUnit;

const INLINE: &[&str] = &["body", "p", "li", "h1", "b", "a"];

/// Text anywhere, nested.
const LOOSE: Markup = Markup::new(&[
    Rule::new(&["p", "h1", "ul", "ol", "div"]).inside(&["body", "div", "li"]).attributes(&["align"]),
    Rule::new(&["li"]).inside(&["ul", "ol"]),
    Rule::new(&["b", "br", "img"]).inside(INLINE).attributes(&["src"]),
    Rule::new(&["a"]).inside(&["body", "p", "li", "h1", "b"]).attributes(&["href", "rel"]),
])
.bare_text();

/// As Allegro has it: nothing bare, nothing in headings.
const STRICT: Markup = Markup::new(&[
    Rule::new(&["h1", "p", "ul"]),
    Rule::new(&["li"]).inside(&["ul"]),
    Rule::new(&["b"]).inside(&["p", "li"]),
]);

const BREAKS: Markup = Markup::new(&[Rule::new(&["br"])]).bare_text();
const TABLES: Markup = Markup::new(&[
    Rule::new(&["table"]),
    Rule::new(&["tr"]).inside(&["table"]),
    Rule::new(&["td"]).inside(&["tr"]),
]);
const NOTHING: Markup = Markup::new(&[]);

const ALL: [Markup; 5] = [LOOSE, STRICT, BREAKS, TABLES, NOTHING];

fn markup() -> impl Strategy<Value = Markup> {
    prop::sample::select(&ALL[..])
}

/// Pieces of which HTML is made, in any order.
fn html() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<BR/>",
        "<ul>",
        "</ul>",
        "<li>",
        "</li>",
        "<h1>",
        "</h1>",
        "<div>",
        "</div>",
        "<a href='x>y' onclick=z>",
        "<a href=javascript:x rel=\"a&b\"",
        "</a>",
        "<img src=\"1.jpg\">",
        "<section>",
        "</section>",
        "<table>",
        "<td>",
        "<tr>",
        "</table>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<",
        ">",
        "/>",
        "&",
        "&amp;",
        "&#8364;",
        "&;",
        "&nope",
        "\"",
        "'",
        "=",
        " ",
        "\n",
        "ä",
        "word",
        "two words",
        ".",
        "</",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

fn unit() -> impl Strategy<Value = LengthUnit> {
    prop_oneof![Just(LengthUnit::Characters), Just(LengthUnit::Bytes), Just(LengthUnit::Utf16)]
}

fn words(html: &str) -> String {
    strip_html(html).split_whitespace().collect()
}

/// Reads what a careful writer would have written, and nothing else.
fn check(html: &str, markup: &Markup) -> Result<(), String> {
    let grammar = markup.grammar();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(first) = rest.bytes().next() {
        let end = match first {
            b'<' => rest.find('>').ok_or("a tag without its end")? + 1,
            b'&' => rest.find(';').ok_or("a reference without its end")? + 1,
            _ => rest.find(['<', '&']).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        if first != b'<' {
            let has_place = !open.is_empty() || grammar.bare_text || piece.trim().is_empty();
            has_place.then_some(()).ok_or_else(|| format!("bare text {piece:?}"))?;
        } else if let Some(name) = piece.strip_prefix("</") {
            let closed = open.pop().ok_or("an end tag too many")?;
            (name.trim_end_matches('>') == closed)
                .then_some(())
                .ok_or_else(|| format!("{piece} in <{closed}>"))?;
        } else {
            let mut parts = piece[1..piece.len() - 1].splitn(2, ' ');
            let name = parts.next().unwrap_or_default();
            let parent = open.last().copied().unwrap_or(Markup::TOP);
            let element = grammar.elements.iter().find(|element| element.name == name);
            let element = element.ok_or_else(|| format!("no element <{name}>"))?;
            let at_top = element.parents.is_empty() && parent == Markup::TOP;
            let fits = at_top || element.parents.iter().any(|known| known == parent);
            fits.then_some(()).ok_or_else(|| format!("<{name}> in <{parent}>"))?;
            for attribute in parts.next().into_iter().flat_map(|all| all.split_inclusive("\" ")) {
                let (name, value) =
                    attribute.trim_end().split_once("=\"").ok_or("an attribute without value")?;
                let known = element.attributes.iter().any(|known| known == name);
                (known && value.ends_with('"'))
                    .then_some(())
                    .ok_or_else(|| format!("attribute {attribute}"))?;
            }
            if !["br", "img"].contains(&name) {
                open.push(name);
            }
        }
    }
    open.is_empty().then_some(()).ok_or_else(|| format!("{open:?} stay open"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_outcome_is_within_the_grammar(html in html(), markup in markup()) {
        let fitted = markup.fit(&html);
        prop_assert_eq!(check(&fitted.html, &markup), Ok(()), "{}", fitted.html);
    }

    #[test]
    fn fitting_again_changes_nothing(html in html(), markup in markup()) {
        let once = markup.fit(&html);
        let twice = markup.fit(&once.html);
        prop_assert_eq!((&twice.html, twice.lost.element), (&once.html, None));
    }

    #[test]
    fn every_word_stays(html in html(), markup in markup()) {
        let fitted = markup.fit(&html);
        prop_assert!(fitted.lost.text || words(&fitted.html) == words(&html), "{}", fitted.html);
    }

    #[test]
    fn words_are_not_joined(html in "(one|two|<p>|<section>|</section>|<li>|<b>|</b>| ){0,20}", markup in markup()) {
        let spaced = html.replace("<p>", " <p>").replace("<section>", " <section>");
        let spaced = spaced.replace("</section>", " </section>").replace("<li>", " <li>");
        let read = |html: &str| strip_html(html).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let fitted = markup.fit(&html);
        prop_assert!(fitted.lost.text || read(&fitted.html) == read(&spaced), "{}", fitted.html);
    }

    #[test]
    fn a_cut_keeps_to_length_and_grammar(html in html(), markup in markup(), maximum in 0_usize..80, unit in unit()) {
        let (whole, cut) = (markup.fit(&html), markup.fit_within(&html, maximum, unit));
        prop_assert!(unit.measure(&cut.html) <= maximum, "{}", cut.html);
        prop_assert_eq!(check(&cut.html, &markup), Ok(()), "{}", cut.html);
        prop_assert!(words(&whole.html).starts_with(&words(&cut.html)), "{} of {}", cut.html, whole.html);
        prop_assert_eq!(&markup.fit_within(&cut.html, maximum, unit).html, &cut.html);
        prop_assert_eq!(cut.lost.text, whole.lost.text || cut.html != whole.html);
    }

    #[test]
    fn no_input_panics(text: String, markup in markup(), maximum in 0_usize..40) {
        markup.fit_within(&text, maximum, LengthUnit::Utf16);
    }
}

fn fitted(markup: &Markup, html: &str) -> String {
    markup.fit(html).html.into_owned()
}

#[test]
fn markup_that_is_taken_stays_as_it_was_written() {
    let html = "<p align=\"left\">Solid <b>oak</b>,\n <a href=\"https://shop.example/?a=1&amp;b=2\">more</a></p>\n<ul>\n<li>1 &lt; 2</li></ul>";
    let fitted = LOOSE.fit(html);
    assert_eq!((fitted.html.as_ref(), fitted.lost.name()), (html, None));
}

#[test]
fn what_is_left_out_breaks_lines_as_it_did() {
    let html =
        "<section><h2>Oak</h2>Solid, <i>heavy</i>.<table><tr><td>W</td><td>1 m</td></tr></table></section>";
    assert_eq!(fitted(&LOOSE, html), "Oak<br>Solid, heavy.<br>W 1 m");
    assert_eq!(fitted(&STRICT, html), "<p>Oak</p><p>Solid, heavy.</p><p>W 1 m</p>");
    assert_eq!(fitted(&TABLES, "a<hr>b"), "<table><tr><td>a</td><td>b</td></tr></table>");
    assert_eq!(
        fitted(&BREAKS, "<p>a</p>\n<p>b</p>un<b>break</b>able<script>c</script>"),
        "a<br>b<br>unbreakable"
    );
}

#[test]
fn elements_end_where_html_ends_them() {
    assert_eq!(
        fitted(&LOOSE, "<p>a<p>b<ul><li>c<li>d<b>e</ul>f"),
        "<p>a</p><p>b</p><ul><li>c</li><li>d<b>e</b></li></ul>f"
    );
    assert_eq!(fitted(&STRICT, "<h1>a <b>b</b></h1><ul>c"), "<h1>a b</h1><ul><li>c</li></ul>");
    assert_eq!(fitted(&STRICT, "<b>bold</b>"), "<p><b>bold</b></p>");
}

#[test]
fn the_first_of_each_loss_is_named() {
    let lost = LOOSE.fit("<html><body><p class=x style=y>a<span>b</span><TABLE></table><b>c<p>d").lost;
    assert_eq!((lost.element, lost.attribute, lost.text), (Some("span"), Some("class"), false));
    assert_eq!(LOOSE.fit("<b>c<p>d").lost.element, Some("b"));
    assert_eq!(LOOSE.fit("<a href='javascript:x'>y</a>").lost.attribute, Some("href"));
    assert_eq!(fitted(&LOOSE, "<a href='javascript:x'>y</a>"), "<a>y</a>");
    let nothing = NOTHING.fit("no place");
    assert_eq!((nothing.html.as_ref(), nothing.lost.text), ("", true));
}

#[test]
fn a_cut_is_between_words_and_closes_what_is_open() {
    let html = "<p>Solid <b>oak from Lyon</b></p><p>More</p>";
    let cut = |maximum| LOOSE.fit_within(html, maximum, LengthUnit::Characters).html.into_owned();
    assert_eq!(cut(44), html);
    assert_eq!(cut(40), "<p>Solid <b>oak from Lyon</b></p>");
    assert_eq!(cut(31), "<p>Solid <b>oak from</b></p>");
    assert_eq!(cut(17), "<p>Solid</p>");
    assert_eq!(LOOSE.fit_within("a &amp; b", 6, LengthUnit::Bytes).html, "a");
}

#[test]
fn long_broken_input_takes_linear_time() {
    for piece in ["<", "<a", "<b><a>", "<li>", "</", "&", "<div>", "<b x=", "<ul>", "</p>", "<p><b>"] {
        let html = piece.repeat(100_000);
        for markup in &ALL {
            let fitted = markup.fit_within(&html, 10_000, LengthUnit::Characters);
            assert!(fitted.html.len() <= 10_000);
        }
    }
}
