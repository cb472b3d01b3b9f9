import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { executeFlow, prepareFlow } from "../../src/ecosystem/client/flows/atomic-flow.ts";
import { deployAtomicFlows } from "../../src/ecosystem/client/flows/atomic-flows-contract.ts";
import { buildFlow, type FlowLegRequest } from "../../src/ecosystem/client/flows/build-flow.ts";
import { findChain } from "../../src/ecosystem/client/ecosystem/ecosystem.ts";
import { flowStatus } from "../../src/ecosystem/client/flows/flow-status.ts";
import { sendRoot } from "../../src/ecosystem/client/queue/l1-word.ts";
import { senderOn } from "../../src/ecosystem/client/sending/submit.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../src/ecosystem/relayer/atomic-flows-address.ts";
import type { AtomicFlow } from "../../src/ground/protocol/atomic-flow.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, startClientEcosystem, tokensOf, type ClientEcosystem } from "./support.ts";

const ALICE = 1;
const HOUR = 3_600n;
const recipient = (n: number): Hex => `0x${(0xf1000000 + n).toString(16).padStart(40, "0")}`;
/** Code that counts down from 100,000 and takes what it is paid: 2,600,000 gas. */
const BURNING = "0x620186a05b600190038060045700";

describe("C11: parties of a flow that go offline are made whole by the relayer", () => {
  let ecosystem: ClientEcosystem;
  let alice: string;
  before(async () => {
    ecosystem = await startClientEcosystem({ singletons: true });
    alice = ecosystem.on("a", ALICE).address;
    for (const name of ["a", "b"]) await deployAtomicFlows(ecosystem.info, name, ecosystem.on(name, ALICE));
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const leg = (name: string, n: number, more: Partial<FlowLegRequest> = {}): FlowLegRequest => ({
    ...{ party: `${alice}@${name}`, to: `${recipient(n)}@${name}`, amount: BigInt(n) },
    ...more,
  });
  async function build(...legs: readonly FlowLegRequest[]): Promise<AtomicFlow> {
    const { timestamp } = (await ecosystem.devnet.l1.provider.getBlock("latest"))!;
    const request = { legs, deadline: BigInt(timestamp) + HOUR };
    return (await buildFlow(ecosystem.info, request, (chainId) => ecosystem.provider(chainId))).flow;
  }
  const give = async (flow: AtomicFlow, ...legs: readonly number[]): Promise<void> => {
    for (const each of legs) await prepareFlow(ecosystem.info, { flow, leg: each }, on(flow, each));
  };
  const on = (flow: AtomicFlow, each: number) => ecosystem.on(flow.legs[each]!.chainId === 271n ? "a" : "b", ALICE);
  const statuses = async (flow: AtomicFlow): Promise<string[]> =>
    (await flowStatus(ecosystem.info, flow, ecosystem.provider)).legs.map(({ status }) => status);
  const passDeadline = async (): Promise<void> => {
    for (const { provider } of ecosystem.devnet.chains)
      await provider.request({ method: "evm_increaseTime", params: [Number(2n * HOUR)] });
    await ecosystem.devnet.l1.request("evm_increaseTime", [Number(2n * HOUR)]);
    await ecosystem.devnet.l1.request("evm_mine", []);
  };
  /** A batch of each chain, whose root the other imports. */
  const say = async (): Promise<void> => {
    for (const name of ["a", "b"]) await give(await build(leg(name, 1)), 0);
    await ecosystem.moveOn();
  };
  const balance = (name: string, account: string): Promise<bigint> => ecosystem.on(name, ALICE).provider!.getBalance(account);

  test("once the pivot has run, other legs are paid out, of coins and of tokens, on its chain and on others", async () => {
    const token = await deploy(ecosystem.on("a", ALICE), "L2TestToken", 1_000n, false, false);
    const flow = await build(leg("a", 11), leg("a", 12, { token }), leg("b", 13), leg("b", 14, { pivot: true }));
    await give(flow, 0, 1, 2, 3);
    await ecosystem.moveOn();
    // The pivot's chain imports the third leg, in a separate batch, after another chain sends something: L1
    // may have it as the last.
    await say();
    assert.deepEqual(await statuses(flow), ["held", "held", "held", "held"]);
    await executeFlow(ecosystem.info, { flow }, on(flow, 3), ecosystem.provider);
    await ecosystem.moveOn();
    assert.deepEqual(await statuses(flow), ["released", "released", "released", "released"]);
    assert.equal(await balance("a", recipient(11)), 11n);
    assert.equal(await tokensOf(ecosystem.on("a", ALICE).provider!, token, recipient(12)), 12n);
    assert.equal(await balance("b", recipient(13)), 13n);
  });

  test("attack: an old root that a stranger has L1 send to a chain keeps no leg from being paid", async () => {
    const flow = await build(leg("a", 15), leg("b", 16, { pivot: true }));
    await give(flow, 0, 1);
    await ecosystem.moveOn();
    await executeFlow(ecosystem.info, { flow }, on(flow, 1), ecosystem.provider);
    await ecosystem.devnet.settle();
    const [a] = ecosystem.devnet.chains;
    await a!.pipeline.pollL1();
    const stranger = await senderOn(ecosystem.on("l1", 9), ecosystem.info.l1);
    await sendRoot(ecosystem.info, findChain(ecosystem.info, "a"), 1n, stranger);
    await ecosystem.devnet.relay();
    assert.deepEqual(await statuses(flow), ["released", "released"]);
  });

  test("without a pivot, legs are paid once all are in time", async () => {
    const flow = await build(leg("a", 21), leg("b", 22));
    await give(flow, 0, 1);
    await ecosystem.moveOn();
    // A chain imports the root with its batch after another chain sends something.
    await say();
    assert.deepEqual(await statuses(flow), ["released", "released"]);
  });

  test("refunds an incomplete flow after its deadline, not before: a pivot that never ran, and a missing leg", async () => {
    const unrun = await build(leg("a", 31), leg("b", 32), leg("b", 33, { pivot: true }));
    const withheld = await build(leg("a", 34), leg("b", 35));
    await give(unrun, 0, 1, 2);
    await give(withheld, 0);
    await ecosystem.moveOn();
    assert.deepEqual(await statuses(unrun), ["held", "held", "held"]);
    await passDeadline();
    await say();
    assert.deepEqual(await statuses(unrun), ["refunded", "refunded", "refunded"]);
    assert.deepEqual(await statuses(withheld), ["refunded", "missing"]);
  });

  test("attack: recipients that refuse or burn gas cost the relayer nothing, and delay no other leg", async () => {
    const refusing = await deploy(ecosystem.on("a", ALICE), "RefusesPayment");
    const burning = recipient(40);
    const { provider } = ecosystem.devnet.chains[0]!;
    await provider.request({ method: "hardhat_setCode", params: [burning, BURNING] });
    const to = (account: string) => ({ to: `${account}@a` });
    const flow = await build(leg("a", 41, to(refusing)), leg("a", 42, to(burning)), leg("a", 43), leg("a", 44, { pivot: true }));
    await give(flow, 0, 1, 2, 3);
    await ecosystem.moveOn();
    // The pivot's chain imports the third leg, in a separate batch, after another chain sends something: L1
    // may have it as the last.
    await say();
    await say();
    await executeFlow(ecosystem.info, { flow }, on(flow, 3), ecosystem.provider);
    const relayer = ecosystem.info.relayer!.address;
    await ecosystem.moveOn();
    assert.deepEqual(await statuses(flow), ["held", "held", "released", "released"]);
    const before = await balance("a", relayer);
    await ecosystem.moveOn();
    assert.equal(await balance("a", relayer), before);
    assert.ok((await balance("a", ATOMIC_FLOWS_ADDRESS)) >= 41n + 42n);
  });

  test("attack: a recipient that feigns in estimates is paid for once", async (t) => {
    const feigning = recipient(50);
    const { provider } = ecosystem.devnet.chains[0]!;
    const request = provider.request.bind(provider);
    const run = (code: Hex) => request({ method: "hardhat_setCode", params: [feigning, code] });
    await run("0x00");
    // It takes what it is paid until a transaction is sent, and reverts in that.
    t.mock.method(provider, "request", async (asked: Parameters<typeof request>[0]) => {
      const isSent = asked.method === "eth_sendRawTransaction";
      if (isSent) await run("0x5f5ffd");
      const answer: unknown = await request(asked);
      if (isSent) await run("0x00");
      return answer;
    });
    const flow = await build(leg("a", 51, { to: `${feigning}@a` }), leg("a", 52), leg("a", 53, { pivot: true }));
    await give(flow, 0, 1, 2);
    await ecosystem.moveOn();
    await say();
    await executeFlow(ecosystem.info, { flow }, on(flow, 2), ecosystem.provider);
    const client = ecosystem.on("a", ALICE).provider!;
    const sent = () => client.getTransactionCount(ecosystem.info.relayer!.address);
    const before = await sent();
    for (let look = 0; look < 6; look++) await ecosystem.moveOn();
    assert.deepEqual(await statuses(flow), ["held", "released", "released"]);
    assert.equal((await sent()) - before, 2);
  });
});
