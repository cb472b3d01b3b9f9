import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { Interface, Transaction } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { addressOfKey, signDigest } from "../../src/ground/transaction/digest-signature.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { sequencerKey } from "../../src/tool/kit/order-chain.ts";
import { NO_SLOT, slotDigest } from "../../src/ground/protocol/slot.ts";
import { slotToJson } from "../../src/ground/protocol/slot-json.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import type { ExternalStatus } from "../../src/ecosystem/sequencing/external/external-status.ts";
import { byNight } from "../support/nightly.ts";
import { until } from "../support/until.ts";
import { ALICE, BOB, ETHER, settleNow } from "./support/devnet.ts";
import { Kept } from "./support/kept.ts";
import { SequencerProcess, type BundleAnswer } from "./support/sequencer-process.ts";

const KEY: Hex = `0x${"71".repeat(32)}`;
const BUNDLES = byNight(1_000, 24);
/** Later tests end the process at the other moments. */
const KILLS = byNight(50, 2);
const [WINDOW_SECONDS, EXIT_DELAY_SECONDS] = [600, 3_600];
const hyperchain = new Interface(hyperchainAbi);

const chainOf = (chainId: bigint, name: string, peer: string) => ({
  ...{ chainId, name, priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS },
  sequencing: { by: "external" as const, key: addressOfKey(KEY), peers: [peer] },
});

