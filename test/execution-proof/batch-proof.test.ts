import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { serialize } from "node:v8";
import { getCreateAddress, Interface } from "ethers";
import {
  type ExecutionBatchProof,
  decodeBatchProof,
  encodeBatchProof,
} from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import type { ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../src/proofs/execution-proof/batch/execution-claim.ts";
import { createExecutionKey, type ExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import type { ProvenExecution } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { verifyWithKey } from "../../src/proofs/execution-proof/batch/verify-execution.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { hashOutputs } from "../../src/ground/protocol/outputs.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { aliasOf } from "../../src/ground/protocol/address-alias.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { Random } from "../chain/state/support/random.ts";
import { testContract } from "../chain/support/artifact.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { byNight } from "../support/nightly.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "./support/chain-batches.ts";
import { openOwnProver } from "./support/own-prover.ts";

/** NOT SECURE: small parameters. */
const PARAMETERS = smallParameters({
  minLogRows: 4,
  maxLogRows: 18,
  queryCount: 4,
  opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
});
/** Less than a batch takes with what it does: its closing has a chunk for itself. */
const MAX_CELLS = 16_000_000;
/** Changed bytes behind the front, each in a chunk's proof, which is checked up to it. */
const CHANGED = byNight(12, 3);
const wallet = new TestWallet(77);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }];
const DEPOSITOR = aliasOf(270n, `0x${"1a".repeat(20)}`);
const RECEIVER: Hex = `0x${"be".repeat(20)}`;
/** ERC-7930: an account of the chain 272. */
const ELSEWHERE = `0x00010000020110${"14"}${RECEIVER.slice(2)}`;
const CENTER = new Interface([
  "function sendMessage(bytes recipient, bytes payload, bytes[] attributes) payable returns (bytes32)",
]);

/**
 * A chain's first batch, with a deposit from L1 and the deployment of a token; and the next, with another chain's root, a transfer,
 * a message to another chain, and a changed balance.
 */
async function makeBatches(chain: VerifiedChain): Promise<readonly [WitnessedBatch, WitnessedBatch]> {
  const batches = await ChainBatches.of(chain, ACCOUNTS);
  const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => chain.chain.submit(await wallet.signRaw(fields));
  const { abi, initCode } = await testContract("PlainToken");
  const token = getCreateAddress({ from: wallet.address, nonce: 0 });
  const deposit = chain.queueUnseen({ from: DEPOSITOR, to: RECEIVER, valueWei: 10n ** 18n });
  assert.ok(deposit.queued !== undefined);
  await chain.chain.sequencer.runPriorityOp(deposit);
  await send({ data: `${initCode}${abi.encodeDeploy([[wallet.address], 1000n]).slice(2)}` });
  const first = batches.next(await chain.sealAndVerify(), [deposit.queued]);
  await chain.importRoots([{ registryIndex: 3n, root: wordToHex(77n) }]);
  await send({ to: token, data: abi.encodeFunctionData("transfer", [RECEIVER, 7n]) });
  await send({ to: PREDEPLOYS.InteropCenter, data: CENTER.encodeFunctionData("sendMessage", [ELSEWHERE, "0x1234", []]) });
  const cheat = { type: "balance", address: RECEIVER, balanceWei: 5n } as const;
  const behind = chain.blocks.at(-1)?.environment.number ?? 0n;
  await chain.chain.sequencer.cheat(cheat);
  // No validator signs a batch with a cheat.
  const formed = await chain.chain.seal();
  assert.ok(formed !== undefined);
  const { cheatCount, priorityOpCount } = formed.outputs;
  assert.deepEqual([formed.logs.length, cheatCount, priorityOpCount, first.claim.outputs.priorityOpCount], [1, 1n, 0n, 1n]);
  return [first, batches.next(formed, [], [{ blockNumber: behind, cheat }])];
}

/** Processor seconds. */
function secondsOf(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  return process.cpuUsage(begun).user / 1e6;
}

