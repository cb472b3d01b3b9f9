import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { AbiCoder } from "ethers";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { Coverage } from "./coverage.ts";
import { Episode } from "./episode.ts";
import { Violation } from "./invariants/violation.ts";
import { HELD, REFUNDED, RELEASED } from "./model/escrows.ts";
import { L2Chain } from "./l2/l2-chain.ts";
import { addressOf } from "./model/aliases.ts";
import type { Addresses } from "./model/world.ts";
import { EPISODE_STEPS, OPENING, usual } from "./simulation.ts";
import { Codec } from "./support/codec.ts";
import { Choices } from "./support/random.ts";
import { deployScene, type Scene } from "./support/scene.ts";

/** Limit of episodes. Most faults are noticed in the first, within a hundred steps; some need rare episodes. */
const MOST_EPISODES = 10;
const RARELY = 250;
const NEVER = 1_000_000;
/** Address of the code that the fault wraps. */
const ORIGINAL = addressOf(0xfa017n);

/** A contract of L1 that does one thing wrong (Faults.sol), and the sentence about the ecosystem that is no longer true then. */
interface PlantedFault {
  readonly artifact: string;
  readonly at: keyof Addresses;
  readonly violation: RegExp;
  /** Actions that reveal it. */
  readonly acts: readonly string[];
  readonly stepsPerDrain?: number;
}

const FAULTS: readonly PlantedFault[] = [
  {
    artifact: "UnbackedReleaseFault",
    at: "bridge",
    violation: /are on their way to chain \d+, and \d+ were sent and not taken|of which its chain issued/,
    acts: ["commit", "commit", "prove", "execute"],
  },
  {
    artifact: "KeptSendFault",
    at: "bridge",
    violation: /are on their way to chain \d+, and \d+ were sent and not taken/,
    acts: ["commit", "prove", "execute"],
  },
  {
    artifact: "RefundInTransitFault",
    at: "bridge",
    violation: /the bridge holds \d+ of asset \d+ and owes \d+|are on their way to chain \d+, and \d+ were sent and not taken/,
    acts: ["refund a transfer", "activate an exit"],
  },
  {
    artifact: "LeakingBridgeFault",
    at: "bridge",
    violation: /the bridge holds \d+ of asset \d+ and owes \d+/,
    acts: ["finalize"],
  },
  { artifact: "SecondClaimFault", at: "bridge", violation: /twice: withdrawal/, acts: ["finalize", "finalize again"] },
  {
    artifact: "SecondRefundFault",
    at: "stateExit",
    violation: /twice: transfer|was refunded and then refunded/,
    acts: ["refund a transfer with StateExit.TransferAlreadyRefunded", "refund a transfer", "activate an exit"],
  },
  {
    artifact: "LockedHoldingFault",
    at: "stateExit",
    violation: /claimHolding by .* on a stopped chain ended with/,
    acts: [],
    stepsPerDrain: 40,
  },
  {
    artifact: "LockedRefundFault",
    at: "stateExit",
    violation: /transfer 0x\w+ of chain \d+ to \d+ was neither delivered nor refunded/,
    acts: ["commit", "prove", "execute", "activate an exit"],
    stepsPerDrain: NEVER,
  },
  { artifact: "MissingRecordFault", at: "roots", violation: /the registry grew by \d+ for \d+ executed batches/, acts: [] },
  { artifact: "LockedExitFault", at: "implementation", violation: /the exit of chain \d+ is due, and a stranger gets/, acts: [] },
  { artifact: "EarlyExitFault", at: "implementation", violation: /the exit of chain \d+ opens too early/, acts: [] },
  { artifact: "HastyProofFault", at: "implementation", violation: /executed, verified, committed/, acts: ["prove", "commit"] },
  {
    artifact: "MarkedRevertFault",
    at: "implementation",
    violation: /revertCount changed without an act of the chain/,
    acts: ["mark a chain"],
  },
  {
    artifact: "LostOperationsFault",
    at: "implementation",
    // Or, where that is looked at first: what was taken waits again, from of old.
    violation: /taken fell from \d+ to 0|the exit of chain \d+ opens too early/,
    acts: ["commit", "prove", "execute"],
  },
  {
    artifact: "InventedOperationFault",
    at: "implementation",
    violation: /took \d+ of \d+ operations/,
    acts: ["commit", "prove", "execute"],
  },
  {
    artifact: "ForgottenBatchesFault",
    at: "implementation",
    // Or, where that is looked at first: what their transfers brought to be on its way.
    violation: /lost batches without a revert|are on their way to chain \d+, and \d+ were sent and not taken/,
    acts: ["commit", "mark a chain"],
  },
  {
    artifact: "RepeatedExecutionFault",
    at: "implementation",
    violation: /twice: execution of/,
    acts: ["commit", "prove", "execute"],
  },
  {
    artifact: "WanderingRootFault",
    at: "roots",
    violation: /the registry's latest root changed without a new one/,
    acts: [],
  },
  {
    artifact: "SecondDepositRefundFault",
    at: "bridge",
    violation: /twice: refund/,
    acts: ["activate an exit", "refund an operation"],
  },
  {
    artifact: "IgnoredQueueFault",
    at: "implementation",
    violation: /left out operation \d+, due at/,
    acts: ["commit without a due operation", "commit with the clock held back", "request"],
  },
];

