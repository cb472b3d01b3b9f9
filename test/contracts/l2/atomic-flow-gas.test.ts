import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { getBytes, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { hashAtomicFlow } from "../../../src/ground/protocol/atomic-flow.ts";
import { readHashVectors } from "../../protocol/hash-vectors.ts";
import { START, startFlowWorld, type FlowWorld } from "./support/flow-world.ts";
import { chainOf, contractAt, DEADLINE, partyOf, prepare, sampleFlow } from "./support/sample-flow.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const SNAPSHOT = new URL("snapshots/flow-gas.json", import.meta.url);

let world: FlowWorld;
before(async () => {
  world = await startFlowWorld();
});
after(() => world.close());

/** Gas of a transaction's bytes. Roots among them depend on the time, so that their zeros vary. */
function gasOfInput(data: string): number {
  return getBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
}

test("C11: the gas of each step of a flow of three legs without its input is as recorded, and the contract's size", async () => {
  const token = await contractAt(world, 0, "L2TestToken", 10_000n, false, false);
  const address = (await token.getAddress()).toLowerCase() as Hex;
  const shape = { legs: { 1: { chainId: 270n, token: address } } };
  const [flow, next] = [sampleFlow(world, shape), sampleFlow(world, shape)];
  await world.chains[0].send(token, 9, "transfer", [world.chains[0].users[partyOf(1)]!.address, 5_000n]);
  await world.chains[0].send(token, partyOf(1), "approve", [world.address, 5_000n]);
  // The first flow pays for slots and leaves that the second finds.
  for (const each of [flow, next]) for (const leg of [0, 2]) await prepare(world, each, leg);
  await prepare(world, flow, 1);
  const gas: Record<string, number> = {};
  const record = async (name: string, receipt: Promise<TransactionReceipt>): Promise<void> => {
    const mined = await receipt;
    const { data } = await mined.getTransaction();
    gas[name] = Number(mined.gasUsed) - gasOfInput(data);
  };
  const settle = async (at: bigint): Promise<void> => {
    for (const chain of world.chains) await chain.execute(at);
    for (const chain of world.chains) await chain.importRoot();
  };
  const call = (leg: number, name: string, ...args: unknown[]): Promise<TransactionReceipt> => {
    const { flows, send } = chainOf(world, flow, leg);
    return send(flows, 9, name, args);
  };
  const again = sampleFlow(world, shape);
  const { flows, send } = world.chains[0];
  await record("prepare, base token", send(flows, partyOf(0), "prepare", [again, 0], again.legs[0]!.amount));
  await record("prepare, token", send(flows, partyOf(1), "prepare", [again, 1]));
  await settle(START + 10n);
  const facts = [world.fact(flow, 0), world.fact(flow, 1)];
  await record("execute, two facts, without a call", call(2, "execute", flow, 2, "0x", facts));
  await settle(DEADLINE + 10n);
  await record("release, base token", call(0, "release", flow, 0, [world.fact(flow, 2)], flow.legs[0]!.recipient));
  await record("release, token", call(1, "release", flow, 1, [world.fact(flow, 2)], flow.legs[1]!.recipient));
  const late = world.leaves.findLast(({ chainId }) => chainId === 270n)!;
  const { party } = next.legs[0]!;
  await record("refund, base token", call(0, "refund", next, 0, 1, world.absence(next, 1, late), party));
  const pivots = chainOf(world, next, 2);
  await record("add a fee", pivots.send(pivots.flows, 9, "addFee", [hashAtomicFlow(next), 2], 7n));
  const absence = world.absence(next, 1, late);
  await record("refund, base token, and a fee", call(2, "refund", next, 2, 1, absence, next.legs[2]!.party));
  const paying = sampleFlow(world, { ...shape, deadline: DEADLINE + 1_000n });
  const withFee = [paying, 0, 7n] as const;
  await record("prepare, base token, and a fee", send(flows, partyOf(0), "prepareWithFee", withFee, paying.legs[0]!.amount + 7n));
  gas["bytes of the contract"] = ((await hre.artifacts.readArtifact("AtomicFlows")).deployedBytecode.length - 2) / 2;
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
  assert.deepEqual(gas, JSON.parse(readFileSync(SNAPSHOT, "utf8")), "run with UPDATE_SNAPSHOTS=1 and review what changed");
});

test("C11: the contract names flows as the vectors of the protocol do", async () => {
  for (const { flow, hash } of readHashVectors().atomicFlows)
    assert.equal(await world.chains[0].flows.getFunction("flowId").staticCall(flow), hash);
});
