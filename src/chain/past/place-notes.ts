import * as v from "valibot";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { fromHex, toHex, type Hex } from "../../ground/protocol/hex.ts";
import { decodeBlocks } from "./block-columns.ts";
import { hash, hexOf, natural } from "./note-shapes.ts";
import type { PlaceNotes } from "./place.ts";
import { PlaceError } from "./place-error.ts";

/** Version of a checkpoint's format; others cannot be read. */
const VERSION = 4;

/** Hashes of a place's other parts. */
export type PartSums = Readonly<Record<"state" | "tree" | "history" | "blocks", string>>;

/** A bigint is its digits and `n`: at most those of a word. */
const whole = v.pipe(
  v.string(),
  v.regex(/^\d{1,78}n$/),
  v.transform((text) => BigInt(text.slice(0, -1))),
);
const address = hexOf("[0-9a-fA-F]{40}");
const bytes = hexOf("([0-9a-fA-F]{2})*");
const list = <const S extends v.GenericSchema>(schema: S) => v.array(schema);
/** A map as its entries; no name occurs twice. */
const mapOf = <const S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.array(v.tuple([hash, schema])),
    v.check((entries) => new Set(entries.map(([name]) => name)).size === entries.length, "a name occurs twice"),
    v.transform((entries) => new Map(entries)),
  );
const place = { blockNumber: whole, batchNumber: whole, engineHash: hash };
const changes = v.strictObject({ inserted: natural, updated: natural });
const signed = v.strictObject({
  kind: v.literal("signed"),
  hash,
  raw: bytes,
  type: natural,
  from: address,
  to: address,
  valueWei: whole,
  data: bytes,
  gasLimit: whole,
  nonce: whole,
  maxFeePerGasWei: whole,
  maxPriorityFeePerGasWei: whole,
  delegates: v.boolean(),
  gasPerPubdata: whole,
  signature: v.strictObject({ r: bytes, s: bytes, yParity: v.picklist([0, 1]) }),
});

const notesSchema = v.strictObject({
  head: v.strictObject({ number: whole, timestamp: whole, hash }),
  oldestState: whole,
  commands: natural,
  nextBatch: whole,
  previousCommitment: hash,
  operationsTaken: whole,
  publishedCodes: list(hash),
  genesisRoot: hash,
  index: v.strictObject({
    positions: mapOf(v.strictObject({ batchNumber: whole, firstIndex: natural })),
    priorityOps: mapOf(
      v.strictObject({
        canonicalTxHash: hash,
        success: v.boolean(),
        notRun: v.optional(v.string()),
        gasPriceWei: whole,
        gasUsed: whole,
        operationHash: v.optional(hash),
        resultHash: hash,
        resultIndex: natural,
      }),
    ),
    eip712: mapOf(v.strictObject({ engineHash: hash, transaction: signed })),
    publicHashes: mapOf(hash),
  }),
  messages: v.strictObject({
    sent: list(
      v.strictObject({
        ...place,
        messageHash: hash,
        sender: address,
        body: v.pipe(bytes, v.transform(binary)),
        position: natural,
      }),
    ),
    delivered: list(v.strictObject({ ...place, messageHash: hash, sourceChainId: whole, revertData: v.exactOptional(bytes) })),
    callbacks: mapOf(list(v.strictObject({ ...place, told: v.boolean() }))),
    imports: list(v.strictObject({ ...place, registryIndex: whole })),
  }),
  archive: list(
    v.strictObject({
      number: whole,
      protocolVersion: whole,
      firstBlock: whole,
      lastBlock: whole,
      timestamp: whole,
      commitment: hash,
      stateRoot: hash,
      logLeaves: list(hash),
      logRoot: hash,
      priorityOpCount: whole,
      transactionCount: natural,
      importedRoots: list(v.strictObject({ registryIndex: whole, root: hash })),
      pubdataBytes: natural,
      changes: v.strictObject(Object.fromEntries(Object.keys(LeafKind).map((kind) => [kind, changes]))),
      preCommitment: hash,
    }),
  ),
  history: v.strictObject({
    bytes: natural,
    dumpBytes: natural,
    steps: list(
      v.strictObject({
        batchNumber: whole,
        oldLeafCount: natural,
        priorityOpCount: natural,
        outputsHash: whole,
        pubdataBytes: natural,
      }),
    ),
  }),
});

const noted = v.strictObject({
  version: v.literal(VERSION),
  sums: v.strictObject({ state: v.string(), tree: v.string(), history: v.string(), blocks: v.string() }),
  notes: notesSchema,
});

