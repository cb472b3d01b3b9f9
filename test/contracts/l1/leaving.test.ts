import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder } from "ethers";
import { boundOfAll, boundOfAny, NOTHING_BOUND } from "../../../src/ground/protocol/data-choice.ts";
import { exitAfterRequest, lastToLeave, upgradeNotice } from "../../../src/ground/protocol/leaving.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { IS_NIGHTLY } from "../../support/nightly.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { addExecutionVersion } from "./support/aggregates.ts";
import { TestChain, type BatchContent } from "./support/chain.ts";
import {
  addressOf,
  as,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  furtherVersion,
  provenVersion,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { settleNext } from "./support/settlements.ts";
import { quorumOf, scheduleTerms, setNextBlock } from "./support/terms.ts";

const coder = AbiCoder.defaultAbiCoder();

/** The contracts' own times. Zeros are those of devnets; a reaction time may not be shorter than a freeze. */
const LAYERS = [
  { name: "a devnet's", recoveryTime: 0n, freezeTime: 0n, reactionTime: 0n },
  { name: "the least with freezes", recoveryTime: 0n, freezeTime: 60n, reactionTime: 60n },
  { name: "each longer than zero", recoveryTime: 5n, freezeTime: 60n, reactionTime: 90n },
] as const;
type Layer = (typeof LAYERS)[number];

/** In seconds. With the least, one second, an operation, what is announced behind it and a batch would not fit before its deadline. */
const WINDOWS = [10n, 50n, 2_592_000n] as const;
const [LEAST_WINDOW, LONGEST_WINDOW, LONGEST_EXIT_DELAY] = [1n, 2_592_000n, 7_776_000n];
const EXITS = ["least", "longest"] as const;
const POLICIES = ["published", "all of", "any of"] as const;
/** Execution delays in seconds: none, shorter than a window, longer than one. */
const DELAYS = [0n, 30n, 150n] as const;
const FLAGS = [
  { isGoverned: true, takesReplacements: false },
  { isGoverned: true, takesReplacements: true },
  { isGoverned: false, takesReplacements: false },
] as const;
/** Without validators any account settles, what its senders bring or what L1's queue alone holds (mode 1). */
const SIGNERS = ["quorum", "quorum and standby", "settlers", "the queue"] as const;
const isSettled = (signers: (typeof SIGNERS)[number]): boolean => signers === "settlers" || signers === "the queue";

/** All that differs between the chains of a layer. */
interface Corner {
  readonly executionDelay: (typeof DELAYS)[number];
  readonly flags: (typeof FLAGS)[number];
  readonly signers: (typeof SIGNERS)[number];
  readonly window: bigint;
  readonly exit: (typeof EXITS)[number];
  readonly policy: (typeof POLICIES)[number];
}

/** Chains without a quorum have no delays, and no policy that binds no settler. */
const isAdmitted = ({ signers, executionDelay, policy }: Corner): boolean =>
  !isSettled(signers) || (executionDelay === 0n && policy === "published");

/** Every combination that the factory admits. */
const ALL_CORNERS: readonly Corner[] = DELAYS.flatMap((executionDelay) =>
  FLAGS.flatMap((flags) =>
    SIGNERS.flatMap((signers) =>
      WINDOWS.flatMap((window) =>
        EXITS.flatMap((exit) => POLICIES.map((policy) => ({ executionDelay, flags, signers, window, exit, policy }))),
      ),
    ),
  ),
).filter(isAdmitted);

/**
 * All of them at night. By day each combination of delays, flags and signers is one layer's, three in a row of each nine, with a window,
 * an exit delay and a policy that change from one to the next.
 */
function cornersOf(layer: Layer): readonly Corner[] {
  if (IS_NIGHTLY) return ALL_CORNERS;
  const shift = LAYERS.indexOf(layer);
  const base = ALL_CORNERS.filter(
    ({ window, exit, policy }) => window === WINDOWS[0] && exit === EXITS[0] && policy === POLICIES[0],
  );
  const paired = base.map((corner, i): Corner => {
    const window = WINDOWS[(i + shift) % WINDOWS.length]!;
    const exit = EXITS[(Math.trunc(i / WINDOWS.length) + shift) % EXITS.length]!;
    const policy = POLICIES[(Math.trunc(i / 2) + shift) % POLICIES.length]!;
    const chosen = { ...corner, window, exit, policy };
    return isAdmitted(chosen) ? chosen : { ...chosen, policy: "published" };
  });
  return paired.filter((_, i) => Math.trunc(i / WINDOWS.length) % LAYERS.length === shift);
}

const max = (...values: readonly bigint[]): bigint => values.reduce((left, right) => (left > right ? left : right));

/**
 * Minimum exit delay by hand, from the reasons of ChainRules: time that an honest chain needs after a window, with all
 * possible delays.
 */
function leastExitDelay({ executionDelay, signers, window }: Corner, { recoveryTime, freezeTime }: Layer): bigint {
  const heldUp = recoveryTime + freezeTime;
  return 1n + max(window + executionDelay + heldUp, signers === "quorum and standby" ? 2n * executionDelay + heldUp : 0n);
}

function timesOf(corner: Corner, layer: Layer) {
  const exitDelay = corner.exit === "least" ? leastExitDelay(corner, layer) : LONGEST_EXIT_DELAY;
  return { priorityOpWindow: corner.window, exitDelay, executionDelay: corner.executionDelay };
}

/** No notice of these chains is longer, and time to react behind it. */
function longestNotice(layer: Layer): bigint {
  return max(...ALL_CORNERS.map((corner) => upgradeNotice(timesOf(corner, layer), layer.reactionTime))) + layer.reactionTime;
}

/** Versions of a chain whose batches are proven in part, and of one without a proof of execution, with the next ones. */
const [PLAIN, NEXT_PLAIN] = [furtherVersion(0), furtherVersion(1)];
const [PROVING, NEXT_PROVING] = [provenVersion(2), provenVersion(3)];
/** Versions of queue-only chains. */
const [QUEUE, NEXT_QUEUE] = [provenVersion(4), provenVersion(5)];
const NEXT: ReadonlyMap<bigint, bigint> = new Map([
  [PLAIN, NEXT_PLAIN],
  [PROVING, NEXT_PROVING],
  [QUEUE, NEXT_QUEUE],
]);

/** An ecosystem whose retirement notice fits its chains to the second, and whose freezes come as often as that allows. */
class Scene {
  readonly ecosystem: Ecosystem;
  readonly layer: Layer;
  readonly council: HardhatEthersSigner;
  readonly cycle: bigint;
  readonly #policies: Readonly<Record<Corner["policy"], string>>;
  #nextChainId = 300n;

  private constructor(
    ecosystem: Ecosystem,
    layer: Layer,
    council: HardhatEthersSigner,
    { cycle, policies }: { readonly cycle: bigint; readonly policies: Readonly<Record<Corner["policy"], string>> },
  ) {
    [this.ecosystem, this.layer, this.council, this.cycle] = [ecosystem, layer, council, cycle];
    this.#policies = policies;
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
    for (const version of [QUEUE, NEXT_QUEUE]) await addExecutionVersion(ecosystem, version);
    const published = await ecosystem.rollupPolicy.getAddress();
    const composed = async (name: string) => (await l1.deploy(name, [published, published])).getAddress();
    const policies = { published, "all of": await composed("AllOfPolicy"), "any of": await composed("AnyOfPolicy") };
    return new Scene(ecosystem, layer, council, { cycle: notice, policies });
  }

  async configuration(corner: Corner): Promise<ChainConfiguration> {
    const { flags, signers } = corner;
    const [, , , third] = this.ecosystem.accounts;
    return {
      ...(await defaultConfiguration(this.ecosystem, this.#nextChainId++)),
      ...timesOf(corner, this.layer),
      ...flags,
      dataAvailabilityPolicy: this.#policies[corner.policy],
      protocolVersion: isSettled(signers) ? PROVING : PLAIN,
      ...(isSettled(signers) ? { validatorThreshold: 0n, validators: [] } : {}),
      ...(signers === "the queue" ? { sequencingMode: 1n, protocolVersion: QUEUE } : {}),
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
    await send(verifiers, "freeze", [...NEXT.keys(), ...NEXT.values()], freezeTime);
    return begin + freezeTime;
  }

  freshCycle(): Promise<void> {
    return this.ecosystem.increaseTime(this.cycle + this.layer.freezeTime);
  }
}

/** Data of a batch for the policy, and the policy's answer; two members each, which report that the data are published. */
const SHOWN: Readonly<Record<Corner["policy"], BatchContent>> = {
  published: {},
  "all of": shownAs(coder.encode(["bytes[]"], [["0x", "0x"]]), boundOfAll([NOTHING_BOUND, NOTHING_BOUND])),
  "any of": shownAs(coder.encode(["uint256", "bytes"], [1, "0x"]), boundOfAny(1, NOTHING_BOUND)),
};

function shownAs(data: string, boundDataHash: Hex): BatchContent {
  return { policy: () => Promise.resolve({ data: data as Hex, boundDataHash }) };
}

/** Stages of an honest chain that the whole freeze delays. */
const STAGES = ["commit", "execution"] as const;
/** Times of the freeze while a chain is idle. */
const FREEZES = ["before the notice", "behind the request", "around the opening", "before the opening"] as const;

for (const layer of LAYERS)
  describe(`all can leave within the notice, with the freezes spent at the worst moment: contracts whose times are ${layer.name}`, () => {
    let scene: Scene;
    let ecosystem: Ecosystem;
    const corners = cornersOf(layer);
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
      const receipt = await send(ecosystem.settings, "scheduleUpgrade", chainId, NEXT.get(protocolVersion), 0n);
      const [event] = eventsOf(ecosystem.settings, receipt, "UpgradeScheduled");
      const hasQuorum = chain.configuration.validatorThreshold !== 0n;
      const quorum = hasQuorum ? quorumOf([ecosystem.accounts[8]!]) : { threshold: 0n, validators: [] };
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
    /**
     * Rebuilds and executes the batch with the operation, as late as an honest chain may; resolves with its execution's
     * second.
     */
    const honest = async (chain: TestChain, corner: Corner, operation: Hex, asked: bigint, stage: (typeof STAGES)[number]) => {
      const { executionDelay: delay, window } = corner;
      const { protocolVersion } = chain.configuration;
      const content = { ...success(operation), ...SHOWN[corner.policy], protocolVersion };
      let begin = asked + 2n * window + layer.recoveryTime;
      if (isSettled(corner.signers)) {
        const second = await scene.at(await heldUp(chain, begin));
        await settleNext(chain, ecosystem.accounts[1]!, content);
        return second;
      }
      const signers = corner.signers === "quorum" ? undefined : [ecosystem.accounts[3]!];
      if (signers !== undefined) {
        // The quorum commits in time what it never proves; the standby takes that back as soon as it may.
        await scene.at(asked + 2n * window - 2n);
        const [last, count] = [chain.last, chain.batchCount];
        await chain.commit(await chain.form(content));
        await scene.at(asked + 2n * window + delay);
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

    test("the factory takes the shortest and the longest exit delay, and none that is a second shorter or longer", async () => {
      for (const corner of corners) {
        const configuration = await scene.configuration(corner);
        const needed = configuration.exitDelay - 1n;
        const [exitDelay, refusal] =
          corner.exit === "least"
            ? [needed, `ExitDelayTooShort(${needed}, ${needed})`]
            : [LONGEST_EXIT_DELAY + 1n, `ExitDelayOutOfRange(1, ${LONGEST_EXIT_DELAY}, ${LONGEST_EXIT_DELAY + 1n})`];
        await assertReverts(createChain(ecosystem, { ...configuration, exitDelay }), refusal);
      }
    });

    test("an ecosystem takes the chain whose notice and reaction fill a retirement's notice, and none that needs a second more", async () => {
      const [longest] = ALL_CORNERS.filter(
        ({ window, exit, signers, executionDelay }) =>
          window === LONGEST_WINDOW && exit === "longest" && signers === "quorum" && executionDelay === DELAYS[2],
      );
      const configuration = await scene.configuration(longest!);
      await assertReverts(
        createChain(ecosystem, { ...configuration, executionDelay: configuration.executionDelay + 1n }),
        `RetirementNoticeTooShort(${scene.cycle + 1n}, ${scene.cycle})`,
      );
      await createChain(ecosystem, configuration);
      assert.equal(
        await view<bigint>(ecosystem.settings, "upgradeNotice", configuration.chainId),
        scene.cycle - layer.reactionTime,
      );
    });

    test("an ecosystem takes no mode but that of one sequencer and that of the queue alone, and no window beyond its bounds", async () => {
      const configuration = await scene.configuration(corners[0]!);
      for (const sequencingMode of [2n, 3n])
        await assertReverts(
          createChain(ecosystem, { ...configuration, sequencingMode }),
          `SequencingModeUnsupported(1, ${sequencingMode})`,
        );
      for (const priorityOpWindow of [LEAST_WINDOW - 1n, LONGEST_WINDOW + 1n])
        await assertReverts(
          createChain(ecosystem, { ...configuration, priorityOpWindow }),
          `PriorityOpWindowOutOfRange(${LEAST_WINDOW}, ${LONGEST_WINDOW}, ${priorityOpWindow})`,
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
      const configuration = await scene.configuration(corners[0]!);
      const flags = { isGoverned: false, takesReplacements: true };
      await assertReverts(createChain(ecosystem, { ...configuration, ...flags }), "TermsUnsupported(false, true)");
    });

    test("an honest chain that is held up by the whole freeze, before its commit or its execution, executes the request and is not stopped", async () => {
      for (const corner of corners) {
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

    /** Times of the council's longest freeze: one per corner by day, all of them at night. */
    const placesOf = (i: number): readonly number[] => (IS_NIGHTLY ? FREEZES.map((_, place) => place) : [i % FREEZES.length]);

    test("an account that asks in the last second can stop a chain that does nothing before what was announced counts, wherever the freeze is", async () => {
      const least = corners.slice(0, FREEZES.length).map((corner): Corner => ({ ...corner, window: LEAST_WINDOW }));
      for (const [i, corner] of [...corners, ...least].entries()) {
        for (const place of placesOf(i)) {
          const chain = await TestChain.create(ecosystem, await scene.configuration(corner));
          await scene.freshCycle();
          await leaveInTheLastSecond(chain, FREEZES[place]!);
        }
      }
    });

    const leaveInTheLastSecond = async (chain: TestChain, freezesAt: (typeof FREEZES)[number]): Promise<void> => {
      const times = chain.configuration;
      const { freezeTime } = layer;
      const notice = upgradeNotice(times, layer.reactionTime);
      assert.equal(await view<bigint>(ecosystem.settings, "upgradeNotice", times.chainId), notice);
      const announcedAt = (await ecosystem.latestTimestamp()) + freezeTime + 10n;
      const asked = lastToLeave(announcedAt + notice, times);
      const opensAt = asked + exitAfterRequest(times);
      // It ends in the notice's first second; or it begins there, around the exit's opening, or in the second before.
      if (freezesAt === "before the notice") await scene.freezeAll(announcedAt - freezeTime + 1n);
      // Where a devnet leaves no time to react, the last second is before the announcement.
      const isBefore = asked < announcedAt;
      if (isBefore) await askAt(chain, asked);
      await scene.at(announcedAt);
      const effectiveAt = await announce(chain);
      assert.equal(effectiveAt, announcedAt + notice);
      if (!isBefore) await askAt(chain, asked);
      if (freezesAt === "behind the request") await scene.freezeAll(asked + 1n);
      if (freezesAt === "around the opening") await scene.freezeAll(opensAt - freezeTime / 2n);
      if (freezesAt === "before the opening") await scene.freezeAll(opensAt - 1n);
      await scene.at(opensAt);
      await assertReverts(send(chain.contract, "activateExit"), `ExitNotOpen(${opensAt}, ${opensAt})`);
      assert.equal(await scene.at(opensAt + 1n), opensAt + 1n);
      // A cycle is at least as long as any notice, so that it contains no second freeze.
      assert.equal(await view<bigint>(ecosystem.verifiers, "freezeLeft"), 0n);
      await send(chain.contract, "activateExit");
      assert.ok(opensAt + 1n < effectiveAt, JSON.stringify(times, textOf));
    };

    const askAt = async (chain: TestChain, second: bigint): Promise<void> => {
      assert.equal(await scene.at(second), second);
      await knock(chain);
    };
  });

function textOf(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
