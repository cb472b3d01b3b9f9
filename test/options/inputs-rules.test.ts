import assert from "node:assert/strict";
import { test } from "node:test";
import { planDevnet, type DevnetChainOptions } from "../../src/ecosystem/devnet/described/options.ts";
import {
  chosenFirstState,
  firstStateNumber,
  importedAccounts,
  numberedFirstState,
} from "../../src/ecosystem/devnet/described/first-state.ts";
import { SUPERCHAIN } from "../../src/ground/protocol/superchain.ts";
import { settingsOnL1 } from "../../src/ecosystem/options/settings-on-l1.ts";
import { dataFactsOf } from "../../src/ecosystem/options/data-facts.ts";

const planned = (chain: Partial<DevnetChainOptions>) =>
  planDevnet({
    chains: [{ chainId: 271n, name: "base", ...chain }],
    fundedAccounts: [],
    fundingWei: 0n,
    relayer: false,
  }).plans[0]!;

test("a chain that publishes its inputs is for everybody, and no rollup for chains on it", () => {
  const { availability } = planned({ dataAvailability: "inputs" });
  assert.deepEqual(dataFactsOf(availability), { publishes: "never", rebuiltFrom: "inputs", readers: "everybody" });
});

test("a chain that publishes its inputs is refused by name together with options that they do not cover", () => {
  const conflicts: readonly (readonly [field: string, conflict: Partial<DevnetChainOptions>])[] = [
    ["dataAvailability", { sequencing: { by: "bft", nodes: 4 } }],
    ["dataAvailability", { sequencing: "queue", execution: "proven" }],
    ["readers", { readers: [`0x${"a1".repeat(20)}`] }],
  ];
  for (const [field, conflict] of conflicts) {
    const message = new RegExp(`^chains\\[0\\]\\.${field} is `);
    assert.throws(() => planned({ dataAvailability: "inputs", ...conflict }), { name: "DevnetOptionsError", message });
  }
});

test("a chain that publishes its inputs begins with imports, and imports the Superchain's contracts in both modes", () => {
  const account = { [`0x${"c0".repeat(20)}`]: { balance: "1" } };
  const bridge = { address: SUPERCHAIN.CrossL2Inbox, code: "0x00" } as const;
  for (const execution of ["trusted", "proven"] as const) {
    const plan = planned({ execution, dataAvailability: "inputs", import: account });
    assert.equal(plan.firstState.imported?.length, 1);
    const born = { ...plan, firstState: { ...plan.firstState, superchain: true } };
    assert.deepEqual(
      importedAccounts(born, [bridge])
        ?.map(({ address }) => address)
        .sort(),
      [bridge.address, Object.keys(account)[0]],
    );
    assert.deepEqual(chosenFirstState(born, [bridge]).bridges, []);
  }
});

test("a proven chain that publishes its inputs has a flag for good: its proof exports their hash", () => {
  const modeOf = (chain: Partial<DevnetChainOptions>): number => settingsOnL1(planned(chain)).sequencingMode;
  assert.deepEqual(
    [
      modeOf({ execution: "proven", dataAvailability: "inputs" }),
      modeOf({ dataAvailability: "inputs" }),
      modeOf({ execution: "proven" }),
      modeOf({ execution: "proven", sequencing: "queue" }),
    ],
    [2 ** 9, 0, 0, 1],
  );
});

test("a first state without contracts of bridges has a number, and each number names one or none", () => {
  const numbers = [0, 1].map((number) => numberedFirstState(number));
  assert.deepEqual(
    numbers.map((named) => named && [named.allowUnlimitedContractSize, firstStateNumber(named)]),
    [
      [false, 0],
      [true, 1],
    ],
  );
  for (const number of [4, 5, 2 ** 40]) assert.equal(numberedFirstState(number), undefined);
});
