//! Listings: what is known of every SKU on one channel, with its state and its problems.

use axum::{Json, extract::State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wharf_catalog::{Lane, Problem as ListingProblem};
use wharf_store::{Listing, ListingCursor, ListingFilter, ListingState, Shown};

use super::{
    Api, channels,
    extract::{Path, Query},
    page::{Page, PageQuery},
    problem::Problem,
    products::{instant, sku},
    schema,
};

/// Which listings to show; all conditions have to hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListingQuery {
    #[param(value_type = Option<schema::ListingState>)]
    state: Option<ListingState>,
    sku: Option<String>,
}

impl ListingQuery {
    fn filter(self, channel_id: i64) -> Result<ListingFilter, Problem> {
        let sku = self.sku.map(|text| sku(&text, "sku")).transpose()?;
        Ok(ListingFilter { channel_id: Some(channel_id), state: self.state, sku })
    }
}

/// One SKU on one channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingAnswer {
    sku: String,
    #[schema(value_type = schema::ListingState)]
    state: ListingState,
    /// What is still to be sent, if anything is.
    #[schema(value_type = Option<schema::Lane>)]
    due: Option<Lane>,
    /// When it will be tried again, if it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    /// Of the product now.
    revision: i64,
    /// Of the product when the channel last acknowledged it; `null` for never.
    delivered_revision: Option<i64>,
    /// The channel's own key.
    remote_id: Option<String>,
    #[schema(value_type = Vec<schema::ListingProblem>)]
    problems: Vec<ListingProblem>,
    attempts: u32,
    /// When the last outcome was stored.
    #[schema(value_type = Option<String>, format = DateTime)]
    settled_at: Option<Timestamp>,
    /// What the channel said it shows, if it ever did.
    #[schema(value_type = Option<schema::inbound::Shown>)]
    shown: Option<Shown>,
}

impl From<Listing> for ListingAnswer {
    fn from(listing: Listing) -> Self {
        let waits = listing.lane.is_some() && listing.due_at > 0;
        Self {
            sku: listing.sku.to_string(),
            state: listing.state,
            due: listing.lane,
            due_at: waits.then(|| instant(listing.due_at)),
            revision: listing.revision,
            delivered_revision: Some(listing.delivered_revision).filter(|revision| *revision > 0),
            remote_id: listing.remote_id,
            problems: listing.problems,
            attempts: listing.attempts,
            settled_at: listing.settled_at.map(instant),
            shown: listing.shown,
        }
    }
}

/// List what is known of a channel's SKUs.
#[utoipa::path(get, path = "/channels/{name}/listings", tag = "channels",
    params(("name" = String, Path), PageQuery, ListingQuery),
    responses((status = OK, body = Page<ListingAnswer>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(page): Query<PageQuery>,
    Query(query): Query<ListingQuery>,
) -> Result<Json<Page<ListingAnswer>>, Problem> {
    let limit = page.limit(api.settings())?;
    let channel_id = channels::find(&api, &name).await?.id;
    let after = page.after_as()?.map(|product_id| ListingCursor { channel_id, product_id });
    let filter = query.filter(channel_id)?;
    let listings = api.host.site.store.listings(&filter, after, limit + 1).await?;
    Ok(Page::cut(listings, limit, |listing| listing.product_id.to_string(), ListingAnswer::from))
}
