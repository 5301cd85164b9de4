/**
 * What the shop's responses mean.
 *
 * An item that was taken comes back as `{"id": "..."}`; one that was not, with `{"error": "..."}`; one that was
 * deleted, with nothing. Any other body is none of the shop's: proxies and login pages answer 200 as well.
 */

import { accepted, type Answer, error, failed, failureOf, retry, type Settlement } from "../wharf/sdk/index.js";

/** Of the one operation that the exchange covers. Its memo is the operation's action. */
export function settled(answer: Answer): Settlement {
  const failure = failureOf(answer.status);
  if (failure?.reason === "missing") {
    // It is not there, which is what was asked for.
    if (answer.memo === "delete") return accepted();
    // For this reason the host sends the whole item next.
    if (answer.memo === "stock") return retry(error("not-found", "The shop does not have the item.", { reason: "missing" }));
  }
  if (failure) return failed(answer.status, words(answer));
  if (answer.memo === "delete" && answer.response.body.length === 0) return accepted();
  const remoteId = member(answer.json(), "id");
  if (remoteId !== null) return accepted({ remoteId });
  const message = "The answer is none of the shop's; check the endpoint's address.";
  return retry(error("unreadable-answer", message, { reason: "contract" }));
}

/** Our sentence, and the shop's own words when there are any. */
function words(answer: Answer): string {
  const said = member(answer.json(), "error");
  return said === null ? "The shop did not take it." : `The shop did not take it. It says: ${said}`;
}

/** The text under this name, if the value is an object that has one. */
function member(value: unknown, name: string): string | null {
  const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : null;
  return typeof found === "string" ? found : null;
}
