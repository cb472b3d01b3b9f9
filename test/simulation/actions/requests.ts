import { AbiCoder } from "ethers";
import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import { addressOf, ETH, plain, ZERO_ADDRESS } from "../model/aliases.ts";
import { idOf } from "../model/bridge.ts";
import type { DirectRequest, TwoBridgesRequest } from "../model/factory.ts";
import { OVERHEAD_GAS } from "../model/queue.ts";
import type { Call, Token } from "../model/world.ts";
import { callOf, running, type Action, type Intent, type Situation } from "./action.ts";

const abi = AbiCoder.defaultAbiCoder();

/** Accounts that deposit, contracts among them. */
function payers({ scene }: Situation): Hex[] {
  return [...scene.accounts.users, ...scene.parties.slice(0, 2), scene.accounts.delegated];
}

function direct(situation: Situation, { chain }: L2Chain): DirectRequest {
  const { random, scene } = situation;
  const l2GasLimit = random.between(21_000n, 200_000n) + 40n * 64n;
  const l2Value = random.oneIn(2) ? 0n : random.between(0n, 1_000_000n);
  const l2Calldata = toHex(random.bytes(random.index(64)));
  return {
    chainId: chain.id,
    mintValue: chain.l2GasPrice.value * (l2GasLimit + OVERHEAD_GAS) + l2Value + random.between(0n, 1_000_000n),
    l2Contract: random.pick(scene.accounts.users)!,
    l2Value,
    l2Calldata,
    l2GasLimit,
    l2GasPerPubdataByteLimit: 800n,
    factoryDeps: [],
    refundRecipient: random.choose(ZERO_ADDRESS, random.pick(scene.accounts.users)!, scene.parties[1]!),
  };
}

/** The call, with the ETH that it takes. */
function payFor({ world, random }: Situation, fn: string, request: DirectRequest | TwoBridgesRequest): Call {
  const isEther = world.chains.get(request.chainId)?.configuration.baseToken === ETH;
  const second = "secondBridgeValue" in request ? request.secondBridgeValue : 0n;
  // Some name the chain's contract in addition to its id.
  const contract = random.oneIn(3) ? world.chains.get(request.chainId)?.address : undefined;
  const [name, args] = contract === undefined ? [fn, [request]] : [`${fn}To`, [contract, request]];
  return { to: world.addresses.factory, fn: name, args, value: (isEther ? request.mintValue : 0n) + second };
}

function requestOf(situation: Situation, l2: L2Chain, change: Partial<DirectRequest> = {}): Intent {
  const request = { ...direct(situation, l2), ...change };
  return { call: payFor(situation, "requestL2TransactionDirect", request), by: situation.random.pick(payers(situation))! };
}

function request(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(running(situation));
  return l2 === undefined ? undefined : requestOf(situation, l2);
}

/** Several in one call, on one chain or more; now and then one of them is refused, so that none is queued. */
function requestTogether(situation: Situation): Intent | undefined {
  const { random, scene, world } = situation;
  const chains = shortQueue(situation);
  if (chains.length === 0) return undefined;
  let value = 0n;
  const requests = Array.from({ length: 2 + random.index(2) }, () => {
    const l2 = random.pick(chains)!;
    const { chain } = l2;
    const request = direct(situation, l2);
    if (chain.configuration.baseToken === ETH) value += request.mintValue;
    return { hyperchain: random.oneIn(8) ? scene.accounts.stranger : chain.address, request };
  });
  if (random.oneIn(8)) value += 1n;
  const call = { to: world.addresses.factory, fn: "requestL2TransactionsTogether", args: [requests], value };
  return { call, by: random.pick(payers(situation))! };
}

/** Chains with a short queue, because expired operations need few of their kind. */
function shortQueue(situation: Situation): L2Chain[] {
  return running(situation).filter(({ chain }) => chain.operationsQueued.value - chain.operationsExecuted.value < 6n);
}

function queueSome(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(shortQueue(situation));
  return l2 === undefined ? undefined : requestOf(situation, l2);
}

