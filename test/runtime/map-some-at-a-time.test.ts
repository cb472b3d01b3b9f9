import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mapSomeAtATime } from "../../src/runtime/map-some-at-a-time.ts";

/** Work that ends when it is told to. */
function heldWork(): { work: (item: string) => Promise<string>; begun: string[]; end: (item: string, error?: Error) => void } {
  const held = new Map<string, PromiseWithResolvers<string>>();
  const begun: string[] = [];
  const work = (item: string): Promise<string> => {
    begun.push(item);
    const ending = Promise.withResolvers<string>();
    held.set(item, ending);
    return ending.promise;
  };
  const end = (item: string, error?: Error): void => {
    const ending = held.get(item);
    assert.ok(ending, `${item} has begun`);
    if (error === undefined) ending.resolve(`${item}!`);
    else ending.reject(error);
  };
  return { work, begun, end };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("work for many items, some at a time", () => {
  it("never has more under way than the width, and gives the results in the items' order", async () => {
    const { work, begun, end } = heldWork();
    const results = mapSomeAtATime(["a", "b", "c", "d"], 2, work);
    assert.deepEqual(begun, ["a", "b"]);
    end("b");
    await soon();
    assert.deepEqual(begun, ["a", "b", "c"]);
    end("c");
    end("a");
    await soon();
    assert.deepEqual(begun, ["a", "b", "c", "d"]);
    end("d");
    assert.deepEqual(await results, ["a!", "b!", "c!", "d!"]);
  });

  it("rejects with the first error and begins nothing after it", async () => {
    const { work, begun, end } = heldWork();
    const results = mapSomeAtATime(["a", "b", "c", "d"], 2, work);
    end("a", new Error("a is away"));
    await assert.rejects(results, /a is away/);
    end("b");
    await soon();
    assert.deepEqual(begun, ["a", "b"]);
  });

  it("does nothing for no items", async () => {
    assert.deepEqual(await mapSomeAtATime([], 2, () => Promise.reject(new Error("asked"))), []);
  });
});
