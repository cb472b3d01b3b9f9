import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Wallet, ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { guardiansCost } from "../../../src/ground/protocol/way-to-l1.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { TestChain } from "./support/chain.ts";
import { as, defaultConfiguration, deployEcosystem, send, view, type Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { CLAIM, COIN, ENTER_DELAY, Network, TERMS, UNBONDING, VALIDITY, type GuardianTerms } from "./support/guardians.ts";
import { lower, scheduleTerms, setNextBlock } from "./support/terms.ts";

const NOTHING = keccak();
const urlOf = (place: number): string => `http://127.0.0.1:${9_000 + place}`;

describe("network of guardians", () => {
  let ecosystem: Ecosystem;
  let [admin, stranger]: HardhatEthersSigner[] = [];
  let operators: readonly HardhatEthersSigner[];
  let keys: readonly HardhatEthersSigner[];
  before(async () => {
    ecosystem = await deployEcosystem();
    [, admin, stranger] = ecosystem.accounts.slice(0, 3);
    operators = ecosystem.accounts.slice(3, 8);
    // Ascending, as in the list.
    keys = ecosystem.accounts.slice(8, 13).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  });
  after(() => ecosystem.l1.close());

  const deploy = (terms: Partial<GuardianTerms> = {}): Promise<Network> =>
    Network.deploy(ecosystem.l1, { admin: admin!.address, ...terms });
  const join = (network: Network, place: number): Promise<unknown> =>
    send(network.by(operators[place]!), "join", keys[place]!.address, urlOf(place));
  async function admitAndJoin(network: Network, place: number, amount: bigint): Promise<void> {
    await network.stake(operators[place]!, keys[place]!, amount);
    await send(network.by(admin!), "admit", keys[place]!.address, urlOf(place));
    await network.pass(1n);
    await join(network, place);
  }
  /** A started network of founders with these coins. */
  async function founded(coins: readonly bigint[], terms: Partial<GuardianTerms> = {}): Promise<Network> {
    const network = await deploy(terms);
    for (const [place, amount] of coins.entries()) await admitAndJoin(network, place, amount * COIN);
    await send(network.by(admin!), "start");
    await network.pass(1n);
    return network;
  }
  const listed = async ({ contract }: Network): Promise<string[]> =>
    (await view<readonly { key: string }[]>(contract, "guardians")).map(({ key }) => key);
  const accepts = async (network: Network, places: readonly number[]): Promise<void> =>
    assert.equal(await network.check(await network.sign(places.map((place) => keys[place]!))), NOTHING);
  const misses = async (network: Network, places: readonly number[], lowest: bigint, signed: bigint): Promise<void> =>
    assertReverts(network.check(await network.sign(places.map((place) => keys[place]!))), `QuorumMissed(${lowest}, ${signed})`);

  test("sixty-four guardians: their signatures and weights fit the gas and bytes that a batch leaves free for them", async () => {
    const network = await deploy({ admin: ZeroAddress, minStake: 1n, minTotal: 1n });
    const { provider } = ecosystem.l1.ethers;
    const wallets = Array.from({ length: 64 }, (_, index) => new Wallet(wordToHex(BigInt(7_000 + index)), provider));
    for (const wallet of wallets) {
      await (await admin!.sendTransaction({ to: wallet.address, value: COIN })).wait();
      const signer = wallet as unknown as HardhatEthersSigner;
      await network.stake(signer, signer, 1_000n);
      // A longer history of the weight.
      for (let time = 0; time < 3; time++) await send(as(network.registry, signer), "deposit", { value: 1n });
      await send(network.by(signer), "join", wallet.address, urlOf(0));
    }
    await network.pass(ENTER_DELAY + 1n);
    const policyData = await network.sign(wallets as unknown as HardhatEthersSigner[]);
    const data = network.contract.interface.encodeFunctionData("checkAvailability", [CLAIM, policyData]);
    const gas = Number(await provider.estimateGas({ to: network.address, data }));
    const { gas: maxGas, bytes: maxBytes } = guardiansCost(1);
    assert.ok(gas - 21_000 < maxGas, `${gas} gas`);
    assert.ok(gas - 21_000 > maxGas / 2, `${gas} gas: as much is not needed`);
    assert.ok((policyData.length - 2) / 2 < maxBytes);
  });

  describe("quorum", () => {
    test("counts weights, not signatures", async () => {
      const network = await founded([1n, 1n, 1n, 6n]);
      // 66.67 % of 9 coins, rounded up.
      const lowest = (9n * COIN * 6_667n) / 10_000n;
      await accepts(network, [0, 3]);
      await accepts(network, [0, 1, 2, 3]);
      await misses(network, [0, 1, 2], lowest, 3n * COIN);
      // 66.66 % is below the share.
      await misses(network, [3], lowest, 6n * COIN);
      await misses(network, [], lowest, 0n);
    });

    test("rounds the share of the weight up", async () => {
      const network = await founded([1n, 2n], { shareBps: 5_000n, minTotal: 1n, minStake: 1n });
      await send(as(network.registry, operators[1]!), "deposit", { value: 1n });
      await network.pass(ENTER_DELAY + 1n);
      await accepts(network, [1]);
      // 3 coins and a unit: the lesser half is a unit short.
      const half = (3n * COIN + 1n) / 2n + 1n;
      await misses(network, [0], half, COIN);
    });

    test("accepts exactly the share", async () => {
      const network = await founded([1n, 1n], { shareBps: 5_000n });
      await accepts(network, [0]);
    });

    test("refuses signers that are repeated, out of order, foreign, or of other data", async () => {
      const network = await founded([2n, 2n, 2n]);
      const one = keys[0]!.address.toLowerCase();
      await assertReverts(network.check(await network.sign([keys[0]!, keys[0]!])), `SignersNotAscending(${one}, ${one})`);
      const coder = AbiCoder.defaultAbiCoder();
      const [until, ordered] = coder.decode(["uint64", "bytes[]"], await network.sign(keys.slice(0, 2))) as unknown as [
        bigint,
        Hex[],
      ];
      const reversed = coder.encode(["uint64", "bytes[]"], [until, [...ordered].reverse()]) as Hex;
      await assertReverts(network.check(reversed), `SignersNotAscending(${lower(keys[1]!.address)}, ${one})`);
      await assertReverts(network.check(await network.sign([stranger!, keys[0]!])), `NotAGuardian(${lower(stranger!.address)})`);
      const data = await network.sign(keys.slice(0, 3));
      await assertReverts(network.check(data, { ...CLAIM, pubdataHash: wordToHex(1n) }), "NotAGuardian");
      await assertReverts(network.check(data, { ...CLAIM, preCommitment: wordToHex(1n) }), "NotAGuardian");
      const elsewhere = await network.sign(keys.slice(0, 3), { policy: `0x${"12".repeat(20)}` });
      await assertReverts(network.check(elsewhere), "NotAGuardian");
      assert.equal(await network.check(data), NOTHING);
    });

    test("an old signature committed: signatures expire", async () => {
      const network = await founded([2n, 2n]);
      const validUntil = (await network.now()) - 1n + VALIDITY;
      const data = await network.sign(keys.slice(0, 2));
      // A call runs in the newest block.
      await network.passTo(validUntil);
      assert.equal(await network.check(data), NOTHING);
      await network.passTo(validUntil + 1n);
      await assertReverts(network.check(data), "SignaturesExpired");
      const [, signatures] = AbiCoder.defaultAbiCoder().decode(["uint64", "bytes[]"], data) as unknown as [bigint, Hex[]];
      // The second is signed: a submitter cannot move it.
      const moved = AbiCoder.defaultAbiCoder().encode(["uint64", "bytes[]"], [validUntil + 1n, [...signatures]]) as Hex;
      await assertReverts(network.check(moved), "NotAGuardian");
    });

    test("all others leave: a minimum total counts", async () => {
      const network = await founded([1n, 1n, 1n]);
      for (const place of [0, 1]) await send(network.by(operators[place]!), "leave", keys[place]!.address);
      await network.pass(1n);
      await assertReverts(network.check(await network.sign([keys[2]!])), `TotalTooSmall(${2n * COIN}, ${COIN})`);
    });

    test("two chains share one network, and each commits by its signatures alone", async () => {
      const network = await founded([2n, 2n, 2n]);
      const chains: TestChain[] = [];
      for (const chainId of [270n, 271n]) {
        const configuration = { ...(await defaultConfiguration(ecosystem, chainId)), dataAvailabilityPolicy: network.address };
        chains.push(await TestChain.create(ecosystem, configuration));
      }
      const signed = async (preCommitment: Hex, pubdataHash: Hex) => ({
        data: await network.sign(keys.slice(0, 3), { about: { ...CLAIM, preCommitment, pubdataHash } }),
        boundDataHash: NOTHING,
      });
      const forms = await Promise.all(chains.map((chain) => chain.form({ withhold: true, policy: signed })));
      // The first chain's signatures in the second chain's commit.
      const mixed = { ...forms[1]!.commit, policyData: forms[0]!.commit["policyData"] };
      const approval = await chains[1]!.sign(forms[1]!.expected.commitment);
      const attempt = send(chains[1]!.contract, "commitBatches", forms[1]!.previous, [{ batch: mixed, approval: approval }]);
      await assertReverts(attempt, "NotAGuardian");
      for (const [i, chain] of chains.entries()) {
        const { stored } = await chain.commit(forms[i]!);
        assert.equal(await view(chain.contract, "storedBatchHash", 0), hashStoredBatch(stored));
      }
    });

    test("changed weights leave an accepted batch accepted: it is proven and executed", async () => {
      const network = await founded([2n, 2n]);
      const configuration = { ...(await defaultConfiguration(ecosystem, 272n)), dataAvailabilityPolicy: network.address };
      const chain = await TestChain.create(ecosystem, configuration);
      const formed = await chain.form({
        withhold: true,
        policy: async (preCommitment, pubdataHash) => ({
          data: await network.sign(keys.slice(0, 2), { about: { ...CLAIM, preCommitment, pubdataHash } }),
          boundDataHash: NOTHING,
        }),
      });
      const { stored } = await chain.commit(formed);
      for (const place of [0, 1]) await send(network.by(operators[place]!), "leave", keys[place]!.address);
      await chain.prove(stored);
      await chain.execute(stored, formed);
      assert.equal(await view(chain.contract, "getTotalBatchesExecuted"), 1n);
      // Another policy continues the chain.
      await scheduleTerms(ecosystem, chain, { dataAvailabilityPolicy: await ecosystem.rollupPolicy.getAddress() });
    });
  });

  describe("weights", () => {
    test("flash stake: a raised deposit counts after the delay, of a founder too", async () => {
      const network = await founded([1n, 1n]);
      await network.pass(ENTER_DELAY);
      await send(as(network.registry, operators[0]!), "deposit", { value: 98n * COIN });
      const raisedAt = await network.now();
      await network.passTo(raisedAt + ENTER_DELAY);
      // The last past second is a second short of the delay.
      assert.equal(await network.total(), 2n * COIN);
      await network.passTo(raisedAt + ENTER_DELAY + 1n);
      assert.equal(await network.total(), 100n * COIN);
    });

    test("join ahead of a commit: a newcomer neither signs nor counts before its delay ends", async () => {
      const network = await founded([1n, 1n]);
      await admitAndJoin(network, 2, 98n * COIN);
      const joinedAt = await network.now();
      await accepts(network, [0, 1]);
      await assertReverts(network.check(await network.sign([keys[2]!])), `NotAGuardian(${lower(keys[2]!.address)})`);
      await network.passTo(joinedAt + ENTER_DELAY);
      await accepts(network, [0, 1]);
      await network.passTo(joinedAt + ENTER_DELAY + 1n);
      await accepts(network, [2]);
      await misses(network, [0, 1], 66_670_000_000_000_000_000n, 2n * COIN);
    });

    test("stake that waited in the registry still waits in the list", async () => {
      const network = await founded([1n, 1n]);
      await network.stake(operators[2]!, keys[2]!, 98n * COIN);
      await network.pass(2n * ENTER_DELAY);
      await send(network.by(admin!), "admit", keys[2]!.address, urlOf(2));
      await join(network, 2);
      await network.pass(2n);
      await accepts(network, [0, 1]);
      await send(network.by(operators[2]!), "leave", keys[2]!.address);
      await network.pass(VALIDITY);
      // A member that returns begins its delay.
      await join(network, 2);
      await network.pass(2n);
      await accepts(network, [0, 1]);
    });

    test("leave ahead of a commit: collected signatures count, and later ones do without the guardian that left", async () => {
      const network = await founded([1n, 1n, 4n]);
      const collected = await network.sign([keys[0]!, keys[2]!]);
      await send(network.by(operators[2]!), "leave", keys[2]!.address);
      const leftAt = await network.now();
      await network.passTo(leftAt + ENTER_DELAY);
      assert.equal(await network.check(collected), NOTHING);
      // Weights of the second of its leave.
      const after = await network.signUntil(leftAt + VALIDITY, [keys[0]!, keys[2]!]);
      await assertReverts(network.check(after), `NotAGuardian(${lower(keys[2]!.address)})`);
      await accepts(network, [0, 1]);
    });

    test("stake that leaves ahead of a commit: collected signatures count", async () => {
      const network = await founded([1n, 1n, 4n]);
      const collected = await network.sign([keys[0]!, keys[2]!]);
      await send(as(network.registry, operators[2]!), "announceWithdrawal", 4n * COIN);
      await send(as(network.registry, operators[0]!), "delist", network.service);
      await network.pass(VALIDITY / 2n);
      assert.equal(await network.check(collected), NOTHING);
      await assertReverts(network.check(await network.sign([keys[0]!, keys[2]!])), `TotalTooSmall(${2n * COIN}, ${COIN})`);
    });

    test("a guardian that left joins after the hour of its signatures", async () => {
      const network = await founded([1n, 1n, 1n]);
      await send(network.by(operators[2]!), "leave", keys[2]!.address);
      const leftAt = await network.now();
      const until = leftAt + VALIDITY;
      await assertReverts(send(network.by(operators[2]!), "leave", keys[2]!.address), "NotAGuardian");
      await setNextBlock(ecosystem, until - 1n);
      await assertReverts(join(network, 2), `StillListed(${lower(keys[2]!.address)}, ${until})`);
      await setNextBlock(ecosystem, until + 1n);
      await join(network, 2);
      assert.equal((await listed(network)).length, 3);
    });

    test("signatures whose second has not passed are refused", async () => {
      const network = await founded([2n, 2n]);
      const now = await network.now();
      const early = await network.signUntil(now + VALIDITY, keys.slice(0, 2));
      await assertReverts(network.check(early), `ValidityTooLong(${now - 1n + VALIDITY}, ${now + VALIDITY})`);
      await network.pass(1n);
      assert.equal(await network.check(early), NOTHING);
    });

    test("founders count from the start, and no batch is accepted before it", async () => {
      const network = await deploy();
      for (const place of [0, 1]) await admitAndJoin(network, place, COIN);
      await network.pass(2n * ENTER_DELAY);
      const data = await network.sign(keys.slice(0, 2));
      await assertReverts(network.check(data), "NotStarted()");
      await send(network.by(admin!), "start");
      assert.equal(await view(network.contract, "startedAt"), await network.now());
      // The second of the start must have passed.
      await assertReverts(network.check(await network.sign(keys.slice(0, 2))), "NotStarted()");
      await network.pass(1n);
      await accepts(network, [0, 1]);
      // A founder's deposit after the start waits.
      await send(as(network.registry, operators[0]!), "deposit", { value: 98n * COIN });
      await network.pass(2n);
      assert.equal(await network.total(), 2n * COIN);
    });

    test("stake that leaves counts no longer", async () => {
      const network = await founded([1n, 1n, 1n]);
      await accepts(network, [0, 1, 2]);
      await send(as(network.registry, operators[0]!), "announceWithdrawal", COIN);
      await network.pass(1n);
      await accepts(network, [1, 2]);
      assert.equal(await network.total(), 2n * COIN);
    });
  });

  describe("list", () => {
    test("a key joins by its operator, with the URL that the admin admitted", async () => {
      const network = await deploy();
      await network.stake(operators[0]!, keys[0]!, COIN);
      await network.pass(1n);
      const [key, url] = [keys[0]!.address, urlOf(0)];
      await assertReverts(join(network, 0), "NotAdmitted");
      const owner = lower(admin!.address);
      await assertReverts(send(network.by(stranger!), "admit", key, url), `NotAdmin(${owner}, ${lower(stranger!.address)})`);
      await send(network.by(admin!), "admit", key, url);
      await assertReverts(send(network.by(operators[0]!), "join", key, urlOf(1)), "NotAdmitted");
      const operator = lower(operators[0]!.address);
      await assertReverts(send(network.by(stranger!), "join", key, url), `NotOperator(${operator}, ${lower(stranger!.address)})`);
      await join(network, 0);
      await assertReverts(join(network, 0), `AlreadyJoined(${lower(key)})`);
      const [guardian] = await view<readonly { key: string; url: string; joinedAt: bigint }[]>(network.contract, "guardians");
      assert.deepEqual([guardian!.key, guardian!.url, guardian!.joinedAt], [key, url, await network.now()]);
    });

    test("a key below the minimum stake cannot join, and any account removes one that sinks below it", async () => {
      const network = await deploy();
      await network.stake(operators[0]!, keys[0]!, COIN - 1n);
      await send(network.by(admin!), "admit", keys[0]!.address, urlOf(0));
      await network.pass(1n);
      await assertReverts(join(network, 0), `WeightTooSmall(${COIN}, ${COIN - 1n})`);
      await send(as(network.registry, operators[0]!), "deposit", { value: 1n });
      await network.pass(1n);
      await join(network, 0);
      const leave = () => send(network.by(stranger!), "leave", keys[0]!.address);
      await assertReverts(leave(), "NotOperator");
      await send(as(network.registry, operators[0]!), "announceWithdrawal", 1n);
      // In the second after it: the newest past second counts.
      await setNextBlock(ecosystem, (await network.now()) + 1n);
      await leave();
      assert.deepEqual(await listed(network), []);
      await assertReverts(leave(), `NotAGuardian(${lower(keys[0]!.address)})`);
    });

    test("stays in order whichever key joins or leaves", async () => {
      const network = await deploy();
      for (const place of [2, 0, 4, 1, 3]) await admitAndJoin(network, place, COIN);
      const addresses = keys.map(({ address }) => address);
      assert.deepEqual(await listed(network), addresses);
      for (const place of [2, 4, 0]) await send(network.by(operators[place]!), "leave", keys[place]!.address);
      assert.deepEqual(await listed(network), [addresses[1], addresses[3]]);
    });

    test("dust members: the list has 64 entries, and a heavy key removes none", async () => {
      const network = await deploy({ minStake: 1n, minTotal: 1n });
      const { provider } = ecosystem.l1.ethers;
      const slotOfLength = await slotOfCount(network);
      await admitAndJoin(network, 0, COIN);
      assert.equal(BigInt(await provider.getStorage(network.address, slotOfLength)), 1n);
      // 63 further ones would take a minute: their count is written.
      await provider.send("hardhat_setStorageAt", [network.address, `0x${slotOfLength.toString(16)}`, wordToHex(64n)]);
      await network.stake(operators[1]!, keys[1]!, COIN);
      await send(network.by(admin!), "admit", keys[1]!.address, urlOf(1));
      await network.pass(1n);
      await assertReverts(join(network, 1), "NetworkFull(64)");
      await provider.send("hardhat_setStorageAt", [network.address, `0x${slotOfLength.toString(16)}`, wordToHex(1n)]);
      await join(network, 1);
    });
  });

  describe("terms", () => {
    test("an open network takes every staked key, after the delay", async () => {
      const network = await deploy({ admin: ZeroAddress });
      await network.stake(operators[0]!, keys[0]!, 2n * COIN);
      await network.pass(1n);
      await join(network, 0);
      const joinedAt = await network.now();
      await network.passTo(joinedAt + ENTER_DELAY);
      await assertReverts(network.check(await network.sign([keys[0]!])), `TotalTooSmall(${2n * COIN}, 0)`);
      await network.passTo(joinedAt + ENTER_DELAY + 1n);
      await accepts(network, [0]);
    });

    test("the admin starts the network once and appoints the next admin; 0 opens it permanently", async () => {
      const network = await deploy();
      const refused = `NotAdmin(${lower(admin!.address)}, ${lower(stranger!.address)})`;
      await assertReverts(send(network.by(stranger!), "start"), refused);
      await assertReverts(send(network.by(stranger!), "setAdmin", stranger!.address), refused);
      await assertReverts(send(network.by(admin!), "setAdmin", ZeroAddress), "NotStarted()");
      await send(network.by(admin!), "start");
      await assertReverts(send(network.by(admin!), "start"), `AlreadyStarted(${await network.now()})`);
      await send(network.by(admin!), "setAdmin", stranger!.address);
      await assertReverts(send(network.by(admin!), "setAdmin", admin!.address), "NotAdmin");
      await send(network.by(stranger!), "setAdmin", ZeroAddress);
      await assertReverts(send(network.by(stranger!), "setAdmin", stranger!.address), "NotAdmin");
      assert.equal((await view<GuardianTerms>(network.contract, "terms")).admin, ZeroAddress);
      await network.stake(operators[0]!, keys[0]!, COIN);
      await network.pass(1n);
      await join(network, 0);
    });

    test("terms are refused that no stake could meet, or that dust would meet", async () => {
      await assertReverts(deploy({ shareBps: 0n }), "ShareOutOfRange(10000, 0)");
      await assertReverts(deploy({ shareBps: 10_001n }), "ShareOutOfRange(10000, 10001)");
      await assertReverts(deploy({ minTotal: 0n }), "MinTotalMissing()");
      await assertReverts(deploy({ answerTime: 0n }), "AnswerTimesMissing()");
      await assertReverts(deploy({ slashTime: 0n }), "AnswerTimesMissing()");
      await assertReverts(deploy({ enterDelay: UNBONDING + 1n }), `EnterDelayTooLong(${UNBONDING}, ${UNBONDING + 1n})`);
      const network = await deploy({ shareBps: 10_000n, enterDelay: UNBONDING });
      const terms = await view<Record<string, unknown>>(network.contract, "terms");
      const expected = { ...TERMS, admin: admin!.address, shareBps: 10_000n, enterDelay: UNBONDING };
      for (const [name, value] of Object.entries(expected)) assert.equal(terms[name], value, name);
      // An hour of signatures, then the times of a request, its answer and a report.
      assert.equal(await view(network.contract, "window", "0x"), 3_600n + 900n + 200n + 300n);
    });

    test("a stake whose retention exceeds the time of unbonding is not enlisted", async () => {
      const network = await deploy({ retention: TERMS.retention + 1n });
      await send(as(network.registry, operators[0]!), "deposit", { value: COIN });
      await assertReverts(network.enlist(operators[0]!, keys[0]!), `WindowTooLong(${UNBONDING}, ${UNBONDING + 1n})`);
    });
  });

  /** Storage slot whose value counts the list: the one that the first key's entry raises from 0 to 1. */
  async function slotOfCount(network: Network): Promise<bigint> {
    const { provider } = ecosystem.l1.ethers;
    const before = await slotsOf(network);
    const snapshot: unknown = await provider.send("evm_snapshot", []);
    await admitAndJoin(network, 0, COIN);
    const after = await slotsOf(network);
    await provider.send("evm_revert", [snapshot]);
    return BigInt(after.findIndex((value, slot) => value === 1n && before[slot] === 0n));
  }
  async function slotsOf(network: Network): Promise<bigint[]> {
    const { provider } = ecosystem.l1.ethers;
    const slots = Array.from({ length: 8 }, (_, slot) => provider.getStorage(network.address, slot));
    return (await Promise.all(slots)).map(BigInt);
  }
});