describe("the simulation notices a fault of L1 by its invariants alone", () => {
  let scene: Scene;
  let world: { readonly addresses: Addresses };
  before(async () => {
    scene = await deployScene(await Codec.load());
    world = scene.newWorld();
  });
  after(() => scene.l1.close());

  async function plant({ artifact, at }: PlantedFault): Promise<void> {
    const { l1, accounts } = scene;
    const target = world.addresses[at];
    await l1.request("hardhat_setCode", ORIGINAL, await l1.request("eth_getCode", target, "latest"));
    const { bytecode } = await scene.artifact(artifact);
    const data = `${bytecode}${AbiCoder.defaultAbiCoder().encode(["address"], [ORIGINAL]).slice(2)}`;
    const hash = await l1.request("eth_sendTransaction", { from: accounts.governance, data, gas: "0x1000000" });
    const { contractAddress } = (await l1.request("eth_getTransactionReceipt", hash)) as { contractAddress: Hex };
    await l1.request("hardhat_setCode", target, await l1.request("eth_getCode", contractAddress, "latest"));
  }

  /** Episodes of random steps until something is violated. */
  async function run(fault: Pick<PlantedFault, "acts" | "stepsPerDrain">): Promise<unknown> {
    for (let seed = 1; seed <= MOST_EPISODES; seed++) {
      const snapshot = await scene.l1.request("evm_snapshot");
      const error = await runEpisode(fault, seed);
      if (error !== undefined) return error;
      await scene.l1.request("evm_revert", snapshot);
    }
    return undefined;
  }

  async function runEpisode(
    { acts, stepsPerDrain = RARELY }: Pick<PlantedFault, "acts" | "stepsPerDrain">,
    seed: number,
  ): Promise<unknown> {
    const episode = new Episode(scene, new Coverage(scene.codec), { auditInterval: 5, stepsPerDrain, isUnpredicted: true });
    await episode.begin();
    const random = new Choices(seed);
    try {
      for (let i = 0; i < EPISODE_STEPS; i++) {
        const stepSeed = random.index(2 ** 48);
        const wanted = random.oneIn(2) ? [random.pick(acts) ?? usual(random)] : [];
        const opening = OPENING[i];
        await episode.run({ seed: stepSeed, probes: [], acts: opening === undefined ? [...wanted, usual(random)] : [opening] });
      }
      await episode.close(1);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Returns the invariant that a fault violates. */
  async function violationOf(fault: Pick<PlantedFault, "acts" | "stepsPerDrain">): Promise<string> {
    const violation = await run(fault);
    assert.ok(violation instanceof Violation, String(violation));
    return violation.message;
  }

  for (const fault of FAULTS) {
    test(`${fault.artifact} violates an invariant`, async () => {
      const snapshot = await scene.l1.request("evm_snapshot");
      try {
        await plant(fault);
        assert.match(await violationOf(fault), fault.violation);
      } finally {
        await scene.l1.request("evm_revert", snapshot);
      }
    });
  }

  /** Runs chains that misbehave, while L1 and its model are correct. */
  async function withChains(
    { mock }: TestContext,
    method: "commit" | "hasDelivered",
    change: (original: L2Chain[typeof method]) => unknown,
  ): Promise<string> {
    const snapshot = await scene.l1.request("evm_snapshot");
    mock.method(L2Chain.prototype, method, change(L2Chain.prototype[method]) as never);
    try {
      return await violationOf({ acts: ["commit", "prove", "execute"] });
    } finally {
      mock.restoreAll();
      await scene.l1.request("evm_revert", snapshot);
    }
  }

  test("a chain that has another state than its quorum says violates an invariant", async (context) => {
    const forget = (original: L2Chain["commit"]) =>
      function (this: L2Chain, record: Parameters<L2Chain["commit"]>[0]): void {
        original.call(this, { ...record, content: { ...record.content, writes: record.content.writes.slice(1) } });
      };
    assert.match(await withChains(context, "commit", forget as never), /has state root 0x\w+, and 0x\w+ on L1/);
  });

  /** Another account of what a batch delivers than its messages give. */
  const deliver = (change: (deliveries: readonly Hex[]) => readonly Hex[]) => (original: L2Chain["commit"]) =>
    function (this: L2Chain, record: Parameters<L2Chain["commit"]>[0]): void {
      const { content } = record;
      original.call(this, { ...record, content: { ...content, deliveries: change(content.deliveries) } });
    };

  test("a chain that takes what is on its way and delivers it to no account violates an invariant", async (context) => {
    const violation = await withChains(context, "commit", deliver(() => []) as never);
    assert.match(violation, /are on their way to chain \d+ for open transfers of \d+|was neither delivered nor refunded/);
  });

  test("a chain that delivers what none sent violates an invariant", async (context) => {
    const unsent = deliver((deliveries) => [...deliveries, wordToHex(1n)]);
    assert.match(await withChains(context, "commit", unsent as never), /was delivered, and no chain sent it/);
  });

  test("a chain that pays a leg of a flow out and gives it back violates an invariant", async (context) => {
    const both = (original: L2Chain["commit"]) =>
      function (this: L2Chain, record: Parameters<L2Chain["commit"]>[0]): void {
        const { content } = record;
        const ended = content.escrows.filter(({ status }) => status !== HELD);
        const again = ended.map((move) => ({ ...move, status: RELEASED + REFUNDED - move.status }));
        original.call(this, { ...record, content: { ...content, escrows: [...content.escrows, ...again] } });
      };
    const violation = await withChains(context, "commit", both as never);
    assert.match(
      violation,
      /leg \d of flow 0x\w+ was (released on chain \d+ and refunded|refunded on chain \d+ and released) on chain/,
    );
  });

  test("a chain that delivers a transfer again violates an invariant", async (context) => {
    assert.match(await withChains(context, "hasDelivered", () => () => false), /was (delivered|given back) and then delivered/);
  });
});
