import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { decodeRlp, encodeRlp, getAddress, Signature, Wallet } from "ethers";
import { privateKeyToAccount } from "viem/accounts";
import { zksync } from "viem/chains";
import { type types, EIP712Signer, utils, Wallet as ZkWallet } from "zksync-ethers";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";
import { decodeEip712Transaction } from "../../../src/ground/transaction/eip712-transaction.ts";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { namedReads } from "../../../src/chain/rpc/blocks/named-reads.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import { testContract } from "../support/artifact.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID, COINBASE } from "../support/engine.ts";

const ETHER = 10n ** 18n;
const KEY: Hex = `0x${"5a".repeat(32)}`;
const wallet = new ZkWallet(KEY);
const from = wallet.address;
const to = getAddress(`0x${"c4".repeat(20)}`);
/** Creates a contract from its input. */
const FACTORY: Hex = `0x${"d4".repeat(20)}`;
const FACTORY_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
const rules = chainRules(CHAIN_ID);

const request = {
  type: utils.EIP712_TX_TYPE,
  chainId: CHAIN_ID,
  from,
  to,
  nonce: 7,
  value: 123_456_789n,
  data: "0xdeadbeef",
  gasLimit: 300_000n,
  maxFeePerGas: 2_000_000n,
  maxPriorityFeePerGas: 1_000_000n,
  customData: { gasPerPubdata: 50_000n } as types.Eip712Meta,
} satisfies types.TransactionRequest;

/** Signs like zksync-ethers' wallet, without the network that its method calls first. */
async function sign(fields: object = {}, custom: types.Eip712Meta = {}): Promise<{ raw: Hex; hash: string }> {
  const transaction = { ...request, ...fields, customData: { ...request.customData, ...custom } };
  const customSignature =
    custom.customSignature ??
    (await wallet.signTypedData(
      { name: "zkSync", version: "2", chainId: transaction.chainId },
      typesOf,
      EIP712Signer.getSignInput(transaction),
    ));
  const signed = { ...transaction, customData: { ...transaction.customData, customSignature } };
  return { raw: utils.serializeEip712(signed) as Hex, hash: utils.eip712TxHash(signed as types.TransactionLike) };
}
const typesOf = Object.fromEntries(Object.entries(utils.EIP712_TYPES).map(([name, fields]) => [name, [...fields]]));

