import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { exitAfterRequest, lastToLeave, upgradeNotice } from "../../../src/protocol/leaving.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { addExecutionVersion } from "./support/aggregates.ts";
import { TestChain } from "./support/chain.ts";
import type { BatchContent } from "./support/chain.ts";
import {
  addressOf,
  as,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  furtherVersion,
  send,
  view,
} from "./support/ecosystem.ts";
import type { ChainConfiguration, Ecosystem } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { settleNext } from "./support/settlements.ts";
import { quorumOf, scheduleTerms, setNextBlock } from "./support/terms.ts";

/** The contracts' own times. Zeros are those of devnets; a reaction time may not be shorter than a freeze. */
const LAYERS = [
  { name: "a devnet's", recoveryTime: 0n, freezeTime: 0n, reactionTime: 0n },
  { name: "the least with freezes", recoveryTime: 0n, freezeTime: 60n, reactionTime: 60n },
  { name: "each longer than zero", recoveryTime: 5n, freezeTime: 60n, reactionTime: 90n },
] as const;
type Layer = (typeof LAYERS)[number];

const WINDOW = 50n;
/** None, shorter than the window, longer; the longer one is the one, or the other. With a recovery time of 5 s an unproven delay has at least 120. */
const DELAYS = [
  { executionDelay: 0n, unprovenDelay: 0n },
  { executionDelay: 30n, unprovenDelay: 0n },
  { executionDelay: 0n, unprovenDelay: 130n },
  { executionDelay: 150n, unprovenDelay: 130n },
] as const;
const FLAGS = [
  { isGoverned: true, takesReplacements: false },
  { isGoverned: true, takesReplacements: true },
  { isGoverned: false, takesReplacements: false },
] as const;
const SIGNERS = ["quorum", "quorum and standby", "settlers"] as const;

/** All that differs between the chains of a layer: every combination that the factory admits. */
interface Corner {
  readonly delays: (typeof DELAYS)[number];
  readonly flags: (typeof FLAGS)[number];
  readonly signers: (typeof SIGNERS)[number];
}

const ALL_CORNERS: readonly Corner[] = DELAYS.flatMap((delays) =>
  FLAGS.flatMap((flags) => SIGNERS.map((signers) => ({ delays, flags, signers }))),
).filter(({ signers, delays }) => signers !== "settlers" || (delays.executionDelay === 0n && delays.unprovenDelay === 0n));

const max = (...values: readonly bigint[]): bigint => values.reduce((left, right) => (left > right ? left : right));

/** By hand, from the reasons that ChainRules gives: what an honest chain needs behind a window, with all that can hold it up. */
function leastExitDelay({ delays, signers }: Corner, { recoveryTime, freezeTime }: Layer): bigint {
  const delay = max(delays.executionDelay, delays.unprovenDelay);
  const heldUp = recoveryTime + freezeTime;
  return 1n + max(WINDOW + delay + heldUp, signers === "quorum and standby" ? 2n * delay + heldUp : 0n);
}

function timesOf(corner: Corner, layer: Layer) {
  return { priorityOpWindow: WINDOW, exitDelay: leastExitDelay(corner, layer), ...corner.delays };
}

/** No notice of these chains is longer, and time to react behind it. */
function longestNotice(layer: Layer): bigint {
  return max(...ALL_CORNERS.map((corner) => upgradeNotice(timesOf(corner, layer), layer.reactionTime))) + layer.reactionTime;
}

/** The next versions of a chain whose batches are proven in part, and of one without a proof of execution. */
const [PLAIN, NEXT_PLAIN, PROVING, NEXT_PROVING] = [0, 1, 2, 3].map(furtherVersion) as [bigint, bigint, bigint, bigint];

/** An ecosystem whose retirement notice fits its chains to the second, and whose freezes come as often as that allows. */
class Scene {
  readonly ecosystem: Ecosystem;
  readonly layer: Layer;
  readonly council: HardhatEthersSigner;
  readonly cycle: bigint;
  #nextChainId = 300n;

  private constructor(ecosystem: Ecosystem, layer: Layer, council: HardhatEthersSigner, cycle: bigint) {
    [this.ecosystem, this.layer, this.council, this.cycle] = [ecosystem, layer, council, cycle];
  }

  static async start(layer: Layer): Promise<Scene> {
    const l1 = await startLocalL1();
    const council = (await l1.ethers.getSigners())[5]!;
    const notice = longestNotice(layer);
    const { freezeTime, reactionTime, recoveryTime } = layer;
    const freezes = freezeTime === 0n ? {} : { council: council.address, freezeTime, freezeCycle: notice };
    const chosen = { ...freezes, retirementNotice: notice, reactionTime };
    const ecosystem = await deployEcosystem(0n, () => Promise.resolve(l1), recoveryTime, chosen);
    const content = await view<{ toObject(): object }>(ecosystem.verifiers, "contentOf", PLAIN);
    await send(ecosystem.verifiers, "addVersion", NEXT_PLAIN, content.toObject());
    for (const version of [PROVING, NEXT_PROVING]) await addExecutionVersion(ecosystem, version);
    return new Scene(ecosystem, layer, council, notice);
  }

