import { type Courier, COURIERS, createCourier } from "../test/bridges/support/couriers.ts";
import { installDapp } from "../test/bridges/support/dapp.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../test/flow/support/devnet.ts";
import { median } from "./statistics.ts";

export interface BridgesBenchOptions {
  readonly json: boolean;
  /** Number of samples, after one warm-up; their median is reported. */
  readonly samples: number;
  /** Bridges in whose names this is. */
  readonly only: string;
}

const CHAINS = [271n, 272n];

/**
 * Measures the added start time of each bridge and the cost of a delivery, without proofs. bench/README.md defines each
 * figure.
 */
export async function benchBridges({ json, samples, only }: BridgesBenchOptions): Promise<void> {
  for (const courier of COURIERS.filter(({ name }) => name.includes(only))) {
    installDapp(courier.project);
    const rounds: { readonly without: BridgeCost; readonly setUp: BridgeCost }[] = [];
    const delivered: BridgeCost[] = [];
    for (let round = 0; round <= samples; round++) {
      const without = await started(undefined);
      await without.devnet.close();
      const { devnet, cost } = await started(courier);
      try {
        const setUp = { ms: cost.ms - without.cost.ms, cpuMs: cost.cpuMs - without.cost.cpuMs };
        if (round > 0) rounds.push({ without: without.cost, setUp });
        if (round > 0) delivered.push(...(await deliveries(devnet, courier, samples)));
      } finally {
        await devnet.close();
      }
    }
    const result = {
      bridge: courier.name,
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
  /** Processor time of all threads; other processes affect it less than the wall clock. */
  readonly cpuMs: number;
}

function medianCost(costs: readonly BridgeCost[]): BridgeCost {
  return { ms: median(costs.map(({ ms }) => ms)), cpuMs: median(costs.map(({ cpuMs }) => cpuMs)) };
}

/** Returns a function that reads the elapsed time. */
function stopwatch(): () => BridgeCost {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { ms: performance.now() - begun, cpuMs: (user + system) / 1000 };
  };
}

async function started(courier: Courier | undefined): Promise<{ readonly devnet: FlowDevnet; readonly cost: BridgeCost }> {
  const passed = stopwatch();
  const devnet = await startFlowDevnet(
    CHAINS,
    {
      ...UNPROVEN,
      relayer: true,
      fundedAccounts: [ALICE, RELAYER],
      ...(courier === undefined ? {} : { bridges: { [courier.name]: {} } }),
    },
    courier === undefined ? {} : { projectFolder: courier.project },
  );
  return { devnet, cost: passed() };
}

/** From a message's block until its receiver's: a batch on L1, its bundle there, and the run. */
async function deliveries(devnet: FlowDevnet, courier: Courier, count: number): Promise<readonly BridgeCost[]> {
  const costs: BridgeCost[] = [];
  const { send, close } = await senderOver(devnet, courier);
  try {
    for (let i = 0; i < count; i++) {
      await send();
      const passed = stopwatch();
      while (!(await isDone(devnet, courier))) {
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

async function senderOver(devnet: FlowDevnet, courier: Courier): Promise<MessageSender> {
  const clients = devnet.chains.map(clientOf);
  const close = (): void => clients.forEach((client) => client.destroy());
  const [here, there] = clients.map((client) => devnet.accounts.wallet(ALICE).connect(client));
  if (here === undefined || there === undefined) throw new TypeError("there are two chains");
  const contracts: Readonly<Record<string, string>> = devnet.info().bridges?.[courier.name]?.contracts ?? {};
  const entry = contracts[courier.entry] ?? "";
  const [a, b] = [await createCourier(courier, entry, here), await createCourier(courier, entry, there)];
  await courier.introduce(a, { id: Number(CHAINS[1]), contract: b });
  await courier.introduce(b, { id: Number(CHAINS[0]), contract: a });
  return { send: () => courier.send(a, { id: Number(CHAINS[1]), contract: b }, "measured"), close };
}

async function isDone(devnet: FlowDevnet, { name }: Courier): Promise<boolean> {
  const told = await devnet.bridges?.bridges();
  return told?.[name]?.deliveries.every(({ step }) => step === "executed") ?? false;
}
