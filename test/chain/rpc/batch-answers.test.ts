import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerBody } from "../../../src/chain/rpc/dispatch.ts";
import type { RpcMethod } from "../../../src/chain/rpc/dispatch.ts";
import { RpcCode } from "../../../src/chain/rpc/json-rpc.ts";

const MEBIBYTE = 2 ** 20;
const methods = new Map<string, RpcMethod>([["large", async ([size]) => "x".repeat(Number(size))]]);
const request = (id: number, size: number) => ({ jsonrpc: "2.0", id, method: "large", params: [size] });

interface Answer {
  readonly id: number | null;
  readonly result?: string;
  readonly error?: { readonly code: number };
}

describe("answers to a batch", () => {
  it("have 64 Mi characters at most: the rest is refused by name, and small ones still come", async () => {
    const sizes = [30 * MEBIBYTE, 30 * MEBIBYTE, 3 * MEBIBYTE, 3 * MEBIBYTE, 3 * MEBIBYTE];
    const body = [...sizes.map((size, id) => request(id, size)), 7];
    const text = await answerBody(JSON.stringify(body), methods, undefined);
    const answers = JSON.parse(text) as readonly Answer[];
    assert.deepEqual(answers.map(({ id }) => id), [0, 1, 2, 3, 4, null]);
    assert.deepEqual(answers.map(({ result }) => result?.length), [...sizes.slice(0, 3), undefined, undefined, undefined]);
    assert.deepEqual(answers.slice(3).map(({ error }) => error?.code), [RpcCode.limitExceeded, RpcCode.limitExceeded, RpcCode.invalidRequest]);
    assert.ok(text.length < 65 * MEBIBYTE);
  });

  it("an answer alone may have more", async () => {
    const { result } = JSON.parse(await answerBody(JSON.stringify(request(1, 70 * MEBIBYTE)), methods, undefined)) as Answer;
    assert.equal(result?.length, 70 * MEBIBYTE);
  });
});
