import type { Hex } from "../../protocol/hex.ts";
import type { RunningNetwork } from "./guardian-networks.ts";

/** Network of guardians as `hyperchain_info` describes it: JSON, with amounts as decimal digits. */
export interface GuardianNetworkInfo {
  readonly name: string;
  /** Contract on L1: list of the guardians, and data policy of the chains. */
  readonly network: Hex;
  /** Part of the weight that must sign a batch, in ten-thousandths. */
  readonly shareBps: number;
  /** True if every staked key can join. */
  readonly open: boolean;
  readonly members: readonly {
    readonly key: Hex;
    /** Address of the server with the data. */
    readonly url: string;
    readonly stakeWei: string;
    /** Process id; absent if the process has ended. */
    readonly pid?: number;
  }[];
  /** Sentences that say who can harm the network's chains, and what the stake answers for. */
  readonly sentences: readonly string[];
}

const WHOLE_BPS = 10_000;
const STAKE_NOT_AT_RISK = "Stake is not at risk yet: no contract judges a guardian that withholds data.";

export function networkInfo({ name, address, terms, members }: RunningNetwork): GuardianNetworkInfo {
  const { shareBps, open } = terms;
  return {
    name,
    network: address,
    shareBps,
    open,
    members: members.map(({ key, stakeWei, process }) => {
      const { pid, url } = process;
      const member = { key, url, stakeWei: String(stakeWei) };
      return pid === undefined || !process.isRunning ? member : { ...member, pid };
    }),
    sentences: [
      `Guardians of ${name} with ${percent(shareBps)} % of the stake can withhold the data of its chains.`,
      open
        ? `The network is open: any account that stakes more than ${percent(WHOLE_BPS - shareBps)} % of the total, a third by default, can stop its chains.`
        : `Guardians with more than ${percent(WHOLE_BPS - shareBps)} % of the stake can stop its chains.`,
      STAKE_NOT_AT_RISK,
    ],
  };
}

function percent(bps: number): string {
  return String(bps / 100);
}
