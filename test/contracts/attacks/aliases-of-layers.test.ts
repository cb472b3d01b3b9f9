import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, getCreateAddress, type BaseContract } from "ethers";
import { referenceCompressor } from "../../../src/chain/state/batch-compressor.ts";
import { proveHolding } from "../../../src/chain/state/holding-proof.ts";
import { StateTree } from "../../../src/chain/state/state-tree.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { holdingKey } from "../../../src/ground/protocol/holding.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { startLocalL1 } from "../../support/l1.ts";
import { ZERO_ADDRESS } from "../l1/support/assets.ts";
import { TestChain } from "../l1/support/chain.ts";
import {
  addressOf,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  hexAddress,
  send,
  view,
  type Ecosystem,
} from "../l1/support/ecosystem.ts";
import { assertReverts } from "../l1/support/errors.ts";
import { activateExit } from "../l1/support/exits.ts";
import { startLocalL2 } from "../l2/support/local-l2.ts";

const ALPHA = 271n;
const X = ALPHA + (1n << 32n);
/** Offset of L1 by the definition; between its ones is the id of the chain that is the layer. */
const OFFSET_OF_L1 = 0x1111000000000000000000000000000000001111n;
const OFFSET_OF_ALPHA = 0x11110000000000000000000000000000010f1111n;

