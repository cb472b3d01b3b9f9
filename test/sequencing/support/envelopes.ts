import type { ChainId } from "../../../src/ground/protocol/ids.ts";
import {
  ENCRYPTED_TRANSACTION_TYPES,
  encryptedTransactionDomain,
  encryptedTransactionMessage,
  paddedMessage,
  type EncryptedTransaction,
} from "../../../src/ground/protocol/encrypted-transaction.ts";
import { encodeEnvelope, ENVELOPE_ADDRESS, envelopeIdentity } from "../../../src/ground/protocol/envelope.ts";
import { fromHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { encrypt } from "../../../src/chain/threshold/encryption.ts";
import { CHAIN_ID } from "../../chain/support/engine.ts";
import type { TestWallet } from "../../chain/support/wallet.ts";

export const TEST_CHAIN: ChainId = BigInt(CHAIN_ID);

/** Signed transaction of an envelope, and the name for which it was signed. */
export interface Sealed {
  readonly identity: Hex;
  readonly salt: Hex;
  /** Padded message that holders of the key find. */
  readonly message: Uint8Array;
}

/** Signs a transaction for an envelope of the payer in this life. */
export async function seal(
  sender: TestWallet,
  transaction: Partial<EncryptedTransaction>,
  name: { readonly life: Hex; readonly payer: Hex; readonly salt: bigint },
): Promise<Sealed> {
  const salt = wordToHex(name.salt);
  const identity = envelopeIdentity({ chainId: TEST_CHAIN, life: name.life, payer: name.payer, salt });
  const full: EncryptedTransaction = {
    ...{ identity, to: `0x${"ee".repeat(20)}`, valueWei: 5n, data: "0x", gasLimit: 21_000n },
    ...{ maxFeePerGasWei: 10n ** 9n, maxPriorityFeePerGasWei: 1n },
    ...transaction,
  };
  const domain = encryptedTransactionDomain(TEST_CHAIN);
  const signature = await sender.signTypedData(domain, ENCRYPTED_TRANSACTION_TYPES, encryptedTransactionMessage(full));
  return { identity, salt, message: paddedMessage({ ...full, signature }) };
}

/** Raw transaction of an envelope with this content. */
export function post(payer: TestWallet, { salt, ciphertext }: { salt: Hex; ciphertext: Uint8Array }): Promise<Hex> {
  return payer.signRaw({
    to: ENVELOPE_ADDRESS,
    data: encodeEnvelope({ salt, ciphertext }),
    gasLimit: 21_000n + 40n * BigInt(33 + ciphertext.length),
  });
}

/** Raw transaction of an envelope that is encrypted to its identity. */
export function postEncrypted(payer: TestWallet, { identity, salt, message }: Sealed, publicKey: Uint8Array): Promise<Hex> {
  return post(payer, { salt, ciphertext: encrypt({ message, identity: fromHex(identity), publicKey }) });
}
