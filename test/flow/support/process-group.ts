import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { DevnetOptions } from "../../../src/ecosystem/devnet/devnet.ts";
import { ProcessNodes } from "../../../src/ecosystem/devnet/chain-nodes/process-nodes.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { BOB } from "./devnet.ts";
import { Kept } from "./kept.ts";

const CHAIN_ID = 271;

/** An ecosystem with a chain whose nodes run in processes. */
export class ProcessGroup extends Kept {
  readonly #paid: Hex[] = [];

  constructor(count: number, options: Partial<DevnetOptions> = {}) {
    super([{ chainId: BigInt(CHAIN_ID), sequencing: { by: "bft", nodes: count, processes: true } }], options);
  }

  get nodes(): ProcessNodes {
    const { nodes } = this.chain().pipeline;
    assert.ok(nodes instanceof ProcessNodes);
    return nodes;
  }

  /** Number of the newest decided block. */
  get height(): bigint {
    return this.chain().pipeline.chain.sequencer.head.number;
  }

  balance(): Promise<bigint> {
    return this.client().getBalance(this.wallet(BOB).address);
  }

  /** Pays, and remembers the payment as decided. */
  async payDecided(value: bigint): Promise<void> {
    this.#paid.push(await this.pay(value));
  }

  async setFault(fault: object): Promise<void> {
    assert.equal(await this.request("hyperchain_setFault", { chainId: CHAIN_ID, ...fault }), true);
  }

  async endFaults(): Promise<void> {
    assert.equal(await this.request("hyperchain_setFault", { type: "clear" }), true);
  }

  /** Kills a node's process, which its host starts again; returns when it is dead. */
  async kill(index: number): Promise<void> {
    const pid = this.nodes.pids[index];
    if (pid === undefined) return;
    process.kill(pid, "SIGKILL");
    while (this.nodes.pids[index] === pid) await pause(5);
  }

  /**
   * Lets the leader die. `onDeath` is called with the folder of its files. Resolves with the milliseconds until a payment is
   * decided without it; then it runs again.
   */
  async payWithoutLeader(onDeath?: (folder: string) => void): Promise<number> {
    const { leader, view } = this.nodes.status;
    const folder = this.nodes.folders[leader];
    await this.setFault({ type: "node", node: leader, condition: "crashed" });
    while (this.nodes.pids[leader] !== undefined) await pause(5);
    if (folder !== undefined) onDeath?.(folder);
    const start = performance.now();
    await this.payDecided(1n);
    const ms = performance.now() - start;
    assert.ok(this.nodes.status.view > view, "the dead leader's view has passed");
    assert.ok(this.nodes.status.view <= view + 4, `view ${this.nodes.status.view} after ${view}`);
    await this.endFaults();
    await this.agree();
    return ms;
  }

  /** Asserts that a payment is decided within these milliseconds of a leader's death. A busy machine has five attempts. */
  async assertDecidesWithoutLeader(maxMs: number, onDeath?: (folder: string) => void): Promise<void> {
    const times: number[] = [];
    while (times.length < 5 && !times.some((ms) => ms <= maxMs)) times.push(Math.round(await this.payWithoutLeader(onDeath)));
    assert.ok(Math.min(...times) <= maxMs, `${times.join(", ")} ms`);
  }

  /** Every payment that was answered is in a block. */
  async assertNothingLost(): Promise<void> {
    for (const hash of this.#paid) assert.equal((await this.client().getTransactionReceipt(hash))?.status, 1, hash);
  }

  /** Waits until these nodes have executed all commands of this process, and compares their digests. */
  async agree(indexes: readonly number[] = this.nodes.pids.map((_, index) => index)): Promise<void> {
    const { spine } = this.chain().pipeline.chain;
    for (;;) {
      const standings = await this.nodes.standings();
      const reached = indexes.map((index) => standings[index]);
      if (!reached.every((standing) => standing?.position === spine.decided)) {
        await pause(50);
        continue;
      }
      const mine = spine.digests();
      for (const standing of reached)
        for (const [name, digest] of standing?.digests ?? []) if (mine.has(name)) assert.equal(digest, mine.get(name), name);
      return;
    }
  }
}
