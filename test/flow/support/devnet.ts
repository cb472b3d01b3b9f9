import assert from "node:assert/strict";
import type { Node } from "../../../src/chain/node/node.ts";
import type { JsonRpcProvider } from "ethers";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import {
  startDevnet,
  type Devnet,
  type DevnetChain,
  type DevnetChainOptions,
  type DevnetDependencies,
  type DevnetOptions,
} from "../../../src/ecosystem/devnet/devnet.ts";
import { connectHttp } from "../../../src/ecosystem/devnet/relaying/relaying.ts";
import { prepareFork } from "../../../src/chain/execution/connection.ts";
import { bundledArtifact } from "../../../src/tool/plugin/contract-artifacts.ts";
import { byNight } from "../../support/nightly.ts";
import { engineConfig, engineNetwork } from "../../support/engine-network.ts";
import { collecting, isReplayed } from "./replay/collecting.ts";

export const ETHER = 10n ** 18n;
/** Development accounts with ETH on every chain. */
export const ALICE = 1;
export const BOB = 2;
export const RELAYER = 9;

export const dependencies: DevnetDependencies = {
  connectL1({ genesisMs, fork, past }) {
    if (past !== undefined) prepareFork(engineConfig, past);
    const forking = fork ?? past;
    return engineNetwork.create({
      network: "local",
      override: {
        allowBlocksWithSameTimestamp: true,
        ...(genesisMs === undefined ? {} : { initialDate: new Date(genesisMs) }),
        ...(forking === undefined ? {} : { forking: { url: forking.url, blockNumber: forking.blockNumber } }),
      },
    });
  },
  connectChain(override) {
    return engineNetwork.create({ network: "local", override });
  },
  artifacts: bundledArtifact,
  clock: systemClock,
};

export interface FlowDevnet extends Devnet {
  /** The first fault of any part. */
  readonly faults: unknown[];
}

/** For tests whose claim no proof decides: a proof takes two seconds of CPU time. L1 checks everything else. */
export const UNPROVEN = { proofs: "none" } as const;
/** For the same where the whole way with proofs is worth a night: such a test imports `nightly.ts`, as each that has a long form. */
export const PROVEN_BY_NIGHT = byNight<Partial<DevnetOptions>>({}, UNPROVEN);

/** Starts an ecosystem with real proofs in which only the test moves anything, without a relayer. */
export async function startFlowDevnet(
  chains: readonly (bigint | DevnetChainOptions)[],
  options: Partial<DevnetOptions> = {},
  replaced: Partial<DevnetDependencies> = {},
): Promise<FlowDevnet> {
  const faults: unknown[] = [];
  const devnet = await startDevnet(
    {
      chains: chains.map((chain) => asReplayed(typeof chain === "bigint" ? { chainId: chain } : chain)),
      fundedAccounts: [ALICE, RELAYER],
      fundingWei: 10n * ETHER,
      prover: { workers: 2 },
      relayer: false,
      ...options,
    },
    { ...dependencies, onStop: (_chainId, error) => faults.push(error), ...collecting(), ...replaced },
  );
  return Object.assign(devnet, { faults });
}

/** The chain as proven in a replay, whose batches are to be. */
function asReplayed(chain: DevnetChainOptions): DevnetChainOptions {
  return isReplayed() && chain.settlesOn === undefined ? { execution: "proven", ...chain } : chain;
}

/** A client of a chain over HTTP; to be destroyed. */
export function clientOf({ chainId, url }: Pick<DevnetChain, "chainId" | "url">): JsonRpcProvider {
  return connectHttp(chainId, url);
}

/** Seals the chain's open batch and waits until L1 has executed it. */
/** The error with which a member refuses a question; fails if it answers. */
export function refusalOf(
  client: JsonRpcProvider,
  method: string,
  params: readonly unknown[],
): Promise<{ readonly code: number; readonly message: string; readonly data?: { readonly code: string } }> {
  return client.send(method, [...params]).then(
    () => assert.fail(`${method} answered ${JSON.stringify(params)}`),
    ({ error }: { error: { code: number; message: string } }) => error,
  );
}

export async function settleNow({ pipeline }: DevnetChain) {
  const batch = await pipeline.seal();
  if (batch === undefined) throw new Error("no batch is open");
  return pipeline.settled(batch.outputs.batchNumber);
}

/** Numbers of operations and roots that a poll of L1 delivers to a chain. */
export async function takenBy(pipeline: Pick<Node, "pollL1">): Promise<{ readonly operations: number; readonly roots: number }> {
  const { operations, roots } = await pipeline.pollL1();
  return { operations: operations.length, roots: roots.length };
}
