import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { hidingParameters, lineInput, lineSystem, liveRows } from "./hidden-line.ts";
import { difference, fixedChallenges, rankOf, shownElements } from "./shown-forms.ts";

/*
 * With fixed challenges everything that a proof of the line shows is an affine function of the steps and of the random elements.
 * One proof for each element yields its matrix. The proof hides the steps exactly if the change that a step makes is also a change
 * that random elements make: if the steps add nothing to the rank. Which random elements count is chosen afterwards.
 */

const parameters = hidingParameters();
const COLUMNS = 3; // besides masks
const { extensionDegree: DEGREE, queryCount } = parameters;
const FORMS = DEGREE + queryCount;
const ROWS = 2 ** parameters.maxLogRows;

/** A random element, by its use. */
type Element =
  | { readonly kind: "row"; readonly row: number }
  | { readonly kind: "mask"; readonly mask: number }
  | { readonly kind: "quotient"; readonly coefficient: number };

interface Shown {
  readonly element: Element;
  readonly change: readonly number[];
}

let backend: Backend;
let system: System;
let randoms: Shown[];
let steps: (readonly number[])[];

/** Random elements in the prover's order: column by column, then t chunk by chunk, coordinate by coordinate. */
function elementsInOrder({ chunkCount }: System): Element[] {
  const { randomRows = 0, quotientMask = 0 } = parameters.hiding ?? {};
  const list = <T>(length: number, make: (i: number) => T): T[] => Array.from({ length }, (_, i) => make(i));
  return [
    ...list(COLUMNS, () => list(randomRows, (row): Element => ({ kind: "row", row }))),
    ...list(DEGREE, (mask) => list(ROWS, (): Element => ({ kind: "mask", mask }))),
    ...list((chunkCount - 1) * DEGREE, () => list(quotientMask, (coefficient): Element => ({ kind: "quotient", coefficient }))),
  ].flat();
}

before(async () => {
  backend = await createWasmBackend({ workers: 1 });
  system = await lineSystem(parameters, backend);
  const elements = elementsInOrder(system);
  const createTranscript = fixedChallenges(7, queryCount, 2 ** (parameters.maxLogRows + parameters.logBlowup));
  const live = liveRows(parameters);
  const proofOf = async (changed: number | undefined, own: readonly number[] = []) => {
    const masks = new Uint32Array(elements.length);
    if (changed !== undefined) masks[changed] = 1;
    const { shown, taken } = await shownElements(system, lineInput(system, own), backend, { masks, createTranscript });
    assert.equal(taken, elements.length);
    return shown;
  };
  const nothing = await proofOf(undefined);
  randoms = [];
  for (const [i, element] of elements.entries()) randoms.push({ element, change: difference(await proofOf(i), nothing) });
  steps = [];
  // Two steps that cancel each other, so that the statement stays; and a step that does not count.
  for (let row = 0; row < live; row++) {
    const own = new Array<number>(live).fill(0);
    own[row] = 1;
    const partner = row === 0 ? 1 : 0;
    if (row % 3 !== 2 && row < live - 1) own[partner] = 2 ** 31 - 2 ** 24;
    steps.push(difference(await proofOf(undefined, own), nothing));
  }
});
after(() => backend.close());

/** Number of shown forms that depend on the steps, if only the chosen elements are random. */
function leaked(isRandom: (element: Element) => boolean): number {
  const noise = randoms.filter(({ element }) => isRandom(element)).map(({ change }) => change);
  return rankOf([...noise, ...steps]) - rankOf(noise);
}

const enough = (element: Element): boolean => {
  if (element.kind === "row") return element.row < 2 * FORMS;
  return element.kind === "mask" || element.coefficient < FORMS;
};

describe("a hiding proof", () => {
  it("openings of two witnesses have one distribution", () => {
    assert.equal(
      leaked(() => true),
      0,
    );
    assert.equal(leaked(enough), 0);
  });

  it("leaks with one random row less", () => {
    assert.ok(leaked((element) => enough(element) && !(element.kind === "row" && element.row === 0)) > 0);
  });

  it("leaks with one mask less", () => {
    for (let mask = 0; mask < DEGREE; mask++)
      assert.ok(leaked((element) => enough(element) && !(element.kind === "mask" && element.mask === mask)) > 0, `mask ${mask}`);
  });

  it("leaks with one coefficient of the quotient's masks less", () => {
    assert.ok(leaked((element) => enough(element) && !(element.kind === "quotient" && element.coefficient === 0)) > 0);
  });

  it("without quotient masks a chunk reveals a witness bit", () => {
    assert.ok(leaked((element) => element.kind !== "quotient") > 0);
  });

  it("shows steps if nothing is random", () => {
    assert.ok(leaked(() => false) > 0);
  });
});
