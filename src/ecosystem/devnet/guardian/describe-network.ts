import type { Provider } from "ethers";
import { ANSWER_SECONDS } from "../../../ground/protocol/stake.ts";
import type { GuardianNetworkInfo, GuardianNetworkStatus } from "./guardian-info.ts";
import type { RunningNetwork } from "./guardian-networks.ts";
import { listRequests } from "./request-list.ts";

const WHOLE_BPS = 10_000;
const [MINUTE_SECONDS, HOUR_SECONDS] = [60, 3_600];
const STAKE_AT_RISK =
  `Guardians that signed lose their stake if a leaf of an executed state is requested on L1 and no account shows it within ${ANSWER_SECONDS / MINUTE_SECONDS} minutes. ` +
  "Stake does not answer for contracts' codes, nor for accounts of a porter: L1 takes no request for them.";

/** Current description of a network and its processes. */
export function networkInfo({ name, address, terms, retention, members, onChains }: RunningNetwork): GuardianNetworkInfo {
  const { shareBps, open } = terms;
  const chains = onChains();
  return {
    name,
    network: address,
    ...(chains.length === 0 ? {} : { onChains: chains }),
    shareBps,
    open,
    members: members.map(({ key, stakeWei, url, pid }) => {
      const member = { key, url, stakeWei: String(stakeWei) };
      return pid === undefined ? member : { ...member, pid };
    }),
    sentences: [
      `Guardians of ${name} with ${percent(shareBps)} % of the stake can withhold the data of its chains.`,
      open
        ? `The network is open: any account that stakes more than ${percent(WHOLE_BPS - shareBps)} % of the total, a third by default, can stop its chains.`
        : `Guardians with more than ${percent(WHOLE_BPS - shareBps)} % of the stake can stop its chains.`,
      STAKE_AT_RISK,
      `L1 takes requests for ${hours(retention)} h after the commit of a batch. Stake answers neither for a batch that L1 executes later, nor for a chain that stops: a running one ends a batch after half the hours.`,
    ],
  };
}

/** Status that changes with each block: processes, and requests for leaves on L1. */
export async function networkStatus({ name, address, members }: RunningNetwork, l1: Provider): Promise<GuardianNetworkStatus> {
  const running = members.filter(({ pid }) => pid !== undefined).length;
  // An L1 that does not answer is a reason to ask for the status.
  const requests = await listRequests(l1, address).catch(() => undefined);
  const status = { name, running, members: members.length };
  return requests === undefined ? status : { ...status, requests };
}

/** Rounded down: no request is possible afterwards. */
function hours(seconds: number): string {
  return String(Math.floor((10 * seconds) / HOUR_SECONDS) / 10);
}

function percent(bps: number): string {
  return String(bps / 100);
}
