/** Why a transaction or a state cheat cannot be, or why the chain makes no more blocks. */
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
    | "CheatRefused"
    | "Stopped";

  constructor(code: SequencerError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
