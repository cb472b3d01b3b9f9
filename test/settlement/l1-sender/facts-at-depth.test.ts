import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface } from "ethers";
import { chainFactoryAbi } from "../../../src/abi/chain-factory.ts";
import { wordToHex, type Hex } from "../../../src/protocol/hex.ts";
import { factIndex } from "../../../src/protocol/import-kinds.ts";
import { genesisStoredBatch, hashStoredBatch, type StoredBatch } from "../../../src/protocol/stored-batch.ts";
import { hyperchainInterface, registryInterface } from "../../../src/settlement-layer/reader/contract-interfaces.ts";
import { SettlementError } from "../../../src/settlement/errors/settlement-error.ts";
import { readExecutable } from "../../../src/settlement/l1-sender/executable-batch.ts";
import { attemptsDue, executeSource } from "../../../src/settlement/l1-sender/execute-source.ts";
import { awaitFacts } from "../../../src/settlement/l1-sender/facts-executed.ts";
import type { SenderContext } from "../../../src/settlement/l1-sender/sender-context.ts";

const CONFIRMATIONS = 3;
const CHAIN: Hex = `0x${"c1".repeat(20)}`;
const [FACTORY, REGISTRY] = ["0x00000000000000000000000000000000000000f1", "0x00000000000000000000000000000000000000a1"];
const [NONE, ROOT, OTHER] = [0n, 7n, 8n].map(wordToHex) as [Hex, Hex, Hex];
const INDEX = factIndex(272n, 5n);
const PATIENCE_SECONDS = 900;
const COMMITTED_AT = 1_000n;
const factory = new Interface(chainFactoryAbi);

interface Call {
  readonly data: string;
  readonly blockTag?: number;
}

/** L1 whose blocks are the given ones, each with the answers to calls of its views. */
function l1Of<Block>(blocks: Block[], answer: (block: Block, name: string) => string, seconds = 0) {
  return {
    getBlock: (tag: number | string) =>
      Promise.resolve({ number: tag === "latest" ? blocks.length - 1 : tag, timestamp: seconds }),
    call({ data, blockTag = blocks.length - 1 }: Call) {
      const interfaces = [hyperchainInterface, registryInterface, factory];
      const name = interfaces.map((each) => each.getFunction(data.slice(0, 10))?.name).find((each) => each !== undefined);
      const block = blocks[blockTag];
      assert.ok(block !== undefined && name !== undefined);
      return Promise.resolve(answer(block, name));
    },
  };
}

describe("the fact of a batch", () => {
  /** Code of the error of a wait for the fact, whose value each block of L1 has; undefined if L1 shows the fact. */
  async function waitOn(values: Hex[], next: () => void, seconds = Number(COMMITTED_AT)): Promise<string | undefined> {
    const provider = l1Of(
      values,
      (value, name) => {
        if (name === "factory") return hyperchainInterface.encodeFunctionResult(name, [FACTORY]);
        if (name === "messageRoot") return factory.encodeFunctionResult(name, [REGISTRY]);
        return registryInterface.encodeFunctionResult(name, [value]);
      },
      seconds,
    );
    const terms = { confirmations: CONFIRMATIONS, hyperchain: CHAIN, factPatienceSeconds: PATIENCE_SECONDS };
    const context = { ...terms, provider, delay: () => Promise.resolve(next()) } as unknown as SenderContext;
    const batch = { batchNumber: 3n, committedAt: COMMITTED_AT } as StoredBatch;
    try {
      await awaitFacts(context, [{ registryIndex: INDEX, root: ROOT }], batch);
    } catch (error) {
      return (error as SettlementError).code;
    }
    return undefined;
  }

  test("reorg under a source: another root in a block that L1 undoes does not void the fact", async () => {
    const values = [NONE, NONE, NONE, OTHER];
    assert.equal(await waitOn(values, () => values.splice(3, 1, ROOT)), undefined);
  });

  test("is void when another root is deep enough", async () => {
    const values = [NONE, OTHER];
    assert.equal(await waitOn(values, () => values.push(OTHER)), "FactVoid");
    assert.equal(values.length, 1 + CONFIRMATIONS);
  });

  test("is void when L1 does not show it within the patience", async () => {
    const last = Number(COMMITTED_AT) + PATIENCE_SECONDS;
    let waits = 0;
    const values = [NONE];
    const shows = (): void => {
      waits++;
      values.push(ROOT);
    };
    assert.equal(await waitOn(values, shows, last), undefined);
    assert.equal(waits, 1);
    assert.equal(await waitOn([NONE], () => assert.fail("waits no longer"), last + 1), "FactVoid");
  });
});

test("attempts to execute a source begin at half of the patience, and there are four", () => {
  const due = [0n, 449n, 450n, 562n, 563n, 675n, 788n, 10_000n].map((waited) => attemptsDue(waited, 900n));
  assert.deepEqual(due, [0, 0, 1, 1, 2, 3, 4, 4]);
});

test("a chain executes a source by its stored calls, in order; a refusal by L1 ends the attempt, and the end of settlement is passed on", async () => {
  const call = (label: string) => ({ label, to: CHAIN, data: "0x" as Hex });
  const sent: string[] = [];
  const refused = new Map<string, Error>();
  const context = {
    sourceCalls: (index: bigint) => Promise.resolve(index === INDEX ? [call("proof"), call("execution")] : []),
    transactor: {
      send({ label }: { label: string }) {
        sent.push(label);
        const error = refused.get(label);
        return error === undefined ? Promise.resolve() : Promise.reject(error);
      },
    },
  } as unknown as SenderContext;
  assert.equal(await executeSource(context, INDEX), true);
  assert.deepEqual(sent.splice(0), ["proof", "execution"]);
  assert.equal(await executeSource(context, INDEX + 1n), false, "without evidence");
  refused.set("proof", new SettlementError("Reverted", "L1 refuses it"));
  assert.equal(await executeSource(context, INDEX), false);
  assert.deepEqual(sent.splice(0), ["proof"]);
  refused.set("proof", new SettlementError("SettlementStopped", "the run has ended"));
  await assert.rejects(executeSource(context, INDEX), { code: "SettlementStopped" });
});

test("reorganized L1: the peer of a linked batch is executable when its proof is deep enough", async () => {
  const own = { ...genesisStoredBatch(2n, ROOT, 1n), batchNumber: 4n };
  const other = { ...own, l2LogsTreeRoot: OTHER };
  const none = { stored: own, verified: 4n };
  const blocks = [none, none, none, { stored: other, verified: 5n }];
  const provider = l1Of(blocks, ({ stored, verified }, name) => {
    const counts: Record<string, unknown> = {
      getTotalBatchesCommitted: 5n,
      getTotalBatchesVerified: verified,
      getTotalBatchesExecuted: 4n,
      storedBatchHash: hashStoredBatch(stored),
    };
    return hyperchainInterface.encodeFunctionResult(name, [counts[name]]);
  });
  const contract = { provider, hyperchain: CHAIN, fromBlock: 0, records: [own, other] } as never;
  const batch = { outputs: { batchNumber: 4n }, importedRoots: [], logs: [] } as never;
  const read = () => readExecutable(batch, { contract, confirmations: CONFIRMATIONS, settlementChainId: 1n });
  assert.equal(await read(), undefined);
  // L1 undoes the block with the other batch.
  blocks.splice(3, 1, { stored: own, verified: 5n });
  assert.equal(await read(), undefined);
  blocks.push(...blocks.slice(3), ...blocks.slice(3));
  assert.equal((await read())?.batch.l2LogsTreeRoot, own.l2LogsTreeRoot);
});
