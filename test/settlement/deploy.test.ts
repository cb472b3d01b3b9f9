import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { verifierRegistryAbi } from "../../src/ground/abi/verifier-registry.ts";
import { createChain, localChainConfiguration } from "../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { startSettledL1, type SettledL1 } from "./support/settled-l1.ts";

describe("deploying an ecosystem", () => {
  let settled: SettledL1;
  before(async () => {
    settled = await startSettledL1();
  });
  after(() => settled.l1.close());
  const validator = (): Hex => settled.accounts[1]!.address.toLowerCase() as Hex;

  async function ask(to: Hex, abi: Interface, name: string, ...args: unknown[]): Promise<unknown> {
    const answer = await settled.accounts[0]!.call({ to, data: abi.encodeFunctionData(name, args) });
    return abi.decodeFunctionResult(name, answer)[0] as unknown;
  }

  test("every contract is where the others look for it", async () => {
    const { addresses, versions } = settled.ecosystem;
    const version = versions.trusted!;
    const factory = new Interface(chainFactoryAbi);
    assert.equal(String(await ask(addresses.factory, factory, "sharedBridge")).toLowerCase(), addresses.bridge);
    assert.equal(String(await ask(addresses.factory, factory, "messageRoot")).toLowerCase(), addresses.roots);
    const active = (await ask(addresses.verifiers, new Interface(verifierRegistryAbi), "contentOf", version.protocolVersion)) as {
      verifier: string;
      genesisStateRoot: string;
    };
    assert.equal(active.verifier.toLowerCase(), addresses.verifier);
    assert.equal(active.genesisStateRoot, version.genesisStateRoot);
    for (const address of Object.values(addresses)) {
      assert.notEqual(await settled.l1.ethers.provider.getCode(address), "0x", address);
    }
  });

  test("no version proves execution: none of the contracts that verify aggregates is deployed", async () => {
    const { addresses, versions } = settled.ecosystem;
    const version = versions.trusted!;
    const registry = new Interface(verifierRegistryAbi);
    const content = (await ask(addresses.verifiers, registry, "contentOf", version.protocolVersion)) as {
      aggregator: string;
      executionKey: string;
    };
    assert.deepEqual([content.aggregator, content.executionKey], [ZeroAddress, ZeroHash]);
    const { abi } = await hre.artifacts.readArtifact("IAggregateVerifier");
    const { selector } = new Interface(abi).getFunction("verify")!;
    const verifiers: string[] = [];
    for (const name of await hre.artifacts.getAllFullyQualifiedNames()) {
      const { abi: own, bytecode } = await hre.artifacts.readArtifact(name);
      if (bytecode !== "0x" && new Interface(own).getFunction(selector) !== null) verifiers.push(name);
    }
    assert.deepEqual(verifiers.sort(), [
      "contracts/verifier/AggregateVerifier.sol:AggregateVerifier",
      "contracts/verifier/NoProofAggregate.sol:NoProofAggregate",
      "test/contracts/solidity/l1/AggregateVerifierDouble.sol:AggregateVerifierDouble",
    ]);
    assert.ok(!Object.keys(addresses).some((role) => /aggregat/i.test(role)));
  });

  test("a chain's configuration is stored unchanged, and its id only once", async () => {
    const configuration = localChainConfiguration(settled.ecosystem, 601n, [validator()]);
    const created = await createChain(settled.ecosystem, configuration, settled.accounts[2]!);
    const known = await ask(settled.ecosystem.addresses.factory, new Interface(chainFactoryAbi), "getHyperchain", 601n);
    assert.equal(String(known).toLowerCase(), created.hyperchain);
    const again = createChain(settled.ecosystem, configuration, settled.accounts[2]!);
    await assert.rejects(again, { code: "DeploymentFailed", message: /ChainIdTaken\(601, / });
  });

  test("announces a chain, and creates it when L1's clock has passed the delay, however late that is", async () => {
    const delayed = await startSettledL1({ revealDelaySeconds: 60n });
    try {
      const waits: number[] = [];
      const wait = async (milliseconds: number): Promise<void> => {
        waits.push(milliseconds);
        // L1's clock goes slower than ours.
        await delayed.increaseTime(milliseconds === 1_000 ? 10 : 30);
      };
      const configuration = localChainConfiguration(delayed.ecosystem, 604n, [validator()]);
      const created = await createChain(delayed.ecosystem, configuration, delayed.accounts[2]!, { wait });
      assert.deepEqual(waits, [60_000, 1_000, 1_000, 1_000]);
      assert.equal(created.bornAt, BigInt((await delayed.l1.ethers.provider.getBlock(created.fromBlock))!.timestamp));
      const empty = { ...configuration, chainId: 605n, validators: [] };
      await assert.rejects(createChain(delayed.ecosystem, empty, delayed.accounts[2]!, { wait }), /QuorumEmpty\(\)/);
    } finally {
      await delayed.l1.close();
    }
  });

  test("names why a configuration cannot work", async () => {
    const empty = { ...localChainConfiguration(settled.ecosystem, 602n, []), admin: validator() };
    // A threshold of 0 without validators would be a chain without a quorum, whose version must prove execution.
    await assert.rejects(createChain(settled.ecosystem, empty, settled.accounts[0]!), /VersionNeedsQuorum\(2\)/);
    const signed = { ...empty, validatorThreshold: 1n };
    await assert.rejects(createChain(settled.ecosystem, signed, settled.accounts[0]!), /QuorumEmpty\(\)/);
    const base = localChainConfiguration(settled.ecosystem, 602n, [validator()]);
    const refusals: [Partial<typeof base>, RegExp][] = [
      [{ admin: ZeroAddress as Hex }, /AdminMissing\(\)/],
      [{ validatorThreshold: 2n }, /ThresholdOutOfRange\(1, 2\)/],
      [{ protocolVersion: 9n }, /UnknownProtocolVersion\(9\)/],
    ];
    for (const [overrides, message] of refusals) {
      await assert.rejects(createChain(settled.ecosystem, { ...base, ...overrides }, settled.accounts[0]!), message);
    }
  });
});
