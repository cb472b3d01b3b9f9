import { copyFileSync, readFileSync } from "node:fs";
import { Wallet } from "ethers";
import type { HDNodeWallet } from "ethers";
import { BatchFormer } from "../../../src/chain/batch/form-batch.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { accountHeader, genesisLeaves } from "../../../src/chain/model/genesis.ts";
import { genesisOf } from "./genesis.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import type { DevnetChain } from "../../../src/devnet/devnet.ts";
import { startMemberProcess } from "../../../src/devnet/quorum-member/member-process.ts";
import type { MemberProcess } from "../../../src/devnet/quorum-member/member-process.ts";
import { remoteMember } from "../../../src/devnet/quorum-member/remote-member.ts";
import type { ProvenInputs } from "../../../src/devnet/quorum-member/messages.ts";
import { ChainContractReader } from "../../../src/devnet/chain-on-l1/chain-contract.ts";
import type { ExecutionProverOptions } from "../../../src/execution-proof/batch/execution-prover.ts";
import { createCompressor } from "../../../src/kernels/wasm/compressor.ts";
import { identityOf } from "../../../src/node/described/chain-options.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../src/protocol/asset-flows.ts";
import { LeafKind } from "../../../src/protocol/domain-tags.ts";
import { genesisStoredBatch } from "../../../src/protocol/stored-batch.ts";
import { createProver } from "../../../src/prover/prover.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { createMemoryJournal } from "../../../src/settlement/journal/journal.ts";
import { createL1Retry } from "../../../src/settlement/l1-sender/l1-retry.ts";
import type { L1Trouble } from "../../../src/settlement/l1-sender/l1-retry.ts";
import { createTransactor } from "../../../src/settlement/l1-sender/transactor.ts";
import { createLocalMember } from "../../../src/settlement/signing/quorum.ts";
import { openSettlement } from "../../../src/settlement/settlement.ts";
import type { SettlingBatch } from "../../../src/settlement/settlement.ts";
import { CALLDATA_POSTING } from "../../../src/settlement/batch/settlement-batch.ts";
import { SigningRecord } from "../../../src/settlement/signing/signing-record.ts";
import type { FlowDevnet } from "./devnet.ts";

/** Rich by a lie. */
const THIEF = 0x7e1fn;
const STOLEN_WEI = 10n ** 21n;
/** How often a call is repeated whose time has not come on L1. */
const RETRY_MS = 500;

/** The chain's first batch with money for somebody whom no transaction gave it: all but its execution is as it should be. */
export async function lieAbout(chain: DevnetChain, honest: FormedBatch): Promise<FormedBatch> {
  const { provider } = chain.base;
  const { hyperchain } = chain.pipeline.created;
  const facts = await new ChainContractReader(provider, hyperchain, await provider.getBlockNumber()).facts();
  const { identity } = identityOf(facts);
  const { protocolVersion, genesisStateRoot, genesisLeafCount } = chain.base.ecosystem.version;
  const compressor = createCompressor();
  const genesis = (await genesisOf())(2);
  const former = new BatchFormer(
    { ...identity, chainId: chain.chainId },
    {
      previousCommitment: genesisStoredBatch(protocolVersion, genesisStateRoot, genesisLeafCount).commitment,
      operationsTaken: 0n,
    },
    {
      tree: StateTree.genesis(genesisLeaves(genesis), { compressor }),
      compress: compressor.compress,
      flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, facts.settlementChainId)),
      versionOf: () => protocolVersion,
    },
  );
  const stolen = { leafKind: LeafKind.account, address: THIEF, slot: 0n, value: accountHeader(0n, STOLEN_WEI) };
  return former.form({ ...honest, writes: [...honest.writes, stolen] });
}

/** Validators of whom all but the last sign what they like; the last asks for the proof. */
export interface Colluders {
  /** Sends a batch to L1 with so many signatures; those of the liars come first. `waits`: what it first waits for, if anything. */
  settle(batch: FormedBatch, signatures: number): Promise<SettlingBatch & { readonly waits: Promise<L1Trouble> }>;
  close(): Promise<void>;
}

/**
 * The validators of a chain with `quorum.journal`, whose keys are read from their files. `shown` is what the honest one is shown of
 * the batch's execution.
 */
export async function corrupt(
  devnet: FlowDevnet,
  {
    chain,
    journal,
    sender,
    liars,
  }: { readonly chain: DevnetChain; readonly journal: string; readonly sender: HDNodeWallet; readonly liars: number },
  { checking, shown }: { readonly checking: ExecutionProverOptions; readonly shown: () => ProvenInputs["execution"] },
): Promise<Colluders> {
  const { provider } = devnet.l1;
  const { created, signers } = chain.pipeline;
  const contract = { settlementChainId: devnet.ecosystem.settlementChainId, hyperchain: created.hyperchain };
  const keyOf = (place: number): string =>
    /"(0x[0-9a-f]{64})"/.exec(readFileSync(`${journal}.validator-${place}`, "utf8"))?.[1] ?? "";
  const startHonest = async (): Promise<MemberProcess> => {
    copyFileSync(`${journal}.validator-${liars + 1}`, `${journal}.honest`);
    const member = await startMemberProcess({ clock: systemClock, checking, file: `${journal}.honest` });
    await member.request("configure", { ...signers.memberSetup, checks: "proof" });
    return member;
  };
  let honest: MemberProcess | undefined;
  const prover = createProver({ workers: 1 });
  const settlements: { close(): Promise<void> }[] = [];
  const ended = new AbortController();
  return {
    async settle(batch, signatures) {
      const proven = (batchNumber: bigint): Promise<ProvenInputs> =>
        Promise.resolve({ batchNumber, sealed: batch, execution: shown() });
      const blocks = (batchNumber: bigint) => chain.pipeline.inputs(batchNumber);
      const places = Array.from({ length: Math.min(liars, signatures) }, (_, place) => place + 1);
      const members = await Promise.all(places.map((place) => createLocalMember(new Wallet(keyOf(place)), contract)));
      if (signatures > liars) members.push(remoteMember((honest ??= await startHonest()), { proven, blocks }));
      const delay = (): Promise<void> => new Promise((resolve) => void systemClock.after(RETRY_MS, resolve));
      const waits = Promise.withResolvers<L1Trouble>();
      const onTrouble = (trouble: L1Trouble | undefined): void => void (trouble !== undefined && waits.resolve(trouble));
      const patience = createL1Retry({}, { delay, signal: ended.signal, onTrouble });
      const settlement = await openSettlement<FormedBatch>(
        { quorum: { members }, posting: CALLDATA_POSTING },
        {
          context: {
            ...{ ...contract, provider, fromBlock: created.fromBlock, delay, patience, approvals: new SigningRecord() },
            transactor: createTransactor({}, { signer: sender.connect(provider), patience }),
          },
          journal: createMemoryJournal(),
          prove: async ({ job }) => (await prover.proveBatch(job)).proof,
        },
      );
      settlements.push(settlement);
      const settling = settlement.submit(batch);
      for (const stage of [settling.committed, settling.proven, settling.executed]) stage.catch(() => undefined);
      return { ...settling, waits: waits.promise };
    },
    async close() {
      ended.abort();
      for (const settlement of settlements) await settlement.close();
      await honest?.close();
      await prover.close();
    },
  };
}
