import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { encodeAssetData } from "../l2/plan.ts";
import type { WithdrawalRecord } from "../l2/records.ts";
import { addressOf, ETH, plain, ZERO_ADDRESS } from "../model/aliases.ts";
import { idOf, type WithdrawalClaim } from "../model/bridge.ts";
import { callOf, type Action, type Intent, type Situation } from "./action.ts";

/** Claim of a withdrawal; mostly one without an earlier claim. */
function withdrawal({ records, world, random }: Situation): WithdrawalClaim | undefined {
  const isOpen = ({ chainId, l2BatchNumber, l2MessageIndex }: WithdrawalClaim): boolean =>
    world.bridge.finalized.get(chainId, l2BatchNumber, l2MessageIndex) === undefined;
  const open = records.withdrawals.filter(({ claim }) => isOpen(claim));
  return (random.pick(open) ?? random.pick(records.withdrawals))?.claim;
}

function finalize(situation: Situation): Intent | undefined {
  const claim = withdrawal(situation);
  return claim === undefined ? undefined : { call: callOf(situation.world.addresses.bridge, "finalizeDeposit", claim) };
}

/** A withdrawal of ETH to a contract that refuses it, or that calls back. */
function finalizeForContract({ world, records, random }: Situation): Intent | undefined {
  const isMet = ({ claim, transfer }: WithdrawalRecord): boolean => {
    const party = world.parties.get(transfer.recipient);
    const isHostile = party !== undefined && (party.refusesEther.value || party.onEther.value.length > 0);
    return (
      isHostile &&
      plain(transfer.originToken) === ZERO_ADDRESS &&
      world.bridge.finalized.get(claim.chainId, claim.l2BatchNumber, claim.l2MessageIndex) === undefined
    );
  };
  const claim = random.pick(records.withdrawals.filter(isMet))?.claim;
  return claim === undefined ? undefined : { call: callOf(world.addresses.bridge, "finalizeDeposit", claim) };
}

function finalizeAgain(situation: Situation): Intent | undefined {
  const { world, records, random } = situation;
  const done = records.withdrawals.filter(({ claim }) =>
    world.bridge.finalized.get(claim.chainId, claim.l2BatchNumber, claim.l2MessageIndex),
  );
  const claim = random.pick(done)?.claim;
  return claim === undefined ? undefined : { call: callOf(world.addresses.bridge, "finalizeDeposit", claim) };
}

/** An asset's message with another amount or recipient than the batch has. */
function forge(message: Hex, random: Situation["random"]): Hex {
  const bytes = Uint8Array.from(Buffer.from(message.slice(2), "hex"));
  const at = 86 + 16 + random.index(36);
  bytes[at] = (bytes[at]! + 1 + random.index(255)) % 256;
  return toHex(bytes);
}

type Change = (claim: WithdrawalClaim, situation: Situation) => Partial<WithdrawalClaim>;

/** One thing wrong with a claim, by the error that it is for. */
const REFUSED: Record<string, Change> = {
  NotAWithdrawal: ({ message }, { random }) => ({
    message: random.choose<Hex>("0x", `0x0102${message.slice(6)}`, `${message}00`),
  }),
  NotAnAssetSender: (_, { random }) => ({ l2Sender: addressOf(random.between(1n, 1n << 150n)) }),
  AssetNotOnL1: ({ message }, { world }) => ({
    message: message.replace(
      wordToHex(world.l1ChainId).slice(2).repeat(2),
      wordToHex(world.l1ChainId).slice(2) + wordToHex(270n).slice(2),
    ) as Hex,
  }),
  UnknownChain: () => ({ chainId: 77n }),
  BatchNotExecuted: ({ l2BatchNumber }, { random }) => ({ l2BatchNumber: l2BatchNumber + random.between(1_000n, 2_000n) }),
  LogNotIncluded: ({ message, l2MessageIndex }, { random }) =>
    random.oneIn(2) ? { message: forge(message, random) } : { l2MessageIndex: l2MessageIndex + 1n },
  LogProofLength: ({ merkleProof }, { random }) => ({
    merkleProof: random.oneIn(2) ? merkleProof.slice(1) : [...merkleProof, wordToHex(0n)],
  }),
  LogProofMetadata: ({ merkleProof }) => ({ merkleProof: [wordToHex(14n), ...merkleProof.slice(1)] }),
  LogIndexTooLarge: ({ l2MessageIndex }) => ({ l2MessageIndex: l2MessageIndex + (1n << 14n) }),
};

function refused([error, change]: readonly [string, Change]): Action {
  return {
    name: `finalize with ${error}`,
    aims: [`SharedBridge.${error}`],
    weight: 0,
    make(situation) {
      const claim = situation.random.pick(situation.records.withdrawals)?.claim;
      if (claim === undefined) return undefined;
      return { call: callOf(situation.world.addresses.bridge, "finalizeDeposit", { ...claim, ...change(claim, situation) }) };
    },
  };
}

/** Recovers the deposit of an operation that failed. */
function recover(situation: Situation, falseAsset: boolean): Intent | undefined {
  const { records, random, world } = situation;
  const failure = random.pick(records.failures);
  if (failure === undefined) return undefined;
  const { deposit, batchNumber, logIndex, merkleProof } = failure;
  const amount = random.oneIn(8) ? deposit.amount + 1n : deposit.amount;
  const named = deposit.token === ZERO_ADDRESS && random.oneIn(2) ? ETH : deposit.token;
  const data = encodeAssetData(amount, deposit.receiver, named);
  const id = falseAsset ? toHex(random.bytes(32)) : idOf(situation, deposit.token);
  return {
    call: callOf(
      world.addresses.bridge,
      "bridgeRecoverFailedTransfer",
      deposit.chainId,
      deposit.depositor,
      id,
      data,
      deposit.hash,
      batchNumber,
      logIndex,
      0n,
      merkleProof,
    ),
  };
}

export const claimActions: readonly Action[] = [
  { name: "finalize", aims: ["SharedBridge.finalizeDeposit ok"], weight: 3, make: finalize },
  {
    name: "finalize for a contract",
    aims: ["SharedBridge.EtherTransferFailed", "party reentrant recipient", "party recipient that refuses"],
    weight: 0.2,
    make: finalizeForContract,
  },
  { name: "finalize again", aims: ["SharedBridge.WithdrawalAlreadyFinalized"], weight: 0.2, make: finalizeAgain },
  ...Object.entries(REFUSED).map(refused),
  {
    name: "recover a failed deposit",
    aims: ["SharedBridge.bridgeRecoverFailedTransfer ok", "SharedBridge.DepositAlreadyRefunded", "SharedBridge.DepositUnknown"],
    weight: 1.5,
    make: (situation) => recover(situation, false),
  },
  {
    name: "recover another asset",
    aims: ["SharedBridge.UnknownAsset"],
    weight: 0,
    make: (situation) => recover(situation, true),
  },
];
