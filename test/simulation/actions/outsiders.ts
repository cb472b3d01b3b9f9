import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Call } from "../model/world.ts";
import { callOf, type Action, type Intent, type Situation } from "./action.ts";

/** Calls that a reentrant contract would like to make while the bridge or the factory is at work. */
function attackOn(situation: Situation): Call {
  const { world, records, random, scene } = situation;
  const claim = random.pick(records.withdrawals)?.claim;
  const chain = random.pick(records.chains)?.chain;
  const users = scene.accounts.users;
  const pays = callOf(world.addresses.bridge, "payHolding", chain?.id ?? 1n, scene.tokens.calm, users[0], 1n);
  const recovers = callOf(
    world.addresses.bridge,
    "bridgeRecoverFailedTransfer",
    1n,
    users[0],
    `0x${"00".repeat(32)}`,
    "0x",
    `0x${"00".repeat(32)}`,
    0n,
    0n,
    0n,
    [],
  );
  const requests = callOf(world.addresses.factory, "requestL2TransactionDirect", {
    chainId: chain?.id ?? 1n,
    mintValue: 0n,
    l2Contract: users[0],
    l2Value: 0n,
    l2Calldata: "0x",
    l2GasLimit: 21_000n,
    l2GasPerPubdataByteLimit: 800n,
    factoryDeps: [],
    refundRecipient: users[0],
  });
  const stops = chain === undefined ? pays : callOf(chain.address, "activateExit");
  const claims = claim === undefined ? recovers : callOf(world.addresses.bridge, "finalizeDeposit", claim);
  return random.choose(pays, recovers, requests, requests, stops, claims);
}

/** Sets the behavior of a token, which is normal most of the time, so that the token is used. */
function directToken(situation: Situation): Intent {
  const { scene, random } = situation;
  const { hostile } = scene.tokens;
  const account: Hex = random.choose(
    random.pick(scene.accounts.users)!,
    situation.world.addresses.bridge,
    situation.world.addresses.bridge,
  );
  const call = random.choose(
    callOf(hostile, "behave", false, false, 0n),
    callOf(hostile, "behave", false, false, 0n),
    callOf(hostile, "behave", true, random.oneIn(3), 0n),
    callOf(hostile, "behave", false, true, 0n),
    callOf(hostile, "behave", false, false, random.between(1n, 9n)),
    callOf(hostile, "blacklist", account, !random.oneIn(3)),
    callOf(hostile, "blacklist", situation.world.addresses.bridge, false),
    callOf(hostile, "mint", account, random.between(1n, 1n << 100n)),
    callOf(hostile, "prepare", undefined),
    callOf(hostile, "prepare", attackOn(situation)),
    callOf(hostile, "prepare", attackOn(situation)),
  );
  return { call, by: scene.accounts.stranger };
}

/** Sets the reaction of contracts to a payment in ETH. */
function prepareParty(situation: Situation): Intent {
  const { scene, random } = situation;
  const party = random.pick(scene.parties)!;
  const calls = random.oneIn(3) ? [] : Array.from({ length: 1 + random.index(2) }, () => attackOn(situation));
  return { call: callOf(party, "prepare", random.oneIn(3), calls), by: scene.accounts.stranger };
}

function directVerifier({ scene, random }: Situation): Intent {
  const verifier = random.choose(scene.verifierDouble, scene.aggregateVerifierDouble);
  return { call: callOf(verifier, "setRefuses", random.oneIn(2)), by: scene.accounts.stranger };
}

export const outsiderActions: readonly Action[] = [
  { name: "direct a token", aims: ["party inflating token"], weight: 3, make: directToken },
  { name: "prepare a contract", aims: [], weight: 3, make: prepareParty },
  { name: "direct a verifier", aims: [], weight: 1, make: directVerifier },
];
