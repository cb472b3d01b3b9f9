import type { FunctionFragment, Interface, Log, ParamType, Provider } from "ethers";
import { BoundedDigits, readTuple, WORD_DIGITS, wordsBefore } from "../../../ground/protocol/bounded-abi.ts";
import { fromHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { ifDecodable } from "../../../ground/protocol/undecodable.ts";
import { dataCarrierInterface, hyperchainInterface, topicOf } from "./contract-interfaces.ts";

/** Validators' approval in a commit's calldata. Not checked: neither that they signed it, nor that L1 took it. */
interface CommitApproval {
  /** Seconds of L1's time, both included. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly signatures: readonly Hex[];
}

/**
 * Content of the calldata of a commit or a settlement, other than the record. Hostile: it may be a decoy that
 * no contract has seen.
 */
export interface CommitCall {
  readonly batchNumber: BatchNumber;
  readonly commitment: Hex;
  readonly firstBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  readonly cheatCount: bigint;
  readonly coinbase: Hex;
  /** Hash of the batch's inputs; zero on chains that export none. */
  readonly transactionsHash: Hex;
  /** Empty where it is withheld. */
  readonly pubdata: Uint8Array;
  /** Hash of the withheld pubdata, from the committer. */
  readonly withheldHash: Hex;
  /** The batch's logs where the pubdata is withheld. */
  readonly withheldLogs: Uint8Array;
  readonly policyData: Hex;
  /** Leaves of the state before it, from the submitter; 0 if L1 did not know them, or for a later batch of a call. */
  readonly oldLeafCount: bigint;
  readonly priorityOpCount: bigint;
  /** Undefined in a settlement, which no validator approves. */
  readonly approval: CommitApproval | undefined;
}

/** A function that commits a batch, or several. */
interface CommitFunction {
  readonly inputs: readonly ParamType[];
  /** Words of the calldata's head before the offset of the batch, or of the list of batches with their approvals. */
  readonly batchWord: number;
  /** Place of the commitment among a batch's words. */
  readonly commitmentWord: number;
  /** Index of the leaf count in the record before the batch, which begins the arguments of a list. */
  readonly leafCountWord: number;
  /** Types of an element of the list; undefined if the function commits one batch. */
  readonly element: readonly ParamType[] | undefined;
}

const COMMIT = functionOf(hyperchainInterface, "commitBatches");
/**
 * Functions by the digits of their selectors. A chain without a quorum settles its batches in one call; a
 * chain on a chain lets a carrier commit its data.
 */
const FUNCTIONS: ReadonlyMap<string, CommitFunction> = new Map(
  [COMMIT, functionOf(hyperchainInterface, "settle"), functionOf(dataCarrierInterface, "commit")].map((fragment) => [
    fragment.selector.slice(2),
    commitFunction(fragment),
  ]),
);
const COMMIT_FUNCTION = commitFunction(COMMIT);
const TOLD_TOPIC = topicOf(hyperchainInterface, "CommitCall");
const SELECTOR_DIGITS = 8;
/** Decoys cost bytes, and reading them costs time: after this number the search for the true call ends. */
const MAX_CANDIDATES = 256;
/** Batches that a chain's contract commits in one call (BatchCommitter.sol). */
const MAX_BATCHES_OF_CALL = 64;

/**
 * Every commit and settlement in a transaction's calldata that names one of these commitments, or any where there are none. A
 * direct call is the whole calldata; a contract that commits may have been given the call anywhere in its own. What is found is
 * believed only as far as a commitment or a root binds it. All calls together are read for as many bytes as the calldata has, the
 * direct call first: decoys share their bytes, and an event has a contract's call.
 */
export function commitsIn(calldata: string, commitment?: Hex): CommitCall[] {
  const from = new BoundedDigits(calldata.toLowerCase());
  const found: CommitCall[] = [];
  for (const [at, called] of commitFunctionsIn(from.digits)) {
    found.push(...callsOf(from, at + SELECTOR_DIGITS, called, commitment));
    if (found.length >= MAX_CANDIDATES) break;
  }
  return found.slice(0, MAX_CANDIDATES);
}

/** Batches of the call whose arguments begin at this digit, if they have this commitment. */
function callsOf(from: BoundedDigits, start: number, called: CommitFunction, commitment: Hex | undefined): readonly CommitCall[] {
  const { inputs, batchWord, element } = called;
  const at = pointedAt(from, start, batchWord);
  if (at === undefined) return [];
  if (element !== undefined) return listedCalls(from, { start, listAt: at }, { ...called, element }, commitment);
  if (!hasCommitment(from, at, called, commitment)) return [];
  const values = readTuple(inputs, from, start) as RawSettlement | undefined;
  return values === undefined ? [] : [plainCommit(values, values.previous.leafCount)];
}

/** Batches of a list, under the terms of `callsOf`. */
function listedCalls(
  from: BoundedDigits,
  { start, listAt }: { readonly start: number; readonly listAt: number },
  called: CommitFunction & { readonly element: readonly ParamType[] },
  commitment: Hex | undefined,
): readonly CommitCall[] {
  const leafCount = from.readNumber(start + called.leafCountWord * WORD_DIGITS);
  const count = leafCount === undefined ? 0 : Math.min(from.readNumber(listAt) ?? 0, MAX_BATCHES_OF_CALL);
  const elements = listAt + WORD_DIGITS;
  const found: CommitCall[] = [];
  for (let i = 0; i < count; i++) {
    const offset = from.readNumber(elements + i * WORD_DIGITS);
    if (offset === undefined) continue;
    const elementAt = elements + 2 * offset;
    if (!hasCommitment(from, pointedAt(from, elementAt, 0), called, commitment)) continue;
    const values = readTuple(called.element, from, elementAt) as RawCommits | undefined;
    if (values !== undefined) found.push(plainCommit(values, i === 0 ? BigInt(leafCount ?? 0) : 0n));
  }
  return found;
}

/**
 * Positions of selectors, from the front: a transaction that is this kind of call itself comes before any
 * decoy in it.
 */
function* commitFunctionsIn(digits: string): Iterable<readonly [at: number, called: CommitFunction]> {
  const selectors = new RegExp([...FUNCTIONS.keys()].join("|"), "g");
  for (let match = selectors.exec(digits); match !== null; match = selectors.exec(digits)) {
    const called = FUNCTIONS.get(match[0]);
    if (called !== undefined && match.index % 2 === 0) yield [match.index, called];
    selectors.lastIndex = match.index + 1;
  }
}

function functionOf(contract: Interface, name: "commitBatches" | "settle" | "commit"): FunctionFragment {
  const fragment = contract.getFunction(name);
  if (fragment === null) throw new Error(`the ABI has no function ${name}; run npm run generate`);
  return fragment;
}

function commitFunction({ inputs }: FunctionFragment): CommitFunction {
  const element = inputs.find(({ name }) => name === "batches")?.arrayChildren?.components ?? undefined;
  const batch = (element ?? inputs).find(({ name }) => name === "batch")?.components ?? [];
  const previous = inputs.find(({ name }) => name === "previous")?.components ?? [];
  return {
    inputs,
    batchWord: wordsBefore(inputs, element === undefined ? "batch" : "batches"),
    commitmentWord: wordsBefore(batch, "commitment"),
    leafCountWord: wordsBefore(previous, "leafCount"),
    element,
  };
}

/** True if the batch at this digit has the commitment, or any if it is undefined: decoys are skipped without reading them. */
function hasCommitment(
  { digits }: BoundedDigits,
  batchAt: number | undefined,
  { commitmentWord }: CommitFunction,
  commitment: Hex | undefined,
): boolean {
  if (batchAt === undefined || commitment === undefined) return batchAt !== undefined;
  return digits.startsWith(commitment.slice(2), batchAt + commitmentWord * WORD_DIGITS);
}

/** Position, in digits, at the offset in a word of a head. Offsets count from the head. */
function pointedAt(from: BoundedDigits, head: number, word: number): number | undefined {
  const offset = from.peekNumber(head + word * WORD_DIGITS);
  return offset === undefined ? undefined : head + 2 * offset;
}

/** The commits that a transaction's own calldata may hold; undefined where the node does not have the transaction. */
export async function calledCommits(
  provider: Provider,
  transactionHash: Hex,
  commitment?: Hex,
): Promise<readonly CommitCall[] | undefined> {
  const transaction = await provider.getTransaction(transactionHash);
  return transaction === null ? undefined : commitsIn(transaction.data, commitment);
}

/**
 * Commits in a transaction's events; none if the node does not have its receipt. A chain's contract emits each call that is not
 * its transaction's own input: a contract may have built it. `hyperchain`: the chain's contract, whose events alone count.
 * Without it any contract's count. One call of each event is read, because a contract emits the call and nothing before it.
 */
export async function emittedCommits(
  provider: Provider,
  transactionHash: Hex,
  { hyperchain, commitment }: { readonly hyperchain?: Hex; readonly commitment?: Hex } = {},
): Promise<readonly CommitCall[]> {
  const receipt = await provider.getTransactionReceipt(transactionHash);
  return (receipt?.logs ?? []).flatMap((log) => {
    if (log.topics[0] !== TOLD_TOPIC || (hyperchain !== undefined && log.address.toLowerCase() !== hyperchain.toLowerCase()))
      return [];
    const digits = inputOf(log)?.slice(2).toLowerCase();
    if (digits?.startsWith(COMMIT.selector.slice(2)) !== true) return [];
    return callsOf(new BoundedDigits(digits), SELECTOR_DIGITS, COMMIT_FUNCTION, commitment);
  });
}

/** Undefined for an event that only begins like it: any contract can log that. */
function inputOf(log: Log): string | undefined {
  return ifDecodable(
    () => hyperchainInterface.decodeEventLog("CommitCall", log.data, log.topics),
    (values) => values["input"] as string,
  );
}

/** Calls that name this batch. */
export function commitsOf(commits: readonly CommitCall[], { batchNumber, commitment }: StoredBatch): readonly CommitCall[] {
  return commits.filter((commit) => commit.batchNumber === batchNumber && commit.commitment === commitment);
}

interface RawCommit {
  readonly batchNumber: BatchNumber;
  readonly firstBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly priorityOpCount: bigint;
  readonly cheatCount: bigint;
  readonly coinbase: Hex;
  readonly transactionsHash: Hex;
  readonly commitment: Hex;
  readonly pubdata: Hex;
  readonly withheld: { readonly pubdataHash: Hex; readonly logs: Hex };
  readonly policyData: Hex;
}

interface RawCommits {
  readonly batch: RawCommit;
  readonly approval?: CommitApproval;
}

interface RawSettlement extends RawCommits {
  readonly previous: { readonly leafCount: bigint };
}

function plainCommit({ batch, approval }: RawCommits, oldLeafCount: bigint): CommitCall {
  return {
    approval,
    batchNumber: batch.batchNumber,
    commitment: batch.commitment,
    firstBlock: batch.firstBlock,
    firstTimestamp: batch.firstTimestamp,
    cheatCount: batch.cheatCount,
    coinbase: batch.coinbase,
    transactionsHash: batch.transactionsHash,
    priorityOpCount: batch.priorityOpCount,
    policyData: batch.policyData,
    pubdata: fromHex(batch.pubdata),
    withheldHash: batch.withheld.pubdataHash,
    withheldLogs: fromHex(batch.withheld.logs),
    oldLeafCount,
  };
}
