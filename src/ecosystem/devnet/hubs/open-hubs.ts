import { randomBytes } from "node:crypto";
import type { HubOption } from "../../options/fields/hubs.ts";
import { toHex } from "../../../ground/protocol/hex.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import { fundOperator } from "../chains/funding.ts";
import type { ExecutionProvers } from "../chains/provers.ts";
import type { CompleteOptions } from "../described/options.ts";
import { confirmationsOn, sourceOf, type ChainOpening } from "../membership/open-chain.ts";
import type { RunningChains } from "../membership/running-chains.ts";
import type { Snapshots } from "../snapshots/snapshots.ts";
import type { SendingProvider } from "../../../chain/settlement-layer/facts/judge.ts";
import type { HubGroup } from "./hub-group.ts";
import { AggregatorKeys } from "./aggregator-keys.ts";
import { openHub } from "./open-hub.ts";
import { openHubStakes } from "./open-hub-stakes.ts";
import { type NamedHub, hubMethods } from "./hub-methods.ts";
import { sealMembers } from "./seal-members.ts";

interface HubsOpening extends Pick<ChainOpening, "bases" | "layer" | "world" | "gate" | "artifacts" | "clock"> {
  readonly options: CompleteOptions;
  readonly chains: RunningChains;
  readonly executionProvers: ExecutionProvers;
  /** Gets each hub when it is open. */
  readonly hubs: NamedHub[];
}

/** Hubs of a running ecosystem. */
export interface RunningHubs {
  readonly methods: ReturnType<typeof hubMethods>;
  /** The hub of this name; undefined if the options lack it. */
  readonly hub: (name: string) => HubGroup | undefined;
  readonly look: () => Promise<void>;
  /** The ecosystem's snapshots; after a return the hubs start again from what L1 has. */
  keptBy(snapshots: Snapshots): Snapshots;
}

/** Opens the hubs that the options name. Rejects as `openHub`. */
export async function openHubs(opening: HubsOpening, closing: Disposer): Promise<RunningHubs> {
  const { hubs } = opening;
  for (const [index, [name, option]] of Object.entries(opening.options.hubs ?? {}).entries()) {
    const group = await openNamed({ name, index, option }, opening);
    if (group === undefined) continue;
    closing.add(() => group.close());
    const stakes = await stakesOf({ index, group }, opening);
    const { members } = option;
    const membersNow = () => opening.chains.current().filter((chain) => members.includes(chain.name));
    hubs.push({
      name,
      members,
      group,
      keys: new AggregatorKeys(index, opening.layer.accounts),
      stakes,
      progress: () =>
        membersNow().map(({ name: member, chainId, pipeline }) => ({ name: member, chainId, ...pipeline.progress() })),
      sealMembers: () => sealMembers(membersNow(), opening.clock),
    });
  }
  return {
    methods: hubMethods(hubs),
    hub: (name) => hubs.find((each) => each.name === name)?.group,
    async look() {
      for (const { group, stakes } of hubs) {
        await group.look();
        await stakes?.enlist();
        await stakes?.report();
      }
    },
    keptBy: ({ snapshot, revert }) => ({
      snapshot,
      async revert(id) {
        const resumes = await Promise.all(hubs.map(({ group }) => group.rest()));
        let isReturned = false;
        try {
          isReturned = await revert(id);
          return isReturned;
        } finally {
          for (const resume of resumes) await resume(isReturned);
        }
      },
    }),
  };
}

/** Stake of the hub's aggregators; undefined without. */
function stakesOf(
  named: { readonly index: number; readonly group: NamedHub["group"] },
  { options: { stake: terms }, bases: { onL1 }, layer: { accounts, operatorFundingWei: fundingWei }, gate }: HubsOpening,
): ReturnType<typeof openHubStakes> {
  const undisturbed = (work: () => Promise<void>) => gate.shared("a report of votes", work);
  return openHubStakes({ ...named, terms, onL1, accounts, fundingWei, undisturbed });
}

async function openNamed(
  { name: hubName, index, option }: { readonly name: string; readonly index: number; readonly option: HubOption },
  { options, bases, layer, world, chains, gate, artifacts, clock, executionProvers }: HubsOpening,
): Promise<NamedHub["group"] | undefined> {
  const { onL1 } = bases;
  if (onL1.ecosystem.versions.proven === undefined) return undefined;
  const sender = new AggregatorKeys(index, layer.accounts).wallet(0).connect(onL1.sending);
  await fundOperator(sender, onL1, layer.operatorFundingWei);
  return openHub(
    { name: hubName, index, aggregators: option.aggregators, processes: option.processes, landing: option.landing },
    {
      ecosystem: onL1.ecosystem,
      l1: onL1.provider as SendingProvider,
      confirmations: confirmationsOn(onL1, options.l1),
      accounts: layer.accounts,
      sender,
      artifacts,
      clock,
      world,
      members: () =>
        chains
          .current()
          .filter(({ name }) => option.members.includes(name))
          .map((chain) => ({ ...sourceOf(chain), url: chain.url })),
      l1Url: onL1.url,
      prover: executionProvers.batchesProver,
      isProven: executionProvers.last !== undefined,
      newLife: () => toHex(randomBytes(32)),
      undisturbed: (work) => gate.shared("a hub's landing", work),
      // A hub that fails delays proofs: its members show them alone.
      onFailure: () => undefined,
    },
  );
}
