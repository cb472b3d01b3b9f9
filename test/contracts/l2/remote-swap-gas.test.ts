import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { COIN, startSwapFixture, type SwapFixture } from "./support/swap-fixture.ts";

const SNAPSHOT = new URL("snapshots/swap-gas.json", import.meta.url);

let fixture: SwapFixture;
before(async () => {
  fixture = await startSwapFixture();
});
after(() => fixture.ecosystem.close());

test("C8: the gas of a swap on another chain is as recorded, with the proofs of bundle and asset", async () => {
  const { b } = fixture;
  const gas: Record<string, number> = {};
  const record = async (name: string, order: Parameters<SwapFixture["sendSwap"]>[0]): Promise<void> => {
    const receipt = await fixture.executeWell(await fixture.sendSwap(order, { paid: 5n }));
    gas[name] = Number(receipt.gasUsed);
  };
  const home = { amountIn: 10n, minimumOut: 5n };
  await record("coin for a token that leaves its chain for the first time, an account's first swap", home);
  await record("coin for a token, back to the sender's chain", home);
  await record("coin for a token, paid out on the swap's chain", { ...home, chainId: b.chainId });
  await record("coin for coin, back to the sender's chain", { amountIn: 10n, minimumOut: 0n, tokenOut: COIN });
  const direct = await b.send(fixture.router, "trade", COIN, 10n, fixture.tokenAddress, 5n, b.users[4]!.address, { value: 10n });
  gas["the router's part, called directly"] = Number(direct.gasUsed);
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
  const committed = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Readonly<Record<string, number>>;
  assert.deepEqual(gas, committed, "run this test with UPDATE_SNAPSHOTS=1 and review what changed");
});
