import * as v from "valibot";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { type Hex, HEX_BYTES } from "../../../../ground/protocol/hex.ts";
import { MAX_REASON } from "../contracts/refuse.ts";

/** Characters of an address, an amount or a name; of data, and of all arguments together. */
const MOST_TEXT = 200;
const MOST_DATA = 131_074;
const MOST_ARGUMENTS = 64;

/** Fields of what a caller asks for; each is bounded. */
export const text = v.pipe(v.string(), v.maxLength(MOST_TEXT));
/** A member, by its name or id. */
export const chain = v.union([text, v.pipe(v.number(), v.safeInteger())]);
/** An amount in decimal digits. */
export const wei = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}$/),
  v.transform((digits) => BigInt(digits)),
);
export const bytes = v.pipe(
  v.string(),
  v.maxLength(MOST_DATA),
  v.regex(HEX_BYTES),
  v.transform((value) => value as Hex),
);
export const hash = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]{64}$/i),
  v.transform((value) => value.toLowerCase() as Hex),
);
export const address = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]{40}$/i),
  v.transform((value) => value.toLowerCase() as Hex),
);
const texts = v.pipe(
  v.array(v.string()),
  v.maxLength(MOST_ARGUMENTS),
  v.check((all) => all.reduce((sum, each) => sum + each.length, 0) <= MOST_DATA, `more than ${MOST_DATA} characters`),
);
/** Arguments of a constructor, a text for each. */
export const args = texts;
/** A call of a contract of the project. */
export const inWords = { function: text, arguments: texts };

/** Parses what a caller asks for; `subject` names it in the refusal. Throws RpcError. */
export function parsed<Schema extends v.GenericSchema>(schema: Schema, value: unknown, subject: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw new RpcError(
    RpcCode.invalidParams,
    `${subject}${path === null ? ": " : `; ${path} `}${problemOf(issue)}`.slice(0, MAX_REASON),
  );
}

function problemOf({ received, expected, message }: v.BaseIssue<unknown>): string {
  if (received === "undefined") return "is missing";
  return expected === null ? `is refused: ${message}` : `must be ${expected}, not ${received}`;
}
