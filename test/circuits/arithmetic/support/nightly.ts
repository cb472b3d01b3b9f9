import { ARITHMETIC_TABLE_NAMES } from "../../../../src/proofs/circuits/arithmetic/tables.ts";
import { createWasmBackend } from "../../../../src/proofs/kernels/wasm/backend.ts";
import { prove } from "../../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../../src/proofs/stark/proofs/verify.ts";
import { type Claim, driverInput } from "./driver.ts";
import { ASKED_TABLES, claimsOf, driverSystem, presentTables, randomClaims } from "./table-claims.ts";
import { checkTraces } from "../../../stark/check-traces.ts";

/** Random operations in the last proof. */
const RANDOM_CLAIMS = 2_000;

/**
 * Proves each arithmetic table separately, with the tables that it uses, and random operations. Returns whether all proofs
 * were accepted with exactly these tables.
 */
export async function proveArithmetic(seed: number): Promise<{ readonly isGood: boolean; readonly proofs: number }> {
  const backend = await createWasmBackend({ workers: 2 });
  try {
    const system = await driverSystem(backend);
    let [isGood, proofs] = [true, 0];
    const tryOut = async (name: string, claims: readonly Claim[], tables: readonly string[]): Promise<void> => {
      const input = driverInput(claims);
      const violations = checkTraces(system, input);
      const proof = await prove(system, input, backend);
      const result = verify(system, input.statement, proof);
      const present = presentTables(system, proof).join();
      const isRight =
        violations.length === 0 && result.ok && present === [...tables, "driver", "bytePairs", "range16"].sort().join();
      console.log(`${name}: ${isRight ? "verified" : "WRONG"}, ${claims.length} operations, ${present}`, ...violations);
      isGood &&= isRight;
      proofs += isRight ? 1 : 0;
    };
    for (const name of ARITHMETIC_TABLE_NAMES) await tryOut(name, claimsOf(name), ASKED_TABLES[name]);
    await tryOut(`random, seed ${seed}`, randomClaims(seed, RANDOM_CLAIMS), ARITHMETIC_TABLE_NAMES);
    return { isGood, proofs };
  } finally {
    await backend.close();
  }
}
