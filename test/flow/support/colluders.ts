import { readFileSync } from "node:fs";
import { Wallet, type HDNodeWallet } from "ethers";
import { BatchFormer, type FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { accountHeader, genesisLeaves } from "../../../src/chain/model/genesis.ts";
import { genesisOf } from "./genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { DevnetChain } from "../../../src/ecosystem/devnet/devnet.ts";
import { ChainContractReader } from "../../../src/ecosystem/devnet/chain-on-l1/chain-contract.ts";
import { createCompressor } from "../../../src/proofs/kernels/wasm/compressor.ts";
import { identityOf } from "../../../src/chain/node/described/chain-options.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/ground/protocol/asset-flows.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { l2LogTreeRoot } from "../../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../../src/ground/protocol/outputs.ts";
import { pubdataLogLeaves } from "../../../src/ground/protocol/pubdata.ts";
import { genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { createProver } from "../../../src/proofs/prover/prover.ts";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import { createMemoryJournal } from "../../../src/chain/settlement/journal/journal.ts";
import { createL1Retry, type L1Retry, type L1Trouble } from "../../../src/chain/settlement/l1-sender/l1-retry.ts";
import { revertBatches } from "../../../src/chain/settlement/l1-sender/revert.ts";
import { createTransactor } from "../../../src/chain/settlement/l1-sender/transactor.ts";
import { createLocalMember } from "../../../src/chain/settlement/signing/quorum.ts";
import { openSettlement } from "../../../src/chain/settlement/settlement.ts";
import type { SettlingBatch } from "../../../src/chain/settlement/settlement-run.ts";
import { CALLDATA_POSTING } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { SigningRecord } from "../../../src/chain/settlement/signing/signing-record.ts";
import type { FlowDevnet } from "./devnet.ts";

/** Rich by a lie. */
const THIEF = 0x7e1fn;
const STOLEN_WEI = 10n ** 21n;
/** Interval of repetitions of a call that is too early on L1. */
const RETRY_MS = 500;

/** Difference between a batch and the effects of its transactions. */
export interface Forgery {
  /** Writes that no transaction made. */
  readonly writes?: FormedBatch["writes"];
  /** Messages that no contract sent. */
  readonly logs?: FormedBatch["logs"];
  /** Published changes instead of the real ones. */
  readonly alterChanges?: NonNullable<ConstructorParameters<typeof BatchFormer>[2]["alterChanges"]>;
}

/** Money for an account that received none by a transaction. */
export const STOLEN_MONEY: Forgery = {
  writes: [{ leafKind: LeafKind.account, address: THIEF, slot: 0n, value: accountHeader(0n, STOLEN_WEI) }],
};

/**
 * Returns the chain's first batch with money for an account that received none by a transaction; only its execution is
 * false.
 */
export function lieAbout(chain: DevnetChain, honest: FormedBatch): Promise<FormedBatch> {
  return forge(chain, honest, STOLEN_MONEY);
}

/** The chain's first batch, altered, with commitments of what it says then. */
export async function forge(
  chain: DevnetChain,
  honest: FormedBatch,
  { writes = [], logs = [], alterChanges }: Forgery,
): Promise<FormedBatch> {
  const { provider, ecosystem } = chain.base;
  const { hyperchain, configuration } = chain.pipeline.created;
  const facts = await new ChainContractReader(provider, hyperchain, await provider.getBlockNumber()).facts();
  const { identity } = identityOf(facts);
  const versions = [ecosystem.versions.trusted, ecosystem.versions.proven];
  const version = versions.find((each) => each?.protocolVersion === configuration.protocolVersion);
  if (version === undefined) throw new RangeError(`the ecosystem has no version ${configuration.protocolVersion}`);
  const { protocolVersion, genesisStateRoot, genesisLeafCount } = version;
  const compressor = createCompressor();
  const genesis = await genesisOf();
  const former = new BatchFormer(
    { ...identity, chainId: chain.chainId },
    {
      previousCommitment: genesisStoredBatch(protocolVersion, genesisStateRoot, genesisLeafCount).commitment,
      operationsTaken: 0n,
    },
    {
      tree: StateTree.genesis(genesisLeaves(genesis), { compressor }),
      compress: compressor.compress,
      flowsHash: (all) => hashAssetFlows(sumAssetFlows(all, facts.settlementChainId)),
      versionOf: () => protocolVersion,
      alterChanges,
    },
  );
  const said = [...honest.logs, ...logs];
  const l2LogsTreeRoot = l2LogTreeRoot(pubdataLogLeaves(said, honest.canonicalTxHashes));
  const outputs = { ...honest.outputs, logCount: BigInt(said.length), l2LogsTreeRoot };
  return former.form({
    ...honest,
    outputs,
    outputsHash: hashOutputs(outputs),
    logs: said,
    writes: [...honest.writes, ...writes],
  });
}

/** Validators that sign what they like. */
export interface Colluders {
  /** Sends a batch to L1 with this number of signatures. `waits`: its first wait, if any. */
  settle(batch: FormedBatch, signatures: number): Promise<SettlingBatch & { readonly waits: Promise<L1Trouble> }>;
  /** Reverts all their batches on L1. */
  takeBack(): Promise<void>;
  close(): Promise<void>;
}

interface LyingOptions {
  /** Proof of a batch for L1. Default: the proof of its changes. */
  readonly proofOf?: (batch: FormedBatch) => Promise<Uint8Array>;
}

/**
 * Validators of a chain with a journal, whose keys are read from their files.
 */
export async function corrupt(
  devnet: FlowDevnet,
  {
    chain,
    journal,
    sender,
    liars,
  }: { readonly chain: DevnetChain; readonly journal: string; readonly sender: HDNodeWallet; readonly liars: number },
  { proofOf }: LyingOptions,
): Promise<Colluders> {
  const { provider } = devnet.l1;
  const { created } = chain.pipeline;
  const contract = { settlementChainId: devnet.ecosystem.settlementChainId, hyperchain: created.hyperchain };
  const keyOf = (place: number): string =>
    /"(0x[0-9a-f]{64})"/.exec(readFileSync(`${journal}.validator-${place}`, "utf8"))?.[1] ?? "";
  const prover = createProver({ workers: 1 });
  const settlements: { close(): Promise<void> }[] = [];
  const ended = new AbortController();
  const delay = (): Promise<void> => new Promise((resolve) => void systemClock.after(RETRY_MS, resolve));
  const lying = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, place) => createLocalMember(new Wallet(keyOf(place + 1)), contract)));
  const transactorOf = (patience: L1Retry) => createTransactor({}, { signer: sender.connect(provider), patience });
  return {
    async settle(batch, signatures) {
      const members = await lying(Math.min(liars, signatures));
      const waits = Promise.withResolvers<L1Trouble>();
      const onTrouble = (trouble: L1Trouble | undefined): void => void (trouble !== undefined && waits.resolve(trouble));
      const patience = createL1Retry({}, { delay, signal: ended.signal, onTrouble });
      const settlement = await openSettlement<FormedBatch>(
        { quorum: { members }, posting: CALLDATA_POSTING },
        {
          context: {
            ...{
              ...contract,
              provider,
              fromBlock: created.fromBlock,
              delay,
              patience,
              approvals: new SigningRecord(),
              confirmations: 1,
            },
            transactor: transactorOf(patience),
          },
          journal: createMemoryJournal(),
          proofs: { prove: proofOf ?? (async ({ job }) => (await prover.proveBatch(job)).proof) },
        },
      );
      settlements.push(settlement);
      const settling = settlement.submit(batch);
      for (const stage of [settling.committed, settling.proven, settling.executed]) stage.catch(() => undefined);
      return { ...settling, waits: waits.promise };
    },
    async takeBack() {
      const transactor = transactorOf(createL1Retry({}, { delay, signal: ended.signal }));
      const context = { ...contract, provider, fromBlock: created.fromBlock, transactor, confirmations: 1 };
      await revertBatches(context, 0n, { members: await lying(liars) });
    },
    async close() {
      ended.abort();
      for (const settlement of settlements) await settlement.close();
      await prover.close();
    },
  };
}
