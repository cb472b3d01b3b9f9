import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface } from "ethers";
import { chainFactoryAbi } from "../../../src/ground/abi/chain-factory.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import { genesisStoredBatch, hashStoredBatch, type StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { hyperchainInterface, registryInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { SettlementError } from "../../../src/chain/settlement/errors/settlement-error.ts";
import { readExecutable } from "../../../src/chain/settlement/l1-sender/executable-batch.ts";
import { attemptsDue, executeSource } from "../../../src/chain/settlement/l1-sender/execute-source.ts";
import { awaitFacts } from "../../../src/chain/settlement/l1-sender/facts-executed.ts";
import { createL1Retry, type L1Trouble } from "../../../src/chain/settlement/l1-sender/l1-retry.ts";
import { statementOf } from "../../../src/ground/protocol/carried-statement.ts";
import type { SenderContext } from "../../../src/chain/settlement/l1-sender/sender-context.ts";

const CONFIRMATIONS = 3;
const CHAIN: Hex = `0x${"c1".repeat(20)}`;
const [FACTORY, REGISTRY] = ["0x00000000000000000000000000000000000000f1", "0x00000000000000000000000000000000000000a1"];
const [NONE, ROOT, OTHER] = [0n, 7n, 8n].map(wordToHex) as [Hex, Hex, Hex];
const SOURCE = "0x00000000000000000000000000000000000000b1";
const SOURCE_BATCH = 5n;
const INDEX = factIndex(272n, SOURCE_BATCH);
const FACT: ImportedRoot = { registryIndex: INDEX, root: ROOT };
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

/** L1 at a block: the fact's value, and the log root of the batch that L1 stores for the number. */
interface FactBlock {
  readonly value: Hex;
  readonly stored?: Hex;
  /** True if the node has the state of the block, and not its logs yet. */
  readonly lacksLogs?: boolean;
}

const NOT_SHOWN: FactBlock = { value: NONE };
const SHOWN: FactBlock = { value: ROOT };
const OTHER_EXECUTED: FactBlock = { value: OTHER };
const STORED: FactBlock = { value: NONE, stored: ROOT };
const OTHER_STORED: FactBlock = { value: NONE, stored: OTHER };
const recordOf = (l2LogsTreeRoot: Hex): StoredBatch => ({
  ...genesisStoredBatch(2n, ROOT, 1n),
  batchNumber: SOURCE_BATCH,
  l2LogsTreeRoot,
});

