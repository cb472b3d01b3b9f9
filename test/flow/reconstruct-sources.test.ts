import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Interface, type Provider } from "ethers";
import { verifierRegistryAbi } from "../../src/ground/abi/verifier-registry.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { genesisLeaves } from "../../src/chain/model/genesis.ts";
import type { StateWrite } from "../../src/chain/state/change-set.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { summarize } from "../../src/ecosystem/devnet/reconstruction/summary.ts";
import { hashCommitment, hashDaCommitment, NO_PARTITION } from "../../src/ground/protocol/commitment.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { codeDigestWord } from "../../src/ground/protocol/code-digest.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../src/ground/protocol/domain-tags.ts";
import { WITHHELD } from "../../src/ground/protocol/data-choice.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { committeePolicy, createLocalCommitteeMember } from "../../src/chain/settlement/committee.ts";
import { postingOf } from "../../src/chain/settlement/data-policy.ts";
import { noProofVersionOf } from "../../src/ground/protocol/no-proof.ts";
import { TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { startSettledL1, type SettledL1 } from "../settlement/support/settled-l1.ts";
import { alteredL1 } from "./support/altered-l1.ts";
import { generator } from "./support/generator.ts";
import { PublishedChain, settledGenesis } from "./support/published-chain.ts";
import { verifyProof } from "../chain/state/support/verify-proof.ts";

/** In the random test. */
const BATCHES = 40;
/** Two accounts' worth of changes: a contract with a slot, and a slot alone. */
const CODE: Hex = "0x6001600255";
const CONTRACT = 0xc0de_c0de_c0de_c0de_c0den;
const changes = [
  { leafKind: LeafKind.account, address: CONTRACT, slot: 0n, value: 5n * 2n ** 64n + 1n },
  { leafKind: LeafKind.codeHash, address: CONTRACT, slot: 0n, value: BigInt(keccak(fromHex(CODE))) },
  { leafKind: LeafKind.codeDigest, address: CONTRACT, slot: 0n, value: codeDigestWord(fromHex(CODE), compress) },
  { leafKind: LeafKind.storage, address: CONTRACT, slot: 7n, value: 77n },
];

describe("A7: where a chain's data can come from", () => {
  let settled: SettledL1;
  let l1: Provider;
  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
    l1 = settled.l1.ethers.provider;
  });
  after(() => settled.l1.close());

  const rebuild = (chain: PublishedChain, provider: Provider = l1) =>
    reconstruct({ l1: provider, hyperchain: chain.hyperchain, genesis: settledGenesis() });
  const policy = async (name: string, ...args: unknown[]): Promise<Hex> =>
    (await (await settled.l1.deploy(name, ...args)).getAddress()).toLowerCase() as Hex;

  async function committeeOfOne() {
    const signer = settled.accounts[3]!;
    const committeeContract = await policy("CommitteePolicy", [signer.address], 1);
    const committee = { settlementChainId: settled.ecosystem.settlementChainId, policy: committeeContract };
    const member = await createLocalCommitteeMember(signer, committee, () => Promise.resolve());
    return { committeeContract, posting: postingOf(committeePolicy({ ...committee, members: [member], threshold: 1 })) };
  }

  test("a chain without a batch is its genesis", async () => {
    const chain = await PublishedChain.create(settled, 600n);
    const rebuilt = await rebuild(chain);
    assert.equal(rebuilt.stateRoot, digestToHex(chain.tree.root));
    assert.equal(rebuilt.last.commitment, wordToHex(0n));
    const { batches, lastBatch, accounts, isExecuted } = summarize(rebuilt);
    assert.deepEqual(
      { batches, lastBatch, accounts, isExecuted },
      { batches: 0, lastBatch: null, accounts: 30, isExecuted: true },
    );
  });

  test("code that another chain published is found in that chain's calldata, also where L1 limits its answers, and missed where L1 hides it", async () => {
    const publisher = await PublishedChain.create(settled, 601n);
    await publisher.settle({ writes: changes, bytecodes: [CODE] });
    const user = await PublishedChain.create(settled, 602n);
    await user.settle({ writes: changes });
    const rebuilt = await rebuild(user);
    assert.equal(rebuilt.stateRoot, digestToHex(user.tree.root));
    const address = `0x${CONTRACT.toString(16).padStart(40, "0")}`;
    assert.deepEqual(
      rebuilt.state.accounts().find((account) => account.address === address),
      {
        address,
        nonce: 1n,
        balanceWei: 5n,
        code: CODE,
        storage: [{ slot: 7n, value: 77n }],
      },
    );
    assert.equal((await rebuild(user, alteredL1(l1, { blocksPerAnswer: 2 }))).stateRoot, rebuilt.stateRoot);
    const { bytecodes } = settled.ecosystem.addresses;
    const hiding = alteredL1(l1, { logs: (logs) => logs.filter(({ address: from }) => from.toLowerCase() !== bytecodes) });
    await assert.rejects(rebuild(user, hiding), { name: "ReconstructionError", code: "BytecodeMissing" });
  });

  test("a state with a false code digest, which only its validators attest, is rebuilt, named, and proves accounts' holdings", async () => {
    const chain = await PublishedChain.create(settled, 613n);
    const lie = codeDigestWord(fromHex("0x00"), compress);
    const writes = changes.map((change) => (change.leafKind === LeafKind.codeDigest ? { ...change, value: lie } : change));
    await chain.settle({ writes, bytecodes: [CODE] });
    const rebuilt = await rebuild(chain);
    const address = `0x${CONTRACT.toString(16).padStart(40, "0")}`;
    const expected = wordToHex(codeDigestWord(fromHex(CODE), compress));
    assert.deepEqual(summarize(rebuilt).falseCodeDigests, [{ address, expected, stated: wordToHex(lie) }]);
    const key = { leafKind: LeafKind.account, address: CONTRACT, slot: 0n };
    assert.deepEqual(verifyProof(chain.tree.root, key, rebuilt.state.prove(key)), {
      ok: true,
      isPresent: true,
      value: changes[0]!.value,
    });
    assert.throws(() => rebuilt.state.origin({ number: 4n, timestamp: 200n }), {
      name: "ReconstructionError",
      code: "CodeDigestMismatch",
      message: new RegExp(`the code of ${address} has the digest ${expected}, the state says ${wordToHex(lie)}`),
    });
  });

  test("a slot that was set, zeroed and set again, and code that was removed, have their last values", async () => {
    const chain = await PublishedChain.create(settled, 603n);
    await chain.settle({ writes: changes, bytecodes: [CODE] });
    const gone = changes.map((change) => ({ ...change, value: 0n }));
    await chain.settle({ writes: gone });
    // Except for the genesis only the outputs slot is left.
    assert.equal((await rebuild(chain)).state.accounts().length, 31);
    await chain.settle({ writes: [{ ...changes.at(-1)!, value: 78n }] });
    const rebuilt = await rebuild(chain);
    assert.equal(rebuilt.stateRoot, digestToHex(chain.tree.root));
    const address = `0x${CONTRACT.toString(16).padStart(40, "0")}`;
    assert.deepEqual(
      rebuilt.state.accounts().find((account) => account.address === address),
      { address, storage: [{ slot: 7n, value: 78n }] },
    );
  });

  test("random batches come out as a plain map has them", async (t) => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = generator(seed);
    const pick = (count: number): number => Math.floor(random() * count);
    t.diagnostic(`seed ${seed}`);
    const chain = await PublishedChain.create(settled, 608n);
    const codes = Array.from({ length: 4 }, (_, i): Hex => `0x60${i.toString(16).padStart(2, "0")}5000`);
    const model = new Map<string, StateWrite>();
    for (let batch = 0; batch < BATCHES; batch++) {
      const writes = new Map<string, StateWrite>();
      const bytecodes: Hex[] = [];
      for (let i = 0; i < 30; i++) {
        const address = CONTRACT + BigInt(pick(20));
        const leafKind =
          ([LeafKind.storage, LeafKind.storage, LeafKind.account, LeafKind.codeHash] as const)[pick(4)] ?? LeafKind.storage;
        const slot = leafKind === LeafKind.storage ? BigInt(pick(10)) : 0n;
        const code = codes[pick(codes.length)]!;
        // A third of all writes takes something away.
        const value =
          pick(3) === 0 ? 0n : leafKind === LeafKind.codeHash ? BigInt(keccak(fromHex(code))) : BigInt(1 + pick(2 ** 40));
        if (leafKind === LeafKind.codeHash && value !== 0n) bytecodes.push(code);
        writes.set([leafKind, address, slot].join(), { leafKind, address, slot, value });
        if (leafKind !== LeafKind.codeHash) continue;
        const digest = value === 0n ? 0n : codeDigestWord(fromHex(code), compress);
        writes.set([LeafKind.codeDigest, address, slot].join(), { leafKind: LeafKind.codeDigest, address, slot, value: digest });
      }
      for (const [name, write] of writes) model.set(name, write);
      await chain.settle({ writes: [...writes.values()], bytecodes });
    }
    const start = performance.now();
    const rebuilt = await rebuild(chain);
    const seconds = (performance.now() - start) / 1_000;
    t.diagnostic(`${BATCHES} batches in ${seconds.toFixed(2)} s`);
    assert.equal(rebuilt.stateRoot, digestToHex(chain.tree.root));
    const leaves = genesisLeaves(rebuilt.state.accounts()).filter(
      ({ address }) => address >= CONTRACT && address < CONTRACT + 20n,
    );
    const byName = (list: readonly StateWrite[]) =>
      list.map((leaf) => [leaf.leafKind, leaf.address, leaf.slot, leaf.value].join()).sort();
    assert.deepEqual(byName(leaves), byName([...model.values()].filter(({ value }) => value !== 0n)));
  });

  test("a policy's additional data are read from the policy", async () => {
    const members = settled.accounts
      .slice(3, 5)
      .map(({ address }) => address)
      .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const { rollupPolicy } = settled.ecosystem.addresses;
    const either = await policy("AnyOfPolicy", [await policy("CommitteePolicy", members, 1), rollupPolicy]);
    const chain = await PublishedChain.create(settled, 604n, { dataAvailabilityPolicy: either });
    const policyData = AbiCoder.defaultAbiCoder().encode(["uint256", "bytes"], [1n, "0x"]) as Hex;
    const bound = keccak(fromHex(AbiCoder.defaultAbiCoder().encode(["uint256", "bytes32"], [1n, keccak()])));
    const binding = (batch: FormedBatch): FormedBatch => {
      const { statement } = batch.job;
      const { point, evaluation } = statement;
      const da = hashDaCommitment({
        pubdataHash: hashPubdata(batch.pubdata),
        point,
        evaluation,
        flowsHash: batch.flowsHash,
        policyDataHash: bound,
        partitionDa: NO_PARTITION,
      });
      const commitment = hashCommitment(batch.preCommitment, da);
      return {
        ...batch,
        commitment,
        data: { ...batch.data, bound },
        job: { ...batch.job, statement: { ...statement, commitment } },
      };
    };
    await chain.settle({ writes: changes, bytecodes: [CODE] }, { policyData: () => Promise.resolve(policyData) }, binding);
    assert.equal((await rebuild(chain)).stateRoot, digestToHex(chain.tree.root));
  });

  test("a chain whose data is with a committee is refused by name", async () => {
    const { committeeContract, posting } = await committeeOfOne();
    const chain = await PublishedChain.create(settled, 605n, { dataAvailabilityPolicy: committeeContract });
    // Without the data L1 evaluates nothing: r is 0, y the entry count.
    const withheld = (batch: FormedBatch): FormedBatch => {
      const { statement } = batch.job;
      const offChain = { ...statement, point: [0, 0, 0, 0, 0] as const, evaluation: [batch.entries.length, 0, 0, 0, 0] as const };
      const { point, evaluation } = offChain;
      const { flowsHash } = batch;
      const commitment = hashCommitment(
        batch.preCommitment,
        hashDaCommitment({
          pubdataHash: hashPubdata(batch.pubdata),
          point,
          evaluation,
          flowsHash,
          policyDataHash: WITHHELD.bound,
          partitionDa: NO_PARTITION,
        }),
      );
      return { ...batch, data: WITHHELD, commitment, job: { ...batch.job, statement: { ...offChain, commitment } } };
    };
    await chain.settle({ writes: [changes.at(-1)!] }, posting, withheld);
    await assert.rejects(rebuild(chain), { name: "ReconstructionError", code: "NotARollup", batchNumber: 0n });
  });

  test("a commit that a contract put together is read from the event that tells it", async () => {
    // A rollup's policy refuses such a commit; a committee's lets it pass.
    const { committeeContract, posting } = await committeeOfOne();
    const chain = await PublishedChain.create(settled, 609n, { dataAvailabilityPolicy: committeeContract });
    const selector = hyperchainInterface.getFunction("commitBatches")!.selector.slice(2);
    // Returns the code behind it, which calls the chain with the selector and whatever it is given, and reverts
    // where that fails.
    const init = "0x60368060095f395ff3";
    const runtime = `63${selector}60e01b5f52365f6004375f5f366004015f5f73${chain.hyperchain.slice(2)}5af16034575f5ffd5b00`;
    const response = await settled.accounts[0]!.sendTransaction({ data: init + runtime });
    const forwarder = (await response.wait())!.contractAddress!;
    await chain.settleThrough(forwarder, { writes: changes.slice(0, 2), bytecodes: [CODE] }, posting);
    await chain.settle({ writes: [changes.at(-1)!] }, posting);
    // Also where the node traces no transactions: they could be of gigabytes.
    for (const node of [l1, alteredL1(l1, {})])
      assert.equal((await rebuild(chain, node)).stateRoot, digestToHex(chain.tree.root));
  });

  test("a chain whose protocol version was retired is rebuilt like any other", async () => {
    const chain = await PublishedChain.create(settled, 606n);
    await chain.settle({ writes: changes, bytecodes: [CODE] });
    const silent = await PublishedChain.create(settled, 607n);
    const registry = new Interface(verifierRegistryAbi);
    const data = registry.encodeFunctionData("scheduleRetirement", [noProofVersionOf(TRUSTED_VERSION)]);
    await (await settled.accounts[0]!.sendTransaction({ to: settled.ecosystem.addresses.verifiers, data })).wait();
    await settled.increaseTime(100_001);
    assert.equal((await rebuild(chain)).stateRoot, digestToHex(chain.tree.root));
    assert.equal((await rebuild(silent)).stateRoot, digestToHex(silent.tree.root));
    const other = settledGenesis().slice(1);
    for (const { hyperchain } of [chain, silent]) {
      await assert.rejects(reconstruct({ l1, hyperchain, genesis: other }), { name: "ReconstructionError" });
    }
  });
});
