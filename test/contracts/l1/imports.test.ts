import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { bringImports } from "../../../src/ecosystem/devnet/chain-on-l1/bring-imports.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../../src/ground/protocol/pubdata.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { assetMessage, claimOf } from "./support/assets.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  createChain,
  defaultConfiguration,
  deployEcosystem,
  eventsOf,
  furtherVersion,
  hexAddress,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts, errorOf } from "./support/errors.ts";
import { addImportingVersion, createUnborn, proofOfImport, type UnbornChain } from "./support/imports.ts";

const CODE: Hex = "0x60015f5260205ff3";
/** Three imports: the leaves are more than two hold. */
const STATE: readonly GenesisAccount[] = [
  { address: addressOf(0xaaaa_aaaa), nonce: 3n, balanceWei: 10n ** 18n },
  {
    address: addressOf(0xcccc_cccc),
    nonce: 1n,
    code: CODE,
    storage: Array.from({ length: 1_000 }, (_, i) => ({ slot: BigInt(i), value: BigInt(i + 1) })),
  },
];
const SMALL: readonly GenesisAccount[] = STATE.slice(0, 1);

describe("a chain's first state, brought by imports", () => {
  let ecosystem: Ecosystem;
  let nextChainId = 5_000n;
  before(async () => {
    ecosystem = await deployEcosystem();
    await addImportingVersion(ecosystem);
  });
  after(() => ecosystem.l1.close());

  const unborn = (state = STATE, overrides = {}): Promise<UnbornChain> =>
    createUnborn(ecosystem, nextChainId++, state, overrides);
  const missing = (chain: UnbornChain): Promise<bigint> => view<bigint>(chain.contract, "importsLeft");
  const bornAt = ({ configuration }: UnbornChain): Promise<bigint> =>
    view<bigint>(ecosystem.factory, "bornAt", configuration.chainId);
  const bringWith = (
    chain: UnbornChain,
    number: number,
    changes: Record<string, unknown>,
    later = chain.call(number).later,
  ): Promise<unknown> => {
    const { previous, batch } = chain.call(number);
    return send(chain.contract, "importBatch", previous, { ...batch, ...changes }, later);
  };

  test("three imports lead to the state of the creation, and the last one creates the chain", async () => {
    const chain = await unborn();
    assert.equal(chain.imports.length, 3);
    for (const [number, { pubdata, job }] of chain.imports.entries()) {
      assert.equal(await bornAt(chain), 0n);
      assert.equal(await missing(chain), BigInt(3 - number));
      const receipt = await chain.bring(number);
      assert.ok(receipt.gasUsed < 2n ** 24n);
      const [imported] = eventsOf(chain.contract, receipt, "BatchImported");
      const { number: told, pubdataHash, newStateRoot, record } = imported!.args.toObject() as Record<string, unknown>;
      const expected = chain.records[number + 1]!;
      assert.deepEqual([told, pubdataHash, newStateRoot], [BigInt(number), hashPubdata(pubdata), expected.newStateRoot]);
      // Of the record before the first batch the commitment, the leaf count and the root alone are others.
      assert.equal(hashStoredBatch((record as { toObject(): typeof expected }).toObject()), hashStoredBatch(expected));
      assert.equal(expected.commitment, job.statement.commitment);
      assert.equal(expected.oldStateRoot, wordToHex(0n));
      const born = eventsOf(ecosystem.factory, receipt, "ChainBorn");
      assert.equal(born.length, number === 2 ? 1 : 0);
    }
    assert.equal(await bornAt(chain), await ecosystem.latestTimestamp());
    assert.equal(await missing(chain), 0n);
    assert.equal(await view(chain.contract, "executedStateRoot"), chain.plan.importStateRoot);
    assert.equal(await view(ecosystem.bytecodes, "isPublished", keccak(Buffer.from(CODE.slice(2), "hex"))), true);
  });

  test("an imported chain's first batch continues from the last import: queue, commit, proof, execution, withdrawal", async () => {
    const chain = await unborn();
    for (const number of chain.imports.keys()) await chain.bring(number);
    await ecosystem.increaseTime(1n);
    const running = await TestChain.of(ecosystem, chain.configuration);
    running.last = chain.records.at(-1)!;
    const operation = await running.request();
    const log = assetMessage(ecosystem, { amount: 70n, recipient: addressOf(0x70) });
    const { formed } = await running.settle({
      canonicalTxHashes: [operation],
      logs: [{ type: "priorityOp", success: true }, log],
      changes: [{ type: "insertion", leafKind: LeafKind.storage, address: 0x800bn, slot: 2n, value: 1n }],
    });
    assert.equal(formed.expected.leafCount, running.last.leafCount);
    await send(ecosystem.bridge, "finalizeDeposit", claimOf(running, formed, 1, log));
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(addressOf(0x70)), 70n);
    await running.settle();
  });

  test("import h and outputs bind no chain's contract, and the configuration has the root: another first state is another chain", async () => {
    const chain = await unborn(SMALL);
    const configuration = { ...chain.configuration, chainId: nextChainId++ };
    const other = { ...configuration, importStateRoot: wordToHex(7n) };
    const addresses = await Promise.all([configuration, other].map((each) => view(ecosystem.factory, "hyperchainAddress", each)));
    assert.notEqual(addresses[0], addresses[1]);
  });

  test("stranger imports another state (importData, root): refused at the first import, so that the creator's still comes", async () => {
    const chain = await unborn();
    const strangers = await createUnborn(ecosystem, nextChainId++, [{ ...STATE[0]!, balanceWei: 1n }, STATE[1]!]);
    const stranger = as(chain.contract, ecosystem.accounts[5]!);
    const { batch, later } = strangers.call(0);
    const { previous } = chain.call(0);
    const { importData } = chain.configuration;
    const refusal = await errorOf(send(stranger, "importBatch", previous, batch, later));
    assert.match(refusal, new RegExp(`^ImportDataMismatch\\(${importData}, 0x`));
    // With the right hashes behind, or some of them, it is still other data.
    for (const shown of [chain.call(0).later, [], chain.call(0).later.slice(1)])
      assert.match(await errorOf(send(stranger, "importBatch", previous, batch, shown)), /^ImportDataMismatch/);
    // The right data to another state: the statement is another.
    assert.match(await errorOf(bringWith(chain, 0, { newStateRoot: wordToHex(5n) })), /^WrongProof/);
    // Anyone brings the right ones.
    await send(stranger, "importBatch", previous, chain.call(0).batch, chain.call(0).later);
    for (const number of [1, 2]) await chain.bring(number);
    assert.notEqual(await bornAt(chain), 0n);
  });

  test("stranger submits imports first: the creator skips them, and the chain is created all the same", async () => {
    const chain = await unborn();
    const proven: number[] = [];
    await chain.bring(0);
    const born = await bringImports(chain.imports, chain.records[0]!, {
      hyperchain: chain.address,
      factory: await hexAddress(ecosystem.factory),
      chainId: chain.configuration.chainId,
      signer: ecosystem.accounts[5]!,
      async prove(job) {
        const number = chain.imports.findIndex((each) => each.job === job);
        proven.push(number);
        // Another one is brought while it is being proven.
        if (number === 1) await chain.bring(1);
        return fromHex(proofOfImport(job));
      },
    });
    assert.deepEqual(proven, [1, 2]);
    assert.deepEqual(born, { record: chain.records[3]!, bornAt: await bornAt(chain) });
    assert.equal(await missing(chain), 0n);
  });

  test("crash between import and birth: what is started again brings the rest, and finds a birth that it has not seen", async () => {
    const chain = await unborn();
    const factory = await hexAddress(ecosystem.factory);
    const proven: number[] = [];
    /**
     * Imports with a process that ends after this number of transactions: L1 has mined them, and no receipt of the last one
     * arrives.
     */
    const bring = async (sends: number) => {
      const creator = ecosystem.accounts[0]!;
      let left = sends;
      const signer = Object.create(creator, {
        sendTransaction: {
          async value(request: Parameters<typeof creator.sendTransaction>[0]) {
            if (left === 0) throw new Error("the process has ended");
            const response = await creator.sendTransaction(request);
            await response.wait();
            left--;
            return left > 0 ? response : { wait: () => Promise.reject(new Error("the process has ended")) };
          },
        },
      }) as typeof creator;
      return bringImports(chain.imports, chain.records[0]!, {
        ...{ hyperchain: chain.address, factory, chainId: chain.configuration.chainId, signer },
        async prove(job) {
          proven.push(chain.imports.findIndex((each) => each.job === job));
          return fromHex(proofOfImport(job));
        },
      });
    };
    for (const sends of [0, 1]) await assert.rejects(bring(sends), /the process has ended/);
    assert.deepEqual([proven, await missing(chain), await bornAt(chain)], [[0, 0, 1], 2n, 0n]);
    // It ends with the last import on L1, which is the birth, and has heard nothing of it.
    const seen = await bring(2);
    const born = await bornAt(chain);
    assert.ok(born > 0n);
    assert.deepEqual(seen, { record: chain.records[3]!, bornAt: born });
    assert.deepEqual(await bring(0), seen);
    assert.deepEqual(proven, [0, 0, 1, 1, 2]);
  });

  test("stranger brings an import with a word for the policy: the record is the creator's, and its later proofs hold", async () => {
    const chain = await unborn();
    // A rollup's policy binds this word in a batch.
    await bringWith(chain, 0, { policyData: wordToHex(0x5eedn) });
    await chain.bring(1);
    await chain.bring(2);
    assert.notEqual(await bornAt(chain), 0n);
  });

  test("a root of the creation that differs from its data's: the last import is refused, and the chain is never created", async () => {
    const chain = await unborn(SMALL, { importStateRoot: wordToHex(7n) });
    await assertReverts(chain.bring(0), `ImportRootMismatch(${wordToHex(7n)}, ${chain.plan.importStateRoot})`);
    assert.equal(await bornAt(chain), 0n);
  });

  test("imports out of order, twice, after birth", async () => {
    const chain = await unborn();
    await assertReverts(chain.bring(1), "ImportNumberMismatch(0, 1)");
    await chain.bring(0);
    await assertReverts(chain.bring(0), "ImportNumberMismatch(1, 0)");
    await assertReverts(chain.bring(2), "ImportNumberMismatch(1, 2)");
    const { batch, later } = chain.call(1);
    const stale = send(chain.contract, "importBatch", chain.records[0], batch, later);
    const [expected, actual] = [chain.records[1]!, chain.records[0]!].map(hashStoredBatch);
    await assertReverts(stale, `StoredBatchMismatch(0, ${expected}, ${actual})`);
    await chain.bring(1);
    await chain.bring(2);
    await assertReverts(chain.bring(2), "NoImportLeft()");
    const plain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));
    await assertReverts(send(plain.contract, "importBatch", chain.records[0], batch, later), "NoImportLeft()");
  });

  test("creator never finishes imports: no queue, no commit, no upgrade, no mark, no exit; nothing inside", async () => {
    const chain = await unborn();
    const { chainId } = chain.configuration;
    const running = await TestChain.of(ecosystem, chain.configuration);
    running.last = chain.records[0]!;
    for (const left of [3, 2]) {
      const refusal = `ImportsMissing(${left})`;
      await assertReverts(running.request(), refusal);
      const formed = await running.form();
      await assertReverts(running.commit(formed), refusal);
      await assertReverts(send(ecosystem.settings, "scheduleUpgrade", chainId, 2n, 0n), refusal);
      await assertReverts(send(ecosystem.roots, "mark", chainId), refusal);
      assert.match(await errorOf(send(chain.contract, "activateExit")), /^ExitNotOpen/);
      if (left === 3) await chain.bring(0);
      running.last = chain.records[1]!;
    }
  });

  test("asset sent to an unborn chain is refused, comes back", async () => {
    const [chain, sender] = [
      await unborn(SMALL),
      await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++)),
    ];
    const operation = await sender.request();
    const { chainId } = chain.configuration;
    const log = assetMessage(ecosystem, { kind: 2, destinationChainId: chainId, amount: 7n });
    const { receipt } = await sender.settle({
      canonicalTxHashes: [operation],
      logs: [{ type: "priorityOp", success: true }, log],
    });
    const [refused] = eventsOf(sender.contract, receipt, "TransfersRefused");
    assert.deepEqual([...(refused!.args["destinationChainIds"] as bigint[])], [chainId]);
    assert.equal(await view(ecosystem.bridge, "isRefused", sender.configuration.chainId, 0n, chainId), true);
  });

  test("data that are not the transaction's own input are refused: by a contract, by an account with code, behind the arguments", async () => {
    const chain = await unborn(SMALL);
    const { previous, batch, later } = chain.call(0);
    const data = chain.contract.interface.encodeFunctionData("importBatch", [previous, batch, later]);
    const signer = ecosystem.accounts[0]!;
    const behind = signer.sendTransaction({ to: chain.address, data: `${data}00` });
    await assertReverts(behind, "PubdataNotPublished()");
    const { provider } = ecosystem.l1.ethers;
    const delegated = ecosystem.accounts[8]!;
    await provider.send("hardhat_setCode", [delegated.address, "0x00"]);
    await assertReverts(delegated.sendTransaction({ to: chain.address, data }), "PubdataNotPublished()");
    await provider.send("hardhat_setCode", [delegated.address, "0x"]);
    await chain.bring(0);
  });

  test("withheld data need a policy that takes them; a rollup's does not", async () => {
    const chain = await unborn(SMALL);
    const { pubdata, entries } = chain.imports[0]!;
    const withheld = { pubdata: "0x", pubdataHash: hashPubdata(pubdata), entryCount: entries.length };
    await assertReverts(bringWith(chain, 0, withheld), "PubdataNotPublished()");
  });

  test("a first state has no logs", async () => {
    const chain = await unborn(SMALL);
    const withLog = `0x020001000000000000${"02"}${"ab".repeat(20)}000000`;
    await assertReverts(bringWith(chain, 0, { pubdata: withLog }), "ImportWithLogs(1)");
  });

  test("import of 2^29 leaves is refused at its count", async () => {
    const version = furtherVersion(11);
    await addImportingVersion(ecosystem, version, 2n ** 29n);
    const chain = await unborn(SMALL, { protocolVersion: version });
    const previous = { ...chain.records[0]!, protocolVersion: version, leafCount: 2n ** 29n };
    const brought = send(chain.contract, "importBatch", previous, chain.call(0).batch, []);
    await assertReverts(brought, "LeafCountBeyondLimit(7)");
  });

  test("only a chain's own contract tells the factory of its birth, and only the factory the settings", async () => {
    const chain = await unborn(SMALL);
    const { chainId } = chain.configuration;
    const caller = ecosystem.accounts[0]!.address.toLowerCase();
    await assertReverts(send(ecosystem.factory, "recordBirth", chainId), `NotTheChain(${chainId}, ${chain.address}, ${caller})`);
    const factory = (await ecosystem.factory.getAddress()).toLowerCase();
    await assertReverts(send(ecosystem.settings, "recordBirth", chainId), `OnlyFactory(${factory}, ${caller})`);
  });

  test("a chain without imports is complete with its creation, which reports it", async () => {
    const configuration = await defaultConfiguration(ecosystem, nextChainId++);
    const receipt = await createChain(ecosystem, configuration);
    const [born] = eventsOf(ecosystem.factory, receipt, "ChainBorn");
    const [created] = eventsOf(ecosystem.factory, receipt, "ChainCreated");
    assert.deepEqual([...born!.args], [configuration.chainId, created!.args["bornAt"]]);
    assert.equal(born!.args["bornAt"], await ecosystem.latestTimestamp());
  });

  test("the terms of epoch 0 are those of the creation", async () => {
    const { configuration } = await unborn(SMALL);
    const terms = await view<
      Iterable<unknown> & readonly [readonly [bigint, Iterable<string>], readonly [bigint, Iterable<string>], ...unknown[]]
    >(ecosystem.settings, "termsOf", configuration.chainId, 0n);
    const { dataAvailabilityPolicy, transactionFilterer, validators } = configuration;
    const plain = ([threshold, signers]: readonly [bigint, Iterable<string>]): unknown => [threshold, [...signers]];
    const [quorum, standby, ...others] = terms;
    assert.deepEqual(
      [plain(quorum), plain(standby)],
      [
        [1n, validators],
        [0n, []],
      ],
    );
    assert.deepEqual(others, [dataAvailabilityPolicy, transactionFilterer, true, false, false]);
  });
});
