import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Provider } from "ethers";
import { forwardingFee } from "../../src/ecosystem/client/messages/forward.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { ALICE, ETHER, RELAYER } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";

const L1 = 31_337n;
const A = 271n;
/** Bits 32 to 43 are the L3's number, 44 to 51 the L4's (contracts/libraries/ChainAncestry.sol). */
const X = A + (1n << 32n);
const Z = X + (1n << 44n);
const CAROL = "0x00000000000000000000000000000000000ca201";
/** Cost of a deposit of coins: 1 gwei · (300,000 + 60,000). */
const QUEUE_COST = 360_000n * 10n ** 9n;

describe("D3: a chain settles on a chain that settles on a chain", () => {
  const kept = new Kept(
    [
      { chainId: Z, name: "z", settlesOn: "x" },
      { chainId: A, name: "alpha" },
      { chainId: X, name: "x", settlesOn: "alpha" },
    ],
    { prover: { workers: 2 }, relayer: true, fundedAccounts: [ALICE, RELAYER] },
  );
  const places = [A, X, Z];
  const provider = (id: number | bigint): Provider =>
    BigInt(id) === L1 ? kept.devnet.l1.provider : kept.client(places.indexOf(BigInt(id)));
  const alice = (id: bigint) => kept.devnet.accounts.wallet(ALICE).connect(provider(id));
  const info = () => kept.devnet.info();
  before(() => kept.start());
  after(() => kept.end());

  test("its contracts are on that chain, its batches are proven there, and neither the chain below nor L1 has a block of it", async () => {
    assert.deepEqual(
      info().chains.map(({ name, settlesOn, dataAvailability }) => [name, settlesOn?.name, dataAvailability]),
      [
        ["alpha", undefined, "rollup"],
        ["x", "alpha", "rollup"],
        ["z", "x", "rollup"],
      ],
    );
    // What the contracts on a chain publish, and first batches, would fill a batch of that one, which it then settles.
    await kept.devnet.settle();
    const blocks = await Promise.all([provider(L1).getBlockNumber(), provider(A).getBlockNumber()]);
    await kept.pay(5n, 2);
    const [batch] = await kept.devnet.settle(Z);
    for (const stage of ["commit", "prove", "execute"] as const) {
      const hash = batch?.l1Transactions[stage];
      assert.ok(hash !== undefined, stage);
      assert.equal((await provider(X).getTransactionReceipt(hash))?.status, 1);
    }
    assert.deepEqual(await Promise.all([provider(L1).getBlockNumber(), provider(A).getBlockNumber()]), blocks);
  });

  test("money goes to L1 by one signature, over both chains below, with real proofs at each", async () => {
    const fee = await forwardingFee(info(), { chain: Number(Z), to: Number(L1) }, provider);
    const sent = await send(info(), { chain: Z, to: { chain: L1, account: CAROL }, amount: ETHER, fee }, alice(Z));
    assert.deepEqual(
      sent.hops?.map(({ chainId }) => chainId),
      [X, A],
    );
    for (const id of [Z, X, A]) {
      await kept.devnet.settle(id);
      await kept.devnet.relay();
    }
    assert.equal(await provider(L1).getBalance(CAROL), ETHER);
  });

  test("money arrives from L1 by one signature, through both queues, with a restart in transit", async () => {
    const fee = await forwardingFee(info(), { chain: Number(L1), to: Number(Z) }, provider);
    await send(info(), { chain: L1, to: { chain: Z, account: CAROL }, amount: ETHER, fee }, alice(L1));
    await kept.restart();
    for (let hop = 0; hop < 3; hop++) await kept.devnet.relay();
    assert.equal(await provider(Z).getBalance(CAROL), ETHER - 2n * QUEUE_COST);
  });

  test("all three have after a restart what they had, and return to a snapshot together", async () => {
    await kept.devnet.settle();
    await kept.devnet.relay();
    await kept.pollL1();
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), had);
    const id = await kept.devnet.snapshot();
    await kept.pay(7n, 2);
    await kept.devnet.settle(Z);
    assert.equal(await kept.devnet.revert(id), true);
    assert.deepEqual(await answers(kept.devnet), had);
  });

  test("no chain is left or goes deeper: one below others stays, and what would settle on the third is refused", async () => {
    await assert.rejects(kept.devnet.removeChain(X, { force: true }), { code: "ChainsOnTop" });
    await assert.rejects(kept.devnet.addChain({ name: "w", settlesOn: "z" }), {
      code: "BadOptions",
      message: /"z" is 2 chains above L1 itself, and ids name no chain above it; name one of x, alpha/,
    });
  });
});
