import { AbiCoder, Contract, ZeroAddress } from "ethers";
import type { BridgeName } from "../src/options/bridges.ts";
import { BRIDGES } from "../src/options/bridges.ts";
import { DAPP, installDapp } from "../test/bridges/support/dapp.ts";
import { HYPERLANE_DAPP } from "../test/bridges/support/warp-routes.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN } from "../test/flow/support/devnet.ts";
import type { FlowDevnet } from "../test/flow/support/devnet.ts";
import { median } from "./statistics.ts";

export interface BridgesBenchOptions {
  readonly json: boolean;
  /** Of which the median is reported, after one for warming up. */
  readonly samples: number;
  /** Bridges in whose names this is. */
  readonly only: string;
}

/** Packages of the example projects; CCIP's contracts are this package's own. */
const PROJECTS: Readonly<Record<BridgeName, string | undefined>> = {
  layerzero: DAPP,
  hyperlane: HYPERLANE_DAPP,
  ccip: undefined,
  superchain: undefined,
};
const CHAINS = [271n, 272n];
const ROUTER = [
  "function getFee(uint64, tuple(bytes, bytes, tuple(address, uint256)[], address, bytes)) view returns (uint256)",
  "function ccipSend(uint64, tuple(bytes, bytes, tuple(address, uint256)[], address, bytes)) payable returns (bytes32)",
];
/** Without code, so that nothing but delivery is measured. */
const RECEIVER = "0x00000000000000000000000000000000000B0B00";

/** What bridges add to a start, and what a delivery takes; nothing is proven. bench/README.md says what each figure is. */
export async function benchBridges({ json, samples, only }: BridgesBenchOptions): Promise<void> {
  const names = (Object.keys(BRIDGES) as BridgeName[]).filter((name) => name.includes(only));
  for (const bridge of names) {
    const project = PROJECTS[bridge];
    if (project !== undefined) installDapp(project);
    const rounds: { readonly without: BridgeCost; readonly setUp: BridgeCost }[] = [];
    const delivered: BridgeCost[] = [];
    for (let round = 0; round <= samples; round++) {
      const without = await started(undefined);
      await without.devnet.close();
      const { devnet, cost } = await started(bridge);
      try {
        const setUp = { ms: cost.ms - without.cost.ms, cpuMs: cost.cpuMs - without.cost.cpuMs };
        if (round > 0) rounds.push({ without: without.cost, setUp });
        if (bridge === "ccip" && round > 0) delivered.push(...(await deliveries(devnet, samples)));
      } finally {
        await devnet.close();
      }
    }
    const result = {
      bridge,
      start: medianCost(rounds.map(({ without }) => without)),
      setUp: medianCost(rounds.map(({ setUp }) => setUp)),
      ...(delivered.length === 0 ? {} : { delivery: medianCost(delivered) }),
      node: process.version,
    };
    console.log(json ? JSON.stringify(result) : result);
  }
}

interface BridgeCost {
  readonly ms: number;
  /** Of all threads, which other processes change less. */
  readonly cpuMs: number;
}

function medianCost(costs: readonly BridgeCost[]): BridgeCost {
  return { ms: median(costs.map(({ ms }) => ms)), cpuMs: median(costs.map(({ cpuMs }) => cpuMs)) };
}

/** What has passed when it is asked. */
function stopwatch(): () => BridgeCost {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { ms: performance.now() - begun, cpuMs: (user + system) / 1000 };
  };
}

async function started(bridge: BridgeName | undefined): Promise<{ readonly devnet: FlowDevnet; readonly cost: BridgeCost }> {
  const projectFolder = bridge === undefined ? undefined : PROJECTS[bridge];
  const passed = stopwatch();
  const devnet = await startFlowDevnet(
    CHAINS,
    {
      ...UNPROVEN,
      relayer: true,
      fundedAccounts: [ALICE, RELAYER],
      ...(bridge === undefined ? {} : { bridges: { [bridge]: {} } }),
    },
    projectFolder === undefined ? {} : { projectFolder },
  );
  return { devnet, cost: passed() };
}

/** From a message's block until its receiver's: a batch on L1, its bundle there, and the run. */
async function deliveries(devnet: FlowDevnet, count: number): Promise<readonly BridgeCost[]> {
  const [alpha, beta] = devnet.chains;
  const router = devnet.info().bridges?.ccip?.contracts.router;
  if (alpha === undefined || beta === undefined || router === undefined) throw new TypeError("two chains have CCIP");
  const client = clientOf(alpha);
  const costs: BridgeCost[] = [];
  try {
    const contract = new Contract(router, ROUTER, devnet.accounts.wallet(ALICE).connect(client));
    const receiver = AbiCoder.defaultAbiCoder().encode(["address"], [RECEIVER]);
    const message = [receiver, "0x1234", [], ZeroAddress, "0x"];
    for (let i = 0; i < count; i++) {
      const value = (await contract.getFunction("getFee").staticCall(beta.chainId, message)) as bigint;
      await (await contract.getFunction("ccipSend").send(beta.chainId, message, { value })).wait();
      const passed = stopwatch();
      while (!(await isDone(devnet))) {
        await devnet.settle();
        await devnet.relay();
      }
      costs.push(passed());
    }
  } finally {
    client.destroy();
  }
  return costs;
}

async function isDone(devnet: FlowDevnet): Promise<boolean> {
  const told = await devnet.bridges?.bridges();
  return told?.ccip?.deliveries.every(({ step }) => step === "executed") ?? false;
}
