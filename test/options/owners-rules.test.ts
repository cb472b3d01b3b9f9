import assert from "node:assert/strict";
import { test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { dataFactsOf, isPolicy } from "../../src/ecosystem/options/data-facts.ts";

const READER = `0x${"a1".repeat(20)}` as const;
const planned = (...chains: Partial<DevnetChainOptions>[]) =>
  planDevnet({
    chains: chains.map((chain, i) => ({ chainId: 271n + BigInt(i), name: `chain${i}`, ...chain })),
    fundedAccounts: [],
    fundingWei: 0n,
    relayer: false,
  }).plans[0]!;
const OWNERS = { dataAvailability: "owners", execution: "proven" } as const;

test("a proven chain whose owners store its data never publishes, and reads need a session unless the options open them", () => {
  const { availability } = planned(OWNERS);
  assert.deepEqual(dataFactsOf(availability), { publishes: "never", rebuiltFrom: "owners", readers: "sessions" });
  assert.equal(isPolicy(availability.dataAvailability), false);
  assert.equal(availability.openReads, false);
  assert.equal(planned({ ...OWNERS, openReads: true }).availability.openReads, true);
  assert.deepEqual(planned({ ...OWNERS, readers: [READER] }).availability.readers, [READER]);
});

test("data at owners are refused by name on trusted chains, on chains without a quorum, with a committee, and below other chains", () => {
  const refused = (field: string, chain: Partial<DevnetChainOptions>): void => {
    const message = new RegExp(`^chains\\[0\\]\\.${field} is `);
    assert.throws(() => planned({ ...OWNERS, ...chain }), { name: "DevnetOptionsError", message }, field);
  };
  refused("execution", { execution: "trusted" });
  refused("dataAvailability", { sequencing: "queue" });
  refused("committee", { committee: { members: 1, threshold: 1 } });
  const above = (): unknown => planned(OWNERS, { settlesOn: "chain0" });
  assert.throws(above, { name: "DevnetOptionsError", message: /"chain0" has its data at owners of held accounts alone/ });
});
