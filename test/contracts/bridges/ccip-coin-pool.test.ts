import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AbiCoder,
  concat,
  getCreateAddress,
  id as hashOf,
  keccak256,
  type Contract,
  type ContractTransactionReceipt,
  type Result,
  type Signer,
} from "ethers";
import hre from "hardhat";
import { interoperable } from "../l2/support/bundles.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";
import { deployBy, send } from "./support/contracts.ts";

/** B has this chain's coin, C has another one. */
const [B, C] = [272n, 273n];
const [A_ID, B_ID, C_ID] = [271n, 272n, 273n];
const BOB = "0x00000000000000000000000000000000000B0B00";
const NO_ONE = `0x${"00".repeat(20)}`;
const GWEI = 10n ** 9n;
const [SUCCESS, FAILURE] = [2n, 3n];
const coder = AbiCoder.defaultAbiCoder();
const MESSAGE =
  "tuple(tuple(bytes32 messageId,uint64 sourceChainSelector,uint64 destChainSelector,uint64 sequenceNumber,uint64 nonce) header," +
  "address sender,bytes data,bytes receiver,bytes extraArgs,address feeToken,uint256 feeTokenAmount,uint256 feeValueJuels," +
  "tuple(address sourcePoolAddress,bytes destTokenAddress,bytes extraData,uint256 amount,bytes destExecData)[] tokenAmounts)";
const wordOf = (account: unknown): string => coder.encode(["address"], [account]);

