import type { DeviceFault } from "./proving-backends.ts";

/** What a proving thread is told of the card. Plain data: it crosses to the thread. */
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
 * Whether a thread has a card. Dawn ends the whole process where a thread ends to which the card owes an answer: the thread is
 * asked to give the card back before that.
 */
export const CARD_LIFE = { none: 0, open: 1, ended: 2 } as const;

/** To a proving thread, beside its jobs: give the card back. */
export interface EndCard {
  readonly type: "end-card";
}

/** To a proving thread: give the card back once the proof that is being made is there, and ask it for no other. */
export interface LeaveCard {
  readonly type: "leave-card";
}

/** What a proving thread says of the card, beside its replies to jobs. */
export interface CardNews {
  readonly type: "card";
  readonly news:
    | { readonly kind: "measured"; readonly gain: number }
    /** It could not be opened, or what it made does not count. */
    | { readonly kind: "fault"; readonly fault: DeviceFault };
}
