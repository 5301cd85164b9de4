/**
 * What connectors in TypeScript are written with. The types of the contract lie in `contract`, one file for each
 * interface of `wit/v1`; the ones that connectors name most are handed on here.
 */

export type * from "./contract/connector.js";
export type { Exchange, Preparation } from "./contract/exchanges.js";
export type { Body, Method, Request, Response } from "./contract/http.js";
export type { Action, Outcome, Settlement, Verdict } from "./contract/publisher.js";
export type { Allowance, Context, Problem, Reason, Severity } from "./contract/types.js";
export * from "./declare.js";
export * from "./decimal.js";
export * from "./exchange.js";
export type { Image, Item, Level, Measure, Money } from "./item.js";
export * from "./problem.js";
export { Answer, exported, type Exports, type ItemConnector, type Operation } from "./publish.js";
export { decoded, encoded, percentEncoded } from "./text.js";
