import assert from "node:assert/strict";
import { test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { dataFactsOf, policyOfPlan, porterIdOf } from "../../src/ecosystem/options/data-facts.ts";

const planned = (...chains: Partial<DevnetChainOptions>[]) =>
  planDevnet({
    chains: chains.map((chain, i) => ({ chainId: 271n + BigInt(i), name: `chain${i}`, ...chain })),
    fundedAccounts: [],
    fundingWei: 0n,
    relayer: false,
  }).plans[0]!;
const VOLITION = { execution: "trusted", partition: { chainId: 1271 } } as const;

test("the rollup of a chain with a porter is on L1, and everybody rebuilds it", () => {
  const plan = planned(VOLITION);
  assert.deepEqual(dataFactsOf(plan.availability), { publishes: "always", rebuiltFrom: "l1", readers: "everybody" });
  assert.deepEqual(policyOfPlan(plan.availability), { allOf: ["rollup", "listed"] });
  const [allOf, guardians, afterMs] = ["rollup", "main", 500] as const;
  const terms = { dataAvailability: "rollup", partition: { chainId: 1271, guardians, afterMs } } as const;
  assert.deepEqual(policyOfPlan(terms), { allOf: [allOf, { anyOf: [{ guardians }, "listed"], afterMs }] });
  assert.equal(porterIdOf(plan), 1271n);
  assert.equal(policyOfPlan(planned({}).availability), "rollup");
});

test("a porter is refused by name with options for one tree", () => {
  const refused = (field: string, chain: Partial<DevnetChainOptions>): void => {
    const message = new RegExp(`^chains\\[0\\]\\.${field} is set together with partition, `);
    assert.throws(() => planned({ ...VOLITION, ...chain }), { name: "DevnetOptionsError", message }, field);
  };
  const unnamed = { partition: { chainId: 1271, guardians: "main" } };
  assert.throws(() => planned({ ...VOLITION, ...unnamed }), {
    message: /^chains\[0\]\.partition\.guardians: names guardians "main"/,
  });
  refused("execution", { execution: "proven" });
  refused("dataAvailability", { dataAvailability: "validium" });
  refused("dataAvailability", { dataAvailability: "inputs" });
  refused("quorum", { quorum: { members: 2, threshold: 2 } });
  refused("sequencing", { sequencing: { by: "bft", nodes: 4 } });
  const base = { chainId: 2n ** 32n + 271n, settlesOn: "chain0" };
  assert.throws(() => planned(VOLITION, base), { message: /^chains\[1\]\.settlesOn: "chain0" has a porter, / });
  assert.throws(() => planned({}, { ...VOLITION, ...base }), {
    message: /^chains\[1\]\.partition is set together with settlesOn, and only L1 reserves a second id/,
  });
});

test("a porter's id is the id of no chain, of no other porter, and not L1's", () => {
  const refused = (message: RegExp, ...chains: Partial<DevnetChainOptions>[]): void =>
    void assert.throws(() => planned(...chains), { name: "DevnetOptionsError", message });
  refused(/partition\.chainId: 272 is the chain id of "chain1" already/, { ...VOLITION, partition: { chainId: 272 } }, {});
  refused(/partition\.chainId: 31337 is the chain id of the L1 already/, { ...VOLITION, partition: { chainId: 31_337 } });
  refused(/partition\.chainId: 1271 is the chain id of the porter of "chain0" already/, VOLITION, VOLITION);
});
