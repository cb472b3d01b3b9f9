import { AbiCoder } from "ethers";
import type { Log, ParamType, Provider } from "ethers";
import { fromHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchNumber } from "../../protocol/ids.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { hyperchainInterface, topicOf } from "./contract-interfaces.ts";

/** What a commit's calldata says beside the batch's record. Hostile: it may be a decoy that no contract has seen. */
export interface CommitCall {
  readonly batchNumber: BatchNumber;
  readonly commitment: Hex;
  readonly firstBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  readonly cheatCount: bigint;
  /** Empty where it is withheld. */
  readonly pubdata: Uint8Array;
  /** The batch's logs where the pubdata is withheld. */
  readonly withheldLogs: Uint8Array;
  readonly policyData: Hex;
  /** Leaves of the state before it, as the submitter brought it along; 0 where L1 did not know. */
  readonly oldLeafCount: bigint;
  readonly priorityOpCount: bigint;
}

const COMMIT = hyperchainInterface.getFunction("commitBatch");
const TOLD_TOPIC = topicOf(hyperchainInterface, "CommitCall");
const SELECTOR = COMMIT?.selector.slice(2) ?? "";
const WORD_DIGITS = 64;
/** Words of the calldata's head before the offset of the batch. */
const BATCH_WORD = wordsBefore(COMMIT?.inputs ?? [], "batch");
/** Place of the commitment among the batch's words. */
const COMMITMENT_WORD = wordsBefore(COMMIT?.inputs.find(({ name }) => name === "batch")?.components ?? [], "commitment");
/** Decoys cost bytes, and reading them costs time: after so many the true call is not looked for any more. */
const MAX_CANDIDATES = 256;

/**
 * Every commit in a transaction's calldata that names one of these commitments, or any where there are none. A direct call is the
 * whole calldata; a contract that commits may have been given the call anywhere in its own. What is found is believed only as far
 * as a commitment or a root binds it.
 */
export function commitsIn(calldata: string, commitment?: Hex): CommitCall[] {
  const digits = calldata.toLowerCase();
  const found: CommitCall[] = [];
  for (let at = digits.indexOf(SELECTOR); at !== -1 && found.length < MAX_CANDIDATES; at = digits.indexOf(SELECTOR, at + 2)) {
    if (at % 2 !== 0) continue;
    const named = commitmentAt(digits, at + SELECTOR.length);
    if (named === undefined || (commitment !== undefined && named !== commitment.slice(2))) continue;
    const call = decodeCommit(digits.slice(at + SELECTOR.length));
    if (call !== undefined) found.push(call);
  }
  return found;
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
function commitmentAt(digits: string, start: number): string | undefined {
  const offsetAt = start + BATCH_WORD * WORD_DIGITS;
  const offset = Number.parseInt(digits.slice(offsetAt, offsetAt + WORD_DIGITS), 16);
  if (!Number.isSafeInteger(offset)) return undefined;
  const at = start + 2 * offset + COMMITMENT_WORD * WORD_DIGITS;
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
    if (digits?.startsWith(SELECTOR) !== true) return [];
    const call = decodeCommit(digits.slice(SELECTOR.length));
    return call === undefined || (commitment !== undefined && call.commitment !== commitment) ? [] : [call];
  });
}

/** Undefined for an event that only begins like it: any contract can log that. */
function inputOf(log: Log): string | undefined {
  try {
    return hyperchainInterface.parseLog(log)?.args["input"] as string | undefined;
  } catch {
    return undefined;
  }
}

/** Those that say they are this batch's. */
export function commitsOf(commits: readonly CommitCall[], { batchNumber, commitment }: StoredBatch): readonly CommitCall[] {
  return commits.filter((commit) => commit.batchNumber === batchNumber && commit.commitment === commitment);
}

interface RawCommit {
  readonly batchNumber: BatchNumber;
  readonly firstBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly priorityOpCount: bigint;
  readonly cheatCount: bigint;
  readonly commitment: Hex;
  readonly pubdata: string;
  readonly withheld: { readonly logs: string };
  readonly policyData: Hex;
}

/** As the contract reads it: also without padding at its end. */
function decodeCommit(argumentDigits: string): CommitCall | undefined {
  try {
    const values = AbiCoder.defaultAbiCoder().decode(COMMIT?.inputs ?? [], `0x${argumentDigits}`, true);
    const previous = values["previous"] as { readonly leafCount: bigint };
    const batch = values["batch"] as RawCommit;
    return {
      batchNumber: batch.batchNumber,
      commitment: batch.commitment,
      firstBlock: batch.firstBlock,
      firstTimestamp: batch.firstTimestamp,
      cheatCount: batch.cheatCount,
      priorityOpCount: batch.priorityOpCount,
      policyData: batch.policyData,
      pubdata: fromHex(batch.pubdata),
      withheldLogs: fromHex(batch.withheld.logs),
      oldLeafCount: previous.leafCount,
    };
  } catch {
    // Bytes that only look like the selector.
    return undefined;
  }
}
