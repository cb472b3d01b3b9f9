import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import { MAX_AGGREGATED_BATCHES, type AggregatedBatch, type HubStates } from "../../../../ground/protocol/aggregate.ts";
import { toHex, type Hex } from "../../../../ground/protocol/hex.ts";
import { isProvenVersion } from "../../../../ground/protocol/no-proof.ts";
import { readProvenRecord, STORED_BATCH_BYTES } from "../../../../ground/protocol/proven-record.ts";
import { hyperchainInterface, proofAggregatorInterface } from "../../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { storedBatchOfLog } from "../../../../chain/settlement-layer/reader/l1-event.ts";
import type { SettledSource } from "./batch-on-l1.ts";
import { readLanding, statesOfLanding } from "./proof-of-hub.ts";
import { callsWithin, type CallWithin } from "./calls-within.ts";
import { aggregatorIn, readStoredProof, type L1Log } from "./stored-proof.ts";

/** Fields of every answer about a proof that L1 has accepted. */
interface CheckedProof {
  readonly chainId: number;
  readonly number: number;
  readonly protocolVersion: number;
  /** ABI encoding of the batch's record, 24 words; L1's contract stores its keccak as `storedBatchHash(number)`. */
  readonly storedBatch: Hex;
  readonly proof: Hex;
  /** Member, contract and transaction that checked the proof; seconds of that member. */
  readonly checked: {
    readonly chainId: number;
    /** The contract that was called there: the chain's own, as by a settlement, or the aggregator that told it. */
    readonly contract: Hex;
    readonly transactionHash: Hex;
    readonly timestamp: number;
  };
}

/** Proof of the changes that one batch publishes, which any verifier of that system checks. */
export interface ChangesProofInfo extends CheckedProof {
  readonly kind: "changes";
  /** False where the version takes a marker instead of a proof: then nothing is proven. */
  readonly isProven: boolean;
  /** Public values, 200 bytes; the record contains each. */
  readonly statement: Hex;
}

/** Proof of the execution of one batch or of several, accepted by the version's aggregator. */
interface ExecutionProofOnL1Info extends CheckedProof {
  readonly kind: "execution";
  readonly isProven: true;
  /** A: input of L1's check besides the records. */
  readonly digest: Hex;
  /** Batches whose execution it proves, with their records, in the order of the proof; this one is among them. */
  readonly batches: readonly Pick<CheckedProof, "chainId" | "number" | "storedBatch">[];
  /** States of the hub whose block the proof is of, before and after the batches; absent without a hub. */
  readonly hub?: HubStates;
  /** Earlier transaction that has the proof in its input, if the aggregator stored the proof before the one of `checked`. */
  readonly proofTransactionHash?: Hex;
}

/** Answer of `hyperchain_proof`: what a verifier needs, so that it must believe neither the chain nor this answer. */
export type BatchProofInfo = ChangesProofInfo | ExecutionProofOnL1Info;

/** More than three times the longest that was measured. */
const MOST_PROOF_BYTES = 2 ** 18;
/** A selector, the record, the place and the length of the proof. */
const BYTES_BESIDE_PROOF = 4 + STORED_BATCH_BYTES + 2 * 32;
/** Likewise of a proof of several: a list of records with their chains, and the digest. */
const BYTES_BESIDE_SHOWN = 4 + 5 * 32 + MAX_AGGREGATED_BATCHES * (STORED_BATCH_BYTES + 32);

/** A batch, and the transaction on L1 that proved it. */
interface ProvenBatchPlace extends Pick<CheckedProof, "chainId" | "number"> {
  /** Contract of the batch's chain. */
  readonly contract: Hex;
  readonly transactionHash: Hex;
  /** Seconds of the transaction's block. */
  readonly timestamp: number;
}

