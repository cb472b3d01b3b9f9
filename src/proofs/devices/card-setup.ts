import type { DeviceFault } from "./proving-backends.ts";

/** Settings of the card for a proving thread. Plain data, because it crosses to the thread. */
export interface CardSetup {
  /** Whether the card is asked first whatever it gains. */
  readonly isForced: boolean;
  /** Whether an earlier thread of the process has measured it. */
  readonly isMeasured: boolean;
  /** Bytes of its memory that a proof may take. */
  readonly memory: number;
  /**
   * For tests: URL of a module whose `softwareGpu` is a card in software, log2 of the rows that it is measured with, and how long
   * that may take at least.
   */
  readonly software?: { readonly module: string; readonly logRows: number; readonly limitMs: number };
  /** One word, which both threads see: a `CardLife`. */
  readonly life: SharedArrayBuffer;
}

/**
 * State of a thread's card. Dawn ends the whole process if a thread with a pending answer of the card ends,
 * so the thread must release the card first.
 */
export const CARD_LIFE = { none: 0, open: 1, ended: 2 } as const;

/** Request to a proving thread, separate from its jobs: release the card. */
export interface EndCard {
  readonly type: "end-card";
}

/** Request to a proving thread: release the card after the current proof, and use no other. */
export interface LeaveCard {
  readonly type: "leave-card";
}

/** Message of a proving thread about the card, separate from its replies to jobs. */
export interface CardNews {
  readonly type: "card";
  readonly news:
    | { readonly kind: "measured"; readonly gain: number }
    /** The card could not be opened, or its results are invalid. */
    | { readonly kind: "fault"; readonly fault: DeviceFault };
}
