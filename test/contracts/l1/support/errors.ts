import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Interface, type InterfaceAbi } from "ethers";
import hre from "hardhat";

const CONTRACTS = [
  "Hyperchain",
  "SettlementFacet",
  "ChainSettings",
  "ChainFactory",
  "ChainAccounts",
  "ChainAccount",
  "HyperchainNames",
  "MessageGateway",
  "L2MessageGateway",
  "SharedBridge",
  "SettlementCreator",
  "NestedExit",
  "StakeRegistry",
  "Equivocation",
  "StateExit",
  "StateTree",
  "VerifierRegistry",
  "SecurityCouncil",
  "GovernanceTimelock",
  "HyperchainGovernor",
  "VerifierDouble",
  "ProofAggregator",
  "AggregateVerifierDouble",
  "IStarkVerifier",
  "TransactionRootRegistry",
  "BytecodeRegistry",
  "BatchReader2",
  "CommitteePolicy",
  "AllOfPolicy",
  "AnyOfPolicy",
  "AttestedPolicy",
  "RollupCalldataPolicy",
  "DataCarrier",
  "SenderList",
  "Forwarders",
  "Forwarder",
] as const;

let interfaces: Promise<readonly Interface[]> | undefined;

async function loadInterfaces(): Promise<readonly Interface[]> {
  const paths = await Promise.all(CONTRACTS.map((name) => hre.artifacts.getArtifactPath(name)));
  return paths.map((path) => new Interface((JSON.parse(readFileSync(path, "utf8")) as { abi: InterfaceAbi }).abi));
}

/** The custom error with which a call or transaction reverts, as `Name(argument, …)` with addresses in lower case. */
export async function errorOf(promise: Promise<unknown>): Promise<string> {
  interfaces ??= loadInterfaces();
  try {
    await promise;
  } catch (error) {
    const data = revertData(error);
    if (data === undefined) throw error;
    for (const contractInterface of await interfaces) {
      const parsed = contractInterface.parseError(data);
      if (parsed !== null) return `${parsed.name}(${parsed.args.map((x: unknown) => String(x).toLowerCase()).join(", ")})`;
    }
    throw new Error(`unknown revert data ${data}`, { cause: error });
  }
  throw new assert.AssertionError({ message: "the call succeeded" });
}

/** Asserts that a call reverts with this error; a name without arguments accepts any. */
export async function assertReverts(promise: Promise<unknown>, expected: string): Promise<void> {
  const actual = await errorOf(promise);
  assert.equal(expected.includes("(") ? actual : actual.slice(0, actual.indexOf("(")), expected);
}

/** Revert data wherever Hardhat's and ethers' errors carry it. */
function revertData(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 6 && typeof current === "object" && current !== null; depth++) {
    const { data, cause, error: inner } = current as { data?: unknown; cause?: unknown; error?: unknown };
    if (typeof data === "string" && data.startsWith("0x")) return data;
    if (typeof data === "object" && data !== null && "data" in data && typeof data.data === "string") return data.data;
    current = cause ?? inner;
  }
  return undefined;
}
