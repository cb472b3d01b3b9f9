import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readServedExecution } from "../../src/devnet/execution/served-execution.ts";
import type { FoundOnL1 } from "../../src/plugin/tasks/from-l1/chain-on-l1.ts";
import { proofFromFile, servedProofs } from "../../src/plugin/tasks/from-l1/served-proof.ts";

describe("B3: what is told of a proof that is not there", () => {
  const folder = mkdtempSync(join(tmpdir(), "served-proof-"));
  /** What the server answers a request with. */
  let answer = "";
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((_request, response) => response.end(answer));
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve(server.address() as AddressInfo)),
    );
    url = `http://127.0.0.1:${port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  const ask = (body: unknown): Promise<unknown> => {
    answer = typeof body === "string" ? body : JSON.stringify({ jsonrpc: "2.0", id: 1, error: body });
    return servedProofs({} as FoundOnL1, url)!(999n);
  };

  test("a chain that has no such batch says so, and one that answers nothing or another error is silent", async () => {
    const message = "no proof of the execution of batch 999 is made here: it is not sealed";
    await assert.rejects(ask({ code: -32000, message, data: { code: "BatchUnknown" } }), {
      ...{ name: "ExecutionCheckError", code: "BatchUnknown" },
      message: `the chain has no batch 999: ${message}`,
    });
    for (const other of [{ code: -32601, message: "no such method" }, { code: -32000, message, data: null }, "<html>"])
      await assert.rejects(ask(other), { name: "ExecutionCheckError", code: "ChainSilent" });
  });

  test("attack: of a label that is millions of characters long, the first ones are told, without what writes over a terminal", () => {
    const long = "\u001b[2Jverified ".repeat(2 ** 17);
    assert.throws(
      () => readServedExecution({ kind: "labelled", reason: long, detail: long }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, "NotProven");
        assert.ok(error.message.length < 400, `${error.message.length} characters`);
        assert.match(error.message, /^the batch has no proof: \[2Jverified .*… \(\[2Jverified .*…\)$/);
        return !error.message.includes("\u001b");
      },
    );
  });

  test("outputs of protocol version 3 keep their coinbase, which their hash on L1 has, and those of version 2 have none", () => {
    const word = `0x${"00".repeat(32)}`;
    const numbers = ["batchNumber", "firstBlock", "lastBlock", "firstTimestamp", "lastTimestamp", "logCount", "priorityOpCount"];
    const words = ["l2LogsTreeRoot", "priorityOpsRollingHash", "importedRootsRollingHash", "extensions"];
    const outputs = {
      ...Object.fromEntries([...numbers, "importedRootCount", "cheatCount"].map((name) => [name, "1"])),
      ...Object.fromEntries(words.map((name) => [name, word])),
    };
    const coinbase = `0x${"c0".repeat(20)}`;
    const served = { kind: "proven", outputs, coinbase, proof: "0x" };
    const of3 = readServedExecution({ ...served, outputs: { ...outputs, coinbase } });
    assert.deepEqual([readServedExecution(served).outputs.coinbase, of3.outputs.coinbase], [undefined, coinbase]);
    assert.throws(() => readServedExecution({ ...served, outputs: { ...outputs, coinbase: "0x" } }), { code: "Unreadable" });
  });

  test("a file that holds something else than an answer is told without the engine's words for it", async () => {
    const path = join(folder, "answer.json");
    writeFileSync(path, "{ not JSON");
    await assert.rejects(proofFromFile(path), {
      ...{ name: "ExecutionCheckError", code: "Unreadable" },
      message: `${path} cannot be read: it is not the JSON of an answer of hyperchain_getExecutionProof`,
    });
  });
});
