import { createWasmBackend } from "../../kernels/wasm/backend.ts";
import { createCompressor } from "../../kernels/wasm/compressor.ts";
import type { Digest } from "../../../ground/protocol/digest.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import { ProofReader, readHead } from "../../stark/openings/proof.ts";
import { decodeRun, isRun } from "../../stark/proofs/encode-run.ts";
import { verifyRun } from "../../stark/proofs/verify-run.ts";
import { ABSENT, rowCount } from "../../stark/systems/shape.ts";
import type { System } from "../../stark/systems/system.ts";
import { verify } from "../../stark/proofs/verify.ts";
import { executionParameters } from "../parameters.ts";
import { type ExecutionBatchProof, decodeBatchProof } from "./batch-proof.ts";
import { type ChunkEnds, chunkStatement, firstJoints, otherWord } from "./chunk-statement.ts";
import { type ClaimedEnds, claimedEnds, type ExecutionClaim } from "./execution-claim.ts";
import { createExecutionKey, type ExecutionKey, MIN_PROVEN_BITS } from "./execution-key.ts";
import { ExecutionProofError, type ExecutionRefusal } from "./execution-proof-error.ts";
import { relistedRoots } from "./relisting.ts";

/** Result of an accepted proof. */
export interface VerifiedExecution {
  readonly chunks: number;
  /** Proven bits of each chunk's proof. */
  readonly provenBits: number;
}

interface VerificationOptions {
  /** NOT SECURE: accepts a key whose proofs have fewer than 100 proven bits. For tests. */
  readonly acceptsWeakParameters?: boolean;
}

/**
 * Checks a proof of a batch's execution against what L1 knows of the batch. Throws ExecutionProofError, and nothing else whatever
 * the bytes.
 */
export function verifyWithKey(
  key: ExecutionKey,
  claim: ExecutionClaim,
  bytes: Uint8Array,
  { acceptsWeakParameters = false }: VerificationOptions = {},
): VerifiedExecution {
  const { provenBits } = key;
  if (provenBits < MIN_PROVEN_BITS && !acceptsWeakParameters)
    throw new ExecutionProofError("WeakParameters", `proofs of this key have ${provenBits} proven bits, not ${MIN_PROVEN_BITS}`);
  const ends = claimedEnds(claim);
  const proof = decodeBatchProof(bytes);
  checkNames(key, claim, proof);
  checkEnds(ends, proof);
  checkChunks(key, ends, proof, acceptsWeakParameters);
  checkRelisting(key, ends, proof);
  return { chunks: proof.chunks.length, provenBits };
}

interface VerifierOptions extends VerificationOptions {
  readonly parameters?: ProofParameters;
  /** Threads that compute the key; default: all cores. */
  readonly workers?: number;
}

/** `verifyWithKey` with the key of a protocol version, which takes seconds. */
export async function executionVerifier(
  protocolVersion: bigint,
  { parameters = executionParameters(), workers, ...options }: VerifierOptions = {},
): Promise<(claim: ExecutionClaim, bytes: Uint8Array) => VerifiedExecution> {
  const backend = await createWasmBackend(workers === undefined ? {} : { workers });
  try {
    const key = await createExecutionKey(protocolVersion, parameters, backend);
    return (claim, bytes) => verifyWithKey(key, claim, bytes, options);
  } finally {
    await backend.close();
  }
}

/** Says by name of what else a proof is; the chunks' statements would refuse it, too. */
function checkNames(key: ExecutionKey, { chainId, batch }: ExecutionClaim, proof: ExecutionBatchProof): void {
  const named: readonly (readonly [ExecutionRefusal, string, bigint, bigint])[] = [
    ["OtherVersion", "protocol version", proof.protocolVersion, batch.protocolVersion],
    ["OtherChain", "chain", proof.chainId, chainId],
    ["OtherBatch", "batch", proof.batchNumber, batch.batchNumber],
  ];
  for (const [code, what, got, expected] of named)
    if (got !== expected) throw new ExecutionProofError(code, `the proof is of ${what} ${got}, not ${expected}`);
  if (!Buffer.from(proof.program).equals(key.system.verificationKeyDigest))
    throw new ExecutionProofError("OtherProgram", "the proof is of another program, or was made with other parameters");
}

