import { Interface, type Provider, type Signer } from "ethers";
import { hubEquivocationAbi } from "../../../ground/abi/hub-equivocation.ts";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { VoteEvidence } from "../../sequencing/evidence-list.ts";
import { askContract, CallRefusal } from "../chain-on-l1/ask-contract.ts";
import { sendReport } from "../stake/send-report.ts";
import { hubData, serviceOf } from "../stake/services.ts";
import type { StakePlace } from "../stake/stake-events.ts";
import { weightNow } from "../stake/weight-now.ts";

interface HubStakesOptions {
  readonly hub: Hex;
  /** Registry, and the judge of hubs. */
  readonly place: StakePlace;
}

interface HubStakesDependencies {
  /** Reads L1, without a cache. */
  readonly l1: Provider;
  /** Pays for reports; no other program may send from its account. */
  readonly sender: Signer;
  readonly group: {
    /** Contrary votes of aggregators. */
    readonly evidence: readonly VoteEvidence[];
    readonly epoch: number;
  };
  /** Enlists the keys of the present aggregators that are not enlisted. */
  readonly enlist: () => Promise<void>;
  /** Runs transactions next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
}

const judgeInterface = new Interface(hubEquivocationAbi);
const registryInterface = new Interface(stakeRegistryAbi);

/** Stake of a hub's aggregators on L1: reports their contrary votes, and reads the stake of each. */
export class HubStakes {
  readonly #options: HubStakesOptions;
  readonly #dependencies: HubStakesDependencies;
  readonly #service: Hex;
  /** Pairs for which L1 takes nothing more. */
  readonly #settled = new WeakSet<VoteEvidence>();
  /** Epoch whose aggregators are enlisted. */
  #enlisted: number;

  constructor(options: HubStakesOptions, dependencies: HubStakesDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#service = serviceOf(options.place.evidence, hubData(options.hub));
    this.#enlisted = dependencies.group.epoch;
  }

  /** Stake of each key, in wei. Rejects with L1's error. */
  async weights(keys: readonly Hex[]): Promise<readonly bigint[]> {
    const { l1 } = this.#dependencies;
    const newest = await l1.getBlock("latest");
    if (newest === null) throw new RangeError("L1 has no block yet; repeat the request");
    const { registry } = this.#options.place;
    return Promise.all(keys.map((key) => weightNow(l1, { registry, service: this.#service, key }, newest)));
  }

  /** Enlists the keys of a new epoch. Rejects with L1's error; the next call continues. */
  async enlist(): Promise<void> {
    const { group, enlist, undisturbed } = this.#dependencies;
    const { epoch } = group;
    if (epoch === this.#enlisted) return;
    await undisturbed(enlist);
    this.#enlisted = epoch;
  }

  /** Reports every pair that L1 would take stake for. Rejects with L1's error; the next call continues. */
  async report(): Promise<void> {
    for (const pair of this.#dependencies.group.evidence) if (!this.#settled.has(pair)) await this.#report(pair);
  }

  async #report(pair: VoteEvidence): Promise<void> {
    const faultAt = await this.#secondOf(pair);
    if (faultAt === undefined) return;
    await this.#dependencies.undisturbed(async () => {
      const sent = await sendReport(this.#options.place, this.#calldata(pair, faultAt), this.#dependencies);
      if (sent !== undefined) this.#settled.add(pair);
    });
  }

  /** Second of the vote with the greater weight, which L1 takes; undefined if the key had none, or L1's time is before both. */
  async #secondOf({ signer, first, second }: VoteEvidence): Promise<number | undefined> {
    const weights = await Promise.all([first, second].map(({ signedAt }) => this.#weightAt(signer, signedAt)));
    const [one = 0n, two = 0n] = weights;
    if (one === 0n && two === 0n) return undefined;
    return two > one ? second.signedAt : first.signedAt;
  }

  async #weightAt(key: Hex, second: number): Promise<bigint> {
    const { registry } = this.#options.place;
    const call = { to: registry, contract: registryInterface, name: "weightAt", args: [this.#service, key, second] };
    try {
      return (await askContract(this.#dependencies.l1, call)) as bigint;
    } catch (error) {
      // The second is still to come on L1.
      if (error instanceof CallRefusal) return 0n;
      throw error;
    }
  }

  #calldata({ life, first, second }: VoteEvidence, faultAt: number): string {
    const [one, two] = [first, second].map(({ view: view_, ...fields }) => ({ ...fields, view_ }));
    const { hub, place } = this.#options;
    return judgeInterface.encodeFunctionData("reportVotes", [
      ...[place.registry, { hub, life, faultAt }],
      ...[one, first.signature, two, second.signature],
    ]);
  }
}
