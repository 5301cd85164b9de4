//! The channels table, and the work that concerns a whole channel: marking all of it, removing it.
//!
//! Both go in transactions of limited size. How far a marking has come is kept in the channel's row, so that
//! a crash in the middle forgets nothing: [`Store::finish_marking`] goes on.

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use wharf_catalog::Lane;

use crate::{
    database::{self, Connection, Row, Store, commit, is_taken},
    error::{Doing, StoreError},
    marking::{Mark, lane_number, lane_of},
    sequence::Sequence,
};

/// A connector that an operator has set up for one market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub id: i64,
    pub name: String,
    pub connector: String,
    pub state: ChannelState,
    /// JSON; opaque here.
    pub configuration: String,
    /// The lane of a marking of all listings that is not finished.
    pub marking: Option<Lane>,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// What the operator decides about a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelDraft {
    /// Unique.
    pub name: String,
    pub connector: String,
    pub state: ChannelState,
    /// JSON; opaque here.
    pub configuration: String,
}

/// Whether a channel is served. Changes make its listings due either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelState {
    Enabled,
    Paused,
}

impl ChannelState {
    /// The name in the database, the API and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Paused => "paused",
        }
    }

    fn stored(text: &str) -> Result<Self, StoreError> {
        match text {
            "enabled" => Ok(Self::Enabled),
            "paused" => Ok(Self::Paused),
            other => Err(StoreError::Damaged { what: "channel state", value: other.to_owned() }),
        }
    }
}

const READING: &str = "reading channels";
const WRITING: &str = "writing a channel";
const REMOVING: &str = "removing a channel";

impl Store {
    /// Adds a channel. Its listings are not there yet: [`Store::finish_marking`] makes them, now or later.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`]
    pub async fn add_channel(&self, draft: &ChannelDraft) -> Result<i64, StoreError> {
        let mut transaction = self.write().await?;
        let id = Sequence::Channel.next(&mut transaction).await?;
        sqlx::query(
            "INSERT INTO channels (id, name, connector, state, configuration, marking_lane, marking_after, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7)",
        )
        .bind(id)
        .bind(&draft.name)
        .bind(&draft.connector)
        .bind(draft.state.as_str())
        .bind(&draft.configuration)
        .bind(lane_number(Lane::Content))
        .bind(database::now())
        .execute(&mut *transaction)
        .await
        .map_err(|error| taken_or(error, &draft.name))?;
        commit(transaction).await?;
        Ok(id)
    }

    /// All channels, ascending by name.
    pub async fn channels(&self) -> Result<Vec<Channel>, StoreError> {
        let rows = sqlx::query("SELECT * FROM channels ORDER BY name")
            .fetch_all(&mut *self.read().await?)
            .await
            .doing(READING)?;
        rows.iter().map(channel).collect()
    }

    pub async fn channel(&self, id: i64) -> Result<Option<Channel>, StoreError> {
        let query = sqlx::query("SELECT * FROM channels WHERE id = $1").bind(id);
        let row = query.fetch_optional(&mut *self.read().await?).await.doing(READING)?;
        row.as_ref().map(channel).transpose()
    }

    pub async fn channel_named(&self, name: &str) -> Result<Option<Channel>, StoreError> {
        let query = sqlx::query("SELECT * FROM channels WHERE name = $1").bind(name);
        let row = query.fetch_optional(&mut *self.read().await?).await.doing(READING)?;
        row.as_ref().map(channel).transpose()
    }

