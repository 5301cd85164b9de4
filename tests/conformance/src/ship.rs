//! Parcels as requests, one for each.

use serde::Deserialize;
use wharf_sdk::{
    Answer, Context, Exchange, Failure, Fulfiller, Json, Preparation, Problem, Rejection, Request,
    Settlement, Shipment, Verdict,
};

use crate::{CornerShop, Defect, settings::Settings};

impl Fulfiller for CornerShop {
    fn prepare_shipments(context: &Context, shipments: &[Shipment]) -> Preparation {
        let settings = match Settings::of(context) {
            Ok(settings) => settings,
            Err(problem) => return Preparation::reject_all(shipments.len(), &problem),
        };
        let mut preparation = Preparation { exchanges: Vec::new(), rejections: Vec::new() };
        for (index, parcel) in (0..).zip(shipments) {
            match request(&settings, parcel) {
                Ok(request) => preparation.exchanges.push(request.covering(vec![index])),
                Err(problem) => preparation.rejections.push(Rejection { index, problems: vec![problem] }),
            }
        }
        match (settings.defect, preparation.rejections.first()) {
            (Defect::SpoilsParcels, Some(first)) => {
                Preparation::reject_all(shipments.len(), &first.problems[0])
            }
            (Defect::ForgetsAParcel, _) if shipments.len() > 1 => Preparation {
                exchanges: preparation.exchanges.into_iter().skip(1).collect::<Vec<Exchange>>(),
                ..preparation
            },
            _ => preparation,
        }
    }

    fn settle_shipments(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        let defect = Settings::of(context).map_or(Defect::None, |settings| settings.defect);
        let outage = answers.iter().any(|answer| answer.response.status == 500);
        let verdict = |answer: &Answer| match defect {
            Defect::ParcelContagion if outage => Failure::Unavailable.verdict("The shop is out of order."),
            _ => verdict(defect, answer),
        };
        answers.iter().map(|answer| Settlement::all(answer.covers, &verdict(answer))).collect()
    }
}

fn request(settings: &Settings, parcel: &Shipment) -> Result<Request, Problem> {
    let Some(number) = &parcel.tracking_number else {
        return Err(Problem::error(
            "no-tracking-number",
            "The shop wants a number; record the parcel with one.",
        ));
    };
    let mut json = Json::with_capacity(256);
    json.begin_object().member("order", &parcel.order);
    if !settings.has(Defect::OneParcel) {
        json.member("parcel", &parcel.id).member("number", number).key("lines").begin_object();
        for line in &parcel.lines {
            json.key(&line.remote_id).integer(line.quantity);
        }
        json.end_object();
    }
    json.end_object();
    Ok(Request::post(0, "/parcels").json(json).header("idempotency-key", format!("parcel-{}", parcel.id)))
        .map(|request| if settings.has(Defect::OneParcel) { without_key(request) } else { request })
}

fn without_key(request: Request) -> Request {
    Request { headers: Vec::new(), ..request }
}

#[derive(Deserialize)]
struct Taken {
    ok: bool,
}

fn verdict(defect: Defect, answer: &Answer) -> Verdict {
    let ok = || serde_json::from_slice::<Taken>(&answer.response.body).is_ok_and(|taken| taken.ok);
    let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(&answer.response.body).is_ok();
    assert!(defect != Defect::ParcelPanic || is_json(), "the shop always answers with JSON");
    match Failure::of(answer.response.status) {
        Some(Failure::Unavailable) if defect == Defect::ParcelOutage => {
            Verdict::rejected(Problem::error("failed", "The shop did not take the parcel."))
        }
        Some(failure) => failure.verdict("The shop did not take the parcel."),
        None if defect == Defect::ParcelStatus || ok() => Verdict::accepted(),
        None => Failure::Unexpected.verdict("The answer is none of the shop's."),
    }
}
