import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import hre from "hardhat";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { hexAddress } from "./support/ecosystem.ts";
import { startL1Calls, type L1CallsWorld } from "./support/l1-calls.ts";

const SNAPSHOT = new URL("snapshots/chain-accounts-gas.json", import.meta.url);

let world: L1CallsWorld;
before(async () => {
  world = await startL1Calls();
});
after(() => world.ecosystem.l1.close());

test("C7: the gas of a call on L1 is as recorded, with a new account and with an existing one, and the contracts' sizes", async () => {
  const called = await world.ecosystem.l1.deploy("CallTarget");
  const data = called.interface.encodeFunctionData("double", [2n]) as Hex;
  const order = { to: await hexAddress(called), data };
  const [chain] = world.chains;
  await world.fund(world.accountOf(chain!), 10n);
  const gas: Record<string, number> = {};
  for (const [name, more] of [
    ["a sender's first call, with its account", {}],
    ["a later call", {}],
    ["a later call with a value", { value: 1n }],
  ] as const) {
    const [call] = await world.settle(chain!, { ...order, ...more });
    gas[name] = Number((await world.execute(call!)).gasUsed);
  }
  for (const name of ["ChainAccounts", "ChainAccount"])
    gas[`bytes of ${name}`] = ((await hre.artifacts.readArtifact(name)).deployedBytecode.length - 2) / 2;
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
  assert.deepEqual(gas, JSON.parse(readFileSync(SNAPSHOT, "utf8")), "run with UPDATE_SNAPSHOTS=1 and review what changed");
});