/** Reads the proof of a batch in L1's transaction. Rejects with RpcError for a proof that is in no input, or with L1's error. */
export async function readProof(place: ProvenBatchPlace, l1: SettledSource["base"]): Promise<BatchProofInfo> {
  const { chainId, number, transactionHash, timestamp } = place;
  const found = (await readDirectCall(place, l1)) ?? (await readInnerCall(place, l1));
  const shown = found === undefined || isUnreadable(found.answer) ? undefined : found.answer;
  const record = shown === undefined ? undefined : readProvenRecord(shown.storedBatch);
  if (found === undefined || shown === undefined || record === undefined)
    throw notReadable(number, transactionHash, found !== undefined && isUnreadable(found.answer) ? found.answer : undefined);
  const checked = { chainId: Number(l1.chainId), contract: found.called, transactionHash, timestamp };
  const common = { chainId, number, protocolVersion: Number(record.protocolVersion), checked };
  if (shown.kind === "execution") return { ...common, ...shown, isProven: true };
  return { ...common, ...shown, isProven: isProvenVersion(record.protocolVersion), statement: toHex(record.statement) };
}

/** Proof of a batch in a call, and the contract that was called. */
interface FoundProof {
  readonly called: Hex;
  readonly answer: Shown<ChangesProofInfo> | ShownExecutionInfo | UnreadableProof;
}

/** Proof in the call that the transaction itself is; undefined for another call. */
async function readDirectCall(place: ProvenBatchPlace, l1: SettledSource["base"]): Promise<FoundProof | undefined> {
  const transaction = (await l1.request("eth_getTransactionByHash", [place.transactionHash])) as L1Transaction | null;
  if (transaction?.to == null) return undefined;
  const [called, { input }] = [transaction.to.toLowerCase() as Hex, transaction];
  const answer = (await readCall({ called, input }, place, l1)) ?? (await readLandCall(input, { ...place, called }, l1));
  return answer && { called, answer };
}

/**
 * Proof in a call that a contract makes in the transaction: of the batch's contract, or of the aggregator in its events.
 * Undefined without such a call. Rejects with RpcError if L1's node returns no trace.
 */
async function readInnerCall(place: ProvenBatchPlace, l1: SettledSource["base"]): Promise<FoundProof | undefined> {
  const { transactionHash, contract, number } = place;
  const receipt = (await l1.request("eth_getTransactionReceipt", [transactionHash])) as L1Receipt | null;
  const aggregator = aggregatorIn(receipt?.logs.filter(({ address }) => address.toLowerCase() === contract) ?? []);
  const calls = await callsWithin(transactionHash, l1).catch((error: unknown) => {
    const why = `a contract of L1's transaction ${transactionHash} proved batch ${number}, and L1's node shows no calls of contracts`;
    const data = { code: "ProofNotReadable", transactionHash };
    throw new RpcError(RpcCode.rejected, `${why} (${reasonOf(error)}); use one with debug_traceTransaction`, data, {
      cause: error,
    });
  });
  for (const call of calls.filter(({ called }) => called === contract || called === aggregator)) {
    const answer = await readCall(call, place, l1);
    if (answer !== undefined) return { called: call.called, answer };
  }
  return undefined;
}

/** Proof in a call of the batch's own contract, or of an aggregator; undefined for another call. */
async function readCall(
  { called, input }: CallWithin,
  place: ProvenBatchPlace,
  l1: SettledSource["base"],
): Promise<FoundProof["answer"] | undefined> {
  if (called !== place.contract) return readShowCall(input, { ...place, called }, l1);
  return readProveCall(input) ?? (await readSettleCall(input, place, l1));
}

/** Error for a proof that is in no input. `stored`: transaction that stored the proof before; undefined if none did. */
function notReadable(number: number, transactionHash: Hex, stored: UnreadableProof | undefined): RpcError {
  const storedIn = stored?.proofTransactionHash;
  const reason =
    storedIn === undefined
      ? `batch ${number} was proven by L1's transaction ${transactionHash}, which does not call proveBatch or settle, of the ` +
        `aggregator's proveBatches or proveHub, or of a hub's land, with ${MOST_PROOF_BYTES} bytes of proof at most; read the proof ` +
        `from that transaction's trace`
      : `batch ${number} was proven by L1's transaction ${transactionHash} with a proof that ${storedIn} had stored, which is not a direct ` +
        `call of the aggregator's storeProof with ${MOST_PROOF_BYTES} bytes of proof at most; read the proof from the trace of ${storedIn}`;
  return new RpcError(RpcCode.rejected, reason, { code: "ProofNotReadable", transactionHash: storedIn ?? transactionHash });
}