describe("C14 CCIP's pool of coins, on chain A with B and C as remotes", () => {
  let connection: Awaited<ReturnType<typeof hre.network.create>>;
  let [operator, stranger]: [Signer, Signer] = [] as never;
  let [gatewayB, gatewayC]: [Contract, Contract] = [] as never;
  let [wrapped, link, registry, router, ramps, pool]: Record<never, never> & Contract[] = [] as never;
  before(async () => {
    connection = await hre.network.create("local");
    [operator, stranger] = (await connection.ethers.getSigners()) as unknown as [Signer, Signer];
    const me = await operator.getAddress();
    [gatewayB, gatewayC] = [await deployed("BridgeTestGateway"), await deployed("BridgeTestGateway")];
    [wrapped, link] = [await deployed("CcipCoin", "Wrapped", "W"), await deployed("CcipCoin", "LINK", "LINK")];
    const rmn = await deployed("CcipRmn", me);
    const nonce = await operator.getNonce();
    const [rampsAt, poolAt] = [2, 3].map((step) => getCreateAddress({ from: me, nonce: nonce + step }));
    registry = await deployed("CcipTokenAdmin", [wrapped!.target, link!.target], poolAt);
    router = await deployed("CcipRouter", rampsAt, wrapped!.target, rmn.target);
    ramps = await deployed("CcipRamps", me, A_ID, [router.target, rmn.target, registry.target, wrapped!.target, link!.target]);
    pool = await deployed("CcipCoinPool", ramps.target, wrapped!.target, link!.target, { value: 1_001n });
    assert.deepEqual([ramps.target, pool.target], [rampsAt, poolAt]);
    for (const [chain, id, gateway, sharesCoin] of [
      [B, B_ID, gatewayB, true],
      [C, C_ID, gatewayC, false],
    ] as const) {
      await send(ramps, "setRemote", [chain, { id, peer: ramps.target, gateway: gateway.target }]);
      await send(ramps, "setPrice", [id, GWEI, sharesCoin]);
      await send(ramps, "open", [chain]);
    }
    await send(wrapped!, "deposit", [], { value: 10n ** 18n });
    for (const token of [wrapped!, link!]) await send(token, "approve", [router.target, 2n ** 256n - 1n]);
  });
  after(() => connection.close());

  const deployed = (name: string, ...args: unknown[]): Promise<Contract> => deployBy(operator, name, ...args);
  const ask = (contract: Contract, name: string, ...args: unknown[]) =>
    contract.getFunction(name).staticCall(...args) as Promise<unknown>;
  const holds = (token: Contract, account: unknown) => ask(token, "balanceOf", account);
  async function lock(destination: bigint, token: Contract, amount: bigint): Promise<ContractTransactionReceipt> {
    const tokenAmounts = [{ token: token.target, amount }];
    const asked = { receiver: wordOf(BOB), data: "0x", tokenAmounts, feeToken: NO_ONE, extraArgs: "0x" };
    return send(router!, "ccipSend", [destination, asked], {
      value: (await ask(router!, "getFee", destination, asked)) as bigint,
    });
  }
  let number = 0n;
  /** Delivers tokens of a message from a remote's pool. */
  async function arrived(token: Contract, amount: bigint, { source = B_ID, from = pool!.target as string } = {}) {
    const message = {
      header: [`0x${"00".repeat(32)}`, source, A_ID, ++number, 0n],
      ...{ sender: BOB, data: "0x", receiver: wordOf(BOB), feeToken: NO_ONE, feeTokenAmount: 0n, feeValueJuels: 0n },
      extraArgs: concat(["0x181dcf10", coder.encode(["uint256", "bool"], [0n, true])]),
      tokenAmounts: [[from, wordOf(token.target), "0x", amount, coder.encode(["uint32"], [200_000])]],
    };
    const id = keccak256(coder.encode(["bytes32", MESSAGE], [hashOf("hyperchain CCIP message"), message]));
    const [gateway, chain] = source === B_ID ? [gatewayB, B] : [gatewayC, C];
    const record = coder.encode(["uint64", "bytes32"], [number, id]);
    await send(gateway, "hand", [ramps!.target, interoperable(chain, String(ramps!.target)), record]);
    return { ...message, header: [id, ...message.header.slice(1)] };
  }
  async function run(name: string, ...args: unknown[]): Promise<{ state: bigint; reason: string }> {
    const { logs } = await send(ramps!, name, args, { gasLimit: 3_000_000n });
    const events = logs.filter(({ address }) => address === ramps!.target).map((log) => ramps!.interface.parseLog(log));
    const { state, returnData } = events.find((event) => event?.name === "ExecutionStateChanged")!.args as Result & {
      state: bigint;
      returnData: string;
    };
    return { state, reason: returnData };
  }
  /** Encodes the error like the ramps. */
  const poolsError = (name: string, ...args: unknown[]): string =>
    ramps!.interface.encodeErrorResult("TokenHandlingError", [pool!.target, pool!.interface.encodeErrorResult(name, args)]);

  test("it begins with half of its coins as wrapped ones and half as the fee token, and is both tokens' pool", async () => {
    assert.deepEqual([await holds(wrapped!, pool!.target), await holds(link!, pool!.target)], [500n, 501n]);
    assert.deepEqual(
      [...((await ask(registry!, "getPools", [wrapped!.target, link!.target])) as string[])],
      [pool!.target, pool!.target],
    );
  });

  test("what goes is locked and told, and what comes is paid out of what there is", async () => {
    const { logs } = await lock(B_ID, wrapped!, 40n);
    assert.equal(await holds(wrapped!, pool!.target), 540n);
    const told = logs.filter(({ address }) => address === pool!.target).map((log) => pool!.interface.parseLog(log)!);
    assert.deepEqual(
      told.map(({ name, args }) => [name, ...args.toArray()]),
      [["LockedOrBurned", B_ID, wrapped!.target, ramps!.target, 40n]],
    );
    assert.equal((await run("execute", await arrived(wrapped!, 500n))).state, SUCCESS);
    assert.equal((await run("execute", await arrived(link!, 7n))).state, SUCCESS);
    assert.deepEqual([await holds(wrapped!, BOB), await holds(link!, BOB)], [500n, 7n]);
    assert.deepEqual([await holds(wrapped!, pool!.target), await holds(link!, pool!.target)], [40n, 494n]);
  });

  test("a transfer of more than the pool's coins fails with the pool's balance, and is executed after a payment to the pool", async () => {
    const message = await arrived(wrapped!, 100n);
    assert.deepEqual(await run("execute", message), {
      state: FAILURE,
      reason: poolsError("NotEnoughInPool", wrapped!.target, 100n, 40n),
    });
    await (await stranger.sendTransaction({ to: pool!.target, value: 60n })).wait();
    assert.equal((await run("manuallyExecute", message, 0n)).state, SUCCESS);
    assert.deepEqual([await holds(wrapped!, BOB), await holds(wrapped!, pool!.target)], [600n, 0n]);
  });

  test("attack: another pool's message names wrapped coins: it is paid nothing", async () => {
    await (await stranger.sendTransaction({ to: pool!.target, value: 1_000n })).wait();
    const theirs = await arrived(wrapped!, 5n, { from: BOB });
    assert.deepEqual(await run("execute", theirs), {
      state: FAILURE,
      reason: poolsError("InvalidSourcePoolAddress", wordOf(BOB)),
    });
    // Nor does it become the pool of a token of theirs.
    const own = await deployed("BridgeTestToken", await operator.getAddress());
    await send(registry!, "registerAdminViaOwner", [own.target]);
    await send(registry!, "acceptAdminRole", [own.target]);
    const taken = ask(registry!, "setPool", own.target, pool!.target);
    await assertReverts(taken, "CcipTokenAdmin", "InvalidTokenPoolToken", [own.target]);
    assert.equal(await holds(wrapped!, pool!.target), 1_000n);
  });

  test("attack: a stranger locks, releases, or takes the tokens' registration: refused", async () => {
    const caller = await stranger.getAddress();
    const mine = pool!.connect(stranger) as Contract;
    const locking = [wordOf(BOB), B_ID, caller, 1n, wrapped!.target];
    await assertReverts(ask(mine, "lockOrBurn", locking), "CcipCoinPool", "CallerIsNotARampOnRouter", [caller]);
    const releasing = [wordOf(caller), B_ID, caller, 1n, wrapped!.target, wordOf(pool!.target), "0x", "0x"];
    await assertReverts(ask(mine, "releaseOrMint", releasing), "CcipCoinPool", "CallerIsNotARampOnRouter", [caller]);
    for (const name of ["registerAdminViaOwner", "registerAdminViaGetCCIPAdmin", "registerAccessControlDefaultAdmin"])
      await assert.rejects(ask(registry!.connect(stranger) as Contract, name, wrapped!.target));
    const setting = ask(registry!.connect(stranger) as Contract, "setPool", wrapped!.target, NO_ONE);
    await assertReverts(setting, "CcipTokenAdmin", "OnlyAdministrator");
  });

  test("attack: a member whose coin is another one gets none for its own, and sends none", async () => {
    await assertReverts(lock(C_ID, wrapped!, 1n), "CcipCoinPool", "ChainNotAllowed", [C_ID]);
    const theirs = await arrived(wrapped!, 5n, { source: C_ID });
    assert.deepEqual(await run("execute", theirs), { state: FAILURE, reason: poolsError("ChainNotAllowed", C_ID) });
    assert.deepEqual([await ask(pool!, "isSupportedChain", B_ID), await ask(pool!, "isSupportedChain", C_ID)], [true, false]);
  });
});
