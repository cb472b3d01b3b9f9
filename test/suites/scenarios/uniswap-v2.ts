import assert from "node:assert/strict";
import { Signature } from "ethers";
import { artifactOf } from "../support/packages.ts";
import type { World } from "../support/world.ts";

const ETHER = 10n ** 18n;
const core = (name: string) => artifactOf(`@uniswap/v2-core/build/${name}.json`);

/** Uniswap v2: a pair by CREATE2, liquidity, swaps, the price oracle over time, a flash swap's refusal, permit, the router. */
export async function uniswapV2(world: World): Promise<void> {
  const owner = world.account(0);
  const factory = await world.deploy(core("UniswapV2Factory"), owner);
  const tokens = [await world.deploy(core("ERC20"), 10_000n * ETHER), await world.deploy(core("ERC20"), 10_000n * ETHER)];
  const [one, two] = tokens.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  assert.ok(one !== undefined && two !== undefined);
  await world.send(factory, "createPair", [one.address, two.address]);
  await world.refused(factory, "createPair", [two.address, one.address]);
  const [address] = await world.ask(factory, "getPair", [one.address, two.address]);
  const pair = world.at(String(address), core("UniswapV2Pair").abi);

  await world.send(one, "transfer", [pair.address, 5n * ETHER]);
  await world.send(two, "transfer", [pair.address, 10n * ETHER]);
  await world.send(pair, "mint", [owner]);
  await world.ask(pair, "getReserves");
  await world.send(one, "transfer", [pair.address, ETHER]);
  await world.refused(pair, "swap", [0n, 1_662_497_915_624_478_907n, owner, "0x"]);
  await world.send(pair, "swap", [0n, 1_662_497_915_624_478_906n, owner, "0x"]);
  world.later(3_600);
  await world.send(pair, "sync", []);
  const [price] = await world.ask(pair, "price0CumulativeLast");
  assert.ok((price as bigint) > 0n);
  await world.refused(pair, "swap", [1n, 1n, pair.address, "0x01"]);

  // permit, of a chain id and a contract.
  const domain = { name: "Uniswap V2", version: "1", chainId: await world.chainId(), verifyingContract: pair.address };
  const types = ["owner", "spender", "value", "nonce", "deadline"].map((name, at) => ({
    name,
    type: at < 2 ? "address" : "uint256",
  }));
  const permit = { owner, spender: world.account(1), value: ETHER, nonce: 0n, deadline: world.deadline };
  const { v, r, s } = Signature.from(await world.sign(0, domain, { Permit: types }, permit));
  await world.send(pair, "permit", [owner, world.account(1), ETHER, world.deadline, v, r, s], { from: 1 });
  await world.send(pair, "transferFrom", [owner, world.account(1), ETHER], { from: 1 });
  await world.refused(pair, "permit", [owner, world.account(1), ETHER, world.deadline, v, r, s]);
  await world.send(pair, "transfer", [pair.address, ETHER]);
  await world.send(pair, "burn", [owner]);

  const weth = await world.deploy(artifactOf("@uniswap/v2-periphery/build/WETH9.json"));
  const router = await world.deploy(
    artifactOf("@uniswap/v2-periphery/build/UniswapV2Router02.json"),
    factory.address,
    weth.address,
  );
  await world.send(one, "approve", [router.address, 100n * ETHER]);
  const liquidity = [one.address, 100n * ETHER, 0n, 0n, owner, world.deadline];
  await world.send(router, "addLiquidityETH", liquidity, { value: 50n * ETHER });
  const path = [weth.address, one.address];
  await world.send(router, "swapExactETHForTokens", [1n, path, world.account(2), world.deadline], { from: 2, value: ETHER });
  const [got] = await world.ask(one, "balanceOf", [world.account(2)]);
  // 0.3% to the pool: 100 × 0.997 ÷ (50 + 0.997), as the white paper has it.
  assert.equal(got, (100n * ETHER * 997n) / (50n * 1000n + 997n));
  await world.refused(router, "swapExactETHForTokens", [1n, path, owner, 1n], { value: ETHER });
}
