import * as v from "valibot";
import type { LeafDump } from "../../../chain/reconstruction/rebuilt-state.ts";
import { fromHex, isPlainHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { decodeEntry, encodeEntry } from "../../../chain/settlement/journal/journal-entry.ts";
import type { ExecutedLeaves } from "./guarded-chain.ts";
import type { SigningRequest } from "./guardian.ts";
import { GuardianError } from "./guardian-error.ts";

/** Paths of a guardian's server after the contract of a chain; `data` is followed by a hash. `chains` follows the URL. */
export const GUARDIAN_PATHS = { sign: "/sign", data: "/data/", leaves: "/leaves", chains: "/chains" } as const;
/** Bytes of a request at most: a batch has at most 100,000 bytes of data, as 200,000 digits. */
export const MAX_REQUEST_BYTES = 1_000_000;
/** Characters of leaves at most, in one text: engines have no longer ones. Some three million leaves. */
export const MAX_LEAVES_BYTES = 500_000_000;
/** Operations of a batch at most, as many as fit into a request. */
const MAX_OPERATIONS = 4_096;
const SIGNATURE_BYTES = 65;
/** Digits of a number at most: a slot has 256 binary ones. */
const MAX_DIGITS = 78;
/** An account and a slot as decimal digits, with their marks. */
const NAME_CHARACTERS = 160;

const hexOf = (bytes: number) => v.custom<Hex>((text) => isPlainHex(text, bytes), `must have ${bytes} bytes`);
const bytes = v.pipe(
  v.string(),
  v.regex(/^0x(?:[0-9a-f]{2})*$/, "must be hexadecimal digits"),
  v.transform((text) => fromHex(text)),
);
const whole = v.pipe(v.bigint(), v.minValue(0n), v.maxValue(2n ** 64n - 1n));
const outputs = v.strictObject({
  batchNumber: whole,
  firstBlock: whole,
  lastBlock: whole,
  firstTimestamp: whole,
  lastTimestamp: whole,
  l2LogsTreeRoot: hexOf(32),
  logCount: whole,
  priorityOpCount: whole,
  priorityOpsRollingHash: hexOf(32),
  importedRootCount: whole,
  importedRootsRollingHash: hexOf(32),
  cheatCount: whole,
  extensions: hexOf(32),
  coinbase: hexOf(20),
  transactionsHash: v.exactOptional(hexOf(32)),
});
const request = v.strictObject({
  batch: v.strictObject({
    protocolVersion: whole,
    outputs,
    canonicalTxHashes: v.pipe(v.array(hexOf(32)), v.maxLength(MAX_OPERATIONS)),
    previousCommitment: hexOf(32),
    preCommitment: hexOf(32),
    newStateRoot: hexOf(32),
    pubdata: bytes,
    porter: v.exactOptional(v.strictObject({ root: hexOf(32), list: bytes })),
  }),
  validUntil: whole,
  requestSignature: hexOf(SIGNATURE_BYTES),
});
const dump = v.strictObject({
  tree: bytes,
  names: v.array(v.strictTuple([v.number(), v.bigint(), v.bigint()])),
  codes: v.array(bytes),
});
const leaves = v.strictObject({ stateRoot: hexOf(32), nextBatch: whole, dump, porter: v.exactOptional(dump) });

export function encodeRequest({ batch, ...terms }: SigningRequest): string {
  const { porter, ...first } = batch;
  const listed = porter === undefined ? {} : { porter: { ...porter, list: toHex(porter.list) } };
  return encodeEntry({ batch: { ...first, ...listed, pubdata: toHex(batch.pubdata) }, ...terms });
}

/** Throws SyntaxError or ValiError for a text of another form. */
export function decodeRequest(text: string): SigningRequest {
  return v.parse(request, decodeEntry<unknown>(text, MAX_DIGITS));
}

/** Throws GuardianError LeavesTooLarge. */
export function encodeLeaves({ dump: first, porter, ...executed }: ExecutedLeaves): string {
  const length = lengthOf(first) + (porter === undefined ? 0 : lengthOf(porter));
  if (length > MAX_LEAVES_BYTES)
    throw new GuardianError(
      "LeavesTooLarge",
      `the leaves need ${length} characters, and one answer has at most ${MAX_LEAVES_BYTES}; rebuild from the batches' data`,
    );
  const second = porter === undefined ? {} : { porter: encodedDump(porter) };
  return encodeEntry({ ...executed, dump: encodedDump(first), ...second });
}

/** Throws SyntaxError or ValiError for a text of another form. The caller compares the roots with L1's. */
export function decodeLeaves(text: string): ExecutedLeaves {
  const { dump: first, porter, ...executed } = v.parse(leaves, decodeEntry<unknown>(text, MAX_DIGITS));
  return { ...executed, dump: decodedDump(first), porter: porter && decodedDump(porter) };
}

/** Upper bound of a dump's characters: two digits a byte, and a name's numbers. */
function lengthOf({ tree, names, codes }: LeafDump): number {
  return 2 * tree.length + NAME_CHARACTERS * names.length + codes.reduce((sum, code) => sum + 2 * code.length + 5, 0);
}

function encodedDump({ tree, names, codes }: LeafDump): object {
  const named = names.map(({ leafKind, address, slot }) => [leafKind, address, slot]);
  return { tree: toHex(tree), names: named, codes: codes.map(toHex) };
}

function decodedDump({ tree, names, codes }: v.InferOutput<typeof dump>): LeafDump {
  const named = names.map(([leafKind, address, slot]) => ({ leafKind, address, slot })) as LeafDump["names"];
  return { tree, names: named, codes };
}
