import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import type { JsonRpcProvider, TransactionReceipt } from "ethers";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import { stateExitAbi } from "../../src/abi/state-exit.ts";
import { proveHolding } from "../../src/chain/state/holding-proof.ts";
import type { HoldingProof } from "../../src/chain/state/holding-proof.ts";
import { lowerCaseAddress } from "../../src/devnet/accounts.ts";
import { requestFromL1 } from "../../src/client/ether-request.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { bridgedTokenAddress } from "../../src/protocol/holding.ts";
import { contractErrorOf } from "../../src/settlement/contract-error.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet } from "./support/devnet.ts";
import type { FlowDevnet } from "./support/devnet.ts";
import { depositTestToken } from "./support/tokens.ts";

const CHAIN_ID = 271n;
const ETH: Hex = `0x${"00".repeat(20)}`;
const hyperchain = new Interface(hyperchainAbi);
const stateExit = new Interface(stateExitAbi);
const erc20 = new Interface(["function transfer(address,uint256)", "function balanceOf(address) view returns (uint256)"]);

describe("E4 exit by state proof: a chain that ignores its queue is left with what its last proven state says", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let token: Hex;
  let bobOnChain: bigint;
  let operation: unknown;

  before(async () => {
    devnet = await startFlowDevnet([CHAIN_ID]);
    client = clientOf(devnet.chains[0]!);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const wallet = (account: number) => devnet.accounts.wallet(account).connect(devnet.l1.provider);
  const addressOf = (account: number): Hex => lowerCaseAddress(devnet.accounts.wallet(account).address);
  const send = async (account: number, to: Hex, data: string): Promise<TransactionReceipt> => {
    const receipt = await (await wallet(account).sendTransaction({ to, data })).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const chainContract = (): Hex => devnet.chains[0]!.pipeline.created.hyperchain;
  const holdingOf = (account: number, of: Hex): HoldingProof => {
    const query = { settlementChainId: devnet.l1.chainId, baseToken: ETH, token: of, account: addressOf(account) };
    const holding = proveHolding(devnet.chains[0]!.pipeline.chain.tree, query);
    assert.ok(holding !== undefined);
    return holding;
  };
  const claim = (account: number, of: Hex, { amount, proof }: HoldingProof, recipient: Hex): Promise<TransactionReceipt> =>
    send(account, devnet.ecosystem.addresses.stateExit, stateExit.encodeFunctionData("claimHolding", [CHAIN_ID, of, amount, recipient, proof]));

  test("accounts come to hold ether and a token, and L1 executes the proven batch", async () => {
    const [chain] = devnet.chains;
    await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to: addressOf(BOB), valueWei: 3n * ETHER }, wallet(ALICE));
    token = await depositTestToken(devnet, CHAIN_ID, ALICE, 700n);
    const bridged = bridgedTokenAddress(devnet.l1.chainId, token);
    const data = erc20.encodeFunctionData("transfer", [addressOf(BOB), 200n]);
    await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction({ to: bridged, data })).wait();
    const payment = { to: addressOf(ALICE), value: ETHER };
    await (await devnet.accounts.wallet(BOB).connect(client).sendTransaction(payment)).wait();
    bobOnChain = await client.getBalance(addressOf(BOB));
    const { receipts } = await settleNow(chain!);
    assert.equal(receipts.execute?.status, 1);
    const executed = await devnet.l1.provider.call({ to: chainContract(), data: hyperchain.encodeFunctionData("executedStateRoot") });
    assert.equal(executed, digestToHex(chain!.pipeline.chain.tree.root));
  });

  test("an operation is ignored until anyone can stop the chain", async () => {
    const queued = await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to: addressOf(BOB), valueWei: ETHER }, wallet(ALICE));
    for (const log of queued.receipt.logs) {
      const event = hyperchain.parseLog(log);
      if (event?.name === "NewPriorityRequest") operation = event.args["transaction"];
    }
    const holding = holdingOf(BOB, ETH);
    await assert.rejects(claim(BOB, ETH, holding, addressOf(BOB)), (error) => contractErrorOf(error)?.name === "ChainNotExited");
    const { exitDelay, priorityOpWindow } = devnet.chains[0]!.pipeline.created.configuration;
    await devnet.l1.request("evm_increaseTime", [Number(exitDelay + priorityOpWindow) + 1]);
    await devnet.l1.request("evm_mine", []);
    await send(ALICE, chainContract(), hyperchain.encodeFunctionData("activateExit"));
  });

  test("holders are paid what the chain's state says, once", async () => {
    const ether = holdingOf(BOB, ETH);
    assert.equal(ether.amount, bobOnChain);
    const recipient: Hex = `0x${"e4".repeat(20)}`;
    await claim(BOB, ETH, ether, recipient);
    assert.equal(await devnet.l1.provider.getBalance(recipient), bobOnChain);
    await assert.rejects(claim(BOB, ETH, ether, recipient), (error) => contractErrorOf(error)?.name === "ClaimTooLarge");
    for (const [account, amount] of [[ALICE, 500n], [BOB, 200n]] as const) {
      const holding = holdingOf(account, token);
      assert.equal(holding.amount, amount);
      await claim(account, token, holding, recipient);
    }
    const answer = await devnet.l1.provider.call({ to: token, data: erc20.encodeFunctionData("balanceOf", [recipient]) });
    assert.equal(BigInt(answer), 700n);
  });

  test("the operation that never ran is paid back", async () => {
    const { bridge } = devnet.ecosystem.addresses;
    const held = await devnet.l1.provider.getBalance(bridge);
    await send(BOB, chainContract(), hyperchain.encodeFunctionData("refundOperation", [operation]));
    assert.ok(held - (await devnet.l1.provider.getBalance(bridge)) > ETHER);
  });
});
