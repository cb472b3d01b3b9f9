import { keccak, type Hex } from "../../ground/protocol/hex.ts";

/** A digest of plain data: equal data, whatever the order of their fields or of a map's entries, have the same. */
export function digestOf(value: unknown): Hex {
  return keccak(new TextEncoder().encode(textOf(value)));
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "undefined":
      return "?";
    case "object":
      return value === null ? "null" : textOfObject(value);
    case "function":
    case "symbol":
      throw new TypeError(`a ${typeof value} is not plain data`);
    case "boolean":
    case "number":
    case "string":
      return JSON.stringify(value);
  }
}

function textOfObject(value: object): string {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  if (value instanceof Set) return `{${[...value].map(textOf).sort().join()}}`;
  const entries = value instanceof Map ? [...value] : Object.entries(value).filter(([, field]) => field !== undefined);
  const texts = entries.map(([key, field]) => `${textOf(key)}:${textOf(field)}`);
  return `{${texts.sort().join()}}`;
}
