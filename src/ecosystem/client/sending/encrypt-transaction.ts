import { hexlify, randomBytes, type Provider, type Signer } from "ethers";
import {
  ENCRYPTED_TRANSACTION_TYPES,
  encryptedTransactionDomain,
  encryptedTransactionHash,
  encryptedTransactionMessage,
  paddedMessage,
} from "../../../ground/protocol/encrypted-transaction.ts";
import { encodeEnvelope, envelopeIdentity, MAX_CIPHERTEXT_BYTES } from "../../../ground/protocol/envelope.ts";
import { fromHex, type Hex } from "../../../ground/protocol/hex.ts";
import { encrypt } from "../../../chain/threshold/encryption.ts";
import { ClientError } from "../ecosystem/client-error.ts";

/** Bytes of a message next to the call, at most: signature, identity, address and numbers with their lengths. */
const OTHER_FIELDS_BYTES = 384;

/** Call to send encrypted. It cannot create a contract. */
export interface TransactionToEncrypt {
  readonly to: string;
  /** Wei. Default: 0. */
  readonly value?: bigint;
  /** Default: none. */
  readonly data?: string;
  /** Default: an estimate. */
  readonly gasLimit?: bigint;
  /** Wei per gas, at least the price that the envelope pays. Default: the provider's. */
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  /** Account that sends the envelope. Default: the signer. */
  readonly payer?: string;
}

/** Envelope that its payer sends. */
export interface EncryptedEnvelope {
  /** Transaction of the payer. Its data hide recipient, value and data of the encrypted one. */
  readonly transaction: {
    readonly to: Hex;
    readonly data: Hex;
    readonly maxFeePerGas: bigint;
    readonly maxPriorityFeePerGas: bigint;
  };
  /** Identity that the nodes make a key for, after the envelope is ordered. */
  readonly identity: Hex;
  /** Hash of the encrypted transaction, which a block contains after the envelope's block, unless it cannot pay. */
  readonly hash: Hex;
}

/** Answer of `hyperchain_encryption`. */
interface ChainEncryption {
  readonly life: Hex;
  readonly publicKey: Hex;
  readonly envelopeAddress: Hex;
}

interface JsonRpc {
  send?(method: string, params: unknown[]): Promise<unknown>;
}

/**
 * Signs a transaction and encrypts it to the nodes of a chain that open envelopes. They open it when the order of
 * its envelope is final, so that no account can put another transaction before it. Throws ClientError: `NoProvider` if the signer
 * has no JSON-RPC, `NotEncrypted` if the chain opens no envelopes or the call is too long for one.
 */
export async function encryptTransaction(signer: Signer, request: TransactionToEncrypt): Promise<EncryptedEnvelope> {
  const provider = signer.provider as (Provider & JsonRpc) | null;
  if (provider?.send === undefined)
    throw new ClientError("NoProvider", "the signer has no JSON-RPC provider of the chain; connect it to one");
  const encryption = (await provider.send("hyperchain_encryption", [])) as ChainEncryption | null;
  const { chainId } = await provider.getNetwork();
  if (encryption === null)
    throw new ClientError(
      "NotEncrypted",
      `chain ${chainId} opens no envelopes; send the transaction unencrypted, or use a chain whose nodes open them`,
    );
  const [sender, fees] = await Promise.all([signer.getAddress(), provider.getFeeData()]);
  const { to, value = 0n, data = "0x", payer = sender } = request;
  const maxFeePerGas = request.maxFeePerGas ?? fees.maxFeePerGas ?? 0n;
  const maxPriorityFeePerGas = request.maxPriorityFeePerGas ?? fees.maxPriorityFeePerGas ?? 0n;
  const gasLimit = request.gasLimit ?? (await provider.estimateGas({ from: sender, to, value, data }));
  const salt = hexlify(randomBytes(32)) as Hex;
  const identity = envelopeIdentity({ chainId, life: encryption.life, payer: lowerCase(payer), salt });
  const unsigned = {
    identity,
    to: lowerCase(to),
    valueWei: value,
    data: lowerCase(data),
    gasLimit,
    maxFeePerGasWei: maxFeePerGas,
    maxPriorityFeePerGasWei: maxPriorityFeePerGas,
  };
  const domain = encryptedTransactionDomain(chainId);
  const typedData = encryptedTransactionMessage(unsigned);
  const signature = lowerCase(await signer.signTypedData(domain, ENCRYPTED_TRANSACTION_TYPES, typedData));
  const signed = { ...unsigned, signature };
  const message = paddedMessage(signed);
  // The ciphertext is longer than its message, whose length is a power of two.
  if (message.length >= MAX_CIPHERTEXT_BYTES)
    throw new ClientError(
      "NotEncrypted",
      `an envelope has room for calls of ${MAX_CIPHERTEXT_BYTES / 2 - OTHER_FIELDS_BYTES} bytes, got ${data.length / 2 - 1}; send the transaction unencrypted, or split the call`,
    );
  const ciphertext = encrypt({
    message,
    identity: fromHex(identity),
    publicKey: fromHex(encryption.publicKey),
  });
  return {
    transaction: {
      to: encryption.envelopeAddress,
      data: encodeEnvelope({ salt, ciphertext }),
      maxFeePerGas,
      maxPriorityFeePerGas,
    },
    identity,
    hash: encryptedTransactionHash(signed),
  };
}

function lowerCase(text: string): Hex {
  return text.toLowerCase() as Hex;
}