/** Pseudorandom numbers. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) yield (state = (state * 48_271) % 2_147_483_647);
}

describe("E5: two chains whose bundles a process outside decides, in a data folder", () => {
  const kept = new Kept([chainOf(271n, "alpha", "beta"), chainOf(272n, "beta", "alpha")], {
    fundedAccounts: [ALICE, BOB, 9],
  });
  const random = numbers(71);
  let sequencer: SequencerProcess;

  const file = (): string => join(kept.folder, "slots.jsonl");
  const start = (): SequencerProcess =>
    (sequencer = new SequencerProcess(
      file(),
      KEY,
      kept.devnet.chains.map(({ url }) => url),
    ));
  before(async () => {
    await kept.start();
    start();
  });
  after(async () => {
    await sequencer.kill();
    await kept.end();
  });

  const order = (place: number) => {
    const { external } = kept.chain(place).pipeline;
    assert.ok(external !== undefined);
    return external;
  };
  const statusOf = async (place: number): Promise<ExternalStatus> => {
    const { external } = (await kept.devnet.status()).chains[place] ?? {};
    assert.ok(external !== undefined);
    return external;
  };
  const addressOf = (account: number): string => kept.devnet.accounts.wallet(account).address;
  /** Wei of Alice and Bob on both chains. */
  const balances = async (): Promise<bigint[]> =>
    Promise.all([0, 1].flatMap((place) => [ALICE, BOB].map((account) => kept.client(place).getBalance(addressOf(account)))));
  const isAtRest = (): boolean => [0, 1].every((place) => order(place).isBetweenSlots);

  /** Alice pays Bob on the first chain, and Bob pays Alice on the second one. A failing leg creates a contract that reverts. */
  const swap = async (value: bigint, fails: readonly boolean[] = []): Promise<Hex[][]> =>
    Promise.all(
      [ALICE, BOB].map(async (from, place) => {
        const action = fails[place] === true ? { data: "0x5f5ffd" } : { to: addressOf(from === ALICE ? BOB : ALICE), value };
        return [await signed(from, place, action)];
      }),
    );
  const signed = async (from: number, place: number, action: object): Promise<Hex> => {
    const { privateKey, address } = kept.devnet.accounts.wallet(from);
    const nonce = await kept.client(place).getTransactionCount(address);
    const { chainId } = kept.chain(place);
    const transaction = Transaction.from({
      ...{ type: 2, chainId, nonce, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 100_000n, ...action },
    });
    transaction.signature = signDigest(privateKey as Hex, transaction.unsignedHash as Hex);
    return transaction.serialized as Hex;
  };
  const pendingAt = (place: number) => (): boolean => order(place).waiting.pending !== null;
  /** Moments at which a process ends: before its signature, and after it. */
  const MOMENTS: readonly ((size: number, slot: number) => boolean)[] = [
    pendingAt(0),
    pendingAt(1),
    (size) => statSync(file()).size > size,
    (_, slot) => order(0).status.newestSlot > slot,
  ];
  /** Ends the process at a moment of the bundle, or after its answer. Resolves with that; undefined if there is none. */
  const killAt = async (
    moment: (size: number, slot: number) => boolean,
    legs: readonly (readonly Hex[])[],
  ): Promise<BundleAnswer | undefined> => {
    const [size, slot] = [statSync(file()).size, order(0).status.newestSlot];
    let isAnswered = false;
    const answered = sequencer.bundle(legs).finally(() => (isAnswered = true));
    while (!isAnswered && !moment(size, slot)) await setTimeout(1);
    await sequencer.kill();
    return answered;
  };
  test("have both legs of each bundle or none, with legs that revert and kills around signatures", async () => {
    const [a, b, c, d] = (await balances()) as [bigint, bigint, bigint, bigint];
    const killed = new Set(Array.from({ length: KILLS }, (_, i) => Math.floor(((i + 0.5) * BUNDLES) / KILLS)));
    let [paid, taken, unanswered] = [0n, 0, 0];
    for (let i = 0; i < BUNDLES; i++) {
      const value = BigInt((random.next().value % 1_000) + 1);
      const fails = [random.next().value % 5 === 3, random.next().value % 7 === 2];
      const moment = killed.has(i) ? MOMENTS[(killed.size + 1) % MOMENTS.length] : undefined;
      const legs = await swap(value, fails);
      const answer = await (moment === undefined ? sequencer.bundle(legs) : killAt(moment, legs));
      if (moment !== undefined) {
        killed.delete(i);
        start();
        await until(isAtRest);
      }
      const [first, , third] = await balances();
      const hasPaid = first !== a - paid;
      if (answer === undefined) unanswered++;
      else assert.equal(hasPaid, answer.isTaken, answer.reason);
      assert.ok(!hasPaid || !fails.includes(true));
      if (answer !== undefined && !fails.includes(true)) assert.equal(answer.isTaken, true, answer.reason);
      if (hasPaid) [paid, taken] = [paid + value, taken + 1];
      // Both chains have it, or none.
      assert.deepEqual([first, third], [a - paid, c + paid], `bundle ${i}`);
    }
    assert.deepEqual(await balances(), [a - paid, b + paid, c + paid, d - paid]);
    assert.ok(taken > BUNDLES / 2 && unanswered >= KILLS / 2, `${taken} taken, ${unanswered} unanswered`);
    assert.deepEqual([order(0).status.evidence, order(1).status.evidence], [[], []]);
  });

  test("order the transactions of their pools through the process, so that wallets and tests need no change", async () => {
    const slot = order(0).status.newestSlot;
    for (const place of [0, 1]) await kept.pay(3n, place);
    assert.ok(order(0).status.newestSlot > slot);
    await kept.request("evm_mine");
    await kept.request("hardhat_setBalance", `0x${"ca".repeat(20)}`, "0x10");
    assert.equal(await kept.client().getBalance(`0x${"ca".repeat(20)}`), 16n);
  });

  test("refuse a removal of one of them, which would leave the other without slots and without a cut", async () => {
    for (const force of [false, true])
      await assert.rejects(kept.request("hyperchain_removeChain", 272, { force }), {
        data: { code: "ChainInUse" },
        message: /could take no slot without it; run hyperchain:cut-slot/,
      });
  });

  test("node restarts in doubt: the parts are repeated, and decided by the process on both chains or on none", async () => {
    const before = await balances();
    assert.equal(await killAt(pendingAt(1), await swap(7n)), undefined);
    const parts = [0, 1].map((place) => order(place).waiting.pending);
    await kept.restart();
    assert.deepEqual(
      [0, 1].map((place) => order(place).waiting.pending),
      parts,
    );
    assert.deepEqual(await balances(), before);
    start();
    await until(isAtRest);
    const paid = (before[0] ?? 0n) - ((await balances())[0] ?? 0n);
    assert.ok(paid === 0n || paid === 7n);
    assert.deepEqual(
      await balances(),
      before.map((value, i) => value + (i === 0 || i === 3 ? -paid : paid)),
    );
    assert.equal((await sequencer.bundle(await swap(1n)))?.isTaken, true);
  });

  test("snapshot while a part is held: is refused; later, a return undoes bundles on both chains, and the process continues", async () => {
    const mark = await kept.request("evm_snapshot");
    const before = await balances();
    assert.equal((await sequencer.bundle(await swap(5n)))?.isTaken, true);
    const undone = order(0).slot();
    assert.ok(undone !== undefined);
    assert.equal(await killAt(pendingAt(0), await swap(6n)), undefined);
    await assert.rejects(kept.request("evm_snapshot"), { data: { code: "PartHeld" } });
    assert.equal(await kept.request("evm_revert", mark), true);
    assert.deepEqual(await balances(), before);
    await assert.rejects(kept.request("hyperchain_publishSlot", slotToJson(undone)), { data: { code: "OldLife" } });
    start();
    assert.equal((await sequencer.bundle(await swap(9n)))?.isTaken, true);
    assert.equal((await balances())[0], (before[0] ?? 0n) - 9n);
  });

  test("the process is dead: forced operations and withdrawals work, L1 executes batches, and users' transactions wait", async () => {
    await sequencer.kill();
    const before = await kept.client().getBalance(addressOf(ALICE));
    await kept.deposit();
    await kept.pollL1();
    assert.ok((await kept.client().getBalance(addressOf(ALICE))) >= before + ETHER);
    for (const place of [0, 1]) await settleNow(kept.chain(place));
    assert.equal((await statusOf(0)).inDoubtSince, undefined);
    assert.deepEqual(
      kept.devnet.info().chains.map(({ orderedBy }) => orderedBy?.kind),
      ["external", "external"],
    );
  });

  test("process never returns: status says since when, operations wait on L1, and the exit opens on both chains", async () => {
    start();
    assert.equal(await killAt(pendingAt(1), await swap(4n)), undefined);
    for (const place of [0, 1]) {
      const { inDoubtSince = 0, newestSlot } = await statusOf(place);
      assert.ok(inDoubtSince > 1_600_000_000 && newestSlot > 0);
    }
    for (const place of [0, 1]) await kept.deposit(place);
    await assert.rejects(kept.pollL1(), { code: "PartHeld" });
    const { l1 } = kept.devnet;
    const activate = (place: number): Promise<string> =>
      l1.provider.call({
        to: kept.chain(place).pipeline.created.hyperchain,
        data: hyperchain.encodeFunctionData("activateExit"),
      });
    await assert.rejects(activate(0), (error) => contractErrorOf(error)?.name === "ExitNotOpen");
    await l1.request("evm_increaseTime", [2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS + 60]);
    await l1.request("evm_mine", []);
    for (const place of [0, 1]) assert.equal(await activate(place), "0x");
  });

  test("late slot after a cut: is refused, operations are executed, and the chains order alone", async () => {
    const { newestSlot } = await statusOf(0);
    const newest = order(0).slot();
    assert.ok(newest !== undefined);
    const parts = [0, 1].map((place) => {
      const { life, pending } = order(place).waiting;
      return { chainId: kept.chain(place).chainId, life, id: pending?.id ?? NO_SLOT };
    });
    const late = sequencerKey(KEY).signSlot({ number: newest.number + 1n, parent: slotDigest(newest), parts });
    assert.equal(await kept.request("hyperchain_cutSlot"), newestSlot);
    await assert.rejects(kept.request("hyperchain_publishSlot", slotToJson(late)), { data: { code: "Cut" } });
    const before = await balances();
    await kept.pollL1();
    const now = await balances();
    for (const alice of [0, 2]) assert.ok((now[alice] ?? 0n) >= (before[alice] ?? 0n) + ETHER);
    for (const place of [0, 1]) await kept.pay(3n, place);
    const [first, second] = [await statusOf(0), await statusOf(1)];
    assert.deepEqual([first.isCut, second.isCut, first.newestSlot], [true, true, second.newestSlot]);
  });
});
