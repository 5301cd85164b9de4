//! Shipments: parcels that left become requests, and their answers become verdicts.

use serde::de::DeserializeOwned;

use crate::{
    Answer, Connector, Context, Exchange, Preparation, Problem, Rejection, Settlement, Shipment,
    bindings::{fulfiller, publisher},
};

/// A channel that is told of parcels. Implement this for one request with many shipments; for one request a
/// shipment, [`ParcelFulfiller`].
///
/// Exchanges, settlements and their rules are those of [`Publisher`](crate::Publisher): each shipment is covered once
/// or rejected once, and an answer gives it an outcome or a further exchange. A crash repeats the request that was
/// under way, so the vendor's "already shipped" is an acceptance.
pub trait Fulfiller: Connector {
    /// Turns every shipment into part of an exchange, or rejects it.
    fn prepare_shipments(context: &Context, shipments: &[Shipment]) -> Preparation;

    /// One settlement for each answer, in the same order.
    fn settle_shipments(context: &Context, answers: Vec<Answer>) -> Vec<Settlement>;
}

/// A channel that takes one request for each parcel. It is a [`Fulfiller`] by itself.
///
/// ```
/// use wharf_sdk::*;
///
/// # struct Shop;
/// # impl Connector for Shop {
/// #     fn describe() -> Description { Description::new("shop", "0.1.0", "Ships for the shop.") }
/// # }
/// #[derive(serde::Deserialize)]
/// struct Settings {}
///
/// impl ParcelFulfiller for Shop {
///     type Settings = Settings;
///
///     fn prepare_parcel(_: &Context, _: &Settings, parcel: &Shipment) -> Result<Exchange, Vec<Problem>> {
///         let Some(number) = &parcel.tracking_number else {
///             let message = "The shop takes no parcel without a tracking number; record it with one.";
///             return Err(vec![Problem::error("no-tracking-number", message)]);
///         };
///         let mut json = Json::with_capacity(128);
///         json.begin_object().member("parcel", &parcel.id).member("tracking", number).end_object();
///         let target = format!("/orders/{}/parcels", percent_encoded(&parcel.order));
///         Ok(Request::post(0, target).json(json).into())
///     }
///
///     fn settle_parcel(_: &Context, _: &Settings, answer: &Answer) -> Settlement {
///         let verdict = match Failure::of(answer.response.status) {
///             // The shop has this parcel already.
///             None | Some(Failure::Conflict) => Verdict::accepted(),
///             Some(failure) => failure.verdict("The shop did not take the parcel."),
///         };
///         verdict.into()
///     }
/// }
/// ```
pub trait ParcelFulfiller: Connector {
    /// The shape of the channel's settings; parsed once a call.
    type Settings: DeserializeOwned;

    /// The exchange for one parcel, or why the channel would not take it. `covers` is filled in by the SDK.
    fn prepare_parcel(
        context: &Context,
        settings: &Self::Settings,
        parcel: &Shipment,
    ) -> Result<Exchange, Vec<Problem>>;

    /// What the channel's answer means for the one parcel that the exchange covers.
    fn settle_parcel(context: &Context, settings: &Self::Settings, answer: &Answer) -> Settlement;
}

impl<T: ParcelFulfiller> Fulfiller for T {
    fn prepare_shipments(context: &Context, shipments: &[Shipment]) -> Preparation {
        let settings = match context.settings::<T::Settings>() {
            Ok(settings) => settings,
            Err(problem) => return Preparation::reject_all(shipments.len(), &problem),
        };
        let mut preparation =
            Preparation { exchanges: Vec::with_capacity(shipments.len()), rejections: Vec::new() };
        for (index, parcel) in (0..).zip(shipments) {
            match T::prepare_parcel(context, &settings, parcel) {
                Ok(exchange) => preparation.exchanges.push(Exchange { covers: vec![index], ..exchange }),
                Err(problems) => preparation.rejections.push(Rejection { index, problems }),
            }
        }
        preparation
    }

