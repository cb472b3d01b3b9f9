import { readFileSync, writeFileSync } from "node:fs";
import { encodeStatement, type BatchStatement } from "../../src/ground/protocol/statement.ts";
import { fromHex, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { System } from "../../src/proofs/stark/systems/system.ts";

/** Proof of a batch's state transition with the parameters of L1's verifiers. */
interface RecordedStateProof {
  /** Digest of the verification key: a proof that is recorded for another key proves nothing to the contracts. */
  readonly key: Hex;
  readonly encoded: Uint8Array;
  readonly proof: Uint8Array;
}

/** Names of the recorded proofs: 2^9 and 2^16 rows. */
export type RecordedStateName = "state-short" | "state-tall";

export function readStateProof(name: RecordedStateName): RecordedStateProof {
  const { key, statement, proof } = JSON.parse(readFileSync(fileOf(name), "utf8")) as Record<"key" | "statement" | "proof", Hex>;
  return { key, encoded: fromHex(statement), proof: fromHex(proof) };
}

/** Records a proof. */
export function recordStateProof(name: RecordedStateName, system: System, statement: BatchStatement, proof: Uint8Array): void {
  const record = { key: toHex(system.verificationKeyDigest), statement: toHex(encodeStatement(statement)), proof: toHex(proof) };
  writeFileSync(fileOf(name), `${JSON.stringify(record)}\n`);
}

function fileOf(name: RecordedStateName): URL {
  return new URL(`../../fixtures/recorded-proofs/${name}.json`, import.meta.url);
}
