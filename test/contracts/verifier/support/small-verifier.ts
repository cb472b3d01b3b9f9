import { keccak_256 } from "@noble/hashes/sha3.js";
import { readFileSync } from "node:fs";
import { Interface } from "ethers";

import {
  type GeneratedContract,
  generateConstraints,
  generateVerifier,
} from "../../../../scripts/verifier-generator/contract.ts";
import { generateStackVerifier } from "../../../../scripts/verifier-generator/stacked/stack-contract.ts";
import { packAuxiliary } from "../../../../src/proofs/stark/openings/proof.ts";
import type { System } from "../../../../src/proofs/stark/systems/system.ts";
import type { VerifyResult } from "../../../../src/proofs/stark/openings/rejection.ts";
import { type CodeChain, errorName } from "./chain.ts";
import { compileSolidity } from "./compile.ts";

const INTERFACE_SOURCE = readFileSync(new URL("../../../../contracts/interfaces/IStarkVerifier.sol", import.meta.url), "utf8");

/** Functions and errors of the interface, read from its source. */
export const STARK_ABI: readonly string[] = [
  "function verificationKey() view returns (bytes32)",
  "function verify(bytes32 statementHash, bytes publicValues, bytes proof) view returns (bool)",
  ...[...INTERFACE_SOURCE.matchAll(/error \w+\([^)]*\)/g)].map(([text]) => text),
];
const abi = new Interface(STARK_ABI);

/** "accepted" or the rejection's code; tree and layer numbers belong to it. */
export type Verdict = string;

/** A verifier generated for a system, compiled and deployed for a test. */
export interface DeployedVerifier {
  readonly address: string;
  /** `appended`: a word behind the call's arguments, for a patched verifier. */
  verify(statement: Uint8Array, proof: Uint8Array, appended?: bigint): Promise<Verdict>;
  /** Verifies with public values that need not belong to the statement. */
  verifyRaw(statementHash: Uint8Array, publicValues: Uint8Array, proof: Uint8Array): Promise<Verdict>;
}

/** `patch` may change the verifier's source before it is compiled. */
export async function deployVerifier(
  chain: CodeChain,
  system: System,
  patch: (source: string) => string = (source) => source,
): Promise<DeployedVerifier> {
  const generated = generateVerifier(system, GENERATED);
  const others = generateConstraints(system, GENERATED);
  return deployGenerated(chain, system, { core: { name: generated.name, source: patch(generated.source) }, others });
}

/** Deploys the verifier of a system whose columns are stacked; a `profile` returns the gas of its phases. */
export async function deployStackVerifier(chain: CodeChain, system: System, profile = false): Promise<DeployedVerifier> {
  return deployGenerated(chain, system, generateStackVerifier(system, { ...GENERATED, profile }));
}

const GENERATED = { name: "Generated", interfacePath: "IStarkVerifier.sol" };

async function deployGenerated(
  chain: CodeChain,
  system: System,
  { core, others }: { readonly core: GeneratedContract; readonly others: readonly GeneratedContract[] },
): Promise<DeployedVerifier> {
  const sources = Object.fromEntries([core, ...others].map(({ name, source }) => [`${name}.sol`, source]));
  const compiled = compileSolidity({ ...sources, "IStarkVerifier.sol": INTERFACE_SOURCE });
  for (const { name } of [core, ...others]) requireRoom(name, compiled[name]?.runtime ?? "");
  const code = (name: string) => {
    const found = compiled[name];
    if (found === undefined) throw new Error(`no contract ${name} was compiled`);
    return found;
  };
  const parts: string[] = [];
  for (const { name } of others) parts.push(await chain.deploy(code(name)));
  const address = await chain.deploy(code(core.name), ...parts);
  return verifierAt(chain, address, system);
}

/** A deployed verifier of proofs of that system. */
export function verifierAt({ call }: Pick<CodeChain, "call">, address: string, system: System): DeployedVerifier {
  const verifyRaw = async (
    statementHash: Uint8Array,
    publicValues: Uint8Array,
    proof: Uint8Array,
    appended?: bigint,
  ): Promise<Verdict> => {
    const word = appended === undefined ? "" : appended.toString(16).padStart(64, "0");
    const result = await call(address, abi.encodeFunctionData("verify", [statementHash, publicValues, proof]) + word);
    if (result.ok) return BigInt(result.data) === 1n ? "accepted" : `returned ${result.data}`;
    const { name, args } = errorName(STARK_ABI, result.data);
    return [name, ...args].join(" ");
  };
  return {
    address,
    verifyRaw,
    verify: (statement, proof, appended) => {
      const values = system.definition.publicValues(statement);
      // The contract's caller decodes the statement; an invalid statement has no public values.
      return verifyRaw(keccak_256(statement), values === undefined ? new Uint8Array(0) : packAuxiliary(values), proof, appended);
    },
  };
}

/** Throws where the compiler would keep memory in which generated code works, or where a public network would not take the code. */
function requireRoom(name: string, runtime: string): void {
  // Solidity starts by storing the end of its reserved memory, spilled variables included: PUSH1 or PUSH2, 0x40, MSTORE.
  const [, short, long] = /^0x(?:60(..)|61(....))604052/.exec(runtime) ?? [];
  if (!(parseInt(short ?? long ?? "ffff", 16) <= 0x800)) throw new Error(`${name} reserves memory up to ${short ?? long}`);
  if (runtime.length / 2 - 1 > 24_576) throw new Error(`${name} has ${runtime.length / 2 - 1} bytes`);
}

/** The TypeScript verifier's answer in the same words. */
export function verdictOf(result: VerifyResult): Verdict {
  if (result.ok) return "accepted";
  const { rejection } = result;
  if (rejection.code === "MerkleMismatch") return `MerkleMismatch ${rejection.tree}`;
  if (rejection.code === "FoldMismatch") return `FoldMismatch ${rejection.layer}`;
  return rejection.code;
}
