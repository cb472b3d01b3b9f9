import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Interface, type JsonFragment } from "ethers";
import hre from "hardhat";

const CONTRACTS = [
  "ChainContract",
  "CommitFacet",
  "ExecutionFacet",
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
  "HeldExit",
  "StakeRegistry",
  "Equivocation",
  "HubEquivocation",
  "BrokenPromises",
  "GuardianNetwork",
  "StateExit",
  "StateTree",
  "VerifierRegistry",
  "SecurityCouncil",
  "GovernanceTimelock",
  "HyperchainGovernor",
  "VerifierDouble",
  "ProofAggregator",
  "CarriedProofs",
  "ImportedRoots",
  "AggregateVerifierDouble",
  "IStarkVerifier",
  "NoProofAggregate",
  "TransactionRootRegistry",
  "BytecodeRegistry",
  "BatchReader",
  "CommitteePolicy",
  "AllOfPolicy",
  "AnyOfPolicy",
  "AttestedPolicy",
  "RollupCalldataPolicy",
  "InputsPolicy",
  "ListedPolicy",
  "DataCarrier",
  "SenderList",
  "Forwarders",
  "Forwarder",
  "ShieldedPool",
  "Hub",
] as const;

/** `Error(string)` and `Panic(uint256)`, which any interface reads. */
const BUILT_IN = ["0x08c379a0", "0x4e487b71"];

let interfaces: Promise<ReadonlyMap<string, Interface>> | undefined;

/** Loads the first contract's interface by each error's selector: ethers hashes the text of each error in each search. */
async function loadInterfaces(): Promise<ReadonlyMap<string, Interface>> {
  const paths = await Promise.all(CONTRACTS.map((name) => hre.artifacts.getArtifactPath(name)));
  const known = new Map<string, Interface>(BUILT_IN.map((selector) => [selector, new Interface([])]));
  for (const path of paths) {
    const { abi } = JSON.parse(readFileSync(path, "utf8")) as { abi: readonly JsonFragment[] };
    for (const error of abi.filter(({ type }) => type === "error")) {
      const alone = new Interface([error]);
      alone.forEachError(({ selector }) => {
        if (!known.has(selector)) known.set(selector, alone);
      });
    }
  }
  return known;
}

/** The custom error with which a call or transaction reverts, as `Name(argument, …)` with addresses in lower case. */
export async function errorOf(promise: Promise<unknown>): Promise<string> {
  interfaces ??= loadInterfaces();
  try {
    await promise;
  } catch (error) {
    const data = revertData(error);
    if (data === undefined) throw error;
    const parsed = (await interfaces).get(data.slice(0, 10))?.parseError(data);
    if (parsed) return `${parsed.name}(${parsed.args.map((x: unknown) => String(x).toLowerCase()).join(", ")})`;
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
