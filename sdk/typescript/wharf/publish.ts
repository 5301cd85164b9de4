/** Connectors for channels that take one request for each item, and how they become the component's exports. */

import log from "wharf:connector/log@1.1.0";
import type { Connector, Description } from "./contract/connector.js";
import type { Answer as RawAnswer, Exchange, Preparation } from "./contract/exchanges.js";
import type { Request, Response } from "./contract/http.js";
import type { Batch } from "./contract/items.js";
import type { Action, Operation as RawOperation, Publisher, Settlement } from "./contract/publisher.js";
import type { Context, Problem } from "./contract/types.js";
import { Inexact } from "./decimal.js";
import { rejected } from "./exchange.js";
import { type Item, Items } from "./item.js";
import { parsed } from "./json.js";
import { error } from "./problem.js";
import { SettingsReader } from "./settings.js";
import { decoded } from "./text.js";

/** What to do about one item; see `wit/v1/publisher.wit`. */
export interface Operation {
  action: Action;
  item: Item;
  remoteId: string | null;
  note: string | null;
  revision: number;
  attempt: number;
  /** Milliseconds since 1970. */
  asOf: number;
}

/** What came back for one exchange. */
export class Answer {
  readonly memo: string;
  readonly status: number;
  readonly response: Response;

  constructor(response: Response, memo: Uint8Array = new Uint8Array()) {
    this.memo = decoded(memo);
    this.status = response.status;
    this.response = response;
  }

  /** One of the description's `readsHeaders`. */
  header(name: string): string | null {
    return this.response.headers.find(([header]) => header === name)?.[1] ?? null;
  }

  get text(): string {
    return decoded(this.response.body);
  }

  /** `undefined` when the body is no JSON, or nested too deeply: proxies and login pages answer 200 as well. */
  json(): unknown {
    return parsed(this.text);
  }
}

/** `Settings` is the shape that the settings schema promises; see `SettingsReader`. */
export interface ItemConnector<Settings> {
  describe(): Description;
  /** A request that shows whether credentials and settings work, and changes nothing. */
  probe?(settings: Settings, context: Context): Request;
  /** What the answer to the probe means: empty when all is well. */
  probed?(answer: Answer, settings: Settings, context: Context): Problem[];
  /** The exchange for one operation, or why the channel would not take it. */
  prepare(operation: Operation, settings: Settings, context: Context): Exchange | Problem[];
  /** What the channel's answer means for the one operation of the exchange. */
  settle(answer: Answer, settings: Settings, context: Context): Settlement;
}

/** What the world `publishing` exports. */
export interface Exports {
  connector: Connector;
  publisher: Publisher;
}

/** What the component's module has to export: `export const { connector, publisher } = exported(shop);` */
export function exported<Settings>(own: ItemConnector<Settings>): Exports {
  const reader = new SettingsReader<Settings>(own.describe().settingsSchema);
  return {
    connector: {
      describe: () => told(() => own.describe()),
      probe: (context) => told(() => probe(own, reader, context)),
      probed: (context, response) => told(() => probed(own, reader, context, new Answer(response))),
    },
    publisher: {
      prepare: (context, batch, operations) => told(() => prepareAll(own, reader, context, batch, operations)),
      settle: (context, answers) => told(() => settleAll(own, reader, context, answers)),
    },
  };
}

function probe<S>(own: ItemConnector<S>, reader: SettingsReader<S>, context: Context): Request | null {
  const read = reader.read(context);
  // Settings that cannot be read are told by the first `prepare`.
  return "settings" in read ? (own.probe?.(read.settings, context) ?? null) : null;
}

function probed<S>(own: ItemConnector<S>, reader: SettingsReader<S>, context: Context, answer: Answer): Problem[] {
  const read = reader.read(context);
  return "settings" in read ? (own.probed?.(answer, read.settings, context) ?? []) : [read.problem];
}

function prepareAll<S>(
  own: ItemConnector<S>, reader: SettingsReader<S>, context: Context, batch: Batch, operations: RawOperation[],
): Preparation {
  const read = reader.read(context);
  const items = new Items(batch);
  const preparation: Preparation = { exchanges: [], rejections: [] };
  operations.forEach((raw, index) => {
    const prepared =
      "settings" in read ? exact(() => own.prepare(shown(items, raw, index), read.settings, context)) : [read.problem];
    if (Array.isArray(prepared)) preparation.rejections.push({ index, problems: prepared });
    else preparation.exchanges.push({ ...prepared, covers: [index] });
  });
  return preparation;
}

function shown(items: Items, { remoteId, note, ...rest }: RawOperation, index: number): Operation {
  return { ...rest, item: items.at(index), remoteId: items.optional(remoteId), note: items.optional(note) };
}

function settleAll<S>(
  own: ItemConnector<S>, reader: SettingsReader<S>, context: Context, answers: RawAnswer[],
): Settlement[] {
  const read = reader.read(context);
  return answers.map(({ memo, response }) =>
    "settings" in read ? own.settle(new Answer(response, memo), read.settings, context) : rejected(read.problem),
  );
}

/** A number that JavaScript cannot hold is the item's problem, and no reason to trap. */
function exact<T>(prepare: () => T): T | Problem[] {
  try {
    return prepare();
  } catch (thrown) {
    if (thrown instanceof Inexact) return [error("inexact-number", thrown.message)];
    throw thrown;
  }
}

/** What is thrown becomes a trap, which has no message; so the message goes to the operator's log first. */
function told<T>(call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    log.log("error", thrown instanceof Error ? `${thrown.message}\n${thrown.stack ?? ""}` : String(thrown));
    throw thrown;
  }
}
