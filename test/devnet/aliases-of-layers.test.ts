import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, Contract, ContractFactory, Interface, ZeroHash, type Signer } from "ethers";
import hre from "hardhat";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { deployedContract } from "../../src/ecosystem/client/sending/deployed-contract.ts";
import { CREATE2_DEPLOYER } from "../../src/ground/protocol/create2.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";

const [A, X] = [271n, 4_294_967_567n];
const CAROL = "0x00000000000000000000000000000000000ca201";
const factory = new Interface(chainFactoryAbi);
const abi = ["function call(address, bytes) payable"];

/** An operation of the chain. */
function requestOf(chainId: bigint, l2Contract: Hex, { mintValue = 0n, l2GasLimit = 100_000n, l2Calldata = "0x" }) {
  const terms = { l2GasLimit, l2GasPerPubdataByteLimit: 800n, factoryDeps: [], refundRecipient: CAROL };
  return factory.encodeFunctionData("requestL2TransactionDirect", [
    { chainId, mintValue, l2Contract, l2Value: 0n, l2Calldata, ...terms },
  ]);
}

test("a stranger's contract on a chain does not act on the chain's chains as L1's contract of the same address", async () => {
  const devnet = await startFlowDevnet(
    [
      { chainId: A, name: "alpha" },
      { chainId: X, name: "x", settlesOn: "alpha" },
    ],
    { ...UNPROVEN, fundedAccounts: [ALICE, BOB], singletons: true },
  );
  const [alpha, x] = devnet.chains.map((chain) => clientOf(chain));
  assert.ok(alpha !== undefined && x !== undefined);
  try {
    const [owner, thief] = [devnet.accounts.wallet(ALICE), devnet.accounts.wallet(BOB)];
    const takeOver = async (): Promise<void> => {
      for (const { pipeline } of devnet.chains) await pipeline.pollL1();
    };
    const factories = [devnet.info().l1, devnet.info().chains[1]!.settlesOn!].map(({ contracts }) => contracts.factory);
    const [onL1, onAlpha] = factories as [Hex, Hex];
    const { bytecode } = await hre.artifacts.readArtifact("WalletOfItsDeployer");
    const { address } = deployedContract(bytecode);
    const deploy = async (signer: Signer) =>
      (await signer.sendTransaction({ to: CREATE2_DEPLOYER, data: concat([ZeroHash, bytecode]) })).wait();
    const call = async (signer: Signer, target: Hex, data: string, value = 0n) =>
      (await new Contract(address, abi, signer).getFunction("call")(target, data, { value })).wait();

    // As the public's L1 has it.
    await devnet.l1.request("hardhat_setCode", [CREATE2_DEPLOYER, await alpha.getCode(CREATE2_DEPLOYER)]);

    // The wallet of L1 acts on x by way of alpha, where its alias sends as an account does.
    await deploy(owner.connect(devnet.l1.provider));
    const alias =
      `0x${((BigInt(address) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n).toString(16).padStart(40, "0")}` as Hex;
    const token = await hre.artifacts.readArtifact("L2TestToken");
    const deployed = await new ContractFactory(token.abi, token.bytecode, owner.connect(x)).deploy(1_000n, false, false);
    const tokenAddress = (await deployed.getAddress()).toLowerCase() as Hex;
    const transfer = (to: string, amount: bigint): string => deployed.interface.encodeFunctionData("transfer", [to, amount]);
    const balanceOf = (account: string): Promise<bigint> =>
      deployed.getFunction("balanceOf").staticCall(account) as Promise<bigint>;
    await (await owner.connect(x).sendTransaction({ to: tokenAddress, data: transfer(alias, 5n) })).wait();
    const toX = requestOf(X, tokenAddress, { l2Calldata: transfer(CAROL, 1n) });
    const viaAlpha = requestOf(A, onAlpha, { mintValue: ETHER, l2GasLimit: 1_000_000n, l2Calldata: toX });
    await call(owner.connect(devnet.l1.provider), onL1, viaAlpha, ETHER);
    await takeOver();
    await takeOver();
    assert.deepEqual([await balanceOf(alias), await balanceOf(CAROL)], [4n, 1n]);

    // Another's wallet of the same code is at the same address on alpha.
    await deploy(thief.connect(alpha));
    await call(thief.connect(alpha), onAlpha, requestOf(X, tokenAddress, { l2Calldata: transfer(thief.address, 4n) }));
    await takeOver();
    assert.equal((await x.getBlock("latest"))?.transactions.length, 1);
    assert.deepEqual([await balanceOf(alias), await balanceOf(thief.address)], [4n, 0n]);
  } finally {
    for (const client of [alpha, x]) client.destroy();
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});
