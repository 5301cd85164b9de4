//! Which carriers Amazon knows by a code of its own.

/// The carrier codes of Amazon's order fulfillment feed (`CarrierCode` in
/// [amznbase.xsd](https://images-na.ssl-images-amazon.com/images/G/01/rainier/help/xsd/release_1_9/amznbase.xsd)), which
/// `confirmShipment` takes too. Every other carrier is [`OTHER`] with its name.
const CODES: [&str; 49] = [
    "AFL/Fedex",
    "Aramex",
    "Blue Package",
    "BlueDart",
    "Canada Post",
    "Chronopost",
    "City Link",
    "Delhivery",
    "Deutsche Post",
    "DHL",
    "DHL Global Mail",
    "DPD",
    "DTDC",
    "Fastway",
    "FedEx",
    "FEDEX_JP",
    "FedEx SmartPost",
    "First Flight",
    "GLS",
    "GO!",
    "Hermes Logistik Gruppe",
    "India Post",
    "JP_EXPRESS",
    "La Poste",
    "Lasership",
    "Newgistics",
    "NipponExpress",
    "NITTSU",
    "OnTrac",
    "OSM",
    "Overnite Express",
    "Parcelforce",
    "Parcelnet",
    "Poste Italiane",
    "Professional",
    "Royal Mail",
    "SAGAWA",
    "SagawaExpress",
    "SDA",
    "Smartmail",
    "Streamlite",
    "Target",
    "TNT",
    "UPS",
    "UPS Mail Innovations",
    "UPSMI",
    "USPS",
    "YAMATO",
    "YamatoTransport",
];

/// Stands for a carrier without a code; the request then has to carry its name.
pub(crate) const OTHER: &str = "Other";

/// The code of a carrier, however its name is spelt: case, blanks and signs make no difference.
pub(crate) fn code(name: &str) -> &'static str {
    CODES.into_iter().find(|code| plain(code).eq(plain(name))).unwrap_or(OTHER)
}

fn plain(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_has_its_code_however_it_is_spelt() {
        for (name, expected) in [
            ("DHL", "DHL"),
            ("dhl", "DHL"),
            ("Fedex", "FedEx"),
            ("fedex smart-post", "FedEx SmartPost"),
            ("GO", "GO!"),
            ("Fahrradkurier Süd", OTHER),
            ("", OTHER),
        ] {
            assert_eq!(code(name), expected, "{name}");
        }
    }
}