/** All of it that is only compared. */
function checkEnds({ last, rootBefore, rootAfter }: ClaimedEnds, proof: ExecutionBatchProof): void {
  const end = proof.chunks.at(-1);
  if (end === undefined) throw new ExecutionProofError("Malformed", "the proof has no chunk");
  if (!isSame(proof.rootBefore, rootBefore))
    throw new ExecutionProofError("OtherStateBefore", "the first chunk begins with another state than the batch");
  if (end.boundary.open !== 0n) throw new ExecutionProofError("EndsOpen", "the last chunk leaves the batch open");
  if (end.boundary.cheatCount !== last.cheatCount)
    throw new ExecutionProofError("OtherCheatCount", `${end.boundary.cheatCount} cheats are proven, L1 has ${last.cheatCount}`);
  const other = otherWord(end.boundary, last);
  if (other !== undefined) {
    const [got, expected] = [end.boundary[other], { ...last, blockHashes: 0n }[other]];
    throw new ExecutionProofError("OtherEnd", `the last chunk ends with ${other} ${got}, L1 has ${expected}`);
  }
  if (proof.relisting === undefined && !isSame(end.root, rootAfter))
    throw new ExecutionProofError("OtherStateAfter", "the last chunk ends with another state");
}

/** Behind the chunks, whose tables bound it: nothing is hashed of what they cannot have made. */
function checkRelisting(key: ExecutionKey, { first, rootAfter }: ClaimedEnds, { relisting, chunks }: ExecutionBatchProof): void {
  const end = chunks.at(-1);
  if (relisting === undefined || end === undefined) return;
  // The first batch lists the first state, too, which no chunk has made.
  const most = first.nextBatch === 0n ? Infinity : chunks.reduce((sum, { proof }) => sum + leavesOf(key, proof), 0);
  if (relisting.listed.length > most)
    throw new ExecutionProofError("RelistingRefused", `${relisting.listed.length} leaves are relisted, at most ${most} are new`);
  const roots = relistedRoots(relisting, createCompressor().compress);
  if (roots === undefined || !isSame(roots.before, end.root))
    throw new ExecutionProofError("RelistingRefused", "the relisted leaves are not those of the last chunk's state");
  if (!isSame(roots.after, rootAfter))
    throw new ExecutionProofError("OtherStateAfter", "the last chunk's relisted state is not the batch's");
}

/** Rows of the table in which each leaf that a chunk touches has one. The proof was accepted. */
function leavesOf(key: ExecutionKey, proof: Uint8Array): number {
  const run = decodeRun(proof);
  if (run !== undefined) return run.proofs.reduce((sum, segment) => sum + leafRows(key.segmented().system, segment), 0);
  return leafRows(key.system, proof);
}

function leafRows(system: System, proof: Uint8Array): number {
  const { shape } = readHead(system, new ProofReader(proof));
  return rowCount(shape.logRows[system.definition.tables.findIndex(({ air }) => air.name === "leaves")] ?? ABSENT);
}

function checkChunks(
  key: ExecutionKey,
  { environment, first }: ClaimedEnds,
  proof: ExecutionBatchProof,
  acceptsWeakParameters: boolean,
): void {
  const before = firstJoints(proof, first);
  proof.chunks.forEach((after, chunk) => {
    const begin = before[chunk];
    if (begin === undefined) throw new Error("each chunk begins somewhere");
    const statement = chunkStatement(key.program, { environment, before: begin, after });
    const code = refusalOf(key, statement, after.proof, acceptsWeakParameters);
    if (code === undefined) return;
    const message = `the proof of chunk ${chunk} of ${proof.chunks.length} is refused: ${code}`;
    throw new ExecutionProofError("ChunkRefused", message, { chunk });
  });
}

/** Why a proof does not show what stands between a chunk's joints; undefined where it does. Never throws. */
export function chunkRefusal(
  key: ExecutionKey,
  ends: ChunkEnds,
  proof: Uint8Array,
  { acceptsWeakParameters = false }: VerificationOptions = {},
): string | undefined {
  if (key.provenBits < MIN_PROVEN_BITS && !acceptsWeakParameters) return "WeakParameters";
  return refusalOf(key, chunkStatement(key.program, ends), proof, acceptsWeakParameters);
}

/** Why a chunk's proof, of a whole run or of its segments, does not show a statement; undefined where it does. */
function refusalOf(
  { system, segmented }: ExecutionKey,
  statement: Uint8Array,
  proof: Uint8Array,
  acceptsWeakParameters: boolean,
): string | undefined {
  if (!isRun(proof)) {
    const verdict = verify(system, statement, proof);
    return verdict.ok ? undefined : verdict.rejection.code;
  }
  const run = decodeRun(proof);
  if (run === undefined) return "MalformedProof";
  const key = segmented();
  if (key.provenBits < MIN_PROVEN_BITS && !acceptsWeakParameters) return "WeakParameters";
  const verdict = verifyRun(key.system, statement, run);
  return verdict.ok ? undefined : verdict.rejection.code;
}

function isSame(a: Digest, b: Digest): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
}
