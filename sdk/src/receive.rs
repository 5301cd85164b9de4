//! Webhooks: the channel calls.

use crate::{Connector, Context, Delivery, Problem, Receipt, Reply, inbound::Entry};

/// A channel that calls a webhook. The host has checked the declared signature and dropped repeats.
///
/// ```
/// use wharf_sdk::*;
///
/// # struct Shop;
/// # impl Connector for Shop {
/// #     fn describe() -> Description {
/// #         Description::new("shop", "0.1.0", "Hears of orders.").receiving(Receiving::new())
/// #     }
/// # }
/// /// Position in the description's streams.
/// const ORDERS: u32 = 0;
///
/// impl Receiver for Shop {
///     fn receive(_: &Context, delivery: &Delivery) -> Receipt {
///         match delivery.target.as_str() {
///             "/orders" => Receipt::pull(&[ORDERS]),
///             _ => Receipt::default().reply(Reply::text(404, "not a webhook of this channel")),
///         }
///     }
/// }
/// ```
pub trait Receiver: Connector {
    /// What the delivery brings, which streams it hints at, and what to answer.
    fn receive(context: &Context, delivery: &Delivery) -> Receipt;
}

/// Nothing came, and the channel is answered with an empty 200.
impl Default for Receipt {
    fn default() -> Self {
        Self { entries: Vec::new(), pull: Vec::new(), problems: Vec::new(), delivery_id: None, reply: None }
    }
}

impl Receipt {
    /// The delivery brought these.
    pub fn of(entries: Vec<Entry>) -> Self {
        Self { entries, ..Self::default() }
    }

    /// The delivery hints at changes in these streams.
    pub fn pull(streams: &[u32]) -> Self {
        Self { pull: streams.to_vec(), ..Self::default() }
    }

    /// Adds what could not be read.
    pub fn problems(self, problems: Vec<Problem>) -> Self {
        Self { problems, ..self }
    }

    /// The delivery's own id, when it stands in the body: a repeat brings nothing.
    pub fn delivery_id(self, id: impl Into<String>) -> Self {
        Self { delivery_id: Some(id.into()), ..self }
    }

    /// What to answer, such as a vendor's challenge, instead of an empty 200.
    pub fn reply(self, reply: Reply) -> Self {
        Self { reply: Some(reply), ..self }
    }
}

impl Reply {
    /// Plain text under this status.
    pub fn text(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8".to_owned(), body: body.into() }
    }
}

impl Delivery {
    /// The header of this lower-case name, which the description has to list.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}
