import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, type Signer } from "ethers";
import { chainSettingsAbi } from "../../src/abi/chain-settings.ts";
import { verifierRegistryAbi } from "../../src/abi/verifier-registry.ts";
import { send } from "../../src/client/transfers/send.ts";
import { ACCOUNT_NUMBERS } from "../../src/devnet/accounts/accounts.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { TestClock } from "../chain/support/clock.ts";
import { ALICE, RELAYER } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";
import { Upgrades } from "./support/upgrades.ts";

/** Three chains that nothing uses, and two that exchange messages. */
const IDS = [271n, 272n, 273n, 274n, 275n];
const IDLE = [0, 1, 2];
const [SOURCE, DESTINATION] = [3, 4];
const AGE_MS = 1_000;
const ROUNDS = 4;
const BOB: Hex = "0x00000000000000000000000000000000000b0b00";

describe("chains whose open batch holds nothing but roots of other chains", () => {
  const clock = new TestClock(Date.now());
  const kept = new Kept(
    IDS.map((chainId) => ({ chainId, batches: { maxAgeMs: AGE_MS } })),
    { relayer: true, fundedAccounts: [ALICE, RELAYER] },
    undefined,
    { clock, placeBlocks: 1 },
  );
  before(async () => {
    await kept.start();
    await leadChains(100);
    // The deposits of the start fill the first batch.
    await kept.devnet.settle();
  });
  after(() => kept.end());

  const sequencer = (place: number) => kept.chain(place).pipeline.chain.sequencer;
  const sealed = (): readonly number[] => kept.devnet.chains.map(({ pipeline }) => pipeline.progress().sealed);
  const idle = (): readonly boolean[] => kept.devnet.chains.map((_, place) => sequencer(place).isIdle);
  const balance = (place: number) => kept.client(place).getBalance(BOB);
  const transfer = (to: number, amount = 7n) =>
    send(kept.devnet.info(), { chain: IDS[SOURCE]!, to: { chain: IDS[to]!, account: BOB }, amount }, kept.wallet(ALICE, SOURCE));
  /** Moves L1 ahead of the chains, whose batches it refuses from its future. */
  const leadChains = async (seconds: number): Promise<void> => {
    await kept.devnet.l1.request("evm_increaseTime", [seconds]);
    await kept.devnet.l1.request("evm_mine", []);
  };
  /** Lets time pass until L1 has executed each sealed batch: settlement may wait for a second of L1. */
  const allSettled = async (): Promise<void> => {
    // After the seal that the clock has started.
    for (const place of IDS.keys()) await sequencer(place).skipTime(0n);
    const isPending = (): boolean =>
      kept.devnet.chains.some(({ pipeline }) => {
        const { sealed, executed } = pipeline.progress();
        return executed < sealed || pipeline.chain.sequencer.isAwaited;
      });
    while (isPending()) {
      await leadChains(2);
      clock.advance(AGE_MS);
    }
  };
  /** Seals each batch that ages, and lets L1 execute it. */
  async function passAge(): Promise<void> {
    clock.advance(AGE_MS);
    await allSettled();
  }
  const onL1 = (address: Hex, abi: ConstructorParameters<typeof Contract>[1], number: number): Contract =>
    new Contract(address, abi, kept.devnet.accounts.wallet(number).connect(kept.devnet.l1.provider) as Signer);

  test("seal nothing while two others exchange messages, whose roots they import", async () => {
    const before = sealed();
    for (let round = 0; round < ROUNDS; round++) {
      await transfer(DESTINATION);
      await passAge();
      await kept.devnet.relay();
      await passAge();
    }
    const more = sealed().map((count, place) => count - before[place]!);
    assert.deepEqual(
      IDLE.map((place) => more[place]),
      [0, 0, 0],
    );
    assert.deepEqual([more[SOURCE]! >= ROUNDS, more[DESTINATION]! >= ROUNDS], [true, true]);
    assert.equal(await balance(DESTINATION), 7n * BigInt(ROUNDS));
    assert.deepEqual(
      IDLE.map((place) => idle()[place]),
      [true, true, true],
    );
    assert.deepEqual(
      kept.devnet.chains.map(({ pipeline }) => pipeline.chain.sequencer.fault),
      IDS.map(() => undefined),
    );
  });

  test("are left open by a settlement of all chains", async () => {
    const batches = await kept.devnet.settle();
    assert.deepEqual(
      batches.filter(({ chainId }) => IDLE.some((place) => BigInt(chainId) === IDS[place])),
      [],
    );
    assert.deepEqual(
      IDLE.map((place) => idle()[place]),
      [true, true, true],
    );
  });

  test("restart: have the same blocks after it, without a run of all blocks", async () => {
    await kept.devnet.relay();
    const had = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(
      IDLE.map((place) => idle()[place]),
      [true, true, true],
    );
    assert.deepEqual(await answers(kept.devnet), had);
    for (const place of IDLE) assert.ok(kept.chain(place).pipeline.chain.blocks.first > 1n, `chain ${IDS[place]}`);
    await passAge();
    assert.deepEqual(
      IDLE.map((place) => idle()[place]),
      [true, true, true],
    );
  });

  test("seal the batch with the transaction that uses a root, at that transaction's age", async () => {
    const before = sealed();
    await transfer(0);
    await passAge();
    await kept.devnet.relay();
    assert.deepEqual(idle().slice(0, 3), [false, true, true]);
    await passAge();
    assert.equal(await balance(0), 7n);
    assert.deepEqual(
      IDLE.map((place) => sealed()[place]! - before[place]!),
      [1, 0, 0],
    );
  });

  test("exit while only importing: an operation of L1's queue ends the wait, so that no exit opens", async () => {
    const before = sealed()[1]!;
    await kept.deposit(1);
    await kept.chain(1).pipeline.pollL1();
    await passAge();
    assert.equal(sealed()[1], before + 1);
    // A root for each of the three.
    await transfer(DESTINATION);
    await passAge();
    await kept.devnet.relay();
    await passAge();
    assert.deepEqual(idle().slice(0, 3), [true, true, true]);
  });

  test("upgrade, terms: seal at the first poll after the rules of their first second have changed", async () => {
    const before = sealed();
    const upgrades = new Upgrades(kept.devnet);
    const { settings, version: first } = await upgrades.read();
    const second = await upgrades.addNext();
    const notice = await upgrades.schedule(second);
    const contract = onL1(settings, chainSettingsAbi, ACCOUNT_NUMBERS.firstOperator + 1);
    const { current } = (await contract.getFunction("epochsOf")(IDS[1])) as { readonly current: bigint };
    const terms = [...((await contract.getFunction("termsOf")(IDS[1], current)) as Iterable<unknown>)].map(plain);
    await (await contract.getFunction("scheduleTerms")(IDS[1], terms)).wait();
    await kept.pollL1();
    assert.deepEqual(idle().slice(0, 3), [true, true, true]);
    await upgrades.pass(notice);
    await leadChains(100);
    await kept.pollL1();
    await allSettled();
    assert.deepEqual(
      IDLE.map((place) => sealed()[place]! - before[place]!),
      [1, 1, 0],
    );
    const { archive } = kept.chain(0).pipeline.chain;
    assert.equal(archive.last?.protocolVersion, first, "the batch that waited is of the first version");
    assert.equal(kept.chain(0).pipeline.chain.protocolVersion(), second);
  });

  test("retirement: seal from its announcement on, so that L1 takes their batch before the version ends", async () => {
    const before = sealed()[2]!;
    const { verifiers, version } = await new Upgrades(kept.devnet).read();
    const registry = onL1(verifiers, verifierRegistryAbi, ACCOUNT_NUMBERS.deployer);
    await (await registry.getFunction("scheduleRetirement")(version)).wait();
    await kept.pollL1();
    await allSettled();
    assert.deepEqual([sealed()[2]! - before, sequencer(2).hasOpenBatch], [1, false]);
  });

  test("are removed without a settlement of unused roots", async () => {
    await transfer(DESTINATION);
    await passAge();
    await kept.chain(2).pipeline.pollL1();
    assert.equal(sequencer(2).hasOpenBatch, true);
    const { leftOpen } = await kept.devnet.removeChain(IDS[2]!);
    assert.equal(leftOpen.batches, 0);
  });
});

/** Decoded tuple as plain lists, which an encoder takes. */
function plain(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as readonly unknown[])].map(plain) : value;
}
