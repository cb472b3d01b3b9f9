import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerBody, type RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { RpcCode } from "../../../src/chain/rpc/request/json-rpc.ts";

// Expected answers are those of JSON-RPC 2.0, sections 4.1, 5 and 6.
describe("ids of requests", () => {
  let called = 0;
  const methods = new Map<string, RpcMethod>([
    [
      "count",
      async () => {
        called++;
        return called;
      },
    ],
  ]);
  const ask = (body: unknown): Promise<string> => answerBody(JSON.stringify(body), methods, undefined);
  const parsed = async (body: unknown): Promise<unknown> => JSON.parse(await ask(body));

  it("come back with refusals of what else is invalid in the request", async () => {
    const { id, error } = (await parsed({ jsonrpc: "2.0", id: 5, method: "count", params: { a: 1 } })) as {
      readonly id: unknown;
      readonly error: { readonly code: number };
    };
    assert.deepEqual([id, error.code], [5, RpcCode.invalidParams]);
    assert.equal(((await parsed({ jsonrpc: "2.0", id: "x", method: 7 })) as { readonly id: unknown }).id, "x");
  });

  it("are null where the request has none that can be read", async () => {
    for (const body of [7, [], { id: { a: 1 }, method: "count" }])
      assert.equal(((await parsed(body)) as { readonly id: unknown }).id, null);
  });

  it("come back where a client writes null for no parameters", async () => {
    called = 0;
    assert.deepEqual(await parsed({ jsonrpc: "2.0", id: 6, method: "count", params: null }), {
      jsonrpc: "2.0",
      id: 6,
      result: 1,
    });
  });

  it("that are absent make a notification: it is executed, and has no answer, whatever its result", async () => {
    called = 0;
    assert.equal(await ask({ jsonrpc: "2.0", method: "count" }), "");
    assert.equal(called, 1);
    assert.equal(await ask({ jsonrpc: "2.0", method: "missing" }), "");
    assert.equal(await ask([{ jsonrpc: "2.0", method: "count" }]), "");
    const mixed = await parsed([
      { jsonrpc: "2.0", method: "count" },
      { jsonrpc: "2.0", id: 1, method: "count" },
    ]);
    assert.deepEqual(mixed, [{ jsonrpc: "2.0", id: 1, result: 4 }]);
  });

  it("that are null are ids", async () => {
    called = 0;
    assert.deepEqual(await parsed({ jsonrpc: "2.0", id: null, method: "count" }), { jsonrpc: "2.0", id: null, result: 1 });
  });
});
