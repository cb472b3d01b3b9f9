import assert from "node:assert/strict";
import { artifactOf } from "../support/packages.ts";
import type { World } from "../support/world.ts";

const ETHER = 10n ** 18n;
const build = (name: string) => artifactOf(`@uniswap/v2-periphery/build/${name}.json`);

/** Uniswap v1, which Vyper 0.1 compiled: an exchange by a factory of templates, liquidity, swaps both ways, refusals. */
export async function uniswapV1(world: World): Promise<void> {
  const template = await world.deploy(build("UniswapV1Exchange"));
  const factory = await world.deploy(build("UniswapV1Factory"));
  const token = await world.deploy(artifactOf("@uniswap/v2-core/build/ERC20.json"), 1_000_000n * ETHER);
  await world.send(factory, "initializeFactory", [template.address]);
  await world.refused(factory, "initializeFactory", [template.address]);
  await world.send(factory, "createExchange", [token.address]);
  await world.refused(factory, "createExchange", [token.address]);
  const [address] = await world.ask(factory, "getExchange", [token.address]);
  const exchange = world.at(String(address), template.abi);
  await world.ask(exchange, "name");
  await world.send(token, "approve", [exchange.address, 1_000_000n * ETHER]);
  await world.send(exchange, "addLiquidity", [0n, 1_000n * ETHER, world.deadline], { value: 10n * ETHER });
  await world.refused(exchange, "addLiquidity", [1n, 1n, 1n], { value: ETHER });
  await world.ask(exchange, "getEthToTokenInputPrice", [ETHER]);
  await world.send(exchange, "ethToTokenSwapInput", [1n, world.deadline], { from: 1, value: ETHER });
  await world.send(exchange, "ethToTokenSwapOutput", [ETHER, world.deadline], { from: 1, value: ETHER });
  await world.refused(exchange, "ethToTokenSwapInput", [10_000n * ETHER, world.deadline], { from: 1, value: ETHER });
  await world.send(exchange, "tokenToEthSwapInput", [5n * ETHER, 1n, world.deadline]);
  await world.transact({ to: exchange.address, value: ETHER }, 2);
  const [bought] = await world.ask(token, "balanceOf", [world.account(2)]);
  assert.ok((bought as bigint) > 0n);
  await world.send(exchange, "removeLiquidity", [ETHER, 1n, 1n, world.deadline]);
  await world.ask(exchange, "totalSupply");
}
