import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ChunkFilling, type FilledChunk } from "../../src/proofs/execution-proof/batch/chunk-filling.ts";
import { uncommittedSystem } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { middleOf } from "../../src/proofs/execution-proof/batch/filling-requests.ts";
import { cutBatch } from "../../src/proofs/execution-proof/batch/planned-batch.ts";
import { MAX_CELLS } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { CHUNK_PROFILES, SEGMENT_PROFILES, profileShape, sizedProfile } from "../../src/proofs/execution-proof/run-profiles.ts";
import { segmentedDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { type Hex, toHex } from "../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ABSENT } from "../../src/proofs/stark/systems/shape.ts";
import { committedHeights, compileSystem } from "../../src/proofs/stark/systems/system.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { planningTools, startFollowedChain } from "../node/support/followed-chain.ts";
import { byNight } from "../support/nightly.ts";

const [KECCAK256, EXP, GAS, MSTORE, MCOPY, JUMPDEST, JUMP, POP, STATICCALL] = [
  0x20, 0x0a, 0x5a, 0x52, 0x5e, 0x5b, 0x56, 0x50, 0xfa,
];
const again = (body: Code): Code => [JUMPDEST, ...body, 0x5f, JUMP];
/** Gas by day: enough for 400 permutations of Keccak, while the largest profile of a chunk has room for 341. */
const GAS_OF_HASHES = byNight(210_000n, 75_000n);
/**
 * Cases that repeat an operation with changing operands until the gas or the units are spent, with about the gas that buys
 * the most units.
 */
const SPENT: readonly (readonly [what: string, gasLimit: bigint, code: Code])[] = [
  ["hashes", GAS_OF_HASHES, again([GAS, 0x5f, MSTORE, ...push(4_096), 0x5f, KECCAK256, POP])],
  ...byNight<readonly (readonly [string, bigint, Code])[]>(
    [
      ["powers", 1_200_000n, again([GAS, GAS, EXP, POP])],
      ["copies", 450_000n, again([...push(4_096), 0x5f, ...push(32), MCOPY])],
      ["SHA-256", 210_000n, again([...push(32), 0x5f, ...push(4_096), 0x5f, ...push(2), GAS, STATICCALL, POP])],
      [
        "recoveries",
        700_000n,
        again([GAS, 0x5f, MSTORE, ...push(32), 0x5f, ...push(128), 0x5f, ...push(1), GAS, STATICCALL, POP]),
      ],
    ],
    [],
  ),
];
const OTHER: Hex = `0x${"77".repeat(20)}`;
/** Recipient of a creation. */
const NOBODY: Hex = `0x${"00".repeat(20)}`;

describe("a step that has room in no profile of a chunk", () => {
  const system = uncommittedSystem(PROVEN_VERSION, executionParameters());
  const definition = segmentedDefinition(system.definition);
  const root = new Uint8Array(32);
  const segmented = compileSystem(definition, new Map(committedHeights(definition).map((height) => [height, root])));
  const wallet = new TestWallet(99);
  let chain: Awaited<ReturnType<typeof startFollowedChain>>;

  before(async () => {
    const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
    chain = await startFollowedChain({ accounts });
  });
  after(() => chain.test.chain.close());

  /** Heights of the open batch's chunks, whole ones and ones of segments: cut again if steps are too many, like a node does. */
  const heightsOf = async () => {
    const { witness, claim } = await chain.seal();
    const profiles = CHUNK_PROFILES.map((heights) => sizedProfile(system.system, heights));
    const tools = { ...planningTools(), profiles };
    for (const cuts: number[] = []; ;) {
      const { chunks } = cutBatch(witness, claim, { mostCells: MAX_CELLS, cuts }, tools);
      const filled = chunks.map(({ input }) => new ChunkFilling(system, PROVEN_VERSION, input).fill());
      const crowded = filled.flatMap((each) => ("segments" in each ? [] : [each]));
      if (crowded.length === 0) return filled.flatMap((each) => ("segments" in each ? [shapeOf(each)] : []));
      cuts.push(...crowded.map((each) => middleOf({ kind: "crowded", ...each })));
    }
  };
  const shapeOf = ({ segments, segmentRows, input }: FilledChunk) => {
    const rows = segmentRows ?? input!.traces.map(([column]) => column?.length ?? 0);
    return { count: segments, heights: rows.map((height) => (height === 0 ? ABSENT : Math.log2(height))).join() };
  };
  const whole = CHUNK_PROFILES.map((profile) => profileShape(system.system, profile).logRows.join());
  const ofSegments = SEGMENT_PROFILES.map((profile) => profileShape(segmented, profile).logRows.join());

  for (const [what, gasLimit, code] of SPENT)
    it(`attack: a transaction and an operation of L1's queue that spend their gas on ${what} are in 32 segments of a program's shape at most`, async (context) => {
      const data = toHex(Uint8Array.from(code));
      const fees = { maxFeePerGas: 10n, maxPriorityFeePerGas: 10n };
      await chain.test.chain.submit(await wallet.signRaw({ data, ...fees, gasLimit }));
      await chain.test.request({
        ...{ from: OTHER, to: NOBODY, data, valueWei: 0n, gasLimit, refundRecipient: OTHER },
      });
      const chunks = await heightsOf();
      const cut = chunks.filter(({ count }) => count > 1);
      assert.equal(cut.length, 2, JSON.stringify(chunks));
      context.diagnostic(`segments: ${cut.map(({ count }) => count).join(", ")}`);
      for (const { count, heights } of chunks)
        assert.ok(count === 1 ? whole.includes(heights) : count <= 32 && ofSegments.includes(heights), `${count} of ${heights}`);
    });
});
