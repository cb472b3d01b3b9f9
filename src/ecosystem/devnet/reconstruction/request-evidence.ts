import { AbiCoder, type Provider } from "ethers";
import { preCommitmentOf } from "../../../chain/reconstruction/published-batch.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { NOTHING_BOUND } from "../../../ground/protocol/data-choice.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { policyOf } from "../../../ground/protocol/terms.ts";
import { ifDecodable } from "../../../ground/protocol/undecodable.ts";
import { termsIn, type SettingsEvent } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import { readFirstRecord } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { findCreation } from "../chain-on-l1/l1-history.ts";
import { publishingChain } from "../chain-on-l1/publishing-chain.ts";
import { BatchLedger, type CommittedBatch } from "./batch-ledger.ts";
import { boundBy, policyDataParts, shownBatch } from "./bound-by-policy.ts";
import { historyInEvents } from "./published-history.ts";

const coder = AbiCoder.defaultAbiCoder();
/** Public nodes limit it. */
const BLOCKS_PER_REQUEST = 2_000;

/** An executed batch of a chain, as a network's contract takes it, and the signatures that L1 was shown for its data. */
export interface RequestEvidence {
  readonly chainId: bigint;
  readonly stored: StoredBatch;
  readonly opening: { readonly preCommitment: Hex; readonly pubdataHash: Hex; readonly policyDataHash: Hex };
  /** Guardians' signatures, each with its end. */
  readonly signatures: readonly { readonly validUntil: bigint; readonly signature: Hex }[];
}

/**
 * Reads from L1 alone all that a request for a leaf of the state after an executed batch needs: after this one, or after
 * the newest. Rejects with ReconstructionError EventMissing if it is not executed, or PubdataMissing if no commit on L1 leads
 * to the batch; otherwise with L1's error.
 */
export async function readRequestEvidence(provider: Provider, hyperchain: Hex, batchNumber?: bigint): Promise<RequestEvidence> {
  const toBlock = await provider.getBlockNumber();
  const contract = await new ChainContractReader(provider, hyperchain, toBlock).facts();
  const fromBlock = await findCreation(provider, hyperchain, toBlock);
  const history = historyInEvents(provider, contract, { fromBlock, toBlock, blocksPerRequest: BLOCKS_PER_REQUEST });
  const upgrades: SettingsEvent[] = [];
  let [previous, newest]: (CommittedBatch | undefined)[] = [];
  for await (const page of history.pages(new BatchLedger())) {
    upgrades.push(...page.upgrades);
    const upTo = page.executed.filter(({ stored }) => batchNumber === undefined || stored.batchNumber <= batchNumber);
    for (const batch of upTo) [previous, newest] = [newest, batch];
  }
  if (newest === undefined || (batchNumber !== undefined && newest.stored.batchNumber !== batchNumber))
    throw new ReconstructionError(
      "EventMissing",
      `L1 has executed no batch${batchNumber === undefined ? "" : ` ${batchNumber}`} of ${hyperchain}; settle one first`,
    );
  const { stored } = newest;
  const before = previous?.stored ?? (await readFirstRecord({ provider, hyperchain, fromBlock }));
  const policy = policyOf(contract.configuration, termsIn(upgrades), stored.firstTimestamp, stored.committedAt);
  const preCommitment = preCommitmentOf(stored, before, publishingChain(contract, policy));
  const calls = [...(await history.callsOf(newest)), ...(await history.furtherCallsOf(newest))];
  const policyAddress: Hex = `0x${policy.toString(16).padStart(40, "0")}`;
  for (const call of calls) {
    const shown = shownBatch(call, stored, preCommitment);
    const policyDataHash = await boundBy(provider, policyAddress, shown).catch(() => NOTHING_BOUND);
    if (!shown.isBound(policyDataHash)) continue;
    const { pubdataHash } = shown.claim;
    const { chainId } = contract.configuration;
    return { chainId, stored, opening: { preCommitment, pubdataHash, policyDataHash }, signatures: signaturesIn(call) };
  }
  throw new ReconstructionError("PubdataMissing", "no commit on L1 leads to it; use an archive node", {
    batchNumber: stored.batchNumber,
  });
}

function signaturesIn({ policyData }: CommitCall): RequestEvidence["signatures"] {
  return policyDataParts(policyData).flatMap((part) => {
    const shown = ifDecodable(
      () => coder.decode(["uint64", "bytes[]"], part),
      (values) => values as unknown as readonly [bigint, readonly Hex[]],
    );
    return shown === undefined ? [] : [...shown[1]].map((signature) => ({ validUntil: shown[0], signature }));
  });
}
