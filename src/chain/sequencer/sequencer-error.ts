/** Why a transaction cannot be in any block, or why the chain makes no more. */
export class SequencerError extends Error {
  override readonly name = "SequencerError";
  readonly code:
    | "HostileCode"
    | "ExceedsBatch"
    | "NotExecutable"
    | "StateReverted"
    | "SystemTransactionFailed"
    | "OutputsDiffer"
    | "EnginesDisagree"
    | "TimestampInPast"
    | "Stopped";

  constructor(code: SequencerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
