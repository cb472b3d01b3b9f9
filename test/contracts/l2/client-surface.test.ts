import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FunctionFragment, Interface } from "ethers";
import hre from "hardhat";
import { BASE_TOKEN_RESERVE_WEI } from "../../../src/ground/protocol/genesis.ts";
import { PREDEPLOYS, type PredeployName } from "../../../src/ground/protocol/predeploys.ts";

/** Calls of viem's zksync actions, zksync-ethers and zksync-js on L2, with the names of ZK Stack's ABIs. */
const CLIENT_CALLS: Readonly<Partial<Record<PredeployName, readonly string[]>>> = {
  L1Messenger: [
    "function sendToL1(bytes) returns (bytes32)",
    "event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message)",
  ],
  L2BaseToken: [
    "function withdraw(address) payable",
    "function withdrawWithMessage(address, bytes) payable",
    "function balanceOf(uint256) view returns (uint256)",
    "function totalSupply() view returns (uint256)",
  ],
  L2AssetRouter: [
    "function withdraw(address, address, uint256)",
    "function withdraw(bytes32, bytes) returns (bytes32)",
    "function finalizeDeposit(uint256, bytes32, bytes) payable",
    "function L1_ASSET_ROUTER() view returns (address)",
    "function l1SharedBridge() view returns (address)",
    "function l2TokenAddress(address) view returns (address)",
    "function l1TokenAddress(address) view returns (address)",
  ],
  L2NativeTokenVault: [
    "function L1_CHAIN_ID() view returns (uint256)",
    "function BASE_TOKEN_ASSET_ID() view returns (bytes32)",
    "function WETH_TOKEN() view returns (address)",
    "function assetId(address) view returns (bytes32)",
    "function tokenAddress(bytes32) view returns (address)",
    "function originChainId(bytes32) view returns (uint256)",
    "function l2TokenAddress(address) view returns (address)",
    "function ensureTokenIsRegistered(address) returns (bytes32)",
  ],
  MessageVerification: [
    "function proveL2MessageInclusionShared(uint256, uint256, uint256, tuple(uint16, address, bytes), bytes32[]) view returns (bool)",
  ],
  InteropCenter: [
    "function sendMessage(bytes, bytes, bytes[]) payable returns (bytes32)",
    "function supportsAttribute(bytes4) view returns (bool)",
    "function sendBundle(bytes, tuple(bytes, bytes, bytes[])[], bytes[]) payable returns (bytes32)",
    "event MessageSent(bytes32 indexed, bytes, bytes, bytes, uint256, bytes[])",
  ],
};

describe("what clients call", () => {
  for (const [name, fragments] of Object.entries(CLIENT_CALLS)) {
    test(`${name} has it`, async () => {
      const actual = new Interface((await hre.artifacts.readArtifact(name)).abi);
      for (const fragment of new Interface(fragments).fragments) {
        const found = actual.fragments.find((candidate) => candidate.format("sighash") === fragment.format("sighash"));
        assert.ok(found, fragment.format());
        if (!(fragment instanceof FunctionFragment) || !(found instanceof FunctionFragment)) continue;
        assert.equal(found.payable, fragment.payable, fragment.format());
        assert.equal(found.constant, fragment.constant, fragment.format());
        assert.deepEqual(
          found.outputs.map(({ type }) => type),
          fragment.outputs.map(({ type }) => type),
          fragment.format(),
        );
      }
    });
  }

  test("selectors are the published ones", async () => {
    const selector = async (artifact: string, signature: string): Promise<string | undefined> =>
      new Interface((await hre.artifacts.readArtifact(artifact)).abi).getFunction(signature)?.selector;
    assert.equal(await selector("L1Messenger", "sendToL1(bytes)"), "0x62f84b24");
    assert.equal(await selector("L2BaseToken", "withdraw(address)"), "0x51cff8d9");
    assert.equal(await selector("L2AssetRouter", "withdraw(address,address,uint256)"), "0xd9caed12");
    // ERC-7786.
    assert.equal(await selector("IERC7786Recipient", "receiveMessage(bytes32,bytes,bytes)"), "0x2432ef26");
    const messenger = new Interface((await hre.artifacts.readArtifact("L1Messenger")).abi);
    assert.equal(
      messenger.getEvent("L1MessageSent")?.topicHash,
      "0x3a36e47291f4201faf137fab081d92295bce2d53be2c6ca68ba82c7faa9ce241",
    );
  });

  test("addresses are the same in Solidity and TypeScript", async () => {
    const connection = await hre.network.create("local");
    try {
      const contract = await connection.ethers.deployContract("PredeploysHarness");
      const listed = (await contract.getFunction("all").staticCall()) as string[];
      assert.deepEqual(
        listed.map((address) => address.toLowerCase()),
        Object.values(PREDEPLOYS),
      );
      assert.equal(await contract.getFunction("reserve").staticCall(), BASE_TOKEN_RESERVE_WEI);
    } finally {
      await connection.close();
    }
  });
});
