import type { BaseWallet } from "ethers";
import type { Chain } from "../../chain/chain.ts";
import { UNLIMITED_CODE } from "../../chain/model/code-limits.ts";
import { chainRules } from "../../chain/model/rules.ts";
import type { OtherLeaders } from "../../chain/sequencer/leader-turns.ts";
import { decodeCommand, encodeCommand } from "../../node/keeping/kept-command.ts";
import { externalSequencerOf, type ChainPlan } from "../../options/plan.ts";
import type { Hex } from "../../protocol/hex.ts";
import { quorumDomain } from "../../protocol/quorum.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Disposer } from "../../runtime/disposer.ts";
import type { MovableClock } from "../../runtime/movable-clock.ts";
import { ExternalOrder } from "../../sequencing/external/external-order.ts";
import type { SlotPeers } from "../../sequencing/external/slot-peers.ts";
import { memorySlotStore, type SlotStore } from "../../sequencing/external/slot-store.ts";
import { LocalNodes } from "../../sequencing/local/local-nodes.ts";
import { NO_COINBASE } from "../../settlement/batch/settlement-batch.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import type { CreatedChain } from "../chain-on-l1/create-chain.ts";
import type { DeployedEcosystem } from "../deployment/deploy-ecosystem.ts";
import type { KeptChain } from "../keeping/world.ts";

/** Chains of an ecosystem that external sequencers order. */
export interface ExternalChains {
  readonly running: SlotPeers<ExternalOrder>;
  /** Id of a planned chain. Throws DevnetOptionsError for another name. */
  chainId(name: string): bigint;
}

interface OrderDependencies {
  readonly ecosystem: DeployedEcosystem;
  readonly clock: Clock;
  readonly time: MovableClock;
  readonly nodeKeys: readonly BaseWallet[];
  readonly external: ExternalChains;
  readonly kept?: KeptChain | undefined;
}

/** Order of a chain, if the operator's sequencer does not make it alone. */
export interface ChainOrder {
  /** Nodes that decide the chain together; undefined for a chain of another kind. */
  readonly nodes: LocalNodes | undefined;
  /** Order by an external sequencer; undefined for a chain of another kind. */
  readonly external: ExternalOrder | undefined;
  readonly leaders: OtherLeaders | undefined;
  /** Begins with the started chain. Rejects with SlotError. */
  start(chain: Chain): Promise<void>;
}

/** Order of a created chain, by its plan. */
export function orderOfChain(
  created: CreatedChain,
  plan: ChainPlan,
  dependencies: OrderDependencies,
  closing: Disposer,
): ChainOrder {
  const nodes = nodesOfChain(created, dependencies, closing);
  const external = externalOrderOf(plan, dependencies);
  return {
    nodes,
    external,
    leaders: nodes ?? external,
    async start(chain) {
      nodes?.start(chain);
      if (external !== undefined) closing.add(await external.start(chain));
    },
  };
}

function nodesOfChain(
  { hyperchain }: CreatedChain,
  { nodeKeys, ecosystem: { settlementChainId }, clock, time }: OrderDependencies,
  closing: Disposer,
): LocalNodes | undefined {
  if (nodeKeys.length === 0) return undefined;
  const keys = nodeKeys.map((key) => ({ address: lowerCaseAddress(key.address), privateKey: key.privateKey as Hex }));
  const surroundings = { keys, clock, nowSeconds: () => Number(time.nowSeconds()) };
  const nodes = new LocalNodes(surroundings, quorumDomain(settlementChainId, hyperchain));
  // The chain ends before its nodes, which decide until then.
  closing.add(() => nodes.close());
  return nodes;
}

function externalOrderOf(plan: ChainPlan, { external, kept, clock, time }: OrderDependencies): ExternalOrder | undefined {
  const sequencer = externalSequencerOf(plan);
  if (sequencer === undefined) return undefined;
  // Parts hold no operations of L1, whose fees the coinbase receives.
  const context = { coinbase: NO_COINBASE, rules: chainRules(Number(plan.chainId), UNLIMITED_CODE) };
  return new ExternalOrder({
    chainId: plan.chainId,
    sequencer: sequencer.key,
    peers: sequencer.peers.map((name) => external.chainId(name)),
    running: external.running,
    store: kept === undefined ? memorySlotStore() : storeOf(kept),
    clock,
    nowSeconds: () => Number(time.nowSeconds()),
    codec: { encode: encodeCommand, decode: (text) => decodeCommand(text, context) },
  });
}

function storeOf({ store, slots, slotFacts: facts }: KeptChain): SlotStore {
  return { slots, facts, together: (work) => store.together(work), durable: () => store.durable() };
}
