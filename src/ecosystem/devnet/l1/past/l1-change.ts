import * as v from "valibot";
import { hash, hexOf, natural } from "../../../../chain/past/note-shapes.ts";
import { PlaceError } from "../../../../chain/past/place-error.ts";
import { wordToHex, type Hex } from "../../../../ground/protocol/hex.ts";

const address = hexOf("[0-9a-f]{40}");
const quantity = hexOf("[0-9a-f]{1,64}");
/** Below 2^64, by EIP-2681. */
const nonce = hexOf("[0-9a-f]{1,16}");
const list = <const S extends v.GenericSchema>(schema: S) => v.pipe(v.array(schema), v.readonly());

/** A stored change of L1: an absent value is unchanged. */
const changeSchema = v.strictObject({
  /** Id of the chain, in the first change. */
  chainId: v.optional(natural),
  blocks: list(v.strictObject({ hash, transactions: list(hash) })),
  accounts: list(v.strictObject({ address, nonce, balance: quantity, code: v.optional(hexOf("([0-9a-f]{2})*")) })),
  slots: list(v.pipe(v.tuple([address, hash, hash]), v.readonly())),
  waits: v.boolean(),
  unknown: v.optional(v.string()),
});

/**
 * Result of a request on L1, so that the request need not be replayed: its blocks, and values after the last of them.
 * `waits`: transactions are in no block yet. `unknown`: reason why the changes of the request are unknown.
 */
export type L1Change = Readonly<v.InferOutput<typeof changeSchema>>;

/** Names of values that may have changed: accounts and, of each, slots. */
export class L1Names {
  readonly #slots = new Map<Hex, Set<Hex>>();

  add(account: string, ...slots: readonly string[]): void {
    const name = account.toLowerCase() as Hex;
    const known = this.#slots.get(name) ?? new Set<Hex>();
    for (const slot of slots) known.add(wordOf(slot));
    this.#slots.set(name, known);
  }

  get all(): ReadonlyMap<Hex, ReadonlySet<Hex>> {
    return this.#slots;
  }
}

/** A number as 32 bytes in hexadecimal digits. Throws SyntaxError for a malformed number. */
export function wordOf(value: string): Hex {
  return wordToHex(BigInt(value));
}

export function encodeChange(change: L1Change): string {
  return JSON.stringify(change);
}

/** Inverse of `encodeChange`. The text may be a stranger's. Throws PlaceError. */
export function decodeChange(text: string): L1Change {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new PlaceError("Damaged", "a change of L1 is not in the format of this software", { cause: error });
  }
  const result = v.safeParse(changeSchema, read, { abortEarly: true });
  if (result.success) return result.output;
  const [{ path = [], message }] = result.issues;
  throw new PlaceError("Damaged", `a change of L1 cannot be read, ${path.map(({ key }) => String(key)).join(".")}: ${message}`);
}
