import type { BaseWallet } from "ethers";
import { UNLIMITED_CODE } from "../../../proofs/rules/code-limits.ts";
import { chainRules } from "../../../proofs/rules/chain-rules.ts";
import type { BatchCommand } from "../../../chain/ordering/command.ts";
import { decodeCommand, encodeCommand } from "../../../chain/node/keeping/kept-command.ts";
import type { Node, NodeDependencies } from "../../../chain/node/node.ts";
import { externalSequencerOf, hasNodeProcesses, type ChainPlan } from "../../options/plan.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { quorumDomain } from "../../../ground/protocol/quorum.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import { EvidenceList } from "../../sequencing/evidence-list.ts";
import { ExternalOrder } from "../../sequencing/external/external-order.ts";
import type { SlotPeers } from "../../sequencing/external/slot-peers.ts";
import { memorySlotStore, type SlotStore } from "../../sequencing/external/slot-store.ts";
import type { ChainNodes } from "../../sequencing/local/chain-nodes.ts";
import { LocalNodes } from "../../sequencing/local/local-nodes.ts";
import type { NodeKey } from "../../sequencing/local/vote-keys.ts";
import { NO_COINBASE } from "../../../chain/settlement/batch/settlement-batch.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { BaseLog } from "../chain-nodes/base-log.ts";
import type { NodeChain } from "../chain-nodes/messages.ts";
import { ProcessNodes } from "../chain-nodes/process-nodes.ts";
import type { CreatedChain } from "../chain-on-l1/create-chain.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import type { StoredChain } from "../keeping/world.ts";

/** Chains of an ecosystem that external sequencers order. */
export interface ExternalChains {
  readonly running: SlotPeers<ExternalOrder>;
  /** Id of a planned chain. Throws DevnetOptionsError for another name. */
  chainId(name: string): bigint;
}

/** Chain whose order is made. */
interface OrderedPlan {
  readonly created: CreatedChain;
  readonly plan: ChainPlan;
  /** Commands that earlier processes decided. */
  readonly commands: readonly BatchCommand[];
}

interface OrderDependencies {
  /** Layer on which the chain settles. */
  readonly base: Pick<SettlementBase, "provider" | "ecosystem">;
  readonly clock: Clock;
  readonly time: MovableClock;
  readonly keys: { readonly nodes: readonly BaseWallet[] };
  readonly external: ExternalChains;
  readonly storedChain?: StoredChain | undefined;
}

/** Order of a chain, if the operator's sequencer does not make it alone. */
export interface ChainOrder {
  /** Nodes that decide the chain together; undefined for a chain of another kind. */
  readonly nodes: ChainNodes | undefined;
  /** Nodes that form the chain's batches in their processes; undefined for a chain of another kind. */
  readonly forming: Pick<ProcessNodes, "commitmentOf"> | undefined;
  /** Order by an external sequencer; undefined for a chain of another kind. */
  readonly external: ExternalOrder | undefined;
  readonly leading: Pick<NodeDependencies, "leaders" | "remoteLeaders" | "decided">;
  /** Begins with the chain of a started node. `described` is for nodes in processes. Rejects with SlotError. */
  start(node: Pick<Node, "chain" | "fault">, described: () => NodeChain): Promise<void>;
}

/** Order of a created chain, by its plan. */
export function orderOfChain(ordered: OrderedPlan, dependencies: OrderDependencies, closing: Disposer): ChainOrder {
  if (hasNodeProcesses(ordered.plan)) return processOrderOf(ordered, dependencies, closing);
  const nodes = nodesOfChain(ordered.created, dependencies, closing);
  const external = externalOrderOf(ordered.plan, dependencies);
  return {
    nodes,
    external,
    forming: undefined,
    leading: { leaders: nodes ?? external },
    async start({ chain, fault }) {
      nodes?.start(chain, await mempoolFor(ordered.plan));
      if (external !== undefined) closing.add(await external.start(chain, fault));
    },
  };
}

/** Opener of a mempool of envelopes, which default chains do not load. */
async function mempoolFor({ ordering }: ChainPlan): Promise<Parameters<LocalNodes["start"]>[1]> {
  if (ordering.transactionOrder !== "encrypted") return undefined;
  const { EncryptedMempool } = await import("../../sequencing/local/encrypted-mempool.ts");
  return (parts) => new EncryptedMempool(parts);
}

/** Nodes in processes, which this process follows. */
function processOrderOf(
  { created, commands }: OrderedPlan,
  { keys, base, clock, time, storedChain }: OrderDependencies,
  closing: Disposer,
): ChainOrder {
  const decided = new BaseLog(commands);
  const { provider: l1, ecosystem } = base;
  const domain = quorumDomain(ecosystem.settlementChainId, created.hyperchain);
  const evidence = new EvidenceList(storedChain?.evidence);
  const nodes = new ProcessNodes({ keys: keysOf(keys.nodes), clock, time, l1, domain, log: decided, evidence });
  closing.add(() => nodes.close());
  return {
    nodes,
    forming: nodes,
    external: undefined,
    leading: { remoteLeaders: nodes, decided },
    start: ({ chain }, described) => nodes.start(chain, described()),
  };
}

function nodesOfChain(
  { hyperchain }: CreatedChain,
  { keys, base, clock, time, storedChain }: OrderDependencies,
  closing: Disposer,
): LocalNodes | undefined {
  if (keys.nodes.length === 0) return undefined;
  const surroundings = { keys: keysOf(keys.nodes), clock, nowSeconds: () => Number(time.nowSeconds()) };
  const domain = quorumDomain(base.ecosystem.settlementChainId, hyperchain);
  const nodes = new LocalNodes(surroundings, domain, new EvidenceList(storedChain?.evidence));
  // The chain ends before its nodes, which decide until then.
  closing.add(() => nodes.close());
  return nodes;
}

function keysOf(nodeKeys: readonly BaseWallet[]): readonly Required<NodeKey>[] {
  return nodeKeys.map((key) => ({ address: lowerCaseAddress(key.address), privateKey: key.privateKey as Hex }));
}

function externalOrderOf(plan: ChainPlan, { external, storedChain, clock, time }: OrderDependencies): ExternalOrder | undefined {
  const sequencer = externalSequencerOf(plan);
  if (sequencer === undefined) return undefined;
  // Parts hold no operations of L1, whose fees the coinbase receives.
  const context = { coinbase: NO_COINBASE, rules: chainRules(Number(plan.chainId), UNLIMITED_CODE) };
  return new ExternalOrder({
    chainId: plan.chainId,
    sequencer: sequencer.key,
    peers: sequencer.peers.map((name) => external.chainId(name)),
    running: external.running,
    store: storedChain === undefined ? memorySlotStore() : storeOf(storedChain),
    clock,
    nowSeconds: () => Number(time.nowSeconds()),
    codec: { encode: encodeCommand, decode: (text) => decodeCommand(text, context) },
  });
}

function storeOf({ store, slots, slotFacts: facts }: StoredChain): SlotStore {
  return { slots, facts, together: (work) => store.together(work), durable: () => store.durable() };
}
