import { readFileSync } from "node:fs";
import { AbiCoder, Interface, type InterfaceAbi, keccak256 } from "ethers";
import { type CodeChain, errorName } from "./chain.ts";
import { solidityStatement } from "./small-batch.ts";
import type { Verdict } from "./small-verifier.ts";

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** Verifier of state transitions on L1. */
export interface StateVerifier {
  readonly address: string;
  /** `fault`: word after the call's arguments, for a verifier with planted faults. */
  verify(encoded: Uint8Array, proof: Uint8Array, fault?: number): Promise<Verdict>;
}

/** Compiled contract of the package. */
export function artifactOf(path: string, name: string): Artifact {
  const file = new URL(`../../../../artifacts/${path}/${name}.sol/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Artifact;
}

/** The package's first verifier, generated from the system. */
export async function deployFirst(chain: CodeChain): Promise<StateVerifier> {
  const generated = (name: string, ...parts: readonly string[]): Promise<string> =>
    chain.deploy({ creation: artifactOf("contracts/verifier/generated", name).bytecode, runtime: "" }, ...parts);
  const evaluators = [await generated("StateTransitionStarkConstraints1"), await generated("StateTransitionStarkConstraints2")];
  const stark = await generated("StateTransitionStark", ...evaluators);
  const { bytecode } = artifactOf("contracts/verifier", "StateTransitionVerifier");
  return stateVerifierAt(chain, await chain.deploy({ creation: bytecode, runtime: "" }, stark));
}

/** Data contract of a description. */
export async function deployDescription(chain: CodeChain, description: Uint8Array): Promise<DescriptionContract> {
  const code = `00${Buffer.from(description).toString("hex")}`;
  // PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN.
  const creation = `0x61${(code.length / 2).toString(16).padStart(4, "0")}80600a3d393df3${code}`;
  return { address: await chain.deploy({ creation, runtime: "" }), hash: keccak256(`0x${code}`) };
}

/** Deployed description, and the hash of its code. */
interface DescriptionContract {
  readonly address: string;
  readonly hash: string;
}

/** The second verifier with the description in a data contract; the package's creation code if no other is given. */
export async function deploySecond(
  chain: CodeChain,
  { address, hash }: DescriptionContract,
  creation: string = artifactOf("contracts/verifier/second", "SecondStark").bytecode,
): Promise<StateVerifier> {
  const parts = AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [address, hash]);
  return stateVerifierAt(chain, await chain.deploy({ creation: creation + parts.slice(2), runtime: "" }));
}

/** The package's data contract. */
export async function packageDescription(chain: CodeChain): Promise<DescriptionContract> {
  const { bytecode } = artifactOf("contracts/verifier/second/generated", "StateTransitionDescription");
  const address = await chain.deploy({ creation: bytecode, runtime: "" });
  return { address, hash: keccak256(await chain.l1.ethers.provider.getCode(address)) };
}

/** Calls through a probe, so that a refusal is not a failing transaction. */
async function stateVerifierAt(chain: CodeChain, address: string): Promise<StateVerifier> {
  const contract = new Interface(artifactOf("contracts/interfaces", "IStateTransitionVerifier").abi);
  const errors = artifactOf("contracts/interfaces", "IStarkVerifier").abi;
  const { bytecode } = artifactOf("test/contracts/solidity/verifier", "CallProbe");
  const probe = await chain.deploy({ creation: bytecode, runtime: "" });
  return {
    address,
    async verify(encoded, proof, fault) {
      const word = fault === undefined ? "" : fault.toString(16).padStart(64, "0");
      const data = contract.encodeFunctionData("verify", [solidityStatement(encoded), proof]);
      const { data: answer } = await chain.call(probe, `0x${address.slice(2).padStart(64, "0")}${data.slice(2)}${word}`);
      const result = `0x${answer.slice(66)}`;
      if (BigInt(answer.slice(0, 66)) === 1n) return BigInt(result) === 1n ? "accepted" : `returned ${result}`;
      const { name, args } = errorName(errors, result);
      return [name, ...args].join(" ");
    },
  };
}