/** Answer of `eth_getTransactionByHash`. */
interface L1Transaction {
  readonly to: string | null;
  readonly input: string;
}

type Shown<Info extends BatchProofInfo> = Pick<Info, "kind" | "storedBatch" | "proof">;
type ShownExecutionInfo = Shown<ExecutionProofOnL1Info> &
  Pick<ExecutionProofOnL1Info, "digest" | "batches" | "hub" | "proofTransactionHash">;
/** Proof that an earlier transaction has stored, and that cannot be read there. */
type UnreadableProof = { readonly proof: undefined; readonly proofTransactionHash: Hex };

function isUnreadable(answer: Shown<BatchProofInfo> | UnreadableProof): answer is UnreadableProof {
  return answer.proof === undefined;
}

/** Proof of a call of `proveBatch`; `undefined` for another or a longer input. */
function readProveCall(input: string): Shown<ChangesProofInfo> | undefined {
  if (input.length > 2 + 2 * (BYTES_BESIDE_PROOF + MOST_PROOF_BYTES + 31)) return undefined;
  const call = hyperchainInterface.parseTransaction({ data: input });
  return call?.name === "proveBatch" ? { kind: "changes", storedBatch: recordIn(input), proof: call.args[1] as Hex } : undefined;
}

/**
 * Undefined if the input is not a call of an aggregator's `proveBatches` or `proveHub` with this batch, or a longer one. An empty
 * proof of `proveBatches` is one that an earlier transaction has stored.
 */
async function readShowCall(
  input: string,
  place: ProvenBatchPlace & { readonly called: Hex },
  l1: SettledSource["base"],
): Promise<ShownExecutionInfo | UnreadableProof | undefined> {
  const { transactionHash, called } = place;
  if (input.length > 2 + 2 * (BYTES_BESIDE_SHOWN + MOST_PROOF_BYTES + 31)) return undefined;
  const call = proofAggregatorInterface.parseTransaction({ data: input });
  if (call?.name !== "proveBatches" && call?.name !== "proveHub") return undefined;
  const { batches: items, digest, proof, hubBefore, hubAfter } = call.args.toObject() as unknown as ShowArguments;
  const common = batchesShown(items, digest, place);
  if (common === undefined) return undefined;
  if (call.name === "proveHub") return { ...common, proof, hub: { before: hubBefore, after: hubAfter } };
  if (proof !== "0x") return { ...common, proof };
  const receipt = (await l1.request("eth_getTransactionReceipt", [transactionHash])) as L1Receipt | null;
  if (receipt === null) return undefined;
  return withStored(common, await readStoredProof(l1, { aggregator: called, items, digest, usedAt: receipt.blockNumber }));
}

/** Arguments of `proveBatches` and `proveHub`; the former has no states. */
interface ShowArguments {
  readonly batches: readonly AggregatedBatch[];
  readonly digest: Hex;
  readonly proof: Hex;
  readonly hubBefore: Hex;
  readonly hubAfter: Hex;
}

/** The answer without its proof; undefined if the batch is not among the shown ones. */
function batchesShown(
  items: readonly AggregatedBatch[],
  digest: Hex,
  { chainId, number }: ProvenBatchPlace,
): Omit<ShownExecutionInfo, "proof"> | undefined {
  const own = items.find((item) => Number(item.chainId) === chainId && Number(item.batch.batchNumber) === number);
  if (own === undefined) return undefined;
  const batches = items.map(({ chainId: id, batch }) => ({
    chainId: Number(id),
    number: Number(batch.batchNumber),
    storedBatch: encodeRecord(batch),
  }));
  return { kind: "execution", storedBatch: encodeRecord(own.batch), digest, batches };
}

