import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BaseContract, Signer } from "ethers";
import { leafPath } from "../../../src/chain/state/leaf-path.ts";
import type { StateTree } from "../../../src/chain/state/state-tree.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import { flowFactKey, hashAtomicFlow, type AtomicFlow, type FlowLeg } from "../../../src/ground/protocol/atomic-flow.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { bridgedTokenAddress } from "../../../src/ground/protocol/holding.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { accountsOf, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  ETH,
  eventsOf,
  hexAddress,
  send,
  view,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import {
  factLog,
  flowAbsence,
  flowMessage,
  flowState,
  HELD,
  REFUNDED,
  registryOf,
  RELEASED,
  settleLegs,
  stoppedEscrow,
  treeOf,
} from "./support/escrows.ts";
import { activateExit, deployExitScene } from "./support/exits.ts";

const EMPTY = treeOf([]);
const PAYEE = addressOf(0xe5c);
/** Code that refuses all calls. */
const REFUSING = "0x5f5ffd";

describe("C11: escrows of flows on a chain that stopped", () => {
  let ecosystem: Ecosystem;
  let token: BaseContract;
  let tokenAddress: Hex;
  let party: Signer;
  let recipient: Signer;
  let thief: Signer;
  let nextChainId = 270n;
  let salt = 0n;
  before(async () => {
    ({ ecosystem, token, tokenAddress } = await deployExitScene());
    [party, recipient, thief] = [ecosystem.accounts[3]!, ecosystem.accounts[4]!, ecosystem.accounts[5]!];
  });
  after(() => ecosystem.l1.close());

  const create = async (): Promise<TestChain> =>
    TestChain.create(ecosystem, await defaultConfiguration(ecosystem, nextChainId++));

  /** Legs on these chains, the first of which stops; each gives 100 of the coin, from party to recipient. */
  async function flowOn(chains: readonly TestChain[], pivot: number, own: Partial<FlowLeg> = {}): Promise<AtomicFlow> {
    const [from, to] = await Promise.all([party, recipient].map(async (each) => (await each.getAddress()).toLowerCase() as Hex));
    const legs = chains.map(({ configuration }, i) => ({
      ...{ chainId: configuration.chainId, isPivot: i === pivot, party: from!, token: PREDEPLOYS.L2BaseToken, amount: 100n },
      ...{ recipient: to!, callHash: wordToHex(0n), ...(i === 0 ? own : {}) },
    }));
    return { salt: wordToHex(++salt), deadline: (await ecosystem.latestTimestamp()) + 1_000n, legs };
  }

  /** A chain with 1,000 of the coin and of the token; its last state has these legs. */
  async function stopWith(chain: TestChain, state: StateTree, facts: readonly ReturnType<typeof factLog>[] = []) {
    const operations = [await chain.request({}, 1_000n * 10n ** 9n), await depositToken(ecosystem, chain, tokenAddress, 1_000n)];
    const done = operations.map(() => ({ type: "priorityOp", success: true }) as const);
    const settled = await settleLegs(ecosystem, chain, state, { canonicalTxHashes: operations, logs: [...done, ...facts] });
    await chain.request();
    return settled;
  }

  const exit = (signer: Signer, name: string, ...args: unknown[]) => send(as(ecosystem.stateExit, signer), name, ...args);

  test("the contract whose escrows count is where clients put it, by its code", async () => {
    assert.equal((await view<string>(ecosystem.stateExit, "atomicFlows")).toLowerCase(), ATOMIC_FLOWS_ADDRESS);
  });

  test("goes to the leg's recipient once the pivot ran on another chain, whatever the exit did to the release, and only once", async () => {
    const [stopped, other] = [await create(), await create()];
    const flow = await flowOn([stopped, other], 1);
    const state = treeOf(flowState(flow, { 0: HELD }));
    await stopWith(stopped, state, [factLog(flow, 0)]);
    const ran = await settleLegs(ecosystem, other, treeOf(flowState(flow, { 1: RELEASED }, [1])), { logs: [factLog(flow, 1)] });
    const escrow = stoppedEscrow(flow, 0, ZERO_ADDRESS, state);
    const shown = [await flowMessage(ecosystem, ran)];
    await assertReverts(exit(recipient, "claimEscrow", escrow, shown, PAYEE), "ChainNotExited()");
    await activateExit(ecosystem, stopped);
    const { chainId } = stopped.configuration;
    const before = await accountsOf(ecosystem, chainId, ETH);
    for (const signer of [party, thief]) await assertReverts(exit(signer, "claimEscrow", escrow, shown, PAYEE), "NotTheOwner");
    await assertReverts(exit(recipient, "claimEscrow", escrow, shown, ZERO_ADDRESS), "ZeroRecipient()");
    const receipt = await exit(recipient, "claimEscrow", escrow, shown, PAYEE);
    assert.equal(await ecosystem.l1.ethers.provider.getBalance(PAYEE), 100n);
    assert.deepEqual(await accountsOf(ecosystem, chainId, ETH), [before[0] - 100n, before[1], before[2]]);
    const [event] = eventsOf(ecosystem.stateExit, receipt, "EscrowPaid");
    assert.deepEqual([...event!.args].slice(0, 2), [hashAtomicFlow(flow), 0n]);
    await assertReverts(exit(recipient, "claimEscrow", escrow, shown, PAYEE), "EscrowAlreadyPaid");
    // Release and refund: the pivot is not missing, and what was paid is not paid again.
    const mark = (await registryOf(ecosystem)).length - 1;
    const absent = await flowAbsence(ecosystem, flow, 1, mark, EMPTY);
    await assertReverts(exit(party, "refundEscrow", escrow, 1, absent, PAYEE), "BatchOfAnotherChain");
    assert.equal(await view(ecosystem.stateExit, "isEscrowPaid", hashAtomicFlow(flow), 0), true);
  });

  test("is refunded to its party if the pivot was on the stopped chain and never ran, and so is the pivot's escrow; never to recipients", async () => {
    const chain = await create();
    const flow = await flowOn([chain, chain], 1);
    const state = treeOf(flowState(flow, { 0: HELD, 1: HELD }));
    await stopWith(chain, state, [factLog(flow, 0)]);
    await activateExit(ecosystem, chain);
    const mark = (await registryOf(ecosystem)).length - 1;
    const absent = await flowAbsence(ecosystem, flow, 1, mark, state);
    const before = await ecosystem.l1.ethers.provider.getBalance(PAYEE);
    for (const leg of [0, 1]) {
      const escrow = stoppedEscrow(flow, leg, ZERO_ADDRESS, state);
      await assertReverts(exit(recipient, "refundEscrow", escrow, 1, absent, PAYEE), "NotTheOwner");
      await exit(party, "refundEscrow", escrow, 1, absent, PAYEE);
      await assertReverts(exit(party, "refundEscrow", escrow, 1, absent, PAYEE), "EscrowAlreadyPaid");
    }
    assert.equal((await ecosystem.l1.ethers.provider.getBalance(PAYEE)) - before, 200n);
    const pivot = stoppedEscrow(flow, 1, ZERO_ADDRESS, state);
    await assertReverts(exit(recipient, "claimEscrow", pivot, [], PAYEE), "PivotNotReleased(1)");
  });

  test("goes to its recipient when the pivot ran on the stopped chain before it stopped; attack: the party shows an older state", async () => {
    const chain = await create();
    const flow = await flowOn([chain, chain], 1);
    const early = treeOf(flowState(flow, { 0: HELD, 1: HELD }));
    await settleLegs(ecosystem, chain, early, { logs: [factLog(flow, 0)] });
    const earlyLeaf = (await registryOf(ecosystem)).length - 1;
    const state = treeOf(flowState(flow, { 0: HELD, 1: RELEASED }, [1]));
    const ran = await stopWith(chain, state, [factLog(flow, 1)]);
    await activateExit(ecosystem, chain);
    const mark = (await registryOf(ecosystem)).length - 1;
    const escrow = stoppedEscrow(flow, 0, ZERO_ADDRESS, state);
    const old = await flowAbsence(ecosystem, flow, 1, earlyLeaf, early);
    await assertReverts(exit(party, "refundEscrow", escrow, 1, old, PAYEE), "AbsenceTooEarly");
    const false_ = { ...(await flowAbsence(ecosystem, flow, 1, mark, early)) };
    await assertReverts(exit(party, "refundEscrow", escrow, 1, false_, PAYEE), "StateRootMismatch");
    // An escrow that was paid out on the chain is no longer held there.
    await assertReverts(
      exit(recipient, "claimEscrow", { ...stoppedEscrow(flow, 1, ZERO_ADDRESS, state) }, [], PAYEE),
      "StateRootMismatch",
    );
    await exit(recipient, "claimEscrow", escrow, [await flowMessage(ecosystem, ran, 2)], PAYEE);
  });

  test("without a pivot, all legs in time are needed, its own too; one that came too late gives all back", async () => {
    const [stopped, other] = [await create(), await create()];
    const [inTime, late] = [await flowOn([stopped, other], -1), await flowOn([stopped, other], -1)];
    const state = treeOf([...flowState(inTime, { 0: HELD }), ...flowState(late, { 0: HELD })]);
    const own = await stopWith(stopped, state, [factLog(inTime, 0), factLog(late, 0)]);
    const before = treeOf(flowState(inTime, { 1: HELD }));
    const first = await settleLegs(ecosystem, other, before, { logs: [factLog(inTime, 1)] });
    await ecosystem.increaseTime(1_100n);
    const after_ = treeOf([...flowState(inTime, { 1: HELD }), ...flowState(late, { 1: HELD })]);
    const second = await settleLegs(ecosystem, other, after_, { logs: [factLog(late, 1)] });
    await activateExit(ecosystem, stopped);
    const escrows = [inTime, late].map((flow) => stoppedEscrow(flow, 0, ZERO_ADDRESS, state));
    const ownFacts = [await flowMessage(ecosystem, own, 2), await flowMessage(ecosystem, own, 3)];
    const [firstFact, secondFact] = [await flowMessage(ecosystem, first), await flowMessage(ecosystem, second)];
    const claim = (i: number, shown: unknown) => exit(recipient, "claimEscrow", escrows[i], shown, PAYEE);
    await assertReverts(claim(0, [ownFacts[0]]), "FlowMessageCount(2, 1)");
    await assertReverts(claim(0, [ownFacts[1], firstFact]), "MessageNotIncluded");
    await assertReverts(claim(0, [firstFact, ownFacts[0]]), "BatchOfAnotherChain");
    await assertReverts(claim(1, [ownFacts[1], secondFact]), "LegTooLate");
    await claim(0, [ownFacts[0], firstFact]);
    // The timely flow is not refunded by the batch behind the deadline, because its leg existed before.
    const refund = async (i: number, flow: AtomicFlow, tree: StateTree) =>
      exit(party, "refundEscrow", escrows[i], 1, await flowAbsence(ecosystem, flow, 1, second.leafIndex, tree), PAYEE);
    const neighbour = await flowAbsence(ecosystem, late, 1, second.leafIndex, before);
    const low = before.prove(flowFactKey(ATOMIC_FLOWS_ADDRESS, hashAtomicFlow(inTime), 1, false));
    const itself = { low: { kind: low.leafKind, key: digestToHex(low.key), value: low.value }, path: leafPath(low) };
    await assertReverts(exit(party, "refundEscrow", escrows[0], 1, { ...neighbour, ...itself }, PAYEE), "KeyNotBetween");
    await refund(1, late, before);
    await assertReverts(claim(1, [ownFacts[1], secondFact]), "LegTooLate");
  });

  test("pays a token of L1 that was bridged there; attack: another token's, or one that was created on the chain", async () => {
    const chain = await create();
    const bridged = bridgedTokenAddress(ecosystem.chainId, tokenAddress);
    const flow = await flowOn([chain, chain], 1, { token: bridged, amount: 70n });
    const born = await flowOn([chain, chain], 1, { token: addressOf(0xb0b), amount: 70n });
    const state = treeOf([...flowState(flow, { 0: HELD }), ...flowState(born, { 0: HELD })]);
    await stopWith(chain, state);
    await activateExit(ecosystem, chain);
    const mark = (await registryOf(ecosystem)).length - 1;
    const refund = async (of: AtomicFlow, named: Hex) =>
      exit(party, "refundEscrow", stoppedEscrow(of, 0, named, state), 1, await flowAbsence(ecosystem, of, 1, mark, state), PAYEE);
    await assertReverts(refund(flow, ZERO_ADDRESS), "AssetNotOnL1");
    await assertReverts(refund(born, tokenAddress), "AssetNotOnL1");
    await refund(flow, tokenAddress);
    assert.equal(await view(token, "balanceOf", PAYEE), 70n);
  });

  test("pays with a leg what was left there for the account that would end it, in the base token; attack: any other fee", async () => {
    const chain = await create();
    const bridged = bridgedTokenAddress(ecosystem.chainId, tokenAddress);
    const flows = [
      await flowOn([chain, chain], 1),
      await flowOn([chain, chain], 1, { token: bridged, amount: 70n }),
      await flowOn([chain, chain], 1, { amount: 0n }),
    ] as const;
    const fee = 9n;
    // The status in the lowest byte, the fee above it.
    const state = treeOf(flows.flatMap((flow) => flowState(flow, { 0: 0x901n })));
    await stopWith(chain, state);
    await activateExit(ecosystem, chain);
    const mark = (await registryOf(ecosystem)).length - 1;
    const refund = async (flow: AtomicFlow, named: Hex, told: bigint) => {
      const escrow = stoppedEscrow(flow, 0, named, state, told);
      return exit(party, "refundEscrow", escrow, 1, await flowAbsence(ecosystem, flow, 1, mark, state), PAYEE);
    };
    // With 2^248 the word would be the same if the shift were not checked.
    for (const told of [0n, 8n, 10n]) await assertReverts(refund(flows[0], ZERO_ADDRESS, told), "StateRootMismatch");
    for (const told of [2n ** 248n + fee, 2n ** 255n + fee]) await assertReverts(refund(flows[0], ZERO_ADDRESS, told), "Panic");
    const balances = async (): Promise<readonly bigint[]> => [
      await ecosystem.l1.ethers.provider.getBalance(PAYEE),
      await view<bigint>(token, "balanceOf", PAYEE),
    ];
    const [coins, tokens] = (await balances()) as [bigint, bigint];
    await refund(flows[0], ZERO_ADDRESS, fee);
    assert.deepEqual(await balances(), [coins + 109n, tokens]);
    await refund(flows[1], tokenAddress, fee);
    assert.deepEqual(await balances(), [coins + 118n, tokens + 70n]);
    await refund(flows[2], ZERO_ADDRESS, fee);
    assert.deepEqual(await balances(), [coins + 127n, tokens + 70n]);
    await assertReverts(refund(flows[0], ZERO_ADDRESS, fee), "EscrowAlreadyPaid");
  });

  test("attack: a fee in a base token that cannot be moved holds up no leg of another token; it is paid when it can be, once", async () => {
    const base = await ecosystem.l1.deploy("TokenDouble");
    const baseToken = await hexAddress(base);
    await send(base, "mint", ecosystem.accounts[0]!.address, 10n ** 18n);
    await send(base, "approve", await ecosystem.bridge.getAddress(), 10n ** 18n);
    const chain = await TestChain.create(ecosystem, {
      ...(await defaultConfiguration(ecosystem, nextChainId++)),
      baseToken,
    });
    const bridged = bridgedTokenAddress(ecosystem.chainId, tokenAddress);
    const flow = await flowOn([chain, chain], 1, { token: bridged, amount: 70n });
    // A stranger has added 9 to what the account gets that ends it.
    const state = treeOf(flowState(flow, { 0: 0x901n }));
    const operations = [await depositToken(ecosystem, chain, tokenAddress, 1_000n)];
    await settleLegs(ecosystem, chain, state, {
      canonicalTxHashes: operations,
      logs: [{ type: "priorityOp", success: true }],
    });
    await depositToken(ecosystem, chain, tokenAddress, 1n);
    await activateExit(ecosystem, chain);
    const { provider } = ecosystem.l1.ethers;
    const code = await provider.getCode(baseToken);
    await provider.send("hardhat_setCode", [baseToken, REFUSING]);
    const mark = (await registryOf(ecosystem)).length - 1;
    const absent = await flowAbsence(ecosystem, flow, 1, mark, state);
    const refund = async (signer: Signer) =>
      exit(signer, "refundEscrow", stoppedEscrow(flow, 0, tokenAddress, state, 9n), 1, absent, PAYEE);
    const before = await view<bigint>(token, "balanceOf", PAYEE);
    const held = await accountsOf(ecosystem, chain.configuration.chainId, baseToken);
    const paid = async (sent: ReturnType<typeof refund>) =>
      [...eventsOf(ecosystem.stateExit, await sent, "EscrowPaid")[0]!.args].slice(-2) as bigint[];
    assert.deepEqual(await paid(refund(party)), [70n, 0n]);
    const isLeft = () => view(ecosystem.stateExit, "isEscrowFeeLeft", hashAtomicFlow(flow), 0);
    assert.deepEqual([await view(token, "balanceOf", PAYEE), await isLeft()], [before + 70n, true]);
    await assertReverts(refund(party), "TokenCallFailed");
    await provider.send("hardhat_setCode", [baseToken, code]);
    for (const signer of [recipient, thief]) await assertReverts(refund(signer), "NotTheOwner");
    assert.deepEqual(await paid(refund(party)), [0n, 9n]);
    assert.deepEqual([await view(token, "balanceOf", PAYEE), await isLeft()], [before + 70n, false]);
    assert.equal(await view(base, "balanceOf", PAYEE), 9n);
    const [balance, ...others] = await accountsOf(ecosystem, chain.configuration.chainId, baseToken);
    assert.deepEqual([balance, ...others], [held[0] - 9n, ...held.slice(1)]);
    await assertReverts(refund(party), "EscrowAlreadyPaid");
  });

  test("attack: a foreign flow, leg, contract, chain, wrong pivot, forged record or message pays nothing", async () => {
    const [stopped, other] = [await create(), await create()];
    const flow = await flowOn([stopped, other], 1);
    const forged = await flowOn([stopped, other], 1);
    // The same slots of a contract that anyone could write.
    const own = addressOf(0xbad);
    const state = treeOf([...flowState(flow, { 0: HELD }), ...flowState(forged, { 0: HELD }, [], own)]);
    await stopWith(stopped, state);
    const logs = [factLog(flow, 1, own), factLog(flow, 1)];
    const ran = await settleLegs(ecosystem, other, treeOf(flowState(flow, { 1: RELEASED }, [1])), { logs });
    await activateExit(ecosystem, stopped);
    const real = await flowMessage(ecosystem, ran, 1);
    const escrow = stoppedEscrow(flow, 0, ZERO_ADDRESS, state);
    const claim = (changed: object, shown: object) =>
      exit(recipient, "claimEscrow", { ...escrow, ...changed }, [{ ...real, ...shown }], PAYEE);
    const [leg, pivot] = flow.legs as readonly [FlowLeg, FlowLeg];
    const changed = (legs: readonly FlowLeg[]) => ({ flow: { ...flow, legs } });
    await assertReverts(claim({ flow: forged }, {}), "StateRootMismatch");
    for (const legs of [
      [{ ...leg, amount: 1_000n }, pivot],
      [leg, { ...pivot, isPivot: false }],
      [
        { ...leg, isPivot: true },
        { ...pivot, isPivot: false },
      ],
      [leg],
    ])
      await assertReverts(claim(changed(legs), {}), "StateRootMismatch");
    await assertReverts(claim({ leg: 2 }, {}), "FlowMalformed()");
    await assertReverts(claim({ leg: 1 }, {}), "ChainNotExited()");
    await assertReverts(claim(changed([{ ...leg, chainId: 999n }, pivot]), {}), "UnknownChain(999)");
    // The message of another sender, at another place, in another batch.
    await assertReverts(claim({}, await flowMessage(ecosystem, ran, 0)), "MessageNotIncluded");
    await assertReverts(claim({}, { index: 0 }), "MessageNotIncluded");
    await assertReverts(claim({}, { batch: { ...real.batch, logRoot: wordToHex(1n) } }), "BatchNotOnL1");
    await assertReverts(claim({}, { batch: { ...real.batch, batchNumber: 1n } }), "BatchNotOnL1");
    await assertReverts(claim({}, { batch: { ...real.batch, rootIndex: real.batch.rootIndex - 1 } }), "BatchNotOnL1");
    await assertReverts(claim({}, { batch: { ...real.batch, rootIndex: 10_000 } }), "RootIndexUnknown");
    await assertReverts(claim({}, { batch: { ...real.batch, chainId: stopped.configuration.chainId } }), "BatchOfAnotherChain");
    // A contract on L1 represents its alias, not the account that called it.
    const contract = await ecosystem.l1.deploy("RequestingContract");
    const data = ecosystem.stateExit.interface.encodeFunctionData("claimEscrow", [escrow, [real], PAYEE]);
    await assertReverts(send(as(contract, recipient), "call", await ecosystem.stateExit.getAddress(), data), "NotTheOwner");
    // Refunded before, on the chain.
    const back = treeOf(flowState(flow, { 0: REFUNDED }));
    await assertReverts(claim({ path: stoppedEscrow(flow, 0, ZERO_ADDRESS, back).path }, {}), "StateRootMismatch");
    await claim({}, {});
  });
});