describe("the fact of a batch", () => {
  /** Code of the error of a wait for the fact, by the blocks of L1; undefined if L1 shows the fact. */
  async function waitOn(
    blocks: FactBlock[],
    next: () => void,
    seconds = Number(COMMITTED_AT),
    facts = [FACT],
  ): Promise<string | undefined> {
    const provider = {
      ...l1Of(
        blocks,
        ({ value, stored }, name) => {
          if (name === "factory") return hyperchainInterface.encodeFunctionResult(name, [FACTORY]);
          if (name === "storedBatchHash")
            return hyperchainInterface.encodeFunctionResult(name, [stored ? hashStoredBatch(recordOf(stored)) : NONE]);
          if (name === "messageRoot") return factory.encodeFunctionResult(name, [REGISTRY]);
          if (name === "getHyperchain") return factory.encodeFunctionResult(name, [SOURCE]);
          return registryInterface.encodeFunctionResult(name, [value]);
        },
        seconds,
      ),
      getLogs: ({ fromBlock, toBlock }: { readonly fromBlock: number; readonly toBlock: number }) =>
        Promise.resolve(
          blocks.slice(fromBlock, toBlock + 1).flatMap(({ stored, lacksLogs }) => {
            if (stored === undefined || lacksLogs === true) return [];
            return hyperchainInterface.encodeEventLog("BatchStored", [SOURCE_BATCH, recordOf(stored)]);
          }),
        ),
    };
    const terms = { confirmations: CONFIRMATIONS, hyperchain: CHAIN, fromBlock: 0, factPatienceSeconds: PATIENCE_SECONDS };
    const context = { ...terms, provider, delay: () => Promise.resolve(next()) } as unknown as SenderContext;
    const batch = { batchNumber: 3n, committedAt: COMMITTED_AT } as StoredBatch;
    try {
      await awaitFacts(context, facts, batch);
    } catch (error) {
      return (error as SettlementError).code;
    }
    return undefined;
  }

  test("reorg under a source: another root in a block that L1 undoes does not void the fact", async () => {
    const blocks = [NOT_SHOWN, NOT_SHOWN, NOT_SHOWN, OTHER_EXECUTED];
    assert.equal(await waitOn(blocks, () => blocks.splice(3, 1, SHOWN)), undefined);
  });

  test("is void when another root is deep enough", async () => {
    const blocks = [NOT_SHOWN, OTHER_EXECUTED];
    assert.equal(await waitOn(blocks, () => blocks.push(OTHER_EXECUTED)), "FactVoid");
    assert.equal(blocks.length, 1 + CONFIRMATIONS);
  });

  test("is void when a stored batch with another log root is deep enough, before L1 executes any", async () => {
    const blocks = [STORED, OTHER_STORED];
    assert.equal(await waitOn(blocks, () => blocks.push(OTHER_STORED)), "FactVoid");
    assert.equal(blocks.length, 1 + CONFIRMATIONS);
  });

  test("reorg under a source: a stored batch in a block that L1 undoes does not void the fact", async () => {
    const blocks = [STORED, STORED, STORED, OTHER_STORED];
    const undo = (): void => {
      const depth = blocks.length - blocks.indexOf(OTHER_STORED);
      if (depth < CONFIRMATIONS - 1) blocks.push(OTHER_STORED);
      else blocks.splice(-depth, depth, STORED, STORED, STORED, SHOWN);
    };
    assert.equal(await waitOn(blocks, undo), undefined);
  });

  test("is void when L1's node has the event of a stored batch later than its state", async () => {
    const blocks = Array.from({ length: CONFIRMATIONS }, () => ({ ...OTHER_STORED, lacksLogs: true }));
    const index = (): void => assert.ok(blocks.splice(0, 1, { ...OTHER_STORED, lacksLogs: false })[0]?.lacksLogs);
    assert.equal(await waitOn(blocks, index), "FactVoid");
  });

  test("is not void by a batch that its chain has reverted since, nor by a new commit with the same log root", async () => {
    const blocks = [OTHER_STORED, OTHER_STORED, OTHER_STORED, NOT_SHOWN];
    const next = [STORED, STORED, STORED, STORED, SHOWN];
    assert.equal(await waitOn(blocks, () => void blocks.push(...next.splice(0, 1))), undefined);
    assert.equal(next.length, 0);
  });

  test("is void when L1 does not show it within the patience", async () => {
    const last = Number(COMMITTED_AT) + PATIENCE_SECONDS;
    let waits = 0;
    const blocks = [NOT_SHOWN];
    const shows = (): void => {
      waits++;
      blocks.push(SHOWN);
    };
    assert.equal(await waitOn(blocks, shows, last), undefined);
    assert.equal(waits, 1);
    assert.equal(await waitOn([NOT_SHOWN], () => assert.fail("waits no longer"), last + 1), "FactVoid");
  });

  test("a void fact ends the wait for another fact of the batch", async () => {
    const other: ImportedRoot = { registryIndex: factIndex(273n, SOURCE_BATCH), root: OTHER };
    // The mock answers for each chain with the same batch, which is the other fact's.
    const blocks = [OTHER_STORED, OTHER_STORED, OTHER_STORED];
    assert.equal(await waitOn(blocks, () => assert.fail("waits no longer"), undefined, [other, FACT]), "FactVoid");
  });
});

test("a statement whose proof is not stored here is reported once, until another account has L1 record it", async () => {
  const statement = statementOf(ROOT);
  const message = "its proof is not stored here";
  const troubles: (L1Trouble | undefined)[] = [];
  const blocks: FactBlock[] = [NOT_SHOWN];
  const provider = l1Of(blocks, ({ value }, name) => {
    if (name === "factory") return hyperchainInterface.encodeFunctionResult(name, [FACTORY]);
    if (name === "messageRoot") return factory.encodeFunctionResult(name, [REGISTRY]);
    return registryInterface.encodeFunctionResult(name, [value]);
  });
  const context = {
    ...{ hyperchain: CHAIN, fromBlock: 0, confirmations: 1, provider },
    sourceCalls: () => Promise.reject(new SettlementError("EvidenceMissing", message)),
    patience: createL1Retry({}, { delay: () => Promise.resolve(), onTrouble: (trouble) => troubles.push(trouble) }),
    // It polls for two minutes.
    delay: () => Promise.resolve(void blocks.push(blocks.length < 120 ? NOT_SHOWN : SHOWN)),
  } as unknown as SenderContext;
  await awaitFacts(context, [statement], { batchNumber: 3n, committedAt: COMMITTED_AT } as StoredBatch);
  assert.deepEqual(troubles, [{ code: "EvidenceMissing", message }, undefined]);
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
