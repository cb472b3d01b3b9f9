import { Contract } from "ethers";
import type { BridgeName } from "../src/options/bridges.ts";
import { BRIDGES } from "../src/options/bridges.ts";
import { COURIERS, createCourier } from "../test/bridges/support/couriers.ts";
import { DAPP, installDapp } from "../test/bridges/support/dapp.ts";
import { CCIP_DAPP } from "../test/bridges/support/ccip-dapp.ts";
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

/** Packages of the example projects, those of CCIP for its dapp alone. */
const PROJECTS: Readonly<Record<BridgeName, string | undefined>> = {
  layerzero: DAPP,
  hyperlane: HYPERLANE_DAPP,
  ccip: CCIP_DAPP,
  superchain: undefined,
};
const CHAINS = [271n, 272n];
/** Of the Superchain, at its address on every chain. */
const MESSENGER = "0x4200000000000000000000000000000000000023";
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
        if (round > 0) delivered.push(...(await deliveries(devnet, bridge, samples)));
      } finally {
        await devnet.close();
      }
    }
    const result = {
      bridge,
      start: medianCost(rounds.map(({ without }) => without)),
      setUp: medianCost(rounds.map(({ setUp }) => setUp)),
      delivery: medianCost(delivered),
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
async function deliveries(devnet: FlowDevnet, bridge: BridgeName, count: number): Promise<readonly BridgeCost[]> {
  const costs: BridgeCost[] = [];
  const { send, close } = await senderOver(devnet, bridge);
  try {
    for (let i = 0; i < count; i++) {
      await send();
      const passed = stopwatch();
      while (!(await isDone(devnet, bridge))) {
        await devnet.settle();
        await devnet.relay();
      }
      costs.push(passed());
    }
  } finally {
    close();
  }
  return costs;
}

/** Sends a message from the first chain to the second; resolves once it is in its block. */
interface MessageSender {
  send(): Promise<unknown>;
  close(): void;
}

async function senderOver(devnet: FlowDevnet, bridge: BridgeName): Promise<MessageSender> {
  const clients = devnet.chains.map(clientOf);
  const close = (): void => clients.forEach((client) => client.destroy());
  const [here, there] = clients.map((client) => devnet.accounts.wallet(ALICE).connect(client));
  if (here === undefined || there === undefined) throw new TypeError("there are two chains");
  const courier = COURIERS.find(({ name }) => name === bridge);
  if (courier === undefined) {
    const messenger = new Contract(MESSENGER, ["function sendMessage(uint256, address, bytes) returns (bytes32)"], here);
    const send = async () => (await messenger.getFunction("sendMessage").send(CHAINS[1], RECEIVER, "0x1234")).wait();
    return { send, close };
  }
  const contracts: Readonly<Record<string, string>> = devnet.info().bridges?.[courier.name]?.contracts ?? {};
  const entry = contracts[courier.entry] ?? "";
  const [a, b] = [await createCourier(courier, entry, here), await createCourier(courier, entry, there)];
  await courier.introduce(a, { id: Number(CHAINS[1]), contract: b });
  await courier.introduce(b, { id: Number(CHAINS[0]), contract: a });
  return { send: () => courier.send(a, { id: Number(CHAINS[1]), contract: b }, "measured"), close };
}

async function isDone(devnet: FlowDevnet, bridge: BridgeName): Promise<boolean> {
  const told = await devnet.bridges?.bridges();
  return told?.[bridge]?.deliveries.every(({ step }) => step === "executed") ?? false;
}