/** One thing wrong with a request, by the error that it is for. */
const REFUSED: Record<string, (situation: Situation, request: DirectRequest) => Partial<DirectRequest>> = {
  "ChainContract.FactoryDepsUnsupported": () => ({ factoryDeps: ["0x60"] }),
  "ChainContract.CalldataTooLong": () => ({ l2Calldata: toHex(new Uint8Array(32_769)) }),
  "ChainContract.GasLimitTooLow": ({ random }) => ({ l2GasLimit: random.between(0n, 20_999n) }),
  "ChainContract.GasLimitTooHigh": ({ random }) => ({
    l2GasLimit: 8_000_001n + random.between(0n, 1n << 64n),
    mintValue: 1n << 70n,
  }),
  "ChainContract.MintValueTooLow": ({ random }) =>
    random.choose<Partial<DirectRequest>>({ mintValue: 5n }, { l2Value: 1n << 255n }),
  "SharedBridge.AmountTooLarge": () => ({ mintValue: 1n << 128n }),
  "SharedBridge.BaseTokenLimitExceeded": () => ({ mintValue: (1n << 126n) + 1n }),
  "ChainFactory.UnknownChain": () => ({ chainId: 77n }),
};
/** Errors that need a token, because ETH could not pay for them. */
const NEEDS_TOKEN = ["SharedBridge.AmountTooLarge", "SharedBridge.BaseTokenLimitExceeded", "ChainContract.GasLimitTooHigh"];

