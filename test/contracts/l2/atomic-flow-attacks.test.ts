import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Contract } from "ethers";
import type { Hex } from "../../../src/protocol/hex.ts";
import { START, startFlowWorld } from "./support/flow-world.ts";
import type { FlowWorld } from "./support/flow-world.ts";
import { assertReverts } from "./support/revert-reason.ts";
import { contractAt, prepare, sampleFlow } from "./support/sample-flow.ts";

const STRANGER = 9;

let world: FlowWorld;
before(async () => {
  world = await startFlowWorld();
});
after(() => world.close());

const lower = async (contract: Contract): Promise<Hex> => (await contract.getAddress()).toLowerCase() as Hex;

test("C11 attack: a token's fee cannot be made up by another escrow inside the payment, which would be owed twice", async () => {
  const chain = world.chains[0];
  const payer = await contractAt(world, 0, "NestingPayer");
  const party = await lower(payer);
  const token = await contractAt(world, 0, "HookedFeeToken", party, 10_000n);

  const address = await lower(token);
  const of = (amount: bigint) => sampleFlow(world, { legs: { 0: { party, token: address, amount } } });
  const { interface: flows } = chain.flows;
  const [outer, inner] = [of(1_000n), of(10n)].map((flow) => flows.encodeFunctionData("prepare", [flow, 0]));
  // 990 arrive of 1,000, and 10 of 10.
  const paid = chain.send(payer, STRANGER, "pay", [world.address, outer, inner]);
  await assertReverts(paid, "AtomicFlows", "AmountMismatch", [1_000n, 990n]);
  assert.equal(await token.getFunction("balanceOf").staticCall(world.address), 0n);
});

test("C11 attack: a proof of another length, or with another name for the same place, proves nothing", async () => {
  const flow = sampleFlow(world);
  for (const leg of flow.legs.keys()) await prepare(world, flow, leg);
  for (const chain of world.chains) await chain.execute(START + 10n);
  for (const chain of world.chains) await chain.importRoot();
  const { flows, send } = world.chains[2];
  const [first, second] = [world.fact(flow, 0), world.fact(flow, 1)];
  const execute = (fact: object): Promise<unknown> => send(flows, STRANGER, "execute", [flow, 2, "0x", [fact, second]]);
  const zero: Hex = `0x${"0".repeat(64)}`;
  for (const proof of [[...first.proof, zero], first.proof.slice(0, -1), first.proof.toSpliced(15, 0, zero), []])
    await assertReverts(execute({ ...first, proof }), "MessageVerification", "MalformedProof", [60n, BigInt(proof.length)]);
  for (const index of [first.index + 2n ** 14n, first.index + 2n ** 255n])
    await assertReverts(execute({ ...first, index }), "AtomicFlows", "FactNotProven");
  await execute(first);
});
