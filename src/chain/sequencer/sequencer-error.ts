/** Why a transaction or a state cheat cannot be, or why the chain makes no more blocks. */
export class SequencerError extends Error {
  override readonly name = "SequencerError";
  readonly code:
    | "HostileCode"
    | "ExceedsBatch"
    /** Its calls pass on more data than the execution engine can hold. */
    | "CallDataTooLarge"
    /** It runs more instructions than the execution engine can hold. */
    | "TooManySteps"
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
