import { AbiCoder, type FunctionFragment, type Interface, type Log, type ParamType, type Provider, type Result } from "ethers";
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
  /** Leaves of the state before it, as the submitter brought it along; 0 where L1 did not know. */
  readonly oldLeafCount: bigint;
  readonly priorityOpCount: bigint;
  /** Undefined in a settlement, which no validator approves. */
  readonly approval: CommitApproval | undefined;
}

/** A function that commits a batch. */
interface CommitFunction {
  readonly inputs: readonly ParamType[];
  /** Words of the calldata's head before the offset of the batch. */
  readonly batchWord: number;
  /** Place of the commitment among the batch's words. */
  readonly commitmentWord: number;
}

const COMMIT = functionOf(hyperchainInterface, "commitBatch");
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
const TOLD_TOPIC = topicOf(hyperchainInterface, "CommitCall");
const SELECTOR_DIGITS = 8;
const WORD_DIGITS = 64;
/** Decoys cost bytes, and reading them costs time: after this number the search for the true call ends. */
const MAX_CANDIDATES = 256;

/**
 * Every commit and settlement in a transaction's calldata that names one of these commitments, or any where there are none. A
 * direct call is the whole calldata; a contract that commits may have been given the call anywhere in its own. What is found is
 * believed only as far as a commitment or a root binds it.
 */
export function commitsIn(calldata: string, commitment?: Hex): CommitCall[] {
  const digits = calldata.toLowerCase();
  const found: CommitCall[] = [];
  for (const [at, called] of commitFunctionsIn(digits)) {
    if (found.length === MAX_CANDIDATES) break;
    const named = commitmentAt(digits, at + SELECTOR_DIGITS, called);
    if (named === undefined || (commitment !== undefined && named !== commitment.slice(2))) continue;
    const call = decodeCommit(digits.slice(at + SELECTOR_DIGITS), called);
    if (call !== undefined) found.push(call);
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

function functionOf(contract: Interface, name: "commitBatch" | "settle" | "commit"): FunctionFragment {
  const fragment = contract.getFunction(name);
  if (fragment === null) throw new Error(`the ABI has no function ${name}; run npm run generate`);
  return fragment;
}

function commitFunction({ inputs }: FunctionFragment): CommitFunction {
  const batch = inputs.find(({ name }) => name === "batch")?.components ?? [];
  return { inputs, batchWord: wordsBefore(inputs, "batch"), commitmentWord: wordsBefore(batch, "commitment") };
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

/** The digits where the commitment is in a call whose arguments begin at `start`: to pass over decoys without decoding them. */
function commitmentAt(digits: string, start: number, { batchWord, commitmentWord }: CommitFunction): string | undefined {
  const offsetAt = start + batchWord * WORD_DIGITS;
  const offset = Number.parseInt(digits.slice(offsetAt, offsetAt + WORD_DIGITS), 16);
  if (!Number.isSafeInteger(offset)) return undefined;
  const at = start + 2 * offset + commitmentWord * WORD_DIGITS;
  return at + WORD_DIGITS <= digits.length ? digits.slice(at, at + WORD_DIGITS) : undefined;
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
 * The commits that a transaction's events tell; none where the node does not have its receipt. A chain's contract tells each that
 * is not its transaction's own input: a contract may have put it together itself. `hyperchain`: the chain's contract;
 * others' events are passed over. Without it any contract's count, and each is decoded once: a contract tells the call and
 * nothing before it.
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
    const call = decodeCommit(digits.slice(SELECTOR_DIGITS), COMMIT);
    return call === undefined || (commitment !== undefined && call.commitment !== commitment) ? [] : [call];
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
function decodeCommit(argumentDigits: string, { inputs }: Pick<CommitFunction, "inputs">): CommitCall | undefined {
  const read = (values: Result): CommitCall => {
    const previous = values["previous"] as { readonly leafCount: bigint };
    const batch = values["batch"] as RawCommit;
    const isApproved = inputs.some(({ name }) => name === "approval");
    return {
      approval: isApproved ? approvalOf(values["approval"] as CommitApproval) : undefined,
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
      oldLeafCount: previous.leafCount,
    };
  };
  return ifDecodable(() => AbiCoder.defaultAbiCoder().decode(inputs, `0x${argumentDigits}`, true), read);
}

function approvalOf({ validFrom, validUntil, signatures }: CommitApproval): CommitApproval {
  return { validFrom, validUntil, signatures: [...signatures] };
}
