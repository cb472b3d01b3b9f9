import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { AbiCoder, encodeRlp, toBeHex } from "ethers";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { priorityOperation } from "../../../src/chain/predeploys/priority-operation.ts";
import { predeployTransactions, SYSTEM_GAS_LIMIT } from "../../../src/chain/predeploys/system-transactions.ts";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";
import { inputTransaction, type BatchInputs, type InputTransaction } from "../../../src/chain/verification/batch-inputs.ts";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import { fromHex, toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { BOOTLOADER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import {
  canonicalTxHash,
  L2_CANONICAL_TRANSACTION_ABI_TYPE,
  type L2CanonicalTransaction,
} from "../../../src/ground/protocol/priority-op.ts";
import type { BatchOutputs } from "../../../src/ground/protocol/outputs.ts";
import { COINBASE } from "../support/engine.ts";
import { startVerifiedChain } from "../support/verified-chain.ts";
import { TestWallet } from "../support/wallet.ts";

/** Written by `fixtures/protocol/derive-transactions.py`, which shares no code with this project. */
interface Vectors {
  readonly chainId: number;
  readonly request: { readonly nonce: string; readonly gasLimit: string; readonly value: string; readonly data: Hex } & Fee;
  readonly priorityFee: string;
  readonly signed: readonly (Named & { readonly raw: Hex; readonly from: Hex; readonly hash: Hex; readonly to: Hex | null })[];
  readonly blob: Hex;
  readonly operation: {
    readonly encoding: Hex;
    readonly hash: Hex;
    readonly from: Hex;
    readonly refundRecipient: Hex;
    readonly minted: string;
  };
  readonly system: readonly { readonly to: Hex; readonly name: string; readonly data: Hex }[];
}
interface Named {
  readonly kind: number;
  readonly name: string;
}
interface Fee {
  readonly maxFeePerGas: string;
}

const VECTORS = JSON.parse(
  readFileSync(new URL("../../../fixtures/protocol/transactions.json", import.meta.url), "utf8"),
) as Vectors;
const { request, operation: OPERATION } = VECTORS;
const rules = chainRules(VECTORS.chainId);
const decode = (raw: Hex) => decodeTransaction(raw, rules, { replayProtection: "required" });
const refusedAs = (code: string) => ({ name: "TransactionFormatError", code });
/** 19 words of the encoding, and the data of the operation's sender. */
const queued: L2CanonicalTransaction = {
  txType: 255n,
  from: BigInt(OPERATION.from),
  to: BigInt(`0x${"c4".repeat(20)}`),
  gasLimit: BigInt(request.gasLimit),
  gasPerPubdataByteLimit: 800n,
  maxFeePerGas: BigInt(request.maxFeePerGas),
  maxPriorityFeePerGas: 0n,
  paymaster: 0n,
  nonce: BigInt(request.nonce),
  value: BigInt(request.value),
  reserved: [BigInt(OPERATION.minted), BigInt(OPERATION.refundRecipient), 0n, 0n],
  data: request.data,
  signature: "0x",
  factoryDeps: [],
  paymasterInput: "0x",
  reservedDynamic: "0x",
};

describe("the kinds of transactions, as an independent derivation encodes, names and signs them", () => {
  for (const { kind, name, raw, hash, from, to } of VECTORS.signed) {
    it(`type 0x${kind.toString(16)}, ${name}`, () => {
      const { kind: _, delegates, ...read } = decode(raw);
      const paysPriority = kind === 2 || kind === 4 || kind === 0x71;
      const expected = {
        hash,
        raw,
        type: kind,
        from,
        to: to ?? undefined,
        valueWei: BigInt(request.value),
        data: request.data,
        gasLimit: BigInt(request.gasLimit),
        nonce: BigInt(request.nonce),
        maxFeePerGasWei: BigInt(request.maxFeePerGas),
        maxPriorityFeePerGasWei: BigInt(paysPriority ? VECTORS.priorityFee : request.maxFeePerGas),
      };
      for (const [field, value] of Object.entries(expected)) assert.deepEqual(read[field as keyof typeof read], value, field);
      assert.equal(delegates, kind === 4);
    });
  }

  it("type 0xff, an operation of L1's queue", () => {
    assert.equal(AbiCoder.defaultAbiCoder().encode([L2_CANONICAL_TRANSACTION_ABI_TYPE], [queued]), OPERATION.encoding);
    assert.equal(canonicalTxHash(queued), OPERATION.hash);
    assert.equal(priorityOperation(queued, COINBASE).canonicalTxHash, OPERATION.hash);
  });

  it("the chain's own, from the bootloader at price 0", () => {
    const digest = VECTORS.system.find(({ name }) => name === "closeBatch")?.data.slice(-64) ?? "";
    const word: Hex = `0x${digest}`;
    const { payout, conclusion } = priorityOperation(queued, COINBASE);
    const [returned] = conclusion({ ran: true, success: false, gasUsed: 0n });
    const made = [
      ...predeployTransactions.opening(5n, 3n, COINBASE),
      ...predeployTransactions.imports([{ registryIndex: 9n, root: word }]),
      predeployTransactions.closing({ cheatCount: 2n } as BatchOutputs, { digest: digestFromHex(word), since: 0n }),
      ...payout,
      ...(returned === undefined ? [] : [returned]),
      ...conclusion({ ran: true, success: true, gasUsed: 0n }).slice(-1),
    ];
    assert.deepEqual(
      made.map(({ to, data }) => ({ to, data })),
      VECTORS.system.map(({ to, data }) => ({ to, data })),
    );
    for (const [i, { from, valueWei, gasLimit }] of made.entries()) {
      const isReturn = VECTORS.system[i]?.name === "returnToReserve";
      assert.equal(from, isReturn ? OPERATION.from : BOOTLOADER_ADDRESS);
      assert.equal(valueWei, isReturn ? BigInt(request.value) : 0n);
      assert.equal(gasLimit, SYSTEM_GAS_LIMIT);
    }
  });
});

describe("anything else", () => {
  it("is refused by its type, blobs (3) and operations (0xff) too", () => {
    assert.throws(() => decode(VECTORS.blob), refusedAs("TypeNotSupported"));
    const known = [1, 2, 4, 0x71];
    const [body] = VECTORS.signed.filter(({ kind }) => kind === 2).map(({ raw }) => raw.slice(4));
    for (let type = 0; type < 0xc0; type++) {
      if (known.includes(type)) continue;
      const raw: Hex = `0x${type.toString(16).padStart(2, "0")}${body}`;
      assert.throws(() => decode(raw), refusedAs("TypeNotSupported"), `type ${type}`);
    }
    // From 0xc0 the first byte is that of a list, whatever its purpose.
    assert.throws(() => decode(`0xff${OPERATION.encoding.slice(2)}`), refusedAs("Malformed"));
    assert.throws(() => decode("0x"), refusedAs("Malformed"));
  });

  it("is refused as blobs however large it is, with what to do instead", () => {
    const withBlob: Hex = `${VECTORS.blob}${"00".repeat(131_072)}`;
    assert.throws(() => decode(withBlob), { code: "TypeNotSupported", message: /blob.*not supported.*calldata/ });
    assert.throws(() => decode(`0x02${"00".repeat(131_072)}`), refusedAs("TooLarge"));
  });

  it("is refused with a plain text, without the library's view of the whole", () => {
    const fees = { priority: "0x05", most: "0x01" };
    const body = encodeRlp([
      toBeHex(VECTORS.chainId),
      "0x",
      fees.priority,
      fees.most,
      "0x5208",
      COINBASE,
      "0x",
      "0x",
      [],
      "0x",
      "0x01",
      "0x01",
    ]);
    assert.throws(
      () => decode(`0x02${body.slice(2)}`),
      (error: Error) => {
        assert.match(error.message, /^the transaction cannot be read: .*maxPriorityFeePerGas/s);
        assert.doesNotMatch(error.message, /hf=|hash=|osaka/);
        return true;
      },
    );
  });

  for (const { kind, name, raw } of VECTORS.signed) {
    it(`is refused where it is another encoding of type 0x${kind.toString(16)}, ${name}`, () => {
      const bytes = fromHex(raw);
      assert.throws(() => decode(`${raw}00`), refusedAs("Malformed"));
      assert.throws(() => decode(toHex(bytes.subarray(0, -1))), refusedAs("Malformed"));
      // The list's length in one byte more than it takes.
      const at = kind === 0 ? 0 : 1;
      const lengthBytes = (bytes[at] ?? 0) - 0xf7;
      const longer = [...bytes.subarray(0, at), 0xf8 + lengthBytes, 0, ...bytes.subarray(at + 1)];
      assert.throws(() => decode(toHex(Uint8Array.from(longer))), refusedAs("Malformed"));
      const elsewhere = chainRules(VECTORS.chainId + 1);
      assert.throws(() => decodeTransaction(raw, elsewhere, { replayProtection: "optional" }), refusedAs("WrongChain"));
    });
  }

  it("is refused by validators: what no sender signed and no rule asks for, and a type that the chain does not have", async () => {
    const wallet = new TestWallet(78);
    const test = await startVerifiedChain({ accounts: [{ address: wallet.address, balanceWei: 10n ** 18n }] });
    try {
      await test.chain.submit(await wallet.signRaw({ to: COINBASE, value: 1n }));
      const formed = await test.chain.seal();
      const inputs = test.inputs(0n);
      const instead = (transaction: InputTransaction): BatchInputs => ({
        ...inputs,
        blocks: inputs.blocks.map((block, i) => (i === 1 ? { ...block, transactions: [transaction] } : block)),
      });
      const unsigned = {
        kind: "unsigned",
        from: wallet.address,
        to: COINBASE,
        valueWei: 1n,
        data: "0x",
        gasLimit: 21_000n,
        nonce: 0n,
      } as const;
      for (const [transaction, code] of [
        [inputTransaction(unsigned), "OperationUnknown"],
        [{ ...unsigned, from: BOOTLOADER_ADDRESS }, "OperationUnknown"],
        [{ kind: "signed", raw: VECTORS.blob }, "TransactionInvalid"],
        [{ kind: "signed", raw: `0xff${OPERATION.encoding.slice(2)}` }, "TransactionInvalid"],
      ] as const)
        await assert.rejects(test.verifier.verify(instead(transaction)), { name: "BatchRefusal", code });
      assert.equal((await test.verifier.verify(inputs)).commitment, formed?.commitment);
    } finally {
      await test.chain.close();
    }
  });
});
