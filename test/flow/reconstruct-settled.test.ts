import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { codeDigestWord } from "../../src/ground/protocol/code-digest.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { createL1Watcher } from "../../src/chain/settlement-layer/reader/l1-watcher.ts";
import { readBatchContent } from "../../src/chain/settlement-layer/reader/batch-content.ts";
import { plainMessage, startSettledL1, type SettledL1 } from "../settlement/support/settled-l1.ts";
import { PublishedChain, settledGenesis } from "./support/published-chain.ts";
import { addProvingVersion, SettlingChain } from "./support/settling-chain.ts";

const CODE: Hex = "0x6001600255";
const CONTRACT = 0xc0de_c0de_c0de_c0de_c0den;
const deployment = [
  { leafKind: LeafKind.account, address: CONTRACT, slot: 0n, value: 5n * 2n ** 64n + 1n },
  { leafKind: LeafKind.codeHash, address: CONTRACT, slot: 0n, value: BigInt(keccak(fromHex(CODE))) },
  { leafKind: LeafKind.codeDigest, address: CONTRACT, slot: 0n, value: codeDigestWord(fromHex(CODE), compress) },
];
const slot = (value: bigint) => ({ leafKind: LeafKind.storage, address: CONTRACT, slot: 7n, value });

describe("§8.14: batches of a chain without a quorum, which were settled in one call each", () => {
  let settled: SettledL1;
  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
    await addProvingVersion(settled);
  });
  after(() => settled.l1.close());

  test("are found in the settlers' calldata: state, code and messages", async () => {
    const chain = await SettlingChain.create(settled, 700n);
    const [alice, bob] = settled.accounts.slice(6, 8);
    const [first, second] = [plainMessage("one"), plainMessage("two")];
    const one = await chain.settle(alice!, { writes: deployment, bytecodes: [CODE], logs: [first] });
    await chain.settle(bob!, { writes: [slot(77n)], logs: [second] });
    await chain.settle(alice!, { writes: [slot(78n)] });

    const { provider } = settled.l1.ethers;
    const rebuilt = await reconstruct({ l1: provider, hyperchain: chain.hyperchain, genesis: settledGenesis() });
    assert.equal(rebuilt.stateRoot, digestToHex(chain.tree.root));
    assert.deepEqual(
      rebuilt.batches.map(({ logs }) => logs),
      [[first], [second], []],
    );
    const address = `0x${CONTRACT.toString(16).padStart(40, "0")}`;
    assert.deepEqual(
      rebuilt.state.accounts().find((account) => account.address === address),
      { address, nonce: 1n, balanceWei: 5n, code: CODE, storage: [{ slot: 7n, value: 78n }] },
    );

    const [{ stored }] = rebuilt.batches as [(typeof rebuilt.batches)[0]];
    const { hyperchain } = chain;
    const content = await readBatchContent(provider, {
      stored,
      hyperchain,
      transactionHash: one.transactionHash,
      operations: [],
    });
    assert.equal(content.state, "known");
    assert.deepEqual(content.logLeaves, rebuilt.batches[0]!.logLeaves);
  });

  test("are followed stage by stage as any others", async () => {
    const chain = await SettlingChain.create(settled, 701n);
    const { transactionHash } = await chain.settle(settled.accounts[6]!, { writes: [slot(1n)], logs: [plainMessage("seen")] });
    const watcher = createL1Watcher(
      { hyperchains: [chain.hyperchain], registry: settled.ecosystem.addresses.roots, fromBlock: 0 },
      { provider: settled.l1.ethers.provider, confirmations: 1 },
    );
    const { events } = await watcher.poll();
    const seen = events.filter((event) => "transactionHash" in event && event.transactionHash === transactionHash);
    assert.deepEqual(
      seen.map(({ type }) => type),
      ["batchCommitted", "batchProven", "batchExecuted", "transactionRoot"],
    );
  });

  test("publish code for other chains, which find it in the settler's calldata", async () => {
    const publisher = await SettlingChain.create(settled, 702n);
    const code: Hex = "0x60aa60bb55";
    const writes = [
      { ...deployment[0]! },
      { ...deployment[1]!, value: BigInt(keccak(fromHex(code))) },
      { ...deployment[2]!, value: codeDigestWord(fromHex(code), compress) },
    ];
    await publisher.settle(settled.accounts[6]!, { writes, bytecodes: [code] });
    const user = await PublishedChain.create(settled, 703n);
    await user.settle({ writes });
    const { provider } = settled.l1.ethers;
    const rebuilt = await reconstruct({ l1: provider, hyperchain: user.hyperchain, genesis: settledGenesis() });
    assert.equal(rebuilt.stateRoot, digestToHex(user.tree.root));
    assert.deepEqual(rebuilt.state.missingCodes(), []);
  });
});
