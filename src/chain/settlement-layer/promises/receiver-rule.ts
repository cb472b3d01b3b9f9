import { recoverAddress } from "ethers";
import { hashBatchPromise, type BatchPromise } from "../../../ground/protocol/batch-promise.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { l2LogTreeRoot } from "../../../ground/protocol/l2-log.ts";
import { pubdataLogLeaves, type PubdataLog } from "../../../ground/protocol/pubdata.ts";
import type { TypedDataDomain } from "../../../ground/protocol/quorum.ts";
import { PromiseRefused } from "./promise-refused.ts";
import { contentFor } from "./promised-content.ts";

/** Seconds between the stake's block and L1's newest block. */
const MAX_STAKE_AGE_SECONDS = 60n;
/** 65 bytes with a recovery byte of 27 or 28, as L1 recovers them. */
const SIGNATURE = /^0x[0-9a-f]{128}1[bc]$/;
/** Half of the curve's order: L1 refuses a greater s. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Promise with its signatures and all logs of the batch. Plain data. */
export interface PromisedBatch {
  readonly promised: BatchPromise;
  readonly signatures: readonly Hex[];
  readonly logs: readonly PubdataLog[];
  readonly canonicalTxHashes: readonly Hex[];
}

/** Terms on which a chain relies on promises of one source. */
export interface PromiseTerms {
  readonly toChain: ChainId;
  /** Domain of the source's validators. */
  readonly domain: TypedDataDomain;
  readonly protocolVersion: bigint;
  readonly payee: Hex;
  readonly minStakeWei: bigint;
  readonly maxAtRiskWei: bigint;
  /** Asset of the coin that is counted (`assetId`). */
  readonly coin: Hex;
  /** True if it takes any content; other content than the coin is not counted. */
  readonly anyMessage: boolean;
  /** Seconds of the receiver's wait for L1. */
  readonly patienceSeconds: bigint;
}

/** L1 as the receiver sees it. Rejects with the provider's error. */
export interface PromisesOnL1 {
  /** Second of the newest block. */
  readonly newestAt: bigint;
  /** Highest count of seconds from the stake's second to the end of a promise. */
  readonly longestPromise: bigint;
  /** Time of the block with this hash; undefined if L1's history has none. */
  timeOf(blockHash: Hex): Promise<bigint | undefined>;
  isValidator(account: Hex): Promise<boolean>;
  /** Stake of the account for promises of this pair of chains, at a second. */
  weightAt(account: Hex, second: bigint): Promise<bigint>;
}

/**
 * Rule of a receiver for a promised batch, before it imports the batch's log root. `atRiskWei`: coins of other promises that L1
 * has not executed. Resolves with the coins of this batch. Rejects with PromiseRefused, or with the provider's error.
 */
export async function checkPromise(
  { promised, signatures, logs, canonicalTxHashes }: PromisedBatch,
  terms: PromiseTerms,
  atRiskWei: bigint,
  l1: PromisesOnL1,
): Promise<bigint> {
  requireTerms(promised, terms);
  await requireSeconds(promised, terms, l1);
  const root = l2LogTreeRoot(pubdataLogLeaves(logs, canonicalTxHashes));
  if (root !== promised.logRoot)
    throw new PromiseRefused("LogsMismatch", `the shown logs have root ${root}, and ${promised.logRoot} is promised`);
  const { coinsWei, otherContent } = contentFor(logs, terms);
  if (otherContent && !terms.anyMessage)
    throw new PromiseRefused(
      "ContentNotAllowed",
      "the batch has other messages for this chain than transfers of the coin, and anyMessage is not set",
    );
  if (atRiskWei + coinsWei > terms.maxAtRiskWei)
    throw new PromiseRefused(
      "RiskTooGreat",
      `${atRiskWei + coinsWei} wei would be promised and not executed, more than maxAtRiskWei (${terms.maxAtRiskWei})`,
    );
  await requireStake(promised, signatures, terms, l1);
  return coinsWei;
}

function requireTerms({ toChain, payee, protocolVersion }: BatchPromise, terms: PromiseTerms): void {
  if (toChain === terms.toChain && payee === terms.payee && protocolVersion === terms.protocolVersion) return;
  throw new PromiseRefused(
    "TermsMismatch",
    `the promise is for chain ${toChain}, payee ${payee} and version ${protocolVersion}; ` +
      `this receiver is chain ${terms.toChain} with payee ${terms.payee}, and the source has version ${terms.protocolVersion}`,
  );
}

async function requireSeconds(
  { stakedAt, stakedBlock, landsBy }: BatchPromise,
  { patienceSeconds }: PromiseTerms,
  l1: PromisesOnL1,
): Promise<void> {
  const time = await l1.timeOf(stakedBlock);
  // The newest block's second may have further changes of a stake.
  const isRecent = stakedAt < l1.newestAt && stakedAt + MAX_STAKE_AGE_SECONDS >= l1.newestAt;
  if (time !== stakedAt || !isRecent)
    throw new PromiseRefused(
      "StakedBlockMismatch",
      `the stake is of second ${stakedAt} and block ${stakedBlock} with second ${time}; L1's newest block has ${l1.newestAt}`,
    );
  const latest = min(stakedAt + l1.longestPromise, l1.newestAt + patienceSeconds);
  if (landsBy > latest || landsBy < l1.newestAt)
    throw new PromiseRefused("EndOutOfRange", `the promise ends at ${landsBy}, and ${l1.newestAt} to ${latest} are accepted`);
}

/** Each signer counts once. */
async function requireStake(
  promised: BatchPromise,
  signatures: readonly Hex[],
  { domain, minStakeWei }: PromiseTerms,
  l1: PromisesOnL1,
): Promise<void> {
  const digest = hashBatchPromise(promised, domain);
  const signers = new Set(signatures.map((signature) => signerOf(digest, signature)));
  let stakeWei = 0n;
  for (const signer of signers) {
    if (!(await l1.isValidator(signer)))
      throw new PromiseRefused("SignatureRefused", `${signer} signed the promise and is not a validator of its chain`);
    stakeWei += await l1.weightAt(signer, promised.stakedAt);
  }
  if (stakeWei < minStakeWei)
    throw new PromiseRefused(
      "StakeTooSmall",
      `the signers have ${stakeWei} wei at stake, less than minStakeWei (${minStakeWei})`,
    );
}

/** Signer by L1's rules: a signature that L1 refuses would be worth no stake. */
function signerOf(digest: Hex, signature: Hex): Hex {
  const s = SIGNATURE.test(signature) ? BigInt(`0x${signature.slice(66, 130)}`) : MAX_S + 1n;
  if (s > MAX_S) throw new PromiseRefused("SignatureRefused", `L1 refuses the form of signature ${signature}`);
  try {
    return recoverAddress(digest, signature).toLowerCase() as Hex;
  } catch (error) {
    throw new PromiseRefused("SignatureRefused", `signature ${signature} has no signer`, { cause: error });
  }
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
