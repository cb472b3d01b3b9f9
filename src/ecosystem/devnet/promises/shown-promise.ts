import * as v from "valibot";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { fromHex, isPlainHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { L2_LOG_TREE_DEPTH } from "../../../ground/protocol/l2-log.ts";
import type { PubdataLog } from "../../../ground/protocol/pubdata.ts";
import type { PromisedBatch } from "../../../chain/settlement-layer/promises/receiver-rule.ts";

/** A promised batch with the chain that promises it. */
export interface ShownPromise extends PromisedBatch {
  readonly fromChain: ChainId;
}

/** Signatures of a promise: as many as a chain has validators. */
const MAX_SIGNATURES = 64;
const MAX_LOGS = 2 ** L2_LOG_TREE_DEPTH;
/** Characters of a number below 2^256. */
const NUMBER = /^\d{1,78}$/;

const bytes = (length?: number) => v.custom<Hex>((text) => isPlainHex(text, length));
const number = (bits: bigint) =>
  v.pipe(
    v.string(),
    v.regex(NUMBER),
    v.transform((text) => BigInt(text)),
    v.maxValue(2n ** bits - 1n),
  );

const log = v.variant("type", [
  v.object({ type: v.literal("message"), sender: bytes(20), body: v.pipe(bytes(), v.transform(fromHexBytes)) }),
  v.object({ type: v.literal("priorityOp"), success: v.boolean() }),
]);
const shown = v.object({
  fromChain: number(64n),
  promised: v.object({
    toChain: number(64n),
    batchNumber: number(64n),
    logRoot: bytes(32),
    protocolVersion: number(256n),
    stakedAt: number(48n),
    stakedBlock: bytes(32),
    landsBy: number(48n),
    payee: bytes(20),
  }),
  signatures: v.pipe(v.array(bytes(65)), v.maxLength(MAX_SIGNATURES)),
  logs: v.pipe(v.array(log), v.maxLength(MAX_LOGS)),
  canonicalTxHashes: v.pipe(v.array(bytes(32)), v.maxLength(MAX_LOGS)),
}) satisfies v.GenericSchema<unknown, ShownPromise>;

function fromHexBytes(text: Hex): Uint8Array {
  return fromHex(text);
}

/** Reads the parameter of `hyperchain_importPromise`. Throws RpcError for another form. */
export function readShownPromise(parameter: unknown): ShownPromise {
  const read = v.safeParse(shown, parameter);
  const operations = read.success ? read.output.logs.filter(({ type }) => type === "priorityOp").length : undefined;
  if (read.success && operations === read.output.canonicalTxHashes.length) return read.output;
  throw new RpcError(
    RpcCode.invalidParams,
    "the parameter is {fromChain, promised, signatures, logs, canonicalTxHashes}, as hyperchain_getPromise of the source answers",
  );
}

/** A promise as JSON: numbers are decimal digits. */
export function jsonOfPromise({ fromChain, promised, signatures, logs, canonicalTxHashes }: ShownPromise): object {
  const { logRoot, stakedBlock, payee, toChain, batchNumber, protocolVersion, stakedAt, landsBy } = promised;
  return {
    fromChain: String(fromChain),
    promised: {
      toChain: String(toChain),
      batchNumber: String(batchNumber),
      logRoot,
      protocolVersion: String(protocolVersion),
      stakedAt: String(stakedAt),
      stakedBlock,
      landsBy: String(landsBy),
      payee,
    },
    signatures,
    logs: logs.map(jsonOfLog),
    canonicalTxHashes,
  };
}

function jsonOfLog(entry: PubdataLog): object {
  return entry.type === "message" ? { ...entry, body: toHex(entry.body) } : entry;
}
