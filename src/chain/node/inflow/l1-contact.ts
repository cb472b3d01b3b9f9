import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { L1Trouble } from "../../settlement/l1-sender/l1-retry.ts";

/** Reasons why a chain waits for L1, as its settlement and its polls of L1 find them. */
export interface L1Contact {
  /** Reports a wait of settlement's retries. */
  settlementWaits(trouble: L1Trouble | undefined): void;
  /** A look at L1 has failed, or, without an error, has not. */
  looked(error?: unknown): void;
  /** Undefined while nothing waits. */
  reason(): string | undefined;
}

/** One look that fails needs no notice: the next one finds everything. */
const FAILURES_UNTIL_TOLD = 3;

/**
 * Creates a contact; `onWait` is called once when the chain begins to wait, or waits for another reason, and with undefined
 * when it continues.
 */
export function createL1Contact(onWait: (reason: string | undefined) => void): L1Contact {
  let settlement: L1Trouble | undefined;
  let look: L1Trouble | undefined;
  let failures = 0;
  let told: L1Trouble["code"] | undefined;

  function tell(): void {
    const trouble = settlement ?? look;
    if (trouble?.code === told) return;
    told = trouble?.code;
    onWait(trouble?.message);
  }

  return {
    settlementWaits(trouble) {
      settlement = trouble;
      tell();
    },
    looked(error) {
      failures = error === undefined ? 0 : failures + 1;
      look =
        failures < FAILURES_UNTIL_TOLD
          ? undefined
          : { code: "L1Unreachable", message: `a look at L1: L1 does not answer as it should (${reasonOf(error)})` };
      tell();
    },
    reason: () => (settlement ?? look)?.message,
  };
}
