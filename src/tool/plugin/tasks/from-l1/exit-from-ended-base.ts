import { parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { nestedExit, stateExit } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { hasExited, stateExitOf } from "../../../../ecosystem/client/standing/ended-chain.ts";
import { senderOn, submit, type Sender } from "../../../../ecosystem/client/sending/submit.ts";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import {
  proveNestedHolding,
  readSettlement,
  settlementIn,
  type SettlementOnBase,
} from "../../../../ecosystem/devnet/reconstruction/nested-exit.ts";
import type { Reconstruction } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import { staysBelow, withRebuiltChain } from "../../../../ecosystem/devnet/reconstruction/reconstruct-carried.ts";
import { withProvider } from "../../../../ecosystem/devnet/reconstruction/with-provider.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { systemClock } from "../../../../ground/runtime/clock.ts";
import { pluginError } from "../../plugin-error.ts";
import { askContract } from "../session/ask-contract.ts";
import { connectChain } from "../../start-ecosystem.ts";
import { rebuild, rebuildFromMessages, type FoundOnL1 } from "./chain-on-l1.ts";
import { tellClaims, tokensToClaim, type Claim, type ClaimArguments } from "./exit-claims.ts";

/** A chain whose base has ended, and the contract that pays for it. */
interface NestedChain {
  readonly base: Reconstruction;
  readonly chain: Reconstruction;
  readonly settlement: SettlementOnBase;
  readonly exit: Hex;
}

/** Whether a chain has ended. */
export function hasEnded({ l1, hyperchain }: Pick<FoundOnL1, "l1" | "hyperchain">): Promise<boolean> {
  return withProvider(l1, (provider) => hasExited(hyperchain, provider));
}

/**
 * Claims on the layer of an ended base the holdings of an account on a chain on that base. The sources are
 * that layer's records of the base, with the data that the base carried, or a node of the base with the state
 * of a chain that is not a rollup.
 */
export async function exitFromEndedBase(
  chain: FoundOnL1,
  below: FoundOnL1,
  args: ClaimArguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  const recipient = args.to === undefined ? undefined : parseAccount(args.to);
  const base = await rebuild(below, { upTo: "executed" });
  const { rebuilt, settlement } = await rebuildOn(base, chain, hre);
  const { settlementChainId, configuration } = base.contract;
  if (settlement === undefined) throw notComputed(rebuilt);
  await below.withSigner(args.from, settlementChainId, async (signer) => {
    const sender = await senderOn(signer, { name: below.layer, chainId: Number(settlementChainId) });
    const exit = await exitOf(sender, base);
    const nested = { base, chain: rebuilt, settlement, exit };
    await requireComputed(sender, nested);
    const claims: Claim[] = [];
    for (const token of tokensToClaim(configuration.baseToken, args.token))
      claims.push(await claim(sender, nested, token, recipient ?? sender.address));
    const ofUnpaid = "what they carried stays, as all that was on its way there";
    await tellClaims(chain, rebuilt, sender.provider, { claims, ofUnpaid });
  });
}

interface RebuiltOnBase {
  readonly rebuilt: Reconstruction;
  /** Undefined where no codes and terms are known that lead to the chain's contracts. */
  readonly settlement: SettlementOnBase | undefined;
}

async function rebuildOn(base: Reconstruction, chain: FoundOnL1, hre: HardhatRuntimeEnvironment): Promise<RebuiltOnBase> {
  try {
    return await withRebuiltChain(base, { connect: connectChain(hre), clock: systemClock }, async (node) => {
      const rebuilt = await rebuildFromMessages(chain, { base, node, upTo: "executed" });
      return { rebuilt, settlement: await settlementIn(base, node, rebuilt.contract.factory) };
    });
  } catch (error) {
    if (chain.hasNoNode || !staysBelow(error)) throw error;
  }
  // Later batches of the chain are in no state of the base that counts.
  const rebuilt = await rebuild(chain, { upTo: "executed", toBlock: Number(base.last.lastBlock) });
  return { rebuilt, settlement: await withProvider(chain.l1, (provider) => readSettlement(provider, rebuilt.contract.factory)) };
}

/**
 * Contract that pays holdings on chains on the base, on the base's layer. Throws a plugin error if its
 * contracts are older.
 */
async function exitOf({ provider }: Sender, { contract }: Reconstruction): Promise<Hex> {
  const ofBridge = await stateExitOf(contract.bridge, provider);
  try {
    return ((await askContract(provider, stateExit, ofBridge, "nestedExit")) as string).toLowerCase() as Hex;
  } catch (error) {
    const message = `the contracts of chain ${contract.configuration.chainId} are older than the exit of chains on it: what they hold stays`;
    throw pluginError(message, error);
  }
}

async function requireComputed({ provider }: Sender, { chain, settlement, exit }: NestedChain): Promise<void> {
  const named = namedChain(chain, settlement);
  const computed = String(await askContract(provider, nestedExit, exit, "hyperchainOf", [named])).toLowerCase();
  if (computed !== chain.contract.hyperchain) throw notComputed(chain);
}

function namedChain({ contract }: Reconstruction, { terms }: SettlementOnBase): object {
  return { terms, configuration: contract.configuration };
}

function notComputed({ contract }: Reconstruction): Error {
  return pluginError(
    `${contract.hyperchain} is not where codes that L1 knows put the contracts on chain ${contract.settlementChainId}: ` +
      "they are of another version than those on L1, which pays nothing of what they hold",
  );
}

/** Claims the sender's holdings of a token, less earlier claims, as far as the bridge on the base held it. */
async function claim(sender: Sender, nested: NestedChain, token: Hex, recipient: Hex): Promise<Claim> {
  const { base, chain, settlement, exit } = nested;
  const { hyperchain: contract } = chain.contract;
  const baseId = base.contract.configuration.chainId;
  const nothing = { heldOn: "chain", token, amount: 0n, recipient } as const;
  const holding = proveNestedHolding(base, chain, settlement, { account: sender.address, token });
  if (holding === undefined) return nothing;
  const asked = (method: string, ...args: readonly unknown[]): Promise<bigint> =>
    askContract(sender.provider, nestedExit, exit, method, args) as Promise<bigint>;
  const claimed = await asked("claimed", baseId, contract, sender.address, token);
  const paid = await asked("paid", baseId, contract, token);
  const own = holding.amount - claimed - holding.proof.claimedThere;
  const left = holding.balance - paid;
  const amount = own < left ? own : left;
  if (amount <= 0n) return nothing;
  const args = [namedChain(chain, settlement), token, amount, recipient, holding.proof];
  const { hash } = await submit(sender, { to: exit, data: nestedExit.encodeFunctionData("claimNested", args) });
  return { ...nothing, amount, transactionHash: hash as Hex };
}
