import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { EcosystemInfo } from "../../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { FlowDevnet } from "./devnet.ts";

type StakeInfo = NonNullable<EcosystemInfo["stake"]>;

/** Stake of a running ecosystem, as its watcher reports it. */
export class StakeView {
  readonly #devnet: () => FlowDevnet;

  constructor(devnet: () => FlowDevnet) {
    this.#devnet = devnet;
  }

  get now(): StakeInfo {
    const { stake } = this.#devnet().info();
    assert.ok(stake !== undefined);
    return stake;
  }

  /** Passes five seconds on L1: the weight of a second counts when L1 has a later one. */
  async tick(): Promise<void> {
    const { l1 } = this.#devnet();
    await l1.request("evm_increaseTime", [5]);
    await l1.request("evm_mine", []);
  }

  /** Waits half a minute at most. */
  async until(isReached: (info: StakeInfo) => boolean): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (isReached(this.now)) return;
      await pause(50);
    }
    assert.fail(`not reached: ${JSON.stringify(this.now)}`);
  }
}
