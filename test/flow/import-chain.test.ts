import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { Provider } from "ethers";
import hre from "hardhat";
import { formImports, planImports } from "../../src/chain/batch/form-imports.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { startChain, type Chain } from "../../src/chain/chain.ts";
import { genesisLeaves, type GenesisAccount } from "../../src/chain/model/genesis.ts";
import { PROTOCOL_LIMITS } from "../../src/chain/ordering/limits.ts";
import { protocolGenesis } from "../../src/chain/predeploys/genesis.ts";
import { predeployTransactions } from "../../src/chain/predeploys/system-transactions.ts";
import { StateTree } from "../../src/chain/state/state-tree.ts";
import { bringImports, type BornChain } from "../../src/ecosystem/devnet/chain-on-l1/bring-imports.ts";
import { createChain, localChainConfiguration, type CreatedChain } from "../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import { deployLayer } from "../../src/ecosystem/devnet/deployment/deploy-layer.ts";
import type { Layer } from "../../src/ecosystem/devnet/deployment/layer.ts";
import { devnetTimes, trustedVersion } from "../../src/ecosystem/devnet/l1/new-contracts.ts";
import { readBornState } from "../../src/ecosystem/devnet/chain-on-l1/imported-state.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { identityOf } from "../../src/chain/node/described/chain-options.ts";
import { hashAssetFlows, sumAssetFlows } from "../../src/ground/protocol/asset-flows.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { commitBatch } from "../../src/chain/settlement/l1-sender/commit.ts";
import { executeBatch } from "../../src/chain/settlement/l1-sender/execute.ts";
import { proveBatch } from "../../src/chain/settlement/l1-sender/prove.ts";
import { createLocalMember } from "../../src/chain/settlement/signing/quorum.ts";
import { CALLDATA_POSTING } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { TestClock } from "../chain/support/clock.ts";
import { CHAIN_ID, COINBASE, connect } from "../chain/support/engine.ts";
import { testContract } from "../chain/support/artifact.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { alteredProvider, senderContext } from "../settlement/support/sender.ts";
import { startLocalL1, type LocalL1 } from "../support/l1.ts";
import { ask as askChain } from "../chain/support/ask.ts";

const CHAIN = BigInt(CHAIN_ID);
const ETHER = 10n ** 18n;
const COUNTER: Hex = `0x${"c0".repeat(20)}`;
/** Adds one to its first slot. */
const COUNT: Hex = "0x5f546001015f5500";
const holder = new TestWallet(1);
/** State of another network: an account with money and a past, a contract with storage. */
const STATE: readonly GenesisAccount[] = [
  { address: holder.address, balanceWei: 3n * ETHER, nonce: 7n },
  {
    address: COUNTER,
    nonce: 1n,
    code: COUNT,
    storage: [
      { slot: 0n, value: 41n },
      { slot: 9n, value: 2n ** 255n },
    ],
  },
];

