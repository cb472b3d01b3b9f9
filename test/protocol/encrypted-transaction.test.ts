import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { encodeRlp, keccak256, concat, toBeHex, Wallet, zeroPadValue } from "ethers";
import { decodeTransaction } from "../../src/ground/transaction/decode-transaction.ts";
import { chainRules } from "../../src/proofs/rules/chain-rules.ts";
import { openedTransaction, withNonce } from "../../src/ground/transaction/opened-transaction.ts";
import {
  ENCRYPTED_TRANSACTION_TYPES,
  encryptedTransactionDigest,
  encryptedTransactionHash,
  encryptedTransactionDomain,
  encryptedTransactionMessage,
  paddedMessage,
  transactionInMessage,
  type EncryptedTransaction,
  type SignedEncryptedTransaction,
} from "../../src/ground/protocol/encrypted-transaction.ts";
import { decodeEnvelope, encodeEnvelope, ENVELOPE_ADDRESS, envelopeIdentity } from "../../src/ground/protocol/envelope.ts";
import { fromHex, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";

const CHAIN = 271n;
const SENDER = new Wallet(`0x${"42".repeat(32)}`);
const NAME = { chainId: CHAIN, life: wordToHex(7n), payer: `0x${"ab".repeat(20)}`, salt: wordToHex(9n) } as const;
const RECIPIENT: Hex = `0x${"cd".repeat(20)}`;
const IDENTITY = envelopeIdentity(NAME);
const RULES = chainRules(Number(CHAIN));

async function signed(changes: Partial<SignedEncryptedTransaction> = {}): Promise<SignedEncryptedTransaction> {
  const transaction: EncryptedTransaction = {
    ...{ identity: IDENTITY, to: RECIPIENT, valueWei: 3n, data: "0x0102", gasLimit: 50_000n },
    ...{ maxFeePerGasWei: 9n, maxPriorityFeePerGasWei: 0n },
    ...changes,
  };
  const message = encryptedTransactionMessage(transaction);
  const signature = await SENDER.signTypedData(encryptedTransactionDomain(CHAIN), ENCRYPTED_TRANSACTION_TYPES, message);
  return { ...transaction, signature: signature as Hex, ...changes };
}

describe("an envelope", () => {
  it("has the hash of chain, life, payer and salt as its identity", () => {
    const bytes = concat([zeroPadValue(toBeHex(CHAIN), 32), NAME.life, NAME.payer, NAME.salt]);
    assert.equal(IDENTITY, keccak256(bytes));
    const others = [{ chainId: 272n }, { life: wordToHex(8n) }, { payer: ENVELOPE_ADDRESS }, { salt: wordToHex(1n) }];
    for (const other of others) assert.notEqual(envelopeIdentity({ ...NAME, ...other }), IDENTITY);
  });

  it("is sent to the last 20 bytes of the hash of its name", () => {
    const hash = keccak256(new TextEncoder().encode("hyperchain.envelope"));
    assert.equal(ENVELOPE_ADDRESS, `0x${hash.slice(-40)}`);
  });

  it("has 32 bytes of salt, and a ciphertext of at most 32 KiB", () => {
    const ciphertext = Uint8Array.of(3, 4);
    const data = encodeEnvelope({ salt: NAME.salt, ciphertext });
    assert.deepEqual(decodeEnvelope(data), { salt: NAME.salt, ciphertext });
    assert.equal(decodeEnvelope(NAME.salt), undefined);
    assert.equal(decodeEnvelope("0x01"), undefined);
    const longest = encodeEnvelope({ salt: NAME.salt, ciphertext: new Uint8Array(32 * 1024) });
    assert.notEqual(decodeEnvelope(longest), undefined);
    assert.equal(decodeEnvelope(`${longest}00`), undefined);
  });
});

describe("an encrypted transaction", () => {
  it("is padded to a power of two, and there is one message of each", async () => {
    const transaction = await signed();
    const message = paddedMessage(transaction);
    assert.equal(message.length, 512);
    assert.deepEqual(transactionInMessage(message), transaction);
    assert.equal(paddedMessage(await signed({ data: `0x${"11".repeat(600)}` })).length, 1024);
    const altered = [
      message.slice(0, -1),
      new Uint8Array([...message, 0]),
      message.with(511, 1),
      message.with(3, (message[3] ?? 0) + 1),
      message.slice(0, 3),
      new Uint8Array(1024).map((_, i) => message[i] ?? 0),
    ];
    for (const other of altered) assert.equal(transactionInMessage(other), undefined);
  });

  it("has its sender and a hash without nonce, and gets its nonce when it is opened", async () => {
    const opened = openedTransaction(paddedMessage(await signed()), { identity: IDENTITY, chainId: CHAIN });
    assert.ok(opened !== undefined);
    assert.deepEqual([opened.from, opened.nonce], [SENDER.address.toLowerCase(), 0n]);
    const included = withNonce(opened, 258n);
    assert.deepEqual([included.nonce, included.hash], [258n, opened.hash]);
    const { signature } = await signed();
    const fields = [IDENTITY, RECIPIENT, "0x03", "0x0102", "0xc350", "0x09", "0x", signature];
    assert.equal(included.raw, concat(["0x72", encodeRlp(["0x0102", ...fields])]));
    assert.equal(included.hash, keccak256(concat(["0x72", encodeRlp(fields)])));
    const options = { replayProtection: "optional", opened: "allowed" } as const;
    assert.deepEqual(decodeTransaction(included.raw, RULES, options), included);
  });

  it("is refused as a transaction that an account submits", async () => {
    const opened = openedTransaction(paddedMessage(await signed()), { identity: IDENTITY, chainId: CHAIN });
    assert.ok(opened !== undefined);
    const submit = (): unknown => decodeTransaction(opened.raw, RULES, { replayProtection: "required" });
    assert.throws(submit, { code: "TypeNotSupported", message: /valid only in an envelope/ });
  });

  it("is invalid in another envelope, on another chain, above the gas cap, and with an altered field", async () => {
    const open = (transaction: SignedEncryptedTransaction, name = { identity: IDENTITY, chainId: CHAIN }) =>
      openedTransaction(paddedMessage(transaction), name)?.from;
    const sender = SENDER.address.toLowerCase();
    assert.equal(open(await signed()), sender);
    assert.equal(open(await signed(), { identity: wordToHex(5n), chainId: CHAIN }), undefined);
    assert.notEqual(open(await signed(), { identity: IDENTITY, chainId: 272n }), sender);
    assert.equal(open(await signed({ gasLimit: 2n ** 24n + 1n })), undefined);
    const { signature } = await signed();
    assert.notEqual(open(await signed({ valueWei: 4n, signature })), sender);
    assert.equal(open(await signed({ signature: `0x${"00".repeat(65)}` })), undefined);
  });

  it("is refused as bytes of a block if the list has another form", async () => {
    const { raw } = withNonce(openedTransaction(paddedMessage(await signed()), { identity: IDENTITY, chainId: CHAIN })!, 1n);
    const options = { replayProtection: "optional", opened: "allowed" } as const;
    const decode = (bytes: Hex): unknown => decodeTransaction(bytes, RULES, options);
    for (const bytes of [`${raw}00`, "0x72", "0x72c0", toHex(fromHex(raw).slice(0, -1))] as const)
      assert.throws(() => decode(bytes), { code: "Malformed" });
  });

  it("has the digest and the hash that another library computes", () => {
    const file = new URL("../../fixtures/protocol/encrypted-transactions.json", import.meta.url);
    const vectors = JSON.parse(readFileSync(file, "utf8")) as {
      readonly transaction: Readonly<Record<string, Hex>>;
      readonly digest: Hex;
      readonly hash: Hex;
    };
    const { identity, to, data, signature, ...numbers } = vectors.transaction;
    const transaction = {
      ...{ identity: identity!, to: to!, data: data!, signature: signature!, valueWei: BigInt(numbers["value"]!) },
      gasLimit: BigInt(numbers["gasLimit"]!),
      maxFeePerGasWei: BigInt(numbers["maxFeePerGas"]!),
      maxPriorityFeePerGasWei: BigInt(numbers["maxPriorityFeePerGas"]!),
    };
    assert.equal(encryptedTransactionDigest(transaction, 271n), vectors.digest);
    assert.equal(encryptedTransactionHash(transaction), vectors.hash);
  });
});
