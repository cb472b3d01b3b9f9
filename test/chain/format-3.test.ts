import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import type { ChainDependencies } from "../../src/chain/chain.ts";
import { mergeAccounts, type GenesisAccount } from "../../src/chain/model/genesis.ts";
import { codeDigestValue } from "../../src/proofs/rules/code-digests.ts";
import { predeployTransactions } from "../../src/chain/predeploys/system-transactions.ts";
import { SYSTEM_CONTEXT_3_CODE } from "../machine/support/context-code.ts";
import { CONFIGURATION_SLOTS, PARTITION_ROOT } from "../../src/ground/protocol/genesis.ts";
import { fromHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { prevRandaoOf } from "../../src/ground/protocol/prev-randao.ts";
import type { Format } from "../../src/ground/protocol/protocol-version.ts";
import { ReplayedChain, compareReceipts, stepsOf } from "../machine/support/replay.ts";
import { RebuiltState } from "../../src/chain/reconstruction/rebuilt-state.ts";
import { ask } from "./support/ask.ts";
import { startTestChain, type TestChain } from "./support/chain.ts";
import { KeptInMemory } from "./support/kept-in-memory.ts";
import { CHAIN_ID, COINBASE, GENESIS_TIMESTAMP } from "./support/engine.ts";
import { CONFIGURATION, configurationOf, realGenesis } from "./support/predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "./support/verified-chain.ts";
import { TestWallet } from "./support/wallet.ts";

const BORN_AT = 1_700_000_123n;
const CONTEXT = BigInt(PREDEPLOYS.SystemContext);
/** Stores PREVRANDAO in slot 0. */
const RANDOM_STORE = { address: `0x${"ab".repeat(20)}`, nonce: 1n, code: "0x445f5500" } as const;
/** Deploys a contract with 32 bytes of code. */
const CREATION: Hex = `0x601f7f${"60".repeat(32)}5f5260205ff3`;

/** The machine as a third engine: it begins with the state that the format's first opening finds. */
async function replayed(format: Format, accounts: readonly GenesisAccount[]): Promise<ReplayedChain> {
  const before = [...(await realGenesis(format)), ...accounts];
  const found = format === 3 ? before : mergeAccounts(before, configurationOf(BORN_AT).accounts);
  return new ReplayedChain(found, GENESIS_TIMESTAMP);
}

const WORDS = [
  CONFIGURATION.l1ChainId,
  BigInt(CONFIGURATION.l1SharedBridge),
  CONFIGURATION.baseTokenOriginChainId,
  0n,
  BORN_AT,
  0n,
] as const;

const CONTEXT_DIGEST = codeDigestValue(fromHex(SYSTEM_CONTEXT_3_CODE), 3);

/** Seals, has a validator run it again, and the machine too: all leaves, receipts and outputs are the same. */
async function sealAndReplay(test: VerifiedChain, machine: ReplayedChain, configuration?: readonly bigint[]) {
  const batch = await test.sealAndVerify();
  const { batchNumber } = batch.outputs;
  const blocks = test.blocks.filter((block) => block.batchNumber === batchNumber);
  machine.state.addCode(fromHex(SYSTEM_CONTEXT_3_CODE));
  const start = machine.state.copy();
  const isFirst = configuration !== undefined || machine.state.read(3, CONTEXT, 0n) !== CONTEXT_DIGEST;
  const result = machine.run(
    stepsOf(blocks, test.inputs(batchNumber).parentHash, { configuration, installsPredeploys: isFirst }),
  );
  compareReceipts(result, blocks);
  machine.state.compare(start, batch.writes, BigInt(batch.outputsHash));
  for (const code of batch.bytecodes) machine.state.addCode(fromHex(code));
  return batch;
}

describe("a chain of format 3", () => {
  it("is run alike by sequencer, validator and machine: configuration, coinbase, PREVRANDAO, digests of codes", async () => {
    const wallet = new TestWallet(301);
    const accounts = [
      { address: wallet.address, balanceWei: 10n ** 20n },
      { ...RANDOM_STORE, digestFormat: 3 as const },
    ];
    const test = await startVerifiedChain({ accounts, format: 3, bornAt: BORN_AT });
    try {
      const machine = await replayed(3, accounts);
      const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => test.chain.submit(await wallet.signRaw(fields));
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const block = test.blocks.at(-1)!.environment;
      assert.equal(block.prevRandao, prevRandaoOf(BigInt(CHAIN_ID), block.number, 3));
      await send({ data: CREATION, gasLimit: 200_000n });
      const first = await sealAndReplay(test, machine, WORDS);
      assert.deepEqual([first.protocolVersion, first.outputs.coinbase], [3n, COINBASE]);
      assert.deepEqual(
        CONFIGURATION_SLOTS.map((slot) => machine.state.read(0, CONTEXT, slot)),
        WORDS,
      );
      assert.equal(wordToHex(machine.state.read(0, BigInt(RANDOM_STORE.address), 0n)), block.prevRandao);
      const created = BigInt(getCreateAddress({ from: wallet.address, nonce: 1 }));
      assert.equal(machine.state.read(3, created, 0n), codeDigestValue(new Uint8Array(32).fill(0x60), 3));
      await send({ to: `0x${"c1".repeat(20)}`, value: 5n });
      await sealAndReplay(test, machine);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("is not opened over an edited predeploy: no format has that system context", async () => {
    const predeploys = (await realGenesis(3)).map((account) =>
      account.address === PREDEPLOYS.SystemContext ? { ...account, code: `${account.code ?? "0x"}00` as Hex } : account,
    );
    const { accounts: initialState, extensions } = configurationOf(BORN_AT);
    const options = { predeploys, initialState, extensions, system: predeployTransactions, versionOf: () => 3n };
    const { chain } = await startTestChain({ ...options, sequencer: { firstBatch: 0n } });
    try {
      await assert.rejects(
        chain.sequencer.mine(),
        /format 3, and the state's system context has code 0x[0-9a-f]{64}, which no format has/,
      );
    } finally {
      await chain.close();
    }
  });
});

describe("an upgrade from format 2 to format 3", () => {
  /** A chain whose next batches have another version once `version` is changed. */
  async function upgrading(wallet: TestWallet) {
    const l1 = { version: 2n };
    const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, RANDOM_STORE];
    const test = await startVerifiedChain({ accounts, bornAt: BORN_AT, versionOf: () => l1.version });
    const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => test.chain.submit(await wallet.signRaw(fields));
    const delegate = async (): Promise<void> => {
      const authorizationList = [wallet.authorize(RANDOM_STORE.address, wallet.nonce + 1)];
      await send({ type: 4, to: `0x${"c1".repeat(20)}`, authorizationList, gasLimit: 200_000n });
      // The delegation used one up, too.
      wallet.nonce++;
    };
    return { l1, accounts, test, send, delegate };
  }

  it("the first opening publishes the new system context, and older codes are read, stored and rewritten when they are touched", async () => {
    const wallet = new TestWallet(302);
    const { l1, accounts, test, send, delegate } = await upgrading(wallet);
    try {
      const machine = await replayed(2, accounts);
      await delegate();
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const before = await test.sealAndVerify();
      machine.skip(before);
      assert.deepEqual([before.protocolVersion, before.outputs.coinbase], [2n, undefined]);
      const delegation = fromHex(`0xef0100${RANDOM_STORE.address.slice(2)}`);
      const digest = () => machine.state.read(3, BigInt(wallet.address), 0n);
      assert.equal(digest(), codeDigestValue(delegation, 2));
      l1.version = 3n;
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const converting = await sealAndReplay(test, machine);
      assert.deepEqual([converting.protocolVersion, converting.outputs.coinbase], [3n, COINBASE]);
      assert.deepEqual(converting.bytecodes, [SYSTEM_CONTEXT_3_CODE]);
      const changed = converting.writes.filter(({ leafKind }) => leafKind === 2 || leafKind === 3);
      assert.deepEqual(
        new Set(changed.map(({ address }) => address)),
        new Set(Object.values(PREDEPLOYS).map((address) => BigInt(address))),
        "codes of predeploys alone are written in the new form",
      );
      const hashes = changed.filter(({ leafKind }) => leafKind === 2);
      assert.deepEqual(new Set(hashes.map(({ address }) => address)), new Set([CONTEXT]), "all others have the same code");
      assert.equal(converting.outputs.cheatCount, 0n);
      assert.equal(digest(), codeDigestValue(delegation, 2), "what is not written keeps its digest");
      // The same delegation, written again: its hash stays, its digest is the format's.
      await delegate();
      const later = await sealAndReplay(test, machine);
      assert.deepEqual(later.bytecodes, []);
      assert.equal(digest(), codeDigestValue(delegation, 3));
      const kinds = later.writes.filter(({ address }) => address === BigInt(wallet.address)).map(({ leafKind }) => leafKind);
      assert.deepEqual(kinds.sort(), [1, 3]);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("replaces a predeploy that the trusted chain has edited, and publishes the version's code", async () => {
    const edited = (await realGenesis()).map((account) =>
      account.address === PREDEPLOYS.L1Messenger ? { ...account, code: `${account.code ?? "0x"}00` as Hex } : account,
    );
    const { accounts: initialState, extensions } = configurationOf(BORN_AT);
    const l1 = { version: 2n };
    const options = { predeploys: edited, initialState, extensions, system: predeployTransactions };
    const test = await startTestChain({ ...options, versionOf: () => l1.version, sequencer: { firstBatch: 0n } });
    try {
      await test.chain.sequencer.mine();
      await test.chain.seal();
      l1.version = 3n;
      await test.chain.sequencer.mine();
      await test.chain.seal();
      const { code } = (await realGenesis(3)).find(({ address }) => address === PREDEPLOYS.L1Messenger) ?? {};
      assert.deepEqual(test.batches[1]?.bytecodes.toSorted(), [SYSTEM_CONTEXT_3_CODE, code].toSorted());
      assert.equal(await ask(test.chain, "eth_getCode", [PREDEPLOYS.L1Messenger, "latest"]), code);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("gives no predeploys to a state with a second tree", async () => {
    const { accounts, extensions } = configurationOf(BORN_AT);
    const initialState = [...accounts, { address: PARTITION_ROOT.address, storage: [{ slot: PARTITION_ROOT.slot, value: 7n }] }];
    const options = { predeploys: await realGenesis(3), initialState, extensions, system: predeployTransactions };
    const { chain } = await startTestChain({ ...options, versionOf: () => 3n, sequencer: { firstBatch: 0n } });
    try {
      await assert.rejects(chain.sequencer.mine(), /batch 0 has format 3, and the state has a second tree/);
    } finally {
      await chain.close();
    }
  });

  it("is reverted with its batch: under version 2 it is rebuilt as a batch of format 2, and under 3 as one of format 3", async () => {
    const wallet = new TestWallet(303);
    const { l1, test, send } = await upgrading(wallet);
    try {
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      await test.sealAndVerify();
      l1.version = 3n;
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const converting = await test.sealAndVerify();
      for (const [version, bytecodes] of [
        [2n, []],
        [3n, converting.bytecodes],
      ] as const) {
        l1.version = version;
        await test.rewind(1n, []);
        const again = test.batches[1]!;
        assert.deepEqual([again.protocolVersion, again.bytecodes], [version, bytecodes]);
        const verified = await test.verifier.verify(test.inputs(1n));
        assert.equal(verified.commitment, again.commitment);
      }
    } finally {
      await test.chain.close();
    }
  });

  it("is what L1's version says to validators: they refuse an opening of the other format", async () => {
    const wallet = new TestWallet(304);
    const { l1, test, send } = await upgrading(wallet);
    try {
      l1.version = 3n;
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      await test.chain.seal();
      l1.version = 2n;
      await assert.rejects(test.verifier.verify(test.inputs(0n)), { code: "VersionMismatch" });
    } finally {
      await test.chain.close();
    }
  });

  it("a crash in the converting batch: the same commitment after the restart, wherever it was", async () => {
    const wallet = new TestWallet(305);
    const upgradeAt = GENESIS_TIMESTAMP + 50n;
    const { accounts: initialState, extensions } = configurationOf(BORN_AT);
    const predeploys = await realGenesis();
    const start = (keeping: ChainDependencies["keeping"]): Promise<TestChain> =>
      startTestChain({
        ...{ predeploys, initialState, extensions, keeping, system: predeployTransactions },
        genesis: [{ address: wallet.address, balanceWei: 10n ** 20n }, RANDOM_STORE],
        versionOf: (firstTimestamp) => (firstTimestamp >= upgradeAt ? 3n : 2n),
        sequencer: { firstBatch: 0n },
      });
    const [first, second] = [
      await wallet.signRaw({ to: RANDOM_STORE.address, gasLimit: 100_000n }),
      await wallet.signRaw({ to: RANDOM_STORE.address, gasLimit: 100_000n }),
    ];
    /** Finishes the second batch after `done` commands: opening, block and closing. */
    const finish = async ({ chain, batches }: TestChain, done: number) => {
      if (done === 0) await chain.sequencer.skipTime(100n);
      if (done < 2) await chain.submit(second);
      if (done < 3) await chain.seal();
      return batches.at(-1)!;
    };
    const whole = new KeptInMemory();
    const test = await start(whole.keeping);
    await test.chain.submit(first);
    await test.chain.seal();
    const behind = whole.commands.length;
    const { commitment, protocolVersion, bytecodes } = await finish(test, 0);
    await test.chain.close();
    assert.deepEqual([protocolVersion, bytecodes, whole.commands.length - behind], [3n, [SYSTEM_CONTEXT_3_CODE], 3]);
    for (const done of [0, 1, 2, 3]) {
      const again = await start(new KeptInMemory(whole.commands.slice(0, behind + done)).keeping);
      try {
        assert.equal((await finish(again, done)).commitment, commitment, `behind ${done} commands`);
        assert.deepEqual(again.faults, []);
      } finally {
        await again.chain.close();
      }
    }
  });

  it("is rebuilt from what L1 has: each account keeps the form in which its code was written", async () => {
    const wallet = new TestWallet(306);
    const { l1, accounts, test, send, delegate } = await upgrading(wallet);
    try {
      await send({ data: CREATION, gasLimit: 200_000n });
      await test.sealAndVerify();
      l1.version = 3n;
      await delegate();
      const last = await test.sealAndVerify();
      const state = new RebuiltState([...(await realGenesis()), ...accounts]);
      for (const batch of test.batches) {
        const codes = batch.bytecodes.map((code) => fromHex(code));
        state.apply(batch.outputs.batchNumber, { ...batch, logLeaves: [], bytecodes: codes, statement: batch.job.statement });
      }
      assert.deepEqual(state.falseDigests(), []);
      const formats = new Map(state.accounts().map(({ address, digestFormat = 2 }) => [address, digestFormat]));
      const created = getCreateAddress({ from: wallet.address, nonce: 0 }).toLowerCase() as Hex;
      assert.deepEqual(
        [PREDEPLOYS.SystemContext, PREDEPLOYS.L1Messenger, created, wallet.address].map((address) => formats.get(address)),
        [3, 3, 2, 3],
      );
      const { tree } = state.origin({ number: last.outputs.lastBlock, timestamp: last.outputs.lastTimestamp });
      assert.deepEqual(tree.root, last.newStateRoot);
    } finally {
      await test.chain.close();
    }
  });
});
