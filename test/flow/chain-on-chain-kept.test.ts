import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { ALICE, ETHER, RELAYER } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";
import { checkNothingLost, killAgainAndAgain } from "./support/kills.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";

const [A, X, Y] = [271n, 271n + (1n << 32n), 271n + (2n << 32n)];
const CAROL = "0x00000000000000000000000000000000000ca201";
/** Blocks between checkpoints in these tests. */
const PLACE_BLOCKS = 20;

describe("D3 B5: an ecosystem with chains on a chain is kept in a folder", () => {
  const kept = new Kept(
    [
      { chainId: A, name: "alpha" },
      { chainId: X, name: "x", settlesOn: "alpha" },
      { chainId: Y, name: "y", settlesOn: "alpha", dataAvailability: { guardians: "main" } },
    ],
    {
      relayer: true,
      fundedAccounts: [ALICE, RELAYER],
      stake: { unbondingSeconds: 100_000 },
      guardians: { main: { members: 2 } },
    },
    undefined,
    { placeBlocks: PLACE_BLOCKS, l1PlaceRequests: 20 },
  );
  before(() => kept.start());
  after(() => kept.end());
  const info = () => kept.devnet.info();
  const contracts = () => [
    ...info().chains.map(({ settlesOn, hyperchain }) => ({ hyperchain, on: settlesOn?.contracts })),
    ...info().guardians!.map(({ network, onChains }) => ({ network, onChains })),
  ];
  const balance = (place: number): Promise<bigint> => kept.client(place).getBalance(CAROL);
  const settleAndRelay = async (): Promise<void> => {
    await kept.devnet.settle();
    await kept.devnet.relay();
  };
  const isFromPlace = (place: number): boolean => kept.chain(place).pipeline.chain.blocks.first > 1n;

  test("each has after a restart the blocks, batches, messages and contracts that it had, and no money is brought again", async () => {
    await kept.pay(5n, 1);
    await kept.devnet.settle(X);
    await kept.pay(7n, 1);
    await kept.pollL1();
    const [had, where] = [await answers(kept.devnet), contracts()];
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), had);
    assert.deepEqual(contracts(), where);
    assert.equal(BigInt((await kept.chain().provider.request({ method: "eth_gasPrice", params: [] })) as string), 10n ** 9n);
  });

  test("a transfer between them is delivered once, wherever the process ends while it is in transit", async () => {
    await send(info(), { chain: X, to: { chain: Y, account: CAROL }, amount: 7n }, kept.wallet(ALICE, 1));
    await kept.restart();
    await kept.devnet.settle(X);
    await kept.restart();
    await kept.devnet.relay();
    await kept.restart();
    await settleAndRelay();
    await kept.restart();
    await settleAndRelay();
    assert.equal(await balance(2), 7n);
    const [message] = await kept.devnet.messages();
    assert.equal(message?.steps.length, 7);
  });

  test("a deposit in the queue on the chain below arrives, a withdrawal is claimed there, after restarts between", async () => {
    await deposit(info(), { chain: X, amount: 3n, to: CAROL }, kept.wallet(ALICE));
    await kept.restart();
    await kept.devnet.relay();
    assert.equal(await balance(1), 3n);
    const { messageHash } = await withdraw(info(), { chain: X, amount: 2n, to: CAROL }, kept.wallet(ALICE, 1));
    await kept.restart();
    await kept.devnet.settle(X);
    await kept.restart();
    const claim = await finalizeWithdrawal(info(), { chain: X, messageHash }, kept.wallet(ALICE));
    assert.equal(claim.state, "paid");
    assert.equal(await balance(0), 2n);
  });

  test("all continue from their last checkpoints, and a chain that is added then exists after the next start", async () => {
    for (const { provider } of kept.devnet.chains)
      await provider.request({ method: "hardhat_mine", params: [`0x${PLACE_BLOCKS.toString(16)}`] });
    await settleAndRelay();
    await settleAndRelay();
    await kept.devnet.settle();
    await kept.pollL1();
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), had);
    // Guardians can lack batches, so a guarded chain forms them all again.
    assert.deepEqual([0, 1, 2].map(isFromPlace), [true, true, false]);
    await kept.devnet.addChain({ name: "z", settlesOn: "alpha" });
    await kept.pay(1n, 3);
    await kept.restart();
    assert.deepEqual(
      info().chains.map(({ name, settlesOn }) => [name, settlesOn?.name]),
      [
        ["alpha", undefined],
        ["x", "alpha"],
        ["y", "alpha"],
        ["z", "alpha"],
      ],
    );
    assert.equal((await kept.devnet.settle(kept.chain(3).chainId)).length, 1);
  });

  test("those that were stopped, the chain below with those on it, are so after a restart, and start again from below", async () => {
    for (const { chainId } of kept.devnet.chains.toReversed()) await kept.devnet.stopChain(chainId);
    await kept.restart();
    assert.ok(kept.devnet.chains.every(({ runSwitch }) => runSwitch.run === "stopped"));
    await assert.rejects(kept.devnet.startChain(X), { code: "ParentNotRunning" });
    for (const { chainId } of kept.devnet.chains) await kept.devnet.startChain(chainId);
    await kept.pay(1n, 1);
    assert.equal((await kept.devnet.settle(X)).length, 1);
  });

  test("an operator whose money on the chain below is spent gets more at a start", async () => {
    const { base, plan } = kept.chain(1);
    const operator = kept.devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator + plan.place).connect(kept.client());
    for (const payer of [operator, base.funder.connect(kept.client())]) {
      const left = (await kept.client().getBalance(await payer.getAddress())) - ETHER;
      await (await payer.sendTransaction({ to: CAROL, value: left })).wait();
    }
    await kept.restart();
    assert.equal(await kept.client().getBalance(operator.address), 11n * ETHER - 21_000n * 10n ** 9n);
  });

  test("a return to a snapshot from before a chain below had contracts is stored, and others get new contracts there", async () => {
    await kept.devnet.addChain({ name: "beta" });
    const mark = await kept.devnet.snapshot();
    await kept.devnet.addChain({ name: "gone", settlesOn: "beta" });
    assert.equal(await kept.devnet.revert(mark), true);
    await kept.restart();
    const { chainId, pipeline } = await kept.devnet.addChain({ name: "again", settlesOn: "beta" });
    await kept.restart();
    const again = kept.devnet.chains.find((chain) => chain.chainId === chainId);
    assert.equal(again?.pipeline.created.hyperchain, pipeline.created.hyperchain);
    assert.equal(again?.base.chain?.name, "beta");
  });
});

test("D3 B5: chains on a chain that are killed at random moments lose nothing of what users were told, and do nothing twice", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kills-"));
  const told = await killAgainAndAgain(folder, 5, { kills: 1, layout: "onChain" });
  assert.ok(told.pays.length > 0 && told.sends.length > 0 && told.deposits.length > 0, JSON.stringify(told));
  await checkNothingLost(folder, told, { layout: "onChain" });
  await rm(folder, { recursive: true });
});
