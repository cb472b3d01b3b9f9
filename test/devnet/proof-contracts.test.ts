import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import hre from "hardhat";
import { readVersion } from "../../src/ecosystem/client/governing/upgrade.ts";
import { viewsOn } from "../../src/ecosystem/client/governing/read-view.ts";
import { packageProofContracts } from "../../src/ecosystem/devnet/chains/proof-contracts.ts";
import { WRITTEN_PROGRAMS } from "../../src/proofs/execution-proof/batch/written-programs.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { Interface } from "ethers";
import { wordsOf } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { readLastProof } from "../../src/ecosystem/devnet/proofs/last-proof.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

type Octet = readonly number[];

/** Domain tags of a program and its place, and of a node of a proof tree. */
const [PROGRAM_TAG, NODE_TAG] = [26, 18];
const ZEROS: Octet = [0, 0, 0, 0, 0, 0, 0, 0];

/** Root of the tree of the keys of batches' programs, written down apart from `AdmittedPrograms`. */
function rootOf(keys: readonly (readonly [digest: string, root: string])[], from: number, places: number): Octet {
  if (places > 1) {
    const half = places / 2;
    return compress(NODE_TAG, [...rootOf(keys, from, half)], [...rootOf(keys, from + half, half)]);
  }
  const key = keys[from];
  if (key === undefined) return ZEROS;
  const [digest, root] = key.map((part) => wordsOf(fromHex(`0x${part}`)));
  const blocks = [digest!, root!, [from, ...ZEROS.slice(1)]];
  return blocks.reduce<Octet>((chain, block) => compress(PROGRAM_TAG, [...chain], [...block]), ZEROS);
}

describe("proofs for L1 by the package's programs", () => {
  it("register the contracts of the last proof, and the digest of the programs of batches as their key", async () => {
    const artifacts = (name: string) => hre.artifacts.readArtifact(name) as never;
    const { executionKey } = await packageProofContracts(artifacts, "stark", "small").contracts();
    for (const [last, name] of [
      ["fast", "AggregateStarkFast"],
      ["small", "AggregateStarkSmall"],
    ] as const) {
      const { contracts, executionKey: sameKey } = await packageProofContracts(artifacts, "stark", last).contracts();
      assert.deepEqual([contracts.at(-1)?.name, sameKey], [name, executionKey]);
      const { abi } = await hre.artifacts.readArtifact(name);
      const inputs = abi.find(({ type }) => type === "constructor")?.inputs ?? [];
      assert.equal(contracts.length, inputs.length + 1);
      for (const part of contracts) assert.ok(part.name.startsWith(name));
    }
    // 28 programs: a tree of 32 places.
    assert.equal(WRITTEN_PROGRAMS.keys.batches.length, 28);
    const elements = rootOf(WRITTEN_PROGRAMS.keys.batches, 0, 32).map((each) => each.toString(16).padStart(8, "0"));
    assert.equal(executionKey, `0x${elements.join("")}`);
  });
});

describe("contracts that check proofs of execution, on L1", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n, name: "alpha" }], { proofs: "stark", fundedAccounts: [] });
  });
  after(() => devnet.close());

  const registered = () => readVersion(devnet.ecosystem.addresses.verifiers, PROVEN_VERSION, devnet.l1.provider);
  const addressOf = (of: Hex, name: string): Promise<Hex> =>
    viewsOn(devnet.l1.provider)<Hex>(of, new Interface([`function ${name}() view returns (address)`]), name);
  /** The contract's code on L1 and that of its artifact, without their immutable values. */
  async function codesOf(address: Hex, name: string): Promise<readonly string[]> {
    const { deployedBytecode, immutableReferences = {} } = await hre.artifacts.readArtifact(name);
    const places = Object.values(immutableReferences).flat() as readonly { readonly start: number; readonly length: number }[];
    return [await devnet.l1.provider.getCode(address), deployedBytecode].map((code) => {
      const bytes = Buffer.from(code.slice(2), "hex");
      for (const { start, length } of places) bytes.fill(0, start, start + length);
      return bytes.toString("hex");
    });
  }

  it("are missing while all chains are trusted", async () => {
    assert.equal(devnet.ecosystem.versions.proven, undefined);
    assert.equal(await registered(), undefined);
    assert.equal(devnet.info().prover.lastProof, undefined);
  });

  it("come with the first proven chain that is added, once, and are those of the last proof", async () => {
    const chain = await devnet.addChain({ name: "beta", execution: "proven" });
    const { configuration } = chain.pipeline.created;
    assert.equal(configuration.protocolVersion, PROVEN_VERSION);
    const { proven } = devnet.ecosystem.versions;
    const content = await registered();
    const artifacts = (name: string) => hre.artifacts.readArtifact(name) as never;
    const { executionKey } = await packageProofContracts(artifacts, "stark", "fast").contracts();
    assert.deepEqual([content?.aggregator, content?.executionKey], [proven?.aggregator, executionKey]);
    assert.equal(await readLastProof(devnet.l1.provider, proven!.aggregator), "fast");
    assert.equal(devnet.info().prover.lastProof?.kind, "fast");
    const verifier = await addressOf(proven!.aggregator, "verifier");
    const parts = [
      [proven!.aggregator, "ProofAggregator"],
      [verifier, "AggregateVerifier"],
      [await addressOf(verifier, "stark"), "AggregateStarkFast"],
    ] as const;
    for (const [address, name] of parts) {
      const [deployed, compiled] = await codesOf(address.toLowerCase() as Hex, name);
      assert.ok(compiled !== "");
      assert.equal(deployed, compiled, name);
    }
    await devnet.addChain({ name: "gamma", execution: "proven" });
    assert.deepEqual(devnet.ecosystem.versions.proven, proven);
  });
});
