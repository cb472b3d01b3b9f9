import { AbiCoder, getCreate2Address } from "ethers";
import { fromHex, hashTag, keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { aliased, ETH, plain, ZERO_ADDRESS } from "./aliases.ts";
import { TWO_BRIDGES_MAGIC } from "./bridge.ts";
import type { Frame } from "./frame.ts";
import { hashWords } from "./quorum.ts";
import { requireCanonical } from "./registries.ts";
import { Refusal, requireThat } from "./refusal.ts";
import { requireLasting } from "./standings.ts";
import { upgradeNotice } from "./upgrades.ts";
import { isProven } from "./versions.ts";
import { Chain, type Configuration, type ProtocolVersion, type World } from "./world.ts";
import { PUBLISHES_INPUTS, QUEUE_ALONE, SERVES_FACTS } from "../../../src/ground/protocol/sequencing-mode.ts";
import { chainExtensionsOnL1 } from "../../support/extensions.ts";

/** On an L1 ids have no prefix, and this many bits. */
const ID_BITS = 32n;
const ANNOUNCEMENT_TAG = hashTag("hyperchain.chain-announcement.v1");
const ANNOUNCEMENT_LIFETIME = 86_400n;
const CONFIGURATION_TYPE =
  "tuple(uint256 chainId, uint256 protocolVersion, address admin, address baseToken, address dataAvailabilityPolicy, " +
  "address transactionFilterer, uint16 sequencingMode, bool cheatsAllowed, bool isGoverned, bool takesReplacements, " +
  "bool requiresSecondCheck, uint64 validatorThreshold, uint64 standbyThreshold, uint64 executionDelay, uint64 priorityOpWindow, uint64 exitDelay, " +
  "uint64 priorityGasPerSecond, uint128 l2GasPrice, address sequencer, uint32 importBatches, bytes32 importStateRoot, " +
  "bytes32 importData, address[] validators, address[] standby)";
const MAX_VALIDATORS = 64;
const DAY = 86_400n;
const MAX_WINDOW = 30n * DAY;
const MAX_EXIT_DELAY = 90n * DAY;
const MIN_GAS_RATE = 50_000n;
const MAX_GAS_RATE = 100_000n;
const MAX_L2_GAS_PRICE = 10n ** 12n;

const check = (condition: boolean, error: string, ...args: readonly unknown[]): void => {
  if (!condition) throw new Refusal("ChainFactory", error, args);
};

function checkContracts({ world }: Frame, { dataAvailabilityPolicy, transactionFilterer }: Configuration): void {
  check(world.hasCode(dataAvailabilityPolicy), "PolicyWithoutCode", dataAvailabilityPolicy);
  const isFilterer = transactionFilterer === ZERO_ADDRESS || world.hasCode(transactionFilterer);
  check(isFilterer, "FiltererWithoutCode", transactionFilterer);
}

/** Checks the changeable part of a configuration. */
export function checkTerms(frame: Frame, configuration: Configuration): void {
  checkContracts(frame, configuration);
  const { sequencingMode, protocolVersion } = configuration;
  check(sequencingMode === 0n || isProven(protocolVersion), "ModeNeedsProofs", sequencingMode, protocolVersion);
  const { isGoverned, takesReplacements, validators, validatorThreshold } = configuration;
  check(isGoverned || !takesReplacements, "TermsUnsupported", isGoverned, takesReplacements);
  checkQuorum(validators, validatorThreshold);
  checkStandby(frame, configuration);
}

/** After its revert there is time for a batch before the exit opens. */
function checkStandby({ world }: Frame, configuration: Configuration): void {
  const { standby, standbyThreshold, exitDelay, executionDelay } = configuration;
  if (standby.length === 0 && standbyThreshold === 0n) return;
  checkQuorum(standby, standbyThreshold);
  const limit = 2n * executionDelay + world.recoveryTime + world.freezeTime;
  check(exitDelay > limit, "ExitDelayTooShort", limit, exitDelay);
}

/** Checks imports: the model's chains have none, except invalid ones. */
function checkImports(configuration: Configuration): void {
  const { importBatches, importStateRoot, importData } = configuration;
  if (importBatches !== 0n) {
    requireCanonical("ChainFactory", importStateRoot);
    return;
  }
  const isUnused = BigInt(importStateRoot) === 0n && BigInt(importData) === 0n;
  check(isUnused, "ImportsUnused", importStateRoot, importData);
}

function checkQuorum(validators: readonly Hex[], threshold: bigint): void {
  const count = validators.length;
  check(count !== 0, "QuorumEmpty");
  check(count <= MAX_VALIDATORS, "TooManyValidators", MAX_VALIDATORS, count);
  let previous = ZERO_ADDRESS;
  for (const validator of validators) {
    check(BigInt(validator) > BigInt(previous), "ValidatorsNotAscending", previous, validator);
    previous = validator;
  }
  const isInRange = threshold !== 0n && threshold <= BigInt(count);
  check(isInRange, "ThresholdOutOfRange", count, threshold);
}

function checkTimes(
  { world }: Frame,
  { priorityOpWindow, exitDelay, executionDelay, priorityGasPerSecond }: Configuration,
): void {
  const isWindow = priorityOpWindow >= 1n && priorityOpWindow <= MAX_WINDOW;
  check(isWindow, "PriorityOpWindowOutOfRange", 1, MAX_WINDOW, priorityOpWindow);
  check(exitDelay >= 1n && exitDelay <= MAX_EXIT_DELAY, "ExitDelayOutOfRange", 1, MAX_EXIT_DELAY, exitDelay);
  const limit = priorityOpWindow + executionDelay + world.recoveryTime + world.freezeTime;
  check(exitDelay > limit, "ExitDelayTooShort", limit, exitDelay);
  const isRate = priorityGasPerSecond >= MIN_GAS_RATE && priorityGasPerSecond <= MAX_GAS_RATE;
  check(isRate, "PriorityGasRateOutOfRange", MIN_GAS_RATE, MAX_GAS_RATE, priorityGasPerSecond);
}

function checkVersion(frame: Frame, configuration: Configuration): ProtocolVersion {
  const { world } = frame;
  const version = requireLasting(frame, configuration.protocolVersion);
  const needed = upgradeNotice(world, configuration) + world.reactionTime;
  check(needed <= world.retirementNotice, "RetirementNoticeTooShort", needed, world.retirementNotice);
  return version;
}

const configurationHashes = new WeakMap<Configuration, Hex>();

/** Hash of a configuration, cached because configurations recur. */
function hashOf(configuration: Configuration): Hex {
  const known = configurationHashes.get(configuration);
  if (known !== undefined) return known;
  const hash = keccak(fromHex(AbiCoder.defaultAbiCoder().encode([CONFIGURATION_TYPE], [configuration])));
  configurationHashes.set(configuration, hash);
  return hash;
}

/** Address of a chain's contract. */
export function chainAddress({ addresses }: World, configuration: Configuration): Hex {
  const code = `0x3d602d80600a3d3981f3363d3d373d3d3d363d73${addresses.implementation.slice(2)}5af43d82803e903d91602b57fd5bf3`;
  return getCreate2Address(addresses.factory, hashOf(configuration), keccak(fromHex(code))).toLowerCase() as Hex;
}

/** Announcement of a chain's creator. */
export function announcementOf({ l1ChainId }: World, creator: Hex, configuration: Configuration, secret: Hex): Hex {
  return hashWords(ANNOUNCEMENT_TAG, l1ChainId, creator, secret, hashOf(configuration));
}

function useAnnouncement({ world, sender, transaction }: Frame, configuration: Configuration, secret: Hex): void {
  const announcement = announcementOf(world, sender, configuration, secret);
  const since = world.announcedAt.get(announcement) ?? 0n;
  const { now } = transaction;
  if (since === 0n) throw new Refusal("ChainFactory", "ChainNotAnnounced", [announcement]);
  const [earliest, latest] = [since + world.revealDelay, since + ANNOUNCEMENT_LIFETIME];
  check(now >= earliest, "CreationTooEarly", earliest, now);
  check(now <= latest, "AnnouncementExpired", latest, now);
  world.announcedAt.set(0n, announcement);
}

/** A direct request. */
export interface DirectRequest {
  readonly chainId: bigint;
  readonly mintValue: bigint;
  readonly l2Contract: Hex;
  readonly l2Value: bigint;
  readonly l2Calldata: Hex;
  readonly l2GasLimit: bigint;
  readonly l2GasPerPubdataByteLimit: bigint;
  readonly factoryDeps: readonly Hex[];
  readonly refundRecipient: Hex;
}

/** A direct request, and the contract that its chain must have. */
interface DirectRequestTo {
  readonly hyperchain: Hex;
  readonly request: DirectRequest;
}

/** A request through a second bridge. */
export interface TwoBridgesRequest {
  readonly chainId: bigint;
  readonly mintValue: bigint;
  readonly l2Value: bigint;
  readonly l2GasLimit: bigint;
  readonly l2GasPerPubdataByteLimit: bigint;
  readonly refundRecipient: Hex;
  readonly secondBridgeAddress: Hex;
  readonly secondBridgeValue: bigint;
  readonly secondBridgeCalldata: Hex;
}

/** Runs while no other request does. */
function guarded<T>({ world }: Frame, body: () => T): T {
  const entered = world.factoryEntered;
  requireThat(!entered.value, "ChainFactory", "Reentered");
  entered.value = true;
  const result = body();
  entered.value = false;
  return result;
}

function chainOf({ world }: Frame, chainId: bigint): Chain {
  const chain = world.chains.get(chainId);
  requireThat(chain !== undefined, "ChainFactory", "UnknownChain", () => [chainId]);
  return chain;
}

/** Gives what is left of the ETH that may pay for it. */
function takeBaseToken(frame: Frame, chain: Chain, mintValue: bigint, left: bigint): bigint {
  const { sender, world } = frame;
  const token = plain(chain.configuration.baseToken);
  const etherMint = token === ZERO_ADDRESS ? mintValue : 0n;
  check(left >= etherMint, "EtherAmountMismatch", etherMint, left);
  if (mintValue === 0n) return left;
  frame.call({
    to: world.addresses.bridge,
    fn: "depositBaseToken",
    args: [chain.id, token, sender, mintValue],
    value: etherMint,
  });
  return left - etherMint;
}

function requireSpent({ value }: Frame, rest: bigint): void {
  check(rest === 0n, "EtherAmountMismatch", value - rest, value);
}

/** A contract that calls from its constructor has no code by which the queue would know it. */
function refundRecipientOf({ sender, fromConstructor }: Frame, given: Hex): Hex {
  if (given !== ZERO_ADDRESS && given !== sender) return given;
  return fromConstructor ? aliased(sender) : sender;
}

export const factory = {
  announceChain({ world, transaction }: Frame, announcement: Hex): void {
    const before = world.announcedAt.get(announcement) ?? 0n;
    if (before === 0n || transaction.now > before + ANNOUNCEMENT_LIFETIME) world.announcedAt.set(transaction.now, announcement);
  },

  createChain(frame: Frame, configuration: Configuration, secret: Hex): void {
    const { world } = frame;
    const { chainId } = configuration;
    const taken = world.chains.get(chainId);
    check(taken === undefined, "ChainIdTaken", chainId, taken?.address);
    check(chainId !== world.l1ChainId, "ChainIdOfSettlementChain", chainId);
    check(chainId !== 0n && chainId < 1n << ID_BITS, "ChainIdOutOfRange", 0, 0, ID_BITS, chainId);
    check(configuration.admin !== ZERO_ADDRESS, "AdminMissing");
    const { baseToken } = configuration;
    check(baseToken === ETH || world.hasCode(baseToken), "BaseTokenWithoutCode", baseToken);
    const { sequencingMode } = configuration;
    check(
      (sequencingMode & ~(SERVES_FACTS | PUBLISHES_INPUTS)) <= BigInt(QUEUE_ALONE),
      "SequencingModeUnsupported",
      1,
      sequencingMode,
    );
    check(configuration.sequencer === ZERO_ADDRESS, "SequencerUnused");
    checkTerms(frame, configuration);
    checkImports(configuration);
    checkTimes(frame, configuration);
    const version = checkVersion(frame, configuration);
    const { l2GasPrice } = configuration;
    check(l2GasPrice >= 1n && l2GasPrice <= MAX_L2_GAS_PRICE, "L2GasPriceOutOfRange", 1, MAX_L2_GAS_PRICE, l2GasPrice);
    useAnnouncement(frame, configuration, secret);
    const address = chainAddress(world, configuration);
    const bornAt = frame.transaction.now;
    const [settlementChainId, { bridge }] = [world.l1ChainId, world.addresses];
    const extensions = chainExtensionsOnL1({ settlementChainId, bridge, baseToken: configuration.baseToken, bornAt });
    world.chains.set(new Chain(world.journal, configuration, address, version, { bornAt, extensions }), chainId);
    world.chainIds.value = [...world.chainIds.value, chainId];
    world.kinds.set("ChainContract", address);
    frame.call({ to: world.addresses.settings, fn: "configure", args: [configuration], value: 0n });
    frame.call({
      to: address,
      fn: "initialize",
      args: [chainId, configuration.baseToken, configuration.importBatches],
      value: 0n,
    });
    frame.call({ to: world.addresses.settings, fn: "recordBirth", args: [chainId], value: 0n });
  },

  /** Rejects later creations, because the model's chains have no imports. */
  recordBirth({ world, sender }: Frame, chainId: bigint): void {
    const expected = world.chains.get(chainId)?.address ?? ZERO_ADDRESS;
    check(sender === expected, "NotTheChain", chainId, expected, sender);
  },

  requestL2TransactionDirect: (frame: Frame, request: DirectRequest): Hex =>
    guarded(frame, () => {
      const { hash, rest } = requestDirect(frame, request, frame.value);
      requireSpent(frame, rest);
      return hash;
    }),

  requestL2TransactionDirectTo: (frame: Frame, hyperchain: Hex, request: DirectRequest): Hex =>
    guarded(frame, () => {
      requireHyperchain(frame, request.chainId, hyperchain);
      const { hash, rest } = requestDirect(frame, request, frame.value);
      requireSpent(frame, rest);
      return hash;
    }),

  requestL2TransactionsTogether: (frame: Frame, requests: readonly DirectRequestTo[]): Hex[] =>
    guarded(frame, () => {
      let left = frame.value;
      const hashes = requests.map(({ hyperchain, request }) => {
        requireHyperchain(frame, request.chainId, hyperchain);
        const { hash, rest } = requestDirect(frame, request, left);
        left = rest;
        return hash;
      });
      requireSpent(frame, left);
      return hashes;
    }),

  requestL2TransactionTwoBridges: (frame: Frame, request: TwoBridgesRequest): Hex =>
    guarded(frame, () => requestTwoBridges(frame, request)),

  requestL2TransactionTwoBridgesTo: (frame: Frame, hyperchain: Hex, request: TwoBridgesRequest): Hex =>
    guarded(frame, () => {
      requireHyperchain(frame, request.chainId, hyperchain);
      return requestTwoBridges(frame, request);
    }),
};

function requireHyperchain(frame: Frame, chainId: bigint, expected: Hex): void {
  const { address } = chainOf(frame, chainId);
  check(address === expected, "WrongHyperchain", chainId, expected, address);
}

function requestDirect(frame: Frame, request: DirectRequest, left: bigint): { readonly hash: Hex; readonly rest: bigint } {
  const chain = chainOf(frame, request.chainId);
  const rest = takeBaseToken(frame, chain, request.mintValue, left);
  const { l2Contract: contractL2, ...fields } = request;
  const refundRecipient = refundRecipientOf(frame, request.refundRecipient);
  const args = [{ ...fields, sender: frame.sender, contractL2, refundRecipient }, frame.sender];
  const hash = frame.call({ to: chain.address, fn: "bridgehubRequestL2Transaction", args, value: 0n }) as Hex;
  return { hash, rest };
}

function requestTwoBridges(frame: Frame, request: TwoBridgesRequest): Hex {
  const { chainId, secondBridgeAddress: second, secondBridgeValue: value, l2Value } = request;
  check(second !== frame.transaction.origin, "NotASecondBridge", second, wordToHex(0n));
  const chain = chainOf(frame, chainId);
  check(frame.value >= value, "EtherAmountMismatch", value, frame.value);
  requireSpent(frame, takeBaseToken(frame, chain, request.mintValue, frame.value - value));
  const depositArgs = [chainId, frame.sender, l2Value, request.secondBridgeCalldata];
  const inner = frame.call({ to: second, fn: "bridgehubDeposit", args: depositArgs, value }) as
    | {
        magicValue: Hex;
        l2Contract: Hex;
        l2Calldata: Hex;
        factoryDeps: Hex[];
        txDataHash: Hex;
      }
    | undefined;
  // An answer of nothing cannot be decoded.
  if (inner === undefined) throw new Refusal("ChainFactory", "0x");
  check(inner.magicValue === TWO_BRIDGES_MAGIC, "NotASecondBridge", second, inner.magicValue);
  const chainRequest = {
    sender: second,
    contractL2: inner.l2Contract,
    mintValue: request.mintValue,
    l2Value,
    l2Calldata: inner.l2Calldata,
    l2GasLimit: request.l2GasLimit,
    l2GasPerPubdataByteLimit: request.l2GasPerPubdataByteLimit,
    factoryDeps: inner.factoryDeps,
    refundRecipient: refundRecipientOf(frame, request.refundRecipient),
  };
  const args = [chainRequest, frame.sender];
  const hash = frame.call({ to: chain.address, fn: "bridgehubRequestL2Transaction", args, value: 0n }) as Hex;
  const confirmation = [chainId, inner.txDataHash, hash];
  frame.call({ to: second, fn: "bridgehubConfirmL2Transaction", args: confirmation, value: 0n });
  return hash;
}
