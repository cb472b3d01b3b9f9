import assert from "node:assert/strict";
import { SINGLETONS } from "../../../src/chain/predeploys/singleton-addresses.ts";
import { MULTICALL3_CODE } from "../../../src/chain/predeploys/multicall3-code.ts";
import { artifactOf } from "../support/packages.ts";
import type { World } from "../support/world.ts";

const ABI = [
  "function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[] returnData)",
  "function aggregate3Value((address target, bool allowFailure, uint256 value, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[] returnData)",
  "function tryAggregate(bool requireSuccess, (address target, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[] returnData)",
  "function getEthBalance(address) view returns (uint256)",
  "function getChainId() view returns (uint256)",
];

/** Runs Multicall3 at its public address: calls that may fail together with calls that may not, value, reads. */
export async function multicall3(world: World): Promise<void> {
  await world.place(SINGLETONS.multicall3, `0x${MULTICALL3_CODE}`);
  const multicall = world.at(SINGLETONS.multicall3, ABI);
  const token = await world.deploy(artifactOf("@uniswap/v2-core/build/ERC20.json"), 1_000n);
  const balance = token.abi.encodeFunctionData("balanceOf", [world.account(0)]);
  const tooMuch = token.abi.encodeFunctionData("transfer", [world.account(1), 1n]);
  const nothing = token.abi.encodeFunctionData("transfer", [world.account(1), 0n]);
  const calls = (allowFailure: boolean) => [
    [token.address, false, balance],
    // The contract holds no tokens.
    [token.address, allowFailure, tooMuch],
    [token.address, false, nothing],
  ];
  const [answers] = await world.ask(multicall, "aggregate3", [calls(true)]);
  assert.deepEqual(
    (answers as { success: boolean }[]).map(({ success }) => success),
    [true, false, true],
  );
  await world.send(multicall, "aggregate3", [calls(true)]);
  await world.refused(multicall, "aggregate3", [calls(false)]);
  await world.ask(multicall, "aggregate3", [calls(false)]);
  await world.ask(multicall, "tryAggregate", [false, [[token.address, tooMuch]]]);
  const gifts = [3, 4].map((index) => [world.account(index), false, 5n, "0x"]);
  await world.send(multicall, "aggregate3Value", [gifts], { value: 10n });
  await world.refused(multicall, "aggregate3Value", [gifts], { value: 11n });
  await world.ask(multicall, "getEthBalance", [token.address]);
  await world.ask(multicall, "getChainId");
}
