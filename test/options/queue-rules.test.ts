import assert from "node:assert/strict";
import { test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { settingsOnL1 } from "../../src/ecosystem/options/settings-on-l1.ts";

const ACCOUNT = `0x${"a1".repeat(20)}` as const;
const QUEUE = { sequencing: "queue", execution: "proven" } as const;

const planned = (chain: Partial<DevnetChainOptions>) =>
  planDevnet({
    ...{ chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n, relayer: false },
  });

test("E3: a chain whose order is L1's queue alone has sequencing mode 1 and is proven", () => {
  assert.equal(settingsOnL1(planned(QUEUE).plans[0]!).sequencingMode, 1);
  assert.equal(settingsOnL1(planned({}).plans[0]!).sequencingMode, 0);
  const others: readonly Partial<DevnetChainOptions>[] = [{ sequencing: "queue" }, { ...QUEUE, execution: "trusted" }];
  for (const other of others)
    assert.throws(() => planned(other), {
      message: /^chains\[0\]\.sequencing is "queue", which takes a chain whose execution L1 checks/,
    });
});

const CONFLICTS: readonly Partial<DevnetChainOptions>[] = [
  { quorum: { members: 2, threshold: 2 } },
  { standby: { accounts: [ACCOUNT], threshold: 1 } },
  { senders: [ACCOUNT] },
  { deployers: [] },
  { filterer: { allow: [ACCOUNT] } },
  { fees: {} },
  { dataAvailability: "validium" },
  { executionDelaySeconds: 60 },
  { pace: { shared: true } },
  { pace: { aggregatorSeconds: 60 } },
];
for (const conflict of CONFLICTS) {
  const [field] = Object.keys(conflict);
  test(`E3: such a chain has no ${field}, in which some account would have a say`, () => {
    const message = new RegExp(`^chains\\[0\\]\\.${field} is set together with sequencing "queue"`);
    assert.throws(() => planned({ ...QUEUE, ...conflict }), { name: "DevnetOptionsError", message });
    planned(QUEUE);
  });
}
