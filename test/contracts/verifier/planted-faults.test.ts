import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { describeSystem } from "../../../scripts/system-description/describe.ts";
import { createStateTransitionSystem } from "../../../src/proofs/circuits/state-transition/state-transition-system.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { DEFAULT_PARAMETERS } from "../../../src/proofs/stark/systems/parameters.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { Forger, FROZEN_TRANSCRIPT, withoutConstraint } from "./support/forgeries.ts";
import { type Fault, FAULTS, faultWord, plantInFirst, plantInSecond } from "./support/planted-faults.ts";
import { deployDescription, deploySecond, type StateVerifier } from "./support/second-verifier.ts";
import { type DeployedVerifier, deployVerifier, verdictOf } from "./support/small-verifier.ts";

/* Small parameters (NOT SECURE): the faults do not depend on them, and proofs take a second each. */
const system = createStateTransitionSystem({ ...DEFAULT_PARAMETERS, logBlowup: 3, queryCount: 5, grindingBits: 10 });

/** One of the two contracts with a fault, and without. */
interface Pair {
  readonly name: string;
  verify(encoded: Uint8Array, proof: Uint8Array, fault: Fault, isFrozen: boolean): Promise<string>;
}

describe("two verifiers, one with a fault: each of twelve faults is caught", () => {
  let chain: CodeChain;
  let backend: Backend;
  let forger: Forger;
  let first: Pair;
  let second: Pair;
  before(async () => {
    chain = await startCodeChain();
    backend = await createWasmBackend({ workers: 2 });
    forger = new Forger(system, backend);
    const incomplete = withoutConstraint(system);
    const firsts: readonly DeployedVerifier[] = [
      await deployVerifier(chain, system, plantInFirst),
      await deployVerifier(chain, incomplete, plantInFirst),
    ];
    const creation = plantInSecond();
    const seconds: readonly StateVerifier[] = [
      await deploySecond(chain, await deployDescription(chain, describeSystem(system)), creation),
      await deploySecond(chain, await deployDescription(chain, describeSystem(incomplete)), creation),
    ];
    const pairOf = (name: string, verifiers: readonly Pick<StateVerifier, "verify">[]): Pair => ({
      name,
      verify(encoded, proof, fault, isFrozen) {
        const verifier = verifiers[fault === "dropped constraint" ? 1 : 0];
        assert.ok(verifier);
        return verifier.verify(encoded, proof, faultWord(fault, isFrozen));
      },
    });
    first = pairOf("first", firsts.map(withNumber));
    second = pairOf("second", seconds);
  });
  after(async () => {
    await backend.close();
    await chain.close();
  });

  test("accept an honest proof as long as no fault is active", async () => {
    const { encoded, proof } = await forger.forge("none");
    assert.deepEqual(verify(system, encoded, proof), { ok: true });
    for (const verifier of [first, second]) assert.equal(await verifier.verify(encoded, proof, "none", false), "accepted");
  });

  for (const fault of FAULTS.slice(1))
    test(`differ in a forgery by this fault in either: ${fault}`, async () => {
      const { encoded, proof, isFrozen } = await forger.forge(fault);
      const expected = verdictOf(verify(system, encoded, proof, isFrozen ? { createTranscript: FROZEN_TRANSCRIPT } : {}));
      assert.notEqual(expected, "accepted");
      for (const [faulty, sound] of [
        [first, second],
        [second, first],
      ] as const) {
        assert.equal(await faulty.verify(encoded, proof, fault, isFrozen), "accepted", `${faulty.name} with the fault`);
        assert.equal(await sound.verify(encoded, proof, "none", isFrozen), expected, `${sound.name} without it`);
      }
    });
});

function withNumber(verifier: DeployedVerifier): Pick<StateVerifier, "verify"> {
  return { verify: (encoded, proof, fault = 0) => verifier.verify(encoded, proof, BigInt(fault)) };
}