  async configuration(corner: Corner): Promise<ChainConfiguration> {
    const { flags, signers, delays } = corner;
    const [, , , third] = this.ecosystem.accounts;
    return {
      ...(await defaultConfiguration(this.ecosystem, this.#nextChainId++)),
      ...timesOf(corner, this.layer),
      ...flags,
      protocolVersion: signers === "settlers" || delays.unprovenDelay !== 0n ? PROVING : PLAIN,
      ...(signers === "settlers" ? { validatorThreshold: 0n, validators: [] } : {}),
      ...(signers === "quorum and standby" ? { standbyThreshold: 1n, standby: [third!.address] } : {}),
    };
  }

  /** The next block has this second, or the first that it can have. */
  async at(second: bigint): Promise<bigint> {
    const next = max(second, (await this.ecosystem.latestTimestamp()) + 1n);
    await setNextBlock(this.ecosystem, next);
    return next;
  }

  /** Freezes all versions for as long as the council can, from this second on; resolves with the first one that is free. */
  async freezeAll(second: bigint): Promise<bigint> {
    const { freezeTime } = this.layer;
    if (freezeTime === 0n) return second;
    const begin = await this.at(second);
    const verifiers = as(this.ecosystem.verifiers, this.council);
    await send(verifiers, "freeze", [PLAIN, NEXT_PLAIN, PROVING, NEXT_PROVING], freezeTime);
    return begin + freezeTime;
  }

  freshCycle(): Promise<void> {
    return this.ecosystem.increaseTime(this.cycle + this.layer.freezeTime);
  }
}

/** Where the whole freeze holds an honest chain up. */
const STAGES = ["commit", "execution"] as const;

for (const layer of LAYERS)
  describe(`all can leave within the notice, with the freezes spent at the worst moment: contracts whose times are ${layer.name}`, () => {
    let scene: Scene;
    let ecosystem: Ecosystem;
    before(async () => {
      scene = await Scene.start(layer);
      ({ ecosystem } = scene);
    });
    after(() => ecosystem.l1.close());

    const success = (operation: Hex): BatchContent => ({
      canonicalTxHashes: [operation],
      logs: [{ type: "priorityOp", success: true }],
    });
    const knock = (chain: TestChain): Promise<Hex> => chain.request({ l2Contract: addressOf(0) }, 0n);
    /** All that an admin can announce at once against its accounts; resolves with the second from which the first of it counts. */
    const announce = async (chain: TestChain): Promise<bigint> => {
      const { chainId, protocolVersion } = chain.configuration;
      const next = protocolVersion === PLAIN ? NEXT_PLAIN : NEXT_PROVING;
      const receipt = await send(ecosystem.settings, "scheduleUpgrade", chainId, next, 0n);
      const [event] = eventsOf(ecosystem.settings, receipt, "UpgradeScheduled");
      const isSettled = chain.configuration.validatorThreshold === 0n;
      const quorum = isSettled ? { threshold: 0n, validators: [] } : quorumOf([ecosystem.accounts[8]!]);
      const terms = await scheduleTerms(ecosystem, chain, { quorum, isGoverned: false, takesReplacements: false });
      const upgrade = event!.args["effectiveAt"] as bigint;
      assert.ok(terms > upgrade);
      return upgrade;
    };
    const withdrawAnnouncement = async ({ configuration }: TestChain): Promise<void> => {
      for (const name of ["cancelUpgrade", "cancelTerms"]) await send(ecosystem.settings, name, configuration.chainId);
    };
    /** From which second on the chain can do what it would have done in this one. */
    const heldUp = async ({ configuration }: TestChain, second: bigint): Promise<bigint> => {
      const free = await scene.freezeAll(second);
      return configuration.isGoverned ? free : second;
    };
    /** The batch that is formed again with the operation, as late as an honest chain may be; resolves with its execution's second. */
    const honest = async (chain: TestChain, corner: Corner, operation: Hex, asked: bigint, stage: (typeof STAGES)[number]) => {
      const { delays } = corner;
      const delay = max(delays.executionDelay, delays.unprovenDelay);
      const content = { ...success(operation), protocolVersion: chain.configuration.protocolVersion };
      let begin = asked + 2n * WINDOW + layer.recoveryTime;
      if (corner.signers === "settlers") {
        const second = await scene.at(await heldUp(chain, begin));
        await settleNext(chain, ecosystem.accounts[1]!, content);
        return second;
      }
      const signers = corner.signers === "quorum" ? undefined : [ecosystem.accounts[3]!];
      if (signers !== undefined) {
        // The quorum commits in time what it never proves; the standby takes that back as soon as it may.
        await scene.at(asked + 2n * WINDOW - 2n);
        const [last, count] = [chain.last, chain.batchCount];
        await chain.commit(await chain.form(content));
        await scene.at(asked + 2n * WINDOW + delay);
        await send(chain.contract, "revertBatches", ...(await chain.signRevert(count, {}, signers)));
        [chain.last, chain.batchCount] = [last, count];
        begin = (await ecosystem.latestTimestamp()) + layer.recoveryTime;
      }
      if (stage === "commit") begin = await heldUp(chain, begin);
      const formed = await chain.form(content);
      await scene.at(begin);
      const { stored } = await chain.commit(formed, undefined, signers);
      await chain.prove(stored);
      const due = stored.committedAt + delay;
      const executed = await scene.at(stage === "execution" ? await heldUp(chain, due) : due);
      await chain.execute(stored, formed);
      return executed;
    };

    test("the factory takes the shortest exit delay, and none that is a second shorter", async () => {
      for (const corner of ALL_CORNERS) {
        const configuration = await scene.configuration(corner);
        const needed = configuration.exitDelay - 1n;
        await assertReverts(
          createChain(ecosystem, { ...configuration, exitDelay: needed }),
          `ExitDelayTooShort(${needed}, ${needed})`,
        );
      }
    });

    test("an ecosystem takes the chain whose notice and reaction fill a retirement's notice, and none that needs a second more", async () => {
      const configuration = await scene.configuration(ALL_CORNERS[0]!);
      const others = upgradeNotice({ ...configuration, exitDelay: 0n }, layer.reactionTime) + layer.reactionTime;
      const exitDelay = scene.cycle - others;
      await assertReverts(
        createChain(ecosystem, { ...configuration, exitDelay: exitDelay + 1n }),
        `RetirementNoticeTooShort(${scene.cycle + 1n}, ${scene.cycle})`,
      );
      await createChain(ecosystem, { ...configuration, exitDelay });
      assert.equal(
        await view<bigint>(ecosystem.settings, "upgradeNotice", configuration.chainId),
        scene.cycle - layer.reactionTime,
      );
    });

    test("a freeze that ends within a notice, even the longest one's first second, is the last in it", async () => {
      await scene.freshCycle();
      const end = await scene.freezeAll((await ecosystem.latestTimestamp()) + 10n);
      const effectiveAt = end - 1n + scene.cycle - layer.reactionTime;
      const left = () => view<bigint>(ecosystem.verifiers, "freezeLeft");
      await ecosystem.increaseTime(effectiveAt - 1n - (await ecosystem.latestTimestamp()));
      assert.equal(await left(), 0n);
      await ecosystem.increaseTime(end + scene.cycle - (await ecosystem.latestTimestamp()));
      assert.equal(await left(), layer.freezeTime);
    });

    test("no chain that governance does not reach takes replacements", async () => {
      const configuration = await scene.configuration(ALL_CORNERS[0]!);
      const flags = { isGoverned: false, takesReplacements: true };
      await assertReverts(createChain(ecosystem, { ...configuration, ...flags }), "TermsUnsupported(false, true)");
    });

    test("an honest chain that is held up by the whole freeze, before its commit or its execution, executes the request and is not stopped", async () => {
      for (const corner of ALL_CORNERS) {
        const chain = await TestChain.create(ecosystem, await scene.configuration(corner));
        for (const stage of STAGES) {
          await scene.freshCycle();
          const operation = await knock(chain);
          const asked = await ecosystem.latestTimestamp();
          assert.equal(await view<bigint>(chain.contract, "exitOpensAt"), asked + exitAfterRequest(chain.configuration));
          const effectiveAt = await announce(chain);
          const executed = await honest(chain, corner, operation, asked, stage);
          assert.ok(executed <= asked + exitAfterRequest(chain.configuration), JSON.stringify({ ...corner, stage }, textOf));
          assert.ok(executed < effectiveAt);
          await withdrawAnnouncement(chain);
        }
      }
    });

    test("an account that asks in the last second can stop a chain that does nothing before what was announced counts", async () => {
      for (const corner of ALL_CORNERS) {
        const chain = await TestChain.create(ecosystem, await scene.configuration(corner));
        await scene.freshCycle();
        const times = chain.configuration;
        const notice = upgradeNotice(times, layer.reactionTime);
        assert.equal(await view<bigint>(ecosystem.settings, "upgradeNotice", times.chainId), notice);
        const announcedAt = (await ecosystem.latestTimestamp()) + 10n;
        const asked = lastToLeave(announcedAt + notice, times);
        // Where a devnet leaves no time to react, the last second is before the announcement.
        const isBefore = asked < announcedAt;
        if (isBefore) await askAt(chain, asked);
        await scene.at(announcedAt);
        const effectiveAt = await announce(chain);
        assert.equal(effectiveAt, announcedAt + notice);
        if (!isBefore) await askAt(chain, asked);
        const opensAt = asked + exitAfterRequest(times);
        await scene.freezeAll(opensAt - layer.freezeTime / 2n);
        await scene.at(opensAt);
        await assertReverts(send(chain.contract, "activateExit"), `ExitNotOpen(${opensAt}, ${opensAt})`);
        assert.equal(await scene.at(opensAt + 1n), opensAt + 1n);
        await send(chain.contract, "activateExit");
        assert.ok(opensAt + 1n < effectiveAt, JSON.stringify(corner, textOf));
      }
    });

    const askAt = async (chain: TestChain, second: bigint): Promise<void> => {
      assert.equal(await scene.at(second), second);
      await knock(chain);
    };
  });

function textOf(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
