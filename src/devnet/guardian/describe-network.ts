import type { GuardianNetworkInfo } from "./guardian-info.ts";
import type { RunningNetwork } from "./guardian-networks.ts";

const WHOLE_BPS = 10_000;
const STAKE_NOT_AT_RISK = "Stake is not at risk yet: no contract judges a guardian that withholds data.";

/** Current description of a network and its processes. */
export function networkInfo({ name, address, terms, members, onChains }: RunningNetwork): GuardianNetworkInfo {
  const { shareBps, open } = terms;
  const chains = onChains();
  return {
    name,
    network: address,
    ...(chains.length === 0 ? {} : { onChains: chains }),
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
