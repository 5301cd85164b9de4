//! The reconciler: for every channel and SKU it knows what the channel should show and what the channel has
//! acknowledged, and makes the two equal, whatever happened in between.
//!
//! - [`ChannelConfiguration`]: a channel as the operator declares it; `active` makes it ready
//!   with its `channel_settings` and its `route`.
//! - [`Connectors`]: from a file in the drop folder to the connector that a channel's call reaches.
//! - `decision`: what to do about one listing. `translate`: a batch of listings becoming exchanges.
//! - `publish`, `courier`, `outcome`: one run over an API channel. `feed`: one run over a file channel.
//! - `shipping`: which parcels left, told to the channels that sold the orders.
//! - `inbound`: the way back: streams that are pulled, webhooks, files.
//! - `scheduler`: when channels run by themselves. `preview`: what a run would send. `probe`: whether a channel works. `secrets`: who uses which.
//!
//! Nothing here is a job that succeeded or failed: an item is in exactly one state, with its reason, in the store.

mod active;
mod breaker;
mod channel_settings;
mod configuration;
mod connectors;
mod courier;
mod decision;
mod error;
mod feed;
mod figures;
mod flight;
mod groups;
mod inbound;
mod outcome;
mod payload;
mod preview;
mod probe;
mod publish;
mod reconciler;
mod route;
mod schedule;
mod scheduler;
mod secrets;
mod settings;
mod shipping;
mod spending;
mod stored;
mod translate;
mod wire;

pub use configuration::ChannelConfiguration;
pub use connectors::{
    Admission, Ask, AskEntry, Asks, Comparison, ConnectorEntry, ConnectorError, ConnectorFolders,
    ConnectorSettings, Connectors, Installed, Pin, PinError, ReleaseEntry, ScanReport, StandingError,
    Unavailable, abilities, approve, choose, resume, roll_back, signature, unavailable,
};
pub use error::{ChannelError, SyncError};
pub use figures::{Figures, Report};
pub use inbound::{
    Admitted, Answer, ArchiveError, FileFinding, FileIntake, Inbound, IntakeReport, PullReport, ReceiveError,
    StreamSettings, WebhookCall, retry_order, schedule_pulls,
};
pub use preview::{Held, Preview, PreviewedOperation, PreviewedRequest};
pub use reconciler::{Reconciler, RunReport};
pub use schedule::{Schedule, ScheduleError, Timetable};
pub use scheduler::schedule;
pub use secrets::{SecretRemovalError, remove_secret, secret_uses};
pub use settings::SyncSettings;
pub use shipping::{record_shipment, schedule_shipments};
