import assert from "node:assert/strict";
import { test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { hasNodeProcesses, nodesOf } from "../../src/ecosystem/options/plan.ts";
import { settingsOnL1 } from "../../src/ecosystem/options/settings-on-l1.ts";

const ACCOUNT = `0x${"a1".repeat(20)}` as const;
const BFT: Partial<DevnetChainOptions> = { sequencing: { by: "bft", nodes: 5 } };

const planned = (chain: Partial<DevnetChainOptions>) =>
  planDevnet({ chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n, relayer: false }).plans[0]!;

test("a chain whose nodes decide has the number of its nodes, and the mode of one sequencer on L1", () => {
  assert.equal(nodesOf(planned(BFT)), 5);
  assert.equal(settingsOnL1(planned(BFT)).sequencingMode, 0);
  for (const sequencing of ["single", undefined] as const)
    assert.equal(nodesOf(planned(sequencing === undefined ? {} : { sequencing })), 0);
});

test("a chain whose nodes decide has no other validators", () => {
  const conflicts: readonly Partial<DevnetChainOptions>[] = [
    { quorum: { members: 2, threshold: 2 } },
    { standby: { accounts: [ACCOUNT], threshold: 1 } },
  ];
  for (const conflict of conflicts) {
    const [field] = Object.keys(conflict);
    const message = new RegExp(`^chains\\[0\\]\\.${field} is set together with sequencing by "bft"`);
    assert.throws(() => planned({ ...BFT, ...conflict }), { name: "DevnetOptionsError", message });
    planned(conflict);
  }
});

test("a chain whose nodes have processes starts from the genesis, and publishes its data in commits", () => {
  const processes: Partial<DevnetChainOptions> = { sequencing: { by: "bft", nodes: 4, processes: true } };
  assert.equal(hasNodeProcesses(planned(processes)), true);
  assert.equal(hasNodeProcesses(planned(BFT)), false);
  const conflicts: readonly Partial<DevnetChainOptions>[] = [
    { import: { [ACCOUNT]: { balance: "0x1" } } },
    { dataAvailability: "validium" },
  ];
  for (const conflict of conflicts) {
    const [field] = Object.keys(conflict);
    const message = new RegExp(`^chains\\[0\\]\\.${field} is set together with nodes in processes`);
    assert.throws(() => planned({ ...processes, ...conflict }), { name: "DevnetOptionsError", message });
    planned({ ...BFT, ...conflict });
  }
});