function refusedRequest([error, change]: readonly [
  string,
  (situation: Situation, request: DirectRequest) => Partial<DirectRequest>,
]): Action {
  return {
    name: `request with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const { scene, random } = situation;
      const needsToken = NEEDS_TOKEN.includes(error);
      const chains = running(situation).filter(({ chain }) => !needsToken || chain.configuration.baseToken === scene.tokens.base);
      const l2 = random.pick(chains);
      if (l2 === undefined) return undefined;
      const good = direct(situation, l2);
      const call = payFor(situation, "requestL2TransactionDirect", { ...good, ...change(situation, good) });
      return { call: { ...call, value: call.value > 1n << 64n ? 0n : call.value }, by: scene.accounts.users[0]! };
    },
  };
}

/** Whom the filterer does not know. */
function requestUnfiltered(situation: Situation): Intent | undefined {
  const { scene, random } = situation;
  const l2 = random.pick(
    running(situation).filter(({ chain }) => chain.termsAt(situation.now).transactionFilterer !== ZERO_ADDRESS),
  );
  if (l2 === undefined) return undefined;
  return {
    call: payFor(situation, "requestL2TransactionDirect", direct(situation, l2)),
    by: random.pick(scene.accounts.users.slice(1))!,
  };
}

/** A chain whose id has another contract than the caller believes. */
function requestElsewhere(situation: Situation): Intent | undefined {
  const { random, scene, world } = situation;
  const l2 = random.pick(running(situation));
  if (l2 === undefined) return undefined;
  const { value, args, fn } = payFor(situation, "requestL2TransactionDirect", direct(situation, l2));
  const others = [scene.accounts.stranger, ...world.allChains().map(({ address }) => address)].filter(
    (address) => address !== l2.chain.address,
  );
  const call = {
    to: world.addresses.factory,
    fn: fn.endsWith("To") ? fn : `${fn}To`,
    args: [random.pick(others), args.at(-1)],
    value,
  };
  return { call, by: scene.accounts.users[0]! };
}

function requestForWrongValue(situation: Situation): Intent | undefined {
  const intent = request(situation);
  if (intent === undefined) return undefined;
  const { call } = intent;
  const { random } = situation;
  return {
    ...intent,
    call: { ...call, value: random.oneIn(2) && call.value > 0n ? call.value - 1n : call.value + random.between(1n, 9n) },
  };
}

/** Calldata of a deposit for the bridge, in either encoding. */
function depositData(situation: Situation, token: Hex, amount: bigint, receiver: Hex): Hex {
  if (situation.random.oneIn(2)) return abi.encode(["address", "uint256", "address"], [token, amount, receiver]) as Hex;
  const inner = abi.encode(["uint256", "address", "address"], [amount, receiver, token]);
  return `0x01${abi.encode(["bytes32", "bytes"], [idOf(situation, token), inner]).slice(2)}` as Hex;
}

function twoBridges(situation: Situation, l2: L2Chain): { request: TwoBridgesRequest; token: Hex } {
  const { random, scene, world } = situation;
  const base = plain(l2.chain.configuration.baseToken);
  const token = random.pick([ZERO_ADDRESS, ...Object.values(scene.tokens)].filter((candidate) => candidate !== base))!;
  const amount = random.between(1n, 1_000_000n);
  const named = token === ZERO_ADDRESS && random.oneIn(2) ? ETH : token;
  const receiver = random.choose(ZERO_ADDRESS, random.pick(scene.accounts.users)!);
  const good = direct(situation, l2);
  const l2GasLimit = 100_000n;
  const request = {
    chainId: good.chainId,
    mintValue: l2.chain.l2GasPrice.value * (l2GasLimit + OVERHEAD_GAS) + random.between(0n, 100_000n),
    l2Value: 0n,
    l2GasLimit,
    l2GasPerPubdataByteLimit: 800n,
    refundRecipient: good.refundRecipient,
    secondBridgeAddress: world.addresses.bridge,
    secondBridgeValue: token === ZERO_ADDRESS ? amount : 0n,
    secondBridgeCalldata: depositData(situation, named, amount, receiver),
  };
  return { request, token };
}

function deposit(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(shortQueue(situation));
  if (l2 === undefined) return undefined;
  const { request: content } = twoBridges(situation, l2);
  return { call: payFor(situation, "requestL2TransactionTwoBridges", content), by: situation.random.pick(payers(situation))! };
}

type Change = (situation: Situation, request: TwoBridgesRequest, l2: L2Chain) => Partial<TwoBridgesRequest>;

/** One thing wrong with a deposit, by the error that it is for. */
const REFUSED_DEPOSIT: Record<string, Change> = {
  "SharedBridge.L2ValueNotZero": (_, { mintValue }) => ({ l2Value: 1n, mintValue: mintValue + 1n }),
  "SharedBridge.MalformedDepositData": () => ({ secondBridgeCalldata: "0x" }),
  "SharedBridge.BaseTokenThroughSecondBridge": (situation, _, { chain }) => ({
    secondBridgeValue: 0n,
    secondBridgeCalldata: depositData(situation, chain.configuration.baseToken, 5n, ZERO_ADDRESS),
  }),
  "SharedBridge.EtherAmountMismatch": (situation, _, { chain }) => ({
    secondBridgeValue: 6n,
    secondBridgeCalldata: depositData(
      situation,
      chain.configuration.baseToken === ETH ? situation.scene.tokens.calm : ETH,
      5n,
      ZERO_ADDRESS,
    ),
  }),
  "SharedBridge.UnknownAsset": (situation) => ({
    secondBridgeCalldata:
      `0x01${abi.encode(["bytes32", "bytes"], [toHex(new Uint8Array(32)), abi.encode(["uint256", "address", "address"], [1n, ZERO_ADDRESS, situation.scene.tokens.calm])]).slice(2)}` as Hex,
  }),
  "SharedBridge.TokenWithoutCode": (situation) => ({
    secondBridgeValue: 0n,
    secondBridgeCalldata: depositData(situation, addressOf(0xdeadn), 5n, ZERO_ADDRESS),
  }),
  "SharedBridge.TokenCallFailed": (situation) => ({
    secondBridgeValue: 0n,
    secondBridgeCalldata: depositData(situation, situation.scene.parties[0]!, 5n, ZERO_ADDRESS),
  }),
  "ChainFactory.NotASecondBridge": ({ random, scene }) =>
    random.oneIn(2)
      ? { secondBridgeAddress: scene.secondBridges.mute, secondBridgeValue: 0n }
      : { secondBridgeAddress: scene.accounts.users[0]! },
};

function refusedDeposit([error, change]: readonly [string, Change]): Action {
  return {
    name: `deposit with ${error}`,
    aims: [error],
    weight: 0,
    make(situation) {
      const { scene, random } = situation;
      const l2 = random.pick(running(situation));
      if (l2 === undefined) return undefined;
      const { request: good } = twoBridges(situation, l2);
      return {
        call: payFor(situation, "requestL2TransactionTwoBridges", { ...good, ...change(situation, good, l2) }),
        by: scene.accounts.users[0]!,
      };
    },
  };
}

/** An operation through a second bridge of another. */
function throughOtherBridge(situation: Situation): Intent | undefined {
  const { scene, random } = situation;
  const l2 = random.pick(shortQueue(situation));
  if (l2 === undefined) return undefined;
  const { request: good } = twoBridges(situation, l2);
  const content = {
    ...good,
    secondBridgeAddress: scene.secondBridges.honest,
    secondBridgeValue: random.between(0n, 9n),
    secondBridgeCalldata: "0x" as Hex,
  };
  return { call: payFor(situation, "requestL2TransactionTwoBridges", content), by: random.pick(scene.accounts.users)! };
}

/** A token that does not do what is asked while a deposit of it is made. */
function depositHostile(situation: Situation): Intent | undefined {
  const { scene, random } = situation;
  const chains = shortQueue(situation).filter(({ chain }) => chain.configuration.baseToken !== scene.tokens.hostile);
  const l2 = random.pick(chains);
  if (l2 === undefined) return undefined;
  const { request: good } = twoBridges(situation, l2);
  const secondBridgeCalldata = depositData(situation, scene.tokens.hostile, random.between(1n, 99_999n), ZERO_ADDRESS);
  return {
    call: payFor(situation, "requestL2TransactionTwoBridges", { ...good, secondBridgeValue: 0n, secondBridgeCalldata }),
    by: random.pick(scene.accounts.users)!,
  };
}

/** An operation that costs nothing, as someone makes whose base token is out of reach. */
function knock(situation: Situation): Intent | undefined {
  const { random, scene } = situation;
  const l2 = random.pick(shortQueue(situation));
  if (l2 === undefined) return undefined;
  const nothing = { mintValue: 0n, l2Value: 0n, l2Calldata: "0x" as Hex, l2GasLimit: random.choose(21_000n, 100_000n) };
  const target = random.oneIn(2) ? { l2Contract: ZERO_ADDRESS } : {};
  return requestOf(situation, l2, { ...nothing, ...target, refundRecipient: random.pick(scene.accounts.users)! });
}

/** A root of the registry, for a chain that may not have imported it; some name a root or a chain that does not exist. */
function sendRoot(situation: Situation): Intent | undefined {
  const { random, world } = situation;
  const l2 = random.pick(shortQueue(situation));
  if (l2 === undefined) return undefined;
  const latest = BigInt(world.roots.value.length - 1);
  const index = random.oneIn(8) ? latest + random.between(1n, 9n) : random.between(0n, latest);
  return { call: callOf(world.addresses.bridge, "sendRoot", random.oneIn(16) ? 77n : l2.chain.id, index) };
}

/** A fact or a link, which no queue accepts. */
function sendFact({ random, world }: Situation): Intent | undefined {
  const chainId = random.pick(world.chainIds.value);
  const index = (random.choose(2n, 3n) << 254n) | random.between(0n, 99n);
  return chainId === undefined ? undefined : { call: callOf(world.addresses.bridge, "sendRoot", chainId, index) };
}

/** More of the cheapest operations than the chain can take at once. */
function spam(situation: Situation): Intent | undefined {
  const { random, scene } = situation;
  const l2 = random.pick(
    running(situation).filter(({ chain }) => chain.operationsQueued.value - chain.operationsExecuted.value < 12n),
  );
  if (l2 === undefined) return undefined;
  const l2GasLimit = random.choose(21_000n, 8_000_000n);
  const mintValue = l2.chain.l2GasPrice.value * (l2GasLimit + OVERHEAD_GAS);
  const content = { ...direct(situation, l2), l2GasLimit, mintValue, l2Value: 0n, l2Calldata: "0x" as Hex };
  return {
    call: payFor(situation, "requestL2TransactionDirect", content),
    by: random.pick(scene.accounts.users)!,
    party: "spammer",
  };
}

/** Behaviors of a hostile token, by the error that a deposit of it causes. */
const HOSTILE: readonly (readonly [aim: string, isSo: (token: Token, bridge: Hex) => boolean])[] = [
  ["party pausing token", ({ paused }) => paused.value],
  ["party blacklisting token", ({ blacklisted }, bridge) => blacklisted.get(bridge) === true],
  ["party token that answers false", (token, bridge) => token.answersFalse.value && moves(token, bridge)],
  ["party token with a fee", (token, bridge) => token.fee.value > 0n && moves(token, bridge)],
  [
    "SharedBridge.TokenAmountMismatch",
    (token, bridge) => token.fee.value > 0n && !token.answersFalse.value && moves(token, bridge),
  ],
  ["party reentrant token", (token, bridge) => token.onTransfer.value !== undefined && moves(token, bridge)],
  ["SharedBridge.Reentered", (token, bridge) => token.onTransfer.value?.to === bridge && moves(token, bridge)],
  [
    "ChainFactory.Reentered",
    (token, bridge) => token.onTransfer.value?.fn.startsWith("requestL2") === true && moves(token, bridge),
  ],
];

function moves({ paused, blacklisted }: Token, bridge: Hex): boolean {
  return !paused.value && blacklisted.get(bridge) !== true;
}

const hostileDeposits = HOSTILE.map(([aim, isSo]): Action => ({
  name: `deposit for ${aim}`,
  aims: [aim],
  weight: 0,
  make: (situation) => {
    const { world, scene } = situation;
    return isSo(world.tokens.get(scene.tokens.hostile)!, world.addresses.bridge) ? depositHostile(situation) : undefined;
  },
}));

export const requestActions: readonly Action[] = [
  {
    name: "request",
    aims: [
      "ChainFactory.requestL2TransactionDirect ok",
      "ChainFactory.requestL2TransactionDirectTo ok",
      "SharedBridge.depositBaseToken ok",
      "ChainContract.bridgehubRequestL2Transaction ok",
    ],
    weight: 5,
    make: queueSome,
  },
  { name: "request together", aims: ["ChainFactory.requestL2TransactionsTogether ok"], weight: 1.5, make: requestTogether },
  {
    name: "deposit",
    aims: [
      "ChainFactory.requestL2TransactionTwoBridges ok",
      "ChainFactory.requestL2TransactionTwoBridgesTo ok",
      "SharedBridge.bridgehubDeposit ok",
      "SharedBridge.bridgehubConfirmL2Transaction ok",
    ],
    weight: 6,
    make: deposit,
  },
  { name: "deposit a hostile token", aims: [], weight: 1.5, make: depositHostile },
  ...hostileDeposits,
  { name: "send a fact", aims: ["SharedBridge.NotARoot"], weight: 0, make: sendFact },
  { name: "send a root", aims: ["SharedBridge.sendRoot ok"], weight: 1, make: sendRoot },
  { name: "knock", aims: [], weight: 1, make: knock },
  { name: "spam", aims: ["party spammer"], weight: 0.5, make: spam },
  { name: "request through another bridge", aims: ["party second bridge of another"], weight: 0.5, make: throughOtherBridge },
  { name: "request at another contract", aims: ["ChainFactory.WrongHyperchain"], weight: 0, make: requestElsewhere },
  { name: "request against the filter", aims: ["ChainContract.TransactionNotAllowed"], weight: 0, make: requestUnfiltered },
  { name: "request for a wrong value", aims: ["ChainFactory.EtherAmountMismatch"], weight: 0, make: requestForWrongValue },
  ...Object.entries(REFUSED).map(refusedRequest),
  ...Object.entries(REFUSED_DEPOSIT).map(refusedDeposit),
];