/** Undefined if the input is not a call of a hub's `land` with this batch, or has a longer proof. Gas bounds the certificate. */
async function readLandCall(
  input: string,
  place: ProvenBatchPlace & { readonly called: Hex },
  l1: SettledSource["base"],
): Promise<ShownExecutionInfo | undefined> {
  const landing = readLanding(input);
  if (landing === undefined || landing.proof.length > 2 + 2 * MOST_PROOF_BYTES) return undefined;
  const common = batchesShown(landing.items, landing.digest, place);
  if (common === undefined) return undefined;
  const receipt = (await l1.request("eth_getTransactionReceipt", [place.transactionHash])) as L1Receipt | null;
  if (receipt === null) return undefined;
  const { header, proof } = landing;
  const hub = await statesOfLanding({ header, hub: place.called, landedAt: receipt.blockNumber }, l1);
  return hub === undefined ? undefined : { ...common, proof, hub };
}

/** The answer with a proof that an earlier transaction stored; without the proof if that transaction has no readable one. */
function withStored(
  common: Omit<ShownExecutionInfo, "proof">,
  stored: Awaited<ReturnType<typeof readStoredProof>>,
): ShownExecutionInfo | UnreadableProof | undefined {
  if (stored === undefined) return undefined;
  const { proof, proofTransactionHash } = stored;
  const isReadable = proof !== undefined && proof !== "0x" && proof.length <= 2 + 2 * MOST_PROOF_BYTES;
  return isReadable ? { ...common, proof, proofTransactionHash } : { proof: undefined, proofTransactionHash };
}

/**
 * Proof of a call of `settle`; `undefined` for another input, or one with a longer proof. A proof that was stored before
 * is read from the transaction that stored it. The call does not contain the record, which its transaction makes: the
 * chain's contract emits it there. L1's gas bounds the data after the proof.
 */
async function readSettleCall(
  input: string,
  { chainId, number, transactionHash, contract }: ProvenBatchPlace,
  l1: SettledSource["base"],
): Promise<ShownExecutionInfo | UnreadableProof | undefined> {
  const call = hyperchainInterface.parseTransaction({ data: input });
  if (call?.name !== "settle") return undefined;
  const { digest, proof } = call.args.toObject() as { readonly digest: Hex; readonly proof: Hex };
  if (proof.length > 2 + 2 * MOST_PROOF_BYTES) return undefined;
  const receipt = (await l1.request("eth_getTransactionReceipt", [transactionHash])) as L1Receipt | null;
  const own = receipt?.logs.filter(({ address }) => address.toLowerCase() === contract) ?? [];
  const stored = own.map(storedBatchOfLog).find((record) => Number(record?.batchNumber) === number);
  if (stored === undefined) return undefined;
  const storedBatch = encodeRecord(stored);
  const common = { kind: "execution", storedBatch, digest, batches: [{ chainId, number, storedBatch }] } as const;
  if (proof !== "0x") return { ...common, proof };
  const aggregator = aggregatorIn(own);
  if (receipt === null || aggregator === undefined) return undefined;
  const items = [{ chainId: BigInt(chainId), batch: stored }];
  return withStored(common, await readStoredProof(l1, { aggregator, items, digest, usedAt: receipt.blockNumber }));
}

/** Answer of `eth_getTransactionReceipt`. */
interface L1Receipt {
  readonly blockNumber: Hex;
  readonly logs: readonly L1Log[];
}

/** The ABI encoding of a record. */
function encodeRecord(record: object): Hex {
  return recordIn(hyperchainInterface.encodeFunctionData("proveBatch", [record, "0x"]));
}

/** Record in a call, which is the first of the arguments. */
function recordIn(proveCall: string): Hex {
  return `0x${proveCall.slice(10, 10 + 2 * STORED_BATCH_BYTES)}`;
}
