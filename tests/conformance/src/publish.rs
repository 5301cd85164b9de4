//! Operations as requests: one for each item, or one for several.

use wharf_sdk::{
    Action, Answer, Context, Exchange, Json, Operation, Operations, Preparation, Problem, Publisher,
    Rejection, Request, Settlement,
};

use crate::{CornerShop, Defect, MOST_VARIANTS, answer, item::Writer, settings::Settings};

/// Items that the shop takes with one request.
const MOST: usize = 10;

impl Publisher for CornerShop {
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation {
        let settings = match Settings::of(context) {
            Ok(settings) => settings,
            Err(problem) => return Preparation::reject_all(operations.len(), &problem),
        };
        let writer = Writer { context, settings: &settings };
        let mut preparation = Preparation { exchanges: Vec::new(), rejections: Vec::new() };
        let mut bodies: Vec<Prepared<'_>> = Vec::new();
        for (index, operation) in (0..).zip(operations) {
            match body(&writer, operation) {
                Ok(body) => bodies.push(Prepared { index, operation, body }),
                Err(problem) => preparation.rejections.push(Rejection { index, problems: vec![problem] }),
            }
        }
        if let (Defect::AllOrNothing, Some(first)) = (settings.defect, preparation.rejections.first()) {
            return Preparation::reject_all(operations.len(), &first.problems[0]);
        }
        if settings.has(Defect::ForgetsOne) && bodies.len() > 1 {
            bodies.pop();
        }
        preparation.exchanges = match settings.batched || settings.has(Defect::LumpsVariants) {
            true => batches(&settings, bodies),
            false => bodies.into_iter().map(|it| single(&writer, it)).collect(),
        };
        preparation
    }

    fn settle(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        match Settings::of(context) {
            Ok(settings) => answer::settle(&settings, &answers),
            Err(problem) => answers.iter().map(|it| Settlement::reject_all(it.covers, &problem)).collect(),
        }
    }
}

/// An operation and what it sends.
struct Prepared<'a> {
    index: u32,
    operation: Operation<'a>,
    body: Json,
}

fn body(writer: &Writer<'_>, operation: Operation<'_>) -> Result<Json, Problem> {
    if operation.action != Action::Delete {
        return writer.body(operation.action, operation.item);
    }
    let mut json = Json::with_capacity(64);
    json.begin_object()
        .member("sku", &writer.key(operation.item.sku()))
        .key("delete")
        .flag(true)
        .end_object();
    Ok(json)
}

fn single(writer: &Writer<'_>, Prepared { index, operation, body }: Prepared<'_>) -> Exchange {
    let target = writer.target(operation.item.sku());
    let request = match operation.action {
        Action::Delete => Request::delete(0, target),
        _ => Request::put(0, target).json(body),
    };
    let mut request = request.header("idempotency-key", key(writer.settings, &[operation]));
    if writer.settings.has(Defect::TooCostly) {
        request = request.cost(1_000_000);
    }
    if writer.settings.has(Defect::FirstIsSpecial) && index == 0 {
        request = request.header("x-first", "1");
    }
    request.covering(vec![index]).memo(answer::memo(operation.action))
}

/// Made of what the operations are and of nothing else.
fn key(settings: &Settings, operations: &[Operation<'_>]) -> String {
    if settings.has(Defect::OneKey) {
        return "key".into();
    }
    let mut key = String::new();
    for operation in operations {
        let Operation { item, revision, attempt, .. } = operation;
        key.push_str(&wharf_sdk::percent_encoded(item.sku()));
        key.push_str(&format!(":{revision}:{attempt};"));
    }
    key
}

/// At most ten items a request, and at most five variants of one product.
fn batches(settings: &Settings, prepared: Vec<Prepared<'_>>) -> Vec<Exchange> {
    let variants = if settings.has(Defect::LumpsVariants) { usize::MAX } else { MOST_VARIANTS };
    let most = if settings.has(Defect::LumpsVariants) { usize::MAX } else { MOST };
    let mut batches: Vec<Vec<Prepared<'_>>> = Vec::new();
    for next in prepared {
        let group = next.operation.item.group();
        let has_room = |batch: &&mut Vec<Prepared<'_>>| {
            let of_group =
                batch.iter().filter(|it| group.is_some() && it.operation.item.group() == group).count();
            batch.len() < most && of_group < variants
        };
        match batches.last_mut().filter(has_room) {
            Some(batch) => batch.push(next),
            None => batches.push(vec![next]),
        }
    }
    batches.into_iter().map(|batch| batched(settings, batch)).collect()
}

fn batched(settings: &Settings, batch: Vec<Prepared<'_>>) -> Exchange {
    let covers: Vec<u32> = batch.iter().map(|prepared| prepared.index).collect();
    let operations: Vec<_> = batch.iter().map(|prepared| prepared.operation).collect();
    let action = operations.first().map_or(Action::Upsert, |operation| operation.action);
    let bodies: Vec<String> = batch.into_iter().map(|prepared| prepared.body.into_string()).collect();
    let body = format!("{{\"shop\":\"{}\",\"items\":[{}]}}", settings.shop, bodies.join(","));
    let request = Request::post(0, "/batch").json(body).header("idempotency-key", key(settings, &operations));
    request.covering(covers).memo(answer::memo(action))
}
