import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Interface } from "ethers";
import { createStateTransitionSystem } from "../../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { toHex } from "../../../src/ground/protocol/hex.ts";
import { secondCheckGas } from "../../../src/ground/protocol/way-to-l1.ts";
import { readStateProof } from "../../support/recorded-state-proofs.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { mutationsOf } from "./support/mutations.ts";
import { artifactOf, packageDescription } from "./support/second-verifier.ts";
import { solidityStatement } from "./support/small-batch.ts";
import { threeVerifiers, type ThreeVerifiers } from "./support/three-verifiers.ts";

const system = createStateTransitionSystem();
/** Limit of a transaction's gas on public networks. */
const TRANSACTION_GAS = 2 ** 24;
/** Upper bound of the gas that a chain's contract adds: copies of the proof, the batch's record, one slot, an event. */
const CONTRACT_GAS = 150_000;

let chain: CodeChain;
let verifiers: ThreeVerifiers;
before(async () => {
  chain = await startCodeChain();
  verifiers = await threeVerifiers(chain, system);
});
after(() => chain.close());

describe("the second verifier", () => {
  const { key, encoded, proof } = readStateProof("state-short");

  test("has recorded proofs for the system's key; if it changes, npm run test:all must record them again", () => {
    assert.equal(key, toHex(system.verificationKeyDigest));
    assert.equal(readStateProof("state-tall").key, key);
  });

  test("accepts a proof that the other two accept", async () => {
    assert.equal(await verifiers.agreed(encoded, proof, "honest"), "accepted");
  });

  test("refuses changed proofs with the verdict of the other two", async () => {
    for (const { title, ...changed } of mutationsOf(system, encoded, proof, 8, 1))
      assert.notEqual(await verifiers.agreed(changed.encoded, changed.proof, title), "accepted", title);
  });

  test("refuses elements of the statement that are not below p", async () => {
    for (const offset of [32, 96, 128, 164]) {
      const changed = encoded.slice();
      new DataView(changed.buffer).setUint32(offset, P);
      assert.equal(await verifiers.agreed(changed, proof, `statement element at ${offset}`), "BadStatement");
    }
  });

  test("checks a proof of 2^16 rows in one transaction", async () => {
    const tall = readStateProof("state-tall");
    assert.equal(tall.proof[1], 16);
    const abi = new Interface(artifactOf("contracts/interfaces", "IStateTransitionVerifier").abi);
    const [signer] = await chain.l1.ethers.getSigners();
    const data = abi.encodeFunctionData("verify", [solidityStatement(tall.encoded), tall.proof]);
    const receipt = await (
      await signer?.sendTransaction({ to: verifiers.second.address, data, gasLimit: TRANSACTION_GAS })
    )?.wait();
    assert.equal(receipt?.status, 1);
    // One more doubling, the tallest that the parameters allow, adds less than 0.5 million.
    assert.ok(Number(receipt?.gasUsed) < 13_000_000, `${receipt?.gasUsed} gas`);
    assert.ok(Number(receipt?.gasUsed) + CONTRACT_GAS <= secondCheckGas(tall.proof.length), `${receipt?.gasUsed} gas`);
  });

  test("is not deployed with code that is not the description", async () => {
    const { bytecode, abi } = artifactOf("contracts/verifier/second", "SecondStark");
    const { address } = await packageDescription(chain);
    const parts = AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [address, `0x${"11".repeat(32)}`]);
    const [signer] = await chain.l1.ethers.getSigners();
    const failure = await signer?.call({ data: bytecode + parts.slice(2) }).then(
      () => undefined,
      (error: { readonly data?: string }) => error.data,
    );
    assert.equal(new Interface(abi).parseError(failure ?? "0x")?.name, "DescriptionMismatch");
  });
});
