import { buildTrace } from "../../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import type { Ext } from "../../../../src/proofs/field/extension.ts";
import type { Backend } from "../../../../src/proofs/kernels/backend.ts";
import { encodeStatement, type BatchStatement } from "../../../../src/ground/protocol/statement.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { prove } from "../../../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../../../src/proofs/stark/proving/prover-input.ts";
import type { System } from "../../../../src/proofs/stark/systems/system.ts";
import { StateModel } from "../../../circuits/support/state-model.ts";

/** A statement with its proof. */
export interface ProvenBatch {
  readonly statement: BatchStatement;
  readonly encoded: Uint8Array;
  readonly proof: Uint8Array;
}

const POINT: Ext = [1234567, 890123456, 789, 2000000000, 45678];

/** A batch of two updates and an insertion in a tree of eight leaves, in 2^9 rows. */
interface SmallBatch {
  readonly statement: BatchStatement;
  readonly encoded: Uint8Array;
  readonly input: ProverInput;
}

export function smallBatch(): SmallBatch {
  const tree = new StateModel(4);
  for (let slot = 0n; slot < 6n; slot++) tree.insert(1, 0xabcdef0123456789abcdef0123456789abcdef01n, slot, 1000n + slot);
  const outputs = (1n << 255n) + 0x1234567890n;
  const witness = tree.batch((state) => [
    state.update(3, 77n),
    state.insert(0, 0x77n, 5n, (1n << 256n) - 1n),
    state.update(1, outputs),
  ]);
  const trace = buildTrace(witness, POINT);
  const statement: BatchStatement = {
    commitment: `0x${"c0".repeat(32)}`,
    oldStateRoot: trace.oldStateRoot,
    newStateRoot: trace.newStateRoot,
    diffDigest: trace.diffDigest,
    point: POINT as BatchStatement["point"],
    evaluation: trace.y as BatchStatement["evaluation"],
    outputsHash: `0x${outputs.toString(16).padStart(64, "0")}`,
  };
  const encoded = encodeStatement(statement);
  return { statement, encoded, input: { statement: encoded, auxiliary: [trace.auxiliary], traces: [trace.columns] } };
}

/** Proves the small batch. */
export async function proveSmallBatch(system: System, backend: Backend): Promise<ProvenBatch> {
  const { statement, encoded, input } = smallBatch();
  return { statement, encoded, proof: await prove(system, input, backend) };
}

/** The statement's parts as the contract takes them. */
export function solidityStatement(encoded: Uint8Array): Record<string, Hex> {
  const part = (from: number, to: number): Hex => `0x${Buffer.from(encoded.subarray(from, to)).toString("hex")}`;
  return {
    commitment: part(0, 32),
    oldStateRoot: part(32, 64),
    newStateRoot: part(64, 96),
    diffDigest: part(96, 128),
    point: part(128, 148),
    evaluation: part(148, 168),
    outputsHash: part(168, 200),
  };
}
