import type { Signer } from "ethers";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import type { SendingProvider } from "../../../chain/settlement-layer/facts/judge.ts";
import type { DevelopmentAccounts } from "../accounts/accounts.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import type { Layer } from "../deployment/layer.ts";
import { DevnetOptionsError } from "../described/options.ts";
import { proofRefusal, type FactSource } from "../facts/open-facts.ts";
import type { World } from "../keeping/world.ts";
import { adoptHead } from "./adopt-head.ts";
import { AggregatorKeys } from "./aggregator-keys.ts";
import { AggregatorProcesses } from "./aggregator-processes.ts";
import type { MemberPlace } from "./aggregator-messages.ts";
import { StoredHubBlocks } from "./stored-hub-blocks.ts";
import { DecidedBlocks } from "./decided-blocks.ts";
import { HubGroup } from "./hub-group.ts";
import { HubOnL1 } from "./hub-landing.ts";
import { HubProofs } from "./hub-proofs.ts";
import { HubOffers } from "./hub-offers.ts";

/** Notice of a change of aggregators, in seconds. */
const NOTICE_SECONDS = 3_600;
/** Landed blocks in memory: for requests, and for returns of a development L1. */
const MAX_LANDED = 1_024;
const ZERO: Hex = `0x${"00".repeat(20)}`;

interface HubPlan {
  readonly name: string;
  /** Index of the hub among those of the ecosystem. */
  readonly index: number;
  /** Number of aggregators: 1 to 7. */
  readonly aggregators: number;
  /** Whether each aggregator has its process. */
  readonly processes: boolean;
  readonly landing: { readonly maxAgeSeconds: number; readonly maxBatches: number };
}

interface HubDependencies {
  readonly ecosystem: Pick<Layer, "addresses" | "settlementChainId" | "versions">;
  readonly l1: SendingProvider;
  readonly confirmations: number;
  readonly accounts: DevelopmentAccounts;
  /** Pays for the contract and for landings; no other program sends from its account. */
  readonly sender: Signer;
  readonly artifacts: ArtifactSource;
  /** Files that outlast the process. Default: none. */
  readonly world: Pick<World, "hub" | "keepHub" | "hubBlocks" | "hubEvidence"> | undefined;
  /** Members that run, with their endpoints. */
  readonly members: () => readonly (FactSource & MemberPlace)[];
  /** Endpoint of L1 for processes. */
  readonly l1Url: string;
  /** Verifies proofs of single batches, and makes those of blocks. */
  readonly prover: BatchesProver;
  /** False if L1 accepts markers instead of proofs. */
  readonly isProven: boolean;
  readonly clock: Clock;
  readonly newLife: () => Hex;
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Deploys a hub's contract, or finds the one of an earlier process, and starts the aggregators. Rejects with DeploymentError,
 * with DevnetOptionsError if the contract began with other aggregators, with LedgerError Damaged, as `adoptHead`, or with L1's
 * error.
 */
export async function openHub(plan: HubPlan, dependencies: HubDependencies): Promise<HubGroup & { readonly address: Hex }> {
  const {
    ecosystem,
    l1,
    l1Url,
    confirmations,
    accounts,
    sender,
    artifacts,
    world,
    members,
    prover,
    isProven,
    clock,
    ...running
  } = dependencies;
  const { name } = plan;
  const keys = new AggregatorKeys(plan.index, accounts);
  const aggregator = ecosystem.versions.proven?.aggregator ?? ZERO;
  const addresses = keys.addresses(plan.aggregators);
  const args = [aggregator, await sender.getAddress(), NOTICE_SECONDS, addresses];
  const known = world?.hub(name);
  const hub = known ?? (await deployContract("Hub", args, { operator: sender, artifacts }));
  world?.keepHub(name, hub);
  const onL1 = new HubOnL1(hub, { provider: l1, sender });
  if (known !== undefined) requireAggregators(name, addresses, (await onL1.epochAt(0)).aggregators);
  const store = world && new StoredHubBlocks(world.hubBlocks(name));
  const landed = store?.restore((await onL1.head()).number);
  const decided = new DecidedBlocks({ limit: MAX_LANDED, store, landed });
  await adoptHead(decided, onL1);
  const { factory, roots: registry, settings } = ecosystem.addresses;
  const offers = new HubOffers({
    members,
    aggregator,
    l1: () => FactsOnL1.look({ provider: l1, confirmations, factory, registry, settings, hyperchain: hub }),
    landedIn: async (l1Block) => (await onL1.head(l1Block)).number,
    refusalOf: (batch) => proofRefusal(batch, prover),
    isProven,
    keepsProofs: true,
  });
  const proofs = new HubProofs({ offers, prover, isProven });
  const l1ChainId = BigInt(ecosystem.settlementChainId);
  const place = { hub, l1ChainId, l1Url, confirmations, factory, registry, settings, aggregator, isProven };
  const processes = plan.processes
    ? await AggregatorProcesses.open({ clock, place, members: () => members().map(placeOf) })
    : undefined;
  const group = new HubGroup(
    { epoch: await onL1.epoch(), hub, l1ChainId, landing: plan.landing },
    {
      offers,
      proofs,
      onL1,
      decided,
      clock,
      processes,
      keyOf: (address) => keys.keyOf(address),
      evidence: world?.hubEvidence(name),
      ...running,
    },
  );
  return Object.assign(group, { address: hub });
}

function placeOf({ chainId, name, url }: MemberPlace): MemberPlace {
  return { chainId, name, url };
}

/** The option names the aggregators of the first epoch; later ones are scheduled on L1 by the contract's admin. */
function requireAggregators(name: string, expected: readonly Hex[], actual: readonly Hex[]): void {
  if (expected.join() === actual.join()) return;
  throw new DevnetOptionsError(
    "BadOptions",
    `hubs.${name}.aggregators names ${expected.length} keys, and the hub on L1 began with others (${actual.length}); say the same as before, or name the hub otherwise`,
  );
}
