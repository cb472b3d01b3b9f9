import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import type { ChainDependencies } from "../../src/chain/composition/chain-inputs.ts";
import { mergeAccounts, type GenesisAccount } from "../../src/chain/model/genesis.ts";
import { codeDigestValue } from "../../src/proofs/rules/code-digests.ts";
import { predeployTransactions } from "../../src/chain/predeploys/system-transactions.ts";
import { CONFIGURATION_SLOTS, PARTITION_ROOT } from "../../src/ground/protocol/genesis.ts";
import { fromHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { prevRandaoOf } from "../../src/ground/protocol/prev-randao.ts";
import { SYSTEM_CONTEXT_CODE } from "../machine/support/context-code.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ReplayedChain, compareReceipts, stepsOf } from "../machine/support/replay.ts";
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

/** The machine as a third engine: it begins with the state that the first proven opening finds. */
async function replayed(accounts: readonly GenesisAccount[], configured: readonly GenesisAccount[] = []): Promise<ReplayedChain> {
  const before = [...(await realGenesis()), ...accounts];
  return new ReplayedChain(mergeAccounts(before, configured), GENESIS_TIMESTAMP);
}

const WORDS = [
  CONFIGURATION.l1ChainId,
  BigInt(CONFIGURATION.l1SharedBridge),
  CONFIGURATION.baseTokenOriginChainId,
  0n,
  BORN_AT,
  0n,
] as const;

/** Seals, has a validator run it again, and the machine too: all leaves, receipts and outputs are the same. */
async function sealAndReplay(
  test: VerifiedChain,
  machine: ReplayedChain,
  opening: { readonly configuration?: readonly bigint[]; readonly installsPredeploys?: boolean } = {},
) {
  const batch = await test.sealAndVerify();
  const { batchNumber } = batch.outputs;
  const blocks = test.blocks.filter((block) => block.batchNumber === batchNumber);
  const start = machine.state.copy();
  const result = machine.run(stepsOf(blocks, test.inputs(batchNumber).parentHash, opening));
  compareReceipts(result, blocks);
  machine.state.compare(start, batch.writes, BigInt(batch.outputsHash));
  for (const code of batch.bytecodes) machine.state.addCode(fromHex(code));
  return batch;
}

describe("a proven chain", () => {
  it("is run alike by sequencer, validator and machine: configuration, coinbase, PREVRANDAO, digests of codes", async () => {
    const wallet = new TestWallet(301);
    const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, { ...RANDOM_STORE }];
    const test = await startVerifiedChain({ accounts, isProven: true, bornAt: BORN_AT });
    try {
      const machine = await replayed(accounts);
      const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => test.chain.submit(await wallet.signRaw(fields));
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const block = test.blocks.at(-1)!.environment;
      assert.equal(block.prevRandao, prevRandaoOf(BigInt(CHAIN_ID), block.number));
      await send({ data: CREATION, gasLimit: 200_000n });
      const first = await sealAndReplay(test, machine, { configuration: WORDS, installsPredeploys: true });
      assert.deepEqual([first.protocolVersion, first.outputs.coinbase], [PROVEN_VERSION, COINBASE]);
      assert.deepEqual(
        CONFIGURATION_SLOTS.map((slot) => machine.state.read(0, CONTEXT, slot)),
        WORDS,
      );
      assert.equal(wordToHex(machine.state.read(0, BigInt(RANDOM_STORE.address), 0n)), block.prevRandao);
      const created = BigInt(getCreateAddress({ from: wallet.address, nonce: 1 }));
      assert.equal(machine.state.read(3, created, 0n), codeDigestValue(new Uint8Array(32).fill(0x60)));
      await send({ to: `0x${"c1".repeat(20)}`, value: 5n });
      await sealAndReplay(test, machine);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });
});

describe("an upgrade of a trusted chain to the proven version", () => {
  /** A chain whose next batches have another version once `version` is changed. */
  async function upgrading(wallet: TestWallet) {
    const l1 = { version: TRUSTED_VERSION };
    const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }, RANDOM_STORE];
    const test = await startVerifiedChain({ accounts, bornAt: BORN_AT, versionOf: () => l1.version });
    const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => test.chain.submit(await wallet.signRaw(fields));
    return { l1, accounts, test, send };
  }

  it("the first proven opening installs the predeploys, of which a chain that kept them publishes nothing, and no later one", async () => {
    const wallet = new TestWallet(302);
    const { l1, accounts, test, send } = await upgrading(wallet);
    const { accounts: configured, extensions } = configurationOf(BORN_AT);
    try {
      const machine = await replayed(accounts, configured);
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const before = await test.sealAndVerify();
      machine.skip(before);
      assert.deepEqual([before.protocolVersion, before.outputs.coinbase], [TRUSTED_VERSION, COINBASE]);
      assert.equal(before.outputs.extensions, extensions.usual);
      l1.version = PROVEN_VERSION;
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const converting = await sealAndReplay(test, machine, { installsPredeploys: true });
      assert.deepEqual([converting.protocolVersion, converting.outputs.coinbase], [PROVEN_VERSION, COINBASE]);
      assert.equal(converting.outputs.extensions, extensions.installing);
      assert.deepEqual(converting.bytecodes, []);
      assert.equal(converting.outputs.cheatCount, 0n);
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      assert.equal((await sealAndReplay(test, machine)).outputs.extensions, extensions.usual);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("replaces a predeploy that the trusted chain has edited, and publishes the version's code", async () => {
    const hostile: readonly Hex[] = [PREDEPLOYS.SystemContext, PREDEPLOYS.L1Messenger];
    const edited = (await realGenesis()).map((account) =>
      hostile.includes(account.address) ? { ...account, code: `${account.code ?? "0x"}00` as Hex } : account,
    );
    const { accounts: initialState, extensions } = configurationOf(BORN_AT);
    const l1 = { version: TRUSTED_VERSION };
    const options = { predeploys: edited, initialState, extensions, system: predeployTransactions };
    const test = await startTestChain({ ...options, versionOf: () => l1.version, sequencer: { firstBatch: 0n } });
    try {
      await test.chain.sequencer.mine();
      await test.chain.seal();
      l1.version = PROVEN_VERSION;
      await test.chain.sequencer.mine();
      await test.chain.seal();
      const { code } = (await realGenesis()).find(({ address }) => address === PREDEPLOYS.L1Messenger) ?? {};
      assert.deepEqual(test.batches[1]?.bytecodes.toSorted(), [SYSTEM_CONTEXT_CODE, code].toSorted());
      assert.equal(await ask(test.chain, "eth_getCode", [PREDEPLOYS.L1Messenger, "latest"]), code);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("gives no predeploys to a state with a second tree", async () => {
    const { accounts, extensions } = configurationOf(BORN_AT);
    const initialState = [...accounts, { address: PARTITION_ROOT.address, storage: [{ slot: PARTITION_ROOT.slot, value: 7n }] }];
    const options = { predeploys: await realGenesis(), initialState, extensions, system: predeployTransactions };
    const { chain } = await startTestChain({ ...options, versionOf: () => PROVEN_VERSION, sequencer: { firstBatch: 0n } });
    try {
      await assert.rejects(chain.sequencer.mine(), /batch 0 has a proven version, and the state has a second tree/);
    } finally {
      await chain.close();
    }
  });

  it("is reverted with its batch: rebuilt as a trusted one it installs nothing, and as a proven one it does", async () => {
    const wallet = new TestWallet(303);
    const { l1, test, send } = await upgrading(wallet);
    try {
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      await test.sealAndVerify();
      l1.version = PROVEN_VERSION;
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      const converting = await test.sealAndVerify();
      const { extensions } = configurationOf(BORN_AT);
      for (const [version, exported] of [
        [TRUSTED_VERSION, extensions.usual],
        [PROVEN_VERSION, converting.outputs.extensions],
      ] as const) {
        l1.version = version;
        await test.rewind(1n, []);
        const again = test.batches[1]!;
        assert.deepEqual([again.protocolVersion, again.outputs.extensions], [version, exported]);
        const verified = await test.verifier.verify(test.inputs(1n));
        assert.equal(verified.commitment, again.commitment);
      }
    } finally {
      await test.chain.close();
    }
  });

  it("is what L1's version says to validators: they refuse an opening of the other execution", async () => {
    const wallet = new TestWallet(304);
    const { l1, test, send } = await upgrading(wallet);
    try {
      l1.version = PROVEN_VERSION;
      await send({ to: RANDOM_STORE.address, gasLimit: 100_000n });
      await test.chain.seal();
      l1.version = TRUSTED_VERSION;
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
        versionOf: (firstTimestamp) => (firstTimestamp >= upgradeAt ? PROVEN_VERSION : TRUSTED_VERSION),
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
    const { commitment, protocolVersion, outputs } = await finish(test, 0);
    await test.chain.close();
    assert.deepEqual(
      [protocolVersion, outputs.extensions, whole.commands.length - behind],
      [PROVEN_VERSION, extensions.installing, 3],
    );
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
});
