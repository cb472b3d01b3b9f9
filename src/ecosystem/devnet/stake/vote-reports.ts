import { Interface } from "ethers";
import { equivocationAbi } from "../../../ground/abi/equivocation.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { VoteEvidence } from "../../sequencing/evidence-list.ts";
import { greatestFault, type FaultSecond } from "./fault-seconds.ts";
import { sendReport, type AcceptedReport, type ReportingPorts } from "./send-report.ts";
import type { StakedQuorum, StakePlace } from "./stake-events.ts";

const equivocationInterface = new Interface(equivocationAbi);

/** Two contrary votes of a node of a chain. */
export interface ChainVotes extends VoteEvidence {
  readonly chainId: bigint;
}

/** Seconds that L1 accepts now, both included. */
interface AcceptedSeconds {
  readonly earliest: bigint;
  readonly latest: bigint;
}

/** Contrary votes that L1 has judged. */
interface JudgedVotes extends AcceptedReport {
  readonly votes: ChainVotes;
  readonly faultAt: bigint;
}

/** Reports contrary votes of staked keys, each pair once. */
export class VoteReports {
  readonly #place: StakePlace;
  readonly #ports: ReportingPorts;
  /** Pairs for which L1 takes nothing more. */
  readonly #settled = new Set<string>();

  constructor(place: StakePlace, ports: ReportingPorts) {
    this.#place = place;
    this.#ports = ports;
  }

  /** L1 has dropped blocks, perhaps with reports. */
  repeat(): void {
    this.#settled.clear();
  }

  /** Reports what is due. Resolves with the accepted reports; rejects with L1's error. */
  async report(
    votes: readonly ChainVotes[],
    quorums: readonly StakedQuorum[],
    seconds: AcceptedSeconds,
  ): Promise<readonly JudgedVotes[]> {
    const judged: JudgedVotes[] = [];
    for (const pair of votes) {
      const name = nameOf(pair);
      if (this.#settled.has(name)) continue;
      const fault = await this.#faultOf(pair, quorums, seconds);
      if (fault === undefined) continue;
      const sent = await sendReport(this.#place, this.#calldata(pair, fault), this.#ports);
      if (sent !== undefined) this.#settled.add(name);
      if (sent !== undefined && sent !== "taken") judged.push({ ...sent, votes: pair, faultAt: fault.faultAt });
    }
    return judged;
  }

  /** L1 takes the weight of the second of one of the votes. */
  async #faultOf(
    { chainId, signer, first, second }: ChainVotes,
    quorums: readonly StakedQuorum[],
    seconds: AcceptedSeconds,
  ): Promise<FaultSecond | undefined> {
    const quorum = quorums.find((each) => each.chainId === chainId);
    const staked = quorum?.staked.find(({ key }) => key === signer);
    if (quorum === undefined || staked === undefined) return undefined;
    const { service } = staked;
    const place = { registry: this.#place.registry, signers: quorum.signers, service, changes: [], ...seconds };
    const faults = await Promise.all(
      [first, second].map(({ signedAt }) => {
        const at = BigInt(signedAt);
        return greatestFault(this.#ports.l1, { first: { chainId, signer }, from: at, until: at }, place);
      }),
    );
    const [one, two] = faults;
    return one === undefined || (two !== undefined && two.weightWei > one.weightWei) ? two : one;
  }

  #calldata({ chainId, life, first, second }: ChainVotes, { epoch, faultAt }: FaultSecond): string {
    const fault = { chainId, epoch, faultAt };
    const [one, two] = [first, second].map(({ view: view_, ...fields }) => ({ ...fields, view_ }));
    return equivocationInterface.encodeFunctionData("reportVotes", [
      ...[this.#place.registry, fault, life],
      ...[one, first.signature, two, second.signature],
    ]);
  }
}

function nameOf({ life, first, second }: ChainVotes): Hex {
  return `${life}${first.signature.slice(2)}${second.signature.slice(2)}`;
}
