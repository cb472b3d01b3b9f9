import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { readLogs } from "../../src/tool/plugin/tasks/from-l1/logs-file.ts";

const LOG = { topics: ["0x01"], data: "0x0203", address: "0x00" };
const PLAIN = { topics: ["0x01"], data: "0x0203" };

describe("a file of receipts or logs", () => {
  const folder = mkdtempSync(join(tmpdir(), "hyperchain-logs-"));
  const file = join(folder, "logs.json");
  const read = (content: unknown): readonly unknown[] => {
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return readLogs(file).map(({ topics, data }) => ({ topics, data }));
  };
  after(() => rmSync(folder, { recursive: true }));

  test("is one of them, a list, or a node's answer with it", () => {
    assert.deepEqual(read(LOG), [PLAIN]);
    assert.deepEqual(read({ logs: [LOG, LOG], status: "0x1" }), [PLAIN, PLAIN]);
    assert.deepEqual(read([{ logs: [LOG] }, LOG]), [PLAIN, PLAIN]);
    assert.deepEqual(read({ jsonrpc: "2.0", id: 1, result: { logs: [LOG] } }), [PLAIN]);
    assert.deepEqual(read({ jsonrpc: "2.0", id: 1, result: [LOG] }), [PLAIN]);
    assert.deepEqual(read([]), []);
  });

  test("of anything else is refused, and its content is not repeated", () => {
    for (const odd of [null, { logs: "none" }, [{ topics: ["1"], data: "0x" }], [{ topics: [], data: "0x0" }], 7])
      assert.throws(
        () => read(odd),
        /holds receipts or logs, as eth_getTransactionReceipt or eth_getLogs answer; one of it is neither/,
      );
    assert.throws(
      () => read("secret"),
      ({ message }: Error) => /cannot be read: it is not JSON/.test(message) && !message.includes("secret"),
    );
    assert.throws(() => readLogs(join(folder, "absent")), /cannot be read: ENOENT/);
  });
});
