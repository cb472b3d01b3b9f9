import { proveUndelivered } from "../../../src/chain/state/undelivered-proof.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { proofOfAggregate } from "../../support/aggregate-proof.ts";
import { callOf, type Situation } from "../actions/action.ts";
import { commitIntent, executionOf, hasRoom, proofOf, signaturesFor } from "../actions/batches.ts";
import { formBatch } from "../l2/form.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import { ownerOf, planClosingBatch } from "../l2/plan.ts";
import { endOf, type TransferRecord } from "../l2/records.ts";
import { exitOpensAt } from "../model/exits.ts";
import { isProven } from "../model/versions.ts";
import type { Call } from "../model/world.ts";
import type { Transfers } from "./transfers.ts";

/** Account that accepts all refunds. */
const RECIPIENT: Hex = "0x00000000000000000000000000000000d0d0d0d0";

/** Interface of an episode's end. */
export interface Stage {
  /** State of the episode; the second at which the next transaction is judged. */
  situation(): Situation;
  /** Sends a transaction. Returns whether L1 took it, as the model said. */
  send(by: Hex, call: Call): Promise<boolean>;
  /** Lets time pass until this second. */
  waitUntil(second: bigint): void;
}

/**
 * Completes all transfers: honest chains execute their commits, then deliver and refund everything pending; a stranger
 * stops the other chains, and the senders recover their transfers on L1.
 */
export class Closing {
  readonly #stage: Stage;
  readonly #transfers: Transfers;

  constructor(stage: Stage, transfers: Transfers) {
    this.#stage = stage;
    this.#transfers = transfers;
  }

  async run(): Promise<void> {
    await this.#calmDown();
    const { records } = this.#stage.situation();
    const honest = records.chains.filter(({ isHonest }) => isHonest);
    for (const l2 of honest) await this.#executeAll(l2);
    for (const l2 of honest.filter((l2) => this.#isOwing(l2))) await this.#finish(l2);
    const stopped = new Set(honest.filter(({ chain }) => chain.exited.value).map(({ chain }) => chain.id));
    for (const record of this.#transfers.open) if (stopped.has(endOf(record)) && this.#isOfL1(record)) await this.#refund(record);
    this.#transfers.checkClosed((record) => records.l2(endOf(record))?.isHonest === true && this.#canFinish(record));
  }

  /** True if the transfer can complete. L1 cannot pay out a chain's asset: it stays in transit to a stopped chain. */
  #canFinish(record: TransferRecord): boolean {
    const { records } = this.#stage.situation();
    return this.#isOfL1(record) || records.l2(endOf(record))?.chain.exited.value === false;
  }

  #isOfL1({ transfer }: TransferRecord): boolean {
    return transfer.originChainId === this.#stage.situation().world.l1ChainId;
  }

  #isOwing({ chain }: L2Chain): boolean {
    return this.#transfers.open.some((record) => endOf(record) === chain.id);
  }

  /** Tokens and verifiers do what they should. */
  async #calmDown(): Promise<void> {
    const { scene, world } = this.#stage.situation();
    const { hostile } = scene.tokens;
    const calls = [
      callOf(hostile, "behave", false, false, 0n),
      callOf(hostile, "blacklist", world.addresses.bridge, false),
      callOf(hostile, "prepare", undefined),
      ...[scene.verifierDouble, scene.aggregateVerifierDouble].map((verifier) => callOf(verifier, "setRefuses", false)),
    ];
    for (const call of calls) await this.#stage.send(scene.accounts.stranger, call);
  }

  async #executeAll(l2: L2Chain): Promise<void> {
    while (!l2.chain.exited.value && l2.pending.length > 0) {
      if (!(await this.#proveAndExecute(l2))) return;
    }
  }

  /** The chain's oldest pending batch. */
  async #proveAndExecute(l2: L2Chain): Promise<boolean> {
    const { scene } = this.#stage.situation();
    const { stranger } = scene.accounts;
    const [record] = l2.pending as [L2Chain["pending"][number]];
    const { stored } = record;
    const { chain } = l2;
    if (chain.verified.value === stored.batchNumber && !(await this.#stage.send(stranger, this.#proofCall(l2, stored))))
      return false;
    this.#stage.waitUntil(stored.committedAt + chain.configuration.executionDelay);
    return this.#stage.send(stranger, callOf(chain.address, "executeBatches", [executionOf(record)]));
  }

  #proofCall({ chain }: L2Chain, stored: StoredBatch): Call {
    const { scene, world } = this.#stage.situation();
    if (!isProven(stored.protocolVersion)) return callOf(chain.address, "proveBatch", stored, proofOf(world, stored));
    const items = [{ chainId: chain.id, batch: stored }];
    return callOf(scene.aggregator, "proveBatches", items, wordToHex(1n), proofOfAggregate(items, wordToHex(1n)));
  }

  /** Delivers and refunds everything of the chain, or stops it. */
  async #finish(l2: L2Chain): Promise<void> {
    const canCommit = !l2.chain.exited.value && l2.pending.length === 0 && hasRoom(l2);
    if (canCommit && (await this.#commitLast(l2))) await this.#executeAll(l2);
    if (!l2.chain.exited.value && this.#isOwing(l2)) await this.#stop(l2);
  }

  async #commitLast(l2: L2Chain): Promise<boolean> {
    const situation = this.#stage.situation();
    const { scene, world, records, now } = situation;
    const formed = formBatch(scene, world, l2, planClosingBatch(world, l2, records, situation.random, now));
    situation.remember(formed);
    const { previous, batch } = formed;
    const { call } = commitIntent(l2, { previous, batch, signatures: signaturesFor(situation, l2, batch.commitment) });
    return this.#stage.send(scene.accounts.stranger, call);
  }

  /** Makes the chain owe an operation that it does not take. */
  async #stop({ chain }: L2Chain): Promise<void> {
    const { scene, world } = this.#stage.situation();
    const { stranger } = scene.accounts;
    if (chain.operationsExecuted.value === chain.operationsQueued.value)
      await this.#stage.send(stranger, callOf(world.addresses.bridge, "sendRoot", chain.id, 0n));
    this.#stage.waitUntil(exitOpensAt(chain) + 1n);
    await this.#stage.send(stranger, callOf(chain.address, "activateExit"));
  }

  async #refund(record: TransferRecord): Promise<void> {
    const { world, records } = this.#stage.situation();
    const { sourceChainId, batchNumber, messageIndex, merkleProof, body, messageHash, transfer } = record;
    const undelivered = proveUndelivered(records.l2(endOf(record))!.tree, sourceChainId, messageHash);
    if (undelivered === undefined) return;
    const sent = { sourceChainId, batchNumber, messageIndex, merkleProof, message: toHex(body), ...undelivered };
    await this.#stage.send(ownerOf(world, transfer.sender), callOf(world.addresses.stateExit, "refundTransfer", sent, RECIPIENT));
  }
}
