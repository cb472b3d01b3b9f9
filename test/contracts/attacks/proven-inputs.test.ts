import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AbiCoder, concat, keccak256, Transaction, TypedDataEncoder, Wallet, type BaseContract } from "ethers";
import { EIP712Signer, utils } from "zksync-ethers";
import { fromHex, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { InputKind, NO_INPUTS } from "../../../src/ground/protocol/noted-inputs.ts";
import { MAX_INPUTS_BYTES } from "../../../src/ground/protocol/published-inputs.ts";
import { wayToL1 } from "../../../src/ground/protocol/way-to-l1.ts";
import { encodeRecords, hashRecords, type InputRecord } from "../l1/support/input-records.ts";
import { TestChain } from "../l1/support/chain.ts";
import { defaultConfiguration, deployEcosystem, hexAddress, send, view, type Ecosystem } from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";

const wallet = new Wallet(`0x${"5a".repeat(32)}`);
const TO = `0x${"c1".repeat(20)}`;
const TIME = 1_900_000_000n;
const hash = (number: bigint): Hex => wordToHex(0xb10c_0000n + number);
const block = (kind: bigint, number: bigint, timestamp = TIME): InputRecord => ({
  ...{ type: "block", kind, timestamp, parentHash: hash(number) },
});

async function signed(nonce: number, data = "0x"): Promise<InputRecord> {
  const fields = { chainId: 271, nonce, gasLimit: 90_000, maxFeePerGas: 7, maxPriorityFeePerGas: 1, type: 2, to: TO, data };
  const read = Transaction.from(await wallet.signTransaction(fields));
  const { r, s, yParity } = read.signature!;
  const note = { signedHash: read.unsignedHash as Hex, yParity: BigInt(yParity), r: BigInt(r), s: BigInt(s) };
  return { type: "transaction", signed: read.unsignedSerialized as Hex, ...note };
}

/** A transaction of type 0x71: its ten words in the order of the typed data. */
async function typed(nonce: number): Promise<InputRecord> {
  const request = {
    ...{ type: 0x71, chainId: 271, from: wallet.address, to: TO, nonce, value: 3n, data: "0xdeadbeef", gasLimit: 300_000n },
    ...{ maxFeePerGas: 2_000_000n, maxPriorityFeePerGas: 1_000_000n, customData: { gasPerPubdata: 50_000n } },
  };
  const domain = { name: "zkSync", version: "2", chainId: 271 };
  const types = Object.fromEntries(Object.entries(utils.EIP712_TYPES).map(([name, fields]) => [name, [...fields]]));
  const input = EIP712Signer.getSignInput(request);
  const signature = wallet.signingKey.sign(TypedDataEncoder.hash(domain, types, input));
  const words = AbiCoder.defaultAbiCoder().encode(Array<string>(10).fill("uint256"), [
    0x71,
    request.from,
    TO,
    300_000n,
    50_000n,
    2_000_000n,
    1_000_000n,
    0n,
    nonce,
    3n,
  ]);
  return {
    ...{ type: "typed", words: words as Hex, data: "0xdeadbeef", domain: TypedDataEncoder.hashDomain(domain) as Hex },
    signedHash: TypedDataEncoder.hash(domain, types, input) as Hex,
    ...{ yParity: BigInt(signature.yParity), r: BigInt(signature.r), s: BigInt(signature.s) },
  };
}

describe("attacks on published inputs of a proven chain", () => {
  let ecosystem: Ecosystem;
  let policy: BaseContract;
  let honest: readonly InputRecord[];
  before(async () => {
    ecosystem = await deployEcosystem();
    policy = await ecosystem.l1.deploy("InputsPolicy");
    const roots = [4n, 5n].map((registryIndex) => ({ registryIndex, root: hash(900n + registryIndex) }));
    honest = [
      block(InputKind.opening, 0n),
      block(InputKind.block, 1n),
      await signed(0),
      await signed(1, `0x${"60".repeat(300)}`),
      await typed(2),
      { type: "block", kind: InputKind.imports, timestamp: TIME + 1n, parentHash: hash(2n), roots },
      block(InputKind.operation, 3n, TIME + 2n),
      block(InputKind.nextOfOperation, 4n, TIME + 2n),
      block(InputKind.closing, 5n, TIME + 2n),
    ];
  });
  after(() => ecosystem.l1.close());

  const ask = (transactionsHash: Hex, data: string): Promise<Hex> => {
    const claim = { published: false, preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n), transactionsHash };
    return view<Hex>(policy, "checkAvailability", claim, data);
  };
  const refused = async (name: string, records: readonly InputRecord[]): Promise<void> => {
    const [expected, actual] = [hashRecords(honest), hashRecords(records)];
    assert.notEqual(actual, expected, name);
    await assertReverts(ask(expected, encodeRecords(records)), `InputsDiffer(${expected}, ${actual})`);
  };

  it("the inputs that the proof executes are taken, and bound by their bytes' hash", async () => {
    const data = encodeRecords(honest);
    assert.equal(await ask(hashRecords(honest), data), keccak256(data));
  });

  it("reordered transactions", async () => {
    const [first, second] = [honest[2]!, honest[3]!];
    await refused("exchanged", honest.with(2, second).with(3, first));
    await refused("in the block before", [honest[0]!, first, honest[1]!, ...honest.slice(3)]);
  });

  it("dropped transaction, dropped block", async () => {
    for (let i = 0; i < honest.length; i++) await refused(`without record ${i}`, honest.toSpliced(i, 1));
  });

  it("trailing records and bytes", async () => {
    await refused("a transaction more", [...honest, await signed(3)]);
    await refused("a block more", [...honest, block(InputKind.block, 6n)]);
    const data = encodeRecords(honest);
    await assertReverts(ask(hashRecords(honest), `${data}01`), `InputsTruncated(${fromHex(data).length + 1}, 8)`);
    await assertReverts(ask(hashRecords(honest), `${data}00`), `InputKindUnknown(${fromHex(data).length}, 0)`);
    await assertReverts(ask(hashRecords(honest), data.slice(0, -2)), "InputsTruncated");
  });

  it("false time of a block", async () => {
    for (const [i, record] of honest.entries())
      if (record.type === "block") await refused(`block ${i}`, honest.with(i, { ...record, timestamp: record.timestamp + 1n }));
  });

  it("false hash of a block", async () => {
    for (const [i, record] of honest.entries())
      if (record.type === "block") await refused(`block ${i}`, honest.with(i, { ...record, parentHash: hash(77n) }));
  });

  it("false kind of a block: an operation as a block of users, an opening that forgets", async () => {
    await refused("operation", honest.with(6, block(InputKind.block, 3n, TIME + 2n)));
    await refused("opening", honest.with(0, block(InputKind.forgettingOpening, 0n)));
    for (const kind of [0, 7, 8, 11, 0x70, 0xff])
      await assertReverts(ask(hashRecords(honest), concat(["0x02", Uint8Array.of(kind)])), `InputKindUnknown(1, ${kind})`);
  });

  it("false root of an import, another index, another number of roots", async () => {
    const record = honest[5]!;
    assert.ok(record.type === "block" && record.roots !== undefined);
    const [first, second] = [record.roots[0]!, record.roots[1]!];
    for (const roots of [
      [first],
      [second, first],
      [{ ...first, root: hash(1n) }, second],
      [first, { ...second, registryIndex: 6n }],
    ])
      await refused(`${roots.length} roots`, honest.with(5, { ...record, roots }));
  });

  it("another signature of the same transaction", async () => {
    for (const i of [2, 4]) {
      const record = honest[i]!;
      assert.ok(record.type !== "block");
      await refused("parity", honest.with(i, { ...record, yParity: 1n - record.yParity }));
      await refused("s", honest.with(i, { ...record, s: record.s + 1n }));
    }
  });

  it("inputs of the quorum's word where the proof has a hash, and the reverse", async () => {
    await assertReverts(ask(hashRecords(honest), "0x01c0"), "InputsFormatUnknown(2, 1)");
    await assertReverts(ask(NO_INPUTS, encodeRecords(honest)), "InputsFormatUnknown(1, 2)");
    await assertReverts(ask(hashRecords(honest), "0x02"), "InputsDiffer");
  });

  it("records of the greatest length: L1 hashes them with the gas that sealing counts for them", async () => {
    const { gasPerInputByte } = wayToL1({ hasQuorum: true, carryingLayers: 0, publishesInputs: true, exportsInputs: true })[0]!;
    const ofBlocks = Array.from({ length: Math.floor((MAX_INPUTS_BYTES - 1) / 41) }, (_, i) => block(InputKind.block, BigInt(i)));
    const transaction = await signed(0);
    const size = fromHex(encodeRecords([transaction])).length - 1;
    const ofTransactions = Array.from({ length: Math.floor((MAX_INPUTS_BYTES - 1) / size) }, () => transaction);
    for (const [name, records] of Object.entries({ blocks: ofBlocks, transactions: ofTransactions })) {
      const data = encodeRecords(records);
      const claim = { published: false, preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n) };
      const shown = { ...claim, transactionsHash: hashRecords(records) };
      const bytes = fromHex(data).length;
      // Fails with less gas than it takes.
      const gasLimit = 40_000 + gasPerInputByte * bytes;
      const bound = (await policy.getFunction("checkAvailability").staticCall(shown, data, { gasLimit })) as Hex;
      assert.equal(bound, keccak(fromHex(data)), name);
      assert.ok(bytes <= MAX_INPUTS_BYTES && bytes > MAX_INPUTS_BYTES - 200);
    }
  });

  it("a hash of a chain that exports none: its batch is another than its validators signed", async () => {
    const chain = await TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, 281n)),
      dataAvailabilityPolicy: await hexAddress(policy),
    });
    const data = encodeRecords(honest);
    const bound = (): Promise<{ data: Hex; boundDataHash: Hex }> =>
      Promise.resolve({ data, boundDataHash: keccak(fromHex(data)) });
    const formed = await chain.form({ withhold: true, policy: bound });
    const commit = { ...formed.commit, transactionsHash: hashRecords(honest) };
    const sent = send(chain.contract, "commitBatches", formed.previous, [
      { batch: commit, approval: await chain.sign(formed.expected.commitment) },
    ]);
    await assertReverts(sent, "CommitmentMismatch");
  });
});
