import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type Signer } from "ethers";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { nestedExit, stateExit } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import {
  proveNestedHolding,
  readSettlement,
  type SettlementOnBase,
} from "../../src/ecosystem/devnet/reconstruction/nested-exit.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { bridgedTokenAddress } from "../../src/ground/protocol/holding.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { depositTestToken } from "./support/tokens.ts";

const [A, X] = [271n, 271n + (1n << 32n)];
const MALLORY = 3;
const TOKENS = 1_000n;
const [WINDOW_SECONDS, EXIT_DELAY_SECONDS] = [600, 3_600];
const HEIR = `0x${"e1".repeat(20)}` as const;
const ETH: Hex = `0x${"00".repeat(20)}`;
const erc20 = new Interface(["function balanceOf(address) view returns (uint256)"]);

describe("D3: when the base is dead, L1 pays what accounts held on the chains on it", () => {
  let devnet: FlowDevnet;
  let alpha: JsonRpcProvider;
  let x: JsonRpcProvider;
  let token: Hex;
  let alice: Hex;
  /** On the chain when the base last settled on L1. */
  let held: bigint;
  let base: Reconstruction;
  let chain: Reconstruction;
  let settlement: SettlementOnBase;
  let exit: Hex;
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const onL1 = (account: number): Signer => devnet.accounts.wallet(account).connect(devnet.l1.provider);
  const rebuild = async (id: bigint, l1: string, toBlock?: number): Promise<Reconstruction> => {
    const at = toBlock === undefined ? {} : { toBlock };
    return reconstruct({ l1, hyperchain: chainOf(id).pipeline.created.hyperchain, genesis: await genesisOf(), ...at });
  };

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha", priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS },
        { chainId: X, name: "x", settlesOn: "alpha" },
      ],
      { fundedAccounts: [ALICE, BOB] },
    );
    [alpha, x] = [clientOf(chainOf(A)), clientOf(chainOf(X))];
    const wallet = devnet.accounts.wallet(ALICE);
    alice = lowerCaseAddress(wallet.address);
    token = await depositTestToken(devnet, A, ALICE, TOKENS);
    const bridged = bridgedTokenAddress(devnet.l1.chainId, token);
    await deposit(devnet.info(), { chain: X, amount: TOKENS, token: bridged }, wallet.connect(alpha));
    await chainOf(X).pipeline.pollL1();
    await (await wallet.connect(x).sendTransaction({ to: HEIR, value: 5n })).wait();
    held = await x.getBalance(alice);
    await settleNow(chainOf(X));
    const batch = await chainOf(A).pipeline.seal();
    await chainOf(A).pipeline.settled(batch!.outputs.batchNumber);
    // This reaches alpha, but no batch of alpha delivers it to L1.
    await (await wallet.connect(x).sendTransaction({ to: HEIR, value: ETHER })).wait();
    await settleNow(chainOf(X));
  });
  after(async () => {
    for (const client of [alpha, x]) client.destroy();
    await devnet.close();
  });

  const send = async (to: Hex, data: string, account: number): Promise<bigint> => {
    const receipt = await (await onL1(account).sendTransaction({ to, data })).wait();
    assert.equal(receipt?.status, 1);
    return receipt.gasUsed;
  };
  const claim = (of: Hex, account: number, amount?: bigint): Promise<bigint> => {
    const holding = proveNestedHolding(base, chain, settlement, { account: alice, token: of });
    assert.ok(holding !== undefined);
    const named = { terms: settlement.terms, configuration: chain.contract.configuration };
    const args = [named, of, amount ?? holding.amount, HEIR, holding.proof];
    return send(exit, nestedExit.encodeFunctionData("claimNested", args), account);
  };
  const refusal =
    (...names: readonly string[]) =>
    (error: unknown) =>
      names.includes(contractErrorOf(error)?.name ?? "");

  test("the base ignores its queue and is stopped by a stranger; its last state and the chain's in it are rebuilt", async () => {
    const { hyperchain } = chainOf(A).pipeline.created;
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: A, to: HEIR, valueWei: 1n }, onL1(BOB) as never);
    base = await rebuild(A, devnet.l1.url);
    chain = await rebuild(X, chainOf(A).url, Number(base.last.lastBlock));
    settlement = (await readSettlement(alpha, chain.contract.factory))!;
    const answer = await devnet.l1.provider.call({
      to: devnet.ecosystem.addresses.stateExit,
      data: stateExit.encodeFunctionData("nestedExit"),
    });
    exit = lowerCaseAddress(stateExit.decodeFunctionResult("nestedExit", answer)[0] as string);
    await assert.rejects(claim(ETH, ALICE), refusal("ChainNotExited"));
    await devnet.l1.request("evm_increaseTime", [2 * WINDOW_SECONDS + EXIT_DELAY_SECONDS + 600]);
    await devnet.l1.request("evm_mine", []);
    await send(hyperchain, hyperchainInterface.encodeFunctionData("activateExit"), MALLORY);
  });

  test("a newer state of the chain does not count", async () => {
    const newest = await rebuild(X, chainOf(A).url);
    assert.throws(() => proveNestedHolding(base, newest, settlement, { account: alice, token: ETH }), { code: "RootMismatch" });
  });

  test("holders, and no other account, take ETH and tokens out on L1, once", async () => {
    // Of another account neither the leaf nor the gap is the one that is shown.
    await assert.rejects(claim(ETH, MALLORY), refusal("StateRootMismatch", "KeyNotBetween"));
    const gas = await claim(ETH, ALICE);
    assert.ok(gas < 4_000_000n, String(gas));
    assert.equal(await devnet.l1.provider.getBalance(HEIR), held);
    await assert.rejects(claim(ETH, ALICE, 1n), refusal("ClaimTooLarge"));
    await claim(token, ALICE);
    const answer = await devnet.l1.provider.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [HEIR]) });
    assert.equal(BigInt(answer), TOKENS);
  });
});