function codeOf(raw: string): string {
  try {
    decodeTransaction(raw, rules, { replayProtection: "required" });
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "accepted";
}

/** The serialised transaction with some of its fields replaced. */
function withFields(raw: Hex, replaced: Readonly<Record<number, unknown>>): string {
  const fields = decodeRlp(`0x${raw.slice(4)}`) as unknown[];
  return `0x71${encodeRlp(fields.map((field, i) => (i in replaced ? replaced[i] : field)) as never).slice(2)}`;
}

describe("transactions of type 0x71", () => {
  it("B2: are read as zksync-ethers writes, signs and names them", async () => {
    const { raw, hash } = await sign();
    const read = decodeTransaction(raw, rules, { replayProtection: "required" });
    const { data, gasLimit, maxFeePerGas, maxPriorityFeePerGas, value } = request;
    assert.deepEqual(
      [
        read.hash,
        read.from,
        read.to,
        read.nonce,
        read.data,
        read.gasLimit,
        read.maxFeePerGasWei,
        read.maxPriorityFeePerGasWei,
        read.valueWei,
      ],
      [hash, from.toLowerCase(), to.toLowerCase(), 7n, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas, value],
    );
    const plain = await sign({ nonce: 0, value: 0n, data: "0x" });
    assert.equal(decodeTransaction(plain.raw, rules, { replayProtection: "required" }).hash, plain.hash);
  });

  it("B2: are read as viem writes and signs them", async () => {
    const account = privateKeyToAccount(KEY);
    const chain = { ...zksync, id: CHAIN_ID };
    const transaction = {
      chainId: CHAIN_ID,
      from: account.address,
      to,
      nonce: 3,
      value: 5n,
      data: "0x12",
      gas: 100_000n,
      maxFeePerGas: 9n,
      maxPriorityFeePerGas: 9n,
      gasPerPubdata: 800n,
      type: "eip712",
    } as const;
    const { domain, types: fields, primaryType, message } = chain.custom.getEip712Domain(transaction as never);
    const customSignature = await account.signTypedData({ domain, types: fields, primaryType, message } as never);
    const raw = chain.serializers.transaction({ ...transaction, customSignature } as never);
    const read = decodeEip712Transaction(fromHex(raw), BigInt(CHAIN_ID));
    assert.deepEqual([read.from, read.nonce, read.valueWei, read.gasPerPubdata], [account.address.toLowerCase(), 3n, 5n, 800n]);
  });

  it("one signature has one encoding and one hash: no other form of the same fields is taken", async () => {
    const { raw } = await sign();
    const signature = wallet.signingKey.sign(EIP712Signer.getSignedDigest(request) as string);
    const inThreeFields = utils.serializeEip712(request, signature);
    const fields = decodeRlp(`0x${raw.slice(4)}`) as string[];
    const custom = fields[14]!;
    assert.equal(custom, signature.serialized);
    const chainId = `0x0${CHAIN_ID.toString(16)}`;
    assert.deepEqual(fields.slice(7, 11), [chainId, "0x", "0x", chainId]);
    const others: readonly [string, string][] = [
      ["the signature in Ethereum's three fields", inThreeFields],
      ["the parity as 0 or 1", withFields(raw, { 14: `${custom.slice(0, -2)}${signature.yParity === 0 ? "00" : "01"}` })],
      ["v empty", withFields(raw, { 7: "0x" })],
      ["v as parity", withFields(raw, { 7: signature.yParity === 0 ? "0x" : "0x01" })],
      ["v of EIP-155", withFields(raw, { 7: `0x0${(2 * CHAIN_ID + 35 + signature.yParity).toString(16)}` })],
      ["r a zero", withFields(raw, { 8: "0x00" })],
      ["s in addition to the signature", withFields(raw, { 9: signature.s })],
      ["a recipient in 32 bytes", withFields(raw, { 4: `0x${"00".repeat(12)}${to.slice(2)}` })],
      ["a sender in 32 bytes", withFields(raw, { 11: `0x${"00".repeat(12)}${from.slice(2)}` })],
      ["no sender", withFields(raw, { 11: "0x" })],
      ["an empty factoryDeps as bytes", withFields(raw, { 13: "0x" })],
      ["an empty paymaster as bytes", withFields(raw, { 15: "0x" })],
      ["a field more", `0x71${encodeRlp([...fields, "0x"]).slice(2)}`],
      // A list of more than 55 bytes has its length in bytes behind the first, here one more than it takes.
      ["a list with a longer length", `0x71f9${raw.slice(6, 8).padStart(4, "0")}${raw.slice(8)}`],
      ["one byte in a separate string", raw.replace(/^(0x71f8..)07/, (_, head: string) => `${head}8107`)],
    ];
    assert.equal(decodeTransaction(raw, rules, { replayProtection: "required" }).raw, raw);
    assert.equal(raw.slice(4, 6), "f8");
    for (const [what, other] of others) {
      assert.notEqual(other, raw, what);
      assert.equal(codeOf(other), "Malformed", what);
    }
  });

  it("every one-byte change of an encoding is refused", async () => {
    const { raw, hash } = await sign();
    const bytes = fromHex(raw);
    for (let at = 1; at < bytes.length; at++) {
      for (const flip of [1, 0x1b, 0x80]) {
        const changed = `0x${Buffer.from(bytes.with(at, bytes[at]! ^ flip)).toString("hex")}`;
        assert.notEqual(codeOf(changed), "accepted", `byte ${at} of ${hash} changed by ${flip}`);
      }
    }
  });

  it("are refused with the reason", async () => {
    const { raw } = await sign();
    const signature = Signature.from((decodeRlp(`0x${raw.slice(4)}`) as string[])[14]);
    const other = Wallet.createRandom().address;
    const flipped = `0x${signature.r.slice(2)}${(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - BigInt(signature.s)).toString(16).padStart(64, "0")}${signature.v === 27 ? "1c" : "1b"}`;
    const refusals: readonly [string, string, string][] = [
      [
        "a paymaster",
        (await sign({}, { paymasterParams: { paymaster: other, paymasterInput: "0x" } })).raw,
        "FeatureNotSupported",
      ],
      ["published code", (await sign({}, { factoryDeps: [`0x${"00".repeat(32)}`] })).raw, "FeatureNotSupported"],
      ["a contract account's signature", (await sign({}, { customSignature: "0x1234" })).raw, "FeatureNotSupported"],
      ["a creation", withFields(raw, { 4: "0x" }), "FeatureNotSupported"],
      ["another chain's", (await sign({ chainId: 1 })).raw, "WrongChain"],
      ["another sender's", withFields(raw, { 11: other }), "BadSignature"],
      ["the other of two signatures", withFields(raw, { 14: flipped }), "BadSignature"],
      ["no signature", withFields(raw, { 14: "0x" }), "BadSignature"],
      ["no key", withFields(raw, { 14: `0x${"ff".repeat(64)}1b` }), "BadSignature"],
      ["a third key", withFields(raw, { 14: `${signature.serialized.slice(0, -2)}1d` }), "Malformed"],
      ["two signatures", withFields(raw, { 8: "0x01" }), "Malformed"],
      ["a longer integer than needed", withFields(raw, { 0: "0x0007" }), "Malformed"],
      ["an integer above its range", withFields(raw, { 0: `0x${"11".repeat(9)}` }), "Malformed"],
      ["a list for an integer", withFields(raw, { 5: [] }), "Malformed"],
      ["bytes for a list", withFields(raw, { 13: "0x" }), "Malformed"],
      ["half an address", withFields(raw, { 4: "0x1234" }), "Malformed"],
      ["gas above EIP-7825's cap", (await sign({ gasLimit: 2n ** 24n + 1n })).raw, "GasAboveCap"],
      ["a field too few", `0x71${encodeRlp((decodeRlp(`0x${raw.slice(4)}`) as string[]).slice(0, 15)).slice(2)}`, "Malformed"],
      ["bytes behind the list", `${raw}00`, "Malformed"],
      ["nothing", "0x71", "Malformed"],
      ["a string", "0x7180", "Malformed"],
      ["endless nesting", `0x71${"f9ffff".repeat(20_000)}`, "Malformed"],
    ];
    for (const [what, transaction, code] of refusals) assert.equal(codeOf(transaction), code, what);
  });
});

describe("a chain with transactions of type 0x71", () => {
  let test: TestChain;

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: from.toLowerCase() as Hex, balanceWei: 10n * ETHER, nonce: 7n },
        { address: FACTORY, code: FACTORY_CODE, nonce: 1n },
      ],
    });
  });
  after(async () => {
    await test.chain.close();
    assert.deepEqual(test.faults, []);
  });

  const ask = async (method: string, ...params: unknown[]) =>
    chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true }).get(method)!(params, undefined);
  const balance = async (address: string) => BigInt((await ask("eth_getBalance", address, "latest")) as Hex);

  it("B2: runs them from their sender, at their price, and shows them under their own hash", async () => {
    const { abi } = await testContract("TestMessenger");
    const before = await balance(from);
    const operatorBefore = await balance(COINBASE);
    const { raw, hash } = await sign({
      to: L1_MESSENGER_ADDRESS,
      data: abi.encodeFunctionData("sendToL1", ["0x0123"]),
      value: 0n,
    });
    const engine = namedNotifications(test.chain);
    const heard: unknown[] = [];
    const stop = engine.onNotification(({ result }) => heard.push((result as { transactionHash: Hex }).transactionHash));
    await engine.request("eth_subscribe", ["logs", {}]);
    assert.equal(await ask("eth_sendRawTransaction", raw), hash);
    while (heard.length === 0) await nextTurn();
    stop();
    assert.deepEqual(heard, [hash]);
    type Receipt = Record<"transactionHash" | "type" | "from" | "gasUsed" | "blockHash" | "effectiveGasPrice", Hex> & {
      logs: { transactionHash: Hex }[];
      l2ToL1Logs: { transactionHash: Hex }[];
    };
    const receipt = (await ask("eth_getTransactionReceipt", hash)) as Receipt;
    assert.deepEqual(
      [
        receipt.transactionHash,
        receipt.type,
        receipt.from,
        receipt.logs[0]?.transactionHash,
        receipt.l2ToL1Logs[0]?.transactionHash,
      ],
      [hash, "0x71", from.toLowerCase(), hash, hash],
    );
    assert.equal(BigInt(receipt.effectiveGasPrice), request.maxPriorityFeePerGas);
    const fee = BigInt(receipt.gasUsed) * request.maxPriorityFeePerGas;
    assert.equal(await balance(from), before - fee);
    assert.equal(await balance(COINBASE), operatorBefore + fee);
    const transaction = (await ask("eth_getTransactionByHash", hash)) as Record<string, unknown>;
    assert.deepEqual(
      [transaction["hash"], transaction["type"], transaction["nonce"], transaction["maxFeePerGas"]],
      [hash, "0x71", "0x7", "0x1e8480"],
    );
    const signature = Signature.from({
      r: fixed(transaction["r"]),
      s: fixed(transaction["s"]),
      yParity: Number(transaction["yParity"]) as 0 | 1,
    });
    assert.equal(signature.serialized, (decodeRlp(`0x${raw.slice(4)}`) as string[])[14]);
    assert.deepEqual(((await ask("eth_getBlockByHash", receipt.blockHash, false)) as { transactions: unknown }).transactions, [
      hash,
    ]);
    assert.deepEqual(
      ((await ask("eth_getBlockByHash", receipt.blockHash, true)) as { transactions: { hash: Hex }[] }).transactions.map(
        (one) => one.hash,
      ),
      [hash],
    );
    assert.equal(((await ask("eth_getTransactionByBlockHashAndIndex", receipt.blockHash, "0x0")) as { hash: Hex }).hash, hash);
    assert.equal(await ask("eth_getRawTransactionByHash", hash), raw);
    assert.equal(await ask("eth_getRawTransactionByBlockHashAndIndex", receipt.blockHash, "0x0"), raw);
    const logs = (await ask("eth_getLogs", { blockHash: receipt.blockHash })) as { transactionHash: Hex }[];
    assert.deepEqual(
      logs.map(({ transactionHash }) => transactionHash),
      [hash],
    );
    assert.equal(
      ((await ask("debug_traceTransaction", hash, { tracer: "callTracer" })) as { from: Hex }).from,
      from.toLowerCase(),
    );
  });

  it("B2: the witness repeats them, fee, value and nonce", async () => {
    const { raw } = await sign({ nonce: 8, value: 3n * ETHER });
    const { raw: failing } = await sign({ nonce: 9, to: L1_MESSENGER_ADDRESS, data: "0x00000000", value: 0n });
    await test.chain.submit(raw);
    await test.chain.submit(failing);
    assert.equal(await balance(to), 3n * ETHER);
    // Sealing compares every value that either engine wrote.
    const batch = await test.chain.seal();
    assert.equal(batch?.outputs.batchNumber, 1n);
    assert.deepEqual(test.faults, []);
  });

  it("shows one that waits for an earlier nonce as pending", async () => {
    const { raw, hash } = await sign({ nonce: 11, value: 1n });
    await test.chain.submit(raw);
    const waiting = (await ask("eth_getTransactionByHash", hash)) as Record<string, unknown>;
    assert.deepEqual([waiting["hash"], waiting["type"], waiting["blockHash"], waiting["nonce"]], [hash, "0x71", null, "0xb"]);
    assert.equal(await ask("eth_getTransactionReceipt", hash), null);
    await test.chain.submit((await sign({ nonce: 10, value: 2n })).raw);
    await test.chain.sequencer.mine();
    assert.notEqual(await ask("eth_getTransactionReceipt", hash), null);
  });

  it("runs what they create past the guard", async () => {
    await assert.rejects(test.chain.submit((await sign({ nonce: 12, to: FACTORY, data: "0x73", value: 0n })).raw), {
      code: "HostileCode",
    });
    const created = await sign({ nonce: 12, to: FACTORY, data: "0x00", value: 0n });
    await test.chain.submit(created.raw);
    assert.equal(((await ask("eth_getTransactionReceipt", created.hash)) as { status: Hex }).status, "0x1");
    await test.chain.seal();
  });

  it("forgets one that a revert undoes", async () => {
    const mark = await test.chain.snapshot();
    const { raw, hash } = await sign({ nonce: 13, value: 1n });
    await test.chain.submit(raw);
    await test.chain.revert(mark);
    assert.equal(await namedReads(test.chain).get("eth_getTransactionByHash")!([hash], undefined), null);
    assert.equal(await test.chain.submit(raw), hash);
  });
});

function fixed(value: unknown): string {
  return `0x${BigInt(String(value)).toString(16).padStart(64, "0")}`;
}
