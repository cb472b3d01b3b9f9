import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { addFlowFee, prepareFlow } from "../../src/ecosystem/client/flows/atomic-flow.ts";
import { deployAtomicFlows } from "../../src/ecosystem/client/flows/atomic-flows-contract.ts";
import { buildFlow } from "../../src/ecosystem/client/flows/build-flow.ts";
import { flowStatus } from "../../src/ecosystem/client/flows/flow-status.ts";
import type { AtomicFlow } from "../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../src/ecosystem/relayer/atomic-flows-address.ts";
import { atomicFlows } from "../../src/ecosystem/relayer/contract-interfaces.ts";
import type { DeliveryPolicy } from "../../src/ecosystem/relayer/delivery-policy.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { relayerOf } from "../flow/support/interop.ts";

const A = 271n;
const [RECIPIENT, FEIGNING] = [7, 8] as const;
const FEE = ETHER / 10n;

describe("C11: a relayer ends the legs of flows whose fee its policy takes", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet([A], { proofs: "none", singletons: true });
    client = clientOf(devnet.chains[0]!);
    await deployAtomicFlows(devnet.info(), Number(A), alice());
    for (const account of [BOB, FEIGNING])
      await (await alice().sendTransaction({ to: devnet.accounts.wallet(account).address, value: ETHER })).wait();
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const alice = () => devnet.accounts.wallet(ALICE).connect(client);
  const relayer = (policy: DeliveryPolicy): Relayer => relayerOf(devnet, [client], RELAYER, devnet.l1.provider, policy);
  const own = (): Promise<bigint> => client.getBalance(devnet.accounts.wallet(RELAYER).address);
  const status = async (flow: AtomicFlow) => (await flowStatus(devnet.info(), flow, () => client)).legs;
  const statuses = async (flow: AtomicFlow): Promise<string[]> => (await status(flow)).map((leg) => leg.status);
  const add = (flow: AtomicFlow, leg: number, fee: bigint) => addFlowFee(devnet.info(), { flow, leg, fee }, alice());

  /**
   * Creates a flow of one chain whose pivot, the last leg, is overdue; the other legs have these fees and are refunded to a
   * party.
   */
  async function overdue(fees: readonly bigint[], account = BOB): Promise<AtomicFlow> {
    const place = (of: number): string => `${devnet.accounts.wallet(of).address}@${A}`;
    const leg = (party: number) => ({ party: place(party), to: place(RECIPIENT), amount: 5n });
    const legs = [...fees.map(() => leg(account)), { ...leg(ALICE), pivot: true }];
    const { timestamp } = (await client.getBlock("latest"))!;
    const { flow } = await buildFlow(devnet.info(), { legs, deadline: BigInt(timestamp) + 600n }, () => client);
    for (const [i, fee] of fees.entries())
      await prepareFlow(devnet.info(), { flow, leg: i, fee }, devnet.accounts.wallet(account).connect(client));
    await devnet.chains[0]!.provider.request({ method: "evm_increaseTime", params: [1_200] });
    return flow;
  }

  test("one that asks for what its gas costs leaves legs without a fee, and is paid for the others, the highest first", async () => {
    const flow = await overdue([0n, FEE, 2n * FEE]);
    const had = await own();
    await relayer({ minRewardPercent: 100 }).poll();
    assert.deepEqual(await statuses(flow), ["held", "refunded", "refunded", "missing"]);
    const logs = await client.getLogs({ address: ATOMIC_FLOWS_ADDRESS, fromBlock: 0 });
    const events = logs.map((log) => atomicFlows.parseLog(log)!);
    const paid = events.filter(({ name }) => name === "FeePaid").map(({ args }) => [args["leg"], args["fee"]] as const);
    assert.deepEqual(paid, [
      [2n, 2n * FEE],
      [1n, FEE],
    ]);
    const earned = (await own()) - had;
    assert.ok(earned > 2n * FEE && earned < 3n * FEE, `${earned} of ${3n * FEE}`);
    await relayer({}).poll();
    assert.deepEqual((await statuses(flow))[0], "refunded");
  });

  test("what a fee was too low for is tried again at the next look after it has grown, whichever account added to it", async () => {
    const flow = await overdue([1n]);
    const asking = relayer({ minRewardPercent: 100 });
    // Pauses between attempts double.
    for (let look = 0; look < 5; look++) await asking.poll();
    assert.deepEqual(await statuses(flow), ["held", "missing"]);
    await add(flow, 0, 1n);
    await asking.poll();
    assert.deepEqual((await status(flow))[0], { status: "held", fee: 2n, executedAt: undefined });
    await add(flow, 0, FEE);
    await asking.poll();
    assert.deepEqual((await status(flow))[0], { status: "refunded", fee: 0n, executedAt: undefined });
  });

  test("attack: a fee that grows does not make it pay again for a recipient that feigns in estimates", async (t) => {
    const flow = await overdue([FEE], FEIGNING);
    const feigning = devnet.accounts.wallet(FEIGNING).address;
    const [{ provider }] = devnet.chains as [FlowDevnet["chains"][number]];
    const run = (code: Hex) => provider.request({ method: "hardhat_setCode", params: [feigning, code] });
    await run("0x00");
    // It takes what it is paid until a transaction is sent, and reverts in that.
    const send = client.send.bind(client);
    t.mock.method(client, "send", async (method: string, params: unknown[]) => {
      if (method === "eth_sendRawTransaction") await run("0x5f5ffd");
      const answer: unknown = await send(method, params);
      if (method === "eth_sendRawTransaction") await run("0x00");
      return answer;
    });
    const sent = () => client.getTransactionCount(devnet.accounts.wallet(RELAYER).address);
    const [before, taking] = [await sent(), relayer({ minRewardPercent: 100 })];
    for (let look = 0; look < 3; look++) {
      await taking.poll();
      await add(flow, 0, 1n);
    }
    assert.equal((await sent()) - before, 1);
    assert.deepEqual(await statuses(flow), ["held", "missing"]);
  });
});
