import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { genesisLeaves } from "../../src/chain/model/genesis.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import { reconstruct } from "../../src/devnet/reconstruction/reconstruct.ts";
import type { Reconstruction } from "../../src/devnet/reconstruction/reconstruct.ts";
import { createCompressor } from "../../src/kernels/wasm/compressor.ts";
import { createProver } from "../../src/prover/prover.ts";
import { CALLDATA_POSTING } from "../../src/settlement/batch/settlement-batch.ts";
import { createMemoryJournal } from "../../src/settlement/journal/journal.ts";
import { openSettlement } from "../../src/settlement/settlement.ts";
import { senderContext } from "../settlement/support/sender.ts";
import { createSettledChain, startSettledL1 } from "../settlement/support/settled-l1.ts";
import type { SettledChain, SettledL1 } from "../settlement/support/settled-l1.ts";
import { startCounter } from "./support/counter.ts";
import type { CounterBeginning, RunningCounter } from "./support/counter.ts";
import { settledGenesis } from "./support/published-chain.ts";

/** The chains of `startSettledL1` begin with leaves; the counter is the tenth, which is 10 at first. */
const { address: ADDRESS, storage: [SLOT] = [] } = settledGenesis()[9]!;
const LEAF = { address: BigInt(ADDRESS), slot: SLOT!.slot };

describe("a chain without an EVM: a counter on the core", () => {
  const prover = createProver({ workers: 2 });
  let settled: SettledL1;
  let chain: SettledChain;
  before(async () => {
    settled = await startSettledL1();
    chain = await createSettledChain(settled, 307n);
  });
  after(async () => {
    await prover.close();
    await settled.l1.close();
  });

  const first = (commands: RunningCounter["kept"] = []): CounterBeginning => ({
    total: SLOT!.value,
    batchNumber: 0n,
    tree: StateTree.genesis(genesisLeaves(settledGenesis()), { compressor: createCompressor() }),
    previousCommitment: chain.genesis.commitment,
    commands,
  });
  const seal = async (counter: RunningCounter) => counter.tell({ sealAt: await settled.latestTimestamp() });
  /** Has L1 commit, verify and execute them, with proofs. */
  async function settle(batches: RunningCounter["formed"]): Promise<void> {
    const settlement = await openSettlement(
      { quorum: { members: chain.members }, posting: CALLDATA_POSTING },
      {
        context: senderContext(chain, settled.accounts[0]!),
        journal: createMemoryJournal(),
        prove: async (batch: RunningCounter["formed"][number]) => (await prover.proveBatch(batch.job)).proof,
      },
    );
    await Promise.all(batches.map((batch) => settlement.submit(batch).executed));
    await settlement.close();
  }
  const rebuild = () =>
    reconstruct({ l1: settled.l1.ethers.provider, hyperchain: chain.contract.hyperchain, genesis: settledGenesis });
  const totalOf = ({ state }: Reconstruction): bigint =>
    state.accounts().find(({ address }) => address === ADDRESS)?.storage?.[0]?.value ?? 0n;

  test("runs, seals, settles with proofs, and is rebuilt from L1, where another goes on with it", async () => {
    const counter = await startCounter(chain, LEAF, first());
    await counter.tell({ add: 5n });
    assert.equal((await counter.tell({ add: 7n })).total, 22n);
    await seal(counter);
    await counter.tell({ add: 100n });
    const mark = await counter.spine.mark();
    await counter.tell({ add: 1_000n });
    await seal(counter);
    await counter.spine.returnTo(mark, "snapshot");
    await seal(counter);
    await settle(counter.formed);

    const rebuilt = await rebuild();
    assert.deepEqual([rebuilt.batches.length, totalOf(rebuilt), rebuilt.onL1.totals.executed], [2, 122n, 2n]);
    const { tree } = rebuilt.state.copy();
    const another = await startCounter(chain, LEAF, {
      total: totalOf(rebuilt),
      batchNumber: rebuilt.last.batchNumber + 1n,
      tree,
      previousCommitment: rebuilt.last.commitment,
    });
    await another.tell({ add: 3n });
    await seal(another);
    await settle(another.formed);
    assert.equal(totalOf(await rebuild()), 125n);
  });

  test("what it refuses is not kept, and what is kept forms the same batches in the next process", async () => {
    const counter = await startCounter(chain, LEAF, first());
    await counter.tell({ add: 5n });
    await assert.rejects(counter.tell({ add: -1n }), RangeError);
    await seal(counter);
    const next = await startCounter(chain, LEAF, first(counter.kept));
    assert.deepEqual([counter.kept.length, next.spine.executed], [2, 2]);
    assert.deepEqual(next.spine.digests(), counter.spine.digests());
    assert.equal(next.formed[0]?.commitment, counter.formed[0]?.commitment);
  });

  test("the core names no transaction, account or EVM", () => {
    const files = globSync("src/core/**/*.ts");
    assert.ok(files.length > 5);
    for (const file of files) assert.doesNotMatch(readFileSync(file, "utf8"), /transaction|\baccounts?\b|evm|ethereum/i, file);
  });
});
