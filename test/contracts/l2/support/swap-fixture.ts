import assert from "node:assert/strict";
import type { Contract, TransactionReceipt } from "ethers";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../src/ground/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable } from "./bundles.ts";
import { callStarter, startInteropFixture, type InteropFixture, type SentBundle } from "./interop-fixture.ts";
import { ETH, type SimulatedChain } from "./ecosystem.ts";

export const COIN: Hex = PREDEPLOYS.L2BaseToken;
export const NEVER = 2n ** 64n;

/** Orders for a router; by default the order's values. */
export interface Trade {
  readonly taken?: bigint;
  readonly paid: bigint;
  /** Default: the owner's purse. */
  readonly to?: string;
}

/** A swap order; what is not given is the swap of the coin for `token`, back to chain a. */
export interface Order {
  readonly tokenIn?: string;
  readonly amountIn: bigint;
  readonly tokenOut?: string;
  readonly minimumOut: bigint;
  readonly deadline?: bigint;
  readonly chainId?: bigint;
  readonly recipient?: string;
  /** Calldata for the router in place of a trade. */
  readonly data?: string;
}

/** Chains a, b and c; on b the contract that swaps, a router with 10^15 of a token and of the coin. */
export interface SwapFixture extends InteropFixture {
  readonly swaps: Contract;
  readonly router: Contract;
  /** Token that was created on b. */
  readonly token: Contract;
  readonly tokenAddress: string;
  /** The account of a user of a on b, and that account's purse. */
  accountOf(user?: number): Promise<string>;
  purseOf(user?: number): Promise<string>;
  /** The order and its trade as calldata of `swap`. */
  encode(order: Order, trade: Trade, user?: number): Promise<string>;
  /** Sends an order from a to b by one transaction, and has it settled. `aToken` is a's token that is given; default: the coin. */
  sendSwap(order: Order, trade: Trade, options?: SendOptions): Promise<SentBundle>;
  /** Executes a bundle on b; throws where its calls fail. */
  executeWell(bundle: SentBundle): Promise<TransactionReceipt>;
  /** Executes a bundle on b whose calls fail with this error of the purse, and delivers the refund to a. */
  executeBadly(bundle: SentBundle, error: string, args: readonly unknown[]): Promise<void>;
  /** Balance on a chain of b's token. */
  tokensOn(chain: SimulatedChain, account: string): Promise<bigint>;
  /** Delivers all that a transaction on b sent to a chain, there. */
  deliverAll(receipt: TransactionReceipt, chain: SimulatedChain): Promise<void>;
}

export interface SendOptions {
  readonly user?: number;
  readonly aToken?: string;
  readonly attributes?: readonly string[];
}

export async function startSwapFixture(): Promise<SwapFixture> {
  const fixture = await startInteropFixture();
  const { a, b, ecosystem } = fixture;
  const deploy = async (name: string, ...args: unknown[]): Promise<Contract> =>
    (await b.ethers.deployContract(name, args)) as unknown as Contract;
  const [swaps, router, token] = [
    await deploy("RemoteSwap"),
    await deploy("TestRouter"),
    await deploy("L2TestToken", 10n ** 18n, false, false),
  ];
  const [swapsAddress, routerAddress, tokenAddress] = [
    await swaps.getAddress(),
    await router.getAddress(),
    await token.getAddress(),
  ];
  await b.send(token, "transfer", routerAddress, 10n ** 15n);
  await b.deposit(routerAddress, ETH, 10n ** 15n);
  await a.deposit(a.users[2]!.address, ETH, 10n ** 18n);

  const accountOf = async (user = 0): Promise<string> =>
    (await (await fixture.handler(b)).getFunction("interopAccount").staticCall(a.chainId, a.users[user]!.address)) as string;
  const purseOf = async (user = 0): Promise<string> =>
    (await swaps.getFunction("purseOf").staticCall(await accountOf(user))) as string;
  const encode = async (order: Order, trade: Trade, user = 0): Promise<string> => {
    const { tokenIn = COIN, amountIn, tokenOut = tokenAddress, minimumOut } = order;
    const { deadline = NEVER, chainId = a.chainId, recipient = a.users[user]!.address } = order;
    const { taken = amountIn, paid, to = await purseOf(user) } = trade;
    const data = order.data ?? router.interface.encodeFunctionData("trade", [tokenIn, taken, tokenOut, paid, to]);
    return swaps.interface.encodeFunctionData("swap", [
      { router: routerAddress, data, tokenIn, amountIn, tokenOut, minimumOut, deadline, chainId, recipient },
    ]);
  };

  const executeWell = async (bundle: SentBundle): Promise<TransactionReceipt> => {
    const receipt = await fixture.execute(b, bundle);
    const [success, result] = await fixture.outcomeOf(receipt);
    assert.ok(success, result);
    return receipt;
  };
  const deliverAll = async (receipt: TransactionReceipt, chain: SimulatedChain): Promise<void> => {
    await ecosystem.settle();
    const assets = await chain.predeploy("L2AssetRouter", chain.users[3]);
    for (const [destination, , , , , hash] of await eventsOf(receipt, "L2AssetRouter", "TransferSent")) {
      if (destination === chain.chainId) await chain.send(assets, "deliver", ecosystem.prove(hash as string));
    }
  };

  return {
    ...fixture,
    swaps,
    router,
    token,
    tokenAddress,
    accountOf,
    purseOf,
    encode,
    async sendSwap(order, trade, { user = 0, aToken, attributes = [] } = {}) {
      const value = aToken === undefined ? order.amountIn : 0n;
      const coin = value === 0n ? [] : [attribute("interopCallValue", value)];
      const call = callStarter(
        interoperable(b.chainId, swapsAddress),
        await encode(order, trade, user),
        attribute("shadowAccount"),
        ...coin,
      );
      const tokens = aToken === undefined ? [] : [attribute("transferToken", aToken, order.amountIn, await purseOf(user))];
      const all = [...tokens, ...attributes];
      const center = await fixture.center(a, user);
      const sent = await a.send(center, "sendBundle", interoperable(b.chainId), [call], all, { value });
      const bundle = fixture.bundleOf(sent);
      await ecosystem.settle();
      return bundle;
    },
    executeWell,
    async executeBadly(bundle, error, args) {
      const receipt = await fixture.execute(b, bundle);
      const purse = await b.ethers.getContractFactory("SwapPurse");
      assert.deepEqual(await fixture.outcomeOf(receipt), [false, purse.interface.encodeErrorResult(error, args)]);
      await deliverAll(receipt, a);
    },
    async tokensOn(chain, account) {
      const vault = await chain.predeploy("L2NativeTokenVault");
      const bridged = (await vault.getFunction("calculateCreate2TokenAddress").staticCall(b.chainId, tokenAddress)) as string;
      const address = chain === b ? tokenAddress : bridged;
      if ((await chain.ethers.provider.getCode(address)) === "0x") return 0n;
      const there = (await chain.ethers.getContractAt("BridgedToken", address)) as unknown as Contract;
      return (await there.getFunction("balanceOf").staticCall(account)) as bigint;
    },
    deliverAll,
  };
}
