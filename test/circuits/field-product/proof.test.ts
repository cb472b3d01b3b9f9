import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BN254_PRIME } from "../../../src/proofs/circuits/field-product/fp2-product.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { commitPreprocessed } from "../../../src/proofs/stark/proving/preprocess.ts";
import { compileSystem, type System } from "../../../src/proofs/stark/systems/system.ts";
import { Random } from "../../chain/state/support/random.ts";
import { checkTraces } from "../../stark/check-traces.ts";
import { air, multiplyAdd } from "./support/product-judge.ts";
import { productDefinition, productInput, type ProductOf } from "./support/product-system.ts";

/** Number of elements in the memory, and of products. */
const ELEMENTS = 6;
const PRODUCTS = 13;

function randomRun(seed: number): { readonly elements: (readonly [bigint, bigint])[]; readonly products: ProductOf[] } {
  const random = new Random(seed);
  const part = (): bigint => random.bits(256) % BN254_PRIME;
  const some = (): number => random.below(ELEMENTS);
  const elements = Array.from({ length: ELEMENTS }, () => [part(), part()] as const);
  const products = Array.from({ length: PRODUCTS }, () => ({ a: some(), b: some(), c: some(), r: some() }));
  return { elements, products: [{ a: 0, b: 0, c: 0, r: 0 }, ...products] };
}

/** The elements after all products, by another implementation. */
function expectedOf({ elements, products }: ReturnType<typeof randomRun>): bigint[] {
  const current = [...elements];
  for (const { a, b, c, r } of products) current[r] = multiplyAdd([a, b, c].flatMap((i) => [...current[i]!]));
  return current.flat();
}

describe("proofs of products with a memory", () => {
  let backend: Backend;
  let system: System;
  before(async () => {
    backend = await createWasmBackend({ workers: 1 });
    const definition = productDefinition();
    system = compileSystem(definition, await commitPreprocessed(definition, backend));
  });
  after(() => backend.close());

  it("verify for random products, and not with another result", async () => {
    const run = randomRun(21);
    const { input, last } = productInput(run.elements, run.products);
    assert.deepEqual(last, expectedOf(run));
    assert.deepEqual(checkTraces(system, input), []);
    const proof = await prove(system, input, backend);
    assert.deepEqual(verify(system, input.statement, proof), { ok: true });

    // The fourth product has one more in its lowest limb, in this table alone.
    const column = air.columnNames.indexOf("r[0]");
    const traces = input.traces.map((columns, table) =>
      columns.map((values, i) => (table === 3 && i === column ? values.map((value, row) => value + Number(row === 3)) : values)),
    );
    const lying = { ...input, traces };
    assert.ok(checkTraces(system, lying, { limit: 9 }).length > 0);
    const rejected = verify(system, lying.statement, await prove(system, lying, backend));
    assert.equal(rejected.ok, false);
  });
});
