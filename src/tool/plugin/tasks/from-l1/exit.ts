import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { parseAccount } from "../../../../ecosystem/client/ecosystem/chain-address.ts";
import { hyperchainInterface as hyperchain, stateExit } from "../../../../ecosystem/client/sending/contract-interfaces.ts";
import { emptyL1Account } from "../../../../ecosystem/client/calls/account-after-exit.ts";
import { stateExitOf } from "../../../../ecosystem/client/standing/ended-chain.ts";
import { senderOn, submit, type Sender } from "../../../../ecosystem/client/sending/submit.ts";
import { ETHER } from "../../../../ecosystem/client/tokens/token.ts";
import type { Reconstruction } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";
import { askContract } from "../session/ask-contract.ts";
import { rebuild, withChainOnL1, type FoundOnL1 } from "./chain-on-l1.ts";
import { tellClaims, tokensToClaim, type Claim } from "./exit-claims.ts";
import { exitFromEndedBase, hasEnded } from "./exit-from-ended-base.ts";
import { openExitingAccount, payHeldAccount } from "./held-account-claim.ts";
import { holdingClaim } from "./holding-claim.ts";
import type { fromL1Tasks } from "../arguments/from-l1.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ExitArguments = ArgumentsOf<(typeof fromL1Tasks)["exit"]>;

const WHAT_IS_ON_TOP =
  "L1 pays what accounts held there (hyperchain:exit) from data on L1, or, if a chain is not a rollup, from nodes of both; assets that are in " +
  "transit to it, that its contracts hold, or that originate on either chain, are lost";
/** Answer of `exitOpensAt` while no operation waits. */
const NEVER = 2n ** 256n - 1n;

/** `hyperchain:exit`: has L1 pay what an account held on a chain that has ended, by proofs from L1's data alone. */
const action: NewTaskActionFunction<ExitArguments> = (args, hre) =>
  withChainOnL1(args, hre, "acts", async (chain) => {
    if (chain.base !== undefined && (await hasEnded(chain.base))) {
      if (args.heldAccount !== undefined)
        throw pluginError("the chain below has ended, and held accounts of a chain on it are not paid; leave out --held-account");
      return exitFromEndedBase(chain, chain.base, args, hre);
    }
    if (chain.hasNoNode)
      throw pluginError(
        "the chain below has not ended, so it has the exit of each chain on it. Name a node of it by --settlement-url",
      );
    const recipient = args.to === undefined ? undefined : parseAccount(args.to);
    const reconstruction = await rebuild(chain, { upTo: "executed" });
    const { settlementChainId } = reconstruction.contract;
    await chain.withSigner(args.from, settlementChainId, async (signer) => {
      const sender = await senderOn(signer, { name: chain.layer, chainId: Number(settlementChainId) });
      // A file that gains nothing from the end of the chain is refused before the chain is ended.
      const held =
        args.heldAccount === undefined ? undefined : await openExitingAccount(args.heldAccount, reconstruction, sender);
      try {
        const activation = reconstruction.onL1.exited ? undefined : await activate(sender, reconstruction, args.activate, chain);
        const claims: Claim[] = [];
        for (const token of tokensToClaim(reconstruction.contract.configuration.baseToken, args.token))
          claims.push(await claim(sender, reconstruction, token, recipient ?? sender.address));
        claims.push(...(await emptyAccountOnL1(sender, reconstruction, args.token, recipient ?? sender.address)));
        const heldAccount = held && (await payHeldAccount(held, recipient ?? sender.address));
        await tellClaims(chain, reconstruction, sender.provider, { activation, claims, heldAccount });
      } finally {
        await held?.file.close();
      }
    });
  });

/** Ends the chain, where its exit is open and the caller wants that. Throws a plugin error that says what to do. */
async function activate(
  sender: Sender,
  { contract }: Reconstruction,
  isWanted: boolean,
  { name = `chain ${contract.configuration.chainId}`, l1, layer, onTop, output }: FoundOnL1,
): Promise<Hex> {
  const { hyperchain: to } = contract;
  const answer = await sender.provider.call({ to, data: hyperchain.encodeFunctionData("exitOpensAt") });
  const opensAt = BigInt(answer);
  const now = BigInt((await sender.provider.getBlock("latest"))?.timestamp ?? 0);
  if (opensAt === NEVER)
    throw pluginError(
      `${name} has not ended, and nothing waits in its queue on ${layer}: use hyperchain:withdraw. If its operator ignores you, queue an ` +
        "operation (hyperchain:deposit): if it is not executed by its deadline, the exit opens after the exit delay. To try it " +
        `on a devnet, pause the chain and queue one: 'npx hardhat hyperchain:stop ${name}', 'npx hardhat hyperchain:deposit 0.1 ` +
        `1@${name} --no-wait', and then this again`,
    );
  if (now <= opensAt)
    throw pluginError(
      `${name} has not ended; its exit opens at ${new Date(Number(opensAt) * 1_000).toISOString()} of ${layer}'s time, in ${opensAt - now} s, ` +
        "if the oldest operation in its queue still waits then; run this again afterwards. On a devnet the time is moved at " +
        `${l1}, by evm_increaseTime with [${opensAt - now + 1n}] and evm_mine, while the chain is paused (hyperchain:stop)`,
    );
  const above = onTop.length === 0 ? "" : `. ${onTop.join(" and ")} on it end with it: ${WHAT_IS_ON_TOP}`;
  if (!isWanted)
    throw pluginError(
      `${name} ignores its queue, so its exit is open. Activating it ends the chain for good, for all its users: ` +
        `add --activate if you want it${above}`,
    );
  if (above !== "") output.progress(`${name} is being ended${above}`);
  return (await submit(sender, { to, data: hyperchain.encodeFunctionData("activateExit") })).hash as Hex;
}

/** Claims from the state exit the sender's holdings of a token, less earlier claims. */
async function claim(sender: Sender, reconstruction: Reconstruction, token: Hex, recipient: Hex): Promise<Claim> {
  const { configuration, bridge } = reconstruction.contract;
  const { chainId } = configuration;
  const exit = await stateExitOf(bridge, sender.provider);
  const holding = holdingClaim(reconstruction, sender.address, token);
  const claimed = (await askContract(sender.provider, stateExit, exit, "claimed", [chainId, sender.address, token])) as bigint;
  const amount = (holding?.amount ?? 0n) - claimed;
  if (holding === undefined || amount === 0n) return { heldOn: "chain", token, amount: 0n, recipient };
  const { hash } = await submit(sender, { to: exit, data: holding.encode(amount, recipient) });
  return { heldOn: "chain", token, amount, recipient, transactionHash: hash as Hex };
}

/**
 * Moves the assets of the sender's account on L1 too, because the ended chain sends no further calls for it.
 */
async function emptyAccountOnL1(
  sender: Sender,
  { contract: { factory, configuration } }: Reconstruction,
  named: string | undefined,
  recipient: Hex,
): Promise<readonly Claim[]> {
  const claims: Claim[] = [];
  for (const token of tokensToClaim(ETHER, named)) {
    const moved = await emptyL1Account({ factory, chainId: configuration.chainId }, { token, recipient }, sender);
    if (moved !== undefined) claims.push({ heldOn: "layer", token, recipient, ...moved });
  }
  return claims;
}

export default action;
