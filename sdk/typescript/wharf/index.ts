/** What connectors in TypeScript are written with. `example/shop.ts` is a whole one. */

export type * from "./contract.js";
export type * from "./description.js";
export * from "./declare.js";
export * from "./decimal.js";
export * from "./exchange.js";
export type { Image, Item, Level, Measure, Money } from "./item.js";
export * from "./problem.js";
export { Answer, exported, type ItemConnector, type Operation } from "./publish.js";
export { decoded, encoded, percentEncoded } from "./text.js";