describe("a contract on a chain, at an address that a contract has on L1 too", () => {
  let alpha: Ecosystem;
  let contract: BaseContract;
  let own: Hex;
  let x: TestChain;
  before(async () => {
    alpha = await deployEcosystem(0n, async () => {
      const chain = await startLocalL1({ chainId: Number(ALPHA) });
      // What tells a hyperchain from an L1.
      await chain.ethers.provider.send("hardhat_setCode", [PREDEPLOYS.SystemContext, "0x00"]);
      return chain;
    });
    contract = await alpha.l1.deploy("RequestingContract");
    own = await hexAddress(contract);
    x = await TestChain.create(alpha, await defaultConfiguration(alpha, X));
  });
  after(() => alpha.l1.close());

  const plus = (offset: bigint): bigint => (BigInt(own) + offset) % 2n ** 160n;
  const terms = (fields: object) => ({
    ...{ chainId: X, mintValue: 10n ** 9n, l2Value: 0n, l2GasLimit: 500_000n, l2GasPerPubdataByteLimit: 800n },
    refundRecipient: ZERO_ADDRESS,
    ...fields,
  });
  const direct = terms({ l2Contract: addressOf(5), l2Calldata: "0x", factoryDeps: [] });
  const newest = async (): Promise<{ from: bigint; reserved: bigint[]; data: Hex }> => {
    const events = await x.contract.queryFilter(x.contract.filters["NewPriorityRequest"]!());
    return x.contract.interface.parseLog(events.at(-1)!)!.args["transaction"] as { from: bigint; reserved: bigint[]; data: Hex };
  };
  const encode = (name: string, fields: object): string => alpha.factory.interface.encodeFunctionData(name, [fields]);

  test("sends operations and gets refunds at an alias that no contract of L1 has", async () => {
    const factory = await hexAddress(alpha.factory);
    await send(contract, "call", factory, encode("requestL2TransactionDirect", direct), { value: 10n ** 9n });
    const { from, reserved } = await newest();
    assert.deepEqual([from, reserved[1]], [plus(OFFSET_OF_ALPHA), plus(OFFSET_OF_ALPHA)]);
    assert.notEqual(from, plus(OFFSET_OF_L1));
    // One that calls from its constructor has no code yet.
    const [deployer] = alpha.accounts;
    const next = getCreateAddress({ from: deployer!.address, nonce: await deployer!.getNonce() });
    const data = encode("requestL2TransactionDirect", direct);
    await alpha.l1.ethers.deployContract("ConstructorRequester", [factory, data], { value: 10n ** 9n });
    assert.equal((await newest()).reserved[1], (BigInt(next) + OFFSET_OF_ALPHA) % 2n ** 160n);
  });

  test("deposits tokens to that alias where it names no receiver, in an operation of the bridge's alias there", async () => {
    const token = await alpha.l1.deploy("TokenDouble");
    const bridge = await hexAddress(alpha.bridge);
    await send(token, "mint", own, 100n);
    await send(contract, "call", await hexAddress(token), token.interface.encodeFunctionData("approve", [bridge, 100n]));
    const deposit = AbiCoder.defaultAbiCoder().encode(
      ["address", "uint256", "address"],
      [await hexAddress(token), 7n, ZERO_ADDRESS],
    );
    const data = encode(
      "requestL2TransactionTwoBridges",
      terms({ secondBridgeAddress: bridge, secondBridgeValue: 0n, secondBridgeCalldata: deposit }),
    );
    await send(contract, "call", await hexAddress(alpha.factory), data, { value: 10n ** 9n });
    const operation = await newest();
    assert.equal(operation.from, (BigInt(bridge) + OFFSET_OF_ALPHA) % 2n ** 160n);
    const transfer = AbiCoder.defaultAbiCoder().decode(["uint256", "bytes32", "bytes"], `0x${operation.data.slice(10)}`)[2];
    const receiver = AbiCoder.defaultAbiCoder().decode(["address", "address"], transfer as string)[1] as string;
    assert.equal(BigInt(receiver), plus(OFFSET_OF_ALPHA));
  });

  test("mints nothing on a chain's chain, although it has the address of the bridge on the other layer", async () => {
    const bridge = await hexAddress(alpha.bridge);
    const l2 = await startLocalL2(Number(X), {
      ...{ l1ChainId: ALPHA, l1SharedBridge: bridge, baseTokenOriginChainId: ALPHA, baseTokenOriginToken: ETH, bornAt: 0n },
    });
    try {
      const [stranger, alias] = [aliasOf(ALPHA, bridge), aliasOf(X, bridge)];
      const asks = [
        ["L2AssetRouter", "finalizeDeposit", [ALPHA, wordToHex(1n), "0x"]],
        ["ImportedRoots", "importRootFromL1", [1n, wordToHex(2n)]],
      ] as const;
      for (const [name, method, args] of asks) {
        const asked = async (from: Hex): Promise<unknown> =>
          (await l2.predeploy(name, await l2.impersonate(from))).getFunction(method).staticCall(...args);
        await assert.rejects(asked(stranger), /CallerNotAllowed/);
        // The bridge's own alias gets further: one is taken, of the other the content is looked at.
        await asked(alias).catch((error: unknown) => assert.doesNotMatch(String(error), /CallerNotAllowed/));
      }
    } finally {
      await l2.close();
    }
  });

  test("takes its own alias' holding of a stopped chain, and not what a contract of L1 has there", async () => {
    const [mine, foreign] = [aliasOf(X, own), aliasOf(ALPHA, own)];
    const stopped = await TestChain.create(alpha, await defaultConfiguration(alpha, X + (1n << 32n)));
    const { chainId } = stopped.configuration;
    const keys = { settlementChainId: alpha.chainId, baseToken: ETH, token: ZERO_ADDRESS } as const;
    const leaves = [mine, foreign].map((account) => ({ ...holdingKey({ ...keys, account }), value: (30n << 64n) | 7n }));
    const tree = StateTree.genesis(leaves, { compressor: referenceCompressor });
    const operation = await stopped.request({}, 10n ** 9n);
    await stopped.settle({
      canonicalTxHashes: [operation],
      logs: [{ type: "priorityOp", success: true }],
      newStateRoot: digestToHex(tree.root),
    });
    await stopped.request();
    await activateExit(alpha, stopped);
    const claim = async (account: Hex): Promise<unknown> => {
      const { proof } = proveHolding(tree, { ...keys, account })!;
      const args = [chainId, ZERO_ADDRESS, 30n, addressOf(0xe5), proof];
      const data = alpha.stateExit.interface.encodeFunctionData("claimHolding", args);
      return send(contract, "call", await hexAddress(alpha.stateExit), data);
    };
    await assertReverts(claim(foreign), "StateRootMismatch");
    await claim(mine);
    assert.equal(await alpha.l1.ethers.provider.getBalance(addressOf(0xe5)), 30n);
    assert.equal(await view(alpha.stateExit, "claimed", chainId, mine, ZERO_ADDRESS), 30n);
  });
});
