import assert from "node:assert/strict";
import { concat, ZeroAddress } from "ethers";
import { artifactOf } from "../support/packages.ts";
import type { Used, World } from "../support/world.ts";

const ETHER = 10n ** 18n;
const artifact = (path: string, name: string) =>
  artifactOf(`@safe-global/safe-contracts/build/artifacts/contracts/${path}.sol/${name}.json`);
const TRANSACTION = {
  SafeTx: [
    ["address", "to"],
    ["uint256", "value"],
    ["bytes", "data"],
    ["uint8", "operation"],
    ["uint256", "safeTxGas"],
    ["uint256", "baseGas"],
    ["uint256", "gasPrice"],
    ["address", "gasToken"],
    ["address", "refundReceiver"],
    ["uint256", "nonce"],
  ].map(([type = "", name = ""]) => ({ type, name })),
};

/** Safe 1.4.1: a proxy by the factory, a transaction of two owners of three, by two kinds of signatures, a module, refusals. */
export async function safe(world: World): Promise<void> {
  const singleton = await world.deploy(artifact("Safe", "Safe"));
  const factory = await world.deploy(artifact("proxies/SafeProxyFactory", "SafeProxyFactory"));
  const handler = await world.deploy(artifact("handler/CompatibilityFallbackHandler", "CompatibilityFallbackHandler"));
  const owners = [0, 1, 2].map((index) => world.account(index));
  const setup = singleton.abi.encodeFunctionData("setup", [
    owners,
    2,
    ...[ZeroAddress, "0x", handler.address, ZeroAddress, 0, ZeroAddress],
  ]);
  await world.refused(singleton, "setup", [owners, 2, ZeroAddress, "0x", handler.address, ZeroAddress, 0, ZeroAddress]);
  const created = await world.send(factory, "createProxyWithNonce", [singleton.address, setup, 7n]);
  const wallet = world.at(
    String(created.logs.map((log) => factory.abi.parseLog(log)).find((log) => log)?.args[0]),
    singleton.abi,
  );
  await world.refused(factory, "createProxyWithNonce", [singleton.address, setup, 7n]);
  await world.transact({ to: wallet.address, value: 10n * ETHER }, 3);
  await world.ask(wallet, "getOwners");

  const pay = { to: world.account(9), value: ETHER, data: "0x" };
  const signed = await signaturesOf(world, wallet, { ...pay, nonce: 0n }, [0, 1]);
  await world.refused(wallet, "execTransaction", [...callOf(pay), concat(signed.slice(0, 1))]);
  await world.refused(wallet, "execTransaction", [...callOf(pay), concat(signed.toReversed())]);
  await world.send(wallet, "execTransaction", [...callOf(pay), concat(signed)], { from: 5 });
  await world.refused(wallet, "execTransaction", [...callOf(pay), concat(signed)]);

  // Another owner approves on the chain, the sender by sending.
  const module = world.account(8);
  const enable = { to: wallet.address, value: 0n, data: wallet.abi.encodeFunctionData("enableModule", [module]) };
  const [hash] = await world.ask(wallet, "getTransactionHash", [...callOf(enable), 1n]);
  await world.send(wallet, "approveHash", [hash], { from: 2 });
  const approvals = [world.account(1), world.account(2)]
    .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1))
    .map((owner) => concat([`0x${owner.slice(2).padStart(64, "0")}`, `0x${"00".repeat(32)}`, "0x01"]));
  await world.send(wallet, "execTransaction", [...callOf(enable), concat(approvals)], { from: 1 });
  await world.ask(wallet, "isModuleEnabled", [module]);
  await world.refused(wallet, "execTransactionFromModule", [world.account(9), ETHER, "0x", 0], { from: 7 });
  await world.send(wallet, "execTransactionFromModule", [world.account(9), ETHER, "0x", 0], { from: 8 });
  await world.ask(wallet, "getModulesPaginated", ["0x0000000000000000000000000000000000000001", 10]);

  // A batch by MultiSend, which the wallet calls with its own storage; a part that fails undoes all.
  const multiSend = await world.deploy(artifact("libraries/MultiSend", "MultiSend"));
  const part = (to: string, value: bigint, data: string) =>
    concat(["0x00", to, word(value), word(BigInt(data.length / 2 - 1)), data]);
  const two = concat([part(world.account(6), 1n, "0x"), part(world.account(7), 2n, "0x")]);
  const batch = { to: multiSend.address, value: 0n, data: multiSend.abi.encodeFunctionData("multiSend", [two]) };
  const onBatch = await signaturesOf(world, wallet, { ...batch, nonce: 2n, operation: 1 }, [0, 2]);
  await world.send(wallet, "execTransaction", [...callOf(batch, 1), concat(onBatch)]);
  const [nonce] = await world.ask(wallet, "nonce");
  assert.equal(nonce, 3n);
}

function word(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

interface Call {
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
}

/** The arguments of execTransaction before its signatures; nothing is paid back. */
function callOf({ to, value, data }: Call, operation = 0): readonly unknown[] {
  return [to, value, data, operation, 0, 0, 0, ZeroAddress, ZeroAddress];
}

/** Returns the signatures of some owners, in the order of their addresses. */
async function signaturesOf(
  world: World,
  { address }: Used,
  { operation = 0, ...call }: Call & { readonly nonce: bigint; readonly operation?: number },
  owners: readonly number[],
): Promise<string[]> {
  const message = {
    ...call,
    operation,
    ...{ safeTxGas: 0, baseGas: 0, gasPrice: 0, gasToken: ZeroAddress, refundReceiver: ZeroAddress },
  };
  const domain = { chainId: await world.chainId(), verifyingContract: address };
  const inOrder = owners.toSorted((a, b) => (BigInt(world.account(a)) < BigInt(world.account(b)) ? -1 : 1));
  return Promise.all(inOrder.map((owner) => world.sign(owner, domain, TRANSACTION, message)));
}
