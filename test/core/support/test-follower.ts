import assert from "node:assert/strict";
import type { Source } from "../../../src/chain/core/follower.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

interface Tested<Result, Own> extends Source<Result, Own> {
  digest(): Hex;
}

export interface TestedFollower<Result, Own> {
  /** One that knows what a chain's follower knows at its beginning. */
  readonly begin: () => Tested<Result, Own>;
  readonly results: readonly Result[];
  /**
   * Places of what it answers for, such as "blocks.0.hash": each is changed in the first result that has it, and then it answers
   * something else.
   */
  readonly fields: readonly string[];
}

/** Tests that a follower returns to each of its marks, repeats its answers, and has each field in its digest. */
export function testFollower<Result extends object, Own>({ begin, results, fields }: TestedFollower<Result, Own>): void {
  const told = (all: readonly Result[]): Tested<Result, Own> => {
    const follower = begin();
    for (const result of all) follower.on(result);
    return follower;
  };
  const whole = told(results).digest();
  assert.equal(told(results).digest(), whole, "the same results lead to the same");
  for (let i = 0; i <= results.length; i++) {
    const follower = told(results.slice(0, i));
    const there = follower.digest();
    const mark = follower.mark("snapshot") as Own;
    for (const result of results.slice(i)) follower.on(result);
    void follower.returnTo(mark, "snapshot");
    assert.equal(follower.digest(), there, `${follower.name} returns to behind result ${i}`);
    for (const result of results.slice(i)) follower.on(result);
    assert.equal(follower.digest(), whole, `${follower.name} continues after result ${i}`);
  }
  for (const field of fields) {
    const place = field.split(".");
    const at = results.findIndex((result) => read(result, place) !== undefined);
    assert.notEqual(at, -1, `no result has ${field}`);
    const changed = results.map((result, i) => (i === at ? changedAt(result, place) : result));
    assert.notEqual(told(changed).digest(), whole, `${begin().name} answers for ${field}, and its digest leaves it out`);
  }
}

function read(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  return typeof value === "object" && value !== null ? read((value as Record<string, unknown>)[name], rest) : undefined;
}

function changedAt<Value>(value: Value, [name, ...rest]: readonly string[]): Value {
  if (name === undefined) return other(value) as Value;
  const changed = changedAt((value as Record<string, unknown>)[name], rest);
  if (Array.isArray(value)) return value.with(Number(name), changed) as Value;
  return { ...value, [name]: changed };
}

/** Another value of the same kind. */
function other(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return value + 1_000_000n;
    case "number":
      return value + 1;
    case "boolean":
      return !value;
    case "string":
      return value.slice(0, -1) + (value.endsWith("1") ? "2" : "1");
    case "object":
    case "function":
    case "symbol":
    case "undefined":
      if (value instanceof Uint8Array) return Uint8Array.of(...value, 1);
      if (Array.isArray(value)) return value.slice(0, -1);
      throw new TypeError(`a ${typeof value} cannot be changed`);
  }
}
