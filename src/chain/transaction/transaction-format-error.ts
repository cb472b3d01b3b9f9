/** Bytes that are no transaction for this chain. */
export class TransactionFormatError extends Error {
  override readonly name = "TransactionFormatError";
  readonly code:
    | "Malformed"
    | "GasAboveCap"
    | "TooLarge"
    | "TypeNotSupported"
    /** The type is known, but asks for something that this chain does not have. */
    | "FeatureNotSupported"
    | "WrongChain"
    | "BadSignature";

  constructor(code: TransactionFormatError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
