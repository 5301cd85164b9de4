//! A product and its variants: the chain of an upsert.
//!
//! - `find`: whether a product that was never sent is there. What is found is adopted instead of listed twice.
//! - `write`: the product itself. Its answer says which options and variants there are.
//! - `options`: the option groups and options that are missing.
//! - `variants`: all variants in one document.

pub(crate) mod find;
pub(crate) mod options;
pub(crate) mod variants;
pub(crate) mod write;

use wharf_sdk::{Preparation, Problem, Reason};

use crate::{
    content, graphql,
    group::Member,
    media,
    memo::{BYTES, Memo, Product},
    settings::Settings,
};

pub(crate) fn prepare(settings: &Settings, members: Vec<Member<'_>>, done: &mut Preparation) {
    let (members, product, rejections) = content::checked(settings, members);
    done.rejections.extend(rejections);
    let (Some(mut product), Some(shown)) = (product, content::shown(&members)) else {
        // Without anything to write, the deletions go by themselves.
        return crate::delete::prepare(settings, &members, done);
    };
    let known = match known_product(&members) {
        Ok(known) => known,
        Err(problem) => {
            done.rejections.extend(members.iter().map(|member| member.reject(problem.clone())));
            return;
        }
    };
    media::collect(&members, &mut product);
    if let Some(problem) = too_large(&product) {
        done.rejections.extend(members.iter().map(|member| member.reject(problem.clone())));
        return;
    }
    let covers = members.iter().map(|member| member.index).collect();
    let write = write::body(settings, known, shown, &product.media);
    let exchange = match known {
        Some(_) => graphql::request(settings, write).covering(covers).memo(Memo::Product(product).to_bytes()),
        None => find::exchange(settings, product, shown, covers).document(write),
    };
    done.exchanges.push(exchange);
}

/// The one product that Vendure has the variants in, if it is known.
fn known_product<'a>(members: &[Member<'a>]) -> Result<Option<&'a str>, Problem> {
    let mut products = members.iter().filter_map(Member::product);
    let Some(first) = products.next() else { return Ok(None) };
    match products.find(|product| *product != first) {
        None => Ok(Some(first)),
        Some(other) => Err(split(first, other)),
    }
}

fn split(first: &str, other: &str) -> Problem {
    let message = format!(
        "Vendure has the variants in two products, {first} and {other}; delete the variants in one of them there."
    );
    Problem::error("split-product", message).reason(Reason::Conflict)
}

fn too_large(product: &Product) -> Option<Problem> {
    let length = Memo::Product(product.clone()).to_bytes().len();
    let message = "The product has more variants and stock levels than can be remembered until Vendure answers; \
                   split it, or use fewer locations.";
    (length > BYTES).then(|| Problem::error("too-large", message))
}