    fn settle_shipments(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        match context.settings::<T::Settings>() {
            Ok(settings) => {
                answers.iter().map(|answer| T::settle_parcel(context, &settings, answer)).collect()
            }
            Err(problem) => {
                answers.iter().map(|answer| Settlement::reject_all(answer.covers, &problem)).collect()
            }
        }
    }
}

/// The contract gives each ability types of its own; those of the two that send are alike in everything.
impl From<Settlement> for fulfiller::Settlement {
    fn from(settlement: Settlement) -> Self {
        let Settlement { outcomes, further, allowances } = settlement;
        Self { outcomes: outcomes.into_iter().map(Into::into).collect(), further, allowances }
    }
}

impl From<publisher::Outcome> for fulfiller::Outcome {
    fn from(outcome: publisher::Outcome) -> Self {
        let publisher::Outcome { index, verdict, remote_id, note } = outcome;
        let verdict = match verdict {
            publisher::Verdict::Accepted(problems) => fulfiller::Verdict::Accepted(problems),
            publisher::Verdict::Rejected(problems) => fulfiller::Verdict::Rejected(problems),
            publisher::Verdict::Retry(postponement) => fulfiller::Verdict::Retry(postponement),
        };
        Self { index, verdict, remote_id, note }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Description, Request, Verdict};

    struct Post;

    impl Connector for Post {
        fn describe() -> Description {
            Description::new("post", "1.0.0", "Takes parcels with a number.")
        }
    }

    #[derive(serde::Deserialize)]
    struct Settings {
        depot: String,
    }

    impl ParcelFulfiller for Post {
        type Settings = Settings;

        fn prepare_parcel(
            _: &Context,
            settings: &Settings,
            parcel: &Shipment,
        ) -> Result<Exchange, Vec<Problem>> {
            match &parcel.tracking_number {
                Some(number) => Ok(Request::post(0, format!("/{}/{number}", settings.depot)).into()),
                None => Err(vec![Problem::error("no-number", "It has no number.")]),
            }
        }

        fn settle_parcel(_: &Context, _: &Settings, _: &Answer) -> Settlement {
            Verdict::accepted().into()
        }
    }

    fn context(settings: &str) -> Context {
        Context {
            settings: settings.into(),
            locale: "de-DE".into(),
            country: "DE".into(),
            currency: "EUR".into(),
        }
    }

    #[test]
    fn each_parcel_has_its_own_exchange_or_rejection() {
        let parcels = [
            Shipment::new("1", "A").line("1", 2).tracked("DHL", "X1"),
            Shipment::new("2", "A").line("1", 1),
            Shipment::new("3", "B").line("1", 1).tracked("DHL", "X3"),
        ];
        let prepared = Post::prepare_shipments(&context(r#"{"depot": "north"}"#), &parcels);
        let sent: Vec<_> = prepared
            .exchanges
            .iter()
            .map(|exchange| (exchange.covers.clone(), exchange.request.target.as_str()))
            .collect();
        assert_eq!(sent, [(vec![0], "/north/X1"), (vec![2], "/north/X3")]);
        assert_eq!(prepared.rejections.iter().map(|rejection| rejection.index).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn settings_that_cannot_be_read_reject_every_parcel() {
        let parcels = [Shipment::new("1", "A").line("1", 2), Shipment::new("2", "A").line("1", 1)];
        let prepared = Post::prepare_shipments(&context("{}"), &parcels);
        assert_eq!((prepared.exchanges.len(), prepared.rejections.len()), (0, 2));
    }

    #[test]
    fn an_outcome_crosses_whole() {
        let outcome = crate::Outcome::new(3, Verdict::accepted()).remote_id("r").note("n");
        let crossed = fulfiller::Settlement::from(Settlement::from(outcome));
        let expected = fulfiller::Outcome {
            index: 3,
            verdict: fulfiller::Verdict::Accepted(Vec::new()),
            remote_id: Some("r".into()),
            note: Some("n".into()),
        };
        assert_eq!(crossed.outcomes, [expected]);
    }
}
