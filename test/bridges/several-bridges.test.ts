import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contract } from "ethers";
import type { Member } from "../../src/types.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { DAPP } from "./support/dapp.ts";
import { projectOf } from "./support/shared-project.ts";
import { connect, HYPERLANE_DAPP, route, testContract, transfer } from "./support/warp-routes.ts";
import { openBridged, options, pair, put, send, word } from "./support/world.ts";

const COIN = 10n ** 18n;
const BOB = "0x00000000000000000000000000000000000000B0";
const TOKEN_BRIDGE = [
  "constructor(address oft, address owner)",
  "function addDomain(uint32 domain, uint32 eid)",
  "function setExtraOptions(bytes)",
  "function quoteTransferRemote(uint32, bytes32, uint256) view returns ((address token, uint256 amount)[])",
];
const MOVABLE = [
  "function addBridge(uint32 domain, address bridge)",
  "function addRebalancer(address)",
  "function rebalance(uint32 domain, uint256 amount, address bridge) payable",
];
const CCIP_MODULE = ["constructor(address router, uint64 origin)", "function setAuthorizedHook(bytes32)"];
const CCIP_HOOK = ["constructor(address router, uint64 destination, address mailbox, uint32 domain, bytes32 module)"];
const HOOKS = ["constructor()", "function deploy(address[] values) returns (address)"];

test(
  "C14 an application of two bridges: what Hyperlane's routes hold is moved to where it lacks over LayerZero, and paid out there",
  { skip: !IS_NIGHTLY },
  async () => {
    const connection = await openBridged({ bridges: { layerzero: {}, hyperlane: {} } }, projectOf([DAPP, HYPERLANE_DAPP]));
    try {
      const { hyperchains } = connection;
      const { layerzero, hyperlane } = hyperchains.bridges;
      const at = (name: string) => hyperchains.chain(name);
      const owner = (await at("alpha").ethers.getSigners())[0]!.address;
      const balance = (token: Contract, account: unknown): Promise<unknown> => token.getFunction("balanceOf").staticCall(account);
      // One token, which LayerZero brings from chain to chain, is the collateral of a route on each.
      const oft = (name: string, supply: bigint) => put(at(name), "MyOFT", "My", "MY", layerzero.endpoint, owner, supply);
      const {
        a: tokenA,
        b: tokenB,
        bId,
      } = await pair(hyperchains, ["alpha", "beta"], [await oft("alpha", 10n * COIN), await oft("beta", 0n)]);
      const collateral = (name: string, token: Contract) =>
        route(at(name), "HypERC20Collateral", [token.target, 1n, 1n, hyperlane.mailbox], [], MOVABLE);
      const [routeA, routeB] = [await collateral("alpha", tokenA), await collateral("beta", tokenB)];
      const domains = [hyperlane.idOf("alpha"), hyperlane.idOf("beta")] as const;
      await connect(routeA, routeB, domains);
      await send(tokenA, "approve", routeA.target, 5n * COIN);
      const first = await transfer(routeA, domains[1], BOB, 5n * COIN);
      // The recipient has no tokens to pay it.
      await assert.rejects(hyperlane.delivered(first), /ERC20InsufficientBalance|exceeds balance|0xe450d38c/);

      const bridge = await testContract(at("alpha"), "TokenBridgeOft", "token", TOKEN_BRIDGE, tokenA.target, owner);
      await send(bridge, "addDomain", domains[1], bId);
      await send(bridge, "setExtraOptions", options.all(options.receive(200_000)));
      await send(routeA, "addBridge", domains[1], bridge.target);
      await send(routeA, "addRebalancer", owner);
      const quotes = (await bridge
        .getFunction("quoteTransferRemote")
        .staticCall(domains[1], `0x${"00".repeat(32)}`, 5n * COIN)) as readonly { readonly amount: bigint }[];
      const moved = await send(routeA, "rebalance", domains[1], 5n * COIN, bridge.target, { value: quotes[0]!.amount });
      await layerzero.delivered(moved);
      await hyperlane.delivered(first);
      assert.deepEqual(
        [await balance(tokenA, routeA.target), await balance(tokenB, routeB.target), await balance(tokenB, BOB)],
        [0n, 0n, 5n * COIN],
      );
    } finally {
      await connection.close();
    }
  },
);

test(
  "C14 an application of two bridges: Hyperlane's hook and module over CCIP attest in addition to the default hook, and nothing is accepted before they do",
  { skip: !IS_NIGHTLY },
  async () => {
    const connection = await openBridged({ bridges: { hyperlane: {}, ccip: {} } }, projectOf([HYPERLANE_DAPP]));
    try {
      const { hyperchains } = connection;
      const { hyperlane, ccip } = hyperchains.bridges;
      const [alpha, beta] = [hyperchains.chain("alpha"), hyperchains.chain("beta")];
      const domains = [hyperlane.idOf("alpha"), hyperlane.idOf("beta")] as const;
      const module = await testContract(beta, "CCIPIsm", "isms/hook", CCIP_MODULE, ccip.router, ccip.idOf("alpha"));
      const of = [ccip.router, ccip.idOf("beta"), hyperlane.mailbox, domains[1], word(module)];
      const hook = await testContract(alpha, "CCIPHook", "hooks", CCIP_HOOK, ...of);
      await send(module, "setAuthorizedHook", word(hook));
      const factory = await testContract(alpha, "StaticAggregationHookFactory", "hooks/aggregation", HOOKS);
      const hooks = [hyperlane.hook, hook.target];
      const both = (await factory.getFunction("deploy").staticCall(hooks)) as string;
      await send(factory, "deploy", hooks);
      const token = (member: Member, supply: bigint) =>
        route(member, "HypERC20", [18, 1n, 1n, hyperlane.mailbox], [supply, "My token", "MINE"]);
      const [a, b] = [await token(alpha, 9n * COIN), await token(beta, 0n)];
      await connect(a, b, domains);
      await send(b, "setInterchainSecurityModule", module.target);

      // The default hook alone tells what this module does not ask.
      const unvouched = await transfer(a, domains[1], BOB, COIN);
      await assert.rejects(hyperlane.delivered(unvouched), /ISM verification failed/);
      await send(a, "setHook", both);
      const sent = await transfer(a, domains[1], BOB, 3n * COIN);
      await ccip.delivered(sent);
      await hyperlane.delivered(sent);
      assert.equal(await b.getFunction("balanceOf").staticCall(BOB), 3n * COIN);
    } finally {
      await connection.close();
    }
  },
);
