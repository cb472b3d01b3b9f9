import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import hre from "hardhat";
import { leastOf, UNREACHABLE } from "./coverage.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { PROTOCOL_CONTRACTS } from "./model/world.ts";
import { simulate } from "./simulation.ts";
import { Codec } from "./support/codec.ts";

/**
 * `npm run nightly -- simulation` takes a million steps and any seed. Fewer than by night meet too little for the last clause: with 2,500
 * some seeds met no halt that stopped a chain.
 */
const STEPS = byNight(7_500, 800);
const SEED = 1;

test(`L1 without proofs does what the model says, keeps the invariants of assets and liveness${IS_NIGHTLY ? ", and each function, error and third party is met often" : ""}, in at least ${STEPS} random steps (seed ${SEED})`, async () => {
  const { coverage } = await simulate({ seed: SEED, steps: STEPS });
  for (const act of GOVERNED) assert.ok(coverage.count(act) >= 5, `${act}: ${coverage.count(act)}`);
  if (IS_NIGHTLY) assert.deepEqual(coverage.missing(leastOf(STEPS)), [], "reached too rarely");
});

/** Actions of governance, each expected several times in the shortest run. */
const GOVERNED = [
  "VerifierRegistry.freeze ok",
  "VerifierRegistry.halt ok",
  "VerifierRegistry.scheduleRetirement ok",
  "ChainSettings.scheduleTerms ok",
  "ChainSettings.scheduleUpgrade ok",
  "VerifierRegistry.VersionFrozen",
  "VerifierRegistry.VersionHalted",
  "VerifierRegistry.ProtocolVersionRetired",
];

/** Contracts of L1 that the simulation does not call, and why. */
const LEFT_OUT: Record<string, string> = {
  CommitFacet: "run by ChainContract on its own storage (delegatecall), under whose name it is counted",
  ExecutionFacet: "run by ChainContract on its storage (delegatecall), under whose name it is counted",
  HyperchainFacets: "creates the facets in its constructor, and holds nothing",
  SettingsFacet: "run by ChainSettings on its own storage (delegatecall), under whose name it is counted",
  ImportFacet:
    "run by ChainContract on its own storage; the model's chains have no first state, imports.test.ts brings and refuses them",
  SettlementCreator: "holds nothing and creates where chains settle on a chain; settlement-creator.test.ts has what it refuses",
  NestedExit: "pays for chains on a chain, of which the model has none; nested-exit.test.ts has what it pays and refuses",
  HeldExit:
    "pays owners of held accounts, which the model lacks; held-exit.test.ts and held-exit-attacks.test.ts pay and refuse them",
  ChainAccounts: "holds nothing and no contract of L1 asks it; chain-accounts-random.test.ts has a separate model",
  ChainAccount: "run by the proxies of ChainAccounts, whose model calls it",
  MessageGateway: "holds nothing and no contract of L1 asks it; message-gateway-random.test.ts has a separate model",
  DataCarrier: "carries data of chains on a chain, of which the model has none; data-carrier.test.ts has a separate model",
  SenderList:
    "holds nothing and never changes; the model's filterer is a double that does, sender-list.test.ts has whom it lets in",
  AttestedPolicy: "asks no contract of L1 and keeps nothing; attested-policy.test.ts has what it takes and refuses",
  StakeRegistry: "holds operators' deposits, and no contract of L1 asks it; stake-faults.test.ts has random histories",
  Equivocation: "judges for the registry of stakes alone; stake.test.ts has what it takes and refuses",
  HubEquivocation: "called by the registry of stakes alone; stake-hubs.test.ts has its verdicts and refusals",
  BrokenPromises: "judges for the registry of stakes alone; promises-random.test.ts has random histories and a model",
  GuardianNetwork: "is a policy of chains with guardians, and the model has none; guardians-random.test.ts has a model for it",
  InputsPolicy: "calls no contract of L1 and stores nothing; availability.test.ts has what it takes and refuses",
  OwnersPolicy: "calls no contract of L1 and stores nothing; availability.test.ts has its claims and refusals",
  ListedPolicy: "calls no contract of L1 and stores nothing; availability.test.ts has its claims and refusals",
  ExecutionJudge: "is never deployed: flow/facts has its verdicts",
  Hub: "stores one digest, and the model has no hub; hub.test.ts has its landings and refusals",
  CarriedProofs:
    "records statements for chains on a proven chain, and the model has none; attacks/statements.test.ts has its refusals",
  LinkedExecution: "stores nothing between calls; links.test.ts has its executions and refusals",
  HyperchainNames: "holds nothing and no contract of L1 asks it; hyperchain-names-random.test.ts has a separate model",
};

test("the simulation calls every contract of L1", async () => {
  const deployable: string[] = [];
  for (const name of await hre.artifacts.getAllFullyQualifiedNames()) {
    const { contractName, bytecode } = await hre.artifacts.readArtifact(name);
    if (name.startsWith("contracts/l1/") && bytecode !== "0x") deployable.push(contractName);
  }
  const called: readonly string[] = PROTOCOL_CONTRACTS;
  assert.deepEqual(
    deployable.filter((name) => !called.includes(name) && LEFT_OUT[name] === undefined),
    [],
  );
});

test("what a chain's facets raise is counted under the chain's name", async () => {
  const { interfaces } = await Codec.load();
  const raised: string[] = [];
  for (const facet of ["CommitFacet", "ExecutionFacet"]) {
    const { abi } = await hre.artifacts.readArtifact(facet);
    new Interface(abi).forEachError(({ name }) => void raised.push(name));
  }
  assert.ok(raised.length > 0);
  assert.deepEqual(
    raised.filter((name) => interfaces.get("ChainContract")?.getError(name) === null),
    [],
  );
});

test("errors that the simulation cannot cause are errors that there are", async () => {
  const { interfaces } = await Codec.load();
  const isError = (label: string): boolean => {
    const [contract, error] = label.split(".") as [(typeof PROTOCOL_CONTRACTS)[number], string];
    return interfaces.get(contract)?.getError(error) !== null;
  };
  assert.deepEqual(
    Object.keys(UNREACHABLE).filter((label) => !isError(label)),
    [],
  );
});