/** The notes as text, without blocks and the bytes of the history, which are separate parts. */
export function encodeNotes({ blocks: _, index, messages, history, ...others }: PlaceNotes, sums: PartSums): Uint8Array {
  const { positions, priorityOps, eip712, publicHashes } = index;
  const notes = {
    ...others,
    index: {
      positions: [...positions],
      priorityOps: [...priorityOps],
      eip712: [...eip712],
      publicHashes: [...publicHashes],
    },
    messages: {
      ...messages,
      sent: messages.sent.map((message) => ({ ...message, body: toHex(message.body) })),
      callbacks: [...messages.callbacks],
    },
    history: {
      bytes: history.bytes,
      dumpBytes: history.dump.length,
      steps: history.steps.map(({ pubdata, ...step }) => ({ ...step, pubdataBytes: pubdata.length })),
    },
  };
  return Buffer.from(
    JSON.stringify({ version: VERSION, sums, notes }, (_key, value: unknown) =>
      typeof value === "bigint" ? `${value}n` : value,
    ),
  );
}

/** The bytes of a history, in sequence. */
export function historyBytes({ dump, steps }: PlaceNotes["history"]): Uint8Array {
  return Buffer.concat([dump, ...steps.map(({ pubdata }) => pubdata)]);
}

/**
 * Inverse of `encodeNotes`, `historyBytes` and `encodeBlocks`. The bytes may be forged. Throws PlaceError for another
 * version, and for a malformed or contradictory checkpoint.
 */
export function decodeNotes(
  text: Uint8Array,
  { history, blocks: columns }: { readonly history: Uint8Array; readonly blocks: Uint8Array },
): { readonly notes: PlaceNotes; readonly sums: PartSums } {
  const read = requireFormat(text);
  const result = v.safeParse(noted, read, { abortEarly: true });
  if (!result.success) {
    const [{ path = [], message }] = result.issues;
    throw new PlaceError("Damaged", `${path.map(({ key }) => String(key)).join(".")}: ${message}`);
  }
  const { sums, notes: given } = result.output;
  const { dumpBytes, steps, bytes: all } = given.history;
  let at = 0;
  const take = (length: number): Uint8Array => history.subarray(at, (at += length));
  const known = {
    dump: take(dumpBytes),
    steps: steps.map(({ pubdataBytes, ...step }) => ({ ...step, pubdata: take(pubdataBytes) })),
  };
  if (at !== history.length) throw new PlaceError("Damaged", `its history has ${history.length} bytes, and is to have ${at}`);
  const { blocks, index } = decodeBlocks(columns);
  // The schema says of each field what its type does.
  const notes = {
    ...given,
    blocks,
    index: { ...given.index, blocks: index },
    history: { ...known, bytes: all },
  } as unknown as PlaceNotes;
  requireOrder(notes);
  return { notes, sums };
}

/** Parses notes, without checking them. Throws PlaceError for text of another format. */
export function requireFormat(text: Uint8Array): unknown {
  const read = parse(text);
  const version: unknown = typeof read === "object" && read !== null && "version" in read ? read.version : undefined;
  if (version === VERSION) return read;
  throw new PlaceError("OtherFormat", `it has format ${String(version)}, this software reads ${VERSION}`);
}

function parse(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf8", { fatal: true }).decode(text)) as unknown;
  } catch (error) {
    throw new PlaceError("Damaged", "its notes are not in the format of this software", { cause: error });
  }
}

function binary(hex: Hex): Uint8Array {
  return fromHex(hex);
}

/** Checks that the lists agree. */
function requireOrder({ head, blocks, archive, nextBatch, previousCommitment, oldestState }: PlaceNotes): void {
  const require = (holds: boolean, sentence: string): void => {
    if (!holds) throw new PlaceError("Differs", sentence);
  };
  require(BigInt(blocks.length) === head.number + 1n, `it names ${blocks.length} blocks, and the newest is ${head.number}`);
  require(blocks.at(-1)?.hash === head.hash, `block ${head.number} is named ${blocks.at(-1)?.hash} and ${head.hash}`);
  require(oldestState <= head.number, `block ${oldestState} cannot be the oldest with a state: the newest is ${head.number}`);
  const firstBatch = nextBatch - BigInt(archive.length);
  require(archive.length > 0 &&
    archive.every(({ number }, i) => number === firstBatch + BigInt(i)), `its batches are not those up to ${nextBatch - 1n}`);
  const last = archive.at(-1);
  require(last?.lastBlock === head.number, `its last batch ends with block ${last?.lastBlock}, not with ${head.number}`);
  require(last?.commitment === previousCommitment, "the next batch does not follow its last one");
}
