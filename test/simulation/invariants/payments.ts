import { id } from "ethers";
import type { Log } from "../support/l1.ts";
import { invariant } from "./violation.ts";

const WITHDRAWAL_CLAIMED = id("WithdrawalClaimed(uint256,uint256,uint256,address,address,uint256)");
const DEPOSIT_REFUNDED = id("DepositRefunded(uint256,bytes32,address,address,uint256)");
const TRANSFER_REFUNDED = id("TransferRefunded(uint256,bytes32,uint256,address,address,uint256)");
const BLOCK_EXECUTION = id("BlockExecution(uint256,bytes32,bytes32)");

/** Remembers from L1's events what was paid, and that nothing is paid twice. */
export class Payments {
  readonly #done = new Set<string>();

  check(logs: readonly Log[]): void {
    for (const { address, topics, data } of logs) {
      const [event, ...indexed] = topics;
      if (event === WITHDRAWAL_CLAIMED) this.#once(`withdrawal ${indexed.join()}`);
      // A deposit's base token and its token are two payments.
      else if (event === DEPOSIT_REFUNDED) this.#once(`refund ${indexed[0]},${indexed[1]},${data.slice(2, 66)}`);
      else if (event === TRANSFER_REFUNDED) this.#once(`transfer ${indexed[0]},${indexed[1]}`);
      // A batch is executed once, and for good.
      else if (event === BLOCK_EXECUTION) this.#once(`execution of ${address},${indexed[0]}`);
    }
  }

  #once(what: string): void {
    invariant(!this.#done.has(what), () => `twice: ${what}`);
    this.#done.add(what);
  }
}
