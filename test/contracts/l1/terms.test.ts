import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZeroAddress } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { addExecutionVersion } from "./support/aggregates.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  hexAddress,
  REACTION_SECONDS,
  provenVersion,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit } from "./support/exits.ts";
import { addImportingVersion, createUnborn } from "./support/imports.ts";
import { createWithoutQuorum } from "./support/settlements.ts";
import { lower, quorumOf, scheduleTerms, setNextBlock, termsOf, type ChainTerms } from "./support/terms.ts";

const SUCCESS = { type: "priorityOp", success: true } as const;
const DAY = 86_400n;

describe("terms of a chain by epochs", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  let [admin, first, second, third, stranger]: HardhatEthersSigner[] = [];
  before(async () => {
    ecosystem = await deployEcosystem();
    [admin, first, second, third, stranger] = ecosystem.accounts.slice(0, 5);
  });
  after(() => ecosystem.l1.close());

  /** Creates a chain with one validator that is not the admin. */
  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      validators: [first!.address],
      ...overrides,
    });
  const schedule = (chain: TestChain, overrides: Partial<ChainTerms>) => scheduleTerms(ecosystem, chain, overrides);
  const commitBy = async (chain: TestChain, signers: HardhatEthersSigner[], content: Parameters<TestChain["form"]>[0]) =>
    chain.commit(await chain.form(content), undefined, signers);
  const setNext = (timestamp: bigint) => setNextBlock(ecosystem, timestamp);
  const epochs = async ({ configuration }: TestChain): Promise<bigint[]> => [
    ...(await view<Iterable<bigint>>(ecosystem.settings, "epochsOf", configuration.chainId)),
  ];
  const isValidator = ({ configuration }: TestChain, { address }: HardhatEthersSigner) =>
    view<boolean>(ecosystem.settings, "isValidator", configuration.chainId, address);

  test("the next validators count after two windows, exit delay, execution delay and the reaction time, by L1's clock", async () => {
    const chain = await create({ executionDelay: 7n });
    const { chainId, priorityOpWindow, exitDelay, executionDelay } = chain.configuration;
    const next = termsOf(chain, { quorum: quorumOf([second!, third!]) });
    const receipt = await send(ecosystem.settings, "scheduleTerms", chainId, next);
    const now = await ecosystem.latestTimestamp();
    const due = now + 2n * priorityOpWindow + exitDelay + executionDelay + REACTION_SECONDS;
    const [event] = eventsOf(ecosystem.settings, receipt, "TermsScheduled");
    assert.deepEqual([event!.args["chainId"], event!.args["epoch"], event!.args["effectiveAt"]], [chainId, 1n, due]);
    assert.deepEqual(await epochs(chain), [0n, 0n, due]);

    await setNext(due - 1n);
    await commitBy(chain, [first!], { timestamp: due - 1n });
    await setNext(due);
    await commitBy(chain, [second!, third!], { timestamp: due });
    assert.deepEqual(await epochs(chain), [1n, due, 0n]);
    assert.deepEqual(await Promise.all([first!, second!, third!].map((account) => isValidator(chain, account))), [
      false,
      true,
      true,
    ]);
    await assertReverts(commitBy(chain, [second!], {}), "QuorumTooSmall(2, 1)");
  });

  test("old quorum signs after its epoch, holds its clock back, reverts at the boundary", async () => {
    const chain = await create();
    const due = await schedule(chain, { quorum: quorumOf([second!]) });
    const heldBack = due - 100n;
    await setNext(due - 2n);
    await commitBy(chain, [first!], { timestamp: heldBack });
    const old = `NotAValidator(${lower(first!.address)})`;
    // What it signed in its time counts no longer, however old the batch is.
    const formed = await chain.form({ timestamp: heldBack });
    const approval = await chain.sign(formed.expected.commitment, [first!]);
    await setNext(due);
    await assertReverts(
      send(chain.contract, "commitBatches", formed.previous, [{ batch: formed.commit, approval: approval }]),
      old,
    );
    await assertReverts(send(chain.contract, "revertBatches", ...(await chain.signRevert(0n, {}, [first!]))), old);
    // A batch of the old clock is the new quorum's to commit, and to revert.
    await chain.commit(formed, undefined, [second!]);
    await send(chain.contract, "revertBatches", ...(await chain.signRevert(0n, {}, [second!])));
  });

  test("a validator that stays keeps its word: what it signed before counts afterwards", async () => {
    const chain = await create({ validators: quorumOf([first!, second!]).validators, validatorThreshold: 2n });
    const due = await schedule(chain, { quorum: quorumOf([first!, third!]) });
    const formed = await chain.form({});
    const word = (await chain.sign(formed.expected.commitment, [first!])).signatures;
    await setNext(due);
    const approval = await chain.sign(formed.expected.commitment, [first!, third!]);
    assert.ok(word.every((signature) => approval.signatures.includes(signature)));
    await send(chain.contract, "commitBatches", formed.previous, [{ batch: formed.commit, approval: approval }]);
  });

  test("policy changed with batches on the way: the batch's time decides, and for older ones L1's within a window", async () => {
    const chain = await create();
    const window = chain.configuration.priorityOpWindow;
    const next = await hexAddress(await ecosystem.l1.deploy("RollupCalldataPolicy"));
    const due = await schedule(chain, { dataAvailabilityPolicy: next });
    const commit = (content: Parameters<TestChain["form"]>[0]) => commitBy(chain, [first!], content);
    await setNext(due - 1n);
    await assertReverts(commit({ timestamp: due - 1n, dataAvailabilityPolicy: next }), "CommitmentMismatch");
    await commit({ timestamp: due - 1n });
    // Begun before, committed after: the policy before.
    await setNext(due + window - 2n);
    await assertReverts(commit({ firstTimestamp: due - 1n, timestamp: due, dataAvailabilityPolicy: next }), "CommitmentMismatch");
    await commit({ firstTimestamp: due - 1n, timestamp: due - 1n });
    await setNext(due + window - 1n);
    await commit({ firstTimestamp: due - 1n, timestamp: due - 1n });
    // A window later no chain keeps it by its clock.
    await setNext(due + window);
    await assertReverts(commit({ firstTimestamp: due - 1n, timestamp: due }), "CommitmentMismatch");
    await commit({ firstTimestamp: due - 1n, timestamp: due - 1n, dataAvailabilityPolicy: next });
    await assertReverts(commit({ firstTimestamp: due }), "CommitmentMismatch");
    await commit({ firstTimestamp: due, dataAvailabilityPolicy: next });
  });

  test("a batch that begins with the new policy's second has it at once", async () => {
    const chain = await create();
    const next = await hexAddress(await ecosystem.l1.deploy("RollupCalldataPolicy"));
    const due = await schedule(chain, { dataAvailabilityPolicy: next });
    await setNext(due);
    await assertReverts(commitBy(chain, [first!], { timestamp: due }), "CommitmentMismatch");
    await commitBy(chain, [first!], { timestamp: due, dataAvailabilityPolicy: next });
  });

  test("filterer changed to refuse all: knocks and roots still pass, and operations that are queued stay", async () => {
    const chain = await create();
    const filterer = await hexAddress(await ecosystem.l1.deploy("FiltererDouble", addressOf(1)));
    const queued = await chain.request();
    const due = await schedule(chain, { transactionFilterer: filterer });
    await setNext(due - 1n);
    const late = await chain.request();
    await setNext(due);
    await assertReverts(chain.request(), `TransactionNotAllowed(${lower(admin!.address)})`);
    const knock = await chain.request({ l2Contract: ZeroAddress, mintValue: 0n }, 0n);
    const receipt = await send(ecosystem.bridge, "sendRoot", chain.configuration.chainId, 0n);
    const [root] = eventsOf(chain.contract, receipt, "NewPriorityRequestId");
    const canonicalTxHashes = [queued, late, knock, root!.args["txHash"] as Hex];
    const operations = { canonicalTxHashes, logs: [SUCCESS, SUCCESS, SUCCESS, SUCCESS] };
    await commitBy(chain, [first!], operations);
  });

  test("only the admin schedules and withdraws, one change at a time", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    const denied = `OnlyAdmin(${lower(admin!.address)}, ${lower(stranger!.address)})`;
    const byStranger = as(ecosystem.settings, stranger!);
    await assertReverts(send(byStranger, "scheduleTerms", chainId, termsOf(chain)), denied);
    await assertReverts(send(byStranger, "cancelTerms", chainId), denied);
    await assertReverts(send(ecosystem.settings, "cancelTerms", chainId), "NoTermsScheduled()");
    await assertReverts(
      send(ecosystem.settings, "scheduleTerms", 9_999n, termsOf(chain)),
      `OnlyAdmin(${ZeroAddress}, ${lower(admin!.address)})`,
    );
    const due = await schedule(chain, { quorum: quorumOf([second!]) });
    await setNext(due - 1n);
    await assertReverts(schedule(chain, {}), `TermsPending(1, ${due})`);
    await setNext(due);
    await assertReverts(send(ecosystem.settings, "cancelTerms", chainId), "NoTermsScheduled()");
    await schedule(chain, { quorum: quorumOf([third!]) });
  });

  test("withdrawn terms leave nothing behind: their validators do not count in the epoch that others get", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    await schedule(chain, { quorum: quorumOf([second!, third!], 1) });
    const receipt = await send(ecosystem.settings, "cancelTerms", chainId);
    const [event] = eventsOf(ecosystem.settings, receipt, "TermsCanceled");
    assert.deepEqual([...event!.args], [chainId, 1n]);
    const empty = await view<{ quorum: { validators: unknown[] } }>(ecosystem.settings, "termsOf", chainId, 1n);
    assert.deepEqual([...empty.quorum.validators], []);
    assert.deepEqual(await epochs(chain), [0n, 0n, 0n]);

    const due = await schedule(chain, { quorum: quorumOf([third!]) });
    await setNext(due);
    await assertReverts(commitBy(chain, [second!], {}), `NotAValidator(${lower(second!.address)})`);
    await commitBy(chain, [third!], {});
  });

  test("each epoch has its terms; the configuration, and with it the chain's address, do not change", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    const configurationNow = async () => String(await view<unknown[]>(ecosystem.settings, "configurationOf", chainId));
    const created = await configurationNow();
    const read = async (epoch: bigint) => {
      const { quorum } = await view<{ quorum: { threshold: bigint; validators: string[] } }>(
        ecosystem.settings,
        "termsOf",
        chainId,
        epoch,
      );
      return [quorum.threshold, ...quorum.validators];
    };
    for (const [epoch, account] of [first!, second!, third!].entries()) {
      if (epoch > 0) await setNext(await schedule(chain, { quorum: quorumOf([account]) }));
      await commitBy(chain, [account], {});
    }
    assert.deepEqual(await Promise.all([0n, 1n, 2n, 3n].map(read)), [
      [1n, first!.address],
      [1n, second!.address],
      [1n, third!.address],
      [0n],
    ]);
    assert.equal(await configurationNow(), created);
    assert.ok(created.includes(first!.address));
    assert.equal(lower(await view<string>(ecosystem.factory, "hyperchainAddress", chain.configuration)), chain.address);
  });

  describe("must be such as a chain could be created with", () => {
    const cases: readonly [what: string, terms: () => Partial<ChainTerms>, error: string][] = [
      ["a policy without code", () => ({ dataAvailabilityPolicy: addressOf(5) }), `PolicyWithoutCode(${addressOf(5)})`],
      ["a filterer without code", () => ({ transactionFilterer: addressOf(5) }), `FiltererWithoutCode(${addressOf(5)})`],
      ["no validators", () => ({ quorum: { threshold: 1n, validators: [] } }), "QuorumEmpty()"],
      ["more signers than validators", () => ({ quorum: quorumOf([first!], 2) }), "ThresholdOutOfRange(1, 2)"],
      ["no signers", () => ({ quorum: quorumOf([first!], 0) }), "QuorumRequired(1)"],
      [
        "a validator twice",
        () => ({ quorum: { threshold: 1n, validators: [addressOf(7), addressOf(7)] } }),
        `ValidatorsNotAscending(${addressOf(7)}, ${addressOf(7)})`,
      ],
      [
        "65 validators",
        () => ({ quorum: { threshold: 1n, validators: Array.from({ length: 65 }, (_, i) => addressOf(i + 1)) } }),
        "TooManyValidators(64, 65)",
      ],
    ];
    for (const [what, terms, error] of cases) {
      test(`not ${what}`, async () => {
        await assertReverts(schedule(await create(), terms()), error);
      });
    }

    test("64 validators fit below the limit of a transaction, with room for as much again", async () => {
      const chain = await create();
      const validators = Array.from({ length: 64 }, (_, i) => addressOf(i + 1));
      const next = termsOf(chain, { quorum: { threshold: 43n, validators } });
      const { gasUsed } = await send(ecosystem.settings, "scheduleTerms", chain.configuration.chainId, next);
      assert.ok(gasUsed < 2n ** 23n, `${gasUsed}`);
      const canceled = await send(ecosystem.settings, "cancelTerms", chain.configuration.chainId);
      assert.ok(canceled.gasUsed < 2n ** 23n, `${canceled.gasUsed}`);
    });
  });

  test("a chain without a quorum never gets one, and keeps a policy that binds its settler", async () => {
    const aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    const chain = await createWithoutQuorum(ecosystem, aggregator, nextChainId++);
    await assertReverts(schedule(chain, { quorum: quorumOf([first!]) }), "NoQuorum()");
    const committee = await hexAddress(await ecosystem.l1.deploy("CommitteePolicy", [first!.address], 1));
    await assertReverts(schedule(chain, { dataAvailabilityPolicy: committee }), `PolicyBindsNoSettler(${committee})`);
    const rollup = await hexAddress(await ecosystem.l1.deploy("RollupCalldataPolicy"));
    await schedule(chain, { dataAvailabilityPolicy: rollup });
  });

  test("an unborn chain and a stopped one keep theirs", async () => {
    await addImportingVersion(ecosystem);
    const account = { address: addressOf(0xabc), nonce: 1n, balanceWei: 1n };
    const unborn = await createUnborn(ecosystem, nextChainId++, [account], {});
    const next = termsOf(unborn as unknown as TestChain);
    const left = BigInt(unborn.configuration.importBatches);
    await assertReverts(send(ecosystem.settings, "scheduleTerms", unborn.configuration.chainId, next), `ImportsMissing(${left})`);
    const stopped = await create();
    await stopped.request();
    await activateExit(ecosystem, stopped);
    await assertReverts(schedule(stopped, {}), "TermsOfStoppedChain()");
  });

  test("stolen admin key: terms scheduled, users out in time", async () => {
    for (const isTaken of [true, false]) {
      const chain = await create({ executionDelay: 7n });
      const { priorityOpWindow, exitDelay, executionDelay } = chain.configuration;
      const effectiveAt = await schedule(chain, { quorum: quorumOf([stranger!]) });
      const forced = await chain.request();
      await ecosystem.increaseTime(2n * priorityOpWindow - 5n);
      if (isTaken) {
        const formed = await chain.form({ canonicalTxHashes: [forced], logs: [SUCCESS] });
        const { stored } = await chain.commit(formed);
        await chain.prove(stored);
        await ecosystem.increaseTime(executionDelay);
        await chain.execute(stored, formed);
      } else {
        await ecosystem.increaseTime(exitDelay + 5n);
        await send(chain.contract, "activateExit");
      }
      assert.ok((await ecosystem.latestTimestamp()) < effectiveAt);
    }
  });

  test("the admin hands the chain over in two steps", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    const [next, other] = [second!, third!];
    const accept = (account: HardhatEthersSigner) => send(as(ecosystem.settings, account), "acceptAdmin", chainId);
    await assertReverts(accept(next), `AdminNotOffered(${ZeroAddress}, ${lower(next.address)})`);
    await assertReverts(
      send(as(ecosystem.settings, next), "offerAdmin", chainId, next.address),
      `OnlyAdmin(${lower(admin!.address)}, ${lower(next.address)})`,
    );
    await send(ecosystem.settings, "offerAdmin", chainId, other.address);
    await send(ecosystem.settings, "offerAdmin", chainId, next.address);
    await assertReverts(accept(other), `AdminNotOffered(${lower(next.address)}, ${lower(other.address)})`);
    assert.equal(await view(chain.contract, "getAdmin"), admin!.address);
    const receipt = await accept(next);
    const [event] = eventsOf(ecosystem.settings, receipt, "AdminChanged");
    assert.deepEqual([...event!.args], [chainId, admin!.address, next.address]);
    assert.equal(await view(chain.contract, "getAdmin"), next.address);
    // An offer serves once, and the former admin is a stranger.
    await assertReverts(accept(next), `AdminNotOffered(${ZeroAddress}, ${lower(next.address)})`);
    await assertReverts(schedule(chain, {}), `OnlyAdmin(${lower(next.address)}, ${lower(admin!.address)})`);
    await send(as(ecosystem.settings, next), "scheduleTerms", chainId, termsOf(chain));
  });

  test("price x 2 twice in a day: refused; lower prices at any time; operations that are queued keep theirs", async () => {
    const chain = await create({ l2GasPrice: 10n });
    const { chainId } = chain.configuration;
    const set = (price: bigint) => send(ecosystem.settings, "setPrice", chainId, price);
    const cost = () => view<bigint>(ecosystem.factory, "l2TransactionBaseCost", chainId, 0n, 100_000n, 800n);
    await chain.request();
    await assertReverts(set(21n), "PriceRisesTooFast(20, 21)");
    const receipt = await set(20n);
    const [event] = eventsOf(ecosystem.settings, receipt, "PriceChanged");
    assert.deepEqual([...event!.args], [chainId, 10n, 20n]);
    const rose = await ecosystem.latestTimestamp();
    assert.equal(await cost(), 20n * 160_000n);
    await setNext(rose + DAY - 1n);
    await assertReverts(set(21n), `PriceRisesTooSoon(${rose + DAY}, ${rose + DAY - 1n})`);
    await set(5n);
    await setNext(rose + DAY);
    await set(10n);
    await assertReverts(set(0n), "L2GasPriceOutOfRange(1, 1000000000000, 0)");
    await assertReverts(set(10n ** 12n + 1n), "L2GasPriceOutOfRange(1, 1000000000000, 1000000000001)");
    await assertReverts(
      send(as(ecosystem.settings, stranger!), "setPrice", chainId, 1n),
      `OnlyAdmin(${lower(admin!.address)}, ${lower(stranger!.address)})`,
    );
    const [queued] = await chain.contract.queryFilter(chain.contract.filters["NewPriorityRequest"]!());
    const { transaction } = chain.contract.interface.parseLog(queued!)!.args as unknown as {
      transaction: { maxFeePerGas: bigint };
    };
    assert.equal(transaction.maxFeePerGas, 10n);
  });

  test("price and terms do not touch each other", async () => {
    const chain = await create({ l2GasPrice: 10n });
    const { chainId } = chain.configuration;
    const cost = () => view<bigint>(ecosystem.factory, "l2TransactionBaseCost", chainId, 0n, 100_000n, 800n);
    const due = await schedule(chain, { quorum: quorumOf([second!]) });
    await send(ecosystem.settings, "setPrice", chainId, 7n);
    assert.deepEqual(await epochs(chain), [0n, 0n, due]);
    await setNext(due);
    await commitBy(chain, [second!], {});
    await schedule(chain, {});
    assert.equal(await cost(), 7n * 160_000n);
  });
});
