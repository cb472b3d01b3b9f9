import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { AbiCoder, Interface, type InterfaceAbi } from "ethers";
import { lastProofKey, systemForL1 } from "../../../src/proofs/execution-proof/batch/l1-system.ts";
import { bundledArtifact } from "../../../src/tool/plugin/contract-artifacts.ts";
import { aggregateStatement, type AggregatedFields, statementElements } from "../../../src/ground/protocol/aggregate.ts";
import { idOnChain } from "../../../src/ground/protocol/chain-ancestry.ts";
import { digestFromHex } from "../../../src/ground/protocol/digest.ts";
import { LAST_PROOFS, LAST_VERIFIERS, type LastProof } from "../../../src/ground/protocol/last-proof.ts";
import { lastProofOfBytes } from "../../../src/proofs/l1-proof/proof-verdict.ts";
import { fromHex, toHex, wordToHex } from "../../../src/ground/protocol/hex.ts";
import { gasAtNextFloor } from "../../../src/ground/protocol/way-to-l1.ts";
import { packAuxiliary, type ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { elementBytes } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { RECORDED_LAST, readRecordedProof, type RecordedProof } from "../../support/recorded-proofs.ts";
import { byNight } from "../../support/nightly.ts";
import { callsOf, type CodeChain, startCodeChain } from "./support/chain.ts";
import { type DeployedVerifier, STARK_ABI, verdictOf, verifierAt } from "./support/small-verifier.ts";

/** Each of these changes one byte of the proof. */
const CHANGES = byNight(500, 4);
const ONE = wordToHex(1n);

function statementOf({ batches, digest, hub }: Pick<RecordedProof, "batches" | "digest" | "hub">): Uint8Array {
  return elementBytes(statementElements(aggregateStatement(batches, digestFromHex(digest), hub)));
}

/* Proofs with at least 100 proven bits by the package's programs, which test/flow/proven-by-package and others made and recorded. */
describe("a recorded proof of execution", () => {
  let chain: CodeChain;
  let contracts: Readonly<Record<LastProof, DeployedVerifier>>;
  /** Addresses of each verifier's parts. */
  const partsOf = new Map<LastProof, readonly string[]>();

  async function deployed(name: string, ...parts: readonly string[]): Promise<string> {
    const { bytecode } = await bundledArtifact(name);
    return chain.deploy({ creation: bytecode, runtime: "" }, ...parts);
  }

  async function deployVerifier(last: LastProof): Promise<DeployedVerifier> {
    const contract = LAST_VERIFIERS[last];
    const { inputs } = new Interface((await bundledArtifact(contract)).abi as InterfaceAbi).deploy;
    const parts: string[] = [];
    // A parameter `claim_` is the address of `AggregateStarkFastClaim`.
    for (const { name } of inputs) parts.push(await deployed(`${contract}${name.charAt(0).toUpperCase()}${name.slice(1, -1)}`));
    partsOf.set(last, parts);
    return verifierAt(chain, await deployed(contract, ...parts), systemForL1(last));
  }

  before(async () => {
    chain = await startCodeChain();
    contracts = { fast: await deployVerifier("fast"), small: await deployVerifier("small") };
  });
  after(() => chain.close());

  test("is checked by contracts that show its key, as the verifier of aggregates does", async () => {
    const call = new Interface(["function verificationKey() view returns (bytes32)"]).encodeFunctionData("verificationKey");
    for (const last of LAST_PROOFS) {
      const { address } = contracts[last];
      const verifier = await deployed("AggregateVerifier", address);
      for (const to of [address, verifier, ...partsOf.get(last)!]) {
        // A part answers an empty call.
        const answer = await chain.call(to, to === address || to === verifier ? call : "0x");
        assert.deepEqual(answer, { ok: true, data: lastProofKey(last) }, `${last} ${to}`);
      }
    }
    assert.deepEqual(await chain.call(await deployed("NoProofAggregate"), call), { ok: true, data: `0x${"00".repeat(32)}` });
  });

  test("attack: a verifier with a part of the other one, or with a contract of neither", async () => {
    const [fast, small] = [partsOf.get("fast")!, partsOf.get("small")!];
    const stranger = await deployed("NoProofAggregate");
    const attempts = [
      ...fast.map((_, i) => ["AggregateStarkFast", fast.with(i, small[0]!), lastProofKey("small")] as const),
      ...small.map((_, i) => ["AggregateStarkSmall", small.with(i, fast[0]!), lastProofKey("fast")] as const),
      ["AggregateStarkSmall", small.with(0, stranger), `0x${"00".repeat(32)}`] as const,
      ["AggregateStarkSmall", small.with(0, `0x${"00".repeat(20)}`), `0x${"00".repeat(32)}`] as const,
    ];
    for (const [name, parts, actual] of attempts) {
      const { data } = await creationFailure(name, parts);
      const [, , answered] = new Interface(STARK_ABI).decodeErrorResult("PartOfOtherSystem", data);
      assert.equal(answered, actual, name);
    }
  });

  test("attack: a number of batches above 32 bits, whose low bits are the proof's, is refused", async () => {
    const { batches, digest, proof } = readRecordedProof("one-batch");
    const last = RECORDED_LAST["one-batch"];
    const { address } = contracts[last];
    const verifier = await deployed("AggregateVerifier", address);
    const { abi } = await bundledArtifact("AggregateVerifier");
    const contract = new Interface(abi as InterfaceAbi);
    const { batchCount, ...others } = aggregateStatement(batches, digestFromHex(digest));
    assert.equal(batchCount, 1);
    const fields = Object.values(others).map((elements) => toHex(elementBytes([...elements])));
    const verdict = async (count: bigint): Promise<unknown> => {
      const answer = await chain.call(verifier, contract.encodeFunctionData("verify", [[count, ...fields], proof]));
      return answer.ok && contract.decodeFunctionResult("verify", answer.data)[0];
    };
    assert.deepEqual([await verdict(1n), await verdict(2n ** 32n + 1n)], [true, false]);
  });

  /** Revert of the constructor. */
  async function creationFailure(name: string, parts: readonly string[]) {
    const encoded = AbiCoder.defaultAbiCoder().encode(
      parts.map(() => "address"),
      parts,
    );
    const { bytecode } = await bundledArtifact(name);
    const data = bytecode + encoded.slice(2);
    const send = ([, block]: readonly [object, string]) =>
      chain.l1.ethers.provider.send("eth_call", [{ gas: "0x1000000", data }, block]);
    const failure = await callsOf(send)("0x", "0x");
    assert.equal(failure.ok, false, `${name} was created`);
    return failure;
  }

  for (const [name, what, count, chains] of [
    ["one-batch", "of a batch", 1, [271n]],
    ["fact-source", "of a batch that a chain proved for its source", 1, [271n]],
    ["groth16", "of a batch that verifies a Groth16 proof", 1, [271n]],
    ["held-accounts", "of a batch with payments between held accounts", 1, [271n]],
    ["inputs", "of a batch of a chain that publishes its inputs alone", 1, [271n]],
    ["layers", "of three batches: a chain's and those on it", 3, [271n, idOnChain(271n, 1n), idOnChain(271n, 2n)]],
    ["queue-only", "of a batch that only L1's queue orders", 1, [271n]],
    ["two-chains", "of batches of two chains", 2, [271n, 272n]],
    ["hub", "of a block of a hub", 2, [271n, 272n]],
  ] as const)
    describe(what, () => {
      const { key, batches, digest, proof, hub } = readRecordedProof(name);
      const bytes = fromHex(proof);
      const last = RECORDED_LAST[name];
      const system = systemForL1(last);
      const contract = { verify: (...given: Parameters<DeployedVerifier["verify"]>) => contracts[last].verify(...given) };

      test("is by the package's programs; if their keys change, npm run test:all must record it again", () => {
        assert.equal(key, lastProofKey(last));
        assert.equal(lastProofOfBytes(bytes), last);
        assert.deepEqual([batches.length, batches.map(({ chainId }) => chainId).toSorted()], [count, chains]);
        for (const { batch } of batches) assert.notEqual(batch.newStateRoot, batch.oldStateRoot);
      });

      test("is accepted by the package's contract on L1 and by the package's verifier", async () => {
        const statement = statementOf({ batches, digest, hub });
        assert.equal(verdictOf(verify(system, statement, bytes)), "accepted");
        assert.equal(await contract.verify(statement, bytes), "accepted");
      });

      test("stays within the gas of its last proof", async (context) => {
        const statement = statementOf({ batches, digest, hub });
        const values = packAuxiliary(system.definition.publicValues(statement)!);
        const data = new Interface(STARK_ABI).encodeFunctionData("verify", [keccak_256(statement), values, bytes]);
        const [signer] = await chain.l1.ethers.getSigners();
        const sent = await signer!.sendTransaction({ to: contracts[last].address, data, gasLimit: 2 ** 24 });
        const { gasUsed } = (await sent.wait())!;
        const atNextFloor = gasAtNextFloor(gasUsed, (data.length - 2) / 2);
        context.diagnostic(`${last}: ${gasUsed} gas, ${atNextFloor} at 64 gas a byte, ${bytes.length} bytes`);
        assert.ok(gasUsed <= { fast: 6_000_000n, small: 3_550_000n }[last], `${gasUsed}`);
        assert.ok(atNextFloor <= { fast: 9_200_000n, small: 5_700_000n }[last], `${atNextFloor}`);
      });

      test("attack: is refused by the contract of the other last proof", async () => {
        const other = last === "fast" ? "small" : "fast";
        const statement = statementOf({ batches, digest, hub });
        assert.equal(verdictOf(verify(systemForL1(other), statement, bytes)), "MalformedProof");
        assert.equal(await contracts[other].verify(statement, bytes), "MalformedProof");
      });

      test("does not prove another state, commitment, chain or number", async () => {
        const [{ chainId, batch }, ...others] = batches as [AggregatedFields, ...AggregatedFields[]];
        const changes: readonly AggregatedFields[] = [
          { chainId: chainId + 1n, batch },
          { chainId, batch: { ...batch, newStateRoot: batch.oldStateRoot } },
          { chainId, batch: { ...batch, commitment: batch.outputsHash } },
          { chainId, batch: { ...batch, batchNumber: batch.batchNumber + 1n } },
        ];
        for (const change of changes) {
          const statement = statementOf({ batches: [change, ...others], digest, hub });
          const expected = verdictOf(verify(system, statement, bytes));
          assert.notEqual(expected, "accepted");
          assert.equal(await contract.verify(statement, bytes), expected);
        }
      });

      test("proves no other states of a hub", async () => {
        const wrong =
          hub === undefined
            ? [{ before: ONE, after: ONE }]
            : [undefined, { before: hub.before, after: hub.before }, { before: hub.after, after: hub.after }];
        for (const states of wrong) {
          const statement = statementOf({ batches, digest, hub: states });
          const expected = verdictOf(verify(system, statement, bytes));
          assert.notEqual(expected, "accepted");
          assert.equal(await contract.verify(statement, bytes), expected);
        }
      });

      test("is refused with a changed byte, by one verdict of both verifiers", async () => {
        const statement = statementOf({ batches, digest, hub });
        let sections: readonly ProofSection[] = [];
        verify(system, statement, bytes, { onSections: (all) => (sections = all) });
        for (let i = 0; i < CHANGES; i++) {
          const { name: section, offset, length } = sections[Math.floor((i * sections.length) / CHANGES)]!;
          const changed = bytes.slice();
          changed[offset + Math.floor((length * ((i % 7) + 1)) / 8)]! ^= 1 << (i % 8);
          const expected = verdictOf(verify(system, statement, changed));
          assert.notEqual(expected, "accepted", section);
          assert.equal(await contract.verify(statement, changed), expected, section);
        }
      });
    });
});
