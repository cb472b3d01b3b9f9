import { RLP } from "@ethereumjs/rlp";
import { NamedError } from "../errors/named-error.ts";
import { fromHex, toHex, type Hex } from "./hex.ts";
import type { ImportedRoot } from "./rolling-hash.ts";

/** Step of a batch, without what L1 has of it. `seconds`: after the step before it, or after the opening. */
export type PublishedStep = { readonly seconds: bigint } & (
  | { readonly type: "block"; readonly transactions: readonly Hex[] }
  /** The given number of blocks without transactions, each later than the one before it by the interval. */
  | { readonly type: "empty"; readonly count: number; readonly intervalSeconds: bigint }
  /** The next operation of L1's queue. */
  | { readonly type: "operation" }
  | { readonly type: "imports"; readonly roots: readonly ImportedRoot[] }
  /** End of the batch: the last step. */
  | { readonly type: "seal" }
);

/** Everything that executes a batch again, except L1's queue. */
export interface PublishedInputs {
  /** Recipient of the fees: 20 bytes. */
  readonly coinbase: Hex;
  /** Parts of the first state that L1 does not name, one bit each (FIRST_STATE_PARTS); of the first batch only, otherwise 0. */
  readonly firstState: number;
  /** Seconds of the opening. */
  readonly openedAt: bigint;
  readonly steps: readonly PublishedStep[];
}

/** First byte of published inputs, as `InputsPolicy` has it. */
const FORMAT = 1;
/** Maximum length of a batch's inputs in bytes, as `InputsPolicy` has it. */
export const MAX_INPUTS_BYTES = 100_000;

const KINDS = ["block", "empty", "operation", "imports", "seal"] as const;
const UINT64 = 8;
const MAX_EMPTY_BLOCKS = 2n ** 32n;

/** Format byte, then RLP of `[coinbase, firstState, openedAt, steps]`. */
export function encodeInputs({ coinbase, firstState, openedAt, steps }: PublishedInputs): Uint8Array {
  return Uint8Array.of(FORMAT, ...RLP.encode([fromHex(coinbase, 20), firstState, openedAt, steps.map(fieldsOf)]));
}

/** Inverse of `encodeInputs`. Throws PublishedInputsError for all other bytes. */
export function decodeInputs(bytes: Uint8Array): PublishedInputs {
  if (bytes[0] !== FORMAT) throw new PublishedInputsError(`format ${bytes[0] ?? "missing"} is not ${FORMAT}`);
  const [coinbase, firstState, openedAt, steps, ...others] = listOf(decoded(bytes.subarray(1)));
  const inputs: PublishedInputs = {
    coinbase: toHex(bytesOf(coinbase, 20)),
    firstState: Number(numberOf(firstState)),
    openedAt: numberOf(openedAt),
    steps: listOf(steps).map(stepOf),
  };
  // There is one form of each batch.
  if (others.length > 0 || Buffer.compare(encodeInputs(inputs), bytes) !== 0)
    throw new PublishedInputsError("they are not encoded in the one form");
  if (inputs.steps.length === 0 || inputs.steps.findIndex(({ type }) => type === "seal") !== inputs.steps.length - 1)
    throw new PublishedInputsError("the seal is not their last step");
  return inputs;
}

/** Inputs on L1 that no encoder of this format writes, or that do not lead to their batch. */
export class PublishedInputsError extends NamedError<"InputsMalformed"> {
  override readonly name = "PublishedInputsError";

  constructor(reason: string, options?: ErrorOptions) {
    super("InputsMalformed", `published inputs are invalid: ${reason}`, options);
  }
}

type Item = Uint8Array | Item[];
type Field = number | bigint | Uint8Array | readonly Field[];

function fieldsOf(step: PublishedStep): Parameters<typeof RLP.encode>[0] {
  const head: Field[] = [KINDS.indexOf(step.type), step.seconds];
  return [...head, ...contentOf(step)] as Parameters<typeof RLP.encode>[0];
}

function contentOf(step: PublishedStep): readonly Field[] {
  switch (step.type) {
    case "block":
      return [step.transactions.map((raw) => fromHex(raw))];
    case "empty":
      return [step.count, step.intervalSeconds];
    case "imports":
      return [step.roots.map(({ registryIndex, root }) => [registryIndex, fromHex(root, 32)])];
    case "operation":
    case "seal":
      return [];
  }
}

function stepOf(item: Item | undefined): PublishedStep {
  const [kind, time, first, second] = listOf(item);
  const seconds = numberOf(time);
  const type = KINDS[Number(numberOf(kind))];
  if (type === undefined) throw new PublishedInputsError("a step has an unknown kind");
  switch (type) {
    case "block":
      return { type, seconds, transactions: filled(listOf(first)).map((raw) => toHex(bytesOf(raw))) };
    case "empty":
      return { type, seconds, count: countOf(first), intervalSeconds: numberOf(second) };
    case "imports":
      return { type, seconds, roots: filled(listOf(first)).map(rootOf) };
    case "operation":
    case "seal":
      return { type, seconds };
  }
}

function rootOf(item: Item): ImportedRoot {
  const [index, root] = listOf(item);
  return { registryIndex: numberOf(index), root: toHex(bytesOf(root, 32)) };
}

function filled(items: Item[]): Item[] {
  if (items.length === 0) throw new PublishedInputsError("a step holds nothing");
  return items;
}

function countOf(item: Item | undefined): number {
  const count = numberOf(item);
  if (count === 0n || count > MAX_EMPTY_BLOCKS) throw new PublishedInputsError(`a step makes ${count} empty blocks`);
  return Number(count);
}

function decoded(bytes: Uint8Array): Item {
  try {
    return RLP.decode(bytes) as Item;
  } catch (error) {
    throw new PublishedInputsError("they do not decode as RLP", { cause: error });
  }
}

function listOf(item: Item | undefined): Item[] {
  if (Array.isArray(item)) return item;
  throw new PublishedInputsError("a list is missing");
}

function bytesOf(item: Item | undefined, length?: number): Uint8Array {
  if (item instanceof Uint8Array && (length === undefined || item.length === length)) return item;
  throw new PublishedInputsError("bytes are missing or have another length");
}

function numberOf(item: Item | undefined): bigint {
  const bytes = bytesOf(item);
  if (bytes.length > UINT64 || bytes[0] === 0)
    throw new PublishedInputsError("a number is longer than 8 bytes or begins with zero");
  return BigInt(`0x0${toHex(bytes).slice(2)}`);
}
