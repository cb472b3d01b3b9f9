import type { HDNodeWallet } from "ethers";
import { BatchFormer, type FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { genesisLeaves } from "../../../src/chain/model/genesis.ts";
import { genesisOf } from "./genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { lowerCaseAddress } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import {
  createChain,
  localChainConfiguration,
  type CreatedChain,
} from "../../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { PubdataLog } from "../../../src/ground/protocol/pubdata.ts";
import { genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { createProver } from "../../../src/proofs/prover/prover.ts";
import { createMemoryJournal } from "../../../src/chain/settlement/journal/journal.ts";
import { createL1Retry } from "../../../src/chain/settlement/l1-sender/l1-retry.ts";
import { createTransactor } from "../../../src/chain/settlement/l1-sender/transactor.ts";
import { createLocalMember } from "../../../src/chain/settlement/signing/quorum.ts";
import { openSettlement } from "../../../src/chain/settlement/settlement.ts";
import type { SettlingBatch } from "../../../src/chain/settlement/settlement-run.ts";
import { CALLDATA_POSTING } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { SigningRecord } from "../../../src/chain/settlement/signing/signing-record.ts";
import type { FlowDevnet } from "./devnet.ts";
import { oneBlockBatch } from "../../support/one-block-batch.ts";
import { extensionsOnL1, neverInstalling } from "../../support/extensions.ts";

/**
 * A chain whose whole quorum lies: it executes nothing and signs batches that say whatever it likes. Contract, state tree and
 * proofs are real, so everything that the proof covers holds; only what the EVM would have done is invented.
 */
export interface Liar {
  readonly created: CreatedChain;
  /** A batch with these logs, and no operation of the queue unless named, on its way to L1. */
  say(logs: readonly PubdataLog[], canonicalTxHashes?: readonly Hex[]): Promise<SettlingBatch>;
  close(): Promise<void>;
}

export async function createLiar({ ecosystem, l1 }: FlowDevnet, chainId: bigint, wallet: HDNodeWallet): Promise<Liar> {
  const signer = wallet.connect(l1.provider);
  const { settlementChainId } = ecosystem;
  const version = ecosystem.versions.trusted!;
  const created = await createChain(
    ecosystem,
    localChainConfiguration(ecosystem, chainId, [lowerCaseAddress(wallet.address)]),
    signer,
  );
  const contract = { settlementChainId, hyperchain: created.hyperchain };
  const compressor = createCompressor();
  const genesis = await genesisOf();
  const extensions = extensionsOnL1({
    settlementChainId,
    bridge: ecosystem.addresses.bridge,
    baseToken: created.configuration.baseToken,
    bornAt: created.bornAt,
  });
  const former = new BatchFormer(
    {
      settlementChainId,
      hyperchainAddress: created.hyperchain,
      chainId,
      daPolicy: BigInt(created.configuration.dataAvailabilityPolicy),
      extensions: neverInstalling(extensions),
    },
    {
      previousCommitment: genesisStoredBatch(version.protocolVersion, version.genesisStateRoot, version.genesisLeafCount)
        .commitment,
      operationsTaken: 0n,
    },
    {
      tree: StateTree.genesis(genesisLeaves(genesis), { compressor }),
      compress: (tag, left, right) => compressor.compress(tag, left, right),
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
      versionOf: () => version.protocolVersion,
    },
  );
  const prover = createProver({ workers: 1 });
  const delay = (): Promise<void> => Promise.resolve();
  const patience = createL1Retry({}, { delay });
  const settlement = await openSettlement<FormedBatch>(
    { quorum: { members: [await createLocalMember(signer, contract)] }, posting: CALLDATA_POSTING },
    {
      context: {
        ...contract,
        provider: l1.provider,
        fromBlock: created.fromBlock,
        delay,
        patience,
        approvals: new SigningRecord(),
        confirmations: 1,
        transactor: createTransactor({}, { signer, patience }),
      },
      journal: createMemoryJournal(),
      proofs: { prove: async ({ job }) => (await prover.proveBatch(job)).proof },
    },
  );
  let batchNumber = 0n;
  return {
    created,
    async say(logs, canonicalTxHashes = []) {
      const timestamp = BigInt((await l1.provider.getBlock("latest"))?.timestamp ?? 0);
      const sealed = oneBlockBatch(batchNumber++, timestamp, { logs, canonicalTxHashes, extensions });
      const settling = settlement.submit(former.form(sealed));
      for (const stage of [settling.committed, settling.proven, settling.executed]) stage.catch(() => undefined);
      return settling;
    },
    async close() {
      await settlement.close();
      await prover.close();
    },
  };
}