describe("B8: a chain is created with an initial state that its creation binds, without a signature", () => {
  const prover = createProver({ workers: 2 });
  const compressor = createCompressor();
  let l1: LocalL1;
  let accounts: readonly HardhatEthersSigner[];
  let genesis: readonly GenesisAccount[];
  let ecosystem: Layer;
  let created: CreatedChain;
  let born: BornChain;
  let chain: Chain;
  let validator: HardhatEthersSigner;

  before(async () => {
    l1 = await startLocalL1();
    accounts = await l1.ethers.getSigners();
    validator = accounts[1]!;
    genesis = await protocolGenesis(async (name) => (await testContract(name)).runtimeCode);
    const artifacts = (name: string) => hre.artifacts.readArtifact(name);
    const versions = { trusted: trustedVersion(genesis, "stark")() };
    ({ layer: ecosystem } = await deployLayer({ ...devnetTimes(), versions }, { signer: accounts[0]!, artifacts }));
    chain = await bear();
  });
  after(async () => {
    await chain.close();
    await prover.close();
    await l1.close();
  });

  /** From the state to a running chain. */
  async function bear(): Promise<Chain> {
    const tree = StateTree.genesis(genesisLeaves(genesis), { compressor });
    const plan = planImports(CHAIN, STATE, tree);
    const { importStateRoot, importData } = plan;
    const configuration = {
      ...localChainConfiguration(ecosystem, CHAIN, [validator.address.toLowerCase() as Hex]),
      ...{ cheatsAllowed: false, importBatches: BigInt(plan.imports.length), importStateRoot, importData },
    };
    created = await createChain(ecosystem, configuration, accounts[0]!);
    assert.equal(created.bornAt, 0n);
    const { hyperchain } = created;
    const { settlementChainId, addresses, versions } = ecosystem;
    const { protocolVersion, genesisStateRoot, genesisLeafCount } = versions.trusted!;
    const daPolicy = BigInt(configuration.dataAvailabilityPolicy);
    const compress = (tag: number, left: Parameters<typeof compressor.compress>[1], right: typeof left) =>
      compressor.compress(tag, left, right);
    const imports = formImports(
      plan,
      { settlementChainId, hyperchainAddress: hyperchain, chainId: CHAIN, daPolicy },
      { protocolVersion, compress },
    );
    born = await bringImports(imports, genesisStoredBatch(protocolVersion, genesisStateRoot, genesisLeafCount), {
      ...{ hyperchain, factory: addresses.factory, chainId: CHAIN },
      // A stranger, who holds no key of the chain.
      signer: accounts[6]!,
      prove: async (job) => (await prover.proveBatch(job)).proof,
    });
    const { factory, bridge, roots: registry, settings, verifiers } = addresses;
    const contracts = { hyperchain, factory, bridge, registry, settings, verifiers };
    const onL1 = { settlementChainId, ...contracts, configuration, bornAt: born.bornAt };
    const { identity, configurationState } = identityOf(onL1);
    const place = { provider: l1.ethers.provider as unknown as Provider, fromBlock: created.fromBlock };
    const fromL1 = await readBornState({ hyperchain, configuration }, genesis, place);
    assert.deepEqual(fromL1?.record, born.record);
    const genesisTimestamp = BigInt((await l1.ethers.provider.getBlock("latest"))!.timestamp);
    return startChain(
      {
        ...{ chainId: CHAIN_ID, coinbase: COINBASE, genesisTimestamp, genesis, identity },
        start: { from: "genesis", imported: fromL1!.copy() },
        initialState: configurationState,
        formedBefore: { previousCommitment: born.record.commitment, operationsTaken: 0n },
        mempool: { maxTransactions: 100, maxPerSender: 100, minGasPriceWei: 0n },
        sequencer: {
          blocks: { type: "instant", maxTransactions: 1 },
          batches: { maxAgeMs: undefined, maxTransactions: undefined },
          ...{ firstBatch: 0n, limits: PROTOCOL_LIMITS },
        },
      },
      {
        connect,
        clock: new TestClock(Number(genesisTimestamp) * 1000),
        system: predeployTransactions,
        forming: {
          flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
          versionOf: () => protocolVersion,
        },
      },
    );
  }

  const ask = (method: string, ...params: unknown[]): Promise<unknown> => askChain(chain, method, params);

  test("its first block finds the accounts, the code and the storage, and a transaction continues from there", async () => {
    assert.ok(born.bornAt > 0n);
    assert.equal(BigInt((await ask("eth_getBalance", holder.address, "latest")) as Hex), 3n * ETHER);
    assert.equal(await ask("eth_getCode", COUNTER, "latest"), COUNT);
    holder.nonce = 7;
    await chain.submit(await holder.signRaw({ to: COUNTER }));
    assert.equal(BigInt((await ask("eth_getStorageAt", COUNTER, "0x0", "latest")) as Hex), 42n);
    assert.equal(BigInt((await ask("eth_getStorageAt", COUNTER, "0x9", "latest")) as Hex), 2n ** 255n);
  });

  test("L1 takes its first batch behind the last import, with a real proof, and anyone rebuilds the state from L1 alone", async () => {
    const batch = await chain.seal();
    await settle(batch!);
    const rebuilt = await reconstruct({
      l1: l1.ethers.provider as unknown as Provider,
      hyperchain: created.hyperchain,
      genesis,
      fromBlock: 0,
    });
    assert.equal(rebuilt.batches.length, 1);
    assert.equal(rebuilt.stateRoot, rebuilt.onL1.executedStateRoot);
    const of = (address: Hex): GenesisAccount | undefined =>
      rebuilt.state.accounts().find((account) => account.address.toLowerCase() === address);
    assert.equal(of(COUNTER)?.code, COUNT);
    assert.deepEqual(
      of(COUNTER)?.storage?.toSorted((a, b) => Number(a.slot - b.slot)),
      [
        { slot: 0n, value: 42n },
        { slot: 9n, value: 2n ** 255n },
      ],
    );
    assert.equal(of(holder.address)?.nonce, 8n);
  });

  test("a node that serves other data of an import, or none of it, rebuilds nothing", async () => {
    const { provider } = l1.ethers;
    const selector = hyperchainInterface.getFunction("importBatch")!.selector;
    const servedWith = (change: (data: string) => string) =>
      alteredProvider(provider as unknown as Provider, {
        async getTransaction(hash: string) {
          const { data } = (await provider.getTransaction(hash))!;
          return { data: data.startsWith(selector) ? change(data) : data };
        },
      });
    const rebuild = (change: (data: string) => string) =>
      reconstruct({ l1: servedWith(change), hyperchain: created.hyperchain, genesis, fromBlock: 0 });
    const digits = COUNT.slice(2);
    await assert.rejects(
      rebuild((data) => data.replace(digits, digits.replace("6001", "6002"))),
      { name: "ReconstructionError", code: "RootMismatch" },
    );
    await assert.rejects(
      rebuild(() => "0x"),
      { name: "ReconstructionError", code: "PubdataMissing" },
    );
  });

  async function settle(batch: FormedBatch): Promise<void> {
    const contract = { settlementChainId: ecosystem.settlementChainId, hyperchain: created.hyperchain };
    const context = senderContext({ contract, created }, accounts[0]!);
    const quorum = { members: [await createLocalMember(validator, contract)], threshold: 1 };
    const { stored } = await commitBatch(context, batch, born.record, { quorum, posting: CALLDATA_POSTING });
    await proveBatch(context, stored, (await prover.proveBatch(batch.job)).proof);
    await executeBatch(context, batch, stored);
  }
});
