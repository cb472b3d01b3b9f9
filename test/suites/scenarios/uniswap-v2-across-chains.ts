import assert from "node:assert/strict";
import { ContractFactory, type BaseContract, type Signer } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { artifactOf } from "../support/packages.ts";

const ETHER = 10n ** 18n;
const NEVER = 2n ** 64n;
const BOB = "0x0000000000000000000000000000000000000b0b";
const core = (name: string): string => `@uniswap/v2-core/build/${name}.json`;
const periphery = (name: string): string => `@uniswap/v2-periphery/build/${name}.json`;

/** 0.3% to the pool, as the white paper has it. */
const priceOf = (given: bigint, reserveIn: bigint, reserveOut: bigint): bigint =>
  (given * 997n * reserveOut) / (reserveIn * 1000n + given * 997n);

/** Uniswap's router on beta, used by an account of alpha: coins through two pools to a token, and the token back to coins. */
export async function uniswapV2AcrossChains({ hyperchains }: NetworkConnection<string>): Promise<void> {
  const [alpha, beta] = [hyperchains.chain("alpha"), hyperchains.chain("beta")];
  const [alice] = await alpha.ethers.getSigners();
  const [owner] = await beta.ethers.getSigners();
  assert.ok(alice !== undefined && owner !== undefined);
  const deploy = (file: string, ...args: unknown[]) => deployed(owner, file, args);
  const [one, two] = [await deploy(core("ERC20"), 10_000n * ETHER), await deploy(core("ERC20"), 10_000n * ETHER)];
  const [factory, weth] = [await deploy(core("UniswapV2Factory"), owner.address), await deploy(periphery("WETH9"))];
  const router = await deploy(periphery("UniswapV2Router02"), await factory.getAddress(), await weth.getAddress());
  const at = `${await router.getAddress()}@beta`;
  for (const token of [one, two]) await send(token, "approve", at.slice(0, 42), 1_000n * ETHER);
  const rest = [0n, 0n, owner.address, NEVER];
  await send(router, "addLiquidityETH", await one.getAddress(), 400n * ETHER, ...rest, { value: ETHER });
  await send(router, "addLiquidity", await one.getAddress(), await two.getAddress(), 500n * ETHER, 100n * ETHER, ...rest);

  const amount = ETHER / 10n;
  const of = { one: priceOf(amount, ETHER, 400n * ETHER), two: 0n };
  of.two = priceOf(of.one, 500n * ETHER, 100n * ETHER);
  const via = [await one.getAddress()];
  const wanted = await two.getAddress();
  const nonce = await alice.getNonce();
  const there = await hyperchains.swap({ chain: "alpha", at, amount, wanted, via, from: alice, slippage: 0 });
  assert.equal(await alice.getNonce(), nonce + 1);
  await there.delivered();
  await hyperchains.settle("beta");
  await hyperchains.relay();
  const wallet = await hyperchains.wallet(alice);
  const tokens = wallet.members.find(({ name }) => name === "alpha")?.tokens ?? [];
  const home = tokens.find(({ origin }) => origin.chainId === beta.chainId);
  assert.equal(home?.amount, of.two);

  const back = priceOf(priceOf(of.two, 100n * ETHER - of.two, 500n * ETHER + of.one), 400n * ETHER - of.one, ETHER + amount);
  const token = home.address;
  const swap = await hyperchains.swap({ chain: "alpha", at, amount: of.two, token, via, to: `${BOB}@beta`, from: alice });
  await swap.delivered();
  assert.equal(await beta.ethers.provider.getBalance(BOB), back);
}

async function deployed(signer: Signer, file: string, args: readonly unknown[]): Promise<BaseContract> {
  const { abi, bytecode } = artifactOf(file);
  const contract = await new ContractFactory(abi, bytecode, signer).deploy(...args);
  return contract.waitForDeployment();
}

async function send(contract: BaseContract, method: string, ...args: unknown[]): Promise<void> {
  const response = (await contract.getFunction(method).send(...args)) as { wait(): Promise<unknown> };
  await response.wait();
}
