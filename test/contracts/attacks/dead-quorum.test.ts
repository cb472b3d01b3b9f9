import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { addExecutionVersion } from "../l1/support/aggregates.ts";
import { TestChain } from "../l1/support/chain.ts";
import {
  addressOf,
  defaultConfiguration,
  deployEcosystem,
  provenVersion,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { createWithoutQuorum } from "../l1/support/settlements.ts";
import { lower, quorumOf, scheduleTerms, setNextBlock } from "../l1/support/terms.ts";

const WINDOW = 100n;
const DELAY = 150n;
const RECOVERY_TIME = 200n;
/** The factory takes a standby with no shorter one. */
const EXIT_DELAY = 2n * DELAY + RECOVERY_TIME + 1n;
const NEVER = 2n ** 256n - 1n;
const KNOCK = { l2Contract: addressOf(0) };

describe("attack: one free operation against a dead quorum", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  let [, first, second, third, fourth, stranger]: HardhatEthersSigner[] = [];
  before(async () => {
    ecosystem = await deployEcosystem(0n, startLocalL1, RECOVERY_TIME);
    [, first, second, third, fourth, stranger] = ecosystem.accounts.slice(0, 6);
  });
  after(() => ecosystem.l1.close());

  /** Quorum of the first and the second; standby of the third and the fourth. */
  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> => {
    const [quorum, standby] = [quorumOf([first!, second!]), quorumOf([third!, fourth!])];
    return TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      ...{ validators: quorum.validators, validatorThreshold: quorum.threshold },
      ...{ standby: standby.validators, standbyThreshold: standby.threshold },
      ...{ priorityOpWindow: WINDOW, executionDelay: DELAY, exitDelay: EXIT_DELAY },
      ...overrides,
    });
  };
  const quorum = () => [first!, second!];
  const standby = () => [third!, fourth!];
  const knock = async (chain: TestChain): Promise<{ hash: Hex; deadline: bigint }> => {
    const hash = await chain.request(KNOCK, 0n);
    const index = (await view<bigint>(chain.contract, "getTotalPriorityTxs")) - 1n;
    const { deadline } = await view<{ deadline: bigint }>(chain.contract, "priorityOperation", index);
    return { hash, deadline: deadline >> 32n };
  };
  const answer = (...hashes: Hex[]) => ({
    canonicalTxHashes: hashes,
    logs: hashes.map(() => ({ type: "priorityOp", success: true }) as const),
  });
  const at = (timestamp: bigint) => setNextBlock(ecosystem, timestamp);
  const commit = async (chain: TestChain, signers: HardhatEthersSigner[], content: Parameters<TestChain["form"]>[0] = {}) => {
    const formed = await chain.form(content);
    return { formed, ...(await chain.commit(formed, undefined, signers)) };
  };
  const revertBy = async (chain: TestChain, number: bigint, signers: HardhatEthersSigner[]) =>
    send(chain.contract, "revertBatches", ...(await chain.signRevert(number, {}, signers)));

  /** Ten seconds on. */
  const refusedUntil = async (from: bigint, call: () => Promise<unknown>): Promise<void> => {
    const now = (await ecosystem.latestTimestamp()) + 10n;
    await at(now);
    await assertReverts(call(), `StandbyTooEarly(${from}, ${now})`);
  };

  test("the chain continues: the standby commits overdue operations, and they execute before the exit opens", async () => {
    const chain = await create();
    const { hash, deadline } = await knock(chain);
    const from = deadline + WINDOW;
    const formed = await chain.form({ timestamp: deadline, ...answer(hash) });
    await at(from - 1n);
    await assertReverts(chain.commit(formed, undefined, standby()), `StandbyTooEarly(${from}, ${from - 1n})`);
    await at(from + RECOVERY_TIME);
    const { stored } = await chain.commit(formed, undefined, standby());
    await chain.prove(stored);
    await at(from + RECOVERY_TIME + DELAY);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
    await chain.execute(stored, formed);
    assert.equal(await view(chain.contract, "exitOpensAt"), NEVER);
  });

  test("without a standby the same operation opens the exit", async () => {
    const chain = await create({ standby: [], standbyThreshold: 0n });
    const { hash, deadline } = await knock(chain);
    await at(deadline + WINDOW + EXIT_DELAY);
    const word = commit(chain, standby(), { timestamp: deadline, ...answer(hash) });
    await assertReverts(word, `NotAValidator(${lower(quorumOf(standby()).validators[0]!)})`);
    await at(deadline + WINDOW + EXIT_DELAY + 1n);
    await send(chain.contract, "activateExit");
  });

  test("standby while the chain lives: it counts in no second in which no operation is left", async () => {
    const chain = await create();
    await refusedUntil(NEVER, () => commit(chain, standby()));
    const { hash, deadline } = await knock(chain);
    await commit(chain, quorum(), answer(hash));
    // Not executed yet; but no batch would have to take it.
    await at(deadline + WINDOW);
    await ecosystem.l1.ethers.provider.send("evm_mine", []);
    await refusedUntil(NEVER, () => commit(chain, standby()));
    await refusedUntil(deadline + WINDOW + DELAY, () => revertBy(chain, 0n, standby()));
  });

  test("standby with a flooded queue: each operation is overdue by its own deadline", async () => {
    const chain = await create();
    const one = await knock(chain);
    const two = await chain.request({ l2GasLimit: 8_000_000n });
    const three = await chain.request({ l2GasLimit: 8_000_000n });
    const { deadline } = await view<{ deadline: bigint }>(chain.contract, "priorityOperation", 2n);
    assert.ok(deadline >> 32n > one.deadline + 100n);
    await at(one.deadline + WINDOW);
    await commit(chain, standby(), { timestamp: one.deadline, ...answer(one.hash, two) });
    const early = () => commit(chain, standby(), { timestamp: one.deadline, ...answer(three) });
    await refusedUntil((deadline >> 32n) + WINDOW, early);
  });

  test("standby together with half the quorum: signatures of the one and of the other never add up", async () => {
    const chain = await create();
    const { hash, deadline } = await knock(chain);
    await at(deadline + WINDOW);
    const content = { timestamp: deadline, ...answer(hash) };
    for (const signers of [
      [first!, third!],
      [second!, fourth!],
      [first!, third!, fourth!],
    ]) {
      await assertReverts(commit(chain, signers, content), "NotAValidator");
    }
    await assertReverts(commit(chain, [third!], content), "QuorumTooSmall(2, 1)");
    await assertReverts(commit(chain, [third!, third!], content), "SignersNotAscending");
    await assertReverts(commit(chain, [third!, stranger!], content), "NotAValidator");
    await assertReverts(commit(chain, [], content), "QuorumTooSmall(2, 0)");
  });

  test("a member of both is counted in one of them at a time", async () => {
    const [few, both] = [quorumOf([first!, third!, fourth!], 3), quorumOf([first!, second!], 2)];
    const chain = await create({
      ...{ validators: few.validators, validatorThreshold: 3n },
      ...{ standby: both.validators, standbyThreshold: 2n },
    });
    await assertReverts(commit(chain, [first!, second!, third!]), "NotAValidator");
    await assertReverts(commit(chain, [first!, third!]), "QuorumTooSmall(3, 2)");
    await refusedUntil(NEVER, () => commit(chain, [first!, second!]));
    await commit(chain, [first!, third!, fourth!]);
  });

  test("the dead quorum's commit without a proof is reverted, and the operation executes in time", async () => {
    const chain = await create();
    const { hash, deadline } = await knock(chain);
    const before = chain.last;
    await commit(chain, quorum(), answer(hash));
    const from = deadline + WINDOW + DELAY;
    const word = await chain.signRevert(0n, {}, standby());
    await at(from - 1n);
    await assertReverts(send(chain.contract, "revertBatches", ...word), `StandbyTooEarly(${from}, ${from - 1n})`);
    await at(from);
    await send(chain.contract, "revertBatches", ...word);
    [chain.last, chain.batchCount] = [before, 0n];
    await at(from + RECOVERY_TIME);
    const { stored, formed } = await commit(chain, standby(), { timestamp: deadline, ...answer(hash) });
    await chain.prove(stored);
    await at(from + RECOVERY_TIME + DELAY);
    await assertReverts(send(chain.contract, "activateExit"), "ExitNotOpen");
    await chain.execute(stored, formed);
  });

  test("the standby cannot revert proven batches: they execute automatically", async () => {
    const chain = await create();
    const { hash, deadline } = await knock(chain);
    const { stored, formed } = await commit(chain, quorum(), answer(hash));
    await commit(chain, quorum());
    await chain.prove(stored);
    await at(deadline + WINDOW + DELAY + 1n);
    await assertReverts(revertBy(chain, 0n, standby()), "RevertOfProven(1, 0)");
    await revertBy(chain, 1n, standby());
    await chain.execute(stored, formed);
  });

  test("the next epoch's standby counts from its second on, the former one no longer", async () => {
    const chain = await create();
    const due = await scheduleTerms(ecosystem, chain, { standby: quorumOf([stranger!]) });
    await at(due - 2n * WINDOW);
    const { hash, deadline } = await knock(chain);
    const content = { timestamp: deadline, ...answer(hash) };
    await at(deadline + WINDOW);
    assert.equal(deadline + WINDOW, due);
    await assertReverts(commit(chain, standby(), content), "NotAValidator");
    await commit(chain, [stranger!], content);
  });

  test("a withdrawn standby counts never", async () => {
    const chain = await create();
    await scheduleTerms(ecosystem, chain, { standby: quorumOf([stranger!]) });
    await send(ecosystem.settings, "cancelTerms", chain.configuration.chainId);
    await at(await scheduleTerms(ecosystem, chain, { standby: { threshold: 0n, validators: [] } }));
    const { hash, deadline } = await knock(chain);
    await at(deadline + WINDOW);
    await assertReverts(commit(chain, [stranger!], { timestamp: deadline, ...answer(hash) }), "NotAValidator");
  });

  test("a chain without a quorum gets none by a standby", async () => {
    const aggregator = await addExecutionVersion(ecosystem, provenVersion(2));
    const chain = await createWithoutQuorum(ecosystem, aggregator, nextChainId++);
    for (const next of [quorumOf([third!]), { threshold: 1n, validators: [] }, quorumOf([third!], 0)]) {
      await assertReverts(scheduleTerms(ecosystem, chain, { standby: next }), "StandbyWithoutQuorum()");
    }
  });

  test("no standby whose batches would come too late", async () => {
    await assertReverts(create({ exitDelay: EXIT_DELAY - 1n }), `ExitDelayTooShort(${EXIT_DELAY - 1n}, ${EXIT_DELAY - 1n})`);
  });
});