describe("the proof of a batch's execution", () => {
  let chain: VerifiedChain;
  let prover: ReturnType<typeof openOwnProver>;
  let backend: WasmBackend;
  let key: ExecutionKey;
  let batches: readonly [WitnessedBatch, WitnessedBatch];
  let proven: readonly [ProvenExecution, ProvenExecution];
  let claim: ExecutionClaim;
  let proof: ExecutionBatchProof;

  const witnessOf = ({ witness }: WitnessedBatch): ExecutionWitness => {
    assert.equal(witness.kind, "witness", "detail" in witness ? witness.detail : "");
    return witness as ExecutionWitness;
  };

  before(async () => {
    wallet.nonce = 0;
    chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts: ACCOUNTS, sequencer: { cheatsAllowed: true } });
    batches = await makeBatches(chain);
    prover = openOwnProver({ workers: 2, parameters: PARAMETERS, acceptsWeakParameters: true, mostCells: MAX_CELLS });
    await prover.prepare(PROVEN_VERSION);
    const proofs = await Promise.all(
      batches.map(async (batch) => {
        const result = await prover.prove(witnessOf(batch), batch.claim);
        assert.equal(result.kind, "proven", result.kind === "unproven" ? `${result.reason}: ${result.detail}` : "");
        return result as ProvenExecution;
      }),
    );
    proven = proofs as [ProvenExecution, ProvenExecution];
    backend = await createWasmBackend({ workers: 1 });
    key = await createExecutionKey(PROVEN_VERSION, PARAMETERS, backend);
    ({ claim } = batches[1]);
    proof = decodeBatchProof(proven[1].proof);
  });
  after(async () => {
    await prover.close();
    await backend.close();
    await chain.chain.close();
  });

  const verdict = (bytes: Uint8Array, on = claim, acceptsWeakParameters = true): string => {
    try {
      verifyWithKey(key, on, bytes, { acceptsWeakParameters });
      return "accepted";
    } catch (error) {
      const { name, code } = error as { readonly name: string; readonly code: string };
      assert.equal(name, "ExecutionProofError", String(error));
      return code;
    }
  };
  const verdictOf = (changed: Partial<ExecutionBatchProof>): string => verdict(encodeBatchProof({ ...proof, ...changed }));

  it("is accepted by a process that has L1's records and the proof alone, of the first batch and of the next", async () => {
    const folder = mkdtempSync(join(tmpdir(), "execution-proof-"));
    try {
      for (const [i, batch] of batches.entries()) {
        const file = join(folder, `${i}`);
        const bytes = proven[i]?.proof ?? new Uint8Array(0);
        writeFileSync(file, serialize({ claim: batch.claim, proof: bytes, parameters: PARAMETERS }));
        const script = new URL("./support/verify-apart.ts", import.meta.url).pathname;
        const { stdout } = await promisify(execFile)(process.execPath, [script, file]);
        const { chunks, refused } = JSON.parse(stdout) as { readonly chunks?: number; readonly refused?: string };
        assert.deepEqual([chunks, refused], [proven[i]?.metrics.chunks, undefined]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is checked in the prover's thread as well", async () => {
    assert.equal((await prover.verify(claim, proven[1].proof)).chunks, proven[1].metrics.chunks);
    await assert.rejects(prover.verify(batches[0].claim, proven[1].proof), { name: "ExecutionProofError", code: "OtherBatch" });
  });

  it("has chunks whose last state is relisted, because its new leaves arrived in another order", () => {
    assert.ok(proof.chunks.length > 1 && proof.relisting !== undefined);
    assert.ok(proof.relisting.listed.some(({ value }) => value === 0n));
    assert.equal(verdictOf({ relisting: undefined }), "OtherStateAfter");
  });

  it("is refused with parameters of few proven bits, unless the caller asks for that", () => {
    assert.ok(key.provenBits < 100);
    assert.equal(verdict(proven[1].proof, claim, false), "WeakParameters");
  });

  it("attacks 3 and 4: is refused for another chain, batch, version and program", async () => {
    assert.equal(verdict(proven[1].proof, { ...claim, chainId: 272n }), "OtherChain");
    assert.equal(verdict(proven[0].proof), "OtherBatch");
    assert.equal(verdict(proven[1].proof, { ...claim, batch: { ...claim.batch, protocolVersion: 0x102n } }), "OtherVersion");
    assert.equal(verdictOf({ program: new Uint8Array(32) }), "OtherProgram");
    const next = await createExecutionKey(0x102n, PARAMETERS, backend);
    const renamed = encodeBatchProof({ ...proof, protocolVersion: 0x102n });
    const lifted = encodeBatchProof({ ...proof, protocolVersion: 0x102n, program: next.system.verificationKeyDigest });
    const later = { ...claim, batch: { ...claim.batch, protocolVersion: 0x102n } };
    const refusal = (bytes: Uint8Array) => ({
      name: "ExecutionProofError",
      code: bytes === renamed ? "OtherProgram" : "ChunkRefused",
    });
    for (const bytes of [renamed, lifted])
      assert.throws(() => verifyWithKey(next, later, bytes, { acceptsWeakParameters: true }), refusal(bytes));
  });

  it("attack 3: is refused where only its names say that it is of the claim's chain", () => {
    assert.equal(verdict(encodeBatchProof({ ...proof, chainId: 272n }), { ...claim, chainId: 272n }), "ChunkRefused");
  });

  it("attack 5: is refused with chunks in another order, one left out, one doubled, and one of another batch", () => {
    const [first, ...rest] = proof.chunks as [ExecutionBatchProof["chunks"][number], ...ExecutionBatchProof["chunks"]];
    const last = rest.at(-1) ?? first;
    const between = rest.slice(0, -1);
    assert.equal(verdictOf({ chunks: rest }), "ChunkRefused");
    assert.equal(verdictOf({ chunks: [first, first, ...rest] }), "ChunkRefused");
    assert.equal(verdictOf({ chunks: [first, ...between, last, last] }), "ChunkRefused");
    assert.equal(
      verdictOf({ chunks: [{ ...first, proof: last.proof }, ...between, { ...last, proof: first.proof }] }),
      "ChunkRefused",
    );
    assert.equal(verdictOf({ chunks: [...rest, first] }), "EndsOpen");
    assert.equal(verdictOf({ chunks: [first] }), "EndsOpen");
    const other = decodeBatchProof(proven[0].proof).chunks[0];
    assert.ok(other !== undefined);
    assert.equal(verdictOf({ chunks: [{ ...first, proof: other.proof }, ...rest] }), "ChunkRefused");
  });

  it("attack 6: is refused as one batch's with the chunks of two, whichever number the batch has", () => {
    const earlier = decodeBatchProof(proven[0].proof);
    const both = { ...proof, rootBefore: earlier.rootBefore, blockHashes: earlier.blockHashes };
    const chunks = [...earlier.chunks, ...proof.chunks];
    const { firstBlock, firstTimestamp } = batches[0].claim.outputs;
    /** From the state before the first batch to that behind the second, as one. */
    const asNumber = (batchNumber: bigint): string => {
      const outputs = { ...claim.outputs, batchNumber, firstBlock, firstTimestamp };
      const { previous } = batches[0].claim;
      const changed = { batchNumber, firstTimestamp, oldStateRoot: previous.newStateRoot, outputsHash: hashOutputs(outputs) };
      const whole = { ...claim, previous, batch: { ...claim.batch, ...changed }, outputs };
      return verdict(encodeBatchProof({ ...both, batchNumber, chunks }), whole);
    };
    // The second closing is of the number 1, whatever the first was of.
    assert.equal(asNumber(0n), "OtherEnd");
    assert.equal(asNumber(1n), "ChunkRefused");
  });

  it("attack 7: is refused without its closing, and with work behind it", () => {
    const { chunks } = proof;
    const [first] = chunks as [ExecutionBatchProof["chunks"][number], ...ExecutionBatchProof["chunks"]];
    const open = chunks.at(-2)!;
    assert.deepEqual([open.boundary.open, chunks.at(-1)!.boundary.open], [1n, 0n]);
    assert.equal(verdictOf({ chunks: chunks.slice(0, -1) }), "EndsOpen");
    assert.equal(verdictOf({ chunks: [...chunks, first] }), "EndsOpen");
    // With the words of a closing, which is not in the chunk.
    const { boundary, root } = chunks.at(-1)!;
    const silent = [...chunks.slice(0, -2), { ...open, boundary, root }];
    assert.equal(verdictOf({ chunks: silent }), "ChunkRefused");
    assert.equal(verdictOf({ chunks: [...chunks, { ...first, boundary, root }] }), "ChunkRefused");
  });

  it("attack: a relisting of 10 MB: is refused for its chunks first, and for leaves that they cannot have made", () => {
    const { relisting, chunks } = proof;
    assert.ok(relisting !== undefined);
    const [leaf] = relisting.listed;
    const listed = Array.from({ length: 100_000 }, (_, i) => ({ ...leaf!, index: relisting.first + i, value: 0n }));
    const linked = listed.map((each, i) => ({ ...each, index: i }));
    const flood = { ...relisting, listed, linked, siblings: [] };
    const [first, ...rest] = chunks;
    const broken = { ...first!, proof: first!.proof.slice(1) };
    let encodedLength = 0;
    const encoding = secondsOf(() => (encodedLength = encodeBatchProof({ ...proof, relisting: flood }).length));
    const refusing = secondsOf(() => {
      assert.equal(verdictOf({ relisting: flood }), "RelistingRefused");
      assert.equal(verdictOf({ relisting: { ...relisting, linked } }), "RelistingRefused");
      assert.equal(verdictOf({ relisting: flood, chunks: [broken, ...rest] }), "ChunkRefused");
    });
    assert.ok(encodedLength > 10_000_000, `${encodedLength} bytes`);
    // All three encode it first: they take four times as long. To hash it took more than thirty times as long.
    assert.ok(refusing < 12 * encoding, `${refusing} s compared with ${encoding} s`);
  });

  it("is refused with another chain of blocks' hashes, before, between and behind chunks", () => {
    assert.equal(verdictOf({ blockHashes: proof.blockHashes + 1n }), "ChunkRefused");
    proof.chunks.forEach((_, at) => {
      const chunks = proof.chunks.map((chunk, i) => {
        const { boundary } = chunk;
        return i === at ? { ...chunk, boundary: { ...boundary, blockHashes: boundary.blockHashes + 1n } } : chunk;
      });
      assert.equal(verdictOf({ chunks }), "ChunkRefused");
    });
  });

  it("is refused with any word or root between its chunks changed", () => {
    const [first, ...rest] = proof.chunks as [ExecutionBatchProof["chunks"][number], ...ExecutionBatchProof["chunks"]];
    for (const name of Object.keys(first.boundary) as (keyof typeof first.boundary)[]) {
      const boundary = { ...first.boundary, [name]: first.boundary[name] ^ 1n };
      assert.equal(verdictOf({ chunks: [{ ...first, boundary }, ...rest] }), "ChunkRefused", name);
    }
    assert.equal(verdictOf({ chunks: [{ ...first, root: proof.rootBefore }, ...rest] }), "ChunkRefused");
  });

  it("is refused for records of L1 that say otherwise", () => {
    const root = wordToHex(5n);
    const { previous, batch, outputs } = claim;
    const withOutputs = (change: Partial<typeof outputs>): ExecutionClaim => {
      const changed = { ...outputs, ...change };
      return { ...claim, outputs: changed, batch: { ...batch, outputsHash: hashOutputs(changed) } };
    };
    const cases: readonly (readonly [string, ExecutionClaim])[] = [
      ["OtherStateBefore", { ...claim, previous: { ...previous, newStateRoot: root }, batch: { ...batch, oldStateRoot: root } }],
      ["OtherStateAfter", { ...claim, batch: { ...batch, newStateRoot: root } }],
      ["OtherCheatCount", withOutputs({ cheatCount: 0n })],
      ["BadClaim", { ...claim, coinbase: RECEIVER }],
      ["OtherEnd", { ...withOutputs({ coinbase: RECEIVER }), coinbase: RECEIVER }],
      ["BadClaim", { ...claim, outputs: { ...outputs, cheatCount: 0n } }],
      ["BadClaim", { ...claim, batch: { ...batch, lastBlock: batch.lastBlock + 1n } }],
      ["BadClaim", { ...claim, previous: { ...previous, lastBlock: previous.lastBlock + 1n } }],
      ["BadClaim", { ...claim, previous: { ...previous, newStateRoot: root } }],
      // No digest, no address, no number of 64 bits.
      ["BadClaim", { ...claim, batch: { ...batch, newStateRoot: wordToHex(2n ** 256n - 1n) } }],
      ["BadClaim", { ...claim, coinbase: "0xzz" }],
      ["BadClaim", { ...claim, outputs: { ...outputs, cheatCount: 2n ** 64n } }],
      ["ChunkRefused", { ...claim, previous: { ...previous, lastTimestamp: previous.lastTimestamp + 1n } }],
    ];
    for (const [code, on] of cases) assert.equal(verdict(proven[1].proof, on), code);
    const end = { ...withOutputs({ lastBlock: outputs.lastBlock + 1n }) };
    const late = { ...end, batch: { ...end.batch, lastBlock: batch.lastBlock + 1n } };
    assert.equal(verdict(proven[1].proof, late), "OtherEnd");
  });

  it("does not say which outputs the state behind the batch holds: L1's list proof does", () => {
    const outputs = { ...claim.outputs, l2LogsTreeRoot: wordToHex(5n) };
    const other = { ...claim, outputs, batch: { ...claim.batch, outputsHash: hashOutputs(outputs) } };
    assert.equal(verdict(proven[1].proof, other), "accepted");
  });

  it("is refused with a changed byte anywhere, and cut anywhere, by name", () => {
    const { proof: bytes } = proven[1];
    const random = new Random(3);
    // All of what is in front of the first chunk's proof, and places in the rest.
    const places = [...Array(64).keys(), ...Array.from({ length: CHANGED }, () => random.below(bytes.length))];
    for (const place of places) {
      const changed = bytes.slice();
      changed[place] = (changed[place] ?? 0) ^ (1 << (place % 8));
      assert.notEqual(verdict(changed), "accepted", `byte ${place}`);
    }
    for (const length of [0, 3, 4, 100, ...places.slice(-CHANGED)]) assert.equal(verdict(bytes.slice(0, length)), "Malformed");
    assert.equal(verdict(Uint8Array.from([...bytes, 0])), "Malformed");
  });

  it("is refused with counts and lengths that its bytes have no room for, before anything is made of them", () => {
    const { proof: bytes } = proven[1];
    // The count of chunks, and the length of the first chunk's proof.
    for (const place of [4 + 32 * 6, 4 + 32 * 6 + 4 + 32 * 8]) {
      const changed = bytes.slice();
      changed.set([0xff, 0xff, 0xff, 0xff], place);
      assert.equal(verdict(changed), "Malformed");
    }
    // The format in which chunks had statements of whole words.
    const other = bytes.slice();
    other[3] = 0x31;
    assert.equal(verdict(other), "OtherFormat");
    assert.equal(verdictOf({ chunks: [] }), "Malformed");
    // Words that no statement says.
    for (const words of [
      { timestamp: 2n ** 64n },
      { coinbase: 2n ** 160n },
      { open: 2n ** 16n },
      { blockHashes: 2n ** 256n - 1n },
    ]) {
      const [first, ...rest] = decodeBatchProof(bytes).chunks;
      const chunks = [{ ...first!, boundary: { ...first!.boundary, ...words } }, ...rest];
      assert.equal(verdictOf({ chunks }), "Malformed", Object.keys(words).join());
    }
  });
});
