import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assetMessage, claimOf } from "./support/assets.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  GENESIS_LEAVES,
  GENESIS_ROOT,
  NO_EXECUTION_PROOFS,
  PROTOCOL_VERSION,
  REACTION_SECONDS,
  send,
  view,
  furtherVersion,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit } from "./support/exits.ts";

const NEXT_VERSION = furtherVersion(1);
const SUCCESS = { type: "priorityOp", success: true } as const;

describe("upgrades of a chain to another protocol version", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    await addVersion(NEXT_VERSION);
  });
  after(() => ecosystem.l1.close());

  /** A version that differs in its verifier. */
  async function addVersion(version: bigint): Promise<string> {
    const verifier = await (await ecosystem.l1.deploy("VerifierDouble")).getAddress();
    const tree = await ecosystem.stateTree.getAddress();
    const reader = await ecosystem.reader.getAddress();
    const content = {
      verifier,
      tree,
      reader,
      genesisStateRoot: GENESIS_ROOT,
      genesisLeafCount: GENESIS_LEAVES,
      ...NO_EXECUTION_PROOFS,
    };
    await send(ecosystem.verifiers, "addVersion", version, content);
    return verifier;
  }

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  const schedule = ({ configuration }: TestChain, version = NEXT_VERSION) =>
    send(ecosystem.settings, "scheduleUpgrade", configuration.chainId, version, 0n);
  const noticeOf = ({ configuration }: TestChain) => view<bigint>(ecosystem.settings, "upgradeNotice", configuration.chainId);
  const pass = async (chain: TestChain): Promise<void> => ecosystem.increaseTime(await noticeOf(chain));
  const commit = async (chain: TestChain, content: Parameters<TestChain["form"]>[0]) => chain.commit(await chain.form(content));

  test("§8.10: count after two windows, exit delay, execution delay and the reaction time, for batches that begin then", async () => {
    const chain = await create({ executionDelay: 7n });
    const { priorityOpWindow, exitDelay, executionDelay, chainId } = chain.configuration;
    const receipt = await schedule(chain);
    const now = await ecosystem.latestTimestamp();
    const due = now + 2n * priorityOpWindow + exitDelay + executionDelay + REACTION_SECONDS;
    const [event] = eventsOf(ecosystem.settings, receipt, "UpgradeScheduled");
    assert.deepEqual([...event!.args], [chainId, NEXT_VERSION, PROTOCOL_VERSION, due, 0n]);

    await commit(chain, {});
    await pass(chain);
    // Begun before, committed after: the version before.
    await assertReverts(
      commit(chain, { firstTimestamp: due - 1n, timestamp: due, protocolVersion: NEXT_VERSION }),
      "CommitmentMismatch",
    );
    await commit(chain, { firstTimestamp: due - 1n, timestamp: due });
    await assertReverts(commit(chain, { firstTimestamp: due }), "CommitmentMismatch");
    await commit(chain, { firstTimestamp: due, protocolVersion: NEXT_VERSION });
  });

  test("leave each batch the verifier of its version, and contract, address and history of the chain", async () => {
    const chain = await create();
    const first = await chain.settle();
    await schedule(chain);
    await pass(chain);
    const second = await chain.settle({ protocolVersion: NEXT_VERSION });
    const events = (await chain.contract.queryFilter(chain.contract.filters["BatchProven"]!())).map(
      (log) => chain.contract.interface.parseLog(log)!.args,
    );
    const [before, after] = await Promise.all(
      [PROTOCOL_VERSION, NEXT_VERSION].map(
        async (version) => (await view<{ verifier: string }>(ecosystem.verifiers, "contentOf", version)).verifier,
      ),
    );
    assert.deepEqual(
      events.map(({ batchNumber, protocolVersion, verifier }) => [batchNumber, protocolVersion, verifier]),
      [
        [0n, PROTOCOL_VERSION, before],
        [1n, NEXT_VERSION, after],
      ],
    );
    assert.equal(await view(ecosystem.factory, "getHyperchain", chain.configuration.chainId), await chain.contract.getAddress());
    assert.equal(await view(chain.contract, "getProtocolVersion"), NEXT_VERSION);
    assert.equal(await view(chain.contract, "executedStateRoot"), second.stored.newStateRoot);
    assert.equal(second.stored.oldStateRoot, first.stored.newStateRoot);
  });

  test("wait for every operation that was in the queue when they were announced, and for no later one", async () => {
    const chain = await create();
    const early = await chain.request();
    await schedule(chain);
    const late = await chain.request();
    await pass(chain);
    await assertReverts(
      commit(chain, { protocolVersion: NEXT_VERSION, canonicalTxHashes: [early], logs: [SUCCESS] }),
      "CommitmentMismatch",
    );
    await commit(chain, { canonicalTxHashes: [early], logs: [SUCCESS] });
    await commit(chain, { protocolVersion: NEXT_VERSION, canonicalTxHashes: [late], logs: [SUCCESS] });
  });

  test("come from the chain's admin alone, to a version that governance has added and not begun to retire", async () => {
    const chain = await create();
    const { chainId, admin } = chain.configuration;
    const stranger = ecosystem.accounts[5]!;
    const denied = `OnlyAdmin(${admin.toLowerCase()}, ${stranger.address.toLowerCase()})`;
    await assertReverts(send(as(ecosystem.settings, stranger), "scheduleUpgrade", chainId, NEXT_VERSION, 0n), denied);
    await assertReverts(send(as(ecosystem.settings, stranger), "cancelUpgrade", chainId), denied);
    await assertReverts(schedule(chain, 77n), "UnknownProtocolVersion(77)");
    await assertReverts(schedule(chain, PROTOCOL_VERSION), `VersionUnchanged(${PROTOCOL_VERSION})`);
    await addVersion(furtherVersion(40));
    await send(ecosystem.verifiers, "scheduleRetirement", furtherVersion(40));
    await assertReverts(schedule(chain, furtherVersion(40)), "ProtocolVersionRetiring");
    await assertReverts(send(ecosystem.settings, "scheduleUpgrade", 9_999n, NEXT_VERSION, 0n), "OnlyAdmin");
  });

  test("can be withdrawn until they take effect, and not afterwards", async () => {
    const chain = await create();
    const { chainId } = chain.configuration;
    await assertReverts(send(ecosystem.settings, "cancelUpgrade", chainId), "NoUpgradeScheduled()");
    await schedule(chain);
    await assertReverts(schedule(chain), `UpgradePending(${NEXT_VERSION})`);
    await send(ecosystem.settings, "cancelUpgrade", chainId);
    await pass(chain);
    await commit(chain, {});
    await schedule(chain);
    await pass(chain);
    await assertReverts(send(ecosystem.settings, "cancelUpgrade", chainId), "UpgradeInEffect");
  });

  test("follow one another once a batch of the one before has been executed", async () => {
    const chain = await create();
    await addVersion(furtherVersion(2));
    await schedule(chain);
    await pass(chain);
    const formed = await chain.form({ protocolVersion: NEXT_VERSION });
    const { stored } = await chain.commit(formed);
    // A committed batch retains its version.
    await assertReverts(schedule(chain, furtherVersion(2)), `UpgradePending(${NEXT_VERSION})`);
    await chain.prove(stored);
    await chain.execute(stored, formed);
    await assertReverts(schedule(chain), `VersionUnchanged(${NEXT_VERSION})`);
    await schedule(chain, furtherVersion(2));
    await chain.settle({ protocolVersion: NEXT_VERSION });
    await pass(chain);
    await chain.settle({ protocolVersion: furtherVersion(2) });
    assert.equal(await view(chain.contract, "getProtocolVersion"), furtherVersion(2));
  });

  test("attack 20: an account that does not want one is out before it counts: a withdrawal that is forced in, or the exit, comes first", async () => {
    for (const isTaken of [true, false]) {
      const chain = await create({ executionDelay: 7n });
      const receipt = await schedule(chain);
      const [event] = eventsOf(ecosystem.settings, receipt, "UpgradeScheduled");
      const effectiveAt = event!.args["effectiveAt"] as bigint;
      const { priorityOpWindow, exitDelay, executionDelay } = chain.configuration;
      const forced = await chain.request();
      const queued = await ecosystem.latestTimestamp();
      // A batch that takes it at the last moment is executed under the version before.
      await ecosystem.increaseTime(2n * priorityOpWindow - 5n);
      if (isTaken) {
        const formed = await chain.form({ canonicalTxHashes: [forced], logs: [SUCCESS] });
        const { stored } = await chain.commit(formed);
        assert.equal(stored.protocolVersion, PROTOCOL_VERSION);
        await chain.prove(stored);
        await ecosystem.increaseTime(executionDelay);
        await chain.execute(stored, formed);
      } else {
        await ecosystem.increaseTime(exitDelay + 5n);
        await send(chain.contract, "activateExit");
      }
      const done = await ecosystem.latestTimestamp();
      assert.ok(done < effectiveAt, `${done - queued} s after the request, ${effectiveAt - done} s before the effect`);
    }
  });

  test("do not concern a stopped chain", async () => {
    const chain = await create();
    await chain.request();
    await activateExit(ecosystem, chain);
    await assertReverts(schedule(chain), "UpgradeOfStoppedChain()");
  });

  test("bring a chain past the retirement of its first version, from which it can still be rebuilt", async () => {
    await addVersion(furtherVersion(50));
    const chain = await create({ protocolVersion: furtherVersion(50) });
    const genesis = await view<unknown[]>(chain.contract, "genesisBatch");
    await schedule(chain);
    await send(ecosystem.verifiers, "scheduleRetirement", furtherVersion(50));
    await ecosystem.increaseTime(await view<bigint>(ecosystem.verifiers, "retirementNotice"));
    await chain.settle({ protocolVersion: NEXT_VERSION });
    assert.deepEqual([...(await view<unknown[]>(chain.contract, "genesisBatch"))], [...genesis]);
  });

  test("leave no withdrawal behind: those of a version that has retired are claimed, executed or only proven by then", async () => {
    await addVersion(furtherVersion(60));
    const chain = await create({ protocolVersion: furtherVersion(60), executionDelay: 300n });
    const recipients = [addressOf(0x60a), addressOf(0x60b)] as const;
    const withdrawal = (place: 0 | 1) => assetMessage(ecosystem, { amount: 70n, recipient: recipients[place] });
    const deposit = await chain.request({}, 10n ** 9n);
    const begun = async (content: Parameters<TestChain["form"]>[0]) => {
      const formed = await chain.form(content);
      const { stored } = await chain.commit(formed);
      await chain.prove(stored);
      return { formed, stored };
    };
    const early = await begun({ canonicalTxHashes: [deposit], logs: [SUCCESS, withdrawal(0)] });
    await ecosystem.increaseTime(300n);
    await chain.execute(early.stored, early.formed);
    await send(ecosystem.verifiers, "scheduleRetirement", furtherVersion(60));
    await ecosystem.increaseTime((await view<bigint>(ecosystem.verifiers, "retirementNotice")) - 100n);
    const late = await begun({ logs: [withdrawal(1)] });
    await ecosystem.increaseTime(300n);
    await assertReverts(commit(chain, {}), "ProtocolVersionRetired");
    await chain.execute(late.stored, late.formed);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, early.formed, 1, withdrawal(0)));
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, late.formed, 0, withdrawal(1)));
    for (const recipient of recipients) assert.equal(await ecosystem.l1.ethers.provider.getBalance(recipient), 70n);
  });

  test("are in the records of batches and marks, by the version of the last executed batch", async () => {
    const chain = await create();
    await schedule(chain);
    await pass(chain);
    const mark = async () => {
      const receipt = await send(as(ecosystem.roots, ecosystem.accounts[9]!), "mark", chain.configuration.chainId);
      const [event] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
      return (event!.args["record"] as { protocolVersion: bigint }).protocolVersion;
    };
    assert.equal(await mark(), PROTOCOL_VERSION);
    const formed = await chain.form({ protocolVersion: NEXT_VERSION });
    const { stored } = await chain.commit(formed);
    await chain.prove(stored);
    const receipt = await chain.execute(stored, formed);
    const [event] = eventsOf(ecosystem.roots, receipt, "TransactionRootUpdated");
    assert.equal((event!.args["record"] as { protocolVersion: bigint }).protocolVersion, NEXT_VERSION);
    await ecosystem.increaseTime(3_600n);
    assert.equal(await mark(), NEXT_VERSION);
  });
});
