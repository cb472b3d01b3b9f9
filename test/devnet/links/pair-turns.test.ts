import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LinkSlots } from "../../../src/ecosystem/devnet/links/link-slots.ts";
import { PairTurns } from "../../../src/ecosystem/devnet/links/pair-turns.ts";

const [A, B, C, D] = [271n, 272n, 273n, 274n];
/** Links of one pair that wait. */
const SLOTS = 32;

/** Work that ends on request, and the names of the work that has begun. */
function linksOf(turns: PairTurns) {
  const names: string[] = [];
  const ends = new Map<string, () => void>();
  const make = (name: string, one: bigint, other: bigint): Promise<void> =>
    turns.run([one, other], () => {
      names.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string, link: Promise<void>): Promise<void> => {
    ends.get(name)!();
    await link;
  };
  /** Names of all links that have begun. */
  const begun = async (): Promise<readonly string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return names;
  };
  return { begun, make, end };
}

describe("turns of pairs of chains", () => {
  test("stuck link: other chains make links, and so does its peer's peer with a fourth chain", async () => {
    const { begun, make, end } = linksOf(new PairTurns());
    const stuck = make("A to B", A, B);
    const behind = make("B to C", B, C);
    const apart = make("C to D", C, D);
    assert.deepEqual(await begun(), ["A to B", "C to D"], "B has no turn, and C does not wait for it");
    await end("C to D", apart);
    const more = Array.from({ length: 10 }, (_, i) => `C to D ${i}`);
    for (const name of more) {
      const link = make(name, C, D);
      assert.equal((await begun()).at(-1), name, "C is not reserved for the link to B");
      await end(name, link);
    }
    assert.deepEqual(await begun(), ["A to B", "C to D", ...more]);
    await end("A to B", stuck);
    assert.deepEqual(await begun(), ["A to B", "C to D", ...more, "B to C"]);
    await end("B to C", behind);
  });

  test("one pair: links follow in the order of the requests, in both directions, also after one that fails", async () => {
    const turns = new PairTurns();
    const failing = turns.run([A, B], () => Promise.reject(new RangeError("undone")));
    const { begun, make, end } = linksOf(turns);
    const [second, third] = [make("second", B, A), make("third", A, B)];
    await assert.rejects(failing, /undone/);
    assert.deepEqual(await begun(), ["second"]);
    await end("second", second);
    assert.deepEqual(await begun(), ["second", "third"]);
    await end("third", third);
  });

  test("attack: two other pairs take turns, so one always makes a link: the pair between them has its turn after a few", async () => {
    const turns = new PairTurns();
    let isEnded = false;
    let others = 0;
    const flood = async (one: bigint, other: bigint): Promise<void> => {
      while (!isEnded) await turns.run([one, other], () => new Promise((resolve) => setImmediate(resolve, others++)));
    };
    // Two requests of each, so that a chain is taken again before both are free.
    const floods = [flood(A, C), flood(B, D), flood(A, C), flood(B, D)];
    await new Promise((resolve) => setImmediate(resolve));
    const before = others;
    await turns.run([A, B], () => Promise.resolve());
    isEnded = true;
    await Promise.all(floods);
    assert.ok(others - before < 20, `${others - before} links of the others`);
  });

  test("ring of three requests: each is made, whichever ends first", async () => {
    const { begun, make, end } = linksOf(new PairTurns());
    const links = { "A to B": make("A to B", A, B), "B to C": make("B to C", B, C), "C to A": make("C to A", C, A) };
    for (const [name, link] of Object.entries(links)) {
      assert.equal((await begun()).at(-1), name);
      await end(name, link);
    }
  });
});

test("attack: requests of one pair fill its own slots alone, and a slot is free when its work ends or fails", async () => {
  const slots = new LinkSlots();
  const { promise: stuck, resolve: end } = Promise.withResolvers<undefined>();
  const held = Array.from({ length: SLOTS }, () => slots.hold("chains 271 and 272", () => stuck));
  await assert.rejects(
    slots.hold("chains 271 and 272", () => stuck),
    { code: "TooManyWaiting", message: /32 links of chains 271 and 272 wait/ },
  );
  assert.equal(await slots.hold("chains 271 and 273", () => Promise.resolve("made")), "made");
  end(undefined);
  await Promise.all(held);
  for (let i = 0; i <= SLOTS; i++)
    await assert.rejects(
      slots.hold("chains 271 and 272", () => Promise.reject(new RangeError("undone"))),
      /undone/,
    );
});
