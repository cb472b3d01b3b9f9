import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { ChainResult } from "../../src/chain/composition/chain-inputs.ts";
import { genesisLeaves } from "../../src/chain/model/genesis.ts";
import type { CommandResult } from "../../src/chain/ordering/batch-reducer.ts";
import type { BatchCommand } from "../../src/chain/ordering/command.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import type { Deciders } from "../../src/chain/sequencer/own-commands.ts";
import type { Follower } from "../../src/chain/core/follower.ts";
import { HandOver } from "../../src/chain/core/hand-over.ts";
import { BatchRecorder } from "../../src/ecosystem/devnet/quorum-member/batch-recorder.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { outputsEntry } from "../../src/ground/protocol/diff-list.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { decodePubdata } from "../../src/ground/protocol/pubdata-decoder.ts";
import { realGenesis } from "../chain/support/predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { Random } from "../chain/state/support/random.ts";
import { byNight } from "../support/nightly.ts";
import { KeptInMemory } from "../chain/support/kept-in-memory.ts";
import { ThirdsDropped } from "./support/proposals.ts";
import { ALICE, decideAtRandom } from "./support/random-commands.ts";

const ACCOUNTS = [{ address: ALICE.address, balanceWei: 10n ** 20n }];
const STEPS = 14;
const SEEDS = Array.from({ length: byNight(200, 2) }, (_, i) => i + 1);

type Digests = ReadonlyMap<string, string>;

/** A chain, what it keeps, and what its followers would answer. */
interface Followed {
  readonly test: VerifiedChain;
  readonly kept: KeptInMemory;
  /** Applies decisions of other processes. */
  readonly decided: HandOver<BatchCommand, CommandResult>;
  digests(): Digests;
  close(): Promise<void>;
}

async function follow(
  commands: readonly BatchCommand[] = [],
  others: readonly Follower<ChainResult>[] = [],
  deciders?: Deciders,
): Promise<Followed> {
  const kept = new KeptInMemory(commands);
  const recorder = new BatchRecorder(() => Promise.resolve(wordToHex(0n)));
  const test = await startVerifiedChain({
    accounts: ACCOUNTS,
    sequencer: { cheatsAllowed: true },
    keeping: kept.keeping,
    followers: [recorder, ...others],
    deciders,
  });
  const decided = new HandOver<BatchCommand, CommandResult>("others");
  test.chain.spine.drive(decided);
  return { test, kept, decided, digests: () => withoutTests(test.chain.spine.digests()), close: () => test.chain.close() };
}

/** Removes the entry of the test's follower, which does not rewind. */
function withoutTests(digests: Digests): Digests {
  return new Map([...digests].filter(([name]) => name !== "test"));
}

async function carryOut({ decided }: Followed, commands: readonly BatchCommand[]): Promise<void> {
  for (const command of commands) await decided.carryOut(command);
}

/** Runs a random list; tells what the followers answered behind each decision, by position. */
async function runAtRandom(chain: Followed, random: Random, withCheats: boolean): Promise<ReadonlyMap<number, Digests>> {
  ALICE.nonce = 0;
  const { spine } = chain.test.chain;
  const behind = new Map([[0, chain.digests()]]);
  for (let step = 0; step < STEPS; step++) {
    await decideAtRandom(chain, random, withCheats);
    behind.set(spine.executed, chain.digests());
  }
  await chain.test.chain.seal();
  behind.set(spine.executed, chain.digests());
  return behind;
}

/** The state by what batches publish alone. */
async function rebuiltRoots(batches: readonly FormedBatch[]): Promise<readonly string[]> {
  const genesis = [...(await realGenesis()), ...ACCOUNTS];
  const tree = StateTree.genesis(genesisLeaves(genesis), { compressor: createCompressor() });
  return batches.map(({ pubdata, outputs, outputsHash }) => {
    const decoding = decodePubdata(pubdata, {
      oldLeafCount: tree.leafCount,
      priorityOpCount: Number(outputs.priorityOpCount),
    });
    assert.ok(decoding.ok);
    tree.applyDiffList([...decoding.pubdata.changes, outputsEntry(BigInt(outputsHash))]);
    return digestToHex(tree.root);
  });
}

/** Sources with the same result: dropped proposals are in no log, and no follower received them. */
const SOURCES = ["decided by its sequencer", "proposed by its sequencer, each third dropped"];

