/**
 * An error of this package that a user may meet. Its name and its code are stable; the message says what happened, with
 * which values, and what to do, so that no stack trace has to be shown with it.
 */
export abstract class HyperchainError extends Error {
  abstract override readonly name: string;
  /** What programs match, never the message. */
  abstract readonly code: string | number;
}
