/** The channel's settings, in the shape that the connector's own schema promises. */

import type { Context, Problem } from "./contract/types.js";
import { error } from "./problem.js";

interface Schema {
  required?: string[];
  /** A list of types is left to the host. */
  properties?: Record<string, { type?: string | string[]; writeOnly?: boolean }>;
}

/**
 * Reads settings. The host has checked them against the schema, but perhaps against that of another version: so what is
 * required has to be there, and what is there has to be of the declared type.
 */
export class SettingsReader<Settings> {
  readonly #schema: Schema;

  constructor(schema: string) {
    this.#schema = JSON.parse(schema) as Schema;
  }

  /** The settings, or what is wrong with them. */
  read(context: Context): { settings: Settings } | { problem: Problem } {
    const settings = JSON.parse(context.settings) as Record<string, unknown>;
    const fault = this.#fault(settings);
    if (fault === null) return { settings: settings as Settings };
    return { problem: error("invalid-settings", `The channel's settings cannot be read: ${fault}.`, { reason: "settings" }) };
  }

  #fault(settings: Record<string, unknown>): string | null {
    const { required = [], properties = {} } = this.#schema;
    // Secrets stay with the host.
    const missing = required.find((name) => !Object.hasOwn(settings, name) && !properties[name]?.writeOnly);
    if (missing !== undefined) return `\`${missing}\` is missing; set it`;
    for (const [name, { type }] of Object.entries(properties)) {
      const wrong = Object.hasOwn(settings, name) && typeof type === "string" && !isOf(type, settings[name]);
      if (wrong) return `\`${name}\` is no ${type}; correct it`;
    }
    return null;
  }
}

/** `type` is one of JSON Schema's. */
function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
