import { NamedError } from "../errors/named-error.ts";

type TransactionFormatErrorCode =
  | "Malformed"
  | "GasAboveCap"
  /** Less gas than every transaction of its bytes takes, whatever it does. */
  | "IntrinsicGasTooLow"
  | "TooLarge"
  | "TypeNotSupported"
  /** The type is known, but asks for something that this chain does not have. */
  | "FeatureNotSupported"
  | "WrongChain"
  | "BadSignature";

/** Bytes are not a transaction for this chain. */
export class TransactionFormatError extends NamedError<TransactionFormatErrorCode> {
  override readonly name = "TransactionFormatError";
}
