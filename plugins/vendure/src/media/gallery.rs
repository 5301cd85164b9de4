//! What follows the variants when pictures are missing: one upload after the other, then what is shown.
//!
//! An upload is a form after the
//! [GraphQL multipart request specification](https://github.com/jaydenseric/graphql-multipart-request-spec). Its asset's
//! id is in the memo of the next request, so a restart uploads nothing twice whose answer was noted.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wharf_sdk::{
    Answer, Form, Outcome, Problem, Reason, Request, Settlement, Verdict, cut, file_name, unread_picture,
};

use super::{Asset, Media, Picture, note, show};
use crate::{
    documents,
    fields::PICTURES,
    graphql::{self, Blame, Refusal},
    memo::{Loss, Memo, Product, warnings},
    settings::Settings,
};

/// Tries of a product after which a picture that cannot be had now is left out.
const TRIES: u32 = 3;

/// Characters of the reason that is remembered for those pictures that cannot be had.
const REASON: usize = 300;

/// Pictures of a product whose variants are written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gallery {
    /// Vendure's id.
    product: String,
    media: Media,
    pub(crate) listings: Vec<Listing>,
    /// What kept the first picture away.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
}

/// A variant that was taken, and is told of when its pictures are settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listing {
    id: String,
    pictures: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    losses: Vec<Loss>,
}

/// Goes on after the variants: those that were taken wait for their pictures, where some are missing.
pub(crate) fn follow(
    settings: &Settings,
    product: Product,
    id: String,
    mut settlement: Settlement,
) -> Settlement {
    let media = &product.media;
    if media.pictures.is_empty() || media.is_complete() {
        return settlement;
    }
    let mut covers = Vec::new();
    let mut listings = Vec::new();
    settlement.outcomes.retain(|outcome| {
        let variant = product.variants.get(outcome.index as usize);
        let (Some(variant), Some(id), Verdict::Accepted(_)) = (variant, &outcome.remote_id, &outcome.verdict)
        else {
            return true;
        };
        covers.push(outcome.index);
        let (pictures, losses) = (variant.pictures.clone(), variant.losses.clone());
        listings.push(Listing { id: id.clone(), pictures, losses });
        false
    });
    if listings.is_empty() {
        return settlement;
    }
    let gallery = Gallery { product: id, media: product.media, listings, why: String::new() };
    let next = gallery.go_on(settings, covers);
    settlement.outcomes.extend(next.outcomes);
    settlement.further.extend(next.further);
    settlement
}

/// The picture that was sent is there, or is not to be had.
pub(crate) fn uploaded(settings: &Settings, mut gallery: Gallery, answer: &Answer) -> Settlement {
    let (asset, why) = match asset(answer) {
        Ok(id) => (Asset::There(id), None),
        Err(problem) if passes(&problem) => (Asset::Unavailable, Some(problem.message)),
        Err(problem) => (Asset::Refused, Some(problem.message)),
    };
    if let Some(why) = why.filter(|_| gallery.why.is_empty()) {
        gallery.why = cut(&why, REASON, wharf_sdk::LengthUnit::Characters).to_owned();
    }
    if let Some(sent) = gallery.next() {
        sent.asset = asset;
    }
    gallery.go_on(settings, (0..answer.covers).collect())
}

fn passes(problem: &Problem) -> bool {
    !matches!(problem.reason, Reason::Data)
}

/// The id of the new asset.
fn asset(answer: &Answer) -> Result<String, Problem> {
    if let Some(unread) = unread_picture(&answer.response) {
        return Err(unread);
    }
    if answer.response.status == 413 {
        return Err(Problem::error(
            "picture-too-large",
            "It is larger than Vendure takes; use a smaller one.",
        ));
    }
    let data = graphql::read(&answer.response).map_err(|refusal| match refusal.blame {
        // Nothing but the picture was named.
        Blame::Item | Blame::Missing => refusal.problem.reason(Reason::Data),
        Blame::Passing => refusal.problem,
    })?;
    let created = &data["createAssets"][0];
    match (created["id"].as_str(), created["message"].as_str()) {
        (Some(id), _) => Ok(id.to_owned()),
        (None, Some(message)) => Err(Problem::error("picture-refused", format!("Vendure says: {message}"))),
        (None, None) => {
            Err(Problem::error("no-outcome", "Vendure's answer names no asset.").reason(Reason::Contract))
        }
    }
}

/// The product shows its pictures; its variants are next.
pub(crate) fn shown(settings: &Settings, mut gallery: Gallery, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) => return gallery.refused(&refusal),
    };
    gallery.media.forget_all_but(&data["updateProduct"]);
    let variant = |listing: &Listing| shows(&listing.id, gallery.media.assets_of(&listing.pictures));
    let variants: Vec<Value> = gallery.listings.iter().map(variant).collect();
    let body = graphql::body(documents::SHOW_VARIANT_PICTURES, &json!({ "input": variants }));
    let request = graphql::request(settings, body).covering((0..answer.covers).collect());
    Settlement::further(request.memo(Memo::VariantsShown(gallery).to_bytes()))
}

