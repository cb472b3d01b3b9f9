import assert from "node:assert/strict";
import { test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";

const ENCRYPTED: Partial<DevnetChainOptions> = {
  sequencing: { by: "bft", nodes: 4 },
  execution: "trusted",
  transactionOrder: "encrypted",
};

const planned = (chain: Partial<DevnetChainOptions>) =>
  planDevnet({ chains: [{ chainId: 271n, ...chain }], fundedAccounts: [], fundingWei: 0n, relayer: false }).plans[0]!;

test("a trusted chain whose nodes decide can open envelopes", () => {
  assert.equal(planned(ENCRYPTED).ordering.transactionOrder, "encrypted");
});

test("a chain without nodes, with nodes in processes, or with proven execution opens no envelopes", () => {
  const refused: readonly (readonly [conflict: Partial<DevnetChainOptions>, message: RegExp])[] = [
    [{ sequencing: "single" }, /^chains\[0\]\.transactionOrder is "encrypted", and nodes hold the key together; set sequencing/],
    [
      { sequencing: { by: "bft", nodes: 4, processes: true } },
      /^chains\[0\]\.transactionOrder is "encrypted", and nodes in processes open no envelopes; leave processes out/,
    ],
    [
      { execution: "proven" },
      /^chains\[0\]\.execution is "proven", and no proof covers transactions of envelopes; set "trusted"/,
    ],
  ];
  for (const [conflict, message] of refused)
    assert.throws(() => planned({ ...ENCRYPTED, ...conflict }), { name: "DevnetOptionsError", message });
});
