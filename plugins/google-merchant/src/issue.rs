//! What Google found wrong with a product
//! ([`ItemLevelIssue`](https://developers.google.com/merchant/api/reference/rest/products_v1/accounts.products#ItemLevelIssue)),
//! once for all the places that it shows products in.

use serde::Deserialize;
use wharf_sdk::{Problem, Reason};

use crate::fields;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Issue {
    code: String,
    severity: String,
    attribute: String,
    description: String,
    detail: String,
    documentation: String,
    applicable_countries: Vec<String>,
}

impl Issue {
    /// Those that concern the country. Google repeats an issue for ads, free listings and so on: the gravest is told.
    pub(crate) fn problems(issues: &[Self], country: &str) -> Vec<Problem> {
        let mut kept: Vec<&Self> = Vec::new();
        for issue in issues.iter().filter(|issue| issue.concerns(country)) {
            match kept
                .iter_mut()
                .find(|other| (&other.code, &other.attribute) == (&issue.code, &issue.attribute))
            {
                None => kept.push(issue),
                Some(other) if issue.disapproves() && !other.disapproves() => *other = issue,
                Some(_) => {}
            }
        }
        kept.into_iter().map(Self::problem).collect()
    }

    /// An issue without countries is about all of them.
    fn concerns(&self, country: &str) -> bool {
        self.applicable_countries.is_empty() || self.applicable_countries.iter().any(|named| named == country)
    }

    /// The other severities, `DEMOTED` and `NOT_IMPACTED`, leave the product where it is shown.
    fn disapproves(&self) -> bool {
        self.severity == "DISAPPROVED"
    }

    fn problem(&self) -> Problem {
        let code = if self.code.is_empty() { "issue" } else { &self.code };
        let message = self.message();
        let problem =
            if self.disapproves() { Problem::error(code, message) } else { Problem::warning(code, message) };
        let reason = if self.code.contains("policy") { Reason::Policy } else { Reason::Data };
        Problem { field: fields::find(&self.attribute), ..problem.reason(reason) }
    }

    fn message(&self) -> String {
        let mut message = self.description.clone();
        for more in [&self.detail, &self.documentation] {
            if !more.is_empty() {
                let between =
                    if message.ends_with(['.', '!', '?']) || message.is_empty() { " " } else { ". " };
                message.push_str(between);
                message.push_str(more);
            }
        }
        message
    }
}
