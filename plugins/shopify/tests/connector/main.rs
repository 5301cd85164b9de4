//! What the connector sends, and what it makes of answers, pages and webhooks.

mod fixture;
mod publishing;
mod pulling;
mod receiving;
mod setting;
mod settling;
mod shipping;
mod stocking;
mod warehouse;
