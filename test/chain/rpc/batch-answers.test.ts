import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerBody, type RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { RpcCode } from "../../../src/chain/rpc/request/json-rpc.ts";

const MEBIBYTE = 2 ** 20;
let asked = 0;
const methods = new Map<string, RpcMethod>([
  [
    "large",
    async ([size]) => {
      asked++;
      return "x".repeat(Number(size));
    },
  ],
  ["eth_sendRawTransaction", async () => "sent"],
]);
const request = (id: number, size: number) => ({ jsonrpc: "2.0", id, method: "large", params: [size] });

interface Answer {
  readonly id: number | null;
  readonly result?: string;
  readonly error?: { readonly code: number };
}

describe("answers to a batch", () => {
  it("have 64 Mi characters at most: the rest is refused by name", async () => {
    const sizes = [30 * MEBIBYTE, 30 * MEBIBYTE, 3 * MEBIBYTE, 3 * MEBIBYTE, 3 * MEBIBYTE];
    const body = [...sizes.map((size, id) => request(id, size)), 7];
    const text = await answerBody(JSON.stringify(body), methods, undefined);
    const answers = JSON.parse(text) as readonly Answer[];
    assert.deepEqual(
      answers.map(({ id }) => id),
      [0, 1, 2, 3, 4, null],
    );
    assert.deepEqual(
      answers.map(({ result }) => result?.length),
      [...sizes.slice(0, 3), undefined, undefined, undefined],
    );
    assert.deepEqual(
      answers.slice(3).map(({ error }) => error?.code),
      [RpcCode.limitExceeded, RpcCode.limitExceeded, RpcCode.invalidRequest],
    );
    assert.ok(text.length < 65 * MEBIBYTE);
  });

  it("are not computed if their connection has ended, but sent transactions are processed", async () => {
    asked = 0;
    const body = [
      ...Array.from({ length: 100 }, (_, id) => request(id, 30 * MEBIBYTE)),
      { jsonrpc: "2.0", id: 100, method: "eth_sendRawTransaction", params: [] },
    ];
    const answers = JSON.parse(await answerBody(JSON.stringify(body), methods, undefined)) as readonly Answer[];
    assert.equal(answers.filter(({ error }) => error?.code === RpcCode.limitExceeded).length, 98);
    assert.equal(answers[100]?.result, "sent");
    assert.ok(asked < 20, `${asked} were asked`);
  });

  it("an answer alone may have more", async () => {
    const { result } = JSON.parse(await answerBody(JSON.stringify(request(1, 70 * MEBIBYTE)), methods, undefined)) as Answer;
    assert.equal(result?.length, 70 * MEBIBYTE);
  });
});
