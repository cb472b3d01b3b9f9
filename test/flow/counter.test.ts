import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import hre from "hardhat";
import { chainSettingsAbi } from "../../src/ground/abi/chain-settings.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { genesisLeaves } from "../../src/chain/model/genesis.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import { readTerms } from "../../src/ecosystem/client/governing/terms.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { DataHolder } from "../../src/ecosystem/devnet/held-data/held-data.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { PUBLISHED, WITHHELD } from "../../src/ground/protocol/data-choice.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { policyOf, type PolicyOf, type ScheduledTerms } from "../../src/ground/protocol/terms.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { CALLDATA_POSTING, type PostingPolicy } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { committeePolicy, createLocalCommitteeMember } from "../../src/chain/settlement/committee.ts";
import { createMemoryJournal } from "../../src/chain/settlement/journal/journal.ts";
import { openSettlement } from "../../src/chain/settlement/settlement.ts";
import { senderContext, walletOf } from "../settlement/support/sender.ts";
import { createSettledChain, startSettledL1, type SettledChain, type SettledL1 } from "../settlement/support/settled-l1.ts";
import { startCounter, type CounterBeginning, type RunningCounter } from "./support/counter.ts";
import { settledGenesis } from "./support/published-chain.ts";

/** The chains of `startSettledL1` begin with leaves; the counter is the tenth, which is 10 at first. */
const { address: ADDRESS, storage: [SLOT] = [] } = settledGenesis()[9]!;
const LEAF = { address: BigInt(ADDRESS), slot: SLOT!.slot };

/** A contract that asks one account for its signature of each batch. */
async function deployCommittee(operator: HardhatEthersSigner, keeper: HardhatEthersSigner): Promise<Hex> {
  const { abi, bytecode } = await hre.artifacts.readArtifact("CommitteePolicy");
  const contract = await new ContractFactory(abi, bytecode, operator).deploy([keeper.address], 1n);
  return lowerCaseAddress(await (await contract.waitForDeployment()).getAddress());
}

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

  const first = (commands: RunningCounter["kept"] = [], { genesis } = chain): CounterBeginning => ({
    total: SLOT!.value,
    batchNumber: 0n,
    tree: StateTree.genesis(genesisLeaves(settledGenesis()), { compressor: createCompressor() }),
    previousCommitment: genesis.commitment,
    commands,
  });
  const seal = async (counter: RunningCounter) => counter.tell({ sealAt: await settled.latestTimestamp() });
  /** Commits, proves and executes the batches on L1, with proofs. */
  async function settle(batches: RunningCounter["formed"], of = chain, posting: PostingPolicy = CALLDATA_POSTING): Promise<void> {
    const settlement = await openSettlement(
      { quorum: { members: of.members }, posting },
      {
        context: senderContext(of, settled.accounts[0]!),
        journal: createMemoryJournal(),
        proofs: { prove: async (batch: RunningCounter["formed"][number]) => (await prover.proveBatch(batch.job)).proof },
      },
    );
    await Promise.all(batches.map((batch) => settlement.submit(batch).executed));
    await settlement.close();
  }
  const rebuild = ({ contract: { hyperchain } } = chain, holders: readonly DataHolder[] = []) =>
    reconstruct({ l1: settled.l1.ethers.provider, hyperchain, genesis: settledGenesis(), holders });
  const totalOf = ({ state }: Reconstruction): bigint =>
    state.accounts().find(({ address }) => address === ADDRESS)?.storage?.[0]?.value ?? 0n;

  test("runs, seals, settles with proofs, and is rebuilt from L1, from which another operator continues", async () => {
    const counter = await startCounter(chain, LEAF, first());
    await counter.tell({ add: 5n });
    await counter.tell({ add: 7n });
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
    assert.equal(rebuilt.stateRoot, digestToHex(counter.root()));
    const { tree } = rebuilt.state.copy();
    const another = await startCounter(chain, LEAF, {
      total: totalOf(rebuilt),
      batchNumber: rebuilt.last.batchNumber + 1n,
      tree,
      previousCommitment: rebuilt.last.commitment,
    });
    assert.deepEqual(another.root(), counter.root());
    await another.tell({ add: 3n });
    await seal(another);
    await settle(another.formed);
    const again = await rebuild();
    assert.deepEqual([totalOf(again), again.stateRoot], [125n, digestToHex(another.root())]);
  });

  test("becomes a validium by its terms, and a rollup again: batches are formed, settled and rebuilt by their own policy", async () => {
    const [admin, , keeper] = settled.accounts;
    const moving = await createSettledChain(settled, 308n, { admin: lowerCaseAddress(admin!.address) });
    const committee = await deployCommittee(admin!, keeper!);
    const terms: ScheduledTerms[] = [];
    const policyAt: PolicyOf = (...times) => policyOf(moving.configuration, terms, ...times);
    const isHeld = ({ outputs }: Pick<FormedBatch, "outputs">) => policyAt(outputs.firstTimestamp) === BigInt(committee);
    const counter = await startCounter(moving, LEAF, {
      ...first([], moving),
      data: { choose: (batch) => (isHeld(batch) ? WITHHELD : PUBLISHED), policyOf: policyAt },
    });
    const kept = new Map<bigint, Uint8Array>();
    const member = await createLocalCommitteeMember(
      walletOf(keeper!),
      { settlementChainId: moving.contract.settlementChainId, policy: committee },
      async ({ outputs, pubdata }) => void kept.set(outputs.batchNumber, pubdata),
    );
    const shown = committeePolicy({ ...moving.contract, members: [member], threshold: 1, policy: committee });
    const posting: PostingPolicy = {
      policyData: async (batch) => (isHeld(batch) ? shown.policyData(batch, [].values()) : "0x"),
    };
    const add = async (amount: bigint): Promise<void> => {
      await counter.tell({ add: amount });
      await seal(counter);
      await settle(counter.formed.slice(-1), moving, posting);
    };
    const readMoving = () => readTerms(moving.contract.hyperchain, settled.l1.ethers.provider);

    await add(5n);
    for (const dataAvailabilityPolicy of [committee, settled.ecosystem.addresses.rollupPolicy]) {
      const { settings, terms: now } = await readMoving();
      const contract = new Contract(settings, chainSettingsAbi, walletOf(admin!));
      await (await contract.getFunction("scheduleTerms")(308n, { ...now, dataAvailabilityPolicy })).wait();
      const { effectiveAt, terms: next } = (await readMoving()).next!;
      terms.push({ ...next, ...next.quorum, epoch: BigInt(terms.length + 1), effectiveAt });
      await settled.increaseTime(Number(effectiveAt - (await settled.latestTimestamp())));
      await add(7n);
    }

    assert.deepEqual(
      counter.formed.map(({ data }) => data.publishes),
      [true, false, true],
    );
    assert.deepEqual([...kept.keys()], [1n]);
    await assert.rejects(rebuild(moving), { code: "NotARollup" });
    const holder: DataHolder = { name: "keeper", read: async ({ batchNumber }) => kept.get(batchNumber)! };
    const rebuilt = await rebuild(moving, [holder]);
    assert.deepEqual([totalOf(rebuilt), rebuilt.stateRoot], [29n, digestToHex(counter.root())]);
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
    const files = globSync("src/chain/core/**/*.ts");
    assert.ok(files.length > 5);
    for (const file of files) assert.doesNotMatch(readFileSync(file, "utf8"), /transaction|\baccounts?\b|evm|ethereum/i, file);
  });
});
