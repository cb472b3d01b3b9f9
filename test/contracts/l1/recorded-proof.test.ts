import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Interface, type BaseContract, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { aggregateStatement, hashAggregate } from "../../../src/ground/protocol/aggregate.ts";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import {
  l1TotalOf,
  MAX_PROOF_BYTES,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_GAS,
} from "../../../src/ground/protocol/way-to-l1.ts";
import { proofAggregatorInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { elementBytes } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { startLocalL1, type LocalL1 } from "../../support/l1.ts";
import { readRecordedProof } from "../../support/recorded-proofs.ts";
import { addressOf, view } from "./support/ecosystem.ts";
import { errorOf } from "./support/errors.ts";
import { VERIFIER_GAS } from "./support/verifier-gas.ts";

const RECORDED = readRecordedProof("queue-only");
/** Fields of a batch with the dearest values: the proof covers only some fields. */
const FIELDS = Object.fromEntries(
  proofAggregatorInterface
    .getFunction("storeProof")!
    .inputs[0]!.arrayChildren!.components![1]!.components!.map(({ name, type }) => [
      name,
      type.startsWith("uint") ? 2n ** 64n - 1n : `0x${"ff".repeat(32)}`,
    ]),
);
const BATCHES = RECORDED.batches.map(({ chainId, batch }) => ({ chainId, batch: { ...FIELDS, ...batch } }));
const INPUT = proofAggregatorInterface.encodeFunctionData("storeProof", [BATCHES, RECORDED.digest, RECORDED.proof]) as Hex;
/** Gas of the same call if a double takes any proof of 32 bytes (way-to-l1.test.ts). */
const DOUBLE_GAS = 77_000;

describe("a real proof, before L1 with the package's contracts", () => {
  let l1: LocalL1;
  let verifier: BaseContract;
  let aggregator: BaseContract;
  let address: string;
  const proof = fromHex(RECORDED.proof);

  before(async () => {
    l1 = await startLocalL1();
    const { inputs } = new Interface((await hre.artifacts.readArtifact("AggregateStarkSmall")).abi).deploy;
    const parts: string[] = [];
    for (const { name } of inputs) {
      const part = await l1.deploy(`AggregateStarkSmall${name.charAt(0).toUpperCase()}${name.slice(1, -1)}`);
      parts.push(await part.getAddress());
    }
    const stark = await l1.deploy("AggregateStarkSmall", ...parts);
    verifier = await l1.deploy("AggregateVerifier", await stark.getAddress());
    // Chains are not called.
    aggregator = await l1.deploy("ProofAggregator", addressOf(1), await verifier.getAddress(), PROVEN_VERSION);
    address = await aggregator.getAddress();
  });
  after(() => l1.close());

  async function store(data: string): Promise<TransactionReceipt> {
    const [account] = await l1.ethers.getSigners();
    return (await (await account!.sendTransaction({ to: address, data, gasLimit: MAX_TRANSACTION_GAS })).wait())!;
  }

  it("is stored by one transaction, for the gas that its bytes are estimated at", async (context) => {
    const { gasUsed } = await store(INPUT);
    const bytes = fromHex(INPUT).length;
    const estimated = l1TotalOf({ stages: ["prove"] }, { gas: 50 * proof.length, bytes: proof.length, units: 0 });
    context.diagnostic(`${gasUsed} of ${estimated.gas} gas, ${bytes} of ${estimated.bytes} bytes`);
    assert.ok(Number(gasUsed) <= estimated.gas && estimated.gas < MAX_TRANSACTION_GAS);
    assert.ok(bytes <= estimated.bytes && proof.length <= MAX_PROOF_BYTES && bytes < MAX_TRANSACTION_BYTES);
    const ofVerifier = Number(gasUsed) - DOUBLE_GAS;
    assert.ok(ofVerifier > VERIFIER_GAS.min && ofVerifier < VERIFIER_GAS.max, `${ofVerifier}`);
    const statement = hashAggregate(RECORDED.batches, digestFromHex(RECORDED.digest));
    assert.notEqual(await aggregator.getFunction("storedAt").staticCall(statement), 0n);
  });

  describe("before the verifier of aggregates", () => {
    const { batchCount, digest, point, evaluation } = aggregateStatement(RECORDED.batches, digestFromHex(RECORDED.digest));
    const stated = {
      batchCount: BigInt(batchCount),
      digest: elementBytes(digest),
      point: elementBytes(point),
      evaluation: elementBytes(evaluation),
      hubBefore: new Uint8Array(32),
      hubAfter: new Uint8Array(32),
    };

    /** "true", "false" or the error. */
    async function answerTo(changes: Partial<typeof stated> = {}): Promise<string> {
      const answer = view<boolean>(verifier, "verify", { ...stated, ...changes }, proof);
      return answer.then(String, () => errorOf(answer));
    }

    it("is of its statement alone: of no other count, digest, point or evaluation, in elements of each", async () => {
      assert.equal(await answerTo(), "true");
      for (const count of [0n, 2n]) assert.notEqual(await answerTo({ batchCount: count }), "true");
      for (const part of ["digest", "point", "evaluation", "hubBefore", "hubAfter"] as const)
        for (let at = 3; at < stated[part].length; at += 8) {
          const changed = stated[part].slice();
          changed[at]! ^= 1;
          assert.notEqual(await answerTo({ [part]: changed }), "true", `${part}, byte ${at}`);
        }
    });

    it("attack: a count of more than 32 bits that has the right low bits is refused", async () => {
      for (const above of [2n ** 32n, 2n ** 255n])
        assert.equal(await answerTo({ batchCount: above + stated.batchCount }), "false");
    });

    it("attack: elements that are not below the field's modulus are refused, so that no statement has two forms", async () => {
      assert.match(await answerTo({ batchCount: BigInt(P) + stated.batchCount }), /^BadStatement/);
      const twice = stated.digest.slice();
      const first = new DataView(twice.buffer, twice.byteOffset, 4);
      first.setUint32(0, first.getUint32(0) + P);
      assert.match(await answerTo({ digest: twice }), /^BadStatement/);
    });
  });
});
