import type { L1Prover } from "../../../src/proofs/l1-proof/l1-prover.ts";
import type { KeyedPlan } from "../../../src/proofs/l1-proof/l1-proving.ts";
import type { L1ProofKind } from "../../../src/proofs/l1-proof/proof-plan.ts";
import { blobId } from "../../../src/proofs/proving/blobs.ts";
import { FAKE_REPORT } from "../../support/fake-metrics.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/**
 * Jobs of two batches, each with the jobs it needs: one batch of two chunks with relisted leaves, and one batch of one
 * chunk in three segments.
 */
const TREE: readonly (readonly [kind: L1ProofKind, needs: readonly number[]])[] = [
  ["list", []],
  ["leaf", []],
  ["leaf", []],
  ["join", [1, 2]],
  ["relisting", []],
  ["relisted", [3, 4]],
  ["batch", [0, 5]],
  ["list", []],
  ["segment", []],
  ["segment", []],
  ["segment", []],
  ["runJoin", [8, 9]],
  ["runEnd", [11, 10]],
  ["batch", [7, 12]],
  ["aggregate", [6, 13]],
  ["compress", [14]],
  ["wrap", [15]],
];

/** The proofs up to the one for L1, of nothing. */
export const FAKE_PLAN: KeyedPlan = {
  digest: [1, 2, 3, 4, 5, 6, 7, 8],
  fields: [],
  proofs: TREE.map(([kind, needs], place) => ({
    ...{ kind, program: kind, key: blobId(text(kind)), needs, cells: 1 },
    ...{ input: text(`${kind} ${place}`), statement: text(`says ${kind} ${place}`) },
  })),
};

/** The proofs that hold, written from the plan: each is of its input, and of the very bytes of those that it needs. */
export const FAKE_PROOFS: readonly Uint8Array[] = TREE.reduce<Uint8Array[]>(
  (made, [kind, needs], place) => [
    ...made,
    fakeProof(
      kind,
      `${kind} ${place}`,
      needs.map((need) => made[need]!),
    ),
  ],
  [],
);

/** Makes and checks what says nothing. It knows a proof by its bytes. */
export const FAKE_PROVER: Pick<L1Prover, "plan" | "make" | "check"> = {
  plan: () => Promise.resolve(FAKE_PLAN),
  make({ kind, input, needs }) {
    const name = new TextDecoder().decode(input);
    return Promise.resolve({ statement: text(`says ${name}`), proof: fakeProof(kind, name, needs), metrics: FAKE_REPORT });
  },
  check(program, statement, proof) {
    const place = FAKE_PLAN.proofs.findIndex((planned) => planned.program === program && isSame(planned.statement, statement));
    return Promise.resolve(isSame(FAKE_PROOFS[place], proof) ? undefined : "ProofOfAnother");
  },
};

function fakeProof(kind: string, name: string, needs: readonly Uint8Array[]): Uint8Array {
  return text(`${kind} of ${name} from ${needs.map(blobId).join()}`);
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.from(a).equals(b);
}
