import assert from "node:assert/strict";
import { test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { externalSequencerOf, nodesOf } from "../../src/ecosystem/options/plan.ts";
import { settingsOnL1 } from "../../src/ecosystem/options/settings-on-l1.ts";

const KEY = `0x${"A1".repeat(20)}`;
const OTHER_KEY = `0x${"b2".repeat(20)}`;

type Sequencing = DevnetChainOptions["sequencing"];

function planned(...chains: readonly Partial<DevnetChainOptions>[]) {
  const named = chains.map((chain, i) => ({ chainId: 271n + BigInt(i), name: ["alpha", "beta", "gamma"][i], ...chain }));
  return planDevnet({ chains: named as DevnetChainOptions[], fundedAccounts: [], fundingWei: 0n, relayer: false }).plans;
}

const external = (key: string, ...peers: readonly string[]): { readonly sequencing: Sequencing } => ({
  sequencing: { by: "external", key, peers },
});

test("a chain with an external sequencer has its key and peers, no nodes, and the mode of one sequencer on L1", () => {
  const [alpha, beta, gamma] = planned(external(KEY, "beta"), external(KEY, "alpha"), {
    sequencing: { by: "external", key: KEY },
  });
  assert.deepEqual(externalSequencerOf(alpha!), { by: "external", key: KEY.toLowerCase(), peers: ["beta"] });
  assert.deepEqual(externalSequencerOf(beta!)?.peers, ["alpha"]);
  assert.deepEqual(externalSequencerOf(gamma!)?.peers, []);
  assert.deepEqual([nodesOf(alpha!), settingsOnL1(alpha!).sequencingMode], [0, 0]);
  assert.equal(externalSequencerOf(planned({})[0]!), undefined);
});

test("chains of one external sequencer name each other, with one key", () => {
  const conflicts: readonly (readonly Partial<DevnetChainOptions>[])[] = [
    [external(KEY, "beta")],
    [external(KEY, "alpha")],
    [external(KEY, "beta"), {}],
    [external(KEY, "beta"), external(KEY)],
    [external(KEY, "beta"), external(OTHER_KEY, "alpha")],
    [external(KEY, "beta", "gamma"), external(KEY, "alpha", "gamma"), external(KEY, "alpha")],
    [external(KEY, "beta", "beta"), external(KEY, "alpha")],
  ];
  for (const chains of conflicts)
    assert.throws(() => planned(...chains), {
      name: "DevnetOptionsError",
      message:
        /^chains\[\d\]\.sequencing\.peers: names "\w+", which must be another chain of .* with the same key and these peers/,
    });
  planned(external(KEY, "beta", "gamma"), external(KEY, "alpha", "gamma"), external(KEY, "beta", "alpha"));
});

test("the key alone chooses blocks and order", () => {
  for (const conflict of [{ blocks: 1_000 }, { transactionOrder: "fee" }, { dataAvailability: "inputs" }] as const) {
    const [field] = Object.keys(conflict);
    const message = new RegExp(`^chains\\[0\\]\\.${field} is .*"external"`);
    assert.throws(() => planned({ ...external(KEY), ...conflict }), { name: "DevnetOptionsError", message });
    planned(conflict);
  }
});
