import * as v from "valibot";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ETHER_DECIMALS, parseAmount } from "./amount.ts";
import { removedOption } from "./removed-options.ts";

/** Type of a value, with all its fields and elements readonly. */
export type DeepReadonly<T> = T extends readonly (infer Each)[]
  ? readonly DeepReadonly<Each>[]
  : T extends object
    ? { readonly [Field in keyof T]: DeepReadonly<T[Field]> }
    : T;

/** The message of a refused value: what it must be, and what it is. */
export function must(description: string): (issue: { readonly input: unknown }) => string {
  return ({ input }) => `must be ${description}; got ${shown(input)}`;
}

/** A value on one line, as its user wrote it. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  const text = JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner));
  return text ?? String(value);
}

export const trueOrFalse = v.pipe(v.boolean(must("true or false")), v.metadata({ wanted: "true or false" }));

/** From `min` to `max`, both included. */
export function wholeNumber(min: number, max: number, example: number) {
  const wanted = `a whole number from ${min} to ${max}, such as ${example}`;
  const message = must(wanted);
  return v.pipe(
    v.number(message),
    v.safeInteger(message),
    v.minValue(min, message),
    v.maxValue(max, message),
    v.metadata({ wanted }),
  );
}

/** From `min` to `max`, both included. */
export function wholeBigint(min: bigint, max: bigint, example: bigint) {
  const wanted = `a bigint from ${min}n to ${max}n, such as ${example}n`;
  const message = must(wanted);
  return v.pipe(v.bigint(message), v.minValue(min, message), v.maxValue(max, message), v.metadata({ wanted }));
}

export function oneOf<const T extends readonly string[]>(...values: T) {
  const wanted = values.map((each) => `"${each}"`).join(" or ");
  return v.pipe(v.picklist(values, must(wanted)), v.metadata({ wanted }));
}

export function text(pattern: RegExp, description: string) {
  return v.pipe(v.string(must(description)), v.regex(pattern, must(description)), v.metadata({ wanted: description }));
}

export const url = text(/^https?:\/\/\S+$/, 'a URL such as "http://127.0.0.1:8545"');

const ADDRESS = "an address: 0x and 40 hex digits";
/** 20 bytes, which become lower case. */
export const address = v.pipe(
  v.string(must(ADDRESS)),
  v.regex(/^0x[0-9a-fA-F]{40}$/, must(ADDRESS)),
  v.transform((value) => value.toLowerCase() as Hex),
  v.metadata({ wanted: ADDRESS, parsedType: "Hex" }),
);

/** The message does not show the value. */
export const privateKey = v.pipe(
  v.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value), "must be 0x and 64 hex digits"),
  v.metadata({ wanted: "0x and 64 hex digits", type: "string" }),
);

/** A decimal of ETH, which becomes wei. */
export function amount(description: string, max?: bigint) {
  const inWei = (value: string): bigint => parseAmount(value, ETHER_DECIMALS) ?? -1n;
  const isWithin = (value: string): boolean =>
    inWei(value) >= 0n && (max === undefined || inWei(value) <= max * 10n ** BigInt(ETHER_DECIMALS));
  return v.pipe(
    v.string(must(description)),
    v.check(isWithin, must(description)),
    v.transform(inWei),
    v.metadata({ wanted: description, parsedType: "bigint" }),
  );
}

export function list<const S extends v.GenericSchema>(each: S, description: string) {
  return v.pipe(v.array(each, must(description)), v.metadata({ wanted: description }));
}

/** An object that has these fields and no others. */
export function fields<const E extends v.ObjectEntries>(entries: E, description = "an object") {
  const all = Object.keys(entries).join(", ");
  const needed = Object.keys(entries)
    .filter((field) => entries[field]?.type !== "optional")
    .join(", ");
  const exact = v.strictObject(entries, ({ expected, path }) => {
    const field = String(path?.at(-1)?.key);
    if (expected !== "never") return `is missing; there must be ${needed}`;
    return removedOption(field) ?? `"${field}" is not a field; the fields are ${all}`;
  });
  return v.pipe(v.custom<v.InferInput<typeof exact>>(isPlainObject, must(description)), exact);
}

/** An object with one entry for each name. */
export function named<const K extends v.GenericSchema<string>, const S extends v.GenericSchema>(
  key: K,
  each: S,
  description: string,
) {
  return v.pipe(v.custom<Readonly<Record<string, v.InferInput<S>>>>(isPlainObject, must(description)), v.record(key, each));
}

/** Optional field; `byDefault` describes the default. */
export function option<const S extends v.GenericSchema>(schema: S, doc: string, byDefault: string) {
  return v.optional(v.pipe(schema, v.description(doc), v.metadata({ byDefault })));
}

/** A field that may be left out, and then has this value. */
export function withDefault<const S extends v.GenericSchema, const D extends v.InferInput<S>>(schema: S, doc: string, value: D) {
  const described = v.pipe(schema, v.description(doc));
  // The type of the default must be the schema's own input, which TypeScript cannot show of any schema.
  return v.optional(described, value as never) as unknown as v.OptionalSchema<typeof described, D>;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
