import assert from "node:assert/strict";
import { ZeroAddress } from "ethers";
import { artifactOf } from "../support/packages.ts";
import type { World } from "../support/world.ts";

const ETHER = 10n ** 18n;
const core = (name: string) => artifactOf(`@uniswap/v3-core/artifacts/contracts/${name}.sol/${name}.json`);
const periphery = (name: string) => artifactOf(`@uniswap/v3-periphery/artifacts/contracts/${name}.sol/${name}.json`);
const FEE = 3_000;
const PRICE_OF_ONE = 2n ** 96n;
const [LOWEST, HIGHEST] = [-887_220, 887_220];

/** Uniswap v3: a pool with an oracle of several observations, which swaps in later blocks fill, a position, swaps, fees. */
export async function uniswapV3(world: World): Promise<void> {
  const owner = world.account(0);
  const weth = await world.deploy(artifactOf("@uniswap/v2-periphery/build/WETH9.json"));
  const factory = await world.deploy(core("UniswapV3Factory"));
  const manager = await world.deploy(periphery("NonfungiblePositionManager"), factory.address, weth.address, ZeroAddress);
  const router = await world.deploy(periphery("SwapRouter"), factory.address, weth.address);
  const erc20 = artifactOf("@uniswap/v2-core/build/ERC20.json");
  const tokens = [await world.deploy(erc20, 10_000n * ETHER), await world.deploy(erc20, 10_000n * ETHER)];
  const [one, two] = tokens.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  assert.ok(one !== undefined && two !== undefined);
  for (const token of [one, two]) {
    for (const spender of [manager, router]) await world.send(token, "approve", [spender.address, 10_000n * ETHER]);
  }
  await world.refused(factory, "createPool", [one.address, two.address, 123]);
  await world.send(manager, "createAndInitializePoolIfNecessary", [one.address, two.address, FEE, PRICE_OF_ONE]);
  const [address] = await world.ask(factory, "getPool", [one.address, two.address, FEE]);
  const pool = world.at(String(address), core("UniswapV3Pool").abi);
  await world.refused(pool, "initialize", [PRICE_OF_ONE]);
  await world.send(pool, "increaseObservationCardinalityNext", [4]);
  const range = [one.address, two.address, FEE, LOWEST, HIGHEST];
  await world.send(manager, "mint", [[...range, 100n * ETHER, 100n * ETHER, 0n, 0n, owner, world.deadline]]);
  for (const [from, to] of [
    [one, two],
    [two, one],
    [one, two],
    [two, one],
  ] as const) {
    const swap = [from.address, to.address, FEE, owner, world.deadline, ETHER, 0n, 0n];
    await world.send(router, "exactInputSingle", [swap]);
    world.later(60);
  }
  // The oracle needs a distinct time for each block.
  const [, , index, cardinality] = await world.ask(pool, "slot0");
  assert.deepEqual([index, cardinality], [1n, 4n]);
  await world.ask(pool, "observe", [[120, 60, 0]]);
  await world.ask(pool, "observe", [[1_000_000]]);
  await world.refused(router, "exactInputSingle", [[one.address, two.address, FEE, owner, 1, ETHER, 0n, 0n]]);
  await world.refused(router, "exactInputSingle", [
    [one.address, two.address, FEE, owner, world.deadline, ETHER, 2n * ETHER, 0n],
  ]);
  const most = 2n ** 128n - 1n;
  await world.send(manager, "collect", [[1n, owner, most, most]]);
  await world.ask(manager, "positions", [1n]);
  await world.send(manager, "decreaseLiquidity", [[1n, 50n * ETHER, 0n, 0n, world.deadline]]);
  await world.refused(manager, "burn", [1n]);
}
