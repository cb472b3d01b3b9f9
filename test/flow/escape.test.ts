import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type HDNodeWallet, type JsonRpcProvider, type Provider, type TransactionReceipt } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { l2AssetRouterAbi } from "../../src/ground/abi/l2-asset-router.ts";
import { stateExitAbi } from "../../src/ground/abi/state-exit.ts";
import { proveHolding } from "../../src/chain/state/holding-proof.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import type { QueuedRequest } from "../../src/ecosystem/client/queue/l1-request.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { bridge } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { ALICE, BOB, clientOf, ETHER, settleNow, startFlowDevnet, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { depositTestToken } from "./support/tokens.ts";

const CHAIN_ID = 271n;
const MALLORY = 3;
const ETH: Hex = `0x${"00".repeat(19)}01`;
const TOKENS = 1_000n;
const WINDOW_SECONDS = 600;
const EXIT_DELAY_SECONDS = 3_600;
const FLOOD = 60;
/** Gas of each of the flood's operations, which do nothing. */
const FLOOD_GAS = 300_000n;
/** `priorityGasPerSecond` of a local chain. */
const GAS_PER_SECOND = 100_000n;
/** Gas that the queue counts for an operation in addition to its gas. */
const OVERHEAD_GAS = 60_000n;
const hyperchain = new Interface(hyperchainAbi);
const stateExit = new Interface(stateExitAbi);
const router = new Interface(l2AssetRouterAbi);
const erc20 = new Interface(["function balanceOf(address) view returns (uint256)", "function transfer(address,uint256)"]);

describe("E4 a sequencer that floods, censors or dies prevents no exit", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let contract: Hex;
  let token: Hex;
  let bridged: Hex;
  let alice: Hex;
  let censored: bigint;
  let rebuilt: Reconstruction;

  before(async () => {
    devnet = await startFlowDevnet([
      { chainId: CHAIN_ID, priorityOpWindowSeconds: WINDOW_SECONDS, exitDelaySeconds: EXIT_DELAY_SECONDS },
    ]);
    const [chain] = devnet.chains;
    client = clientOf(chain!);
    contract = chain!.pipeline.created.hyperchain;
    alice = lowerCaseAddress(devnet.accounts.wallet(ALICE).address);
    token = await depositTestToken(devnet, CHAIN_ID, ALICE, TOKENS);
    const answer = await client.call({
      to: PREDEPLOYS.L2AssetRouter,
      data: router.encodeFunctionData("l2TokenAddress", [token]),
    });
    bridged = lowerCaseAddress(router.decodeFunctionResult("l2TokenAddress", answer)[0] as string);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
  });

  const onL1 = (account: number): HDNodeWallet => devnet.accounts.wallet(account).connect(devnet.l1.provider) as HDNodeWallet;
  const request = (account: number, to: Hex, valueWei: bigint, gasLimit = FLOOD_GAS) =>
    requestFromL1(devnet.ecosystem.addresses.factory, { chainId: CHAIN_ID, to, valueWei, gasLimit }, onL1(account));
  const send = async (to: Hex, data: string, account: number): Promise<TransactionReceipt> => {
    const receipt = await (await onL1(account).sendTransaction({ to, data })).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const ask = async (name: string): Promise<bigint> =>
    BigInt(await devnet.l1.provider.call({ to: contract, data: hyperchain.encodeFunctionData(name) }));
  const later = async (seconds: number): Promise<void> => {
    await devnet.l1.request("evm_increaseTime", [seconds]);
    await devnet.l1.request("evm_mine", []);
  };
  const tokensOf = async (provider: Provider, address: Hex, account: Hex): Promise<bigint> =>
    BigInt(await provider.call({ to: address, data: erc20.encodeFunctionData("balanceOf", [account]) }));

  test("a flood of operations stops neither the chain nor an honest operation behind it", async () => {
    const [chain] = devnet.chains;
    const bob = lowerCaseAddress(devnet.accounts.wallet(BOB).address);
    const flood: QueuedRequest[] = [];
    for (let i = 0; i < FLOOD; i++)
      flood.push(await request(MALLORY, `0x${(0xf100d000 + i).toString(16).padStart(40, "0")}`, 0n));
    const honest = await request(BOB, bob, ETHER);
    const deadlineOf = ({ receipt }: QueuedRequest): bigint =>
      receipt.logs.map((log) => hyperchain.parseLog(log)).find((parsed) => parsed?.name === "NewPriorityRequest")!.args[
        "expirationTimestamp"
      ] as bigint;
    // By hand: that of the flood's first, the time that the gas behind it takes, plus its own.
    const deadline = deadlineOf(honest);
    const gasSeconds = (BigInt(FLOOD) * (FLOOD_GAS + OVERHEAD_GAS)) / GAS_PER_SECOND;
    assert.ok(deadline <= deadlineOf(flood[0]!) + gasSeconds + 1n, `${deadline}`);

    const sent = await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction({ to: bob, value: 7n })).wait();
    assert.equal(sent?.status, 1);
    assert.equal((await chain!.pipeline.pollL1()).operations.length, FLOOD + 1);
    assert.ok((await client.getBalance(bob)) >= ETHER + 7n);
    await settleNow(chain!);
  });

  test("a batch that leaves out an operation past its deadline is refused", async () => {
    const [chain] = devnet.chains;
    await request(BOB, alice, ETHER);
    censored = (await ask("getTotalPriorityTxs")) - 1n;
    await later(WINDOW_SECONDS + 60);
    const { timestamp } = (await devnet.l1.provider.getBlock("latest"))!;
    await chain!.pipeline.chain.sequencer.setNextTimestamp(BigInt(timestamp));
    await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction({ to: alice, value: 1n })).wait();
    // A censor does not poll L1 before it seals, and does not rebuild batches that L1 refuses.
    Object.assign(chain!.pipeline.chain, { rewind: () => Promise.reject(new Error("a censor rewinds for no operation")) });
    const sealed = await chain!.pipeline.chain.sequencer.seal();
    await assert.rejects(
      chain!.pipeline.settled(sealed!.outputs.batchNumber),
      (error) => error instanceof SettlementError && error.code === "BatchOverdue",
    );
  });

  test("the exit opens for any account after another window and the exit delay, and not before", async () => {
    const activate = hyperchain.encodeFunctionData("activateExit");
    await assert.rejects(send(contract, activate, MALLORY), (error) => contractErrorOf(error)?.name === "ExitNotOpen");
    await later(WINDOW_SECONDS + EXIT_DELAY_SECONDS);
    await send(contract, activate, MALLORY);
  });

  test("the operation that never ran is paid back", async () => {
    rebuilt = await reconstruct({ l1: devnet.l1.url, hyperchain: contract, genesis: await genesisOf() });
    const operation = rebuilt.pendingOperations.find(({ nonce }) => nonce === censored);
    const before = await devnet.l1.provider.getBalance(devnet.accounts.wallet(BOB).address);
    await send(contract, hyperchain.encodeFunctionData("refundOperation", [operation]), MALLORY);
    assert.ok((await devnet.l1.provider.getBalance(devnet.accounts.wallet(BOB).address)) - before >= ETHER);
  });

  test("holders take ETH and tokens out on L1, by proofs from L1's data alone, once", async () => {
    const heir = `0x${"e1".repeat(20)}` as const;
    const claim = (of: Hex, account: number, amount?: bigint) => {
      const query = { settlementChainId: devnet.l1.chainId, baseToken: ETH, token: of, account: alice };
      const holding = proveHolding(rebuilt.state, query);
      assert.ok(holding !== undefined);
      const data = stateExit.encodeFunctionData("claimHolding", [CHAIN_ID, of, amount ?? holding.amount, heir, holding.proof]);
      return { holding, paid: () => send(devnet.ecosystem.addresses.stateExit, data, account) };
    };
    // The batch that was refused moved one wei from Alice to herself: what she holds is the executed state's.
    const ether = claim(ETH, ALICE);
    assert.ok(ether.holding.amount > 9n * ETHER);
    await assert.rejects(claim(ETH, MALLORY).paid(), (error) => contractErrorOf(error)?.name === "StateRootMismatch");
    await ether.paid();
    assert.equal(await devnet.l1.provider.getBalance(heir), ether.holding.amount);
    await assert.rejects(claim(ETH, ALICE, 1n).paid(), (error) => contractErrorOf(error)?.name === "ClaimTooLarge");
    assert.equal(await tokensOf(client, bridged, alice), TOKENS);
    await claim(token, ALICE).paid();
    assert.equal(await tokensOf(devnet.l1.provider, token, heir), TOKENS);
  });

  test("the bridge holds exactly what it still owes", async () => {
    const { bridge: address } = devnet.ecosystem.addresses;
    const owed = async (asset: Hex): Promise<bigint> => {
      let sum = 0n;
      for (const method of ["chainBalance", "claimPot", "transit"]) {
        const data = bridge.encodeFunctionData(method, [CHAIN_ID, assetId(devnet.l1.chainId, asset)]);
        sum += BigInt(await devnet.l1.provider.call({ to: address, data }));
      }
      return sum;
    };
    assert.equal(await devnet.l1.provider.getBalance(address), await owed(ETH));
    assert.equal(await owed(token), 0n);
    assert.equal(await tokensOf(devnet.l1.provider, token, address), 0n);
  });
});
