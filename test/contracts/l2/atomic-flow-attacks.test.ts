import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Contract } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { START, startFlowWorld, type FlowWorld } from "./support/flow-world.ts";
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

test("C11 attack: nothing is given to a flow with a leg on another layer, or on the layer itself, where no word of it could come", async () => {
  const [alpha, beta] = [270n, 271n];
  const x = alpha + (1n << 32n);
  const layers = [
    { world, layer: 31_337n, others: [x, x + (1n << 44n), beta + (1n << 32n), 31_337n] },
    {
      world: await startFlowWorld([x, alpha + (2n << 32n), alpha + (3n << 32n)]),
      layer: alpha,
      others: [alpha, beta, x + (1n << 44n), beta + (1n << 32n), 31_337n],
    },
  ];
  for (const { world: own, layer, others } of layers) {
    const [chain] = own.chains;
    for (const chainId of others) {
      const flow = sampleFlow(own, { legs: { 1: { chainId } } });
      for (const [name, args] of [
        ["prepare", [flow, 0]],
        ["prepareWithFee", [flow, 0, 0n]],
      ] as const)
        await assertReverts(chain.send(chain.flows, 1, name, args, 100n), "AtomicFlows", "LegOnAnotherLayer", [
          1n,
          layer,
          chainId,
        ]);
    }
    // Siblings, and legs on one chain, go together.
    await prepare(own, sampleFlow(own), 0);
    await prepare(own, sampleFlow(own, { count: 6 }), 3);
  }
  await layers[1]!.world.close();
});
