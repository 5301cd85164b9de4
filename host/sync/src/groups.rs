//! Groups for connectors that take them only whole: their requests replace a product with all its variants, so a change
//! of one variant brings the others along, and a group that cannot go whole waits.

use wharf_catalog::{Action, Problem};
use wharf_store::{Candidate, ListingState, Store, StoreError};

use crate::{
    active::ActiveChannel,
    decision::Company,
    translate::{Step, step},
};

/// Whether two neighbours belong to one group.
pub(crate) fn together(one: &Candidate, next: &Candidate) -> bool {
    one.parent.is_some() && one.parent == next.parent
}

/// The page with every group made whole, neighbours of one group side by side. Groups beyond `enough` listings, and
/// those of which a part waits for a further exchange, are left for later.
pub(crate) async fn gather(
    store: &Store,
    channel_id: i64,
    page: Vec<Candidate>,
    enough: u32,
) -> Result<Vec<Candidate>, StoreError> {
    let (variants, mut gathered): (Vec<_>, Vec<_>) = page.into_iter().partition(|one| one.parent.is_some());
    let mut models: Vec<&str> = variants.iter().filter_map(|variant| variant.parent.as_deref()).collect();
    models.sort_unstable();
    models.dedup();
    let members = store.groups(channel_id, &models, enough).await?;
    gathered.extend(retain(members, |group| group.iter().all(|member| member.under_way.is_empty())));
    Ok(gathered)
}

/// Neighbours of one group stay together or go together.
pub(crate) fn retain(
    mut candidates: Vec<Candidate>,
    mut stays: impl FnMut(&[Candidate]) -> bool,
) -> Vec<Candidate> {
    let mut verdicts = Vec::with_capacity(candidates.len());
    for group in candidates.chunk_by(together) {
        verdicts.resize(verdicts.len() + group.len(), stays(group));
    }
    let mut verdicts = verdicts.into_iter();
    candidates.retain(|_| verdicts.next().unwrap_or_default());
    candidates
}

/// What to do about a group: nothing more than its due members need, as long as none of them moves the whole group.
pub(crate) fn steps(
    channel: &ActiveChannel,
    members: &[Candidate],
    read_at: i64,
) -> Result<Vec<Step>, StoreError> {
    let alone = members.iter().map(|member| match member.lane {
        Some(_) => step(channel, member, read_at, Company::Alone),
        None => Ok(Step::Untouched(member.product_id)),
    });
    let alone = alone.collect::<Result<Vec<_>, _>>()?;
    if !alone.iter().any(moves_the_group) {
        return Ok(alone);
    }
    let whole = members.iter().map(|member| step(channel, member, read_at, Company::Group));
    let mut whole = whole.collect::<Result<Vec<_>, _>>()?;
    if let Some(blocking) = members.iter().zip(&whole).find(|(member, step)| would_be_lost(member, step)) {
        let problem = held_by(blocking.0);
        members.iter().zip(&mut whole).for_each(|(_, step)| step.hold(&problem));
    }
    for (member, step) in members.iter().zip(&mut whole) {
        if member.lane.is_none() && matches!(step, Step::Settled(_)) {
            *step = Step::Untouched(member.product_id);
        }
    }
    Ok(whole)
}

fn moves_the_group(step: &Step) -> bool {
    matches!(step, Step::Operation(operation, _) if matches!(operation.action, Action::Upsert | Action::Delete))
}

/// Without it the group would be replaced by one that lacks it, although nobody took it off the channel.
fn would_be_lost(member: &Candidate, step: &Step) -> bool {
    let shown = member.delivered.is_some() || member.remote_id.is_some();
    shown && matches!(step, Step::Settled(settled) if settled.state == ListingState::Incomplete)
}

fn held_by(member: &Candidate) -> Problem {
    let message = format!(
        "{} of the same group lacks what the channel needs, and the channel takes the group only whole; complete it, or \
         delete it",
        member.sku
    );
    Problem::error("held-by-group", None, message)
}
