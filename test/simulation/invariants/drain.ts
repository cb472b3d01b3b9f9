import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { proveUndelivered } from "../../../src/chain/state/undelivered-proof.ts";
import { holdingsOf } from "../actions/exits.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import { ownerOf } from "../l2/plan.ts";
import { endOf, type Records } from "../l2/records.ts";
import { ETH, plain, ZERO_ADDRESS } from "../model/aliases.ts";
import { exitOpensAt } from "../model/exits.ts";
import type { Call, World } from "../model/world.ts";
import type { Scene } from "../support/scene.ts";
import { invariant } from "./violation.ts";

/** No operation waits, so nothing opens the exit. */
const NEVER = 1n << 64n;
/** Account that accepts all payments. */
const RECIPIENT: Hex = "0x00000000000000000000000000000000d0d0d0d0";

/**
 * Stops an honest chain as any account can, and lets all its users leave at once: every holder in its last executed state
 * gets the holding, and every payer of an operation that never ran gets a refund. L1 is restored afterwards.
 */
export class Drain {
  readonly #scene: Scene;
  readonly #world: World;
  readonly #records: Records;

  constructor(scene: Scene, world: World, records: Records) {
    this.#scene = scene;
    this.#world = world;
    this.#records = records;
  }

  /** Chains whose users can be sure to get their assets: the quorum is honest and no asset of theirs is hostile. */
  candidates(): L2Chain[] {
    const { hostile } = this.#scene.tokens;
    const isSound = ({ isHonest, chain }: L2Chain): boolean => isHonest && chain.configuration.baseToken !== hostile;
    return this.#records.chains.filter((l2) => isSound(l2) && (l2.chain.exited.value || exitOpensAt(l2.chain) < NEVER));
  }

  async run(l2: L2Chain, now: bigint): Promise<void> {
    const { l1 } = this.#scene;
    const snapshot = await l1.request("evm_snapshot");
    try {
      const { chain } = l2;
      let second = now + 1n;
      if (!chain.exited.value) {
        second = exitOpensAt(chain) >= second ? exitOpensAt(chain) + 1n : second;
        await this.#must(this.#scene.accounts.stranger, { to: chain.address, fn: "activateExit", args: [], value: 0n }, second++);
      }
      second = await this.#claimAll(l2, second);
      second = await this.#refundAll(l2, second);
      await this.#refundTransfers(l2, second);
    } finally {
      await l1.request("evm_revert", snapshot);
    }
  }

  /** The state that counts is the last executed one. */
  async #claimAll(l2: L2Chain, first: bigint): Promise<bigint> {
    let second = first;
    const executed = l2.executedState();
    try {
      for (const { token, account, owner, amount, proof } of holdingsOf({ world: this.#world }, executed.state)) {
        const left = amount - this.#world.claimed.get(l2.chain.id, account, token);
        // A deposit without a receiver goes to the depositor's own address. A contract has no say there: only its alias is its own.
        const isOwned = owner !== account || this.#world.kinds.get(account) === undefined;
        if (left === 0n || token === this.#scene.tokens.hostile || !isOwned) continue;
        const args = [l2.chain.id, token, left, RECIPIENT, proof];
        await this.#must(owner, { to: this.#world.addresses.stateExit, fn: "claimHolding", args, value: 0n }, second++);
      }
    } finally {
      executed.restore();
    }
    return second;
  }

  async #refundAll({ chain }: L2Chain, first: bigint): Promise<bigint> {
    let second = first;
    const { stranger } = this.#scene.accounts;
    const { bridge } = this.#world;
    for (let index = chain.operationsExecuted.value; index < chain.operationsQueued.value; index++) {
      const { operation, payer, hash } = chain.queue.get(index)!;
      // A contract may refuse its refund; that harms only the contract.
      const isAccount = this.#world.kinds.get(payer) === undefined || chain.configuration.baseToken !== ETH;
      if (isAccount && bridge.baseTokenRefunded.get(chain.id, hash) === undefined) {
        await this.#must(stranger, { to: chain.address, fn: "refundOperation", args: [operation], value: 0n }, second++);
      }
      const deposit = this.#records.depositOf(chain.id, index);
      if (deposit === undefined || bridge.refunded.get(chain.id, hash) !== undefined) continue;
      const { depositor, token, amount } = deposit;
      const isPayable =
        token !== this.#scene.tokens.hostile && (token !== ZERO_ADDRESS || this.#world.kinds.get(depositor) === undefined);
      if (!isPayable) continue;
      const args = [index, { depositor, token, amount }];
      await this.#must(stranger, { to: chain.address, fn: "refundDeposit", args, value: 0n }, second++);
    }
    return second;
  }

  async #refundTransfers(l2: L2Chain, first: bigint): Promise<void> {
    let second = first;
    const executed = l2.executedState();
    try {
      for (const record of this.#records.transfers) {
        const { transfer, sourceChainId, batchNumber, messageIndex, merkleProof, body, messageHash } = record;
        const isMine = endOf(record) === l2.chain.id && transfer.originChainId === this.#world.l1ChainId;
        const isDone = this.#world.refundedTransfers.get(sourceChainId, messageHash) === true;
        const isSourceHonest = this.#records.l2(sourceChainId)?.isHonest === true;
        if (!isMine || isDone || !isSourceHonest || plain(transfer.originToken) === this.#scene.tokens.hostile) continue;
        const undelivered = proveUndelivered(executed.state.tree, sourceChainId, messageHash);
        if (undelivered === undefined) continue;
        const sent = { sourceChainId, batchNumber, messageIndex, merkleProof, message: toHex(body), ...undelivered };
        const call = { to: this.#world.addresses.stateExit, fn: "refundTransfer", args: [sent, RECIPIENT], value: 0n };
        await this.#must(ownerOf(this.#world, transfer.sender), call, second++);
      }
    } finally {
      executed.restore();
    }
  }

  async #must(by: Hex, call: Call, second: bigint): Promise<void> {
    const isContract = this.#world.kinds.get(by) === "ThirdParty";
    const [origin, top] = isContract
      ? [this.#scene.accounts.stranger, { to: by, fn: "run", args: [[call], false], value: 0n }]
      : [by, call];
    const raw = this.#scene.l1.encode(top, (address) => this.#world.kinds.get(address));
    const { end, logs } = await this.#scene.l1.transact(origin, raw, second);
    const ends = [end, ...this.#scene.codec.endsIn(logs)];
    invariant(
      ends.every((each) => each === "ok"),
      () => `${call.fn} by ${by} on a stopped chain ended with ${ends.join("; ")}`,
    );
  }
}
