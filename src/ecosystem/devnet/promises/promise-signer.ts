import type { FormedBatch } from "../../../chain/batch/form-batch.ts";
import { BATCH_PROMISE_TYPES, type BatchPromise } from "../../../ground/protocol/batch-promise.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import type { TypedDataDomain } from "../../../ground/protocol/quorum.ts";
import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import { PromiseRefused } from "../../../chain/settlement-layer/promises/promise-refused.ts";
import { requirePromisable } from "../../../chain/settlement-layer/promises/signer-rule.ts";
import type { TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import type { PromiseAccount } from "./promise-account.ts";
import type { PromiseLayer, StakedBlock } from "./promise-layer.ts";
import type { ShownPromise } from "./shown-promise.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** A chain that takes promises of the signers' chain. */
export interface PromiseReceiver {
  readonly chainId: ChainId;
  /** Second of its creation on L1. */
  readonly bornAt: bigint;
  /** Account that the stake pays. */
  readonly payee: Hex;
  readonly minStakeWei: bigint;
  /** Seconds of its wait for L1. */
  readonly patienceSeconds: bigint;
}

interface PromiseSignerDependencies {
  readonly chainId: ChainId;
  readonly domain: TypedDataDomain;
  /** Keys of the chain's validators in this process. */
  readonly keys: readonly TypedDataSigner[];
  /** Sealed batches that L1 has not executed, in order. */
  readonly open: () => readonly FormedBatch[];
  /** Number of batches that L1 has executed. */
  readonly executed: () => number;
  readonly findReceiver: (chainId: ChainId) => PromiseReceiver | undefined;
  readonly layer: PromiseLayer;
  readonly account: PromiseAccount;
  readonly nowSeconds: () => bigint;
  readonly delay: (ms: number) => Promise<void>;
}

/** L1's blocks can have one second, so the next block may be of the same one. */
const NEXT_SECOND_MS = 1_000;
/** Blocks of L1 that are made for a promise if the newest ones are too old. */
const MAX_NOTES = 2;
/** Seconds without a further attempt after one in vain, because each costs gas. */
const PAUSE_SECONDS = 60n;
const MAX_REMEMBERED = 256;

/** Signs promises of one chain's batches by the rule of its validators, each once as long as its stake's block is recent. */
export class PromiseSigner {
  readonly #dependencies: PromiseSignerDependencies;
  readonly #signed = new Map<string, { readonly promise: ShownPromise; readonly staked: StakedBlock }>();
  /** Stake's block of the newest promise to a receiver. */
  readonly #staked = new Map<ChainId, StakedBlock>();
  #pausedUntil = 0n;
  readonly #line = new OneAtATime();

  constructor(dependencies: PromiseSignerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Promise of a sealed batch with all of its logs. Rejects with PromiseRefused, or with L1's error. */
  sign(toChain: ChainId, batchNumber: BatchNumber): Promise<ShownPromise> {
    return this.#line.run(() => this.#sign(toChain, batchNumber));
  }

  /** Signed promises that no sealed batch fulfils now, because the chain has rebuilt its batches. */
  unfulfilled(): readonly BatchPromise[] {
    const { open, executed } = this.#dependencies;
    const roots = new Map(open().map(({ outputs }) => [outputs.batchNumber, outputs.l2LogsTreeRoot]));
    return [...this.#signed.values()]
      .map(({ promise }) => promise.promised)
      .filter(({ batchNumber, logRoot }) => batchNumber >= BigInt(executed()) && roots.get(batchNumber) !== logRoot);
  }

  async #sign(toChain: ChainId, batchNumber: BatchNumber): Promise<ShownPromise> {
    const { chainId, findReceiver, layer } = this.#dependencies;
    const receiver = findReceiver(toChain);
    if (receiver === undefined)
      throw new PromiseRefused("ReceiverNotListed", `chain ${toChain} does not run here, or takes no promises of this chain`);
    const batch = this.#promisable(receiver, batchNumber);
    const name = `${toChain} ${batch.commitment}`;
    const signed = this.#signed.get(name);
    if (signed !== undefined && (await this.#isFresh(receiver, signed.staked))) return signed.promise;
    const staked = await this.#stakedBlock(receiver);
    const { patienceSeconds, payee } = receiver;
    const longest = await layer.longestPromise();
    const promised: BatchPromise = {
      toChain,
      batchNumber,
      logRoot: batch.outputs.l2LogsTreeRoot,
      protocolVersion: batch.protocolVersion,
      stakedAt: staked.second,
      stakedBlock: staked.hash,
      landsBy: staked.second + (longest < patienceSeconds ? longest : patienceSeconds),
      payee,
    };
    // The chain may have rebuilt the batch while L1 answered.
    if (this.#promisable(receiver, batchNumber) !== batch)
      throw new PromiseRefused("BatchNotSealed", `batch ${batchNumber} was rebuilt; request its promise again`);
    const { logs, canonicalTxHashes } = batch;
    const promise = { fromChain: chainId, promised, signatures: await this.#signatures(promised), logs, canonicalTxHashes };
    this.#remember(name, { promise, staked });
    return promise;
  }

  #promisable({ bornAt }: PromiseReceiver, batchNumber: BatchNumber): FormedBatch {
    const open = this.#dependencies.open();
    const promisable = open.map(({ outputs, importedRoots }) => ({
      batchNumber: outputs.batchNumber,
      firstTimestamp: outputs.firstTimestamp,
      importedRoots,
    }));
    requirePromisable(promisable, batchNumber, bornAt);
    const batch = open.find(({ outputs }) => outputs.batchNumber === batchNumber);
    if (batch === undefined) throw new TypeError("the rule of signers accepts open batches alone");
    return batch;
  }

  /** Recent block of L1 at whose second the keys have the receiver's least stake. If L1 is idle, this makes blocks there. */
  async #stakedBlock(receiver: PromiseReceiver): Promise<StakedBlock> {
    const { layer, account, nowSeconds, delay } = this.#dependencies;
    const last = this.#staked.get(receiver.chainId);
    if (last !== undefined && (await this.#isFresh(receiver, last))) return last;
    for (let notes = 0; ; notes++) {
      const staked = await layer.stakedBlock();
      if (staked !== undefined && (await this.#hasStake(receiver, staked))) {
        this.#staked.set(receiver.chainId, staked);
        return staked;
      }
      if (notes === MAX_NOTES || nowSeconds() < this.#pausedUntil) break;
      if (notes > 0) await delay(NEXT_SECOND_MS);
      await account.note(await layer.newestNumber());
    }
    this.#pausedUntil = nowSeconds() + PAUSE_SECONDS;
    throw new PromiseRefused(
      "StakeTooSmall",
      `the keys of chain ${this.#dependencies.chainId} had less than ${receiver.minStakeWei} wei at stake for chain ${receiver.chainId} in the last minute`,
    );
  }

  async #isFresh(receiver: PromiseReceiver, staked: StakedBlock): Promise<boolean> {
    return (await this.#dependencies.layer.isFresh(staked)) && (await this.#hasStake(receiver, staked));
  }

  async #hasStake({ chainId: toChain, minStakeWei }: PromiseReceiver, { second }: StakedBlock): Promise<boolean> {
    const { keys, layer, chainId } = this.#dependencies;
    let stakeWei = 0n;
    for (const key of keys) {
      const address = (await key.getAddress()).toLowerCase() as Hex;
      stakeWei += await layer.weightSince(chainId, toChain, address, second);
    }
    return stakeWei >= minStakeWei;
  }

  #signatures(promised: BatchPromise): Promise<readonly Hex[]> {
    const { keys, domain } = this.#dependencies;
    return Promise.all(
      keys.map(async (key) => (await key.signTypedData({ ...domain }, BATCH_PROMISE_TYPES, { ...promised })) as Hex),
    );
  }

  #remember(name: string, signed: { readonly promise: ShownPromise; readonly staked: StakedBlock }): void {
    this.#signed.set(name, signed);
    dropOldest(this.#signed, MAX_REMEMBERED);
  }
}
