import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { keccak256, Signature, solidityPackedKeccak256, Transaction, TypedDataEncoder } from "ethers";
import { EIP712Signer, utils } from "zksync-ethers";
import type { SequencedBlock } from "../../src/chain/ordering/batch-reducer.ts";
import type { EngineTransaction, SignedTransaction } from "../../src/ground/transaction/transaction.ts";
import { aliasOf } from "../../src/ground/protocol/address-alias.ts";
import { hashConfiguration, hashExtensions } from "../../src/ground/protocol/genesis.ts";
import { PREDEPLOYS_DIGEST } from "../../src/ground/protocol/generated/version-predeploys.ts";
import { fromHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { SYSTEM_CONTEXT_CODE } from "../machine/support/context-code.ts";
import { compareReceipts, ReplayedChain, stepsOf } from "../machine/support/replay.ts";
import { CHAIN_ID, GENESIS_TIMESTAMP } from "./support/engine.ts";
import { CONFIGURATION, realGenesis } from "./support/predeploys.ts";
import { startVerifiedChain, type VerifiedChain } from "./support/verified-chain.ts";
import { TestWallet } from "./support/wallet.ts";

const BORN_AT = 1_700_000_123n;
const PUBLISHES = 0x200;
const TARGET: Hex = `0x${"c1".repeat(20)}`;
const SENDER = aliasOf(270n, `0x${"1a".repeat(20)}`);
const CONTEXT = BigInt(PREDEPLOYS.SystemContext);
const BORN = { ...CONFIGURATION, bornAt: BORN_AT };
const WORDS = [BORN.l1ChainId, BigInt(BORN.l1SharedBridge), BORN.baseTokenOriginChainId, 0n, BORN_AT, BigInt(PUBLISHES)];

/** Hash by hand, from fields that ethers reads. `kinds`: those of the blocks in order (docs/protocol.md). */
function noted(blocks: readonly SequencedBlock[], kinds: readonly bigint[], parentHash: Hex): string {
  assert.equal(kinds.length, blocks.length, "a kind for each block");
  let hash: string = wordToHex(0n);
  for (const [i, { environment, transactions }] of blocks.entries()) {
    const first = ((kinds[i] ?? 0n) << 64n) | environment.timestamp;
    hash = solidityPackedKeccak256(["bytes32", "uint256", "bytes32"], [hash, first, blocks[i - 1]?.hash ?? parentHash]);
    for (const transaction of transactions) hash = notedTransaction(hash, transaction);
  }
  return hash;
}

function notedTransaction(before: string, transaction: EngineTransaction): string {
  if (transaction.kind === "signed") {
    const [signed, { r, yParityAndS }] = signedWith(transaction);
    return solidityPackedKeccak256(["bytes32", "bytes32", "bytes32", "bytes32"], [before, signed, r, yParityAndS]);
  }
  if (transaction.to !== PREDEPLOYS.ImportedRoots) return before;
  return keccak256(`${before}${transaction.data.slice(10)}`);
}

function signedWith({ type, raw }: SignedTransaction): [string, Signature] {
  if (type !== 0x71) {
    const read = Transaction.from(raw);
    assert.ok(read.signature !== null);
    return [read.unsignedHash, read.signature];
  }
  const read = utils.parseEip712(raw);
  const custom = read.customData?.customSignature;
  assert.ok(custom !== undefined);
  const typed = Object.fromEntries(Object.entries(utils.EIP712_TYPES).map(([name, fields]) => [name, [...fields]]));
  const domain = { name: "zkSync", version: "2", chainId: CHAIN_ID };
  return [TypedDataEncoder.hash(domain, typed, EIP712Signer.getSignInput(read)), Signature.from(String(custom))];
}

async function typedTransaction(wallet: TestWallet): Promise<Hex> {
  const request = {
    ...{ type: 0x71, chainId: CHAIN_ID, from: wallet.address, to: TARGET, nonce: wallet.nonce++, value: 3n },
    ...{ data: "0xdeadbeef", gasLimit: 300_000n, maxFeePerGas: 2_000_000n, maxPriorityFeePerGas: 1_000_000n },
    customData: { gasPerPubdata: 50_000n },
  };
  const typed = Object.fromEntries(Object.entries(utils.EIP712_TYPES).map(([name, fields]) => [name, [...fields]]));
  const domain = { name: "zkSync", version: "2", chainId: CHAIN_ID };
  const customSignature = await wallet.signTypedData(domain, typed, EIP712Signer.getSignInput(request));
  return utils.serializeEip712({ ...request, customData: { ...request.customData, customSignature } }) as Hex;
}

async function startPublishing(wallet: TestWallet, sequencer: { readonly cheatsAllowed?: boolean } = {}) {
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const test = await startVerifiedChain({ accounts, isProven: true, bornAt: BORN_AT, mode: PUBLISHES, sequencer });
  const machine = new ReplayedChain([...(await realGenesis()), ...accounts], GENESIS_TIMESTAMP);
  machine.state.addCode(fromHex(SYSTEM_CONTEXT_CODE));
  return { test, machine };
}

/** Seals; validator, machine and the hash by hand agree. */
async function sealAndCompare(
  { test, machine }: { readonly test: VerifiedChain; readonly machine: ReplayedChain },
  kinds: readonly bigint[],
  operations: VerifiedChain["queued"] = [],
) {
  const batch = await test.sealAndVerify();
  const { batchNumber, extensions, transactionsHash } = batch.outputs;
  const blocks = test.blocks.filter((block) => block.batchNumber === batchNumber);
  const { parentHash } = test.inputs(batchNumber);
  const start = machine.state.copy();
  const configuration = batchNumber === 0n ? WORDS : undefined;
  const result = machine.run(stepsOf(blocks, parentHash, { configuration, operations }));
  compareReceipts(result, blocks);
  machine.state.compare(start, batch.writes, BigInt(batch.outputsHash));
  assert.equal(machine.state.read(0, CONTEXT, 13n), 0n, "the closing deletes it");
  assert.equal(transactionsHash, noted(blocks, kinds, parentHash));
  const predeploys = batchNumber === 0n ? PREDEPLOYS_DIGEST : undefined;
  assert.equal(extensions, hashExtensions(hashConfiguration(BORN, PUBLISHES), predeploys, transactionsHash));
  return batch;
}

describe("a chain whose proof exports a hash of its inputs", () => {
  it("sequencer, validator and kernel hash alike every kind of block, operation and transaction", async () => {
    const wallet = new TestWallet(311);
    const chain = await startPublishing(wallet);
    const { test } = chain;
    try {
      const send = async (fields: Parameters<TestWallet["signRaw"]>[0]) => test.chain.submit(await wallet.signRaw(fields));
      await send({ type: 0, to: TARGET, value: 1n });
      await send({ type: 1, to: TARGET, accessList: [{ address: TARGET, storageKeys: [wordToHex(7n)] }] });
      await send({ data: `0x${"60".repeat(300)}`, gasLimit: 400_000n });
      await send({ type: 4, to: TARGET, authorizationList: [wallet.authorize(TARGET, 77)], gasLimit: 200_000n });
      await test.chain.submit(await typedTransaction(wallet));
      const users = test.blocks.filter(({ transactions }) => transactions[0]?.kind === "signed").length;
      await sealAndCompare(chain, [3n, ...Array.from({ length: users }, () => 1n), 5n]);

      await test.chain.sequencer.mineMany(3, 7n);
      await test.importRoots([1n, 2n].map((registryIndex) => ({ registryIndex, root: wordToHex(0x900n + registryIndex) })));
      // With value, without, and one whose gas does not even pay for itself.
      await test.request({ from: SENDER, to: TARGET, valueWei: 5n });
      await test.request({ from: SENDER, to: TARGET });
      await test.request({ from: SENDER, to: TARGET, gasLimit: 20_000n });
      const imports = 4n | (2n << 8n);
      await sealAndCompare(chain, [3n, 1n, 1n, 1n, imports, 6n, 10n, 10n, 6n, 10n, 6n, 5n], test.queued);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("a cheat or an impersonated transaction is refused by name, since no account could repeat it", async () => {
    const wallet = new TestWallet(312);
    const { test } = await startPublishing(wallet, { cheatsAllowed: true });
    try {
      const { sequencer } = test.chain;
      await sequencer.mine();
      const cheat = { type: "balance", address: TARGET, balanceWei: 1n } as const;
      await assert.rejects(sequencer.cheat(cheat), /a cheat in batch 0 is not an input that the chain publishes/);
    } finally {
      await test.chain.close();
    }
  });
});
