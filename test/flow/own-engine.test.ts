import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { send } from "../../src/client/send.ts";
import { ALICE, ETHER, startFlowDevnet } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";

const [FLAT, EDR] = [271n, 272n];
const CHAINS = [
  { chainId: FLAT, engine: "flat" },
  { chainId: EDR, engine: "edr" },
] as const;
const RECIPIENT = `0x${"c4".repeat(20)}`;

describe("I8 D3: a chain whose blocks this package's engine makes, beside one of Hardhat's", () => {
  const kept = new Kept([...CHAINS], { relayer: true });
  before(() => kept.start());
  after(() => kept.end());
  const stateRoot = async (at: number): Promise<string> => {
    const params = ["latest", false];
    const block = await kept.devnet.chains[at]?.provider.request({ method: "eth_getBlockByNumber", params });
    return (block as { readonly stateRoot: string }).stateRoot;
  };

  test("both send ether to each other, and both settle", async () => {
    // Only the engine of this package leaves the root of its headers empty.
    assert.deepEqual([BigInt(await stateRoot(0)) === 0n, BigInt(await stateRoot(1)) === 0n], [true, false]);
    for (const [from, to] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const destination = { chain: Number(CHAINS[to].chainId), account: RECIPIENT };
      await send(
        kept.devnet.info(),
        { from: Number(CHAINS[from].chainId), to: destination, amount: ETHER / 4n },
        kept.wallet(ALICE, from),
      );
      await kept.devnet.settle();
      await kept.devnet.relay();
      assert.equal(await kept.client(to).getBalance(RECIPIENT), ETHER / 4n);
    }
  });

  test("both return to a snapshot, and after a restart both answer as before", async () => {
    const mark = await kept.devnet.snapshot();
    await kept.pay(5n, 0);
    assert.equal(await kept.devnet.revert(mark), true);
    await kept.pay(6n, 0);
    await kept.pay(7n, 1);
    await kept.devnet.settle();
    await kept.pay(8n, 0);
    await kept.pollL1();
    const left = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), left);
    await kept.pay(9n, 0);
    assert.equal((await kept.devnet.settle(FLAT)).length, 1);
  });

  test("a folder keeps each chain's engine: a start that says another one is refused, and nothing is lost", async () => {
    await kept.stop();
    const other = startFlowDevnet([{ chainId: FLAT, engine: "edr" }, CHAINS[1]], {
      ...{ prover: { mode: "none" }, relayer: true, data: kept.folder },
    });
    await assert.rejects(other, /engine/);
    await kept.start();
    await kept.pay(1n, 0);
  });
});
