//! A product's part of addresses in the shop, in a form that Vendure leaves as it is.
//!
//! It ends with the SKU, so that a product whose creation was not confirmed is found again.

pub(crate) fn slug(name: &str, sku: &str) -> String {
    let mut slug = String::with_capacity(name.len() + sku.len() + 1);
    push(name, &mut slug);
    push(sku, &mut slug);
    slug
}

/// Small letters and digits, with one hyphen for everything between.
fn push(text: &str, slug: &mut String) {
    let mut gap = !slug.is_empty();
    for character in text.chars() {
        let letters = plain(character);
        let letters = if letters.is_empty() { None } else { Some(letters) };
        match (letters, character) {
            (Some(letters), _) => {
                separate(&mut gap, slug);
                slug.push_str(letters);
            }
            (None, character) if character.is_ascii_alphanumeric() => {
                separate(&mut gap, slug);
                slug.push(character.to_ascii_lowercase());
            }
            _ => gap = !slug.is_empty(),
        }
    }
}

fn separate(gap: &mut bool, slug: &mut String) {
    if std::mem::take(gap) {
        slug.push('-');
    }
}

/// What stands for a letter with a sign; nothing for all other characters.
fn plain(character: char) -> &'static str {
    match character {
        'ä' | 'Ä' | 'æ' | 'Æ' => "ae",
        'ö' | 'Ö' | 'ø' | 'Ø' | 'œ' | 'Œ' => "oe",
        'ü' | 'Ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'À' | 'Á' | 'Â' | 'Ã' => "a",
        'å' | 'Å' => "a",
        'ç' | 'Ç' | 'č' | 'Č' | 'ć' | 'Ć' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => "i",
        'ñ' | 'Ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'Ò' | 'Ó' | 'Ô' | 'Õ' => "o",
        'ù' | 'ú' | 'û' | 'Ù' | 'Ú' | 'Û' | 'ů' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        'ł' | 'Ł' => "l",
        'ř' | 'Ř' => "r",
        'š' | 'Š' | 'ś' | 'Ś' => "s",
        'ž' | 'Ž' | 'ź' | 'ż' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_slug_has_small_letters_digits_and_single_hyphens() {
        assert_eq!(slug("Bära Rucksack 24 L", "NH-BARA-24"), "baera-rucksack-24-l-nh-bara-24");
        assert_eq!(slug(" «Crème» & Öl! ", "A/1"), "creme-oel-a-1");
        assert_eq!(slug("حذاء", "S-1"), "s-1");
        assert_eq!(slug("", ""), "");
    }
}
