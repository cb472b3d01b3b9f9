import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { withOperations, type PlainLog } from "../../src/ecosystem/devnet/reconstruction/queued-operations.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { canonicalTxHash, type L2CanonicalTransaction } from "../../src/ground/protocol/priority-op.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";

const WORD_DIGITS = 64;
/** The longest calldata of an operation (`PriorityQueue.sol`). */
const MAX_CALLDATA = 32_768;

const operationOf = (nonce: bigint, data: Hex): L2CanonicalTransaction => ({
  ...{ txType: 255n, from: 1n, to: 2n, gasLimit: 8_000_000n, gasPerPubdataByteLimit: 800n, maxFeePerGas: 0n, nonce, data },
  ...{ maxPriorityFeePerGas: 0n, paymaster: 0n, value: 3n, reserved: [3n, 4n, 0n, 0n], signature: "0x", factoryDeps: [] },
  ...{ paymasterInput: "0x", reservedDynamic: "0x" },
});

const queueOf = (...operations: readonly L2CanonicalTransaction[]) => ({
  last: genesisStoredBatch(1n, wordToHex(1n), 2n),
  pendingHashes: operations.map(canonicalTxHash),
  pendingOperations: [],
});

function logOf(operation: L2CanonicalTransaction): PlainLog {
  const parameters = [operation.nonce, canonicalTxHash(operation), 0n, operation, []];
  return hyperchainInterface.encodeEventLog("NewPriorityRequest", parameters);
}

/** The log with a list of codes behind its operation, of `count` that are all one, which is `bytes` long. */
function withRepeatedCodes({ topics, data }: PlainLog, count: number, bytes: number): PlainLog {
  const word = (value: number): string => wordToHex(BigInt(value)).slice(2);
  const head = data.slice(0, -WORD_DIGITS);
  const code = word(bytes) + "11".repeat(bytes);
  return { topics, data: head + word(count) + word(32 * count).repeat(count) + code };
}

describe("D3: operations of a queue, from logs of any source", () => {
  test("count where their hash is the queue's, the longest too, and in the queue's order", () => {
    const operations = [operationOf(0n, `0x${"ab".repeat(MAX_CALLDATA)}`), operationOf(1n, "0x01")] as const;
    const foreign = operationOf(1n, "0x02");
    const logs = [foreign, operations[1], operations[0], operations[1]].map(logOf);
    const malformed = { topics: logs[0]!.topics, data: "0x1" };
    assert.deepEqual(withOperations(queueOf(...operations), [malformed, ...logs]).pendingOperations, operations);
  });

  test("count next to logs with any dirty word", () => {
    const operation = operationOf(0n, "0x01");
    const log = logOf(operation);
    const dirty = Array.from({ length: (log.data.length - 2) / 64 }, (_, i) => {
      const at = 2 + 64 * i;
      return { ...log, data: `${log.data.slice(0, at)}8${"0".repeat(63)}${log.data.slice(at + 64)}` };
    });
    assert.deepEqual(withOperations(queueOf(operation), [...dirty, log]).pendingOperations, [operation]);
  });

  test("attack: a log of 100 kB that names one place thousands of times takes no memory, and hides no operation", async () => {
    const operation = operationOf(0n, "0x01");
    const log = logOf(operation);
    const workerData = {
      module: new URL("../../src/ecosystem/devnet/reconstruction/queued-operations.ts", import.meta.url).href,
      queue: queueOf(operation),
      logs: [withRepeatedCodes(log, 1_600, 51_200), withRepeatedCodes(log, 300, 9_600)],
    };
    const code = `const { parentPort, workerData: { module, queue, logs } } = require("node:worker_threads");
      import(module).then(({ withOperations }) => parentPort.postMessage(withOperations(queue, logs).pendingOperations));`;
    const worker = new Worker(code, { eval: true, workerData, resourceLimits: { maxOldGenerationSizeMb: 128 } });
    const [found] = (await once(worker, "message")) as [readonly L2CanonicalTransaction[]];
    await worker.terminate();
    assert.deepEqual(found, [operation]);
  });
});
