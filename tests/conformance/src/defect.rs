//! What may be wrong, one thing at a time.

use serde::Deserialize;

/// A mistake that some connector's author has made, by the number of the point that catches it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    #[default]
    None,
    /// 3: a request costs more than the budget ever holds.
    TooCostly,
    /// 4: a setting that is missing is made up.
    GuessesSettings,
    /// 5: a memo is taken for its own whatever it holds.
    TrustsMemos,
    /// 6: the settings that its schema asks for are refused.
    RefusesSettings,
    /// 7: a 401 is an outage.
    Unauthorized,
    /// 8: a 403 is the item's fault.
    Forbidden,
    /// 9: the probe deletes the shop.
    ProbeDeletes,
    /// 11: the first item of a batch is told from the others.
    FirstIsSpecial,
    /// 12: decimals have a comma where the shopper writes one.
    LocalDecimals,
    /// 13: one field is declared and left out.
    DropsTags,
    /// 13: pictures after the tenth are left out.
    TenPictures,
    /// 14: a missing price is blamed on the title.
    BlamesTheTitle,
    /// 15: every currency has cents.
    Hundredths,
    /// 15: prices are calculated with floats.
    Floats,
    /// 15: a fraction of a cent is rounded away.
    Rounds,
    /// 16: descriptions go out as they are.
    RawMarkup,
    /// 17: all variants go out with one request.
    LumpsVariants,
    /// 18: a GTIN is a number.
    NumericGtin,
    /// 19: characters are counted as bytes.
    CutsBytes,
    /// 20: JSON is put together from texts.
    PastesJson,
    /// 20: XML is put together from texts.
    PastesXml,
    /// 21: the last one of several operations is left out.
    ForgetsOne,
    /// 22: one item that is refused takes all others with it.
    AllOrNothing,
    /// 23: odd characters of a SKU become dashes.
    Slugs,
    /// 24: every request has the same key.
    OneKey,
    /// 25: an outage is the item's fault.
    Outage,
    /// 26: a throttle is the item's fault.
    Throttle,
    /// 26: the channel is asked again at once.
    Impatient,
    /// 27: what the answer's list leaves out was taken.
    Silence,
    /// 28: one 401 among many answers spoils them all.
    Contagious,
    /// 29: an answer after an outage is an outage.
    Nervous,
    /// 30: a page that cannot be read is the last one.
    EndsOnErrors,
    /// 30: a file that is cut off is whole.
    TrustsCutFiles,
    /// 31: a price for a listing that is gone was taken.
    MissingIsFine,
    /// 32: every poll makes the memo longer.
    GrowingMemo,
    /// 33: the status is enough.
    StatusIsEnough,
    /// 33: once the shop works on it, the status is enough.
    LateTrust,
    /// 34: a pass leaves nothing for the next one.
    ForgetsCursor,
    /// 34: every pass reads everything.
    IgnoresTimes,
    /// 35: a checkpoint is one page behind.
    LateCheckpoint,
    /// 35: what a chunk cuts in two is lost.
    LosesLines,
    /// 36: time only goes forwards.
    Overflow,
    /// 37: the next page is this one.
    SamePage,
    /// 38: every delivery has the same id.
    OneId,
    /// 38: garbage is an entry.
    BelievesGarbage,
    /// 39: no signature is looked at.
    BelievesEveryone,
    /// 21: the last one of several parcels is left out.
    ForgetsAParcel,
    /// 22: one parcel that is refused takes all others with it.
    SpoilsParcels,
    /// 24: all parcels of one order are one.
    OneParcel,
    /// 25: an outage is the parcel's fault.
    ParcelOutage,
    /// 28: one outage among many answers to parcels spoils them all.
    ParcelContagion,
    /// 33: of parcels the status is enough.
    ParcelStatus,
    /// 33: an answer to a parcel that is no JSON is too much for it.
    ParcelPanic,
}
