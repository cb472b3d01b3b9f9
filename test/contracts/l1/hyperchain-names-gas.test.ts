import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { ContractTransactionReceipt } from "ethers";
import hre from "hardhat";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { startNamesWorld, type NamesWorld } from "./support/names.ts";

const SNAPSHOT = new URL("snapshots/names-gas.json", import.meta.url);
/** Without zero bytes, as most accounts are. */
const ACCOUNT = `0x${"11".repeat(20)}`;

let world: NamesWorld;
before(async () => {
  world = await startNamesWorld();
});
after(() => world.ecosystem.l1.close());

test("C9: the gas of each step of a name is as recorded, and the contract's size", async () => {
  const gas: Record<string, number> = {};
  const record = async (name: string, receipt: Promise<ContractTransactionReceipt>): Promise<void> => {
    gas[name] = Number((await receipt).gasUsed);
  };
  await record("announceName", world.by(3, "announceName", wordToHex((1n << 256n) - 1n)));
  await record("nameChain", world.nameChain(1, 271n, "alpha"));
  await record("nameAccount", world.nameAccount(3, 271n, "bob", ACCOUNT));
  await record("point", world.by(3, "point", 271n, "bob", world.users[3]!.address));
  await record("choose", world.by(3, "choose", 271n, "bob"));
  await record("transfer", world.by(3, "transfer", 271n, "bob", world.users[4]!.address));
  gas["bytes of the contract"] = ((await hre.artifacts.readArtifact("HyperchainNames")).deployedBytecode.length - 2) / 2;
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
  assert.deepEqual(gas, JSON.parse(readFileSync(SNAPSHOT, "utf8")), "run with UPDATE_SNAPSHOTS=1 and review what changed");
});
