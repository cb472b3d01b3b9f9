import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { getBytes, type Interface } from "ethers";
import { ETH } from "./support/ecosystem.ts";
import { startHeldWorld, type HeldAccount, type HeldWorld, type Tree } from "./support/held-world.ts";

const SNAPSHOT = new URL("snapshots/held-accounts-gas.json", import.meta.url);

let world: HeldWorld;
before(async () => {
  world = await startHeldWorld();
});
after(() => world.close());

test("F5: gas and log bytes of held accounts are as recorded", async () => {
  const measured: Record<string, Record<string, number>> = {};
  const register = async (): Promise<HeldAccount> => {
    const account = await world.register();
    await world.postAll(world.plan({ account, gifts: [await world.give(account, 10n ** 18n)] }));
    return account;
  };
  const accounts: HeldAccount[] = [];
  for (let i = 0; i < 40; i++) accounts.push(await register());
  const record = async (name: string, tree: Tree): Promise<void> => {
    const calldata = getBytes((world.contract.interface as Interface).encodeFunctionData("post", [tree.leaves, tree.acts]));
    const { receipt, message } = await world.postAll(tree);
    measured[name] = { gas: Number(receipt.gasUsed), calldataBytes: calldata.length, messageBytes: getBytes(message).length };
  };
  const burn = (count: number): Tree =>
    world.plan(
      ...accounts.slice(0, count).map((account, i) => ({
        account,
        burned: [{ to: accounts[(i + 1) % count]!.number, token: ETH, amount: 10n ** 15n }],
      })),
    );
  const redeem = (burned: Tree): Tree => {
    const count = burned.acts.length;
    return world.plan(
      ...accounts.slice(0, count).map((account, i) => ({ account, notes: burned.proofs((i + count - 1) % count) })),
    );
  };
  for (const count of [1, 24, 40]) {
    const burned = burn(count);
    await record(`burns of ${count} accounts`, burned);
    await record(`redemptions of ${count} accounts`, redeem(burned));
  }
  const [account, sender] = [accounts[0]!, accounts[1]!];
  for (let i = 0; i < 12; i++) {
    const burned = world.plan({
      account: sender,
      burned: Array.from({ length: 8 }, () => ({ to: account.number, token: ETH, amount: 1n })),
    });
    await world.postAll(burned);
    await record(
      "8 redemptions of an account that has redeemed some 100 notes",
      world.plan({ account, notes: burned.proofs(0) }),
    );
  }
  await record(
    "a payment of the coin",
    world.plan({ account, payments: [{ to: `0x${"ac".repeat(20)}`, token: ETH, amount: 1n }] }),
  );
  const registration = await world.chain.send(world.contract, "register", world.chain.users[3]!.address);
  const gift = await world.chain.send(world.contract, "give", account.number, ETH, 1n, { value: 1n });
  measured["registration"] = { gas: Number(registration.gasUsed) };
  measured["gift of the coin"] = { gas: Number(gift.gasUsed) };
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(measured, null, 2)}\n`);
  const committed = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as typeof measured;
  assert.deepEqual(measured, committed, "run this test with UPDATE_SNAPSHOTS=1 and review the changes");
});
