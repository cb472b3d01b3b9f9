import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";

import { createStateTransitionSystem } from "../../../src/proofs/circuits/state-transition/state-transition-system.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend } from "../../../src/proofs/kernels/backend.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { DEFAULT_PARAMETERS } from "../../../src/proofs/stark/systems/parameters.ts";
import { packAuxiliary, type ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { byNight } from "../../support/nightly.ts";
import { type CodeChain, deployYul, errorName, startCodeChain } from "./support/chain.ts";
import { createRandom } from "./support/random.ts";
import { proveSmallBatch, type ProvenBatch, solidityStatement } from "./support/small-batch.ts";
import { deployVerifier, STARK_ABI, verdictOf } from "./support/small-verifier.ts";

interface Artifact {
  readonly abi: ConstructorParameters<typeof Interface>[0];
  readonly deployedBytecode: string;
  readonly bytecode: string;
}

function artifact(path: string, name: string): Artifact {
  return JSON.parse(
    readFileSync(new URL(`../../../artifacts/${path}/${name}.sol/${name}.json`, import.meta.url), "utf8"),
  ) as Artifact;
}

const wrapper = artifact("contracts/verifier", "StateTransitionVerifier");
const wrapperAbi = new Interface(wrapper.abi);
const GENERATED = ["StateTransitionStark", "StateTransitionStarkConstraints1", "StateTransitionStarkConstraints2"] as const;

let chain: CodeChain;
let backend: Backend;
before(async () => {
  chain = await startCodeChain();
  backend = await createWasmBackend({ workers: 2 });
});
after(async () => {
  await backend.close();
  await chain.close();
});

/** A deployed wrapper around a verifier, and its verdicts. */
async function wrap(stark: string) {
  const { bytecode, deployedBytecode } = wrapper;
  const address = await chain.deploy({ creation: bytecode, runtime: deployedBytecode }, stark);
  return {
    address,
    async verify(encoded: Uint8Array, proof: Uint8Array): Promise<string> {
      const result = await chain.call(address, wrapperAbi.encodeFunctionData("verify", [solidityStatement(encoded), proof]));
      if (result.ok) return BigInt(result.data) === 1n ? "accepted" : `returned ${result.data}`;
      const { name, args } = errorName(STARK_ABI, result.data);
      return [name, ...args].join(" ");
    },
    async publicValues(encoded: Uint8Array): Promise<string> {
      const result = await chain.call(address, wrapperAbi.encodeFunctionData("publicValues", [solidityStatement(encoded)]));
      assert.ok(result.ok);
      return wrapperAbi.decodeFunctionResult("publicValues", result.data)[0] as string;
    },
  };
}

/** Number of changes in each section of a proof, and distance between changed bytes of the statement. */
const [CHANGES, STRIDE] = byNight([8, 5], [2, 23]);

describe("the state transition verifier with small parameters (NOT SECURE)", () => {
  let system: System;
  let batch: ProvenBatch;
  let contract: Awaited<ReturnType<typeof wrap>>;
  let sections: readonly ProofSection[] = [];
  before(async () => {
    system = createStateTransitionSystem({ ...DEFAULT_PARAMETERS, logBlowup: 3, queryCount: 5, grindingBits: 10 });
    batch = await proveSmallBatch(system, backend);
    assert.deepEqual(verify(system, batch.encoded, batch.proof, { onSections: (all) => (sections = all) }), { ok: true });
    contract = await wrap((await deployVerifier(chain, system)).address);
  });
  const agreed = async (encoded: Uint8Array, proof: Uint8Array, what: string): Promise<string> => {
    const expected = verdictOf(verify(system, encoded, proof));
    assert.equal(await contract.verify(encoded, proof), expected, what);
    return expected;
  };

  test("accepts a proven batch", async () => {
    assert.equal(await contract.verify(batch.encoded, batch.proof), "accepted");
  });

  test("derives the circuit's public values from any statement", async () => {
    const random = createRandom(31);
    for (let i = 0; i < 20; i++) {
      const encoded = batch.encoded.slice();
      for (let at = 0; at < encoded.length; at++) if (at < 32 || at >= 168) encoded[at] = random.below(256);
      const view = new DataView(encoded.buffer);
      for (let at = 32; at < 168; at += 4) view.setUint32(at, i === 0 ? P - 1 : i === 1 ? 0 : random.element());
      const expected = system.definition.publicValues(encoded);
      assert.ok(expected);
      assert.equal(await contract.publicValues(encoded), `0x${Buffer.from(packAuxiliary(expected)).toString("hex")}`);
    }
  });

  test("rejects every other statement", async () => {
    const random = createRandom(32);
    for (let at = 0; at < batch.encoded.length; at += STRIDE) {
      const changed = batch.encoded.slice();
      changed[at]! ^= 1 << random.below(8);
      assert.notEqual(await agreed(changed, batch.proof, `statement byte ${at}`), "accepted");
    }
  });

  test("rejects elements of the statement that are not canonical", async () => {
    for (let offset = 32; offset < 168; offset += 4) {
      for (const value of [P, 0xffffffff]) {
        const changed = batch.encoded.slice();
        new DataView(changed.buffer).setUint32(offset, value);
        assert.equal(await agreed(changed, batch.proof, `statement element at ${offset}`), "BadStatement");
      }
    }
  });

  test("rejects tampered proofs with the TypeScript verifier's code", async () => {
    const random = createRandom(33);
    for (const { name, offset, length } of sections) {
      for (let i = 0; i < Math.min(length, CHANGES); i++) {
        const changed = batch.proof.slice();
        const at = offset + (i === 0 ? length - 1 : random.below(length));
        changed[at]! ^= i === 0 ? 1 : 1 + random.below(255);
        assert.notEqual(await agreed(batch.encoded, changed, `${name}, byte ${at - offset}`), "accepted");
      }
    }
  });
});

/** Execution gas of the wrapper and everything below it, measured by a contract that calls it. */
async function refusesCheaply(address: string, { encoded, proof }: ProvenBatch): Promise<void> {
  const probe = await deployYul(chain, {
    Probe: {
      body: `let size := sub(calldatasize(), 32)
      calldatacopy(0x1000, 32, size)
      let before := gas()
      mstore(0x800, staticcall(gas(), calldataload(0), 0x1000, size, 0x840, 32))
      mstore(0x820, sub(before, gas()))
      return(0x800, 0x60)`,
      functions: "",
    },
  });
  const run = async (bytes: Uint8Array): Promise<{ readonly error: string | undefined; readonly gas: number }> => {
    const data = wrapperAbi.encodeFunctionData("verify", [solidityStatement(encoded), bytes]);
    const input = Buffer.concat([Buffer.from(address.slice(2).padStart(64, "0"), "hex"), Buffer.from(data.slice(2), "hex")]);
    const [ok = 0n, gas = 0n, word = 0n] = await probe("Probe", new Uint8Array(input));
    const selector = `0x${(word >> 224n).toString(16).padStart(8, "0")}`;
    return { error: ok === 1n ? undefined : new Interface(STARK_ABI).getError(selector)?.name, gas: Number(gas) };
  };
  const random = createRandom(34);
  const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));
  const wrongVersion = proof.slice();
  wrongVersion[0] = 2;
  const honest = await run(proof);
  assert.equal(honest.error, undefined);
  const cases: readonly (readonly [string, Uint8Array, string, number])[] = [
    ["no bytes", new Uint8Array(0), "MalformedProof", 30_000],
    ["another version", wrongVersion, "MalformedProof", 60_000],
    ["a proof that ends in its head", proof.slice(0, 5_000), "MalformedProof", 40_000],
    ["a byte too few", proof.slice(0, -1), "MalformedProof", honest.gas],
    ["a byte too many", Uint8Array.of(...proof, 0), "MalformedProof", honest.gas],
    ["noise", Uint8Array.of(...noise(proof.length)).fill(0, 0, 1), "MalformedProof", 60_000],
    ["noise behind a header", Uint8Array.of(...proof.subarray(0, 2), ...noise(proof.length - 2)), "NonCanonicalElement", 200_000],
  ];
  for (const [what, bytes, error, most] of cases) {
    const result = await run(bytes);
    assert.equal(result.error, error, what);
    assert.ok(result.gas <= most, `${what}: ${result.gas} gas`);
  }
}

