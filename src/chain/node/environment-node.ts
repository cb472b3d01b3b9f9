import { EnvironmentChain, type EnvironmentChainDependencies } from "../environment/environment-chain.ts";
import type { EnvironmentCommand } from "../environment/environment-command.ts";
import { EnvironmentError } from "../environment/environment-error.ts";
import type { EnvironmentResult } from "../environment/environment-reducer.ts";
import type { ProvenMessage } from "../environment/message-proof.ts";
import { genesisLeaves, type GenesisAccount } from "../model/genesis.ts";
import { PROTOCOL_LIMITS } from "../ordering/limits.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import type { Disposer } from "../../ground/runtime/disposer.ts";
import { MovableClock } from "../../ground/runtime/movable-clock.ts";
import { ChainVersions, type SettingsEvent } from "../settlement-layer/reader/chain-versions.ts";
import { versionedChain, type ChainOnL1 } from "./described/chain-on-l1.ts";
import { identityOf } from "./described/chain-options.ts";
import { Fault } from "./fault.ts";
import type { ChainInputs } from "./inflow/l1-inputs.ts";
import { openL1Link, type ChainSettlement, type L1Link } from "./l1-link.ts";
import type { LinkedChain } from "./linked/linked-chain.ts";
import type { SettledBatch } from "./settling/settled-batch.ts";

interface EnvironmentNodeOptions {
  readonly chain: ChainOnL1;
  /** L1 block of the chain's creation. */
  readonly fromBlock: number;
  /** First state of the chain's version. */
  readonly genesis: readonly GenesisAccount[];
  readonly upgrades: readonly SettingsEvent[];
  readonly settlement: ChainSettlement;
}

interface EnvironmentNodeDependencies<Command, Receipt> extends Pick<
  EnvironmentChainDependencies<Command, Receipt>,
  "environment" | "sources" | "stored" | "sink" | "onStop"
> {
  readonly clock: Clock;
}

/** A chain with an execution environment, and its link with L1. */
interface EnvironmentNode<Command, Receipt> extends Pick<L1Link, "progress" | "waitsFor"> {
  readonly chain: EnvironmentChain<Command, Receipt>;
  /** Reads L1: executes its operations, and imports its newest root. */
  pollL1(): Promise<ChainInputs>;
  /** Delivers a transfer of another chain. Rejects with EnvironmentRefusal. */
  deliver(message: ProvenMessage): Promise<EnvironmentResult<Command, Receipt>>;
  /** Refunds a transfer that L1 refused. Rejects with EnvironmentRefusal. */
  refund(message: ProvenMessage, refused: readonly bigint[]): Promise<EnvironmentResult<Command, Receipt>>;
  /** Ends the open batch, and resolves when L1 has executed it and all batches before it. */
  settle(): Promise<readonly SettledBatch[]>;
  /** Error that stopped the chain or its settlement. */
  fault(): unknown;
}

/** Commitment before the first batch. */
const NO_COMMITMENT = `0x${"00".repeat(32)}` as const;

