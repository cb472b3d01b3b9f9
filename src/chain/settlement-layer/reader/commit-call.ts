import { AbiCoder, type FunctionFragment, type Interface, type Log, type ParamType, type Provider } from "ethers";
import { fromHex, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
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
  /** Type of an element of the list; undefined if the function commits one batch. */
  readonly element: ParamType | undefined;
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
const WORD_DIGITS = 64;
/** Decoys cost bytes, and reading them costs time: after this number the search for the true call ends. */
const MAX_CANDIDATES = 256;
/** Batches that a chain's contract commits in one call (BatchCommitter.sol). */
const MAX_BATCHES_OF_CALL = 64;

/**
 * Every commit and settlement in a transaction's calldata that names one of these commitments, or any where there are none. A
 * direct call is the whole calldata; a contract that commits may have been given the call anywhere in its own. What is found is
 * believed only as far as a commitment or a root binds it.
 */
export function commitsIn(calldata: string, commitment?: Hex): CommitCall[] {
  const digits = calldata.toLowerCase();
  const found: CommitCall[] = [];
  for (const [at, called] of commitFunctionsIn(digits)) {
    found.push(...callsOf(digits, at + SELECTOR_DIGITS, called, commitment));
    if (found.length >= MAX_CANDIDATES) break;
  }
  return found.slice(0, MAX_CANDIDATES);
}

/** Batches of the call whose arguments begin at this digit, if they have this commitment. */
function callsOf(digits: string, start: number, called: CommitFunction, commitment: Hex | undefined): readonly CommitCall[] {
  const { batchWord, element } = called;
  const at = pointedAt(digits, start, batchWord);
  if (at === undefined) return [];
  if (element !== undefined) return listedCalls({ digits, start, listAt: at }, { ...called, element }, commitment);
  if (!hasCommitment(digits, at, called, commitment)) return [];
  const call = decodeCommit(called.inputs, digits.slice(start));
  return call === undefined ? [] : [call];
}

/**
 * Batches of a list, under the terms of `callsOf`. Elements of a hostile list can share their bytes, so reading ends when more
 * was decoded than the calldata has.
 */
function listedCalls(
  { digits, start, listAt }: { readonly digits: string; readonly start: number; readonly listAt: number },
  called: CommitFunction & { readonly element: ParamType },
  commitment: Hex | undefined,
): readonly CommitCall[] {
  const { inputs, element } = called;
  const leafCount = recordedLeafCount(inputs, digits.slice(start));
  const count = leafCount === undefined ? 0 : Math.min(numberAt(digits, listAt) ?? 0, MAX_BATCHES_OF_CALL);
  const elements = listAt + WORD_DIGITS;
  const found: CommitCall[] = [];
  let unread = digits.length;
  for (let i = 0; i < count && unread > 0; i++) {
    const elementAt = pointedAt(digits, elements, i);
    const batchAt = elementAt === undefined ? undefined : pointedAt(digits, elementAt, 0);
    if (elementAt === undefined || batchAt === undefined || !hasCommitment(digits, batchAt, called, commitment)) continue;
    const call = decodeListed(element, digits.slice(elementAt), i === 0 ? (leafCount ?? 0n) : 0n);
    if (call === undefined) continue;
    found.push(call);
    unread -= 2 * (call.pubdata.length + call.withheldLogs.length) + call.policyData.length;
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
  const element = inputs.find(({ name }) => name === "batches")?.arrayChildren ?? undefined;
  const batch = (element?.components ?? inputs).find(({ name }) => name === "batch")?.components ?? [];
  const batchWord = wordsBefore(inputs, element === undefined ? "batch" : "batches");
  return { inputs, batchWord, commitmentWord: wordsBefore(batch, "commitment"), element };
}

/** Words that the ABI puts into a head before a parameter. Throws where the ABI has no parameter of that name. */
export function wordsBefore(params: readonly ParamType[], name: string): number {
  const place = params.findIndex((param) => param.name === name);
  if (place === -1) throw new Error(`the ABI has no parameter ${name}; run npm run generate`);
  return params.slice(0, place).reduce((words, param) => words + headWords(param), 0);
}

/** Words of one parameter in a head: one, an offset, where its length is not fixed. */
function headWords(param: ParamType): number {
  if (isDynamic(param)) return 1;
  if (param.isArray()) return Number(param.arrayLength) * headWords(param.arrayChildren);
  return param.isTuple() ? param.components.reduce((words, part) => words + headWords(part), 0) : 1;
}

function isDynamic(param: ParamType): boolean {
  if (param.isArray()) return param.arrayLength === -1 || isDynamic(param.arrayChildren);
  return param.isTuple() ? param.components.some(isDynamic) : param.type === "bytes" || param.type === "string";
}

/** True if the batch at these digits has the commitment, or any if it is undefined: decoys are skipped without decoding them. */
function hasCommitment(
  digits: string,
  batchAt: number,
  { commitmentWord }: CommitFunction,
  commitment: Hex | undefined,
): boolean {
  const at = batchAt + commitmentWord * WORD_DIGITS;
  if (at + WORD_DIGITS > digits.length) return false;
  return commitment === undefined || digits.slice(at, at + WORD_DIGITS) === commitment.slice(2);
}

/** Position, in digits, at the offset in a word of a head. Offsets count from the head. */
function pointedAt(digits: string, head: number, word: number): number | undefined {
  const offset = numberAt(digits, head + word * WORD_DIGITS);
  return offset === undefined ? undefined : head + 2 * offset;
}

/** Number in the word at these digits; undefined if there is no word, or a larger number than JavaScript counts to. */
function numberAt(digits: string, at: number): number | undefined {
  const value = Number.parseInt(digits.slice(at, at + WORD_DIGITS), 16);
  return Number.isSafeInteger(value) ? value : undefined;
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
export async function toldCommits(
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
    return callsOf(digits, SELECTOR_DIGITS, COMMIT_FUNCTION, commitment);
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
  readonly coinbase: string;
  readonly transactionsHash: Hex;
  readonly commitment: Hex;
  readonly pubdata: string;
  readonly withheld: { readonly pubdataHash: Hex; readonly logs: string };
  readonly policyData: Hex;
}

/** Reads the call as the contract does, also without padding at its end; undefined if the bytes only begin like a call. */
function decodeCommit(inputs: readonly ParamType[], argumentDigits: string): CommitCall | undefined {
  return ifDecodable(
    () => AbiCoder.defaultAbiCoder().decode(inputs, `0x${argumentDigits}`, true),
    (values) => {
      const { leafCount } = values["previous"] as PreviousRecord;
      const isApproved = inputs.some(({ name }) => name === "approval");
      return plainCommit(values as unknown as RawCommits, leafCount, isApproved);
    },
  );
}

/** Leaf count of the record that the arguments begin with; undefined if the digits encode no record. */
function recordedLeafCount(inputs: readonly ParamType[], argumentDigits: string): bigint | undefined {
  return ifDecodable(
    () => AbiCoder.defaultAbiCoder().decode(inputs.slice(0, 1), `0x${argumentDigits}`, true),
    (values) => (values[0] as PreviousRecord).leafCount,
  );
}

/** Reads an element of a list at the beginning of the digits; undefined if the bytes only begin like one. */
function decodeListed(element: ParamType, digits: string, oldLeafCount: bigint): CommitCall | undefined {
  // The coder expects an offset before a value whose length is not fixed.
  const encoded = `${wordToHex(32n)}${digits}`;
  return ifDecodable(
    () => AbiCoder.defaultAbiCoder().decode([element], encoded, true),
    (values) => plainCommit(values[0] as RawCommits, oldLeafCount, true),
  );
}

interface PreviousRecord {
  readonly leafCount: bigint;
}

interface RawCommits {
  readonly batch: RawCommit;
  readonly approval?: CommitApproval;
}

function plainCommit({ batch, approval }: RawCommits, oldLeafCount: bigint, isApproved: boolean): CommitCall {
  return {
    approval: isApproved && approval !== undefined ? plainApproval(approval) : undefined,
    batchNumber: batch.batchNumber,
    commitment: batch.commitment,
    firstBlock: batch.firstBlock,
    firstTimestamp: batch.firstTimestamp,
    cheatCount: batch.cheatCount,
    coinbase: batch.coinbase.toLowerCase() as Hex,
    transactionsHash: batch.transactionsHash,
    priorityOpCount: batch.priorityOpCount,
    policyData: batch.policyData,
    pubdata: fromHex(batch.pubdata),
    withheldHash: batch.withheld.pubdataHash,
    withheldLogs: fromHex(batch.withheld.logs),
    oldLeafCount,
  };
}

function plainApproval({ validFrom, validUntil, signatures }: CommitApproval): CommitApproval {
  return { validFrom, validUntil, signatures: [...signatures] };
}