    /// Replaces what the operator decides. Marks nothing: whether a new configuration needs that is the
    /// caller's to know.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::UnknownChannel`]
    pub async fn update_channel(&self, id: i64, draft: &ChannelDraft) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE channels SET name = $2, connector = $3, state = $4, configuration = $5 WHERE id = $1",
        )
        .bind(id)
        .bind(&draft.name)
        .bind(&draft.connector)
        .bind(draft.state.as_str())
        .bind(&draft.configuration)
        .execute(&mut *transaction)
        .await
        .map_err(|error| taken_or(error, &draft.name))?;
        known(id, done.rows_affected())?;
        commit(transaction).await
    }

    /// # Errors
    /// [`StoreError::UnknownChannel`]
    pub async fn set_channel_state(&self, id: i64, state: ChannelState) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let query = sqlx::query("UPDATE channels SET state = $2 WHERE id = $1").bind(id).bind(state.as_str());
        let done = query.execute(&mut *transaction).await.doing(WRITING)?;
        known(id, done.rows_affected())?;
        commit(transaction).await
    }

    /// Makes every product due on the channel, such as after a change of its configuration.
    ///
    /// # Errors
    /// [`StoreError::UnknownChannel`]
    pub async fn mark_all(&self, channel_id: i64, lane: Lane) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let done = begin_marking(&mut transaction, channel_id, lane).await?;
        known(channel_id, done)?;
        commit(transaction).await?;
        self.finish_marking(channel_id).await
    }

    /// Goes on with a marking of the whole channel where it was left; nothing to do is quickly done.
    ///
    /// # Errors
    /// [`StoreError::UnknownChannel`]
    pub async fn finish_marking(&self, channel_id: i64) -> Result<(), StoreError> {
        while self.mark_next(channel_id).await? {}
        Ok(())
    }

    /// Marks the next part of the catalog; whether there is more.
    async fn mark_next(&self, channel_id: i64) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let progress: Option<(Option<i16>, i64)> =
            sqlx::query_as("SELECT marking_lane, marking_after FROM channels WHERE id = $1")
                .bind(channel_id)
                .fetch_optional(&mut *transaction)
                .await
                .doing(READING)?;
        let (lane, after) = progress.ok_or(StoreError::UnknownChannel(channel_id))?;
        let Some(lane) = lane else { return Ok(false) };
        let until = after + i64::from(self.settings().sweep_rows.max(1));
        let more = until < Sequence::Product.last(&mut transaction).await?;
        let mark = Mark::new(&mut transaction).await?;
        mark.channel(&mut transaction, channel_id, lane_of(lane)?, after, until).await?;
        sqlx::query("UPDATE channels SET marking_lane = $2, marking_after = $3 WHERE id = $1")
            .bind(channel_id)
            .bind(more.then_some(lane))
            .bind(until)
            .execute(&mut *transaction)
            .await
            .doing(WRITING)?;
        commit(transaction).await?;
        Ok(more)
    }

    /// Removes a channel with everything known about its listings, but nothing on the channel itself.
    /// Whether there was one.
    pub async fn remove_channel(&self, id: i64) -> Result<bool, StoreError> {
        if !self.retire(id).await? {
            return Ok(false);
        }
        let mut until = 0;
        loop {
            until += i64::from(self.settings().sweep_rows.max(1));
            let mut transaction = self.write().await?;
            let last = Sequence::Product.last(&mut transaction).await?;
            let listings = sqlx::query("DELETE FROM listings WHERE channel_id = $1 AND product_id <= $2");
            listings.bind(id).bind(until).execute(&mut *transaction).await.doing(REMOVING)?;
            if until >= last {
                remove_rest(&mut transaction, id).await?;
                commit(transaction).await?;
                return Ok(true);
            }
            commit(transaction).await?;
        }
    }

    /// Takes a channel out of service before its listings go. If that is cut short, the channel is still
    /// whole after a new marking.
    async fn retire(&self, id: i64) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let query = sqlx::query("UPDATE channels SET state = $2 WHERE id = $1");
        query
            .bind(id)
            .bind(ChannelState::Paused.as_str())
            .execute(&mut *transaction)
            .await
            .doing(REMOVING)?;
        let found = begin_marking(&mut transaction, id, Lane::Content).await?;
        commit(transaction).await?;
        Ok(found > 0)
    }
}

async fn begin_marking(connection: &mut Connection, channel_id: i64, lane: Lane) -> Result<u64, StoreError> {
    sqlx::query("UPDATE channels SET marking_lane = $2, marking_after = 0 WHERE id = $1")
        .bind(channel_id)
        .bind(lane_number(lane))
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
        .doing(WRITING)
}

async fn remove_rest(connection: &mut Connection, id: i64) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM listings WHERE channel_id = $1",
        "DELETE FROM exchanges WHERE channel_id = $1",
        "DELETE FROM shipment_exchanges WHERE channel_id = $1",
        "UPDATE shipments SET state = 'not-carried', due_at = NULL \
         WHERE channel_id = $1 AND state IN ('due', 'in-flight', 'retry')",
        "DELETE FROM runs WHERE channel_id = $1",
        "DELETE FROM streams WHERE channel_id = $1",
        "DELETE FROM findings WHERE channel_id = $1",
        "DELETE FROM deliveries WHERE channel_id = $1",
        "DELETE FROM channels WHERE id = $1",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *connection).await.doing(REMOVING)?;
    }
    Ok(())
}

fn known(id: i64, rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::UnknownChannel(id)) } else { Ok(()) }
}

fn taken_or(error: sqlx::Error, name: &str) -> StoreError {
    if is_taken(&error) {
        return StoreError::NameTaken { kind: "channel", name: name.to_owned() };
    }
    StoreError::Query { doing: WRITING, source: error }
}

fn channel(row: &Row) -> Result<Channel, StoreError> {
    let lane: Option<i16> = row.try_get("marking_lane").doing(READING)?;
    Ok(Channel {
        id: row.try_get("id").doing(READING)?,
        name: row.try_get("name").doing(READING)?,
        connector: row.try_get("connector").doing(READING)?,
        state: ChannelState::stored(row.try_get("state").doing(READING)?)?,
        configuration: row.try_get("configuration").doing(READING)?,
        marking: lane.map(lane_of).transpose()?,
        created_at: row.try_get("created_at").doing(READING)?,
    })
}