/** Runs a chain with an execution environment on L1. Rejects with the provider's error, or as the environment replays. */
export async function startEnvironmentNode<Command, Receipt>(
  { chain: onL1, fromBlock, genesis, upgrades, settlement }: EnvironmentNodeOptions,
  { clock, environment, sources, stored = [], sink, onStop }: EnvironmentNodeDependencies<Command, Receipt>,
  closing: Disposer,
): Promise<EnvironmentNode<Command, Receipt>> {
  const fault = new Fault(onStop);
  const { chainId } = onL1.configuration;
  const operationsTaken = BigInt(stored.filter(({ type }) => type === "operation").length);
  const versions = new ChainVersions(versionedChain(onL1), upgrades, 0);
  const time = new MovableClock(clock);
  const started: { linked?: LinkedChain } = {};
  const link = await openL1Link(
    { chain: onL1, fromBlock, start: { firstBatch: 0n, operationsTaken, unexecuted: [] } },
    settlement,
    { clock, time, fault, versions },
    () => started.linked,
  );
  closing.add(() => link.close());
  requireCommands(link.executed, stored);
  const { identity } = identityOf(onL1);
  const { settlementChainId, bornAt } = onL1;
  const chain = new EnvironmentChain<Command, Receipt>(
    {
      rules: { chainId, settlementChainId, bornAt, extensions: identity.extensions.usual, limits: PROTOCOL_LIMITS },
      identity: { ...identity, chainId },
      genesis: genesisLeaves(genesis),
      formedBefore: { previousCommitment: NO_COMMITMENT, operationsTaken: 0n },
    },
    {
      environment,
      sources,
      stored,
      sink,
      versionOf: versions.versionOf,
      policyOf: versions.policyOf(onL1.configuration),
      nowSeconds: () => time.nowSeconds(),
      followers: [link.batches],
      returning: [link.intake],
      canSeal: () => link.canSeal(),
      beforeSeal: () => link.beforeSeal(),
      onStop: fault.raise,
    },
  );
  started.linked = linkedEnvironment(Number(chainId), chain);
  closing.add(() => chain.close());
  await chain.start();
  link.batches.begin();
  closing.add(() => link.quiet());
  return {
    chain,
    pollL1: () => link.pollL1(),
    deliver: (message) => chain.run({ type: "delivery", message }),
    refund: (message, refused) => chain.run({ type: "refund", message, refused }),
    settle: () => settleAll(chain, link),
    progress: () => link.progress(),
    waitsFor: () => link.waitsFor(),
    fault: () => fault.error,
  };
}

async function settleAll<Command, Receipt>(
  chain: EnvironmentChain<Command, Receipt>,
  link: L1Link,
): Promise<readonly SettledBatch[]> {
  const { executed } = link.progress();
  await chain.seal();
  link.hurry();
  const numbers = Array.from({ length: link.progress().sealed - executed }, (_, i) => BigInt(executed + i));
  return Promise.all(numbers.map((batchNumber: BatchNumber) => link.settled(batchNumber)));
}

/** Throws EnvironmentError if L1 has batches whose commands the process does not have. */
function requireCommands<Command>(executed: bigint, stored: readonly EnvironmentCommand<Command>[]): void {
  const sealed = stored.filter(({ type }) => type === "seal").length;
  if (executed <= BigInt(sealed)) return;
  throw new EnvironmentError(
    "CommandsMissing",
    `L1 has executed ${executed} batches, and the stored commands form ${sealed}; start with the complete commands of the chain`,
  );
}

/** A chain with an execution environment for its link with L1. */
function linkedEnvironment<Command, Receipt>(chainId: number, chain: EnvironmentChain<Command, Receipt>): LinkedChain {
  const { order } = chain;
  return {
    chainId,
    isPaused: false,
    get fault() {
      return chain.fault;
    },
    get waitingBatch() {
      const { openedAt, head, isAwaited } = order;
      return openedAt === undefined || isAwaited ? undefined : { openedAt, nextBlockAt: head.timestamp };
    },
    resume: () => chain.resume(),
    sealWaiting: async () => void (await chain.sealWaiting()),
    sealFull: async () => void (await chain.sealFull()),
    leavesOut: () => false,
    runOperation: (operation) => chain.run({ type: "operation", operation }),
    async importRoots(roots) {
      const further = roots.filter(({ registryIndex }) => !order.hasImported(registryIndex));
      if (further.length > 0) await chain.run({ type: "imports", roots: further });
      return further;
    },
    executedOnL1: (nextBatch) => chain.executedOnL1(nextBatch),
    remembers: (batchNumber) => chain.remembers(batchNumber),
    rewind: (batchNumber, operations, onRewound) =>
      chain.rewind(
        batchNumber,
        operations.map((operation) => ({ type: "operation", operation })),
        onRewound,
      ),
    snapshot: () => chain.snapshot(),
    canRevert: (mark) => chain.canRevert(mark),
    revert: (mark) => chain.revert(mark),
  };
}