describe("the deployed state transition verifier", () => {
  test("accepts a proof with the default parameters in one transaction and refuses a tampered one", async () => {
    const system = createStateTransitionSystem();
    const batch = await proveSmallBatch(system, backend);
    const addresses: string[] = [];
    for (const name of [GENERATED[1], GENERATED[2]]) {
      const { bytecode, deployedBytecode } = artifact("contracts/verifier/generated", name);
      addresses.push(await chain.deploy({ creation: bytecode, runtime: deployedBytecode }));
    }
    const { bytecode, deployedBytecode } = artifact("contracts/verifier/generated", GENERATED[0]);
    const contract = await wrap(await chain.deploy({ creation: bytecode, runtime: deployedBytecode }, ...addresses));
    assert.equal(await contract.verify(batch.encoded, batch.proof), "accepted");

    await refusesCheaply(contract.address, batch);

    const probe = artifact("test/contracts/solidity/verifier", "VerifierGasProbe");
    const address = await chain.deploy({ creation: probe.bytecode, runtime: probe.deployedBytecode }, contract.address);
    const abi = new Interface(probe.abi);
    const [signer] = await chain.l1.ethers.getSigners();
    const sent = await signer!.sendTransaction({
      to: address,
      data: abi.encodeFunctionData("check", [solidityStatement(batch.encoded), batch.proof]),
    });
    const receipt = await sent.wait();
    assert.equal(receipt?.status, 1);
    assert.equal(receipt?.logs[0]?.topics[1], batch.statement.commitment);
    assert.ok(Number(receipt?.gasUsed) < 3_600_000, `${receipt?.gasUsed} gas`);

    const changed = batch.proof.slice();
    changed[changed.length - 1]! ^= 1;
    assert.equal(await contract.verify(batch.encoded, changed), verdictOf(verify(system, batch.encoded, changed)));
  });
});