describe("one log: every follower answers the same, however a chain came where it is", () => {
  for (const [seed, source] of SEEDS.flatMap((each) => SOURCES.map((name) => [each, name] as const)))
    it(`with seed ${seed}, ${source}`, async () => {
      const random = new Random(seed);
      const withCheats = seed % 2 === 0;
      const deciders = source === SOURCES[0] ? undefined : new ThirdsDropped();
      const chain = await follow([], [], deciders);
      try {
        const { test, kept } = chain;
        const { spine, sequencer } = test.chain;
        const marked = await spine.mark();
        const behind = await runAtRandom(chain, random, withCheats);
        const commands = [...kept.commands];
        const whole = chain.digests();
        assert.deepEqual(test.faults, []);
        if (deciders !== undefined) assert.ok(deciders.dropped.length >= STEPS / 3, "some were dropped");
        const batches = [...test.batches];
        // The engine did not execute refused transactions, and does not replay them.
        const senders = commands.flatMap((command) => (command.type === "block" ? command.transactions : []));
        assert.ok(senders.every(({ from }) => from === ALICE.address));

        // Rebuild, and a validator, which does not follow cheats.
        assert.deepEqual(
          await rebuiltRoots(batches),
          batches.map(({ newStateRoot }) => digestToHex(newStateRoot)),
        );
        for (const { outputs, commitment, outputsHash } of withCheats ? [] : batches) {
          const verified = await test.verifier.verify(test.inputs(outputs.batchNumber));
          assert.deepEqual([verified.commitment, verified.outputsHash], [commitment, outputsHash]);
        }

        // The same again, at the same times, from where each batch began.
        for (let batch = sequencer.batchNumber - 1n; batch >= 0n; batch -= byNight(1n, 2n)) {
          const from = spine.before(batch);
          assert.ok(from !== undefined, `the chain can rewind to before batch ${batch}`);
          await spine.redo(from, (done) => carryOut(chain, done));
          assert.deepEqual([chain.digests(), kept.commands], [whole, commands], `again from batch ${batch}`);
        }

        // A return to a mark, and the same again from there.
        await test.chain.revert(marked);
        assert.deepEqual([chain.digests(), kept.commands], [behind.get(0), []], "back at the mark");
        await carryOut(chain, commands);
        assert.deepEqual(chain.digests(), whole, "on from the mark");

        // Starts of later processes, killed at each position.
        const positions = commands.map((_, i) => i + 1);
        const killed = byNight(positions, [positions[random.below(positions.length)]!, positions.length]);
        for (const position of killed) {
          const restarted = await follow(commands.slice(0, position));
          try {
            const then = behind.get(position);
            if (then !== undefined) assert.deepEqual(restarted.digests(), then, `restarted behind ${position} commands`);
            await carryOut(restarted, commands.slice(position));
            assert.deepEqual(restarted.digests(), whole, `on from a restart behind ${position} commands`);
          } finally {
            await restarted.close();
          }
        }
      } finally {
        await chain.close();
      }
    });
});

describe("a follower throws in an operation", () => {
  it("nothing later is seen, a restart repeats the operation, and its message exists once", async () => {
    const thrower: Follower<ChainResult> = {
      name: "thrower",
      on({ operation }) {
        if (operation !== undefined) throw new Error("the follower fails");
      },
      mark: () => undefined,
      returnTo: () => undefined,
      digest: () => "0x",
    };
    const sink: Hex = `0x${"ee".repeat(20)}`;
    const chain = await follow([], [thrower]);
    try {
      const { test, kept } = chain;
      ALICE.nonce = 0;
      await test.chain.submit(await ALICE.signRaw({ to: sink, value: 1n }));
      const seen = test.blocks.length;
      await assert.rejects(test.request({ from: sink, to: sink, valueWei: 1n }), /the follower fails/);
      assert.deepEqual([test.blocks.length, test.faults.length], [seen, 1]);
      await assert.rejects(test.chain.submit(await ALICE.signRaw({ to: sink, value: 1n })), /the follower fails/);
      const operation = kept.commands.at(-1);
      assert.ok(operation?.type === "operation");
      const again = await follow(kept.commands);
      try {
        const { canonicalTxHash } = operation.operation;
        const carriedOut = again.test.chain.index.priorityOp(canonicalTxHash);
        assert.deepEqual([carriedOut?.success, carriedOut?.resultIndex], [true, 0]);
        const formed = await again.test.chain.seal();
        assert.deepEqual(formed?.canonicalTxHashes, [canonicalTxHash]);
      } finally {
        await again.close();
      }
    } finally {
      await chain.close();
    }
  });
});

describe("a process is killed while it applies a command", () => {
  it("the start removes a last command that the protocol refuses, and the chain continues", async () => {
    const chain = await follow();
    ALICE.nonce = 0;
    try {
      await chain.test.chain.submit(await ALICE.signRaw({ to: `0x${"ee".repeat(20)}`, value: 1n }));
    } finally {
      await chain.close();
    }
    const { commands } = chain.kept;
    const again = await follow([...commands, { type: "block", transactions: [], timestamp: 0n }]);
    try {
      assert.deepEqual([again.kept.commands, again.digests()], [commands, chain.digests()]);
      assert.equal((await again.test.chain.seal())?.outputs.batchNumber, 0n);
      assert.deepEqual(again.test.faults, []);
    } finally {
      await again.close();
    }
  });
});
