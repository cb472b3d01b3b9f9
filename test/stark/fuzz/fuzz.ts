import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import type { ProverInput } from "../../../src/proofs/stark/proving/prover-input.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { createRandom, type Random } from "./random.ts";
import { type RandomCase, randomCase } from "./random-system.ts";
import { checkTraces } from "../check-traces.ts";

/** Counts of a fuzzing run. */
export interface FuzzCounts {
  cases: number;
  /** Wrong traces of which checker and verifier both said that they are wrong. */
  wrongTraces: number;
  /** Changed cells that are free: both accepted. */
  freeCells: number;
  tamperedProofs: number;
}

/** Limit of a run. */
export type FuzzLimit = { readonly seconds: number } | { readonly cases: number };

/**
 * Random systems, case after case. For each: the satisfying trace passes the checker and its proof verifies; a
 * trace with a changed cell fails the checker exactly when its proof fails; a changed, cut or extended proof is rejected
 * and nothing throws. Throws Error that names the seed of the failing case.
 */
export async function fuzz(seed: number, limit: FuzzLimit): Promise<FuzzCounts> {
  const counts: FuzzCounts = { cases: 0, wrongTraces: 0, freeCells: 0, tamperedProofs: 0 };
  const start = performance.now();
  const running = (): boolean =>
    "cases" in limit ? counts.cases < limit.cases : performance.now() < start + 1000 * limit.seconds;
  for (let caseSeed = seed; running(); caseSeed++) {
    try {
      await runCase(createRandom(caseSeed), counts);
    } catch (cause) {
      throw new Error(`fuzzing failed: reproduce with --seed ${caseSeed}`, { cause });
    }
    counts.cases++;
  }
  return counts;
}

async function runCase(random: Random, counts: FuzzCounts): Promise<void> {
  const backend = createReferenceBackend();
  const subject = await randomCase(random, backend);
  const { system, input } = subject;
  assert.deepEqual(checkTraces(system, input), []);
  const proof = await prove(system, input, backend);
  assert.deepEqual(verify(system, input.statement, proof), { ok: true });

  for (let i = 0; i < 2; i++) {
    const changed = changeCell(random, input);
    const wrong = checkTraces(system, changed).length > 0;
    const result = verify(system, changed.statement, await prove(system, changed, backend));
    assert.equal(
      !result.ok,
      wrong,
      result.ok ? "a wrong trace was proven" : `a right trace was rejected: ${result.rejection.code}`,
    );
    if (wrong) counts.wrongTraces++;
    else counts.freeCells++;
  }
  for (let i = 0; i < 20; i++) {
    assert.equal(verify(system, input.statement, tamper(random, proof, subject)).ok, false);
    counts.tamperedProofs++;
  }
}

function changeCell(random: Random, input: ProverInput): ProverInput {
  const traces = input.traces.map((columns) => columns.map((column) => column.slice()));
  const column = random.pick(random.pick(traces.filter(([first]) => first !== undefined && first.length > 0)));
  const row = random.below(column.length);
  column[row] = ((column[row] ?? 0) + 1 + random.below(P - 1)) % P;
  return { ...input, traces };
}

function tamper(random: Random, proof: Uint8Array, { system }: RandomCase): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return proof.slice(0, random.below(proof.length));
    case 1: {
      const longer = new Uint8Array(proof.length + 1 + random.below(100));
      longer.set(proof);
      return longer;
    }
    default: {
      const changed = proof.slice();
      // The nonce is free when nothing is ground and its hash happens to draw the same queries, so it is left alone: every
      // other byte is bound.
      const nonce = nonceOffset(system, proof);
      for (let i = random.below(3); i >= 0; i--) {
        const at = random.below(changed.length - 8);
        const offset = at >= nonce ? at + 8 : at;
        changed[offset] = (changed[offset] ?? 0) ^ (1 + random.below(255));
      }
      return Buffer.compare(changed, proof) === 0 ? changed.slice(1) : changed;
    }
  }
}

function nonceOffset(system: RandomCase["system"], proof: Uint8Array): number {
  let offset = 0;
  verify(system, Uint8Array.of(0, 0), proof, {
    onSections: (sections) => (offset = sections.find(({ name }) => name === "nonce")?.offset ?? 0),
  });
  return offset;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { seconds: { type: "string", default: "60" }, seed: { type: "string", default: String(Date.now() % 2 ** 31) } },
  });
  console.log(
    JSON.stringify({ seed: Number(values.seed), ...(await fuzz(Number(values.seed), { seconds: Number(values.seconds) })) }),
  );
}
