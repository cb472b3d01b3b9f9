import type { Hex } from "../../../ground/protocol/hex.ts";
import type { StakeSlash } from "./stake-events.ts";
import type { KeyWeight, L1Rewinds } from "./stake-watcher.ts";

/** Stake as `hyperchain_info` describes it: JSON, with amounts as decimal digits. */
export interface StakeInfo {
  readonly registry: Hex;
  /** Contract that judges validators. */
  readonly evidence: Hex;
  readonly unbondingSeconds: number;
  /** Account that pays for reports, and why its process waits; no reason while it does not. */
  readonly watcher: {
    readonly address: Hex;
    /** Process id; absent while it is started again. */
    readonly pid?: number;
    /** Newest block of L1 whose commits it has read; absent before its first poll. */
    readonly readUpTo?: number;
    readonly trouble?: string;
  };
  readonly keys: readonly { readonly chainId: number; readonly key: Hex; readonly operator: Hex; readonly stakeWei: string }[];
  /** Faults whose stake L1 has taken, oldest first. */
  readonly slashes: readonly {
    readonly chainId: number;
    readonly key: Hex;
    readonly amountWei: string;
    readonly transactionHash: Hex;
  }[];
  /** Rewinds of a development L1: words before the last one are not evidence. */
  readonly rewinds: { readonly count: number; readonly blockNumber: number };
  /** Sentence that says what the stake secures. */
  readonly sentence: string;
}

const STAKE_SENTENCE =
  "Stake answers for two contradictory batches of one number by one validator, for two contrary votes of a node, and for nothing else: " +
  "a wrong batch that is the only one of its number costs no stake.";

/** Fields of the information that change while the ecosystem runs. */
export interface StakeState {
  readonly keys: readonly KeyWeight[];
  readonly slashes: readonly StakeSlash[];
  readonly trouble: string | undefined;
  readonly pid: number | undefined;
  readonly readUpTo: number | undefined;
  readonly rewinds: L1Rewinds;
}

export function stakeInfo(
  fixed: Pick<StakeInfo, "registry" | "evidence" | "unbondingSeconds"> & { readonly watcher: Hex },
  { keys, slashes, trouble, readUpTo, pid, rewinds }: StakeState,
): StakeInfo {
  const { watcher, ...contracts } = fixed;
  return {
    ...contracts,
    watcher: {
      address: watcher,
      ...(pid === undefined ? {} : { pid }),
      ...(readUpTo === undefined ? {} : { readUpTo }),
      ...(trouble === undefined ? {} : { trouble }),
    },
    keys: keys.map(({ chainId, key, operator, weightWei }) => ({
      chainId: Number(chainId),
      key,
      operator,
      stakeWei: String(weightWei),
    })),
    slashes: slashes.map(({ chainId, key, amountWei, transactionHash }) => ({
      chainId: Number(chainId),
      key,
      amountWei: String(amountWei),
      transactionHash,
    })),
    rewinds,
    sentence: STAKE_SENTENCE,
  };
}
