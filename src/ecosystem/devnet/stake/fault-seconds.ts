import { Interface, type Provider } from "ethers";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { searchedEpochs, type EpochSigners } from "./epoch-signers.ts";
import type { Contradiction } from "./word-book.ts";

const registryInterface = new Interface(stakeRegistryAbi);

/** Second of a fault with an epoch in which the signer counted. */
export interface FaultSecond {
  readonly epoch: bigint;
  readonly faultAt: bigint;
  readonly weightWei: bigint;
}

/** Contracts and key of a fault. */
interface FaultPlace {
  readonly registry: Hex;
  readonly signers: EpochSigners;
  readonly service: Hex;
  /** Seconds at which the weight may have changed. */
  readonly changes: readonly bigint[];
  /** First and last second that L1 accepts now. */
  readonly earliest: bigint;
  readonly latest: bigint;
}

/** Key at fault, and the seconds at which its signatures contradict each other, both included. */
type FaultSeconds = Pick<Contradiction, "from" | "until"> & {
  readonly first: Pick<Contradiction["first"], "chainId" | "signer">;
};

/** Seconds of an epoch that its judge accepts, both included. */
interface EpochSeconds {
  readonly epoch: bigint;
  readonly from: bigint;
  readonly until: bigint;
}

/**
 * Second at which the key had its greatest weight, among those at which its words contradict each other; undefined if it never
 * had any.
 * A weight is the same between two changes, so only the first second after each change is read. Rejects with L1's error.
 */
export async function greatestFault(
  l1: Provider,
  { first, from, until }: FaultSeconds,
  { registry, signers, service, changes, earliest, latest }: FaultPlace,
): Promise<FaultSecond | undefined> {
  const candidates: { readonly epoch: bigint; readonly faultAt: bigint }[] = [];
  for (const part of await epochsWith(signers, first)) {
    const low = max(from, earliest, part.from);
    const high = min(until, latest, part.until);
    const seconds = [low, ...changes.filter((second) => second > low)].filter((second) => second <= high);
    candidates.push(...seconds.map((faultAt) => ({ epoch: part.epoch, faultAt })));
  }
  const weighed = await Promise.all(
    candidates.map(async (candidate): Promise<FaultSecond> => {
      const args = [service, first.signer, candidate.faultAt];
      const weightWei = await askContract(l1, { to: registry, contract: registryInterface, name: "weightAt", args });
      return { ...candidate, weightWei: weightWei as bigint };
    }),
  );
  return weighed
    .filter(({ weightWei }) => weightWei > 0n)
    .reduce<FaultSecond | undefined>((best, each) => (best && best.weightWei >= each.weightWei ? best : each), undefined);
}

/** Epochs in which the signer counts: L1 stores the first second of the present one only, and former ones are before it. */
async function epochsWith(
  signers: EpochSigners,
  { chainId, signer }: Pick<Contradiction["first"], "chainId" | "signer">,
): Promise<readonly EpochSeconds[]> {
  const epochs = await signers.epochsOf(chainId);
  const { current, currentAt } = epochs;
  const found: EpochSeconds[] = [];
  for (const epoch of searchedEpochs(epochs)) {
    if (!(await signers.signersOf(chainId, epoch, true)).includes(signer)) continue;
    const isCurrent = epoch === current;
    found.push({ epoch, from: isCurrent ? currentAt : 0n, until: isCurrent ? LAST_SECOND : currentAt - 1n });
    // Seconds of all former epochs are one range for L1.
    if (!isCurrent) break;
  }
  return found;
}

const LAST_SECOND = 2n ** 48n - 1n;

function max(...values: readonly [bigint, ...bigint[]]): bigint {
  return values.reduce((a, b) => (a > b ? a : b));
}

function min(...values: readonly [bigint, ...bigint[]]): bigint {
  return values.reduce((a, b) => (a < b ? a : b));
}