/// The variants show theirs, too.
pub(crate) fn variants_shown(gallery: &Gallery, answer: &Answer) -> Settlement {
    match graphql::read(&answer.response) {
        Ok(_) => gallery.told((0..answer.covers).collect()),
        Err(refusal) => gallery.refused(&refusal),
    }
}

fn shows<'a>(id: &str, assets: impl Iterator<Item = &'a str>) -> Value {
    let mut input = json!({ "id": id });
    show(&mut input, assets.collect());
    input
}

impl Gallery {
    /// The picture whose turn it is.
    fn next(&mut self) -> Option<&mut Picture> {
        self.media.pictures.iter_mut().find(|picture| picture.asset == Asset::Missing)
    }

    fn go_on(mut self, settings: &Settings, covers: Vec<u32>) -> Settlement {
        if let Some(picture) = self.next() {
            let upload = upload(settings, &picture.url);
            return Settlement::further(upload.covering(covers).memo(Memo::Upload(self).to_bytes()));
        }
        if self.media.assets().next().is_none() {
            // What Vendure shows now is better than nothing.
            return self.told(covers);
        }
        let input = json!({ "input": shows(&self.product, self.media.assets()) });
        let request = graphql::request(settings, graphql::body(documents::SHOW_PICTURES, &input));
        Settlement::further(request.covering(covers).memo(Memo::Shown(self).to_bytes()))
    }

    fn told(&self, covers: Vec<u32>) -> Settlement {
        let outcome = |(index, listing): (u32, &Listing)| self.outcome(index, listing, self.verdict(listing));
        Settlement::of(covers.into_iter().zip(&self.listings).map(outcome).collect())
    }

    fn outcome(&self, index: u32, listing: &Listing, verdict: Verdict) -> Outcome {
        let note = note::text(&self.product, &self.media, &listing.pictures);
        Outcome::new(index, verdict).remote_id(&listing.id).note(note)
    }

    /// The variant was taken; only its pictures are in question.
    fn verdict(&self, listing: &Listing) -> Verdict {
        let pictures = || listing.pictures.iter().filter_map(|at| self.media.pictures.get(*at as usize));
        if pictures().any(|picture| picture.asset == Asset::Missing) {
            let message = "Vendure no longer has one of the pictures; it is uploaded again.";
            return Verdict::retry(Problem::error("picture-gone", message).reason(Reason::Conflict));
        }
        let missing = pictures().filter(|picture| picture.asset.id().is_none()).count();
        if missing == 0 {
            return Verdict::Accepted(warnings(&listing.losses));
        }
        let is_for_now = pictures().any(|picture| picture.asset == Asset::Unavailable);
        let message = format!("{missing} of the pictures were left out. {}", self.why);
        if is_for_now && self.media.attempt + 1 < TRIES {
            return Verdict::retry(
                Problem::error("picture-unavailable", message).reason(Reason::Outage).at(PICTURES),
            );
        }
        let warning = Problem::warning("pictures-left-out", message).at(PICTURES);
        Verdict::Accepted(warnings(&listing.losses).into_iter().chain([warning]).collect())
    }

    /// The uploads hold all the same.
    fn refused(&self, refusal: &Refusal) -> Settlement {
        let verdict = |listing: &Listing| match refusal.blame {
            Blame::Passing if self.media.attempt + 1 < TRIES => refusal.verdict(),
            Blame::Missing => refusal.verdict(),
            Blame::Passing | Blame::Item => {
                let message = format!("The pictures are not shown. {}", refusal.problem.message);
                let warning = Problem::warning("pictures-left-out", message).at(PICTURES);
                Verdict::Accepted(warnings(&listing.losses).into_iter().chain([warning]).collect())
            }
        };
        let outcome = |(index, listing): (u32, &Listing)| {
            let outcome = self.outcome(index, listing, verdict(listing));
            if refusal.blame == Blame::Missing { outcome.note("") } else { outcome }
        };
        Settlement::of((0..).zip(&self.listings).map(outcome).collect())
    }
}

/// One file, where the variable of the document says `null`.
fn upload(settings: &Settings, url: &str) -> Request {
    let input = json!({ "input": [{ "file": null }] });
    let form = Form::new()
        .json("operations", graphql::body(documents::CREATE_ASSET, &input))
        .json("map", r#"{"0":["variables.input.0.file"]}"#)
        .picture("0", &file_name(url), url);
    graphql::form(settings, form)
}
